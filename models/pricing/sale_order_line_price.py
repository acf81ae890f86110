"""What a Service, its components and its setup fee cost on an order."""

from odoo import api, models
from odoo.tools import float_compare


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === COMPUTE METHODS === #

    @api.depends(
        'offer_plan_id',
        'offer_tier_id',
        'offer_option_id',
        'offer_is_setup',
        'linked_line_id.offer_plan_id',
        'linked_line_id.product_id',
        'linked_line_id.product_uom_qty',
        'linked_line_id.offer_tier_id',
    )
    def _compute_pricelist_item_id(self):
        """No rule applies where the price is final or calculated already."""
        res = super()._compute_pricelist_item_id()
        for line in self.filtered('pricelist_item_id'):
            parts = line._get_offer_price_parts()
            if parts is not None and any(final for _amount, final in parts):
                line.pricelist_item_id = False
        return res

    @api.depends(
        'offer_plan_id',
        'offer_tier_id',
        'offer_option_id',
        'offer_is_setup',
        'linked_line_id.offer_plan_id',
        'linked_line_id.product_id',
        'linked_line_id.product_uom_qty',
        'linked_line_id.offer_tier_id',
        'offer_subscription_line_id',
    )
    def _compute_price_unit(self):
        """Follow plan, service level and option too."""
        return super()._compute_price_unit()

    @api.depends('offer_subscription_line_id', 'offer_tier_id', 'offer_plan_id')
    def _compute_discount(self):
        """Keep the agreed discount beside the agreed price, and what was said by hand."""
        held = self.filtered('offer_subscription_line_id')
        by_hand = {line: line.discount for line in held if line._has_offer_discount_by_hand()}
        res = super()._compute_discount()
        for line in held:
            discount = line._get_offer_discount()
            line.offer_technical_discount = discount
            line.discount = by_hand.get(line, discount)
        return res

    @api.model
    def _add_precomputed_values(self, vals_list):
        """Know the discounts that were worked out from those that were said."""
        said = ['discount' in vals for vals in vals_list]
        res = super()._add_precomputed_values(vals_list)
        for vals, is_said in zip(vals_list, said, strict=True):
            if vals.get('offer_subscription_line_id') and not is_said:
                vals['offer_technical_discount'] = vals.get('discount') or 0.0
        return res

    @api.depends('offer_is_setup', 'linked_line_id.product_id')
    def _compute_tax_ids(self):
        """Tax a setup fee as its Service."""
        setup = self.filtered('offer_is_setup')
        res = super(SaleOrderLine, self - setup)._compute_tax_ids()
        for line in setup:
            line.tax_ids = line.order_id.fiscal_position_id.map_tax(line._get_offer_product_taxes())
        return res

    # === BUSINESS METHODS: PRICE === #

    def _has_offer_discount_by_hand(self):
        """:return: whether somebody has said another discount than was worked out"""
        digits = self.env['decimal.precision'].precision_get('Discount')
        technical = self.offer_technical_discount
        return bool(
            self._origin and float_compare(self.discount, technical, precision_digits=digits)
        )

    def _get_offer_discount(self):
        """:return: of a line that goes on: the agreed one beside the agreed price, else the
            pricelist's
        :rtype: float
        """
        if self._keeps_offer_agreement():
            return self._get_offer_held_content()['discount']
        # without a rule Odoo leaves what stands there: here it was agreed with another price
        return self.discount if self.pricelist_item_id._show_discount() else 0.0

    def _reset_price_unit(self):
        """Take a setup fee into the taxes of its Service, as its taxes are."""
        if not self.offer_is_setup:
            return super()._reset_price_unit()
        taxes = self._get_offer_product_taxes()
        price_unit = self.product_id._get_tax_included_unit_price_from_price(
            self._get_display_price(),
            product_taxes=taxes,
            fiscal_position=self.order_id.fiscal_position_id,
        )
        return self.update({'price_unit': price_unit, 'technical_price_unit': price_unit})

    def _get_offer_product_taxes(self):
        """:return: the item's own taxes, or for a setup fee those of its Service"""
        product = self.product_id
        if self.offer_is_setup:
            product = self._get_offer_service_line().product_id
        return product.taxes_id._filter_taxes_by_company(self.company_id)

    def _get_display_price(self):
        """Price a Service and its components by the rows of `offer.price`."""
        parts = self._get_offer_price_parts()
        if parts is not None and any(final for _amount, final in parts):
            return sum(
                amount if final else self._apply_offer_pricelist(amount) for amount, final in parts
            )
        if parts is not None and not self.pricelist_item_id:
            # no rule of the pricelist changes what the rows come to
            return sum(amount for amount, _final in parts)
        # Odoo's own way; the rows' sum travels in `_get_pricelist_kwargs`
        return super()._get_display_price()

    def _get_pricelist_kwargs(self):
        """Give the price of the plan to the rules, that apply their percentages on it."""
        kwargs = super()._get_pricelist_kwargs()
        parts = self._get_offer_price_parts()
        if parts is not None and not any(final for _amount, final in parts):
            kwargs['offer_base_price'] = sum(amount for amount, _final in parts)
        return kwargs

    def _apply_offer_pricelist(self, amount):
        """:return: the amount after the percentages of the order's pricelist"""
        pricelist = self.order_id.pricelist_id
        if not pricelist:
            return amount
        price = pricelist._get_product_price(
            self.product_id,
            **{**self._get_pricelist_kwargs(), 'offer_base_price': amount},
        )
        return self.env['offer.price']._round(price, self.currency_id)

    def _get_offer_price_parts(self):
        """What the price per unit is made of: the item's own price and its service level's.

        :return: pairs of an amount in the order's currency, per unit of the line, in the taxes of
            the product, and whether the pricelist keeps off it; None: Odoo prices the line
        :rtype: list[tuple[float, bool]] | None
        """
        self.ensure_one()
        if self.offer_is_setup:
            return [(self._get_offer_setup_amount(), True)]
        if self._keeps_offer_agreement():
            return [(self._get_offer_held_content()['price_unit'], True)]
        return self._get_offer_list_parts()

    def _get_offer_list_parts(self):
        """As :meth:`_get_offer_price_parts`, by today's prices."""
        option = self.offer_option_id
        if not self.product_id or not (option or self.product_id.offer_kind == 'service'):
            return None
        context = self.order_id._get_offer_price_context()
        rows = self._get_offer_price_rows(context)
        if not rows:
            # once, at its own price: Odoo's own price; included, or under a plan that it is not
            # sold under: nothing to charge
            odoo = not self.offer_plan_id and (not option or option.price_mode == 'own')
            return None if odoo else [(0.0, True)]
        product = self.product_id.with_context(**self._get_product_price_context())
        parts = []
        for row in rows:
            amount, final = row._get_amount(product, self.product_uom_id, context), row._is_final()
            if row.amount_type == 'percent':
                # of the Service's own price, which holds the pricelist's percentages already
                of_tier = row.tier_id and not row.option_id
                own, own_final = parts[0] if of_tier else (self._get_offer_service_price(), True)
                amount, final = row._round(own * amount / 100, self.currency_id), own_final
            parts.append((amount, final))
        return parts

    def _get_offer_price_rows(self, context):
        """:rtype: offer.price"""
        return self.env['offer.price']._find_rows_of(
            context,
            self.product_id,
            self._get_offer_quantity(),
            self.offer_plan_id,
            self.offer_option_id,
            self.offer_tier_id,
        )

    def _get_offer_setup_amount(self):
        """:return: the one-time fee of the line on which this one hangs"""
        line = self._get_offer_service_line()
        if not line:
            return 0.0
        context = self.order_id._get_offer_price_context()
        return sum(row._get_setup_amount(context) for row in line._get_offer_price_rows(context))

    def _get_offer_service_price(self):
        return self._get_offer_service_line()._get_offer_own_price()

    def _get_offer_own_price(self):
        """The Service's own price, of which percentages are taken: after the pricelist, before
        a discount, without service level and components.

        :rtype: float
        """
        # what it costs today, of which parts are taken, also where the agreed price goes on
        parts = self and self._get_offer_list_parts()
        if not parts:
            return self._get_display_price() if self else 0.0
        amount, final = parts[0]
        return amount if final else self._apply_offer_pricelist(amount)

    def _get_offer_quantity(self, quantity=None):
        """:param quantity: in the unit of the line; None: as it stands there
        :return: the same in the item's own unit
        :rtype: float
        """
        quantity = self.product_uom_qty if quantity is None else quantity
        if not self.product_uom_id or self.product_uom_id == self.product_id.uom_id:
            return quantity
        return self.product_uom_id._compute_quantity(
            quantity, self.product_id.uom_id, raise_if_failure=False
        )
