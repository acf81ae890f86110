"""What the phases of a line come to, one after the other ("an act says what was named").

One pass: of each field it is kept what was said last, and what was said last for each item, unit
and service level ("a price belongs to what it was said for").
"""

from itertools import pairwise

from .facts import ZERO, Content, PerUnit, Span
from .intervals import FOREVER
from .periods import ONE_DAY

# what is said for one item in one unit and at one level
OWN = ('price', 'discount', 'name')


def read_phases(line, since=None):
    """What a line would deliver if nothing above it, no pause and no end were in the way.

    :param Line line: with its phases in any order
    :param datetime.date since: what ends before this day is left out
    :return: spans, oldest first, whose quantity may be a PerUnit; none: it doesn't begin
    :rtype: list[Span]
    """
    begin = next((phase for phase in line.phases if phase.begins), None)
    if not begin:
        return []
    spans, agreed = [], _Agreed()
    for (start, phases), following in pairwise([*_group_by_start(line, begin.start), None]):
        for phase in phases:
            agreed.hear(phase)
        if is_nothing(agreed.get_quantity()):
            # later phases count only if this one is withdrawn
            break
        last = following[0] - ONE_DAY if following else FOREVER
        if since and last < since:
            continue
        content, tier, name = agreed.resolve()
        spans.append(Span(start, last, content, tier, name))
    return spans


def is_nothing(quantity):
    """:param quantity: Decimal or PerUnit
    :rtype: bool
    """
    return (quantity.ratio if isinstance(quantity, PerUnit) else quantity) == ZERO


def _group_by_start(line, begin):
    """
    :param datetime.date begin: what was said for a day before counts from it on
    :return: pairs of a day and the phases that count from it on, the one said last last
    :rtype: list[tuple[datetime.date, list[Phase]]]
    """
    groups = []
    for phase in sorted(line.phases, key=lambda phase: (phase.start, phase.said)):
        start = max(phase.start, begin)
        if not groups or groups[-1][0] != start:
            groups.append((start, []))
        groups[-1][1].append(phase)
    return groups


class _Agreed:
    """What was said up to a day. An act may have been withdrawn on which others built: then what
    was said last, for whatever it was, is better than nothing, since nothing is free by accident.
    """

    def __init__(self):
        # the item and unit, and what was said last of each field
        self._item, self._last = None, {}
        # what was said last for an item, for a unit, and for all three
        self._tiers, self._quantities, self._own = {}, {}, {}
        self._nothing = None

    def hear(self, phase):
        """:param Phase phase: said after those that were heard before, or for a later day"""
        says, key = phase.says, phase.belongs_to
        self._last.update(says)
        if 'item' in says:
            self._item = key
        if 'tier' in says:
            self._tiers[key.item] = says['tier']
        if 'quantity' in says:
            self._hear_quantity(says['quantity'], key.unit)
        if any(what in says for what in OWN):
            own = {what: says[what] for what in OWN if what in says}
            self._own.setdefault((key.item, key.unit, key.tier), {}).update(own)

    def _hear_quantity(self, quantity, unit):
        """A quantity belongs to its unit; nothing is nothing in every unit."""
        if is_nothing(quantity):
            self._nothing = quantity
            self._quantities.clear()
        else:
            self._quantities[unit] = quantity

    def resolve(self):
        """What holds after what was heard.

        :return: content (its quantity may be a PerUnit), tier and name
        :rtype: tuple[Content, object, str]
        """
        last, item, unit = self._last, self._item.item, self._item.unit
        tier = self._tiers.get(item, last['tier'])
        said = last | self._own.get((item, unit, tier), {})
        content = Content(item, unit, self.get_quantity(), said['price'], said['discount'])
        return content, tier, said['name']

    def get_quantity(self):
        """:return: the quantity that holds after what was heard
        :rtype: Decimal | PerUnit
        """
        quantity = self._quantities.get(self._item.unit, self._nothing)
        return self._last['quantity'] if quantity is None else quantity
