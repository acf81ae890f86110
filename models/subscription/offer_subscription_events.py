"""Every act on a subscription is recorded with what it does to the recurring revenue."""

from contextlib import contextmanager

from markupsafe import Markup

from odoo import api, fields, models

from ...tools.periods import ONE_DAY


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    event_ids = fields.One2many(
        comodel_name='offer.subscription.event', inverse_name='subscription_id', string='Events'
    )
    event_count = fields.Integer(compute='_compute_event_count')
    mrr = fields.Monetary(
        string='MRR',
        compute='_compute_mrr',
        help='Monthly recurring revenue: what runs today, per month.',
    )

    # === COMPUTE METHODS === #

    @api.depends('event_ids')
    def _compute_event_count(self):
        for subscription in self:
            subscription.event_count = len(subscription.event_ids)

    @api.depends(
        'state',
        'line_ids.price_subtotal',
        'line_ids.date_start',
        'line_ids.date_end',
        'line_ids.phase_ids',
        'pause_ids',
        'resume_ids',
        'end_ids',
    )
    def _compute_mrr(self):
        for subscription in self:
            subscription.mrr = subscription._get_mrr()

    # === BUSINESS METHODS === #

    def _get_mrr(self, day=None):
        """What recurs a month on a day.

        :param day: None: today, by the clock of the company
        :type day: datetime.date | None
        :rtype: float
        """
        self.ensure_one()
        day = day or self._get_company_today(self.company_id)
        return sum(jump for (_s, _service, on), jump in self._get_mrr_jumps().items() if on <= day)

    def _get_mrr_jumps(self):
        """:return: changes of the monthly recurring revenue by subscription, Service and day
        :rtype: dict
        """
        jumps = {}
        for subscription in self.filtered(lambda subscription: subscription.state != 'pending'):
            if subscription.is_on_facts:
                found = subscription._get_revenue_jumps(subscription._get_timeline())
                jumps.update({(subscription, *key): jump for key, jump in found.items()})
                continue
            for line in subscription.line_ids:
                ends = line.date_end and line.date_end + ONE_DAY
                if not line.date_start or (ends and ends <= line.date_start):
                    continue
                service, mrr = line._get_service(), line._get_mrr()
                for day, change in ((line.date_start, mrr), (ends, -mrr)):
                    if day:
                        key = subscription, service, day
                        jumps[key] = jumps.get(key, 0.0) + change
        return jumps

    @contextmanager
    def _recording(self, kind, day, name, **values):
        """Record what the block does to these subscriptions, and to those that it appends to
        what it is given; tell it in the chatter.

        :param str kind: see `offer.subscription.event`
        :param datetime.date day: from which on it counts
        :param str name: what happens, in plain words
        """
        if self.env.context.get('offer_recording'):
            yield []
            return
        if self.is_on_facts:
            with self._acting(kind, day, name, **values):
                yield []
            return
        before, found = self._get_mrr_jumps(), []
        yield found
        # rows of a line's days that were read before are read anew
        after = (self.union(*found) if found else self)._get_mrr_jumps()
        jumps = {}
        for key in before.keys() | after.keys():
            jump = key[0].currency_id.round(after.get(key, 0.0) - before.get(key, 0.0))
            if jump:
                jumps[key] = jump
        # sudo: events are written by the acts alone, nobody has the right to write them by hand
        events_sudo = self.env['offer.subscription.event'].sudo()
        events_sudo._record(jumps, kind, day, name, **values)
        for subscription in self.union(*found):
            if not any(key[0] == subscription and key[2] == day for key in jumps):
                events_sudo.create(
                    {
                        'subscription_id': subscription.id,
                        'service_id': subscription._get_main_service().id,
                        'kind': kind,
                        'date': day,
                        'name': name,
                        **values,
                    }
                )
            effect = sum(
                jump for key, jump in jumps.items() if key[0] == subscription and key[2] == day
            )
            subscription._tell({subscription: (name, effect)})

    def _tell(self, told):
        """Say in the chatter what happened, and what it does to the monthly revenue.

        :param dict told: by subscription what happened, and the change of its monthly revenue
        """
        bodies = {}
        for subscription in self:
            name, effect = told[subscription]
            body = Markup('<p>%s</p>') % name
            if effect:
                sign = '+' if effect > 0 else '−'
                amount = subscription.currency_id.format(abs(effect))
                body += Markup('<p>%s</p>') % self.env._('%s a month', f'{sign}{amount}')
            bodies[subscription.id] = body
        # Odoo logs as superuser: whoever may act may say so, also a customer who signs
        self._message_log_batch(bodies)

    def _get_main_service(self):
        """:return: the Service that stands first, or the item"""
        self.ensure_one()
        return self.line_ids.sorted(lambda line: (bool(line.parent_id), line.sequence, line.id))[
            :1
        ]._get_service()

    def _to_company_currency(self, amount):
        """At the rate of the start: what rates do afterwards is no revenue."""
        self.ensure_one()
        company = self.company_id
        day = self.date_start or self._get_company_today(company)
        return self.currency_id._convert(amount, company.currency_id, company, day)

    # === ACTION METHODS === #

    def action_view_events(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'sale_offer.offer_subscription_event_action'
        )
        return {
            **action,
            'domain': [('subscription_id', '=', self.id)],
            'context': {},
            'views': [(False, 'list'), (False, 'graph')],
        }
