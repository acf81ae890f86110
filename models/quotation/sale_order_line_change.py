"""A line of a change quotation: what it goes on from, and what becomes of that."""

from odoo import fields, models

from ...tools.proration import piece_price


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    offer_subscription_line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        string='Goes On From',
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
        help='The running line that a change quotation changes.',
    )

    # === BUSINESS METHODS === #

    def _get_offer_held(self):
        """:return: the running line that this one goes on from, in sudo: its agreed price counts
        for everybody who quotes the change"""
        return self.offer_subscription_line_id.sudo()

    def _keeps_offer_agreement(self):
        """Whether the agreed price goes on: item, plan and service level stay, and the quantity
        meets the same prices.

        :rtype: bool
        """
        self.ensure_one()
        if not self.offer_subscription_line_id:
            return False
        held = self._get_offer_held()
        if not (
            held.product_id == self.product_id
            and held.tier_id == self.offer_tier_id
            and held.subscription_id.plan_id == self.offer_plan_id
            and held.product_uom_id == self.product_uom_id
        ):
            return False
        context = self.order_id._get_offer_price_context()
        now, before = (
            self.env['offer.price']._find_rows_of(
                context,
                self.product_id,
                quantity,
                self.offer_plan_id,
                self.offer_option_id,
                self.offer_tier_id,
            )
            for quantity in (self.product_uom_qty, held.quantity)
        )
        return now == before

    def _differs_from_held(self, held):
        """:return: whether the line says something else than what runs"""
        self.ensure_one()
        subscription = held.subscription_id
        values = self._prepare_offer_change_values(subscription)
        values.pop('sale_line_id')
        return self.offer_plan_id != subscription.plan_id or subscription._differs(held, values)

    def _prepare_offer_change_values(self, subscription):
        """:return: what becomes of the running line"""
        values = self._prepare_offer_subscription_line_values(self.offer_date_start)
        names = ('sale_line_id', 'product_id', 'quantity', 'product_uom_id', 'discount', 'tier_id')
        values = {name: values[name] for name in (*names, 'price_unit')}
        held = self._get_offer_held()
        if held.product_id != self.product_id or held.tier_id != self.offer_tier_id:
            values['name'] = self.name
        return values

    def _get_offer_period_amount(self, period=None, day=None):
        """What the line costs, in the item's own taxes, as a subscription will charge it.

        :param period: None: a whole one
        :param day: from which on to the end of the period
        :rtype: float
        """
        price, currency = self._get_price_in_product_taxes(), self.currency_id
        if period:
            price = float(piece_price(price, period, day, period.last, currency.rounding))
        return currency.round(self.product_uom_qty * price * (1 - self.discount / 100))
