"""The day-counting oracle of agreements, judged by hand: every amount is worked out beside it."""

import datetime
import random
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from .lives import describe, orders, random_facts, random_life
from .oracle_agreement import Agreement

MONTHLY = {
    'count': 1,
    'unit': 'month',
    'mode': 'advance',
    'alignment': 'calendar',
    'alignment_day': 1,
    'proration': 'daily',
    'ahead': 0,
}
IN_FULL = {**MONTHLY, 'proration': 'none'}


def day(month, number):
    """A day of 2027: January has 31 days, February 28, March 31."""
    return datetime.date(2027, month, number)


def add(begun, line='a', parent=None, **says):
    """A line of 1 at 100.00 unless something else is said."""
    says = {'item': 'x', 'unit': 'u', 'tier': 't', 'quantity': Decimal(1), **says}
    says = {'price': Decimal(100), 'discount': Decimal(0), 'name': 'n', **says}
    return {'act': 'add', 'line': line, 'parent': parent, 'day': begun, 'says': says}


def change(on, said_for='xtu', line='a', **says):
    """A change, said for an item, a tier and a unit of one letter each."""
    names = dict(zip(('item', 'tier', 'unit'), said_for, strict=True))
    return {'act': 'change', 'line': line, 'day': on, 'says': says, 'for': names}


def pause(first, last=None, billed=False):
    return {'act': 'pause', 'day': first, 'until': last, 'billed': billed}


def end(last, kind='agreed'):
    return {'act': 'end', 'day': last, 'kind': kind}


def withdraw(number):
    return {'act': 'withdraw', 'of': number}


def agreement(*acts, plan=None, intro=None, external=None):
    """The oracle for acts that were said in this order, the first as number 1, from January on."""
    return Agreement(
        {
            'plan': plan or MONTHLY,
            'start': day(1, 1),
            'anchor': day(1, 1),
            'rounding': Decimal('0.01'),
            'intro': intro,
            'external': external or {},
            'steps': [{'id': number, **act} for number, act in enumerate(acts, 1)],
        }
    )


