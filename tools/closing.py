"""What a day divides: charged for days after it, or owed up to it and not charged.

It is what would come back and what would be charged if everything ended on the day, so that what
was earned by a day is the same whenever it was billed. Nothing here knows Odoo.
"""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from .amounts import piece_amount
from .facts import ZERO
from .intervals import FOREVER, day_after
from .ledger import CHARGE, CREDIT, Entry, find_due, get_piece_amount

DEFERRED = 'deferred'
ACCRUED = 'accrued'


@dataclass(frozen=True)
class Divided:
    """Days of one line on one side of the day.

    :param kind: DEFERRED: they are charged, and not earned by the day; ACCRUED: they are owed by
        the day, and not charged
    :param item: what they were charged for, or are owed for
    :param Decimal amount: of accrued days, in the price's own taxes; less than 0 for what was
        billed externally and comes back
    :param Entry origin: the charge of deferred days
    """

    line: object
    kind: str
    first: datetime.date
    last: datetime.date
    item: object
    amount: Decimal = ZERO
    origin: Entry | None = None


def divide(timeline, entries, day, keys=None):
    """Compare what is owed up to a day with what was charged.

    Where a plan charges started periods in full, such a period is earned day by day, and all of it
    once nothing more of it is to be delivered.

    :param Timeline timeline: of one subscription, as its facts stand now
    :param entries: what was settled of its lines as of the day
    :type entries: list[Entry]
    :param datetime.date day: the last day that counts
    :param keys: of the lines that are looked at; None: all
    :rtype: list[Divided]
    """
    is_full = timeline.facts.terms.proration == 'none'
    limit = timeline.get_period(day).last if is_full else day
    rows = find_due(timeline.ending_on(min(limit, timeline.end)), entries, FOREVER, keys=keys)
    found = [_divide_row(timeline, row, day, is_full) for row in rows]
    if is_full:
        credited = {row.origin for row in rows}
        kept = [it for it in entries if it not in credited and (keys is None or it.line in keys)]
        found += [_divide_kept(timeline, entry, day) for entry in kept]
    return [divided for divided in found if divided]


def _divide_row(timeline, row, day, is_full):
    """:rtype: Divided | None"""
    item = row.content.item
    if row.kind == CREDIT and row.origin.kind == CHARGE:
        return Divided(row.line, DEFERRED, row.first, row.last, item, origin=row.origin)
    if row.first > day:
        return None
    amount, last = row.amount, row.last
    if last > day:
        if is_full and _goes_on(timeline, row.line, row.period, day):
            amount = piece_amount(
                amount, row.period, row.period.first, day, timeline.facts.rounding
            )
            last = day
        elif not is_full:
            last = day
            part = get_piece_amount(timeline, row.content, replace(row, last=day))
            amount = part if row.kind == CHARGE else -part
    return Divided(row.line, ACCRUED, row.first, last, item, amount)


def _divide_kept(timeline, entry, day):
    """The rest of a period that was charged in full, and of which more is to be delivered.

    :rtype: Divided | None
    """
    period = timeline.get_period(day)
    first = max(entry.first, day_after(day))
    if (
        entry.kind != CHARGE
        or first > entry.last
        or not _goes_on(timeline, entry.line, period, day)
    ):
        return None
    return Divided(entry.line, DEFERRED, first, entry.last, entry.content.item, origin=entry)


def _goes_on(timeline, key, period, day):
    """:return: whether anything of a line is owed in a period after a day"""
    runs = timeline.get_owed(key)
    return any(run.first <= period.last and run.last > day for run in runs)
