"""The seven laws, over random lives, on the pure core; the judge counts day by day.

What a life found is a named case in `test_tools_timeline.py`.
"""

from dataclasses import astuple
from decimal import Decimal
from itertools import takewhile

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_offer.tools.timeline import find_first_change

from . import lives
from .desk import Desk, read_plan
from .oracle_agreement import Agreement
from .sizes import get_randoms


class HintedDesk(Desk):
    """Reads only what its hints say: the first day on which ledger and timeline may differ."""

    def __init__(self, *args):
        super().__init__(*args)
        self.hints = {}

    def act(self, step):  # pylint: disable=missing-return
        before = self.get_timeline()
        super().act(step)
        after = self.get_timeline()
        for key in self.added:
            known = key in {line.key for line in before.facts.lines}
            day = find_first_change(before, after, key) if known else step['day']
            self._pull(key, day)

    def _pull(self, key, day):
        if day:
            self.hints[key] = min(day, self.hints.get(key) or day)

    def bill_hinted(self, until):
        """Bill what the hints show; where there is no hint there is nothing to do."""
        since = {key: day for key, day in self.hints.items() if day}
        rows = self.bill(until, since, since.keys())
        for key, pending in self.find_pending().items():
            self.hints[key] = pending and pending[1]
        return rows

    def void(self, nth):  # pylint: disable=missing-return
        before = list(self.entries)
        super().void(nth)
        for entry in before:
            if entry not in self.entries:
                self._pull(entry.line, entry.first)


@tagged('post_install', '-at_install')
class TestLaws(BaseCase):
    def _open(self, life, kind=Desk):
        desk = kind(read_plan(life['plan']), life['anchor'], life['rounding'], life['intro'])
        head = list(takewhile(lambda step: step['act'] == 'add', life['steps']))
        for step in head:
            desk.act(step)
        desk.go_live(life['external'])
        return desk, life['steps'][len(head) :]

    def _live(self, life, kind=Desk):
        """:return: the desk after the whole life; billing at once again adds nothing"""
        desk, steps = self._open(life, kind)
        for step in steps:
            if step['act'] == 'bill':
                self._bill(desk, step['until'])
            elif step['act'] == 'void':
                desk.void(step['nth'])
            else:
                desk.act(step)
        return desk

    def _bill(self, desk, until):
        desk.bill(until)
        self.assertEqual(desk.bill(until), [], 'nothing twice')
        for pending in desk.find_pending().values():
            self.assertTrue(pending is None or pending[0] > until, 'nothing left')

    # === LAWS 1, 3, 4, 5 === #

    def test_whatever_happens_each_day_is_billed_once_at_what_was_agreed(self):
        for case, rng in get_randoms('lives', 150, 2000):
            life = lives.random_life(rng)
            with self.subTest(case=case):
                desk, oracle = self._live(life), Agreement(life)
                for line in desk.added:
                    message = f'{line}\n{lives.describe(life)}'
                    settled = {
                        day: astuple(content) for day, content in desk.get_settled(line).items()
                    }
                    self.assertEqual(settled, oracle.owed_days(line), message)
                    self.assertEqual(desk.get_total(line), oracle.total(line), message)

    def test_what_is_due_is_billed_when_it_is_due(self):
        for case, rng in get_randoms('due', 50, 500):
            life = lives.random_life(rng)
            until = life['start'] + 365 * lives.DAY
            life['steps'][-1] = {'act': 'bill', 'until': until}
            with self.subTest(case=case):
                desk, oracle = self._live(life), Agreement(life)
                for line in desk.added:
                    settled = desk.get_settled(line)
                    for day, content in oracle.owed_days_due(line, until).items():
                        self.assertEqual(
                            astuple(settled[day]), content, f'{day}\n{lives.describe(life)}'
                        )

    def test_one_run_settles_what_is_due_and_nothing_else(self):
        for case, rng in get_randoms('once', 50, 500):
            life = lives.random_life(rng)
            until = life['start'] + rng.randint(0, 500) * lives.DAY
            with self.subTest(case=case):
                desk, steps = self._open({**life, 'external': {}})
                for step in steps:
                    if step['act'] not in ('bill', 'void'):
                        desk.act(step)
                desk.bill(until)
                oracle = Agreement({**life, 'external': {}})
                for line in desk.added:
                    settled = {
                        day: astuple(content) for day, content in desk.get_settled(line).items()
                    }
                    self.assertEqual(
                        settled,
                        oracle.owed_days_due(line, until),
                        f'{line} {until}\n{lives.describe(life)}',
                    )

    def test_the_order_in_which_acts_are_entered_makes_no_difference(self):
        for case, rng in get_randoms('orders', 40, 1000):
            life = lives.random_facts(rng, rng.randint(2, 5))
            with self.subTest(case=case):
                seen = set()
                for other in lives.orders(life):
                    desk = self._live(other)
                    timeline = desk.get_timeline()
                    owed = tuple(timeline.get_owed(line) for line in desk.added)
                    seen.add((owed, desk.get_total()))
                self.assertEqual(len(seen), 1, lives.describe(life))

    def test_what_hints_leave_out_is_settled(self):
        for case, rng in get_randoms('hints', 50, 1000):
            life = lives.random_life(rng)
            with self.subTest(case=case):
                (all_of_it, steps), (hinted, _steps) = (
                    self._open(life),
                    self._open(life, HintedDesk),
                )
                for step in steps:
                    if step['act'] == 'bill':
                        rows = all_of_it.bill(step['until'])
                        same = hinted.bill_hinted(step['until'])
                        self.assertEqual(
                            [row.amount for row in rows],
                            [row.amount for row in same],
                            f'{step}\n{lives.describe(life)}',
                        )
                    elif step['act'] == 'void':
                        all_of_it.void(step['nth'])
                        hinted.void(step['nth'])
                    else:
                        all_of_it.act(step)
                        hinted.act(step)

    # === LAW 6 === #

    def test_revenue_is_what_is_delivered_whoever_pays_for_it(self):
        for case, rng in get_randoms('revenue', 30, 300):
            life = lives.random_life(rng)
            with self.subTest(case=case):
                desk, oracle = self._live(life), Agreement(life)
                timeline = desk.get_timeline()
                for line in desk.added:
                    for _ in range(5):
                        day = life['start'] + rng.randint(0, 800) * lives.DAY
                        span = timeline.get_on(line, day)
                        amount = span.content.get_amount(life['rounding']) if span else Decimal(0)
                        self.assertEqual(
                            amount, oracle.mrr(line, day), f'{day}\n{lives.describe(life)}'
                        )
