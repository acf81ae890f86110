"""Runs of days: pairs of a first and a last day, both included; FOREVER has no end."""

import datetime

from .periods import ONE_DAY

FOREVER = datetime.date.max


def day_after(day):
    """:return: the next day; FOREVER stays FOREVER
    :rtype: datetime.date
    """
    return day if day == FOREVER else day + ONE_DAY


def subtract(first, last, holes):
    """What is left of the days `first` to `last` without the holes.

    :param list holes: pairs of first and last day, in any order; they may overlap
    :return: pairs of first and last day, oldest first
    :rtype: list[tuple[datetime.date, datetime.date]]
    """
    if not holes:
        return [(first, last)] if first <= last else []
    left = []
    for start, end in sorted(holes):
        if end < first or start > last or end < start:
            continue
        if start > first:
            left.append((first, start - ONE_DAY))
        if end >= last:
            return left
        first = day_after(end)
    if first <= last:
        left.append((first, last))
    return left


def cut(first, last, days):
    """The days `first` to `last`, cut so that a new run begins on each of some days.

    :param list days: days on which a run begins
    :rtype: list[tuple[datetime.date, datetime.date]]
    """
    runs = []
    for day in sorted(set(days)) if days else ():
        if first < day <= last:
            runs.append((first, day - ONE_DAY))
            first = day
    return [*runs, (first, last)]


class InOrder:
    """Runs of days that are asked for in the order of days: a question goes on where the one
    before it has come to, so that all of them together look at each run about once.

    :param runs: things with `first` and `last`, the earliest first; they may overlap
    """

    def __init__(self, runs):
        self._runs, self._at = runs, 0

    def get_touching(self, first, last):
        """:param first: first day, not before that of the question before; `last`: last day
        :return: those that have some of the days, in their order
        :rtype: list
        """
        runs, at, count = self._runs, self._at, len(self._runs)
        while at < count and runs[at].last < first:
            at += 1
        self._at = at
        found = []
        while at < count and runs[at].first <= last:
            if runs[at].last >= first:
                found.append(runs[at])
            at += 1
        return found
