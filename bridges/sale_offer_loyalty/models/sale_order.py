"""What a promotion counts, and what it is taken of."""

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === WHAT COUNTS === #

    def _get_no_effect_on_threshold_lines(self):
        """Leave out what recurs: an amount per period is no amount of the order. Where a discount
        is worked out, leave out Products too: they cost their price."""
        lines = super()._get_no_effect_on_threshold_lines()
        lines |= self.order_line.filtered('offer_plan_id')
        if self.env.context.get('offer_discounting'):
            lines |= self._get_offer_product_lines()
        return lines

    def _get_offer_product_lines(self):
        return self.order_line.filtered(lambda it: it._is_offer_product() and not it.reward_id)

    # === WHAT IS DISCOUNTED === #

    def _discounting_offers(self):
        """:return: this order, as a discount sees it; how it is found out has no argument for it"""
        return self.with_context(offer_discounting=True)

    def _discountable_amount(self, rewards_to_ignore):
        """Take a discount of what is discounted here."""
        order = self._discounting_offers()
        return super(SaleOrder, order)._discountable_amount(rewards_to_ignore)

    def _discountable_order(self, reward):
        """As above; pay by gift card what is paid once, Products too."""
        order = self if reward.program_id.is_payment_program else self._discounting_offers()
        return super(SaleOrder, order.with_context(offer_one_time_only=True))._discountable_order(
            reward
        )

    def _discountable_specific(self, reward):
        """As above."""
        return super(SaleOrder, self._discounting_offers())._discountable_specific(reward)

    def _cheapest_line(self, reward):
        """As above."""
        return super(SaleOrder, self._discounting_offers())._cheapest_line(reward)

    # === WHAT IS SAID === #

    def _get_reward_values_discount(self, reward, coupon, **kwargs):
        """Say of what a discount is taken, where that is not the whole order."""
        values = super()._get_reward_values_discount(reward, coupon, **kwargs)
        note = self._get_offer_discount_note(reward)
        for line in values if note else []:
            line['name'] = f'{line["name"]} ({note})'
        return values

    def _get_offer_discount_note(self, reward):
        """:return: what a discount leaves out of this order, in words, or an empty text
        :rtype: str
        """
        is_payment = reward.program_id.is_payment_program
        products = not is_payment and self._get_offer_product_lines().filtered('price_unit')
        if not self.order_line.offer_plan_id:
            return self.env._('Products at fixed prices excepted') if products else ''
        if not products:
            return self.env._('of what is paid once')
        return self.env._('of what is paid once, Products at fixed prices excepted')

    def _get_reward_values_product(self, reward, coupon, product=None, **kwargs):
        """Give away no Service, also where a tag has made it a reward."""
        reward._refuse_offer_services(product or reward.reward_product_ids[:1])
        return super()._get_reward_values_product(reward, coupon, product=product, **kwargs)
