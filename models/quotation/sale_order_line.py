from odoo import api, fields, models
from odoo.exceptions import UserError

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
    offer_is_setup = fields.Boolean(
        string='Is a Setup Fee', help='The one-time fee of the line on which this one hangs.'
    )
    offer_date_start = fields.Date(
        string='Service Starts',
        copy=False,
        help="If it is another day than the order's start date.",
    )
    offer_intro_periods = fields.Integer(
        string='Introductory Periods of the Plan',
        help='As the plan had them when it was quoted.',
    )
    offer_intro_percent = fields.Float(
        string='Introductory Price of the Plan (%)',
        digits=(6, 2),
        help='Of the price, as the plan had it when it was quoted.',
    )
    offer_quantity_is_fixed = fields.Boolean(compute='_compute_offer_quantity_is_fixed')
    offer_is_running = fields.Boolean(
        compute='_compute_offer_is_running',
        help='A subscription has taken it over: change it there.',
    )
    offer_kind = fields.Selection(related='product_id.offer_kind', string='Offer')
    # What the configurator hands over; the order's onchange turns it into lines, as Odoo does
    # with `selected_combo_items`. Nothing is stored.
    offer_configuration = fields.Json(store=False)
    offer_subscription_line_ids = fields.One2many(
        comodel_name='offer.subscription.line', inverse_name='sale_line_id'
    )

    # === COMPUTE METHODS === #

    @api.depends('offer_option_id')
    def _compute_offer_quantity_is_fixed(self):
        for line in self:
            mode = line._get_offer_terms().quantity_mode
            line.offer_quantity_is_fixed = mode in ('fixed', 'per_unit')

    @api.depends('offer_subscription_line_ids', 'offer_plan_id', 'state')
    def _compute_offer_is_running(self):
        # also where the subscription is another salesperson's
        for line in self.sudo():
            line.offer_is_running = line._is_offer_running()

    @api.depends('offer_option_id', 'offer_tier_id', 'offer_plan_id', 'offer_is_setup')
    def _compute_name(self):
        """Describe plan and service level too."""
        return super()._compute_name()

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
        """Name the promised service level, and the Service as the customer calls it; a component
        stands below its Service anyway, so it needs no "Option for"."""
        if self.offer_is_setup:
            service = self._get_offer_service_line().product_id
            return self.env._(
                '%(fee)s: %(service)s',
                fee=self.product_id.with_context(display_default_code=False).display_name,
                service=service.with_context(display_default_code=False).display_name,
            )
        if not (self.offer_option_id or self.offer_plan_id or self.offer_tier_id):
            return super()._get_sale_order_line_multiline_description_sale()
        own = self._get_offer_own_name()
        text = own or (
            self._get_offer_description()
            + self._get_sale_order_line_multiline_description_variants()
        )
        tier = self.offer_tier_id
        if not tier or (own and tier.id == self._get_offer_held_content()['tier_id']):
            return text
        return '\n'.join([text, ': '.join(filter(None, [tier.name, tier._get_promise_text()]))])

    def _get_offer_description(self):
        """:return: the item's own description, or the customer's name and text of it"""
        description = self.product_id.get_product_multiline_description_sale()
        if self.offer_kind != 'service':
            return description
        context = self.order_id._get_offer_price_context()
        profiles = self.env['offer.customer.profile']
        profile = profiles._find(context.partner, context.company, context.day).get(
            self.product_id.product_tmpl_id
        )
        if not profile or not (profile.name or profile.description):
            return description
        # the profile was read in sudo; its words are meant for everybody who quotes to its customer
        name = profile.name or self.product_id.with_context(display_default_code=False).display_name
        return '\n'.join(
            filter(None, [name, profile.description or self.product_id.description_sale])
        )

    # === CRUD METHODS === #

    def write(self, vals):
        """Refuse to edit what a subscription has taken over."""
        touched = SOLD_FIELDS & vals.keys()
        if touched:
            # also where the subscription is another salesperson's
            for line in self.sudo().filtered(lambda line: line._is_offer_running()):
                changed = [name for name in touched if not line._is_same_value(name, vals[name])]
                if changed:
                    raise UserError(
                        self.env._(
                            '"%s" is billed by its subscription: press "Change" there.',
                            line.product_id.display_name,
                        )
                    )
        return super().write(vals)

    def _is_offer_running(self):
        """:return: whether a subscription has taken the line over"""
        self.ensure_one()
        is_changed = self.order_id.offer_change_subscription_id and self.state == 'sale'
        return bool(self.offer_subscription_line_ids or (self.offer_plan_id and is_changed))

    def _is_same_value(self, name, value):
        field = self._fields[name]
        return field.convert_to_cache(value, self) == field.convert_to_cache(self[name], self)

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
            'option_id': self.offer_option_id.id,
            'date_start': self._get_offer_start(today),
        }

    def _starts_on_delivery(self):
        """:return: whether charging waits until somebody marks the Service delivered"""
        self.ensure_one()
        return self._get_offer_root().product_id.offer_start == 'delivery'

    def _get_price_in_product_taxes(self):
        """The agreed price per unit as it was before the fiscal position.

        Taxes are mapped anew for each invoice, so the price that goes into the
        subscription is in the taxes of the product: 121 with 21 % included stays 121, also if the
        order showed 100 to a customer abroad.

        :rtype: float
        """
        self.ensure_one()
        if not self.order_id.fiscal_position_id:
            return self.price_unit
        # taken at prices so high that the currency's rounding doesn't show
        low, high = self._map_offer_price(1e6), self._map_offer_price(2e6)
        if low == 1e6 and high == 2e6:
            return self.price_unit
        slope = (high - low) / 1e6
        if not slope:
            return self.price_unit
        price = 1e6 + (self.price_unit - low) / slope
        return self.env['offer.price']._round(price, self.currency_id)

    # === BUSINESS METHODS: CATALOGUE === #

    def _get_product_catalog_lines_data(self, **kwargs):
        """Let components be changed in the configurator of their Service only, and what runs on
        its subscription."""
        res = super()._get_product_catalog_lines_data(**kwargs)
        parts = self.filtered(lambda line: line.offer_option_id or line.offer_is_setup)
        if parts or any(self.mapped('offer_is_running')):
            res['readOnly'] = True
        return res
