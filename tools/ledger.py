"""Due is timeline less ledger, day by day.

An owed day that nobody settled is charged. A charged day that is owed no more, or at another
content, is credited, and what is owed is charged. Nothing here knows Odoo.
"""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, takewhile

from .amounts import piece_amount
from .facts import Content
from .intervals import FOREVER, InOrder, day_after, subtract
from .periods import Period

CHARGE = 'charge'
CREDIT = 'credit'
EXTERNAL = 'external'


@dataclass(frozen=True)
class Entry:
    """Days that are settled: charged here, or billed externally. Taken back ones are not here.

    :param key: how the caller finds it again
    :param line: key of the line
    :param kind: CHARGE or EXTERNAL
    :param Content content: at what the days were settled
    """

    key: object
    line: object
    first: datetime.date
    last: datetime.date
    kind: str
    content: Content


@dataclass(frozen=True)
class Row:
    """What is to be charged or credited: days of one line in one period.

    :param kind: CHARGE or CREDIT
    :param Decimal amount: less than 0 for a credit
    :param due: the day from which on it is due
    :param Entry origin: what a credit takes back
    """

    line: object
    kind: str
    first: datetime.date
    last: datetime.date
    period: Period
    content: Content
    amount: Decimal
    due: datetime.date
    origin: Entry | None = None


def find_due(timeline, entries, until, since=None, keys=None):
    """What is due up to and including a day: credits first, then charges, oldest first.

    :param Timeline timeline: of one subscription
    :param entries: what is settled of its lines
    :type entries: list[Entry]
    :param datetime.date until: what is due later is left out
    :param dict since: by line, the first day on which ledger and timeline may differ; entries of
        its period and later ones are enough. None, or without a line: from the start
    :param keys: of the lines that are looked at; None: all
    :rtype: list[Row]
    """
    ledgers = _Ledgers(timeline, entries, since, keys)
    rows = [row for line in ledgers for row in line.find_due(until)]
    return sorted(rows, key=lambda row: (row.kind != CREDIT, row.first))


def find_pending(timeline, entries, since=None, keys=None):
    """When each line is to be looked at again, if nothing else happens.

    :return: by line the first day on which something will be due, and the first day on which
        ledger and timeline differ; None: everything is settled for ever
    :rtype: dict[object, tuple[datetime.date, datetime.date] | None]
    """
    return {line.key: line.find_pending() for line in _Ledgers(timeline, entries, since, keys)}


def find_external(timeline, key, last):
    """The days of a line that were billed externally, each run at the content that is agreed now.

    In full a period that was billed in part is settled as a whole, at the content of its days that
    were billed.

    :param datetime.date last: the last day that was billed externally
    :return: first day, last day and content of each run, oldest first
    :rtype: list[tuple[datetime.date, datetime.date, Content]]
    """
    is_full, runs = timeline.facts.terms.proration == 'none', []
    for piece in timeline.ending_on(min(last, timeline.end)).get_pieces(key):
        first, end = piece.first, piece.last if is_full else min(piece.last, last)
        if runs and day_after(runs[-1][1]) == first and runs[-1][2] == piece.content:
            first = runs.pop()[0]
        runs.append((first, end, piece.content))
    return runs


def find_settled_until(timeline, key, entries):
    """The last settled day of a line before which no owed day lacks an entry, whatever its content.

    :param entries: what is settled of the line
    :type entries: list[Entry]
    :return: None: nothing is settled, or not from the start
    :rtype: datetime.date | None
    """
    in_order = InOrder(sorted(entries, key=lambda entry: entry.first))
    owed = timeline.get_owed(key) if key in timeline.keys else ()
    gaps = (first for run in owed for first in _find_gaps(run, in_order))
    gap = next(gaps, FOREVER)
    return max((entry.last for entry in entries if entry.first < gap), default=None)


def _find_gaps(run, entries):
    """:return: the first day of each part of a run without entries, the earliest first"""
    touching = entries.get_touching(run.first, run.last)
    days = [(entry.first, entry.last) for entry in touching]
    return [first for first, _last in subtract(run.first, run.last, days)]


def get_owed_amount(timeline, last, first=None):
    """What is owed for the days up to and including one, whoever settled them.

    :param datetime.date last: in full, a period that begins up to it counts whole
    :param first: periods that end before it are left out
    :rtype: Decimal
    """
    total = Decimal(0)
    for line in timeline.facts.lines:
        for piece in timeline.get_pieces(line.key, first):
            if piece.period.first > last:
                break
            if timeline.facts.terms.proration == 'none' or piece.last <= last:
                total += get_piece_amount(timeline, piece.content, piece)
            elif piece.first <= last:
                total += get_piece_amount(timeline, piece.content, replace(piece, last=last))
    return total


def get_piece_amount(timeline, content, piece):
    """:param piece: something with `first`, `last` and `period`
    :rtype: Decimal
    """
    rounding = timeline.facts.rounding
    amount = content.get_amount(rounding)
    if timeline.facts.terms.proration == 'none':
        return amount
    return piece_amount(amount, piece.period, piece.first, piece.last, rounding)


def split_days(first, last, taken):
    """The parts of an entry's days, if some of them are taken back.

    :param taken: pairs of first and last day, inside the entry's
    :return: first day, last day, and whether it is taken back, oldest first
    :rtype: list[tuple[datetime.date, datetime.date, bool]]
    """
    kept = [(*days, False) for days in subtract(first, last, taken)]
    return sorted(kept + [(*days, True) for days in taken])


