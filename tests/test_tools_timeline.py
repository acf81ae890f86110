"""What broke in the first edition, on the pure core; every amount is worked out by hand."""

from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.sale_offer.tools.amounts import piece_amount, share_of, shortest_price
from odoo.addons.sale_offer.tools.periods import Period, Terms

from .desk import CENT
from .desk_case import IN_FULL, MONTHLY, START, YEARLY, DeskCase


@tagged('post_install', '-at_install')
class TestTimeline(DeskCase):
    # === THE TABLE OF THE FIRST EDITION === #

    def test_a_notice_that_is_withdrawn_in_a_pause_leaves_the_pause_alone(self):
        self._open()
        self._add(30)
        self.assertEqual(self._bill(date(2027, 1, 1)), 30)
        notice = self._act('end', day=date(2027, 5, 31), kind='notice')
        self._pause(date(2027, 2, 1))
        self._act('withdraw', of=notice)
        for month in (2, 3, 4):
            self.assertEqual(self._bill(date(2027, month, 1)), 0)
        self._act('resume', day=date(2027, 5, 1))
        self.assertEqual(self._bill(date(2027, 5, 1)), 30)
        self.assertEqual(self._bill(date(2027, 7, 1)), 60, 'June and July')

    def test_seats_that_come_before_externally_billed_days_end_are_added(self):
        self._open(YEARLY)
        self._add(365, 10)
        self.desk.go_live({'seat': date(2027, 6, 30)})
        self._change(date(2027, 3, 1), quantity=12)
        # 2 × 365.00 for the 122 days from 1 March to 30 June
        self.assertEqual(self._bill(date(2027, 3, 1)), 244)
        self.assertEqual(self._bill(date(2027, 6, 30)), 0)
        # 12 × 365.00 for the 184 days from 1 July to 31 December
        self.assertEqual(self._bill(date(2027, 7, 1)), 2208)

    def test_a_waived_month_stays_free_when_seats_are_added_before(self):
        self._open()
        self._add(30)
        self._act('waive', line='seat', first=date(2027, 3, 1), last=date(2027, 3, 31))
        self._bill(date(2027, 2, 1))
        self._change(date(2027, 2, 15), quantity=2)
        # 14 of 28 days of February at 30.00 more
        self.assertEqual(self._bill(date(2027, 2, 15)), 15)
        self.assertEqual(self._bill(date(2027, 3, 31)), 0)
        self.assertEqual(self._bill(date(2027, 4, 1)), 60)

    def test_in_full_more_seats_are_charged_once_and_fewer_give_nothing_back(self):
        for quantity, total in ((7, 700), (3, 500)):
            with self.subTest(quantity=quantity):
                self._open(IN_FULL)
                self._add(100, 5)
                self.assertEqual(self._bill(START), 500)
                self._change(date(2027, 1, 15), quantity=quantity)
                self.assertEqual(self._bill(date(2027, 1, 31)), total - 500)

    def test_in_full_seats_that_are_reduced_owe_the_largest_amount_of_the_period(self):
        self._open(IN_FULL)
        self._add(100, 7)
        self._bill(START)
        self._change(date(2027, 1, 15), quantity=5)
        self.assertEqual(self._bill(date(2027, 1, 31)), 0, '700 for January')
        self.assertEqual(self._bill(date(2027, 2, 1)), 500)

    def test_in_full_a_pause_inside_a_period_neither_gives_back_nor_charges_again(self):
        self._open(IN_FULL)
        self._add(100, 5)
        self._bill(START)
        self._pause(date(2027, 1, 10))
        self._act('resume', day=date(2027, 1, 20))
        self.assertEqual(self._bill(date(2027, 1, 31)), 0)

    def test_in_full_what_was_entered_by_mistake_comes_back(self):
        self._open(IN_FULL)
        self._add(100, 5)
        change = self._change(date(2027, 1, 15), quantity=7)
        self.assertEqual(self._bill(START), 700)
        self._act('withdraw', of=change)
        self.assertEqual(self._bill(START), -200)

    def test_pieces_add_up_on_the_amount_and_not_on_the_price_per_unit(self):
        self._open()
        self._add('0.10', 5000, day=date(2027, 1, 1))
        self._act('end', day=date(2027, 1, 10), kind='agreed')
        # 500.00 × 10 ÷ 31
        self.assertEqual(self._bill(START), Decimal('161.29'))

    def test_a_change_before_a_planned_pause_counts_after_it(self):
        self._open()
        self._add(30, 5)
        self._pause(date(2027, 7, 1))
        self._bill(date(2027, 5, 1))
        self._change(date(2027, 6, 1), quantity=8)
        self.assertEqual(self._bill(date(2027, 6, 1)), 240)
        self.assertEqual(self._bill(date(2027, 7, 31)), 0)
        self._act('resume', day=date(2027, 8, 1))
        self.assertEqual(self._bill(date(2027, 8, 1)), 240)

    def test_what_is_dropped_stays_dropped_after_a_pause(self):
        self._open()
        self._add(30)
        self._change(date(2027, 6, 1), quantity=0)
        self._pause(date(2027, 5, 1))
        self._act('resume', day=date(2027, 5, 11))
        self._bill(date(2027, 4, 1))
        # 21 of 31 days of May
        self.assertEqual(self._bill(date(2028, 1, 1)), Decimal('20.32'))

    def test_what_is_dropped_stays_dropped_after_a_notice_is_withdrawn(self):
        self._open()
        self._add(30)
        self._add(10, line='backup')
        notice = self._act('end', day=date(2027, 6, 30), kind='notice')
        self._change(date(2027, 3, 1), line='backup', quantity=0)
        self._act('withdraw', of=notice)
        self._bill(date(2027, 2, 1))
        self.assertEqual(self._bill(date(2027, 7, 1)), 5 * 30)

    def test_a_fee_for_an_early_end_is_what_would_have_been_billed(self):
        free = {'last': date(2027, 6, 30), 'percent': Decimal(0)}
        for terms, intro, last, fee in (
            # 40.00 a month: July to December
            (MONTHLY, free, date(2027, 1, 31), 240),
            # February to December
            (MONTHLY, None, date(2027, 1, 31), 440),
            # in full January is owed whole, though it ends on the 10th
            (IN_FULL, None, date(2027, 1, 10), 440),
        ):
            with self.subTest(terms=terms, intro=intro):
                self._open(terms, intro=intro)
                self._add(40)
                self.assertEqual(self._get_fee(last, date(2027, 12, 31)), fee)

    def test_a_fee_counts_what_was_agreed_for_later(self):
        self._open()
        self._add(40, 1)
        self._change(date(2027, 7, 1), quantity=10)
        # February to June at 40.00, July to December at 400.00
        self.assertEqual(self._get_fee(date(2027, 1, 31), date(2027, 12, 31)), 2600)

    def test_a_change_to_a_period_that_is_billed_ahead_stands_on_one_document(self):
        terms = Terms(1, 'year', advance_days=20)
        self._open(terms)
        self._add(365, 10)
        self._bill(START)
        self.assertEqual(self._bill(date(2027, 12, 12)), 3650)
        self._change(date(2028, 1, 1), quantity=6)
        rows = self.desk.bill(date(2027, 12, 15))
        self.assertEqual([(row.kind, row.amount) for row in rows],
                         [('credit', -3650), ('charge', 2190)])  # fmt: skip
        self.assertEqual({row.due for row in rows}, {date(2027, 12, 12)})

    # === FACTS === #

    def test_a_price_planned_for_later_and_seats_entered_for_before_both_count(self):
        self._open()
        self._add(30, 5)
        self._change(date(2027, 7, 1), price=32)
        self._change(date(2027, 6, 1), quantity=8)
        timeline = self.desk.get_timeline()
        for day, quantity, price in (
            (date(2027, 5, 31), 5, 30),
            (date(2027, 6, 1), 8, 30),
            (date(2027, 7, 1), 8, 32),
        ):
            content = timeline.get_on('seat', day).content
            self.assertEqual((content.quantity, content.price), (quantity, price))

    def test_of_two_acts_on_one_day_the_one_said_last_holds_field_by_field(self):
        self._open()
        self._add(30, 5)
        day = date(2027, 6, 1)
        self._change(day, quantity=8, price=31)
        self._change(day, quantity=7)
        content = self.desk.get_timeline().get_on('seat', day).content
        self.assertEqual((content.quantity, content.price), (7, 31))

    def test_a_price_ends_with_the_item_and_tier_it_was_said_for(self):
        self._open()
        self._add(30, 5)
        self._change(date(2027, 7, 1), price=32)
        gold = self._change(date(2027, 6, 1), tier='gold', price=50, discount=0, name='gold')
        july = date(2027, 7, 1)
        self.assertEqual(self.desk.get_timeline().get_on('seat', july).content.price, 50)
        self._act('withdraw', of=gold)
        self.assertEqual(self.desk.get_timeline().get_on('seat', july).content.price, 32)

    def test_a_tier_said_for_another_item_ends_with_it(self):
        self._open()
        self._add(30, tier='bronze')
        other = self._change(
            date(2027, 3, 1), item='v2', unit='u', tier='bronze', price=35, discount=0, name='v2'
        )
        self._change(date(2027, 4, 1), tier='gold', price=60, discount=0, name='v2 gold')
        self._act('withdraw', of=other)
        span = self.desk.get_timeline().get_on('seat', date(2027, 4, 1))
        self.assertEqual((span.content.item, span.tier), ('seat', 'bronze'))
        self.assertEqual(span.content.price, 30, 'never without a price')

    def test_a_quantity_of_zero_ends_the_line_for_good(self):
        self._open()
        self._add(30)
        self._change(date(2027, 6, 1), quantity=5)
        dropped = self._change(date(2027, 4, 1), quantity=0)
        june = date(2027, 6, 1)
        self.assertIsNone(self.desk.get_timeline().get_on('seat', june))
        self._act('withdraw', of=dropped)
        self.assertEqual(self.desk.get_timeline().get_on('seat', june).content.quantity, 5)

    def test_components_follow_their_parent(self):
        self._open()
        self._add(30, 3)
        self._add(2, ('per_unit', 2), line='mailbox', parent='seat')
        self._add(9, 1, line='backup', parent='seat')
        self._change(date(2027, 2, 1), quantity=5)
        self._change(date(2027, 3, 1), quantity=0)
        timeline = self.desk.get_timeline()
        seen = [
            (span.first, span.last, span.content.quantity) for span in timeline.get_spans('mailbox')
        ]
        self.assertEqual(seen, [(START, date(2027, 1, 31), 6),
                                (date(2027, 2, 1), date(2027, 2, 28), 10)])  # fmt: skip
        self.assertEqual(timeline.get_spans('backup')[-1].last, date(2027, 2, 28))

    def test_a_waiver_of_the_parent_leaves_components_alone(self):
        self._open()
        self._add(30)
        self._add(9, line='backup', parent='seat')
        self._act('waive', line='seat', first=START, last=date(2027, 1, 31))
        self.assertEqual(self._bill(START), 9)

    def test_a_line_whose_beginning_is_withdrawn_delivers_nothing(self):
        self._open()
        self._add(30)
        later = self._add(10, line='backup', day=date(2027, 1, 11))
        self._change(date(2027, 2, 1), line='backup', quantity=4)
        self._bill(date(2027, 1, 11))
        self._act('withdraw', of=later)
        # 10.00 × 21 ÷ 31 comes back
        self.assertEqual(self._bill(date(2027, 1, 31)), Decimal('-6.77'))
        self.assertEqual(self._bill(date(2027, 2, 1)), 30)

    def test_resuming_ends_pauses_that_run_and_leaves_what_was_stated(self):
        self._open()
        self._add(30)
        self._pause(date(2027, 3, 1), until=date(2027, 3, 31))
        self._pause(date(2027, 5, 1))
        self._pause(date(2027, 8, 1), until=date(2027, 8, 31))
        self._act('resume', day=date(2027, 6, 1))
        paused = sorted((first, last) for first, last, _pause in self.desk.get_timeline().pauses)
        self.assertEqual(paused, [
            (date(2027, 3, 1), date(2027, 3, 31)),
            (date(2027, 5, 1), date(2027, 5, 31)),
            (date(2027, 8, 1), date(2027, 8, 31)),
        ])  # fmt: skip

    def test_a_pause_said_after_a_resume_stays(self):
        self._open()
        self._add(30)
        self._pause(date(2027, 3, 1))
        self._act('resume', day=date(2027, 4, 1))
        self._pause(date(2027, 4, 1), until=date(2027, 4, 30))
        self.assertIsNone(self.desk.get_timeline().get_on('seat', date(2027, 4, 15)))
        self.assertTrue(self.desk.get_timeline().get_on('seat', date(2027, 5, 1)))

    def test_a_suspension_is_owed_and_an_agreed_pause_is_not(self):
        for billed, due in ((True, 30), (False, 0)):
            self._open()
            self._add(30)
            self._pause(date(2027, 2, 1), billed=billed)
            self._bill(START)
            self.assertEqual(self._bill(date(2027, 2, 1)), due)

    def test_of_ends_of_a_kind_the_last_said_counts_and_of_kinds_the_earliest(self):
        self._open()
        self._add(30)
        self._act('end', day=date(2027, 6, 30), kind='notice')
        agreed = self._act('end', day=date(2027, 3, 31), kind='agreed')
        self.assertEqual(self.desk.get_timeline().end, date(2027, 3, 31))
        self._act('end', day=date(2027, 9, 30), kind='notice')
        self._act('withdraw', of=agreed)
        self.assertEqual(self.desk.get_timeline().end, date(2027, 9, 30))

    # === THE LEDGER === #

    def test_exactly_the_days_that_changed_come_back(self):
        self._open()
        self._add(31)
        self._bill(START)
        self._pause(date(2027, 1, 10), until=date(2027, 1, 19))
        (row,) = self.desk.bill(date(2027, 1, 10))
        self.assertEqual((row.first, row.last, row.amount),
                         (date(2027, 1, 10), date(2027, 1, 19), -10))  # fmt: skip
        self.assertEqual(len(self.desk.get_settled('seat')), 21)

    def test_running_again_or_for_an_earlier_day_adds_nothing(self):
        self._open(Terms(1, 'month', advance_days=5))
        self._add(31)
        self._bill(date(2027, 3, 1))
        for until in (date(2027, 3, 1), START, date(2027, 2, 14)):
            self.assertEqual(self.desk.bill(until), [])

    def test_pending_says_when_to_look_again_and_from_which_day_on(self):
        self._open(Terms(1, 'month', advance_days=5))
        self._add(31)
        self._bill(START)
        self.assertEqual(self.desk.find_pending(),
                         {'seat': (date(2027, 1, 27), date(2027, 2, 1))})  # fmt: skip
        self._act('end', day=date(2027, 1, 31), kind='agreed')
        self.assertEqual(self.desk.find_pending(), {'seat': None})
        self._act('end', day=date(2027, 1, 20), kind='agreed')
        self.assertEqual(self.desk.find_pending(),
                         {'seat': (date(2027, 1, 16), date(2027, 1, 21))})  # fmt: skip

    def test_in_full_externally_billed_days_settle_each_period_they_touch(self):
        self._open(IN_FULL)
        self._add(100, 5)
        self.desk.go_live({'seat': date(2027, 2, 10)})
        self.assertEqual(self._bill(date(2027, 2, 28)), 0)
        self._change(date(2027, 2, 20), quantity=6)
        self.assertEqual(self._bill(date(2027, 2, 28)), 100)
        self.assertEqual(self._bill(date(2027, 3, 1)), 600)

    # === AMOUNTS === #

    def test_the_shortest_price_gives_the_amount(self):
        for amount, quantity, discount, price in (
            # 0.0323 × 5,000 would be 161.50
            ('161.29', '5000', '0', '0.032258'),
            ('100.00', '3', '0', '33.3333'),
            # 9.999, and seven digits are the most
            ('10.00', '30000', '0', '0.0003333'),
            # 9.99 would be a cent less
            ('10.00', '300000', '0', None),
            ('10.00', '1', '0', '10.00'),
            ('45.00', '1', '10', '50.00'),
            ('0.00', '4', '0', '0.00'),
            ('0.00', '4', '100', '0'),
            # nothing is made of a discount of 100 %
            ('5.00', '4', '100', None),
        ):
            found = shortest_price(Decimal(amount), Decimal(quantity), Decimal(discount), CENT)
            self.assertEqual(found, price and Decimal(price))

    def test_pieces_and_shares_add_up(self):
        period = Period(date(2027, 1, 1), date(2027, 1, 31))
        first = piece_amount(Decimal(100), period, period.first, date(2027, 1, 10), CENT)
        rest = piece_amount(Decimal(100), period, date(2027, 1, 11), period.last, CENT)
        self.assertEqual((first, rest), (Decimal('32.26'), Decimal('67.74')))
        weights = [Decimal(10), Decimal(10), Decimal(10)]
        shares = [share_of(Decimal(20), weights, index, CENT) for index in range(3)]
        self.assertEqual(shares, [Decimal('6.67'), Decimal('6.66'), Decimal('6.67')])
