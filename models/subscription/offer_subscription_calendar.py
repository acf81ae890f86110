"""What the calendar asks for: each is visited on the day on which something can happen to it."""

import logging
import time
from math import inf

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.batches import Batches
from ...tools.periods import ONE_DAY
from .faults import is_nobodys

_logger = logging.getLogger(__name__)

BATCH = 100


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === SCHEDULER === #

    @api.model
    def _get_companies_with(self, field, day):
        """:param str field: a day of subscriptions
        :param datetime.date day: on which it has come at the latest, whatever the company's clock
        :return: companies that have subscriptions whose day has come
        :rtype: res.company
        """
        archived_too = self.with_context(active_test=False)
        groups = archived_too._read_group([(field, '<=', day)], ['company_id'])
        return self.env['res.company'].union(*(company for (company,) in groups))

    @api.model
    def _renew_company(self, company, day):
        """Renew what is at the end of its term, and announce and quote it before; one commit a
        batch.

        :return: whether there is time left to go on
        """
        domain = Domain('company_id', '=', company.id) & Domain('date_next_renewal', '<=', day)
        found = self.search(domain & self._get_willing_domain(day))
        return found._visit_all(lambda it: it._follow_term(day), day)

    def _visit_all(self, act, day, most=BATCH):
        """Let a day do something to these, with a commit a batch. One that meets trouble keeps none
        of its batch.

        :param act: is called with those of a batch that nobody else works on
        :param datetime.date day: today, by the clock of the company
        :param int most: of a batch
        :return: whether there is time left to go on
        """
        crons = self.env['ir.cron']
        left = crons._commit_progress(remaining=len(self)) if self else True
        batches = Batches(dict.fromkeys(self.ids, 1), most)
        while left and (ids := batches.take()):
            started = time.monotonic()
            # a commit forgets what was read ahead: a batch at a time
            if self.browse(ids)._visit(act, day):
                batches.count(ids, time.monotonic() - started)
                left = crons._commit_progress(len(ids))
            else:
                # one by itself is left to the next run
                batches.split(ids)
                left = self._has_time()
        return bool(left)

    @api.model
    def _has_time(self):
        """:return: whether the scheduler may go on, also where the database can't be asked"""
        return time.monotonic() < self.env.context.get('cron_end_time', inf)

    def _visit(self, act, day):
        """Let a day do something to these; what fails is said on the subscription, and blocks
        nobody.

        :param act: is called with those that nobody else works on
        :param datetime.date day: today, by the clock of the company
        :return: whether no trouble was met that is nobody's fault
        """
        try:
            free = self.try_lock_for_update(allow_referencing=True)
            free._act_or_tell(act, day)
            self.env.cr.flush()
        except Exception as error:
            if not is_nobodys(error):
                raise
            # the next run tries again
            self.env.cr.rollback()
            return False
        return True

    def _act_or_tell(self, act, day):
        try:
            with self.env.cr.savepoint():
                act(self)
            return
        except Exception as error:
            if is_nobodys(error):
                raise
            broken = error
        if len(self) > 1:
            for subscription in self:
                subscription._act_or_tell(act, day)
            return
        _logger.warning('Subscription %s could not go on', self.name, exc_info=broken)
        reason = broken.args[0] if isinstance(broken, UserError) else repr(broken)
        self._write_shown({'date_calendar_failed': day})
        note = self.env._('What the calendar asked for on %(day)s failed: %(reason)s')
        try:
            with self.env.cr.savepoint():
                self.message_post(body=note % {'day': format_date(self.env, day), 'reason': reason})
        except Exception as error:
            if is_nobodys(error):
                raise
            # what can't be said must not keep the others
            _logger.exception('Nobody was told that %s could not go on', self.name)

    @api.model
    def _get_willing_domain(self, day):
        """:return: that it did not fail on a day already: it is tried again, but not every hour
        :rtype: Domain
        """
        failed = Domain('date_calendar_failed', '=', False)
        return failed | Domain('date_calendar_failed', '<', day)

    # === BUSINESS METHODS === #

    def _follow_term(self, day):
        """Do what a day asks of terms; doing it twice does nothing more."""
        going_on = self.filtered(lambda it: not it.date_end)
        going_on._tell_of_term(day)
        # also the terms that ended while nobody looked
        while ended := going_on.filtered(
            lambda it: not it.date_end and it.date_term_end and it.date_term_end < day
        ):
            going_on = ended._renew_or_end()
            # of a short term that has begun, the end is near already
            going_on._tell_of_term(day)
        for subscription in self:
            upcoming = subscription._find_next_renewal()
            if upcoming:
                upcoming = max(upcoming, day + ONE_DAY)
            subscription._write_changed({'date_next_renewal': upcoming})

    def _tell_of_term(self, day):
        """Announce and quote what comes after the term, where that is due."""
        for subscription in self:
            subscription._announce_adjustment(day)
            subscription._quote_renewal(day)

    def _look_at_term(self):
        """Work out anew on which day something becomes of the term."""
        for subscription in self:
            subscription._write_changed({'date_next_renewal': subscription._find_next_renewal()})

    def _find_next_renewal(self):
        """The next day on which something may become of its term: an announcement, a quotation, a
        reminder, its end. Early, never late; an act and the scheduler keep it.

        :rtype: datetime.date | False
        """
        self.ensure_one()
        end, plan, order = self.date_term_end, self.plan_id, self.renewal_order_id
        if not end or self.date_end or self.state not in ('active', 'paused'):
            return False
        first = end + ONE_DAY
        if self.renewal_mode == 'quote':
            if not order:
                return fields.Date.subtract(end, days=plan.renewal_quote_days)
            if order.state in ('draft', 'sent') and not order.offer_is_reminded:
                return min(first, fields.Date.subtract(end, days=plan.renewal_remind_days))
        elif self.renewal_mode == 'auto':
            if not self.renewal_count:
                return False
            if self.renewal_percent and not self._get_announced_percent(first):
                return fields.Date.subtract(first, days=plan.renewal_announce_days)
        return first


class OfferPlan(models.Model):
    _inherit = 'offer.plan'

    # === BUSINESS METHODS === #

    def _look_at_terms(self):
        """Let the scheduler look at the terms of all that run under these plans."""
        # sudo: whoever keeps plans need not be allowed to write subscriptions
        running = self.env['offer.subscription'].sudo().search(
            [('plan_id', 'in', self.ids), ('date_term_end', '!=', False), ('date_end', '=', False)]
        )  # fmt: skip
        running = running.filtered(lambda it: it.state in ('active', 'paused'))
        for company, subscriptions in running.grouped('company_id').items():
            today = subscriptions._get_company_today(company)
            subscriptions._write_shown({'date_next_renewal': today})
