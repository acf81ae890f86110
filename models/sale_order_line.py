import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

# what recurs has been promised at confirmation; it goes on in the subscription
SOLD_FIELDS = {
    'product_id',
    'product_uom_qty',
    'product_uom_id',
    'price_unit',
    'discount',
    'offer_plan_id',
    'offer_tier_id',
    'offer_option_id',
}


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    offer_plan_id = fields.Many2one(
        comodel_name='offer.plan',
        string='Plan',
        index='btree_not_null',
        ondelete='restrict',
        check_company=True,
        help='Under which the line is billed; empty: once, by this order.',
    )
    offer_tier_id = fields.Many2one(
        comodel_name='offer.sla.tier', string='Service Level', ondelete='restrict'
    )
    offer_option_id = fields.Many2one(
        comodel_name='offer.option',
        string='Option',
        index='btree_not_null',
        ondelete='restrict',
        help='The option of the Service, on whose line this one hangs.',
    )
    offer_date_start = fields.Date(
        string='Service Starts', help='Empty: on the day of confirmation.'
    )
    offer_kind = fields.Selection(related='product_id.offer_kind', string='Offer')
    # What the configurator hands over; the order's onchange turns it into lines, as Odoo does
    # with `selected_combo_items`. Nothing is stored.
    offer_configuration = fields.Json(store=False)
    offer_subscription_line_ids = fields.One2many(
        comodel_name='offer.subscription.line', inverse_name='sale_line_id'
    )

    # === COMPUTE METHODS === #

    @api.depends('offer_option_id', 'offer_tier_id', 'offer_plan_id')
    def _compute_name(self):
        """Describe plan and service level too."""
        return super()._compute_name()

    @api.depends(
        'offer_plan_id',
        'offer_tier_id',
        'offer_option_id',
        'linked_line_id.offer_plan_id',
        'linked_line_id.product_id',
        'linked_line_id.product_uom_qty',
    )
    def _compute_pricelist_item_id(self):
        """No rule applies where the price is final or calculated already (design §4)."""
        res = super()._compute_pricelist_item_id()
        for line in self:
            parts = line._get_offer_price_parts()
            if parts is not None and any(final for _amount, final in parts):
                line.pricelist_item_id = False
        return res

    @api.depends(
        'offer_plan_id',
        'offer_tier_id',
        'offer_option_id',
        'linked_line_id.offer_plan_id',
        'linked_line_id.product_id',
        'linked_line_id.product_uom_qty',
    )
    def _compute_price_unit(self):
        """Follow plan, service level and option too."""
        return super()._compute_price_unit()

    @api.depends('offer_plan_id')
    def _compute_qty_to_invoice(self):
        """Leave what recurs to its subscription."""
        res = super()._compute_qty_to_invoice()
        self.filtered('offer_plan_id').qty_to_invoice = 0
        return res

    @api.depends('offer_plan_id')
    def _compute_invoice_status(self):
        """Leave what recurs to its subscription."""
        res = super()._compute_invoice_status()
        self.filtered('offer_plan_id').invoice_status = 'no'
        return res

    @api.depends('offer_plan_id')
    def _compute_untaxed_amount_to_invoice(self):
        """Leave what recurs to its subscription."""
        res = super()._compute_untaxed_amount_to_invoice()
        self.filtered('offer_plan_id').untaxed_amount_to_invoice = 0
        return res

    @api.depends('offer_plan_id')
    def _compute_amount_to_invoice(self):
        """Keep what recurs out of the customer's credit: its invoices will count."""
        res = super()._compute_amount_to_invoice()
        self.filtered('offer_plan_id').amount_to_invoice = 0
        return res

    def _get_sale_order_line_multiline_description_sale(self):
        """Name the plan and the promised service level; a component stands below its Service
        anyway, so it needs no "Option for"."""
        if not (self.offer_option_id or self.offer_plan_id or self.offer_tier_id):
            return super()._get_sale_order_line_multiline_description_sale()
        parts = [
            self.product_id.get_product_multiline_description_sale()
            + self._get_sale_order_line_multiline_description_variants()
        ]
        if self.offer_tier_id:
            tier = self.offer_tier_id
            parts.append(': '.join(filter(None, [tier.name, tier.promise])))
        return '\n'.join(parts)

    # === CRUD METHODS === #

    def write(self, vals):
        """Refuse to edit what a subscription has taken over (design §2)."""
        touched = SOLD_FIELDS & vals.keys()
        if touched:
            # also where the subscription is another salesperson's
            for line in self.sudo().filtered('offer_subscription_line_ids'):
                changed = [name for name in touched if not line._is_same_value(name, vals[name])]
                if changed:
                    raise UserError(
                        self.env._(
                            '"%s" is billed by its subscription: change it there.',
                            line.product_id.display_name,
                        )
                    )
        return super().write(vals)

    def _is_same_value(self, name, value):
        field = self._fields[name]
        return field.convert_to_cache(value, self) == field.convert_to_cache(self[name], self)

    # === BUSINESS METHODS: PRICE === #

    def _get_display_price(self):
        """Price a Service and its components by the rows of `offer.price` (design §4)."""
        parts = self._get_offer_price_parts()
        if parts is None or not any(final for _amount, final in parts):
            # Odoo's own way; the rows' sum travels in `_get_pricelist_kwargs`
            return super()._get_display_price()
        return sum(
            amount if final else self._apply_offer_pricelist(amount) for amount, final in parts
        )

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
        option = self.offer_option_id
        if not self.product_id or not (option or self.product_id.offer_kind == 'service'):
            return None
        if option and option.price_mode != 'own':
            return self._get_offer_option_parts()
        context = self.order_id._get_offer_price_context()
        rows = self.env['offer.price']
        own = rows._find_row(
            self.product_id.product_tmpl_id,
            self.offer_plan_id,
            context,
            product=self.product_id,
            qty=self._get_offer_quantity(),
        )
        if not own:
            # once: Odoo's own price; under a plan that it is not sold under: nothing to charge
            return [(0.0, True)] if self.offer_plan_id else None
        product = self.product_id.with_context(**self._get_product_price_context())
        parts = [(own._get_amount(product, self.product_uom_id, context), own._is_final())]
        return parts + self._get_offer_tier_parts(parts[0], context)

    def _get_offer_tier_parts(self, own_part, context):
        tier = self.offer_tier_id
        row = tier and self.env['offer.price']._find_row(
            self.product_id.product_tmpl_id,
            self.offer_plan_id,
            context,
            product=self.product_id,
            tier=tier,
            qty=self._get_offer_quantity(),
        )
        if not row:
            return []
        amount = row._get_amount(self.product_id, self.product_uom_id, context)
        if row.amount_type == 'percent':
            own, final = own_part
            return [(row._round(own * amount / 100, self.currency_id), final)]
        return [(amount, row._is_final())]

    def _get_offer_option_parts(self):
        option = self.offer_option_id
        if option.price_mode == 'included':
            return [(0.0, True)]
        context = self.order_id._get_offer_price_context()
        row = self.env['offer.price']._find_row(
            option.product_tmpl_id,
            self.offer_plan_id,
            context,
            option=option,
            qty=self._get_offer_quantity(),
        )
        if not row:
            return [(0.0, True)]
        amount = row._get_amount(self.product_id, self.product_uom_id, context)
        if row.amount_type == 'percent':
            own = self._get_offer_service_line()._get_offer_own_price()
            return [(row._round(own * amount / 100, self.currency_id), True)]
        return [(amount, row._is_final())]

    def _get_offer_own_price(self):
        """The Service's own price, of which percentages are taken: after the pricelist, before
        a discount, without service level and components (design §4).

        :rtype: float
        """
        parts = self and self._get_offer_price_parts()
        if not parts:
            return self._get_display_price() if self else 0.0
        amount, final = parts[0]
        return amount if final else self._apply_offer_pricelist(amount)

    def _get_offer_quantity(self):
        if not self.product_uom_id or self.product_uom_id == self.product_id.uom_id:
            return self.product_uom_qty
        return self.product_uom_id._compute_quantity(
            self.product_uom_qty, self.product_id.uom_id, raise_if_failure=False
        )

    # === BUSINESS METHODS: COMPONENTS === #

    def _get_offer_service_line(self):
        """The Service's line on which a component hangs, saved or not; none for others."""
        self.ensure_one()
        if self.linked_line_id or not self.linked_virtual_id:
            return self.linked_line_id
        return self.order_id.order_line.filtered(
            lambda line: line.virtual_id == self.linked_virtual_id
        )[:1]

    def _get_offer_components(self):
        """The components that hang directly on a Service's line, as they are sorted."""
        self.ensure_one()
        return self._get_linked_lines().filtered('offer_option_id').sorted('sequence')

    def _prepare_offer_values(self, node):
        """Values of an order line for one item of a configuration. No price is among them: it is
        computed, and stays what somebody made it by hand."""
        return {
            'product_id': node.product.id,
            'product_uom_qty': node.quantity,
            'offer_plan_id': node.plan.id,
            'offer_tier_id': node.tier.id,
            'offer_option_id': node.option.id,
            'offer_date_start': node.date_start if node.plan else False,
            'product_no_variant_attribute_value_ids': [Command.set(node.no_variant_value_ids)],
            'product_custom_attribute_value_ids': [
                Command.clear(),
                *(Command.create(value) for value in node.custom_values),
            ],
        }

    def _prepare_offer_component_values(self, node, service_line, sequence):
        return {
            **self._prepare_offer_values(node),
            'sequence': sequence,
            'virtual_id': str(uuid.uuid4()),
            'linked_line_id': service_line._origin.id,
            'linked_virtual_id': service_line.virtual_id,
        }

    def _match_offer_components(self, nodes):
        """Pair the chosen options with the components that are there.

        :return: pairs of a node and its line (or none), and the lines that nobody chose
        """
        left = self._get_offer_components()
        pairs = []
        for node in nodes:
            mine = left.filtered(lambda line, node=node: line._origin.id == node.line_id)
            mine = mine or left.filtered(
                lambda line, node=node: line.offer_option_id == node.option
            )
            pairs.append((node, mine[:1]))
            left -= mine[:1]
        return pairs, left

    def _get_offer_errors(self):
        """What keeps a Service's line from being sold as it stands.

        :return: plain sentences
        :rtype: list[str]
        """
        self.ensure_one()
        configurations = self.env['offer.configuration']
        _node, errors = configurations._read_configuration(
            self.order_id, configurations._configuration_of(self), quoted=True
        )
        return errors

    # === BUSINESS METHODS: SUBSCRIPTION === #

    def _prepare_offer_subscription_line_values(self, today):
        """Values of the subscription line that goes on with this order line.

        :param datetime.date today: the day of confirmation, by the company's clock
        """
        self.ensure_one()
        return {
            'sale_line_id': self.id,
            'sequence': self.sequence,
            'product_id': self.product_id.id,
            'name': self.name,
            'quantity': self.product_uom_qty,
            'product_uom_id': self.product_uom_id.id,
            'price_unit': self._get_price_in_product_taxes(),
            'discount': self.discount,
            'tier_id': self.offer_tier_id.id,
            'analytic_distribution': self.analytic_distribution,
            'date_start': self.offer_date_start or today,
        }

    def _get_price_in_product_taxes(self):
        """The agreed price per unit as it was before the fiscal position.

        Taxes are mapped anew for each invoice (design §5), so the price that goes into the
        subscription is in the taxes of the product: 121 with 21 % included stays 121, also if the
        order showed 100 to a customer abroad.

        :rtype: float
        """
        self.ensure_one()
        taxes = self.product_id.taxes_id._filter_taxes_by_company(self.company_id)

        def mapped(price):
            return self.product_id._get_tax_included_unit_price_from_price(
                price, product_taxes=taxes, fiscal_position=self.order_id.fiscal_position_id
            )

        # taken at prices so high that the currency's rounding doesn't show
        low, high = mapped(1e6), mapped(2e6)
        if low == 1e6 and high == 2e6:
            return self.price_unit
        slope = (high - low) / 1e6
        if not slope:
            return self.price_unit
        price = 1e6 + (self.price_unit - low) / slope
        return self.env['offer.price']._round(price, self.currency_id)
