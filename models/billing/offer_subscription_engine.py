"""From what is due to invoices: what stands together, and how it is written."""

from typing import NamedTuple

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...tools.periods import add_interval

MOST_MONTHS_LATE = 24


class InvoiceKey(NamedTuple):
    """What stands on one invoice agrees in all of these.

    :param region: country and state of the delivery, where taxes may depend on them
    :param alone: the subscription that wishes an invoice of its own; empty: it is shared
    :param on: the day from which it is due; None: all missed periods stand together
    """

    company: models.BaseModel
    payer: models.BaseModel
    region: tuple
    currency: models.BaseModel
    journal: models.BaseModel
    position: models.BaseModel
    payment_term: models.BaseModel
    reference: str
    handling: str
    alone: models.BaseModel
    on: object


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS: DUE === #

    def _get_due_rows(self, until):
        """What is due: the only place from which a preview, a run and a forecast take it.

        :param datetime.date until: up to and including this day
        :rtype: list[DueRow]
        """
        rows = self._find_ledger_rows(until)
        return rows + self._get_charge_rows(until, rows)

    @api.model
    def _check_not_too_late(self, rows, day):
        """Rather park than bill years at once: that is a mistake of somebody's.

        :raise UserError: if something has been due for more than 24 months
        """
        limit = add_interval(day, -MOST_MONTHS_LATE, 'month')
        for row in rows:
            if row.kind == 'charge' and row.due.on < limit:
                raise UserError(
                    self.env._(
                        '"%(line)s" has been due since %(day)s, for more than %(months)s months:'
                        ' say "Do not bill" for the days that nobody is to pay.',
                        line=row.line.display_name,
                        day=format_date(self.env, row.due.on),
                        months=MOST_MONTHS_LATE,
                    )
                )

    def _bill(self, day, run=None):
        """Invoice what is due of locked subscriptions.

        :param datetime.date day: the day of the run
        :param run: offer.billing.run that asked for it, if any
        :return: the invoices, posted or left as drafts
        :rtype: account.move
        """
        rows = self._get_due_rows(day)
        self._check_not_too_late(rows, day)
        rows = self._take_back(rows)
        groups = self.env['offer.billing.entry']._settle_nothing(self._group_due_rows(rows))
        moves = posted = sent = self.env['account.move']
        for context, vals_list in self._prepare_invoice_batches(groups, day).items():
            company, lang, handling = context
            made = moves.with_company(company).with_context(lang=lang).create(vals_list)
            moves += made
            if run:
                made._get_offer_entries().run_id = run
            if handling != 'draft':
                posted += made
            if handling == 'send':
                sent += made
        # as a user who posts is asked for mandatory analytic plans, so is the engine
        posted.with_context(validate_analytic=True)._post(soft=False)
        sent._queue_offer_sending()
        # what has no hint is settled, and was not touched
        self.line_ids.filtered('date_next_due')._update_hints()
        self.filtered('charge_ids')._update_next_due()
        return moves

    # === BUSINESS METHODS: INVOICES === #

    def _prepare_invoice_batches(self, groups, day):
        """:param dict groups: see `_group_due_rows`
        :param datetime.date day: the date of the invoices
        :return: values of invoices, by what one `create` has in common: company, language and
            what becomes of them
        :rtype: dict
        """
        batches = {}
        for key, group in groups.items():
            context = (key.company, key.payer.lang, key.handling)
            batches.setdefault(context, []).append(self._prepare_invoice_values(key, group, day))
        return batches

    def _group_due_rows(self, rows):
        """:return: the rows of each invoice
        :rtype: dict[InvoiceKey, list[DueRow]]
        """
        late = self._get_late_lines(rows)
        keys, groups = {}, {}
        for row in rows:
            subscription = row.line.subscription_id
            if subscription not in keys:
                keys[subscription] = subscription._get_invoice_key()
            key = keys[subscription]._replace(on=row.due.on)
            if row.kind == 'credit':
                key = self._get_credit_key(key, row)
            if key.company.offer_late_policy == 'single':
                key = key._replace(on=None)
            elif row.line in late and key.company.offer_late_policy == 'hold':
                key = key._replace(handling='draft')
            groups.setdefault(key, []).append(row)
        return self._join_credits(groups)

    @api.model
    def _get_credit_key(self, key, row):
        """A credit goes to whom the invoice went that it takes back, as it went there.

        :param InvoiceKey key: of what is charged today
        :param DueRow row: a credit
        :rtype: InvoiceKey
        """
        # sudo: whoever bills need not be allowed to read that invoice
        move_sudo = self.env['offer.billing.entry'].sudo().browse(row.due.origin).move_id
        if not move_sudo or move_sudo.partner_id == key.payer:
            return key
        move = move_sudo.sudo(self.env.su)
        return key._replace(
            payer=move.partner_id,
            position=move.fiscal_position_id,
            payment_term=move.invoice_payment_term_id,
            reference=move.ref or '',
        )

    @api.model
    def _get_late_lines(self, rows):
        """:return: lines of which more than one period is due at once"""
        periods = {}
        for row in rows:
            if row.kind == 'charge':
                periods.setdefault(row.line, set()).add(row.due.period)
        return {line for line, found in periods.items() if len(found) > 1}

    @api.model
    def _join_credits(self, groups):
        """Put what comes back on the next invoice of the same run, if that stays an invoice."""
        total = {key: sum(row.amount for row in rows) for key, rows in groups.items()}
        for key in sorted((key for key in groups if key.on), key=lambda key: key.on):
            if total[key] >= 0:
                continue
            later = [
                other
                for other in groups
                if other.on
                and other.on > key.on
                and other._replace(on=None) == key._replace(on=None)
                and total[other] + total[key] >= 0
            ]
            if later:
                other = min(later, key=lambda other: other.on)
                total[other] += total[key]
                groups[other] += groups.pop(key)
        return groups

    def _get_invoice_key(self):
        """What of a subscription decides on which invoice it stands.

        :rtype: InvoiceKey
        """
        self.ensure_one()
        payer, delivery = self.partner_invoice_id, self.partner_shipping_id
        wish = payer.commercial_partner_id
        positions = self.env['account.fiscal.position'].with_company(self.company_id)
        alone = wish.offer_separate_invoices or not self.plan_id.is_consolidated
        return InvoiceKey(
            company=self.company_id,
            payer=payer,
            region=(delivery.country_id, delivery.state_id),
            currency=self.currency_id,
            journal=self.journal_id,
            position=positions._get_fiscal_position(payer, delivery=delivery),
            payment_term=self.payment_term_id,
            reference=self.client_order_ref or '',
            handling=wish.offer_invoice_handling or self.plan_id.invoice_handling,
            alone=self if alone else self.browse(),
            on=None,
        )

    @api.model
    def _get_invoice_line_key(self, row):
        """:return: by which the lines of an invoice are sorted: bundles stay together"""
        line = row.line
        return line.subscription_id.id, line.sequence, line.id, row.due.first

    def _prepare_invoice_values(self, key, rows, day):
        """Values of one invoice, or of a credit note if more comes back than is charged.

        :param InvoiceKey key: in what all rows agree
        :param list[DueRow] rows: due rows
        :param datetime.date day: the date of the invoice
        """
        subscriptions = self.browse().union(*(row.line.subscription_id for row in rows))
        self._check_rate(key.currency, key.company)
        self._check_journal(key.journal)
        deliveries = subscriptions.partner_shipping_id
        if len(deliveries) > 1:
            deliveries = deliveries.browse(key.payer.address_get(['delivery'])['delivery'])
        sign = -1 if sum(row.amount for row in rows) < 0 else 1
        lines = [
            row.line.with_company(key.company)._prepare_invoice_line_values(row, key.position, sign)
            for row in sorted(rows, key=self._get_invoice_line_key)
        ]
        values = {}
        if sign < 0:
            values['reversed_entry_id'] = self._get_credited_move(rows).id
        if key.journal:
            values['journal_id'] = key.journal.id
        if not key.payment_term:
            # Odoo's own default would be the day on which it is entered
            values['invoice_date_due'] = day
        return {
            **values,
            'move_type': 'out_refund' if sign < 0 else 'out_invoice',
            'company_id': key.company.id,
            'partner_id': key.payer.id,
            'partner_shipping_id': deliveries.id,
            'currency_id': key.currency.id,
            'fiscal_position_id': key.position.id,
            'invoice_payment_term_id': key.payment_term.id,
            'invoice_user_id': subscriptions[0].user_id.id,
            'team_id': subscriptions[0].team_id.id,
            'invoice_date': day,
            'invoice_origin': ', '.join(subscriptions.mapped('name')),
            'ref': key.reference or False,
            'invoice_line_ids': [
                Command.create({**values, 'sequence': index * 10})
                for index, values in enumerate(lines, 1)
            ],
        }

    @api.model
    def _get_credited_move(self, rows):
        """:return: the one invoice that these rows take back, or none
        :rtype: account.move
        """
        origins = [row.due.origin for row in rows if row.due.origin]
        entries = self.env['offer.billing.entry'].browse(origins)
        moves = entries.move_id
        # days that were billed externally stand on no invoice of ours
        is_one = len(origins) == len(rows) and all(entry.move_id for entry in entries)
        return moves if is_one and len(moves) == 1 else moves.browse()

    @api.model
    def _check_journal(self, journal):
        """Odoo finds out when everything is written: finding out before costs the others less.

        :raise UserError: if the journal is archived
        """
        if journal and not journal.active:
            raise UserError(
                self.env._(
                    'The journal "%s" is archived: choose another one for the subscription.',
                    journal.name,
                )
            )

    @api.model
    def _check_rate(self, currency, company):
        """Odoo takes a rate of 1 where it knows none.

        :raise UserError: if amounts of this currency can't be converted
        """
        if currency == company.currency_id:
            return
        # sudo: rates are the company's, who bills may not be allowed to read them
        rates = currency.sudo().rate_ids
        if not rates.filtered(lambda rate: rate.company_id in (company.root_id, company.browse())):
            raise UserError(
                self.env._(
                    'There is no rate for %(currency)s, so %(company)s can\'t bill in it: enter'
                    ' one.',
                    currency=currency.name,
                    company=company.name,
                )
            )