class _Ledgers:
    """The lines of a timeline, each with what is settled of it."""

    def __init__(self, timeline, entries, since, keys):
        self.timeline, self.since, self.keys = timeline, since or {}, keys
        self.entries = {}
        for entry in entries:
            self.entries.setdefault(entry.line, []).append(entry)

    def __iter__(self):
        kind = _FullLedger if self.timeline.facts.terms.proration == 'none' else _DailyLedger
        for line in self.timeline.facts.lines:
            if self.keys is not None and line.key not in self.keys:
                continue
            yield kind(
                self.timeline,
                line.key,
                sorted(self.entries.get(line.key, ()), key=lambda entry: entry.first),
                self.since.get(line.key),
            )


class _LineLedger:
    """One line's timeline less its ledger; how it is compared depends on the proration."""

    def __init__(self, timeline, key, entries, since):
        self.timeline, self.key = timeline, key
        self.since = since and timeline.get_period(since).first
        self.entries = [entry for entry in entries if not since or entry.last >= self.since]

    def get_pieces(self):
        return self.timeline.get_pieces(self.key, self.since)

    def find_due(self, until):
        """:rtype: list[Row]"""
        rows = [row for row in self.find_credits() if row.due <= until]
        entries = InOrder(self.entries)
        for piece in self.get_pieces():
            # nothing that lies in a later period is due before
            if self.timeline.get_due_day(piece.period, piece.period.first) > until:
                break
            if piece.due <= until:
                rows += self.find_charges(piece, entries)
        return rows

    def find_pending(self):
        """:return: the first due day, and the first day that is not settled as it is owed"""
        rows, entries = self.find_credits(), InOrder(self.entries)
        charges = chain.from_iterable(
            self.find_charges(piece, entries) for piece in self.get_pieces()
        )
        first = next(charges, None)
        if first:
            # another piece of the same period may be due before
            same = takewhile(lambda row: row.period == first.period, charges)
            rows += [first, *same]
        if not rows:
            return None
        return min(row.due for row in rows), min(row.first for row in rows)

    def find_credits(self):
        """What of the entries is owed no more, or at another content.

        :rtype: list[Row]
        """
        raise NotImplementedError

    def find_charges(self, piece, entries):
        """What of a piece nobody settled at its content.

        :param InOrder entries: what is settled; pieces are looked at in order
        :rtype: list[Row]
        """
        raise NotImplementedError

    def charge(self, piece, first, last):
        found = replace(piece, first=first, last=last)
        amount = get_piece_amount(self.timeline, piece.content, found)
        return Row(self.key, CHARGE, first, last, piece.period, piece.content, amount, piece.due)

    def get_lost_due(self, entry, period, first):
        """When days are credited that are owed no more: in advance when a charge of them would be
        due, in arrears at once.
        """
        if self.timeline.facts.terms.billing_mode == 'arrears':
            return entry.first
        return self.timeline.get_due_day(period, first)

    def credit(self, entry, period, first, last, due):
        row = Row(self.key, CREDIT, first, last, period, entry.content, Decimal(0), due, entry)
        return replace(row, amount=-get_piece_amount(self.timeline, entry.content, row))


class _DailyLedger(_LineLedger):
    """Each day is settled for itself."""

    def find_credits(self):
        if not self.entries:
            return []
        last = max(entry.last for entry in self.entries)
        pieces = []
        for piece in self.get_pieces():
            if piece.first > last:
                break
            pieces.append(piece)
        in_order = InOrder(pieces)
        return [row for entry in self.entries for row in self._find_credits(entry, in_order)]

    def _find_credits(self, entry, pieces):
        rows, kept = [], []
        for piece in pieces.get_touching(entry.first, entry.last):
            first, last = max(entry.first, piece.first), min(entry.last, piece.last)
            kept.append((first, last))
            if piece.content != entry.content:
                # what replaces it is due with it
                rows.append(self.credit(entry, piece.period, first, last, piece.due))
        for first, last in subtract(entry.first, entry.last, kept):
            rows += self._find_lost(entry, first, last)
        return rows

    def _find_lost(self, entry, first, last):
        """Days that are owed no more."""
        first = max(first, self.since or first)
        while first <= last:
            period = self.timeline.get_period(first)
            end = min(last, period.last)
            yield self.credit(entry, period, first, end, self.get_lost_due(entry, period, first))
            first = day_after(end)

    def find_charges(self, piece, entries):
        settled = [
            (entry.first, entry.last)
            for entry in entries.get_touching(piece.first, piece.last)
            if entry.content == piece.content
        ]
        return [
            self.charge(piece, first, last)
            for first, last in subtract(piece.first, piece.last, settled)
        ]


class _FullLedger(_LineLedger):
    """A started period is settled as a whole, by the first entry of its content that touches it."""

    def find_credits(self):
        if not self.entries:
            return []
        first, last = self.entries[0].first, max(entry.last for entry in self.entries)
        owed = {}
        for piece in self.get_pieces():
            if piece.first > last:
                break
            owed[piece.period] = piece
        entries, rows, day = InOrder(self.entries), [], max(first, self.since or first)
        while day <= last:
            period = self.timeline.get_period(day)
            touching = entries.get_touching(period.first, period.last)
            rows += self._find_credits(period, owed.get(period), touching)
            day = day_after(period.last)
        return rows

    def _find_credits(self, period, piece, touching):
        kept = self._get_settling(touching, piece)
        for entry in touching:
            if entry == kept:
                continue
            first, last = max(entry.first, period.first), min(entry.last, period.last)
            due = piece.due if piece else self.get_lost_due(entry, period, first)
            yield self.credit(entry, period, first, last, due)

    def find_charges(self, piece, entries):
        touching = entries.get_touching(piece.period.first, piece.period.last)
        if self._get_settling(touching, piece):
            return []
        return [self.charge(piece, piece.first, piece.last)]

    def _get_settling(self, touching, piece):
        same = (entry for entry in touching if piece and entry.content == piece.content)
        return next(same, None)
