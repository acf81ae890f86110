"""What a second reader broke: each was wrong once; amounts are worked out by hand."""

from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.sale_offer.tools.amounts import share_of, to_decimal
from odoo.addons.sale_offer.tools.facts import TERM
from odoo.addons.sale_offer.tools.intervals import FOREVER, subtract
from odoo.addons.sale_offer.tools.periods import Terms
from odoo.addons.sale_offer.tools.terms import introduction_end
from odoo.addons.sale_offer.tools.timeline import find_first_change

from .desk import CENT
from .desk_case import ARREARS, IN_FULL, MONTHLY, START, DeskCase


@tagged('post_install', '-at_install')
class TestEdges(DeskCase):
    def _to_tera(self, day):
        return self._change(
            day, item='v2', unit='tera', tier=None, price=10, discount=0, name='v2', quantity=4
        )

    # === WHAT BELONGS TO A UNIT === #

    def test_a_drop_survives_the_withdrawal_of_a_change_of_item(self):
        self._open()
        self._add(30)
        other = self._to_tera(date(2027, 5, 1))
        self._change(date(2027, 6, 1), quantity=0)
        self._bill(date(2027, 4, 1))
        self._act('withdraw', of=other)
        self.assertEqual(self._bill(date(2027, 12, 1)), 30, 'May, and nothing after it')

    def test_a_planned_drop_survives_a_change_of_unit(self):
        self._open()
        self._add(30)
        self._change(date(2027, 6, 1), quantity=0)
        self._to_tera(date(2027, 5, 1))
        self.assertIsNone(self.desk.get_timeline().get_on('seat', date(2027, 6, 1)))

    def test_a_quantity_and_a_price_said_for_another_unit_do_not_count(self):
        self._open()
        self._add(30, 5)
        self._change(date(2027, 7, 1), quantity=8, price=32)
        self._to_tera(date(2027, 6, 1))
        content = self.desk.get_timeline().get_on('seat', date(2027, 7, 1)).content
        self.assertEqual((content.quantity, content.price), (4, 10))

    def test_a_third_of_three_is_one(self):
        self._open()
        self._add(30, 3)
        self._add('0.125', ('per_unit', repr(1 / 3)), line='m', parent='seat')
        content = self.desk.get_timeline().get_on('m', START).content
        self.assertEqual((content.quantity, content.get_amount(CENT)), (1, Decimal('0.13')))

    # === ARREARS === #

    def test_in_arrears_externally_billed_days_come_back_at_once(self):
        self._open(ARREARS)
        self._add(31)
        self.desk.go_live({'seat': date(2027, 3, 31)})
        self._change(date(2027, 1, 15), quantity=0)
        # 17 of 31 days of January, February and March
        self.assertEqual(self._bill(date(2027, 1, 15)), -17 - 31 - 31)

    def test_in_arrears_charged_days_come_back_at_once(self):
        self._open(ARREARS)
        self._add(31)
        end = self._act('end', day=date(2027, 1, 10), kind='notice')
        self.assertEqual(self._bill(date(2027, 1, 11)), 10)
        self._act('withdraw', of=end)
        self._pause(date(2027, 1, 5), until=date(2027, 1, 8))
        self.assertEqual(self._bill(date(2027, 1, 11)), -4)

    def test_in_arrears_an_end_moves_what_is_due_also_where_nothing_else_changes(self):
        self._open(Terms(1, 'year', billing_mode='arrears'))
        self._add(365)
        self._pause(date(2027, 2, 1))
        before = self.desk.get_timeline()
        self.assertEqual(self.desk.find_pending()['seat'][0], date(2028, 1, 1))
        self._act('end', day=date(2027, 3, 31), kind='agreed')
        self.assertEqual(self.desk.find_pending()['seat'][0], date(2027, 4, 1))
        self.assertEqual(find_first_change(before, self.desk.get_timeline(), 'seat'), START)

    # === IN FULL, BILLED EXTERNALLY === #

    def test_in_full_externally_billed_days_count_at_their_own_content(self):
        self._open(IN_FULL)
        self._add(100, 5)
        self._change(date(2027, 1, 20), quantity=7)
        self.desk.go_live({'seat': date(2027, 1, 10)})
        self.assertEqual(self._bill(date(2027, 1, 31)), 200)

    def test_in_full_days_before_the_line_settle_nothing(self):
        self._open(IN_FULL)
        self._add(100, 5, day=date(2027, 1, 20))
        self.desk.go_live({'seat': date(2027, 1, 10)})
        self.assertEqual(self._bill(date(2027, 1, 31)), 500)

    # === DUE, NOT EARLY === #

    def test_a_credit_in_advance_is_not_early(self):
        self._open()
        self._add(31)
        self._bill(START)
        self._act('end', day=date(2027, 1, 20), kind='agreed')
        self.assertEqual(self._bill(date(2027, 1, 20)), 0)
        self.assertEqual(self._bill(date(2027, 1, 21)), -11)

    def test_in_full_a_line_that_begins_later_is_not_charged_before(self):
        self._open(IN_FULL)
        self._add(100, day=date(2027, 1, 20))
        self.assertEqual(self._bill(date(2027, 1, 19)), 0)
        self.assertEqual(self._bill(date(2027, 1, 20)), 100)

    def test_a_change_of_name_alone_neither_splits_nor_moves_money(self):
        self._open()
        self._add(31)
        self._change(date(2027, 1, 10), name='other')
        self.assertEqual(len(self.desk.bill(START)), 1)

    # === FEES AND ENDS === #

    def test_a_fee_counts_only_to_an_end_that_stands_anyway(self):
        self._open()
        self._add(40)
        self._act('end', day=date(2027, 6, 30), kind='unpaid')
        # February to June
        self.assertEqual(self._get_fee(date(2027, 1, 31), date(2027, 12, 31)), 200)
        self.assertEqual(self._get_fee(date(2027, 9, 30), date(2027, 12, 31)), 0)

    def test_a_term_is_an_end_until_it_is_renewed(self):
        self._open()
        self._add(40)
        self._act('end', day=date(2027, 3, 31), kind=TERM)
        timeline = self.desk.get_timeline()
        self.assertEqual((timeline.end, timeline.set_end), (date(2027, 3, 31), FOREVER))
        self.assertEqual(self._bill(date(2027, 12, 1)), 120)

    # === WHAT IS SHOWN === #

    def test_what_is_agreed_is_seen_before_in_and_after(self):
        self._open()
        self._add(30, 3)
        self._add(2, ('per_unit', 2), line='mailbox', parent='seat', day=date(2027, 2, 1))
        self._change(date(2027, 3, 1), quantity=5)
        self._change(date(2027, 5, 1), quantity=0)
        self._pause(date(2027, 3, 1))
        timeline = self.desk.get_timeline()
        for day, quantity in ((START, 6), (date(2027, 3, 15), 10), (date(2027, 9, 1), 10)):
            self.assertEqual(timeline.get_agreed_on('mailbox', day).content.quantity, quantity)
        days = date(2027, 2, 1), date(2027, 4, 30)
        self.assertEqual(timeline.get_agreed_days('mailbox'), days)

    def test_a_component_that_is_dropped_before_its_parent_begins_is_never_agreed(self):
        self._open()
        self._add(30, day=date(2027, 3, 1))
        self._add(2, line='m', parent='seat')
        key = {'item': 'm', 'unit': 'u', 'tier': None}
        says = {'quantity': Decimal(0)}
        self._act('change', line='m', day=date(2027, 2, 1), says=says, **{'for': key})
        self.assertIsNone(self.desk.get_timeline().get_agreed_days('m'))

    # === AMOUNTS AND DAYS === #

    def test_some_days_at_one_content_come_to_their_pieces(self):
        # 31.00 for January, and 9 of 28 days of February; in full both months
        for terms, amount in ((MONTHLY, Decimal('40.96')), (IN_FULL, Decimal('62.00'))):
            self._open(terms)
            self._add(31)
            timeline = self.desk.get_timeline()
            content = timeline.get_on('seat', START).content
            found = timeline.get_content_amount(content, START, date(2027, 2, 9))
            self.assertEqual(found, amount)

    def test_introductory_periods_are_full_ones_and_a_stub_before_them(self):
        calendar = Terms(1, 'month', alignment='calendar')
        for terms, anchor, start, periods, last in (
            (MONTHLY, date(2027, 1, 31), date(2027, 1, 31), 1, date(2027, 2, 27)),
            (MONTHLY, date(2027, 1, 31), date(2027, 2, 10), 1, date(2027, 3, 30)),
            (calendar, date(2027, 1, 15), date(2027, 1, 15), 2, date(2027, 3, 31)),
            (calendar, date(2027, 1, 1), date(2027, 1, 1), 2, date(2027, 2, 28)),
        ):
            self.assertEqual(introduction_end(terms, anchor, start, periods), last)

    def test_numbers_and_days_that_are_odd(self):
        self.assertEqual(to_decimal('19.9'), Decimal('19.9'))
        self.assertEqual(share_of(Decimal(50), [Decimal(0)], 0, CENT), 0)
        inverted = [(date(2027, 1, 20), date(2027, 1, 10))]
        self.assertEqual(subtract(START, FOREVER, inverted), [(START, FOREVER)])
