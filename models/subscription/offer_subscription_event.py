"""What happens to subscriptions, and what it does to the monthly recurring revenue."""

from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ('activated', 'Activated'),
    ('changed', 'Changed'),
    ('revised', 'Price revised'),
    ('renewed', 'Renewed'),
    ('announced', 'Price change announced'),
    ('paused', 'Paused'),
    ('resumed', 'Resumed'),
    ('notice', 'Notice given'),
    ('withdrawn', 'Taken back'),
    ('ended', 'Ended'),
    ('unpaid', 'Unpaid'),
    ('terms', 'Terms changed'),
    ('credited', 'Service credit'),
    ('waived', 'Waived'),
    ('transferred', 'Transferred'),
]

# acts that say something of lines
LINE_KINDS = {'changed', 'revised', 'renewed'}


class OfferSubscriptionEvent(models.Model):
    _name = 'offer.subscription.event'
    _description = 'Event of a Subscription'
    _order = 'date desc, id desc'

    _customer_index = models.Index('(partner_id, company_id, date)')
    _pending_index = models.Index("(id) WHERE automation_state = 'pending'")

    subscription_id = fields.Many2one(
        comodel_name='offer.subscription', required=True, index=True, ondelete='cascade'
    )
    name = fields.Char(string='What Happened', required=True)
    kind = fields.Selection(selection=KINDS, required=True, index=True)
    date = fields.Date(required=True, help='The first day on which it counts.')
    movement = fields.Selection(
        selection=[
            ('new', 'New'),
            ('expansion', 'Expansion'),
            ('contraction', 'Contraction'),
            ('churn', 'Churn'),
            ('reactivation', 'Reactivation'),
            ('transfer', 'Moved within'),
        ],
        help='New and churn are per customer: the first revenue and the last. Moved within: to'
        ' another plan, Service, customer or currency, which changes nothing as a whole.',
    )
    company_id = fields.Many2one(related='subscription_id.company_id', store=True, index=True)
    partner_id = fields.Many2one(
        related='subscription_id.partner_id.commercial_partner_id',
        string='Customer',
        store=True,
    )
    user_id = fields.Many2one(related='subscription_id.user_id', string='Salesperson', store=True)
    plan_id = fields.Many2one(related='subscription_id.plan_id', store=True)
    service_id = fields.Many2one(
        comodel_name='product.template',
        index='btree_not_null',
        ondelete='restrict',
    )
    reason_id = fields.Many2one(comodel_name='offer.end.reason', ondelete='restrict')
    date_cohort = fields.Date(
        string='Customer Since', help="The day of the customer's first recurring revenue."
    )
    currency_id = fields.Many2one(related='subscription_id.currency_id', store=True)
    company_currency_id = fields.Many2one(
        related='subscription_id.company_id.currency_id', string='Currency of the Company'
    )
    mrr_change = fields.Monetary(
        string='MRR Change (Its Currency)',
        aggregator=None,
        help='What it adds to the monthly recurring revenue, in the currency of the subscription.',
    )
    mrr_company = fields.Monetary(
        string='MRR Change',
        currency_field='company_currency_id',
        aggregator='sum',
        help='In the currency of the company, at the rate of the day the subscription started:'
        ' rates that move are no revenue.',
    )
    arr_company = fields.Monetary(
        string='ARR Change', currency_field='company_currency_id', aggregator='sum'
    )
    sale_order_id = fields.Many2one(
        comodel_name='sale.order', string='Order', index='btree_not_null', ondelete='set null'
    )
    move_id = fields.Many2one(
        comodel_name='account.move', string='Invoice', index='btree_not_null', ondelete='set null'
    )
    act_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        index='btree_not_null',
        ondelete='cascade',
        help='The act whose movement of the revenue this is.',
    )
    withdrawn_by_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
    )
    cause_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        readonly=True,
        index='btree_not_null',
        ondelete='cascade',
        help='The change of a plan, or the transfer, with which this subscription goes on.',
    )
    caused_ids = fields.One2many(
        comodel_name='offer.subscription.event', inverse_name='cause_id', string='Continued With'
    )
    phase_ids = fields.One2many(
        comodel_name='offer.subscription.phase', inverse_name='event_id', string='Agreed'
    )
    pause_ids = fields.One2many(
        comodel_name='offer.subscription.pause', inverse_name='event_id', string='Pauses'
    )
    resume_ids = fields.One2many(
        comodel_name='offer.subscription.resume', inverse_name='event_id', string='Resumptions'
    )
    end_ids = fields.One2many(
        comodel_name='offer.subscription.end', inverse_name='event_id', string='Ends'
    )
    waiver_ids = fields.One2many(
        comodel_name='offer.subscription.waiver', inverse_name='event_id', string='Waivers'
    )
    charge_ids = fields.One2many(
        comodel_name='offer.subscription.charge', inverse_name='event_id', string='Fees'
    )
    summary = fields.Text(
        string='What',
        compute='_compute_summary',
        help='What the act says, in plain words, as far as it stands.',
    )
    story = fields.Text(
        compute='_compute_story', help='What happened, and whether it was taken back since.'
    )
    withdrawn_text = fields.Char(string='Withdrawn', compute='_compute_withdrawn_text')
    is_withdrawable = fields.Boolean(compute='_compute_is_withdrawable')
    is_moot = fields.Boolean(
        compute='_compute_is_moot',
        help='The subscription ends before: it only counts if that end is withdrawn.',
    )
    automation_state = fields.Selection(
        selection=[('pending', 'Waiting'), ('done', 'Done'), ('failed', 'Failed')],
        string='Automation',
        readonly=True,
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Work out what the company counts, and queue what a Service does by itself."""
        events = super().create(vals_list)
        firsts = events._get_first_days()
        for event in events:
            mrr = event.subscription_id._to_company_currency(event.mrr_change)
            event.write(
                {
                    'mrr_company': mrr,
                    'arr_company': 12 * mrr,
                    'date_cohort': firsts.get((event.partner_id, event.company_id)) or event.date,
                }
            )
        events._queue_automations()
        return events

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise UserError(self.env._('What has happened to a subscription is not deleted.'))

    # === BUSINESS METHODS: FACTS === #

    def _changes_lines(self):
        """:return: whether the act says something of lines, or withdraws what did"""
        self.ensure_one()
        if self.kind != 'withdrawn':
            return bool(self.phase_ids)
        # what was withdrawn is gone
        taken_back = self.search([('withdrawn_by_id', '=', self.id)])
        return bool(LINE_KINDS & set(taken_back.mapped('kind')))

    # === BUSINESS METHODS: MOVEMENTS === #

    def _get_first_days(self):
        """:return: by customer and company, the day with which their revenue began
        :rtype: dict
        """
        found = self._read_group(
            [
                ('partner_id', 'in', self.partner_id.ids),
                ('company_id', 'in', self.company_id.ids),
                ('mrr_change', '>', 0),
            ],
            ['partner_id', 'company_id'],
            ['date:min'],
        )
        return {(partner, company): day for partner, company, day in found}
