"""The recurring revenue of a subscription, and what the chatter says of acts."""

from markupsafe import Markup

from odoo import api, models


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

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
        if not self._has_begun():
            return 0.0
        jumps = self._get_revenue_jumps(self._get_timeline())
        return sum(jump for (_service, on), jump in jumps.items() if on <= day)

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
        if self.currency_id == company.currency_id:
            return amount
        day = self._get_rate_day() or self._get_company_today(company)
        return self.currency_id._convert(amount, company.currency_id, company, day)

    def _get_rate_day(self):
        """:return: the start; of what went on in the same currency the start of the first one"""
        first = self.sudo()  # sudo: what was agreed decides, whoever asks
        while before := first.line_ids.continues_line_id.subscription_id.filtered(
            lambda it, first=first: it.id < first.id
            and (it.currency_id, it.company_id) == (first.currency_id, first.company_id)
        ):
            first = before[0]
        return first.date_start

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
