"""A line of a change quotation: what it goes on from, and what becomes of that."""

from odoo import fields, models
from odoo.tools import float_compare

from ..configuration.marks import CONFIGURING


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
    # beside the discount as the price's `technical_price_unit`: what differs was said by hand
    offer_technical_discount = fields.Float(copy=False)

    # === BUSINESS METHODS === #

    def _get_offer_held(self):
        """:return: the running line that this one goes on from, in sudo: its agreed price counts
        for everybody who quotes the change"""
        held_sudo = self.offer_subscription_line_id.sudo().browse()
        for line in self:
            line_sudo = line.offer_subscription_line_id.sudo()
            # an id says nothing by itself: only what the quotation changes is held
            if line_sudo.subscription_id == line.order_id.offer_change_subscription_id._origin:
                held_sudo |= line_sudo
        return held_sudo

    def _get_offer_held_content(self):
        """What is agreed of the running line for the day of the change.

        :return: values of fields, see `offer.subscription.line._get_held`
        :rtype: dict
        """
        return self._get_offer_held()._get_held_on(self.order_id.offer_change_date)

    def _keeps_offer_agreement(self):
        """Whether the agreed price goes on: item, plan and service level stay, and the quantity
        meets the same prices.

        :rtype: bool
        """
        self.ensure_one()
        held = self._get_offer_held()
        if not held:
            return False
        pricing = self.order_id._get_offer_pricing()
        return held._keeps_price(self.order_id.offer_change_date, self._get_offer_asked(), pricing)

    def _get_offer_terms_anew(self):
        """What the line costs where its agreement doesn't go on.

        :return: price (in the own taxes of the item) and discount, as values of fields; empty: the
            agreed ones continue
        :rtype: dict
        :raise UserError: if it is not sold so
        """
        self.ensure_one()
        if self._keeps_offer_agreement():
            return {}
        self._check_offer_sold()
        return {'price_unit': self._get_price_in_product_taxes(), 'discount': self.discount}

    def _is_offer_sold_by_rows(self):
        """:return: whether today's prices say what the line costs"""
        price = self._get_offer_list_price()
        return not price or price.is_sold

    def _get_offer_name(self):
        """:return: what the customer reads of the line, in the language of the customer"""
        line = self.with_context(lang=self.order_id._get_lang())
        return line._get_sale_order_line_multiline_description_sale()

    def _get_offer_own_name(self):
        """How the running line calls the item: "a customer's own name survives a change".

        :return: without its service level, if that is another one now; empty: it is new
        :rtype: str
        """
        content = self._get_offer_held() and self._get_offer_held_content()
        if not content or content['product_id'] != self.product_id.id:
            return ''
        if not self._is_offer_configured_as_sold():
            return ''
        tier = self.env['offer.sla.tier'].browse(content['tier_id'] or [])
        if not tier or tier == self.offer_tier_id:
            return content['name']
        kept = []
        for text in content['name'].split('\n'):
            if text == tier.name or text.startswith(f'{tier.name}:'):
                break
            kept.append(text)
        return '\n'.join(kept)

    def _is_offer_configured_as_sold(self):
        """:return: whether attributes without a variant are those that were sold"""
        sold = self._get_offer_held()._get_sold_on(self.order_id.offer_change_date)
        if not sold:
            return True

        def get_attributes(line):
            custom = line.product_custom_attribute_value_ids
            return (
                set(line.product_no_variant_attribute_value_ids._origin.ids),
                {
                    (it.custom_product_template_attribute_value_id.id, it.custom_value)
                    for it in custom
                },
            )

        return get_attributes(self) == get_attributes(sold.sudo())

    # === BUSINESS METHODS: WHAT IS SAID === #

    def _get_offer_said(self, timeline):
        """What the line says of the running line: the fields that differ from what holds on the
        day of the change ("an act says what was named").

        :param Timeline timeline: of the subscription
        :rtype: dict
        """
        self.ensure_one()
        line = self._get_offer_held()
        held = line._get_held(self.order_id.offer_change_date, timeline)
        wanted = {
            'product_id': self.product_id.id,
            'product_uom_id': self.product_uom_id.id,
            'tier_id': self.offer_tier_id.id,
            'name': self.name,
        }
        said = {
            name: value
            for name, value in wanted.items()
            if (value or False) != (held[name] or False)
        }
        said.update(self._get_offer_said_quantity(line, held, timeline))
        # what is priced anew says its price and discount, also where they come to the same
        is_new = not self._keeps_offer_agreement() and self._is_offer_sold_by_rows()
        if is_new or float_compare(self.price_unit, self._map_offer_price(held['price_unit']), 7):
            said['price_unit'] = self._get_price_in_product_taxes()
        digits = self.env['decimal.precision'].precision_get('Discount')
        if is_new or float_compare(self.discount, held['discount'], precision_digits=digits):
            said['discount'] = self.discount
        return said and {**said, 'sale_line_id': self.id}

    def _get_offer_said_quantity(self, line, held, timeline):
        """:return: the quantity, where it doesn't follow from what is agreed"""
        if not self._differs_from_offer_quantity(self._get_offer_expected(line, held, timeline)):
            return {}
        above = self._get_offer_service_line()
        each = line._get_ratio(
            self._get_offer_terms(),
            self.product_uom_id,
            self.product_uom_qty,
            above.product_uom_qty,
            above._get_offer_quantity() if above else 0.0,
        )
        if each is None:
            return {'quantity': self.product_uom_qty}
        return {'quantity': each, 'is_per_unit': True}

    def _move_offer_change(self, row):
        """Follow a change to another day: what it doesn't say is what holds on that day.

        :param ChangeRow row: what it said of the day before
        """
        if not self:
            return
        self.offer_date_start = self.order_id.offer_change_date
        if not row.held:
            return
        known = row.held
        timeline = known.subscription_id._get_timeline(known._with_above())
        if not known._is_agreed_on(self.order_id.offer_change_date, timeline):
            return
        held = known._get_held(self.order_id.offer_change_date, timeline)
        held['quantity'] = self._get_offer_expected(known, held, timeline)
        names = {'quantity': 'product_uom_qty', 'tier_id': 'offer_tier_id'}
        names.update({name: name for name in ('product_id', 'product_uom_id', 'name')})
        line = CONFIGURING.on(self)
        line.write({own: held[name] for name, own in names.items() if name not in row.said})
        if 'price_unit' not in row.said and self._keeps_offer_agreement():
            price = self._map_offer_price(held['price_unit'])
            line.write({'price_unit': price, 'technical_price_unit': price})
        if 'discount' not in row.said and self._keeps_offer_agreement():
            discount = held['discount']
            line.write({'discount': discount, 'offer_technical_discount': discount})

    def _get_offer_expected(self, line, held, timeline):
        """:return: the quantity that follows from what is agreed, and from what it hangs on"""
        above = self._get_offer_service_line()
        ratio = timeline.get_ratio_on(line.id, self.order_id.offer_change_date)
        if ratio is not None and above._get_offer_held() == line.parent_id:
            return float(ratio) * above.product_uom_qty
        return held['quantity']

    def _map_offer_price(self, price):
        """
        :param float price: in the own taxes of the item
        :return: the same in the taxes of the order
        :rtype: float
        """
        return self.product_id._get_tax_included_unit_price_from_price(
            price,
            product_taxes=self.product_id.taxes_id._filter_taxes_by_company(self.company_id),
            fiscal_position=self.order_id.fiscal_position_id,
        )

    def _get_offer_period_amount(self):
        """What the line costs a period, in the item's own taxes, as a subscription will charge it.

        :rtype: float
        """
        price = self._get_price_in_product_taxes()
        return self.currency_id.round(self.product_uom_qty * price * (1 - self.discount / 100))
