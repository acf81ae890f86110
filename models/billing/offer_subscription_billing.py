"""The billing engine: what is due becomes invoices, exactly once."""

import logging
from math import isqrt

from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ..subscription.retry import RETRY
from .offer_billing_entry import OVERLAP_CONSTRAINT

_logger = logging.getLogger(__name__)

BATCH_PAYERS = 50
ATTEMPTS = 3


class _RolledBackError(Exception):
    """Ends a trial, so that the savepoint takes it back."""


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === COMPUTE METHODS === #

    @api.depends('line_ids.billing_entry_ids')
    def _compute_invoice_count(self):
        for subscription in self:
            subscription.invoice_count = len(subscription._get_invoices())

    # === PUBLIC METHODS === #

    def preview(self, until):
        """What would be billed up to and including a day; nothing is written.

        Of what is pending: what would be billed after it is activated as it was agreed; nothing
        where no day was agreed.

        :type until: datetime.date or str
        :return: rows of line, period (first and last day), due day, quantity (negative for a
            credit), price per unit and untaxed amount in the subscription's currency
        :rtype: list[dict]
        """
        self.check_access('read')
        day = self._to_day(until)
        pending = self.filtered(lambda it: it.state == 'pending')
        dated = pending.filtered(lambda it: it.date_start or any(it.line_ids.mapped('date_start')))
        return [
            {
                'subscription_id': row.line.subscription_id.id,
                'line_id': row.line.id,
                'name': row.name,
                'kind': row.kind,
                'date_from': fields.Date.to_string(row.due.first),
                'date_to': fields.Date.to_string(row.due.last),
                'date_due': fields.Date.to_string(row.due.on),
                'quantity': row.quantity,
                'price_unit': row.price_unit,
                'amount': row.amount,
            }
            for row in (self - pending)._get_due_rows(day) + dated._find_starting_rows(day)
        ]

    def bill(self, until):
        """Make and post the invoices of everything that is due up to and including a day.

        Called twice, late or at once, it gives the same invoices: what is settled is not due.

        :param until: also the date of the invoices
        :type until: datetime.date or str
        :return: the invoices and credit notes that were made
        :rtype: account.move
        :raise AccessError: if the user may not invoice
        :raise UserError: if a subscription is being billed by somebody else right now
        """
        if not self.env.user.has_group('account.group_account_invoice') and not self.env.su:
            raise AccessError(self.env._('Only who may invoice can bill subscriptions.'))
        self.check_access('write')
        day = self._to_day(until)
        # entries are the engine's alone: nobody has the right to write them by hand
        subscriptions_sudo = self.sudo()
        subscriptions_sudo._check_guard()
        if not subscriptions_sudo._lock_for_billing():
            raise UserError(
                self.env._('These subscriptions are being billed right now: try again in a moment.')
            )
        moves = subscriptions_sudo._bill(day).sudo(self.env.su)
        subscriptions_sudo._unpark()
        return moves

    @api.model
    def _cron_bill(self, until=None):
        """Bill what is due in every company, payer by payer, with a commit each batch.

        :param until: None: today, by each company's clock
        """
        self._check_guard()

        def get_day(company):
            return self._to_day(until) if until else self._get_company_today(company)

        runs = self.env['offer.billing.run']
        tasks = [] if until else [(run.company_id, run.date) for run in runs._get_started()]
        waiting = Domain('date_next_due', '!=', False) & Domain('parked_reason', '=', False)
        tasks += [(it, get_day(it)) for (it,) in self._read_group(waiting, ['company_id'])]
        for (company,) in self._read_group([('date_next_shown', '!=', False)], ['company_id']):
            if not self.with_company(company)._show_company(company, get_day(company)):
                return
        for (company,) in self._read_group([('state', 'in', ('active', 'paused'))], ['company_id']):
            # what the calendar changes counts for what is billed on that day
            if not self.with_company(company)._live_company(company, get_day(company)):
                return
        for company, day in tasks:
            if not self.with_company(company)._bill_company(company, day):
                return
        runs._finish()

    # === BATCHES === #

    def _bill_company(self, company, day):
        """:return: whether there is time left to go on"""
        crons = self.env['ir.cron']
        domain = self._get_due_domain(company, day)
        left = crons._commit_progress(remaining=self.search_count(domain))
        # a payer is visited once a run, also one that another worker holds or that fails
        payers = [payer.id for (payer,) in self._read_group(domain, ['partner_invoice_id'])]
        for chunk in split_every(BATCH_PAYERS, payers, list):
            if not left:
                break
            left = crons._commit_progress(self._bill_chunk(company, chunk, day))
        return bool(left)

    def _bill_chunk(self, company, payer_ids, day):
        """Bill some payers, or leave that to a job where `queue_job` is installed.

        :return: how many subscriptions were visited
        """
        if 'queue.job' in self.env:
            key = f'sale_offer.bill/{company.id}/{day}/{payer_ids[0]}'
            self.with_delay(identity_key=key)._bill_payers(company.id, payer_ids, day)
            return 0
        for _attempt in range(ATTEMPTS):
            try:
                count = self._bill_payers(company.id, payer_ids, day)
                # what the database checks at the end belongs to this attempt
                self.env.cr.flush()
                return count
            except RETRY:
                self.env.cr.rollback()
        _logger.info('Billing met other transactions; a batch is left to the next run')
        return 0

    @api.model
    def _bill_payers(self, company_id, payer_ids, day):
        """Bill what is due of some payers, in one transaction that the caller commits.

        :param int company_id: as a job would carry it
        :param list[int] payer_ids: invoice addresses
        :param datetime.date day: the day of the run
        :return: how many subscriptions were visited
        :raise psycopg2.Error: where another transaction was faster: try again
        """
        company = self.env['res.company'].browse(company_id)
        domain = self._get_due_domain(company, day) & Domain('partner_invoice_id', 'in', payer_ids)
        batch = self.with_company(company).search(domain)._lock_payers()
        batch._bill_or_park(day)
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

    def _lock_for_billing(self):
        """Lock these subscriptions for this transaction, all or none, and write them.

        Writing matters: a worker whose snapshot is older than another's commit gets the lock, but
        fails to write, instead of billing again what it can't see (probed).

        :return: whether all are locked
        :rtype: bool
        """
        with self.env.cr.savepoint() as savepoint:
            locked = self.try_lock_for_update(allow_referencing=True)
            if locked != self:
                savepoint.rollback()
                return False
        # with its microseconds: what a column holds already is not written
        self.date_last_run = self.env.cr.now()
        self.flush_recordset(['date_last_run'])
        return True

    @api.model
    def _check_guard(self):
        """Refuse to bill without the database's own guard: Odoo only logs a constraint that it
        could not add.

        :raise UserError: if it is missing
        """
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conname = %s AND contype = 'x'",
            [OVERLAP_CONSTRAINT],
        )
        if not self.env.cr.rowcount:
            raise UserError(
                self.env._(
                    'The database lacks the constraint %s, which keeps days from being billed'
                    ' twice: update the addon before billing.',
                    OVERLAP_CONSTRAINT,
                )
            )

    def _bill_or_park(self, day):
        """Bill; if that fails, bill all but the broken ones, which are parked with the reason.

        :rtype: account.move
        """
        moves, error = self._try_bill(day)
        if not error:
            return moves
        if len(self) == 1:
            self._park(error)
            return moves
        payers = list(self.grouped('partner_invoice_id').values())
        if len(payers) > 1:
            # few parts, then few parts of the one that fails: one broken payer of many costs the
            # others little
            for part in split_every(isqrt(len(payers)), payers):
                moves += self.browse().union(*part)._bill_or_park(day)
            return moves
        sound = self.browse()
        for subscription in self:
            error = subscription._try_bill(day, keep=False)[1]
            if error:
                subscription._park(error)
            else:
                sound |= subscription
        # together they may fail still, though none does alone: then one by one
        moves, error = sound._try_bill(day)
        if error:
            return moves.union(*(subscription._bill_or_park(day) for subscription in sound))
        return moves

    def _try_bill(self, day, keep=True):
        """:return: the invoices, and the exception that prevented them
        :raise psycopg2.Error: where another transaction was faster
        """
        moves = self.env['account.move']
        try:
            with self.env.cr.savepoint():
                moves = self._bill(day)
                if not keep:
                    raise _RolledBackError
        except _RolledBackError:
            return self.env['account.move'], None
        except RETRY:
            raise
        except Exception as error:  # noqa: BLE001 whatever breaks one must not stop the others
            return self.env['account.move'], error
        return moves, None

    def _park(self, error):
        """Keep a broken subscription out of the next runs and tell its responsible."""
        _logger.warning('Subscription %s is parked', self.name, exc_info=error)
        if isinstance(error, UserError | RedirectWarning):
            reason = str(error.args[0])
        else:
            reason = self.env._(
                'An unexpected error, of which the log knows more: %s',
                f'{type(error).__name__}: {error}',
            )
        self.parked_reason = reason
        try:
            with self.env.cr.savepoint():
                note = self.env._('Could not be billed: %s', reason)
                self.message_post(body=note)
                if self.user_id:
                    self.activity_schedule(
                        'mail.mail_activity_data_warning', note=note, user_id=self.user_id.id
                    )
        except RETRY:
            raise
        except Exception:
            # whoever can't be told must not keep the others from being billed
            _logger.exception('Nobody was told that %s is parked', self.name)

    def _get_invoices(self):
        """:rtype: account.move"""
        return self.line_ids.billing_entry_ids.move_id

    def action_retry(self):
        """Put parked subscriptions back into the next run, and start it."""
        self._unpark()
        # whoever may retry need not be allowed to read scheduled jobs
        self.env.ref('sale_offer.ir_cron_bill').sudo()._trigger()

    def _unpark(self):
        parked = self.filtered('parked_reason')
        parked.parked_reason = False
        parked.activity_unlink(['mail.mail_activity_data_warning'])

    @api.model
    def _get_company_today(self, company):
        """:return: today, by the clock of the company
        :rtype: datetime.date
        """
        company_env = self.with_context(tz=company.partner_id.tz or self.env.user.tz or 'UTC')
        return fields.Date.context_today(company_env)
