"""What screens ask of timelines, on the pure core."""

from datetime import date

from odoo.tests import tagged

from odoo.addons.sale_offer.tools.facts import LAST, End, Pause
from odoo.addons.sale_offer.tools.intervals import FOREVER
from odoo.addons.sale_offer.tools.shown import (
    find_agreed_since,
    find_last_change,
    find_next_shown,
)
from odoo.addons.sale_offer.tools.timeline import Timeline

from .desk_case import START, DeskCase


@tagged('post_install', '-at_install')
class TestShown(DeskCase):
    def setUp(self):
        super().setUp()
        self._open()
        self._add(30, 3)

    def _since(self, day, line='seat'):
        return find_agreed_since(self.desk.get_timeline(), line, day)

    def _next(self, day):
        return find_next_shown(self.desk.get_timeline(), day)

    # === SINCE WHEN === #

    def test_a_change_counts_from_its_day_and_what_is_said_again_does_not(self):
        self._change(date(2027, 3, 1), quantity=5)
        self._change(date(2027, 5, 1), quantity=5)
        self.assertEqual(self._since(date(2027, 2, 28)), START)
        self.assertEqual(self._since(date(2027, 6, 1)), date(2027, 3, 1))

    def test_what_goes_and_comes_back_counts_from_its_return(self):
        self._change(date(2027, 3, 1), quantity=5)
        self._change(date(2027, 4, 1), quantity=3)
        self.assertEqual(self._since(date(2027, 6, 1)), date(2027, 4, 1))

    def test_what_is_sold_per_unit_changes_with_its_parent(self):
        self._add(5, ('per_unit', 1), line='virus', parent='seat')
        self._change(date(2027, 3, 1), quantity=5)
        self.assertEqual(self._since(date(2027, 6, 1), 'virus'), date(2027, 3, 1))

    def test_before_it_begins_a_line_is_as_it_is_from_its_first_day_on(self):
        self._add(5, line='later', day=date(2027, 9, 1))
        self.assertEqual(self._since(date(2027, 2, 1), 'later'), date(2027, 9, 1))

    # === WHEN IT CHANGES NEXT === #

    def test_phases_pauses_and_the_end_are_days_on_which_what_is_shown_changes(self):
        self._change(date(2027, 5, 1), quantity=5)
        self._pause(date(2027, 2, 10), until=date(2027, 2, 20))
        self._change(date(2027, 8, 1), quantity=9)
        self._act('end', day=date(2027, 6, 30), kind='agreed')
        days = [START]
        while day := self._next(days[-1]):
            days.append(day)
        self.assertEqual(
            days[1:],
            [date(2027, 2, 10), date(2027, 2, 21), date(2027, 5, 1), date(2027, 7, 1)],
        )

    def test_a_pause_that_was_resumed_before_it_began_is_none(self):
        self._pause(date(2027, 2, 10))
        self.assertEqual(self._next(START), date(2027, 2, 10))
        self._act('resume', day=date(2027, 2, 10))
        self.assertIsNone(self._next(START))

    # === THE SAME WITHOUT AN ACT, OR WITH ONE MORE === #

    def test_leaving_an_act_out_is_the_same_as_withdrawing_it(self):
        acts = [
            self._change(date(2027, 5, 1), quantity=5),
            self._pause(date(2027, 2, 10), until=date(2027, 2, 20)),
            self._act('waive', line='seat', first=date(2027, 3, 1), last=date(2027, 3, 31)),
            self._act('end', day=date(2027, 6, 30), kind='agreed'),
            self._act('resume', day=date(2027, 2, 15)),
        ]
        for act in acts:
            without = Timeline(self.desk.get_facts().without(act)).get_owed('seat')
            kept = dict(self.desk.acts)
            self._act('withdraw', of=act)
            self.assertEqual(without, self.desk.get_timeline().get_owed('seat'))
            self.desk.acts = kept
            self.assertNotEqual(without, self.desk.get_timeline().get_owed('seat'))

    def test_what_is_added_counts_as_said_last(self):
        self._act('end', day=date(2027, 6, 30), kind='agreed')
        facts = self.desk.get_facts().adding(ends=[End(date(2027, 8, 31), LAST, 'agreed')])
        self.assertEqual(Timeline(facts).set_end, date(2027, 8, 31))

    def test_the_last_day_that_differs(self):
        before = self.desk.get_timeline()
        for last, expected in ((date(2027, 2, 20), date(2027, 2, 20)), (FOREVER, FOREVER)):
            facts = before.facts.adding(pauses=[Pause(date(2027, 2, 10), LAST, last)])
            self.assertEqual(find_last_change(before, Timeline(facts), 'seat'), expected)
        self.assertIsNone(find_last_change(before, self.desk.get_timeline(), 'seat'))
        self._change(date(2027, 3, 1), quantity=5)
        self._change(date(2027, 5, 1), quantity=3)
        after = self.desk.get_timeline()
        self.assertEqual(find_last_change(before, after, 'seat'), date(2027, 4, 30))
