"""What happens to subscriptions, and what it does to the monthly recurring revenue (design §5)."""

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
    ('credited', 'Service credit'),
    ('waived', 'Waived'),
]
# whatever it does to the customer's whole revenue
MOVEMENT_OF_KIND = {'paused': 'contraction', 'resumed': 'reactivation'}


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
        ' another plan or Service, which changes nothing for the customer as a whole.',
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
        for event in events:
            mrr = event.subscription_id._to_company_currency(event.mrr_change)
            event.write(
                {
                    'mrr_company': mrr,
                    'arr_company': 12 * mrr,
                    'date_cohort': event._get_first_revenue().date or event.date,
                }
            )
        # an act is one thing that happened, whatever movements it has
        events.filtered(lambda event: not event.act_id)._queue_automations()
        return events

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        raise UserError(self.env._('What has happened to a subscription is not deleted.'))

    # === BUSINESS METHODS: MOVEMENTS === #

    @api.model
    def _record(self, jumps, kind, day, name, **values):
        """Write what an act did to the revenue: an event for each day and Service.

        :param dict jumps: change in MRR by subscription, Service and day
        :param str kind: of the act
        :param datetime.date day: of the act: what jumps then is its own effect, the rest follows
        :param str name: what happened, in words
        :rtype: offer.subscription.event
        """
        events = self.browse()
        for date in sorted({date for _subscription, _service, date in jumps}):
            found = {
                (subscription, service): jump
                for (subscription, service, on), jump in jumps.items()
                if on == date
            }
            for subscription, service, jump, moved in self._split_moved(found):
                events += self.create(
                    {
                        'subscription_id': subscription.id,
                        'service_id': service.id,
                        'date': date,
                        'mrr_change': jump,
                        'name': name,
                        **values,
                        **self._classify(subscription, service, date, jump, moved, kind, day),
                    }
                )
        return events

    @api.model
    def _split_moved(self, found):
        """What goes from one subscription or Service to another is no movement of the customer.

        :param dict found: jumps of one day, by subscription and Service
        :return: subscription, Service, jump, and whether it only moved
        """
        left = min(
            sum(jump for jump in found.values() if jump > 0),
            -sum(jump for jump in found.values() if jump < 0),
        )
        room = {1: left, -1: left}
        parts = []
        for (subscription, service), jump in found.items():
            sign = 1 if jump > 0 else -1
            moved = subscription.currency_id.round(min(abs(jump), room[sign]))
            room[sign] -= moved
            rest = subscription.currency_id.round(abs(jump) - moved)
            if moved:
                parts.append((subscription, service, sign * moved, True))
            if rest:
                parts.append((subscription, service, sign * rest, False))
        # what comes before what goes: nobody leaves who goes on elsewhere
        return sorted(parts, key=lambda part: (part[2] < 0, not part[3]))

    @api.model
    def _classify(self, subscription, service, date, jump, moved, kind, day):
        """:return: kind and movement of one jump"""
        if moved:
            return {'kind': kind, 'movement': 'transfer'}
        taken_back = self.search(
            [
                ('subscription_id', '=', subscription.id),
                ('service_id', '=', service.id),
                ('date', '=', date),
                ('movement', '!=', 'transfer'),
                ('mrr_change', '<' if jump > 0 else '>', 0),
            ],
            limit=1,
        )
        if taken_back and (kind == 'withdrawn' or date != day):
            return {'kind': 'withdrawn', 'movement': taken_back.movement}
        if date != day and jump < 0:
            kind = 'ended'
        movement = MOVEMENT_OF_KIND.get(kind) or self._get_movement(subscription, date, jump, kind)
        return {'kind': kind, 'movement': movement}

    @api.model
    def _get_movement(self, subscription, date, jump, kind):
        """New and churn are per customer, so they depend on all that the customer has."""
        domain = self._get_customer_domain(subscription)
        if jump > 0:
            before = [*domain, ('date', '<', date)]
            if self._has_revenue(before):
                return 'expansion'
            return 'reactivation' if self.search_count(before, limit=1) else 'new'
        if self._has_revenue([*domain, ('date', '<=', date)], subscription.currency_id, jump):
            return 'contraction'
        # what ended on the same day was a part of it
        self.search(
            [*domain, ('date', '=', date), ('kind', '=', kind), ('movement', '=', 'contraction')]
        ).movement = 'churn'
        return 'churn'

    @api.model
    def _get_customer_domain(self, subscription):
        return [
            ('partner_id', '=', subscription.partner_id.commercial_partner_id.id),
            ('company_id', '=', subscription.company_id.id),
        ]

    def _get_first_revenue(self):
        """:return: the event with which the customer's revenue began"""
        domain = self._get_customer_domain(self.subscription_id)
        return self.search([*domain, ('mrr_change', '>', 0)], order='date, id', limit=1)

    @api.model
    def _has_revenue(self, domain, currency=None, jump=0.0):
        """:return: whether anything recurs, in any currency, after a jump in one of them"""
        sums = dict(self._read_group(domain, ['currency_id'], ['mrr_change:sum']))
        if currency:
            sums[currency] = sums.get(currency, 0.0) + jump
        return any(currency.compare_amounts(amount, 0.0) > 0 for currency, amount in sums.items())
