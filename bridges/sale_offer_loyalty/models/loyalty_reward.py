from odoo import api, models
from odoo.exceptions import ValidationError


class LoyaltyReward(models.Model):
    _inherit = 'loyalty.reward'

    @api.constrains('reward_type', 'reward_product_id', 'reward_product_tag_id')
    def _check_offer_service(self):
        """Refuse a Service as a reward: it is configured, and what recurs is no gift."""
        for reward in self.filtered(lambda reward: reward.reward_type == 'product'):
            reward._refuse_offer_services(reward.reward_product_ids)

    def _refuse_offer_services(self, products):
        """:raise ValidationError: if there is a Service among the products"""
        service = products.filtered(lambda product: product.offer_kind == 'service')[:1]
        if service:
            raise ValidationError(
                self.env._(
                    '"%s" is a Service, which can\'t be a free product: choose another reward.',
                    service.display_name,
                )
            )
