"""Due is timeline less ledger: what subscriptions that go by their facts are charged and credited.

What is due is found by `tools/ledger.py`; here entries are read for it, and become rows.
"""

from odoo import models

from ...tools.ledger import CREDIT, find_due, find_pending
from ...tools.reconciliation import Due
from .due_row import DueRow
from .offer_billing_entry_ledger import SETTLING_KINDS


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _find_ledger_rows(self, until, audits=False):
        """What is due by the facts, credits first.

        :param datetime.date until: up to and including this day
        :param bool audits: read the whole ledger, whatever the hints say
        :rtype: list[DueRow]
        """
        rows, left = [], {}
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
            rows += [self._prepare_ledger_row(timeline, row, left) for row in found]
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
        amount, written = row.amount, None
        if origin:
            # sudo: who sees what comes back need not see every invoice
            origin_sudo = self.env['offer.billing.entry'].sudo().browse(origin)
            amount, written = origin_sudo._get_credit_amounts(timeline, row, left)
        span = timeline.get_on(row.line, row.first)
        return DueRow(
            line=line,
            kind=row.kind,
            due=Due(row.first, row.last, row.period, row.due, origin),
            quantity=sign * float(row.content.quantity),
            price_unit=float(row.content.price),
            amount=float(amount),
            written=written,
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
