"""What the core looks at grows as what it is given, not as its square."""

import datetime
from dataclasses import replace
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_offer.tools.agreed import read_phases
from odoo.addons.sale_offer.tools.facts import Facts, ItemKey, Line, Phase
from odoo.addons.sale_offer.tools.intervals import InOrder
from odoo.addons.sale_offer.tools.ledger import (
    CHARGE,
    Entry,
    find_due,
    find_pending,
    find_settled_until,
)
from odoo.addons.sale_offer.tools.periods import ONE_DAY, Period, Terms
from odoo.addons.sale_offer.tools.timeline import Timeline

START = datetime.date(2027, 1, 1)
KEY = ItemKey('backup', 'piece', 'gold')
FULL = {
    'item': 'backup',
    'tier': 'gold',
    'quantity': Decimal(3),
    'price': Decimal(10),
    'discount': Decimal(0),
    'name': 'Backup',
}


class CountedDay(datetime.date):
    """Counts how often a day is compared with another."""

    count = 0

    def _counted(name):  # noqa: N805 # pylint: disable=no-self-argument
        compare = getattr(datetime.date, name)

        def counting(self, other):
            CountedDay.count += 1
            return compare(self, other)

        return counting

    __lt__, __le__, __gt__, __ge__ = map(_counted, ('__lt__', '__le__', '__gt__', '__ge__'))

    @classmethod
    def of(cls, day):
        return cls(day.year, day.month, day.day)


class CountedSays(dict):
    """Counts how often a phase is asked for what it says."""

    count = 0

    def __contains__(self, what):
        CountedSays.count += 1
        return super().__contains__(what)


@tagged('post_install', '-at_install')
class TestEffort(BaseCase):
    def _make_timeline(self, proration):
        line = Line('a', (Phase(START, 1, FULL, KEY, begins=True),))
        terms = Terms(1, 'day', proration=proration)
        return Timeline(Facts(terms, START, Decimal('0.01'), (line,)))

    def _settle(self, timeline, days):
        """:return: an entry for each of so many days"""
        rows = find_due(timeline, [], START + (days - 1) * ONE_DAY)
        self.assertEqual(len(rows), days)
        return [
            Entry(
                number, 'a', CountedDay.of(row.first), CountedDay.of(row.last), CHARGE, row.content
            )
            for number, row in enumerate(rows)
        ]

    def _count_days(self, proration, days):
        timeline = self._make_timeline(proration)
        entries = self._settle(timeline, days)
        CountedDay.count = 0
        until = START + (days - 1) * ONE_DAY
        self.assertEqual(find_due(timeline, entries, until), [])
        due = entries[-1].last + ONE_DAY
        self.assertEqual(find_pending(timeline, entries), {'a': (due, due)})
        self.assertEqual(find_settled_until(timeline, 'a', entries), due - ONE_DAY)
        return CountedDay.count

    def test_an_audit_of_ten_times_the_days_compares_ten_times_as_often(self):
        for proration in ('daily', 'none'):
            few, many = (self._count_days(proration, days) for days in (60, 600))
            self.assertGreater(few, 60, proration)
            self.assertLess(many, 12 * few, proration)

    def test_ten_times_the_phases_are_asked_ten_times_as_often(self):
        counts = []
        for number in (20, 200):
            phases = [
                Phase(START + days * ONE_DAY, days, CountedSays({'price': Decimal(days)}), KEY)
                for days in range(1, number)
            ]
            begin = Phase(START, 0, CountedSays(FULL), KEY, begins=True)
            CountedSays.count = 0
            spans = read_phases(Line('a', (*phases, begin)))
            self.assertEqual(
                [span.content.price for span in spans],
                [Decimal(10), *map(Decimal, range(1, number))],
            )
            counts.append(CountedSays.count)
        self.assertGreater(counts[0], 20)
        self.assertLess(counts[1], 12 * counts[0])

    def test_runs_that_overlap_are_all_found_in_order(self):
        runs = [
            Period(START + first * ONE_DAY, START + last * ONE_DAY)
            for first, last in ((0, 9), (1, 2), (1, 30), (5, 5), (12, 13), (40, 40))
        ]
        in_order = InOrder(runs)
        for first, last, expected in (
            (0, 0, [0]),
            (2, 5, [0, 1, 2, 3]),
            (5, 5, [0, 2, 3]),
            (6, 11, [0, 2]),
            (14, 20, [2]),
            (31, 39, []),
            (40, 50, [5]),
        ):
            found = in_order.get_touching(START + first * ONE_DAY, START + last * ONE_DAY)
            self.assertEqual(found, [runs[number] for number in expected])

    def test_entries_in_any_order_settle_the_same(self):
        timeline = self._make_timeline('daily')
        entries = self._settle(timeline, 20)
        # one of them twice as long, into the days of the next ones
        entries[3] = replace(entries[3], last=entries[6].last)
        del entries[9]
        until = START + 19 * ONE_DAY
        rows = find_due(timeline, entries, until)
        self.assertEqual([row.first for row in rows], [START + 9 * ONE_DAY])
        self.assertEqual(find_due(timeline, entries[::-1], until), rows)
        for given in (entries, entries[::-1]):
            self.assertEqual(find_settled_until(timeline, 'a', given), START + 8 * ONE_DAY)
