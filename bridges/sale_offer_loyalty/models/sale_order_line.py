from odoo import api, models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    @api.depends('reward_id', 'coupon_id')
    def _compute_offer_price_is_fixed(self):
        """Let a Product be given away as the reward of a promotion: the company said so there."""
        given = self.filtered(lambda line: line._is_offer_reward())
        given.offer_price_is_fixed = False
        return super(SaleOrderLine, self - given)._compute_offer_price_is_fixed()

    def _is_offer_reward(self):
        # sudo: a salesperson may not read every coupon
        line_sudo = self.sudo()
        reward_sudo = line_sudo.reward_id
        return (
            reward_sudo.reward_type == 'product'
            and self.product_id in reward_sudo.reward_product_ids
            and line_sudo.coupon_id.program_id == reward_sudo.program_id
        )
