"""The billing periods that a plan and an anchor day give.

Period k is computed from the anchor, never from the period before it: an agreement that begins
on the 31st is billed on the last day of February and on the 31st of March again.
"""

import calendar
import datetime
from dataclasses import dataclass

ONE_DAY = datetime.timedelta(days=1)
DAYS = {'day': 1, 'week': 7}
MONTHS = {'month': 1, 'year': 12}
SHORTEST_MONTH = 28


@dataclass(frozen=True)
class Terms:
    """How a plan bills; the same names as on `offer.plan`.

    :param interval_count: length of a period, in interval_unit, 1 or more
    :param interval_unit: 'day', 'week', 'month' or 'year'
    :param billing_mode: 'advance': due on the first day of the piece that is billed;
        'arrears': due on the day after the period
    :param alignment: 'anniversary': periods begin on the anchor's day; 'calendar': on Mondays,
        on the first of the month, quarter, half-year or year; 'day': on alignment_day
    :param alignment_day: 1 to 31, clamped to the last day of a shorter month
    :param proration: 'daily': days ÷ days of that period; 'none': a started period in full
    :param advance_days: in advance: so many days before the first day
    """

    interval_count: int
    interval_unit: str
    billing_mode: str = 'advance'
    alignment: str = 'anniversary'
    alignment_day: int = 1
    proration: str = 'daily'
    advance_days: int = 0


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: datetime.date
    last: datetime.date

    @property
    def days(self):
        return (self.last - self.first).days + 1


def add_months(year, month, months, day):
    """The given day of the month that lies `months` after (year, month), clamped to its last.

    :rtype: datetime.date
    """
    index = year * 12 + month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    if day > SHORTEST_MONTH:
        day = min(day, calendar.monthrange(year, month)[1])
    return datetime.date(year, month, day)


def add_interval(day, count, unit):
    """The day that lies `count` units after `day`; the 31st is clamped in shorter months.

    :param datetime.date day: any day
    :param int count: may be negative
    :param unit: 'day', 'week', 'month' or 'year'
    :rtype: datetime.date
    """
    if unit in DAYS:
        return day + datetime.timedelta(days=count * DAYS[unit])
    return add_months(day.year, day.month, count * MONTHS[unit], day.day)


def period_start(terms, anchor, index):
    """First day of a period; period 0 is the one that holds the anchor.

    :param Terms terms: the plan
    :param datetime.date anchor: the day from which all periods are counted
    :param int index: may be negative
    :rtype: datetime.date
    """
    if terms.interval_unit in DAYS:
        step = terms.interval_count * DAYS[terms.interval_unit]
        origin = anchor
        if terms.alignment == 'calendar' and terms.interval_unit == 'week':
            origin -= datetime.timedelta(days=anchor.weekday())
        return origin + datetime.timedelta(days=index * step)
    year, month, day = _month_origin(terms, anchor)
    step = terms.interval_count * MONTHS[terms.interval_unit]
    return add_months(year, month, index * step, day)


def _month_origin(terms, anchor):
    """:return: year, month and unclamped day on which period 0 begins"""
    if terms.alignment == 'anniversary':
        return anchor.year, anchor.month, anchor.day
    if terms.alignment == 'calendar':
        step = terms.interval_count * MONTHS[terms.interval_unit]
        # quarters begin in January, April, …; 5 months have no place in a year of their own
        behind = (anchor.month - 1) % step if 12 % step == 0 else 0
        if terms.interval_unit == 'year':
            behind = anchor.month - 1
        return anchor.year, anchor.month - behind, 1
    day = terms.alignment_day
    first = add_months(anchor.year, anchor.month, 0, day)
    if first > anchor:
        first = add_months(anchor.year, anchor.month, -1, day)
    return first.year, first.month, day


def period_index(terms, anchor, day):
    """Index of the period that holds a day.

    :rtype: int
    """
    origin = period_start(terms, anchor, 0)
    if terms.interval_unit in DAYS:
        return (day - origin).days // (terms.interval_count * DAYS[terms.interval_unit])
    months = (day.year - origin.year) * 12 + day.month - origin.month
    index = months // (terms.interval_count * MONTHS[terms.interval_unit])
    # within its month the day may lie before the day on which the period begins
    return index - 1 if period_start(terms, anchor, index) > day else index


def period_at(terms, anchor, index):
    """:rtype: Period"""
    last = period_start(terms, anchor, index + 1) - ONE_DAY
    return Period(period_start(terms, anchor, index), last)


def period_of(terms, anchor, day):
    """The period that holds a day.

    :rtype: Period
    """
    return period_at(terms, anchor, period_index(terms, anchor, day))
