from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.periods import ONE_DAY, add_interval
from .offer_plan import EARLY_ENDS, RENEWAL_MODES, UNITS

AGREED_FIELDS = (
    'minimum_term_count',
    'minimum_term_unit',
    'notice_count',
    'notice_unit',
    'renewal_count',
    'renewal_unit',
    'renewal_mode',
    'renewal_percent',
    'early_end',
    'early_end_percent',
)


# what says which days are entitled
DUE_FIELDS = {
    'state',
    'plan_id',
    'date_start',
    'date_anchor',
    'date_end',
    'minimum_term_count',
    'minimum_term_unit',
    'renewal_count',
    'renewal_unit',
    'renewal_mode',
    'renewals',
}


class OfferSubscription(models.Model):
    _name = 'offer.subscription'
    _description = 'Subscription'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'
    _check_company_auto = True

    _due_index = models.Index('(company_id, date_next_due) WHERE date_next_due IS NOT NULL')

    name = fields.Char(
        string='Number', required=True, copy=False, readonly=True, default=lambda self: '/'
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        comodel_name='res.partner',
        string='Customer',
        required=True,
        index=True,
        tracking=True,
        ondelete='restrict',
    )
    partner_invoice_id = fields.Many2one(
        comodel_name='res.partner',
        string='Invoice Address',
        compute='_compute_addresses',
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
        ondelete='restrict',
    )
    partner_shipping_id = fields.Many2one(
        comodel_name='res.partner',
        string='Delivery Address',
        compute='_compute_addresses',
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        ondelete='restrict',
    )
    payment_term_id = fields.Many2one(
        comodel_name='account.payment.term', check_company=True, ondelete='restrict'
    )
    currency_id = fields.Many2one(
        comodel_name='res.currency',
        required=True,
        default=lambda self: self.env.company.currency_id,
        ondelete='restrict',
    )
    journal_id = fields.Many2one(
        comodel_name='account.journal',
        string='Invoicing Journal',
        domain=[('type', '=', 'sale')],
        check_company=True,
        ondelete='restrict',
        help="Empty: the company's first one for sales.",
    )
    user_id = fields.Many2one(
        comodel_name='res.users', string='Salesperson', tracking=True, index='btree_not_null'
    )
    team_id = fields.Many2one(comodel_name='crm.team', string='Sales Team', check_company=True)
    client_order_ref = fields.Char(string='Customer Reference', tracking=True)
    sale_order_id = fields.Many2one(
        comodel_name='sale.order',
        string='Order',
        index='btree_not_null',
        copy=False,
        readonly=True,
        ondelete='restrict',
    )
    plan_id = fields.Many2one(
        comodel_name='offer.plan',
        required=True,
        index=True,
        check_company=True,
        ondelete='restrict',
    )
    state = fields.Selection(
        selection=[
            ('pending', 'Pending'),
            ('active', 'Active'),
            ('paused', 'Paused'),
            ('closed', 'Closed'),
        ],
        string='Status',
        default='pending',
        required=True,
        tracking=True,
        copy=False,
        readonly=True,
    )
    date_start = fields.Date(string='Start', tracking=True, copy=False)
    date_anchor = fields.Date(
        string='Periods Counted From', copy=False, help='Every billing period counts from this day.'
    )
    date_end = fields.Date(string='End', tracking=True, copy=False, help='The last day.')
    end_reason = fields.Char(copy=False, tracking=True)

    # own copies: somebody with the right can agree others than the plan's
    minimum_term_count = fields.Integer(
        string='Minimum Term',
        compute='_compute_agreed',
        store=True,
        readonly=False,
        precompute=True,
    )
    minimum_term_unit = fields.Selection(
        selection=UNITS, compute='_compute_agreed', store=True, readonly=False, precompute=True
    )
    notice_count = fields.Integer(
        string='Notice Period',
        compute='_compute_agreed',
        store=True,
        readonly=False,
        precompute=True,
    )
    notice_unit = fields.Selection(
        selection=UNITS, compute='_compute_agreed', store=True, readonly=False, precompute=True
    )
    renewal_count = fields.Integer(
        string='Renewal Term',
        compute='_compute_agreed',
        store=True,
        readonly=False,
        precompute=True,
    )
    renewal_unit = fields.Selection(
        selection=UNITS, compute='_compute_agreed', store=True, readonly=False, precompute=True
    )
    renewal_mode = fields.Selection(
        selection=RENEWAL_MODES,
        string='At the End of a Term',
        compute='_compute_agreed',
        store=True,
        readonly=False,
        precompute=True,
    )
    renewal_percent = fields.Float(
        string='Price Adjustment (%)',
        digits=(6, 3),
        compute='_compute_agreed',
        store=True,
        readonly=False,
        precompute=True,
        help='At each renewal, if it was announced.',
    )
    early_end = fields.Selection(
        selection=EARLY_ENDS,
        string='Ending before the Term',
        compute='_compute_agreed',
        store=True,
        readonly=False,
        precompute=True,
    )
    early_end_percent = fields.Float(
        string='Fee (%)',
        digits=(6, 3),
        compute='_compute_agreed',
        store=True,
        readonly=False,
        precompute=True,
        help='Of what the rest of the term would have cost.',
    )
    intro_periods = fields.Integer(
        string='First Periods', help='So many periods from the start on are free, or cost less.'
    )
    intro_percent = fields.Float(
        string='At (%)', digits=(6, 2), help='Of the price. 0: they are free.'
    )
    date_introduction_end = fields.Date(
        string='Introductory Price Ends',
        copy=False,
        readonly=True,
        help='The last day at the introductory price, fixed when the subscription starts.',
    )
    minimum_term_end = fields.Date(compute='_compute_minimum_term_end')

    line_ids = fields.One2many(
        comodel_name='offer.subscription.line',
        inverse_name='subscription_id',
        string='Lines',
        copy=True,
    )
    pause_ids = fields.One2many(
        comodel_name='offer.subscription.pause', inverse_name='subscription_id', string='Pauses'
    )
    resume_ids = fields.One2many(
        comodel_name='offer.subscription.resume',
        inverse_name='subscription_id',
        string='Resumptions',
    )
    end_ids = fields.One2many(
        comodel_name='offer.subscription.end', inverse_name='subscription_id', string='Ends'
    )
    role_assignment_ids = fields.One2many(
        comodel_name='offer.role.assignment', inverse_name='subscription_id', string='Roles'
    )
    amount_period = fields.Monetary(string='Per Period', compute='_compute_amount_period')
    invoice_count = fields.Integer(compute='_compute_invoice_count')
    date_next_due = fields.Date(
        string='Next Invoice',
        copy=False,
        readonly=True,
        help='Nothing is due before this day. Empty: everything is billed.',
    )
    date_last_run = fields.Datetime(string='Last Billed At', copy=False, readonly=True)
    # until the core is switched over: acts and billing of this one go by its facts
    is_on_facts = fields.Boolean(copy=False, readonly=True)
    date_last_act = fields.Datetime(string='Last Act At', copy=False, readonly=True)
    parked_reason = fields.Text(
        copy=False, readonly=True, help='Why it could not be billed. It waits until it is retried.'
    )

    # === COMPUTE METHODS === #

    @api.depends('partner_id')
    def _compute_addresses(self):
        for subscription in self:
            addresses = subscription.partner_id.address_get(['invoice', 'delivery'])
            subscription.partner_invoice_id = addresses['invoice']
            subscription.partner_shipping_id = addresses['delivery']

    @api.depends('plan_id')
    def _compute_agreed(self):
        for subscription in self:
            for name in AGREED_FIELDS:
                subscription[name] = subscription.plan_id[name]

    @api.depends('date_start', 'minimum_term_count', 'minimum_term_unit')
    def _compute_minimum_term_end(self):
        for subscription in self:
            end = False
            if subscription.date_start and subscription.minimum_term_count:
                end = add_interval(
                    subscription.date_start,
                    subscription.minimum_term_count,
                    subscription.minimum_term_unit,
                )
                end -= ONE_DAY
            subscription.minimum_term_end = end

    @api.depends('line_ids.price_subtotal', 'line_ids.date_end', 'running_line_ids')
    def _compute_amount_period(self):
        for subscription in self:
            if subscription._goes_by_facts():
                subscription.amount_period = sum(
                    subscription.running_line_ids.mapped('price_subtotal')
                )
                continue
            # a line that has a successor is history, and so is what was left out of a change
            today = subscription._get_company_today(subscription.company_id)
            day = min(today, subscription.date_end or today)
            current = subscription.line_ids - subscription.line_ids.previous_line_id
            current = current.filtered(
                lambda line, day=day: not line.date_end or line.date_end >= day
            )
            subscription.amount_period = sum(current.mapped('price_subtotal'))

    @api.depends('line_ids.billing_entry_ids')
    def _compute_invoice_count(self):
        for subscription in self:
            subscription.invoice_count = len(subscription._get_invoices())

    # === CONSTRAINT METHODS === #

    @api.constrains('active', 'state')
    def _check_active(self):
        for subscription in self:
            if not subscription.active and subscription.state in ('active', 'paused'):
                raise ValidationError(
                    self.env._(
                        '%s is running and would be billed no more: end it before you archive it.',
                        subscription.name,
                    )
                )

    @api.constrains('intro_periods', 'intro_percent')
    def _check_intro(self):
        for subscription in self:
            if subscription.intro_periods < 0 or not 0 <= subscription.intro_percent <= 100:
                raise ValidationError(
                    self.env._(
                        'The first periods are a number from 0 on, at a percentage of the price'
                        ' from 0 to 100.'
                    )
                )
            if subscription.line_ids.billing_entry_ids:
                raise ValidationError(
                    self.env._(
                        '%s has been billed: its first periods stay as they were agreed.',
                        subscription.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Number new subscriptions."""
        for vals in vals_list:
            self._check_not_by_hand(vals)
            if vals.get('name', '/') == '/':
                sequences = self.env['ir.sequence'].with_company(vals.get('company_id'))
                vals['name'] = sequences.next_by_code('offer.subscription') or '/'
        subscriptions = super().create(vals_list)
        subscriptions._check_created(vals_list)
        return subscriptions

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse what acts alone write; other terms are an act of their own."""
        self._check_not_by_hand(vals)
        self._check_fixed(vals)
        with self._agreeing_terms(vals):
            return self._write_shown(vals)

    def _write_shown(self, values):
        """Keep what follows from acts and billing, past the guards of our own `write`."""
        res = super().write(values)  # pylint: disable=super-method-mismatch
        if DUE_FIELDS & values.keys():
            chains = self.filtered(lambda subscription: not subscription.is_on_facts)
            chains.line_ids._update_next_due()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for subscription in self:
            if subscription.line_ids.billing_entry_ids:
                raise UserError(
                    self.env._(
                        '%s has been billed, so it can\'t be deleted: end it instead.',
                        subscription.name,
                    )
                )

    @api.model
    def get_import_templates(self):
        """Offer a file for agreements that come in running."""
        return [
            {
                'label': self.env._('Import Template for Running Subscriptions'),
                'template': '/sale_offer/static/xls/offer_subscription.csv',
            }
        ]

    # === BUSINESS METHODS === #

    @api.model
    def _to_day(self, value):
        try:
            day = fields.Date.to_date(value)
        except (ValueError, TypeError, AttributeError):
            day = None
        if not day:
            raise UserError(self.env._('"%s" is not a date.', str(value)[:40]))
        return day

    def _get_invoices(self):
        """:rtype: account.move"""
        return self.line_ids.billing_entry_ids.move_id
