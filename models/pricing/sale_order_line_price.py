"""What a Service, its components and its setup fee cost on an order."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from .pricing import Asked, Price


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
            price = line._get_offer_price()
            if price and not price.is_odoo and price.base is None:
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
        """Price a Service and its components by the one price function."""
        price = self._get_offer_price()
        if not price or price.is_odoo:
            return super()._get_display_price()
        if price.base is not None and self.pricelist_item_id:
            # the rule may show its percentage as a discount
            return super()._get_display_price()
        return price.amount

    def _get_pricelist_kwargs(self):
        """Give the price of the plan to the rules, that apply their percentages on it."""
        kwargs = super()._get_pricelist_kwargs()
        price = self._get_offer_price()
        if price and price.base is not None:
            kwargs['offer_base_price'] = price.base
        return kwargs

    def _get_offer_price(self):
        """What one unit of the line costs a period, in the order's currency and in the taxes of
        the item.

        :return: None: it is neither a Service nor a part of one
        :rtype: Price | None
        """
        self.ensure_one()
        if self.offer_is_setup:
            service = self._get_offer_service_line()
            price = service and service._get_offer_list_price()
            return Price(amount=price.setup if price else 0.0)
        if self._keeps_offer_agreement():
            return Price(amount=self._get_offer_held_content()['price_unit'])
        return self._get_offer_list_price()

    def _get_offer_list_price(self):
        """As :meth:`_get_offer_price`, by today's prices.

        :rtype: Price | None
        """
        option = self.offer_option_id
        if not self.product_id or not (option or self.product_id.offer_kind == 'service'):
            return None
        return self.order_id._get_offer_pricing().get(self._get_offer_asked())

    def _check_offer_sold(self):
        """:raise UserError: if it is not sold as the line says; what is agreed continues"""
        for line in self:
            price = line._get_offer_price()
            if price and not price.is_sold:
                raise UserError(price.refusal)

    def _get_offer_asked(self):
        """
        :return: what the price function is asked for this line
        :rtype: Asked
        """
        option = self.offer_option_id
        service = self._get_offer_service_line() if option else None
        return Asked(
            item=self.product_id.with_context(**self._get_product_price_context()),
            plan=self.offer_plan_id,
            quantity=self.product_uom_qty,
            uom=self.product_uom_id,
            tier=self.offer_tier_id,
            option=option,
            above=(service and service._get_offer_asked()) or None,
        )

    def _get_offer_quantity(self):
        """:return: the quantity in the item's own unit
        :rtype: float
        """
        return self._get_offer_asked().own_quantity
