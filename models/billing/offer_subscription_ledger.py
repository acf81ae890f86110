"""Due is timeline less ledger: what subscriptions that go by their facts are charged and credited.

What is due is found by `tools/ledger.py`; here entries are read for it, split where a part of a
charge is taken back, and kept.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.amounts import share_of, to_decimal
from ...tools.facts import Content
from ...tools.ledger import CREDIT, EXTERNAL, Entry, find_due, find_pending, split_days
from ...tools.periods import ONE_DAY
from ...tools.reconciliation import Due
from .due_row import DueRow

SETTLING_KINDS = ('charge', 'elsewhere')


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _find_ledger_rows(self, until, audits=False):
        """What is due by the facts, credits first.

        :param datetime.date until: up to and including this day
        :param bool audits: read the whole ledger, whatever the hints say
        :rtype: list[DueRow]
        """
        rows = []
        for subscription in self:
            lines = subscription.line_ids
            if not audits:
                lines = lines.filtered(lambda line: line.settled_to)
            if not lines:
                continue
            timeline = subscription._get_timeline()
            since = {} if audits else {line.id: line.settled_to for line in lines}
            entries = lines._read_entries(timeline, since)
            found = find_due(timeline, entries, until, since, lines.ids)
            rows += [self._prepare_ledger_row(timeline, row) for row in found]
        return rows

    def _prepare_ledger_row(self, timeline, row):
        line = self.env['offer.subscription.line'].browse(row.line)
        sign = -1 if row.kind == CREDIT else 1
        origin = row.origin and row.origin.key
        amount = row.amount
        if origin:
            amount = -self.env['offer.billing.entry'].sudo().browse(origin)._get_credit_amount(
                timeline, row
            )  # fmt: skip
        span = timeline.get_on(row.line, row.first)
        return DueRow(
            line=line,
            kind=row.kind,
            due=Due(row.first, row.last, row.period, row.due, origin),
            quantity=sign * float(row.content.quantity),
            price_unit=float(row.content.price),
            amount=float(amount),
            content=row.content,
            text=(span and span.name) or line.name,
        )

    def _take_back(self, rows):
        """Split the charges of which parts are credited, so that each entry is wholly live or
        wholly taken back.

        :param list[DueRow] rows: due rows
        :return: the same rows; those that take something back name the parts
        :rtype: list[DueRow]
        """
        by_origin = {}
        for row in rows:
            if row.content and row.kind == CREDIT:
                by_origin.setdefault(row.due.origin, []).append(row)
        parts = {}
        for origin, credits in by_origin.items():
            entry = self.env['offer.billing.entry'].browse(origin)
            found = entry._split([(row.due.first, row.due.last) for row in credits])
            parts.update({(origin, first): part.id for first, part in found.items()})
        return [
            row.taking_back(parts.get((row.due.origin, row.due.first), row.due.origin))
            for row in rows
        ]


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS === #

    def _read_entries(self, timeline, since):
        """What is settled of these lines of one subscription.

        :param Timeline timeline: of the subscription
        :param dict since: by line id the first day on which ledger and timeline may differ;
            without a line everything is read
        :rtype: list[Entry]
        """
        firsts = [timeline.get_period(since[line.id]).first for line in self if line.id in since]
        domain = [
            ('subscription_line_id', 'in', self.ids),
            ('kind', 'in', SETTLING_KINDS),
            ('is_taken_back', '!=', True),
            ('is_void', '!=', True),
        ]
        if len(firsts) == len(self):
            domain.append(('date_to', '>=', min(firsts)))
        # sudo: what is settled decides, whoever asks
        return [
            entry._as_entry() for entry in self.env['offer.billing.entry'].sudo().search(domain)
        ]

    def _update_hints(self):
        """Write the first day on which ledger and timeline may differ, and when something will be
        due.
        """
        for subscription, lines in self.grouped('subscription_id').items():
            timeline = subscription._get_timeline()
            since = {line.id: line.settled_to for line in lines if line.settled_to}
            waiting = lines.filtered('settled_to')
            entries = waiting._read_entries(timeline, since) if waiting else []
            pending = find_pending(timeline, entries, since, waiting.ids)
            for line in lines:
                due, first = pending.get(line.id) or (False, False)
                line._write_changed({'settled_to': first, 'date_next_due': due})
        self.subscription_id._update_next_due()

    def _pull_settled_to(self, days):
        """Let the engine look again at what has changed.

        :param dict days: first changed day by line
        """
        lines = self.browse()
        for line, day in days.items():
            line._write_changed({'settled_to': min(day, line.settled_to or day)})
            lines |= line
        lines._update_hints()

    def _write_changed(self, values):
        self._write_shown({name: value for name, value in values.items() if self[name] != value})


class OfferBillingEntry(models.Model):
    _inherit = 'offer.billing.entry'

    # === BUSINESS METHODS === #

    def _as_entry(self):
        """:rtype: Entry"""
        self.ensure_one()
        return Entry(
            self.id,
            self.subscription_line_id.id,
            self.date_from,
            self.date_to,
            EXTERNAL if self.kind == 'elsewhere' else self.kind,
            Content(
                self.product_id.id,
                self.product_uom_id.id,
                to_decimal(self.quantity),
                to_decimal(self.price_unit),
                to_decimal(self.discount),
                to_decimal(self.introductory_percent),
            ),
        )

    @api.model
    def _pull_lines(self, entries):
        """Let the engine look again at days whose entries come or go.

        :param entries: of lines that go by their facts, or others, which are left alone
        """
        days = {}
        for entry in entries:
            line = entry.subscription_line_id
            if line.subscription_id._goes_by_facts():
                days[line] = min(entry.date_from, days.get(line) or entry.date_from)
        if days:
            self.env['offer.subscription.line'].browse()._pull_settled_to(days)

    def _split(self, taken):
        """Split these days where some of them are taken back, and mark those.

        :param taken: pairs of first and last day
        :return: the parts that are taken back, by first day
        :rtype: dict
        """
        self.ensure_one()
        parts, entry, found = split_days(self.date_from, self.date_to, taken), self, {}
        for first, last, is_taken in parts:
            values = {'date_from': first, 'date_to': last, 'is_taken_back': is_taken}
            if entry:
                entry.write(values)
                # the database's guard must see the days free before others take them
                entry.flush_recordset()
                made, entry = entry, None
            else:
                made = self.copy(values)
            if is_taken:
                found[first] = made
        self.env.flush_all()
        return found

    def _take_back_again(self):
        """Let credits that are put back take these charges back.

        :raise UserError: if they are credited elsewhere now, or stand on other days
        """
        for entry in self.filtered(lambda entry: entry.subscription_id._goes_by_facts()):
            credits = entry.credit_ids.filtered('is_void')
            same = credits.filtered(
                lambda credit, entry=entry: credit.date_from == entry.date_from
                and credit.date_to == entry.date_to
            )
            if entry.is_taken_back or entry.is_void or not same:
                raise UserError(
                    self.env._(
                        'The days of "%(line)s" from %(first)s on have been credited or billed'
                        ' again meanwhile: this document stays cancelled.',
                        line=entry.subscription_line_id.display_name,
                        first=format_date(self.env, entry.date_from),
                    )
                )
            entry.is_taken_back = True
            entry.flush_recordset(['is_taken_back'])

    def _check_origins_free(self):
        """:raise UserError: if days that these credits took back are billed again elsewhere"""
        credits = self.filtered(lambda entry: entry.origin_id and not entry.is_void)
        for origin in credits.origin_id - self:
            if not origin.subscription_id._goes_by_facts():
                continue
            again = origin.subscription_line_id.billing_entry_ids.filtered(
                lambda entry, origin=origin: entry.kind in SETTLING_KINDS
                and not (entry.is_void or entry.is_taken_back)
                and entry.date_from <= origin.date_to
                and origin.date_from <= entry.date_to
            )
            if again - self - origin:
                raise UserError(
                    self.env._(
                        'The days that this credit takes back have been billed again'
                        ' (%s): cancel that first.',
                        ', '.join((again - self - origin).move_id.mapped('display_name')),
                    )
                )

    def _get_agreed_amount(self, timeline, first=None, last=None):
        """What days of this entry came to as agreed, piece by piece of its periods.

        :rtype: Decimal
        """
        entry = self._as_entry()
        return timeline.get_content_amount(
            entry.content, first or self.date_from, last or self.date_to
        )

    def _get_credit_amount(self, timeline, row):
        """What comes back of the invoice line of this entry: the share that the days had of what
        was invoiced, also where people edited it, and never more than is left.

        :param Timeline timeline: of the subscription
        :param Row row: days of this entry
        :return: not less than 0, in the taxes of the invoice line
        :rtype: Decimal
        """
        self.ensure_one()
        charged = self.invoice_line_id
        if not charged:
            return self._get_agreed_amount(timeline, row.first, row.last)
        weights, index = [], 0
        for entry in charged.offer_billing_entry_ids.sorted('date_from'):
            if entry != self:
                weights.append(entry._get_agreed_amount(timeline))
                continue
            before = row.first - ONE_DAY
            if entry.date_from <= before:
                weights.append(entry._get_agreed_amount(timeline, last=before))
            index = len(weights)
            weights.append(entry._get_agreed_amount(timeline, row.first, row.last))
            if row.last < entry.date_to:
                weights.append(entry._get_agreed_amount(timeline, row.last + ONE_DAY))
        share = share_of(charged._get_offer_amount(), weights, index, timeline.facts.rounding)
        return min(share, charged._get_offer_creditable(share))
