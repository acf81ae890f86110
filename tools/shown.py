"""What screens ask of timelines: since when something holds, when it changes next, and between
which days two of them differ.
"""

from itertools import zip_longest

from .intervals import FOREVER, day_after
from .periods import ONE_DAY


def find_agreed_since(timeline, key, day):
    """Since when that holds which is agreed of a line for a day, after a change of item, unit,
    level, quantity, price or discount.

    :param Timeline timeline: of the subscription
    :param key: of the line
    :param datetime.date day: before the line begins, its first day is meant
    :return: None: nothing is agreed
    :rtype: datetime.date | None
    """
    days = timeline.get_agreed_days(key)
    if not days:
        return None
    lines = {line.key: line for line in timeline.facts.lines}
    starts, line = set(), lines[key]
    while line:
        starts |= {phase.start for phase in line.phases}
        line = lines.get(line.parent)
    held = timeline.get_agreed_on(key, day)
    for start in sorted(starts, reverse=True):
        if days[0] < start <= day:
            before = timeline.get_agreed_on(key, start - ONE_DAY)
            if (before.content, before.tier) != (held.content, held.tier):
                return start
    return days[0]


def find_next_shown(timeline, day):
    """The next day from which on something else is agreed, or a pause begins or ends, or all of
    it has ended.

    :param Timeline timeline: of one subscription
    :param datetime.date day: today
    :return: early, never late; None: nothing changes any more
    :rtype: datetime.date | None
    """
    closed = day_after(timeline.set_end)
    days = [closed, *(phase.start for line in timeline.facts.lines for phase in line.phases)]
    for first, last, _pause in timeline.pauses:
        days += [first, day_after(last)] if first <= last else []
    return min((it for it in days if day < it <= closed and it < FOREVER), default=None)


def find_last_change(before, after, key):
    """The last day on which two timelines of a subscription owe something else of a line.

    :return: FOREVER: without an end; None: they owe the same
    :rtype: datetime.date | None
    """
    runs = zip_longest(reversed(before.get_owed(key)), reversed(after.get_owed(key)))
    for a, b in runs:
        if a == b:
            continue
        if not a or not b:
            return (a or b).last
        if a.last != b.last or a.content != b.content:
            return max(a.last, b.last)
        return max(a.first, b.first) - ONE_DAY
    return None
