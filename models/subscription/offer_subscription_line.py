from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.facts import Line
from ...tools.periods import ONE_DAY

# what a customer was billed for is not edited: it ends, and a successor goes on (design §5)
SETTLED_FIELDS = {
    'subscription_id',
    'product_id',
    'quantity',
    'product_uom_id',
    'price_unit',
    'discount',
    'date_start',
}


class OfferSubscriptionLine(models.Model):
    _name = 'offer.subscription.line'
    _description = 'Subscription Line'
    _inherit = ['analytic.mixin']
    _order = 'subscription_id, sequence, id'

    _quantity_positive = models.Constraint(
        'CHECK (quantity > 0)', 'The quantity of a subscription line is more than 0.'
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
    previous_line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        string='Succeeds',
        index='btree_not_null',
        ondelete='restrict',
        copy=False,
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
        'billing_entry_ids.credited_from',
        'billing_entry_ids.is_taken_back',
        'billing_entry_ids.is_void',
        'date_start',
        'date_external_to',
        'settled_to',
        'subscription_id.state',
    )
    def _compute_billed_until(self):
        pending = self.filtered(lambda line: line._is_pending_on_facts())
        for line in pending:
            line.billed_until = line.date_external_to
        by_facts = self.filtered(lambda line: line.subscription_id._goes_by_facts())
        until = by_facts._origin._find_billed_until()
        for line in by_facts:
            line.billed_until = until.get(line._origin, False)
        for line in self - by_facts - pending:
            settled = line.billing_entry_ids._as_settled()
            day = line.date_start and line.date_start - ONE_DAY
            for entry in sorted(settled, key=lambda entry: entry.first):
                if day and entry.first <= day + ONE_DAY:
                    day = max(day, entry.last)
            line.billed_until = day if day and day >= line.date_start else False

    def _inverse_billed_until(self):
        """Settle what was billed before this addon, so that it isn't billed again."""
        for line in self:
            until = line.billed_until
            if line._is_pending_on_facts():
                # entries are made when it is activated, at what is agreed then
                line._write_shown({'date_external_to': until})
            if line.subscription_id.is_on_facts:
                continue
            entries_sudo = line.sudo().billing_entry_ids  # entries are the engine's
            if entries_sudo.filtered(lambda entry: entry.kind != 'external'):
                raise UserError(
                    self.env._('"%s" is billed here: the invoices say until when.', line.name)
                )
            line.date_start = line.date_start or line.subscription_id.date_start
            if until and not line.date_start:
                raise UserError(
                    self.env._('Say since when "%s" runs, as it is billed already.', line.name)
                )
            entries_sudo.unlink()
            if until and until >= line.date_start:
                entries_sudo.create(
                    {
                        'subscription_line_id': line.id,
                        'kind': 'external',
                        'date_from': line.date_start,
                        'date_to': until,
                        'reason': self.env._('Billed before the subscription came in.'),
                    }
                )
            line._update_next_due()

    # === CONSTRAINT METHODS === #

    @api.constrains('date_start', 'subscription_id')
    def _check_date_start(self):
        for line in self:
            subscription = line.subscription_id
            if subscription.is_on_facts or line.date_start:
                # acts say it
                continue
            if subscription.state not in ('pending', 'closed'):
                raise ValidationError(
                    self.env._('Say from which day on "%s" is billed.', line.display_name)
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Let the engine find what is added to a running subscription."""
        lines = self._create_shown(vals_list)
        lines._check_created(vals_list)
        lines._update_next_due()
        return lines

    @api.model
    def _create_shown(self, vals_list):
        """Create the lines of an act, past the guards of our own `create`."""
        return super().create(vals_list)  # pylint: disable=super-method-mismatch

    def write(self, vals):
        """Refuse to change what a customer was billed for."""
        self._check_fixed(vals)
        names = (SETTLED_FIELDS | {'date_end'}) & vals.keys()
        changed = self.filtered(
            lambda line: line.billing_entry_ids
            and any(vals[name] != line._as_written(name) for name in names)
        )
        drafts = changed._get_untouched_drafts()
        for line in changed if SETTLED_FIELDS & vals.keys() else ():
            if line.billing_entry_ids.filtered(lambda entry: entry.move_id not in drafts):
                raise UserError(
                    self.env._(
                        '"%s" has been billed, so it stays as it was: change the subscription from'
                        ' a day on instead.',
                        line.display_name,
                    )
                )
        with drafts._rebuilding_offer_drafts():
            res = super().write(vals)
            if {'date_start', 'date_end'} & vals.keys():
                self._update_next_due()
        return res

    def _get_untouched_drafts(self):
        """:return: drafts of the engine that cover these lines, and that nobody worked on
        :rtype: account.move
        """
        # sudo: drafts are the engine's until somebody touches them
        moves_sudo = self.sudo().billing_entry_ids.move_id
        return moves_sudo.filtered(
            lambda move: move.state == 'draft'
            and not move.posted_before
            and not move.is_manually_modified
        )

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

    def _is_pending_on_facts(self):
        subscription = self.subscription_id
        return subscription.is_on_facts and subscription.state == 'pending'

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
