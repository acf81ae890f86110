"""Billing is reconciliation: what is due is what the customer is entitled to less what is
settled (design §5). Nothing here knows Odoo; every answer depends on its arguments alone.
"""

import datetime
from dataclasses import dataclass
from datetime import timedelta

from .periods import ONE_DAY, Period, period_of

SETTLING = ('charge', 'waived', 'external')


@dataclass(frozen=True)
class Settled:
    """Days that are settled: a billing entry that is no credit and that holds.

    :param key: how the caller finds it again
    :param last: last settled day, after what was credited of it
    """

    key: object
    kind: str
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True)
class Due:
    """Days to charge, or of a charge to credit.

    :param origin: for a credit the key of the charge, whose tail it is
    :param on: the day from which on it is due
    """

    first: datetime.date
    last: datetime.date
    period: Period
    on: datetime.date
    origin: object = None


def due_charges(terms, anchor, first, last, settled, until, closing=None):
    """Entitled days that nobody settled, one piece a period, oldest first.

    :param Terms terms: the plan
    :param datetime.date anchor: the day from which the periods are counted
    :param datetime.date first: first entitled day
    :param last: last entitled day, None: no end
    :param settled: what is settled of this line
    :type settled: list[Settled]
    :param until: pieces that are due up to and including this day; None: just the next one
    :param closing: last day of the whole agreement: arrears don't wait for a period's end then
    :rtype: list[Due]
    """
    found = []
    for gap_first, gap_last in _gaps(terms, anchor, first, last, settled):
        day = gap_first
        while gap_last is None or day <= gap_last:
            period = period_of(terms, anchor, day)
            end = period.last if gap_last is None else min(period.last, gap_last)
            due = _due_day(terms, day, period, closing)
            if until is not None and due > until:
                break
            found.append(Due(day, end, period, due))
            if until is None:
                return found
            day = end + ONE_DAY
    return found


def _due_day(terms, day, period, closing):
    if terms.billing_mode == 'advance':
        return day - timedelta(days=terms.advance_days)
    end = period.last if closing is None else max(min(period.last, closing), day)
    return end + ONE_DAY


def _gaps(terms, anchor, first, last, settled):
    """Entitled intervals without settled days, oldest first; an end of None has no end."""
    day = first
    for entry in sorted(settled, key=lambda entry: entry.first):
        if entry.last < entry.first:
            continue  # credited altogether
        start, end = entry.first, entry.last
        if terms.proration == 'none':
            # a started period counts in full, so it is settled in full
            start = period_of(terms, anchor, start).first
            end = period_of(terms, anchor, end).last
        if last is not None and start > last:
            break
        if day < start:
            yield day, start - ONE_DAY
        day = max(day, end + ONE_DAY)
    if last is None or day <= last:
        yield day, last


def due_credits(terms, anchor, last, settled, until):
    """Charged days beyond the end of the entitlement: the tails of charges, oldest first.

    :param last: last entitled day, None: no end; a day before the first: nothing is entitled
    :param until: credits that are due up to and including this day; None: all
    :rtype: list[Due]
    """
    if last is None:
        return []
    found = []
    for entry in sorted(settled, key=lambda entry: entry.first):
        credited_altogether = entry.last < entry.first
        if entry.kind != 'charge' or credited_altogether or entry.last <= last:
            continue
        period = period_of(terms, anchor, entry.first)
        start = max(entry.first, last + ONE_DAY)
        if terms.proration == 'none' and start > entry.first:
            continue  # it had started, and a started period is owed in full
        # also what was charged ahead comes back as soon as the entitlement has ended
        on = last + ONE_DAY
        if until is None or on <= until:
            found.append(Due(start, entry.last, period, on, entry.key))
    return found


def next_due(terms, anchor, first, last, settled, closing=None):
    """The first day on which something will be due, if nothing else happens.

    :return: None: everything is settled
    """
    charges = due_charges(terms, anchor, first, last, settled, None, closing)
    credits = due_credits(terms, anchor, last, settled, None)
    return min((due.on for due in charges + credits), default=None)
