from odoo import api, fields, models

from ...tools.facts import Line


class OfferSubscriptionLine(models.Model):
    _name = 'offer.subscription.line'
    _description = 'Subscription Line'
    _inherit = ['analytic.mixin']
    _order = 'subscription_id, sequence, id'

    _quantity_positive = models.Constraint(
        'CHECK (quantity > 0)', 'The quantity of a subscription line is more than 0.'
    )

    # what order and line have in common stands here once: confirming twice starts nothing twice
    _sale_line_once = models.UniqueIndex(
        '(sale_line_id) WHERE sale_line_id IS NOT NULL',
        'This order line has a subscription line already.',
    )

    subscription_id = fields.Many2one(
        comodel_name='offer.subscription', required=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='subscription_id.company_id', store=True)
    partner_id = fields.Many2one(
        related='subscription_id.partner_id', string='Customer', store=True
    )
    currency_id = fields.Many2one(related='subscription_id.currency_id')
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        comodel_name='product.product', required=True, index=True, ondelete='restrict'
    )
    name = fields.Text(
        string='Description',
        compute='_compute_name',
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    tier_id = fields.Many2one(
        comodel_name='offer.sla.tier', string='Service Level', ondelete='restrict'
    )
    date_start = fields.Date(string='Start')
    date_since = fields.Date(
        string='Since',
        compute='_compute_date_since',
        help='The day from which on it is agreed as it is now.',
    )
    date_end = fields.Date(string='End', help='The last day that is billed; empty: no end.')
    quantity = fields.Float(default=1.0, digits='Product Unit', required=True)
    product_uom_id = fields.Many2one(
        comodel_name='uom.uom',
        string='Unit',
        compute='_compute_product_uom_id',
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        ondelete='restrict',
    )
    price_unit = fields.Float(
        string='Unit Price',
        min_display_digits='Product Price',
        help="Per unit and period of the plan, in the product's own taxes.",
    )
    discount = fields.Float(string='Discount (%)', digits='Discount')
    price_subtotal = fields.Monetary(
        string='Per Period', compute='_compute_price_subtotal', help='Untaxed.'
    )
    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line',
        string='Order Line',
        index='btree_not_null',
        ondelete='restrict',
        copy=False,
    )
    option_id = fields.Many2one(
        comodel_name='offer.option',
        index='btree_not_null',
        ondelete='restrict',
        help='The option of the Service that this line delivers.',
    )
    parent_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        string='Part Of',
        index='btree_not_null',
        ondelete='cascade',
        copy=False,
        help='The line of the Service on which this one hangs.',
    )
    continues_line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        index='btree_not_null',
        ondelete='restrict',
        copy=False,
        readonly=True,
        help='The earlier line that this one continues, such as that under the previous plan.',
    )
    continued_by_ids = fields.One2many(
        comodel_name='offer.subscription.line',
        inverse_name='continues_line_id',
    )
    phase_ids = fields.One2many(
        comodel_name='offer.subscription.phase',
        inverse_name='subscription_line_id',
        string='Agreed',
    )
    waiver_ids = fields.One2many(
        comodel_name='offer.subscription.waiver',
        inverse_name='subscription_line_id',
        string='Waived',
    )
    date_external_to = fields.Date(
        string='Billed Externally To',
        copy=False,
        readonly=True,
        help='The last day that another system billed before the line came in.',
    )
    settled_to = fields.Date(
        copy=False,
        readonly=True,
        string='Billed Without Gaps Before',
        help='The first day on which the ledger may differ from what is owed: early, never late.'
        ' Not set if nothing differs.',
    )
    billing_entry_ids = fields.One2many(
        comodel_name='offer.billing.entry', inverse_name='subscription_line_id', string='Settled'
    )
    billed_until = fields.Date(
        compute='_compute_billed_until',
        inverse='_inverse_billed_until',
        help='The last day that is settled without a gap. For an agreement that comes in running:'
        ' the last day that was billed elsewhere.',
    )
    date_next_due = fields.Date(
        string='Next Due',
        index='btree_not_null',
        copy=False,
        readonly=True,
        help='Nothing is due before this day.',
    )

    # === COMPUTE METHODS === #

    @api.depends('product_id')
    def _compute_name(self):
        for line in self:
            if not line.name and line.product_id:
                lang = line.subscription_id.partner_id.lang
                product = line.product_id.with_context(lang=lang)
                line.name = product.get_product_multiline_description_sale()

    @api.depends('product_id')
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_uom_id or line.product_id.uom_id

    @api.depends('quantity', 'price_unit', 'discount', 'currency_id', 'product_id', 'company_id')
    def _compute_price_subtotal(self):
        for line in self:
            line.price_subtotal = line.subscription_id._get_untaxed(
                line.product_id, line._get_amount(line.quantity, line.price_unit)
            )

    @api.depends('name', 'product_id')
    def _compute_display_name(self):
        for line in self:
            line.display_name = (line.name or line.product_id.display_name or '').split('\n')[0]

    @api.depends(
        'billing_entry_ids.date_to',
        'billing_entry_ids.is_taken_back',
        'billing_entry_ids.is_void',
        'date_start',
        'date_external_to',
        'settled_to',
        'subscription_id.state',
    )
    def _compute_billed_until(self):
        begun = self.filtered(lambda line: line.subscription_id._has_begun())
        until = begun._origin._find_billed_until()
        for line in begun:
            line.billed_until = until.get(line._origin, False)
        for line in self - begun:
            line.billed_until = line.date_external_to

    def _inverse_billed_until(self):
        """Remember what was billed before this addon: entries are made when it is activated, at
        what is agreed then.
        """
        for line in self.filtered(lambda line: not line.subscription_id._has_begun()):
            line._write_shown({'date_external_to': line.billed_until})

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Refuse what acts alone say."""
        lines = self._create_shown(vals_list)
        lines._check_created(vals_list)
        return lines

    @api.model
    def _create_shown(self, vals_list):
        """Create the lines of an act, past the guards of our own `create`."""
        return super().create(vals_list)  # pylint: disable=super-method-mismatch

    def write(self, vals):
        """Refuse what acts alone change."""
        self._check_fixed(vals)
        return super().write(vals)

    def _as_written(self, name):
        field = self._fields[name]
        return field.convert_to_write(self[name], self)

    # === BUSINESS METHODS === #

    def _get_amount(self, quantity, price_unit):
        """:return: amount after discount, in the own taxes of the price and the currency of the
        subscription
        """
        amount = quantity * price_unit * (1 - (self.discount or 0.0) / 100)
        return self.currency_id.round(amount) if self.currency_id else amount

    # === BUSINESS METHODS: FACTS === #

    def _as_fact(self):
        """:rtype: odoo.addons.sale_offer.tools.facts.Line"""
        self.ensure_one()
        return self._make_fact(phase._as_fact() for phase in self.phase_ids)

    def _make_fact(self, phases):
        parent, external_to = self.parent_id.id or None, self.date_external_to or None
        return Line(self.id, tuple(phases), parent, external_to)

    def _write_shown(self, values):
        """Keep for screens and reports what is agreed now, past the guards of our own `write`: what
        was billed stays as it was settled.
        """
        return super().write(values)  # pylint: disable=super-method-mismatch
