"""The scheduler's entry: who is visited when, in batches that a worker can lose."""

import logging
import random
import time

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.batches import JOB_LINES, MOST_LINES, Batches
from ..subscription.faults import FASTER, is_nobodys

_logger = logging.getLogger(__name__)

ATTEMPTS = 3
# states of a job that is still to bill; one that was started may have died
WAITING = ('wait_dependencies', 'pending', 'enqueued')


class _TroubleError(Exception):
    """The server is not well: it is no use to go on now."""


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === SCHEDULER === #

    @api.model
    def _cron_bill(self, until=None):
        """Do what the calendar asks for, and bill what is due in every company, batch by batch,
        with a commit each.

        :param until: None: today, by each company's clock
        """
        crons = self.env['ir.cron']
        # the scheduler calls again as long as work is left: with no time it is left to the next
        if not crons._commit_progress(remaining=1):
            return
        self._check_guard()
        try:
            is_done = self._run_tasks(until)
        except _TroubleError:
            # no worker is woken: Odoo comes back when it looks the next time, and finds the server
            # well, or not yet
            return
        if is_done:
            crons._commit_progress(remaining=0)
        elif self.env.context.get('cron_id'):
            # a worker that is free goes on at once, instead of when it looks the next time
            crons.browse(self.env.context['cron_id'])._trigger()

    def _run_tasks(self, until):
        """
        :return: whether everything is done, for what there is time
        :raise _TroubleError: if billing met what is nobody's fault, again and again
        """

        def get_day(company):
            return self._to_day(until) if until else self._get_company_today(company)

        runs = self.env['offer.billing.run']
        # no clock is further ahead
        latest = self._to_day(until) if until else fields.Date.add(fields.Date.today(), days=1)
        for company in self._get_companies_with('date_next_shown', latest):
            if not self.with_company(company)._show_company(company, get_day(company)):
                return False
        # what the calendar changes counts for what is billed on that day
        for company in self._get_companies_with('date_next_renewal', latest):
            if not self.with_company(company)._renew_company(company, get_day(company)):
                return False
        for company_id, ids in self._find_pursued(latest).items():
            company = self.env['res.company'].browse(company_id)
            if not self.with_company(company)._pursue_company(company, ids, get_day(company)):
                return False
        tasks = [] if until else [(run.company_id, run.date, run) for run in runs._get_started()]
        for company in self._get_companies_with('date_next_due', latest):
            tasks.append((company, get_day(company), runs))
        return self._bill_in_turns(tasks)

    # === BATCHES === #

    def _bill_in_turns(self, tasks):
        """Bill where that is asked for, and close the runs that are done.

        :param list tasks: of company, day and run; of a company in this order
        :return: see `_run_tasks`
        :raise _TroubleError: if that was met in any company, after the others
        """
        # no company is always first: time and trouble are for all alike
        turns = {company: random.random() for company, _day, _run in tasks}
        trouble = {}
        for company, day, run in sorted(tasks, key=lambda task: turns[task[0]]):
            if company in trouble:
                continue
            try:
                if not self.with_company(company)._bill_company(company, day, run):
                    return False
            except _TroubleError as error:
                trouble[company] = error
        self.env['offer.billing.run']._finish()
        for error in trouble.values():
            raise error
        return True

    def _bill_company(self, company, day, run):
        """:param run: offer.billing.run that asked for it, if any
        :return: whether there is time left to go on
        :raise _TroubleError: if it met what is nobody's fault, again and again
        """
        crons = self.env['ir.cron']
        sizes, remaining = self._count_due(company, day)
        left = crons._commit_progress(remaining=remaining)
        # a payer is visited once a run, also one that another worker holds or that fails
        # those that fail again and again are not always the first
        order = random.sample([*sizes], len(sizes))
        sizes = {payer: sizes[payer] for payer in order}
        batches = Batches(sizes, JOB_LINES if self._has_jobs() else MOST_LINES)
        while left and (payers := batches.take()):
            started = time.monotonic()
            count, error = self._try_chunk(company, payers, day, run)
            if not error:
                batches.count(payers, time.monotonic() - started)
                left = crons._commit_progress(count)
                continue
            _logger.info('Billing met trouble that is nobody\'s; it is tried again', exc_info=error)
            if not batches.split(payers):
                raise _TroubleError
            left = self._has_time()
        return bool(left)

    def _count_due(self, company, day):
        """:return: by payer the lines that are due, and how many subscriptions that is in all
        :rtype: tuple[dict, int]
        """
        domain = self._get_due_domain(company, day)
        waiting = self._get_waiting_payers(company, day)
        if waiting:
            domain &= Domain('partner_invoice_id', 'not in', waiting)
        due = self._read_group(domain, ['partner_invoice_id'], ['id:array_agg'])
        lines = self.env['offer.subscription.line']._read_group(
            [('subscription_id', 'in', self._search(domain)), ('date_next_due', '<=', day)],
            ['subscription_id'],
            ['__count'],
        )
        by_subscription = {subscription.id: count for subscription, count in lines}
        sizes = {
            payer.id: sum(by_subscription.get(number, 1) for number in numbers)
            for payer, numbers in due
        }
        return sizes, sum(len(numbers) for _payer, numbers in due)

    def _has_jobs(self):
        """:return: whether batches are jobs of OCA's `queue_job`"""
        return 'queue.job' in self.env

    def _get_waiting_payers(self, company, day):
        """:return: invoice addresses that a job is still to bill up to that day, or later
        :rtype: list[int]
        """
        if not self._has_jobs():
            return []
        # sudo: whoever bills need not be allowed to read jobs
        jobs = self.env['queue.job'].sudo().search(
            [
                ('model_name', '=', self._name),
                ('method_name', '=', '_bill_payers'),
                ('state', 'in', WAITING),
            ]
        )  # fmt: skip
        called = (job.args[:3] for job in jobs)
        return [
            payer
            for company_id, payers, until in called
            if company_id == company.id and until >= day
            for payer in payers
        ]

    def _try_chunk(self, company, payer_ids, day, run):
        """Bill some payers, or leave that to a job where `queue_job` is installed.

        :return: how many subscriptions were visited, and what went wrong that is nobody's fault
        :raise psycopg2.Error: where the connection is lost: the run ends
        """
        if self._has_jobs():
            key = f'sale_offer.bill/{company.id}/{day}/{payer_ids[0]}'
            jobs = self.with_delay(identity_key=key)
            jobs._bill_payers(company.id, payer_ids, day, run.id)
            # from here on it is the job's
            domain = self._get_due_domain(company, day)
            return self.search_count(domain & Domain('partner_invoice_id', 'in', payer_ids)), None
        for _attempt in range(ATTEMPTS):
            try:
                count = self._bill_payers(company.id, payer_ids, day, run.id)
                # what the database checks at the end belongs to this attempt
                self.env.cr.flush()
                return count, None
            except Exception as error:
                if not is_nobodys(error):
                    raise
                self.env.cr.rollback()
                trouble = error
            if not isinstance(trouble, FASTER):
                break
        return 0, trouble

    @api.model
    def _bill_payers(self, company_id, payer_ids, day, run_id=False):
        """Bill what is due of some payers, in one transaction that the caller commits.

        :param int company_id: as a job would carry it
        :param list[int] payer_ids: invoice addresses
        :param datetime.date day: the day of the run
        :param run_id: offer.billing.run that asked for it, if any
        :return: how many subscriptions were visited
        :raise psycopg2.Error: where another transaction was faster: try again
        """
        company = self.env['res.company'].browse(company_id)
        domain = self._get_due_domain(company, day) & Domain('partner_invoice_id', 'in', payer_ids)
        batch = self.with_company(company).search(domain)._lock_payers()
        runs = self.env['offer.billing.run']
        # a job may come after its run was done, and deleted
        batch._bill_or_park(day, runs.browse(run_id or []).exists())
        if run_id and self._has_jobs():
            # the scheduler doesn't wait for jobs
            runs._finish()
        return len(batch)

    @api.model
    def _get_due_domain(self, company, day):
        """:return: what a run on a day looks at: one indexed query
        :rtype: Domain
        """
        return Domain(
            [
                ('company_id', '=', company.id),
                ('date_next_due', '<=', day),
                ('state', '!=', 'pending'),
                ('parked_reason', '=', False),
                # what is archived since it has ended may still be due
                ('active', 'in', (True, False)),
            ]
        )

    def _lock_payers(self):
        """Lock what is due, payer by payer: all of a payer's subscriptions or none.

        :return: what is locked
        """
        if not self or self._lock_for_billing():
            return self
        locked = self.browse()
        for subscriptions in self.grouped('partner_invoice_id').values():
            if subscriptions._lock_for_billing():
                locked += subscriptions
        return locked
