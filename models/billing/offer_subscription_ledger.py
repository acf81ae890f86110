"""Due is timeline less ledger: what subscriptions are charged and credited.

What is due is found by `tools/ledger.py`; here entries are read for it, and become rows.
"""

from odoo import api, models
from odoo.fields import Domain

from ...tools.ledger import (
    CREDIT,
    EXTERNAL,
    Entry,
    find_due,
    find_pending,
    find_settled_until,
)
from .due_row import Due, DueRow
from .offer_billing_entry import SETTLING_KINDS


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _find_ledger_rows(self, until, audits=False):
        """What is due by the facts, credits first.

        :param datetime.date until: up to and including this day
        :param bool audits: read the whole ledger, whatever the hints say
        :rtype: list[DueRow]
        """
        if audits:
            lines, since = self.filtered(lambda it: it.state != 'pending').line_ids, {}
        else:
            # what is pending has no such day
            lines = self.line_ids.filtered(
                lambda line: (day := line.date_next_due) and day <= until
            )
            since = {line.id: line.settled_to for line in lines}
        if not lines:
            return []
        return lines._find_rows(lines.subscription_id._get_timelines(since), since, until)

    def _find_starting_rows(self, until):
        """What will be due of what is pending, if it is activated as it stands.

        :param datetime.date until: up to and including this day
        :rtype: list[DueRow]
        """
        rows = []
        # sudo: what was agreed decides, whoever asks
        for subscription in self.sudo():
            timeline = subscription._get_starting_timeline()
            entries = [
                Entry(None, line.id, first, last, EXTERNAL, content)
                for line, first, last, content in subscription._find_external(timeline)
            ]
            found = find_due(timeline, entries, until)
            rows += [self._prepare_ledger_row(timeline, row, {}) for row in found]
        return rows

    def _prepare_ledger_row(self, timeline, row, left):
        """:param Timeline timeline: of the subscription
        :param Row row: what is due
        :param dict left: see `account.move.line._get_offer_creditable`
        :rtype: DueRow
        """
        line = self.env['offer.subscription.line'].browse(row.line)
        sign = -1 if row.kind == CREDIT else 1
        origin = row.origin and row.origin.key
        amount, written = self._get_row_amounts(timeline, row, left)
        # in full a period may begin before the line
        spans = timeline.get_spans(row.line)
        span = next((it for it in spans if it.first <= row.last and row.first <= it.last), None)
        return DueRow(
            line=line,
            kind=row.kind,
            due=Due(row.first, row.last, row.period, row.due, origin),
            quantity=sign * float(row.content.quantity),
            price_unit=float(row.content.price),
            amount=float(amount),
            written=written,
            content=row.content,
            text=self._get_row_text(line, row, span),
        )

    @api.model
    def _get_row_text(self, line, row, span):
        """What comes back is called as it was, also where another item took its place since.

        :param Row row: what is due
        :param span: what the line delivers on these days, or None
        :return: what an invoice calls it
        :rtype: str
        """
        item = row.content.item
        if item == (span.content.item if span else line.product_id.id):
            return (span and span.name) or line.name
        # sudo: who sees what is due need not read facts
        phases_sudo = line.sudo().phase_ids.filtered(
            lambda phase: phase.says_name and phase.for_product_id.id == item
        )
        if phases_sudo:
            return phases_sudo.sorted('id')[-1].name
        product = self.env['product.product'].browse(item)
        lang = line.subscription_id.partner_id.lang
        return line._get_name_of(product, line.tier_id.browse(), lang)

    @api.model
    def _get_row_amounts(self, timeline, row, left):
        """:return: see `offer.billing.entry._get_credit_amounts`"""
        if not (row.origin and row.origin.key):
            return row.amount, None
        # sudo: who sees what comes back need not see every invoice
        origin_sudo = self.env['offer.billing.entry'].sudo().browse(row.origin.key)
        return origin_sudo._get_credit_amounts(timeline, row, left)

    def _get_settled_to(self):
        """:return: the last day of which anything is settled, or None"""
        self.ensure_one()
        # sudo: what is settled decides, whoever asks
        entries_sudo = self.sudo().line_ids.billing_entry_ids._filter_settling()
        return max(entries_sudo.mapped('date_to'), default=None)

    def _take_back(self, rows):
        """Split the charges of which parts are credited, so that each entry is wholly live or
        wholly taken back.

        :param list[DueRow] rows: due rows
        :return: the same rows; those that take something back name the parts
        :rtype: list[DueRow]
        """
        by_origin = {}
        for row in rows:
            if row.kind == CREDIT:
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

    def _find_rows(self, timelines, since, until):
        """What is due of these lines, if subscriptions are to be billed by these timelines.

        :param dict timelines: by subscription
        :param dict since: see `_read_entries`
        :param datetime.date until: up to and including this day
        :rtype: list[DueRow]
        """
        entries = self._read_entries(timelines, since)
        rows, left = [], {}
        for subscription, own in self.grouped('subscription_id').items():
            timeline = timelines[subscription]
            found = find_due(timeline, entries[subscription], until, since, own.ids)
            rows += [subscription._prepare_ledger_row(timeline, row, left) for row in found]
        return rows

    def _read_entries(self, timelines, since):
        """What is settled of these lines: of each as much as can matter, in one query.

        :param dict timelines: by subscription
        :param dict since: by line id the first day on which ledger and timeline may differ;
            without a line everything is read
        :return: by subscription
        :rtype: dict[offer.subscription, list[Entry]]
        """
        ids = {}
        for line in self:
            day = since.get(line.id)
            first = day and timelines[line.subscription_id].get_period(day).first
            ids.setdefault(first, []).append(line.id)
        days = Domain.OR(
            Domain('subscription_line_id', 'in', found)
            & (Domain('date_to', '>=', first) if first else Domain.TRUE)
            for first, found in ids.items()
        )
        live = Domain(
            [
                ('kind', 'in', SETTLING_KINDS),
                ('is_taken_back', '!=', True),
                ('is_void', '!=', True),
            ]
        )
        # sudo: what is settled decides, whoever asks
        entries_sudo = self.env['offer.billing.entry'].sudo().search(days & live)
        by_line = entries_sudo.grouped('subscription_line_id')
        read = {subscription: [] for subscription in self.subscription_id}
        for line in self:
            entries = by_line.get(line, ())
            read[line.subscription_id] += [entry._as_entry() for entry in entries]
        return read

    def _find_billed_until(self):
        """The last day of each line up to which all that is owed is settled: days that nobody owes,
        in a pause or waived, are no gap.

        :return: by line, False: nothing is settled
        :rtype: dict[offer.subscription.line, datetime.date | bool]
        """
        timelines = self.subscription_id._get_timelines()
        entries = self._read_entries(timelines, {})
        settled = {}
        for entry in [entry for found in entries.values() for entry in found]:
            settled.setdefault(entry.line, []).append(entry)
        return {
            line: find_settled_until(
                timelines[line.subscription_id], line.id, settled.get(line.id, [])
            )
            or False
            for line in self
        }

    def _update_hints(self):
        """Write the first day on which ledger and timeline may differ, and when something will be
        due.
        """
        waiting = self.filtered('settled_to')
        since = {line.id: line.settled_to for line in waiting}
        timelines = waiting.subscription_id._get_timelines(since)
        entries = waiting._read_entries(timelines, since)
        pending = {}
        for subscription, lines in waiting.grouped('subscription_id').items():
            timeline = timelines[subscription]
            pending.update(find_pending(timeline, entries[subscription], since, lines.ids))
        for line in self:
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
