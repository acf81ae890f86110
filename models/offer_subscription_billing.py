"""The billing engine: what is due becomes invoices, exactly once (design §5)."""

import logging

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

from .offer_billing_entry import OVERLAP_CONSTRAINT

_logger = logging.getLogger(__name__)

BATCH_PAYERS = 50
# nobody's fault: another transaction was faster, or billed these days already
RETRY = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ExclusionViolation)


class _RolledBackError(Exception):
    """Ends a trial, so that the savepoint takes it back."""


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === PUBLIC METHODS === #

    def preview(self, until):
        """What would be billed up to and including a day; nothing is written.

        :type until: datetime.date or str
        :return: rows of line, period (first and last day), due day, quantity (negative for a
            credit), price per unit and untaxed amount in the subscription's currency
        :rtype: list[dict]
        """
        self.check_access('read')
        return [
            {
                'subscription_id': row['line'].subscription_id.id,
                'line_id': row['line'].id,
                'name': row['line'].display_name,
                'kind': row['kind'],
                'date_from': fields.Date.to_string(row['due'].first),
                'date_to': fields.Date.to_string(row['due'].last),
                'date_due': fields.Date.to_string(row['due'].on),
                'quantity': row['quantity'],
                'price_unit': row['price_unit'],
                'amount': row['amount'],
            }
            for row in self._get_due_rows(self._to_day(until))
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
        return subscriptions_sudo._bill(day).sudo(self.env.su)

    @api.model
    def _cron_bill(self, until=None):
        """Bill what is due in every company, payer by payer, with a commit each batch.

        :param until: None: today, by each company's clock
        """
        self._check_guard()
        waiting = Domain('date_next_due', '!=', False) & Domain('parked_reason', '=', False)
        for (company,) in self._read_group(waiting, ['company_id']):
            day = self._to_day(until) if until else self._get_company_today(company)
            if not self.with_company(company)._bill_company(company, day):
                return

    # === BATCHES === #

    def _bill_company(self, company, day):
        """:return: whether there is time left to go on"""
        crons = self.env['ir.cron']
        domain = self._get_due_domain(company, day)
        left = crons._commit_progress(remaining=self.search_count(domain))
        # a payer is visited once a run, also one that another worker holds or that fails
        payers = [payer.id for (payer,) in self._read_group(domain, ['partner_invoice_id'])]
        for chunk in split_every(BATCH_PAYERS, payers):
            if not left:
                break
            groups = self._read_group(
                domain & Domain('partner_invoice_id', 'in', chunk),
                ['partner_invoice_id'],
                ['id:recordset'],
            )
            try:
                batch = self.browse()
                for _payer, subscriptions in groups:
                    if subscriptions._lock_for_billing():
                        batch |= subscriptions
                batch._bill_or_park(day)
                count = len(batch)
            except RETRY:
                # the next run finds them due
                self.env.cr.rollback()
                _logger.info('Billing met another transaction; the batch is left to the next run')
                count = 0
            left = crons._commit_progress(count)
        return bool(left)

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
        self.date_last_run = fields.Datetime.now()
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
        payers = self.grouped('partner_invoice_id').values()
        if len(payers) > 1:
            return moves.union(*(payer._bill_or_park(day) for payer in payers))
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
        _logger.warning('Subscription %s is parked', self.name, exc_info=error)
        reason = str(error.args[0] if error.args else error) or type(error).__name__
        self.parked_reason = reason
        self.message_post(body=self.env._('Could not be billed: %s', reason))

    def action_retry(self):
        """Put parked subscriptions back into the next run."""
        self.parked_reason = False

    @api.model
    def _get_company_today(self, company):
        """:return: today, by the clock of the company
        :rtype: datetime.date
        """
        company_env = self.with_context(tz=company.partner_id.tz or self.env.user.tz or 'UTC')
        return fields.Date.context_today(company_env)

    # === ENGINE === #

    def _get_due_rows(self, until):
        """:rtype: list[dict]"""
        lines = self.line_ids.filtered(
            lambda line: line.date_next_due and line.date_next_due <= until
        )
        return [row for line in lines for row in line._get_due_rows(until)]

    def _bill(self, day):
        """Invoice what is due of locked subscriptions and post it.

        :param datetime.date day: the day of the run
        :rtype: account.move
        """
        rows = self._get_due_rows(day)
        groups = {}
        for row in rows:
            groups.setdefault(self._get_invoice_grouping_key(row), []).append(row)
        moves = self.env['account.move']
        # one company and one language a batch
        for context, vals_list in self._prepare_invoice_batches(groups, day).items():
            company, lang = context
            moves += moves.with_company(company).with_context(lang=lang).create(vals_list)
        moves._post(soft=False)
        self.line_ids._update_next_due()
        self._close_ended(day)
        return moves

    def _prepare_invoice_batches(self, groups, day):
        """:return: values of invoices by company and language"""
        batches = {}
        for rows in groups.values():
            subscription = rows[0]['line'].subscription_id
            context = (subscription.company_id, subscription.partner_invoice_id.lang)
            batches.setdefault(context, []).append(self._prepare_invoice_values(rows, day))
        return batches

    @api.model
    def _get_invoice_grouping_key(self, row):
        """What stands on one invoice: what agrees in all of these, due on the same day.

        :rtype: tuple
        """
        subscription = row['line'].subscription_id
        return (
            subscription.company_id,
            subscription.partner_invoice_id,
            subscription.partner_shipping_id,
            subscription.currency_id,
            subscription.payment_term_id,
            subscription.client_order_ref,
            row['due'].on,
        )

    @api.model
    def _get_invoice_line_key(self, row):
        """:return: by which the lines of an invoice are sorted: bundles stay together"""
        line = row['line']
        return line.subscription_id.id, line.sequence, line.id, row['due'].first

    def _prepare_invoice_values(self, rows, day):
        """Values of one invoice, or of a credit note if more comes back than is charged.

        :param list[dict] rows: due rows that agree in their grouping key
        :param datetime.date day: the date of the invoice
        """
        subscriptions = self.browse().union(*(row['line'].subscription_id for row in rows))
        first = subscriptions[0]
        company = first.company_id
        positions = self.env['account.fiscal.position'].with_company(company)
        position = positions._get_fiscal_position(
            first.partner_invoice_id, delivery=first.partner_shipping_id
        )
        sign = -1 if sum(row['amount'] for row in rows) < 0 else 1
        rows = sorted(rows, key=self._get_invoice_line_key)
        lines = [
            row['line'].with_company(company)._prepare_invoice_line_values(row, position, sign)
            for row in rows
        ]
        values = {}
        if not first.payment_term_id:
            # Odoo's own default would be the day on which it is entered
            values['invoice_date_due'] = day
        return {
            **values,
            'move_type': 'out_refund' if sign < 0 else 'out_invoice',
            'company_id': company.id,
            'partner_id': first.partner_invoice_id.id,
            'partner_shipping_id': first.partner_shipping_id.id,
            'currency_id': first.currency_id.id,
            'fiscal_position_id': position.id,
            'invoice_payment_term_id': first.payment_term_id.id,
            'invoice_user_id': first.user_id.id,
            'team_id': first.team_id.id,
            'invoice_date': day,
            'invoice_origin': ', '.join(subscriptions.mapped('name')),
            'ref': first.client_order_ref,
            'invoice_line_ids': [
                Command.create({**values, 'sequence': index * 10})
                for index, values in enumerate(lines, 1)
            ],
        }

    def _close_ended(self, day):
        """Close what has ended and owes nothing more."""
        self.filtered(
            lambda subscription: subscription.state in ('active', 'paused')
            and subscription.date_end
            and subscription.date_end < day
            and not subscription.date_next_due
        ).state = 'closed'
