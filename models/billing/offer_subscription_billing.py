"""The billing engine: what is due becomes invoices, exactly once."""

import logging
from math import isqrt

from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tools import split_every

from ..subscription.faults import is_nobodys
from .offer_billing_entry import OVERLAP_CONSTRAINT

_logger = logging.getLogger(__name__)


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

    # === BUSINESS METHODS === #

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

    def _bill_or_park(self, day, run):
        """Bill; if that fails, bill all but the broken ones, which are parked with the reason.

        :param run: offer.billing.run that asked for it, if any
        :rtype: account.move
        """
        moves, error = self._try_bill(day, run)
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
                moves += self.browse().union(*part)._bill_or_park(day, run)
            return moves
        sound = self.browse()
        for subscription in self:
            error = subscription._try_bill(day, run, keep=False)[1]
            if error:
                subscription._park(error)
            else:
                sound |= subscription
        # together they may fail still, though none does alone: then one by one
        moves, error = sound._try_bill(day, run)
        if error:
            return moves.union(*(subscription._bill_or_park(day, run) for subscription in sound))
        return moves

    def _try_bill(self, day, run, keep=True):
        """:return: the invoices, and the exception that prevented them
        :raise psycopg2.Error: where another transaction was faster
        """
        moves = self.env['account.move']
        try:
            with self.env.cr.savepoint():
                moves = self._bill(day, run)
                if not keep:
                    raise _RolledBackError
        except _RolledBackError:
            return self.env['account.move'], None
        except Exception as error:
            # whatever breaks one must not stop the others
            if is_nobodys(error):
                raise
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
                self.activity_schedule(
                    'mail.mail_activity_data_warning',
                    note=note,
                    user_id=self._get_responsible().id,
                )
        except Exception as broken:
            if is_nobodys(broken):
                raise
            # whoever can't be told must not keep the others from being billed
            _logger.exception('Nobody was told that %s is parked', self.name)

    def _get_responsible(self):
        """:return: who is told that it can't be billed; none: nobody who is still here
        :rtype: res.users
        """
        # sudo: whoever bills need not be allowed to read users
        self_sudo = self.sudo()
        users = (self_sudo.user_id, self_sudo.company_id.offer_responsible_id, self_sudo.create_uid)
        here = (
            user
            for user in users
            # who may not work in the company would not see it
            if user.active and user._is_internal() and self_sudo.company_id in user.company_ids
        )
        return next(here, self_sudo.user_id.browse()).sudo(self.env.su)

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