@tagged('post_install', '-at_install')
class TestLives(BaseCase):
    def assert_total(self, expected, *acts, **frame):
        self.assertEqual(agreement(*acts, **frame).grand_total(), Decimal(expected))

    # === DAYS AND MONEY === #

    def test_a_piece_is_the_difference_of_two_running_totals(self):
        # 5,000 x 0.10 = 500.00; 21 of 31 days are 338.7096, so the last 10 are 500 - 338.71
        begun = add(day(1, 22), quantity=Decimal(5000), price=Decimal('0.10'))
        self.assert_total('161.29', begun, end(day(1, 31)))

    def test_each_content_has_running_totals_of_its_own(self):
        # 10 of 31 days of 100 are 32.258 -> 32.26; of 50 they are 16.129 -> 16.13
        # 32.26 + (50 - 16.13) = 66.13
        acts = [add(day(1, 1)), change(day(1, 11), price=Decimal(50)), end(day(1, 31))]
        self.assert_total('66.13', *acts)
        # a name alone moves no coin
        self.assert_total('100', add(day(1, 1)), change(day(1, 11), name='m'), end(day(1, 31)))

    def test_the_amount_of_a_period_is_rounded_once_and_half_up(self):
        # 3 x 0.35 x 90 % = 0.945 -> 0.95; at half price in January 0.4725 -> 0.47
        says = {'quantity': Decimal(3), 'price': Decimal('0.35'), 'discount': Decimal(10)}
        self.assert_total('0.95', add(day(1, 1), **says), end(day(1, 31)))
        intro = {'last': day(1, 31), 'percent': Decimal(50)}
        self.assert_total('1.42', add(day(1, 1), **says), end(day(2, 28)), intro=intro)
        judge = agreement(add(day(1, 1), **says), end(day(2, 28)), intro=intro)
        self.assertEqual(judge.mrr('a', day(1, 5)), Decimal('0.95'))

    # === WHAT HOLDS === #

    def test_what_was_planned_counts_beside_what_is_said_later(self):
        acts = [change(day(3, 1), price=Decimal(90)), change(day(2, 1), quantity=Decimal(2))]
        # January 1 x 100, February 2 x 100, March 2 x 90
        self.assert_total('480', add(day(1, 1)), *acts, end(day(3, 31)))
        self.assert_total('480', add(day(1, 1)), *reversed(acts), end(day(3, 31)))
        # on one day what is said last holds: 100 + 2 x 100
        again = [change(day(2, 1), quantity=Decimal(9)), change(day(2, 1), quantity=Decimal(2))]
        self.assert_total('300', add(day(1, 1)), *again, end(day(2, 28)))

    def test_a_price_ends_with_the_item_that_it_was_said_for(self):
        price = change(day(3, 1), price=Decimal(90))
        says = {'item': 'y', 'unit': 'v', 'tier': 't', 'discount': Decimal(0), 'name': 'n'}
        says |= {'price': Decimal(10), 'quantity': Decimal(4)}
        item = change(day(2, 1), 'ytv', **says)
        seats = change(day(3, 1), quantity=Decimal(7))
        # 100 + 4 x 10 + 4 x 10: neither 90 nor 7 was said of y
        self.assert_total('180', add(day(1, 1)), price, seats, item, end(day(3, 31)))
        # 100 + 100 + 7 x 90
        undone = [price, seats, item, withdraw(4)]
        self.assert_total('830', add(day(1, 1)), *undone, end(day(3, 31)))

    def test_a_quantity_of_0_ends_the_line_for_good(self):
        zero, later = change(day(2, 1), quantity=Decimal(0)), change(day(3, 1), quantity=Decimal(5))
        self.assert_total('100', add(day(1, 1)), zero, later, end(day(3, 31)))
        # withdrawn: 100 + 100 + 500; something else said on the very day: 100 + 300 + 500
        self.assert_total('700', add(day(1, 1)), zero, later, withdraw(2), end(day(3, 31)))
        corrected = change(day(2, 1), quantity=Decimal(3))
        self.assert_total('900', add(day(1, 1)), zero, later, corrected, end(day(3, 31)))

    def test_a_component_follows_its_parent(self):
        part = add(day(1, 1), 'b', 'a', quantity=('per_unit', Decimal('0.5')), price=Decimal(10))
        more = change(day(2, 1), quantity=Decimal(4))
        none = change(day(3, 1), quantity=Decimal(0))
        judge = agreement(add(day(1, 1)), part, more, none, end(day(3, 31)))
        # 0.5 x 1 x 10 + 0.5 x 4 x 10, nothing in March; a withdrawn parent takes it along
        self.assertEqual(judge.total('b'), Decimal(25))
        self.assertIsNone(judge.what('b', day(3, 1)))
        self.assert_total('0', add(day(1, 1)), part, withdraw(1), end(day(3, 31)))

    def test_a_resumption_ends_what_was_said_before_it(self):
        resume = {'act': 'resume', 'day': day(2, 1)}
        # January off, February and March on
        self.assert_total('200', add(day(1, 1)), pause(day(1, 1)), resume, end(day(3, 31)))
        # said after it, the pause stays; begun after its day also; a billed one is owed
        self.assert_total('0', add(day(1, 1)), resume, pause(day(1, 1)), end(day(3, 31)))
        march = pause(day(3, 1), day(3, 31))
        self.assert_total('200', add(day(1, 1)), march, resume, end(day(3, 31)))
        self.assert_total('300', add(day(1, 1)), pause(day(1, 1), billed=True), end(day(3, 31)))

    def test_the_earliest_of_the_ends_said_last_of_each_kind_counts(self):
        notices = [end(day(1, 31), 'notice'), end(day(2, 28), 'notice')]
        self.assert_total('200', add(day(1, 1)), *notices, end(day(3, 31)))
        self.assert_total('300', add(day(1, 1)), notices[1], withdraw(2), end(day(3, 31)))

    # === IN FULL === #

    def test_a_period_in_full_is_owed_once_at_its_largest_amount(self):
        more, fewer = (change(day(1, on), quantity=Decimal(n)) for on, n in ((10, 3), (20, 2)))
        acts = [add(day(1, 5)), more, fewer, end(day(2, 1))]
        judge = agreement(*acts, plan=IN_FULL)
        # 3 x 100 in January, 2 x 100 for one day of February
        self.assertEqual(judge.grand_total(), Decimal(500))
        self.assertEqual(len(judge.owed_days('a')), 31 + 28)
        self.assertEqual(judge.due_day('a', day(1, 1)), day(1, 5))
        # without the days of 3 it is 2 x 100
        waiver = {'act': 'waive', 'line': 'a', 'first': day(1, 10), 'last': day(1, 19)}
        self.assert_total('400', *acts, waiver, plan=IN_FULL)

    # === BILLED ELSEWHERE, WAIVED, DUE === #

    def test_days_billed_elsewhere_are_settled_at_what_was_agreed_then(self):
        less = change(day(1, 1), price=Decimal(70))
        # January was paid elsewhere; February costs 100
        external = {'a': day(1, 31)}
        self.assert_total('100', add(day(1, 1)), end(day(2, 28)), external=external)
        # 70 + 70 - 100; and a line that never was: -100
        self.assert_total('40', add(day(1, 1)), less, end(day(2, 28)), external=external)
        self.assert_total('-100', add(day(1, 1)), withdraw(1), end(day(2, 28)), external=external)
        # in full one day settles the month
        frame = {'plan': IN_FULL, 'external': {'a': day(1, 9)}}
        self.assert_total('0', add(day(1, 9)), end(day(1, 31)), **frame)

    def test_a_waiver_is_of_one_line(self):
        part = add(day(1, 1), 'b', 'a', quantity=('per_unit', Decimal(1)), price=Decimal(10))
        waiver = {'act': 'waive', 'line': 'a', 'first': day(1, 1), 'last': day(1, 31)}
        self.assert_total('10', add(day(1, 1)), part, waiver, end(day(1, 31)))

    def test_a_run_is_due_on_its_first_day_or_after_its_period(self):
        acts = [add(day(1, 1)), change(day(1, 11), quantity=Decimal(2)), end(day(2, 10))]
        judge = agreement(*acts, plan={**MONTHLY, 'ahead': 3}, external={'a': day(1, 15)})
        firsts = {10: day(1, 1), 11: day(1, 11), 15: day(1, 11), 16: day(1, 16), 31: day(1, 16)}
        for number, first in firsts.items():
            expected = first - datetime.timedelta(days=3)
            self.assertEqual(judge.due_day('a', day(1, number)), expected)
        self.assertEqual(max(judge.owed_days_due('a', day(1, 8))), day(1, 15))
        judge = agreement(*acts, plan={**MONTHLY, 'mode': 'arrears'})
        self.assertEqual(judge.due_day('a', day(1, 1)), day(2, 1))
        self.assertEqual(judge.due_day('a', day(2, 1)), day(2, 11))

    # === THE GENERATOR === #

    def test_a_seed_repeats_a_life_and_all_of_it_becomes_due(self):
        for seed in range(20):
            life = random_life(random.Random(seed))
            self.assertEqual(life, random_life(random.Random(seed)))
            judge, until = Agreement(life), life['steps'][-1]['until']
            for line in judge.lines:
                owed = judge.owed_days(line)
                self.assertEqual(judge.owed_days_due(line, until), owed, describe(life))

    def test_an_order_that_says_the_same_owes_the_same(self):
        for seed in range(10):
            lives = list(orders(random_facts(random.Random(seed), 4)))
            totals = {Agreement(life).grand_total() for life in lives}
            self.assertEqual(len(totals), 1, describe(lives[0]))
