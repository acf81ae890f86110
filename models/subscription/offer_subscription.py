from odoo import api, fields, models

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


class OfferSubscription(models.Model):
    _name = 'offer.subscription'
    _description = 'Subscription'
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'id desc'
    _check_company_auto = True

    _due_index = models.Index('(company_id, date_next_due) WHERE date_next_due IS NOT NULL')
    _shown_index = models.Index('(company_id, date_next_shown) WHERE date_next_shown IS NOT NULL')
    _renewal_index = models.Index(
        '(company_id, date_next_renewal) WHERE date_next_renewal IS NOT NULL'
    )

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
    end_reason_id = fields.Many2one(
        comodel_name='offer.end.reason',
        string='Reason of the End',
        copy=False,
        ondelete='restrict',
    )
    end_reason = fields.Char(copy=False, tracking=True)
    date_notice = fields.Date(string='Notice Given', copy=False, readonly=True, tracking=True)
    date_paused = fields.Date(string='Paused From', copy=False, readonly=True)
    date_resume = fields.Date(string='Resumes On', copy=False, readonly=True)

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
        string='Introductory Periods',
        help='So many full periods from the start on are free, or cost less.',
    )
    intro_percent = fields.Float(
        string='Introductory Price (%)', digits=(6, 2), help='Of the price. 0: they are free.'
    )
    date_introduction_end = fields.Date(
        string='Introductory Price Ends',
        copy=False,
        readonly=True,
        help='The last day at the introductory price, fixed when the subscription starts.',
    )
    date_term_start = fields.Date(
        string='Term Counted From',
        copy=False,
        readonly=True,
        help='The day from which minimum term and renewals are counted, if it was transferred: the'
        ' first day before that.',
    )
    minimum_term_end = fields.Date(compute='_compute_minimum_term_end')
    date_term_end = fields.Date(
        string='Term Ends',
        compute='_compute_date_term_end',
        store=True,
        index='btree_not_null',
        help='The last day of the current term. Empty: it runs without one.',
    )
    renewals = fields.Integer(
        string='Renewed', default=0, copy=False, readonly=True, help='How often, until now.'
    )
    renewal_order_id = fields.Many2one(
        comodel_name='sale.order', string='Renewal Quotation', copy=False, readonly=True
    )
    date_next_renewal = fields.Date(
        string='Next Look at the Term',
        copy=False,
        readonly=True,
        help='The next day on which its term is announced, quoted, reminded of or renewed: early,'
        ' never late.',
    )
    date_calendar_failed = fields.Date(
        string='Calendar Failed On',
        copy=False,
        readonly=True,
        help='The last day on which the scheduler could not do what the calendar asked for.',
    )

    predecessor_id = fields.Many2one(
        comodel_name='offer.subscription',
        string='Continues',
        compute='_compute_neighbours',
        help='The subscription that this one continues, after a transfer or under another plan.',
    )
    successor_ids = fields.Many2many(
        comodel_name='offer.subscription',
        string='Continued By',
        compute='_compute_neighbours',
        help='The subscriptions that continue this one, after a transfer or under another plan.',
    )
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
    charge_ids = fields.One2many(
        comodel_name='offer.subscription.charge',
        inverse_name='subscription_id',
        string='One-Time Amounts',
    )
    event_ids = fields.One2many(
        comodel_name='offer.subscription.event', inverse_name='subscription_id', string='Events'
    )
    event_count = fields.Integer(compute='_compute_event_count')
    running_line_ids = fields.Many2many(
        comodel_name='offer.subscription.line',
        string='Current Lines',
        compute='_compute_running_lines',
    )
    planned_act_ids = fields.Many2many(
        comodel_name='offer.subscription.event', string='Planned', compute='_compute_acts'
    )
    past_act_ids = fields.Many2many(
        comodel_name='offer.subscription.event', string='History', compute='_compute_acts'
    )
    change_order_ids = fields.One2many(
        comodel_name='sale.order',
        inverse_name='offer_change_subscription_id',
        string='Change Quotations',
    )
    change_order_count = fields.Integer(compute='_compute_change_order_count')
    role_assignment_ids = fields.One2many(
        comodel_name='offer.role.assignment', inverse_name='subscription_id', string='Roles'
    )
    amount_period = fields.Monetary(string='Per Period', compute='_compute_amount_period')
    mrr = fields.Monetary(
        string='MRR',
        compute='_compute_mrr',
        help='Monthly recurring revenue: what runs today, per month.',
    )
    invoice_count = fields.Integer(compute='_compute_invoice_count')
    date_next_due = fields.Date(
        string='Next Invoice',
        copy=False,
        readonly=True,
        help='Nothing is due before this day. Empty: everything is billed.',
    )
    date_next_shown = fields.Date(
        string='Shown Until Before',
        copy=False,
        readonly=True,
        help='The next day on which what is shown of it changes: early, never late.',
    )
    date_last_run = fields.Datetime(string='Last Billed At', copy=False, readonly=True)
    date_last_act = fields.Datetime(string='Last Act At', copy=False, readonly=True)
    parked_reason = fields.Text(
        copy=False, readonly=True, help='Why it could not be billed. It waits until it is retried.'
    )

    # === CRUD METHODS === #

    @api.model
    def get_import_templates(self):
        """Offer a file for agreements that come in running."""
        return [
            {
                'label': self.env._('Import Template for Running Subscriptions'),
                'template': '/sale_offer/static/xls/offer_subscription.csv',
            }
        ]
