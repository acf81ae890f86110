"""A second opinion that counts day by day and shares nothing with what it judges.

It knows no `tools/`: a period is found by walking through the calendar one day at a time.
"""

import calendar
import datetime
from fractions import Fraction

DAY = datetime.timedelta(days=1)


def begins_period(day, anchor, count, unit, alignment, alignment_day):
    """Whether a period begins on a day, by the words of the plan alone."""
    if unit in ('day', 'week'):
        step = count * (7 if unit == 'week' else 1)
        base = anchor
        if unit == 'week' and alignment == 'calendar':
            while base.weekday() != calendar.MONDAY:
                base -= DAY
        return (day - base).days % step == 0
    wanted = {'anniversary': anchor.day, 'calendar': 1, 'day': alignment_day}[alignment]
    last = calendar.monthrange(day.year, day.month)[1]
    if day.day != min(wanted, last):
        return False
    return _month_counts(day, anchor, count, unit, alignment, wanted)


def _month_counts(day, anchor, count, unit, alignment, wanted):
    months = count * (12 if unit == 'year' else 1)
    if alignment == 'calendar' and months <= 12 and 12 % months == 0:
        return (day.month - 1) % months == 0
    base = (anchor.year, anchor.month)
    if alignment == 'calendar' and unit == 'year':
        base = (anchor.year, 1)
    elif alignment == 'day':
        last = calendar.monthrange(anchor.year, anchor.month)[1]
        if anchor.day < min(wanted, last):
            base = (anchor.year - (anchor.month == 1), (anchor.month - 2) % 12 + 1)
    return ((day.year - base[0]) * 12 + day.month - base[1]) % months == 0


def period_around(day, begins):
    """First and last day of the period that holds a day; `begins` tells of a day."""
    first = day
    while not begins(first):
        first -= DAY
    last = day
    while not begins(last + DAY):
        last += DAY
    return first, last


def fair_share(price, first, last, days):
    """The exact share of some days of a period, before any rounding."""
    return Fraction(str(price)) * days / ((last - first).days + 1)
