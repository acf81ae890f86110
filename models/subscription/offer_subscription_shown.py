"""What people see of facts: what runs today, what is planned, what was. It decides no money."""

import logging

from odoo import api, models

from ...tools.shown import find_agreed_since
from .faults import is_nobodys

_logger = logging.getLogger(__name__)


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === COMPUTE METHODS === #

    @api.depends('line_ids.price_subtotal', 'line_ids.date_end', 'running_line_ids')
    def _compute_amount_period(self):
        for subscription in self:
            begun = subscription._has_begun()
            lines = subscription.running_line_ids if begun else subscription.line_ids
            subscription.amount_period = sum(lines.mapped('price_subtotal'))

    @api.depends('line_ids.date_start', 'line_ids.date_end', 'date_start', 'date_end')
    def _compute_running_lines(self):
        for subscription in self:
            day = subscription._get_shown_day()
            subscription.running_line_ids = subscription.line_ids.filtered(
                lambda line, day=day: line.date_start
                and line.date_start <= day
                and (not line.date_end or line.date_end >= day)
            )

    @api.depends('event_ids.withdrawn_by_id')
    def _compute_acts(self):
        for subscription in self:
            planned, past = subscription._split_acts()
            subscription.planned_act_ids = planned
            subscription.past_act_ids = past

    # === BUSINESS METHODS === #

    def _get_shown_day(self):
        """:return: today; before it starts its first day, and after its end its last
        :rtype: datetime.date
        """
        self.ensure_one()
        today = self._get_company_today(self.company_id)
        day = max(today, self.date_start or today)
        return min(day, self.date_end or day)

    def _split_acts(self):
        """:return: acts that count later than today, soonest first, and those that do not, the
            last one entered first; what only took another act back is told there
        :rtype: tuple[offer.subscription.event, offer.subscription.event]
        """
        self.ensure_one()
        events = self.event_ids
        if not self._has_begun():
            return events.browse(), events.browse()
        today = self._get_company_today(self.company_id)
        acts = events.filtered(lambda event: not event.act_id) - events.withdrawn_by_id
        planned = acts.browse()
        if self.state != 'closed':
            planned = acts.filtered(lambda act: act.date > today and act._is_standing())
        return (
            planned.sorted(lambda act: (act.date, act.id)),
            (acts - planned).sorted('id', reverse=True),
        )

    # === SCHEDULER === #

    @api.model
    def _show_company(self, company, day):
        """Keep what is shown of subscriptions whose phase, pause or end takes effect; one commit
        a batch. Whatever days were missed, what holds on this one is shown.

        :param company: res.company
        :param datetime.date day: today, by its clock
        :return: whether there is time left to go on
        :rtype: bool
        """
        found = self.search([('company_id', '=', company.id), ('date_next_shown', '<=', day)])
        # Odoo's own key: what the calendar does is no message, only acts are
        quiet = found.with_context(tracking_disable=True)
        return quiet._visit_all(lambda it: it._show_or_skip(day), day)

    def _show_or_skip(self, day):
        """Store what holds on a day; what breaks one must not stop the others."""
        try:
            with self.env.cr.savepoint():
                self._store_day(day)
        except Exception as error:
            if is_nobodys(error):
                raise
            if len(self) == 1:
                _logger.exception('What is shown of subscription %s is not of today', self.name)
                return
            for subscription in self:
                subscription._show_or_skip(day)


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === COMPUTE METHODS === #

    @api.depends('date_start', 'quantity', 'price_unit', 'discount', 'product_id', 'tier_id')
    def _compute_date_since(self):
        for subscription, lines in self.grouped('subscription_id').items():
            if not subscription or not subscription._has_begun():
                for line in lines:
                    line.date_since = line.date_start
                continue
            timeline, day = subscription._get_timeline(), subscription._get_shown_day()
            for line in lines:
                known = line._origin.id in timeline.keys
                line.date_since = known and find_agreed_since(timeline, line._origin.id, day)
