from odoo import models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _is_offer_price_fixed(self):
        """Let a Product be given away as the reward of a promotion: the company said so there."""
        return not self._is_offer_reward() and super()._is_offer_price_fixed()

    def _is_offer_reward(self):
        # sudo: a salesperson may not read every coupon
        line_sudo = self.sudo()
        reward_sudo = line_sudo.reward_id
        return (
            reward_sudo.reward_type == 'product'
            and self.product_id in reward_sudo.reward_product_ids
            and line_sudo.coupon_id.program_id == reward_sudo.program_id
        )
