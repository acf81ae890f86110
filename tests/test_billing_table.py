import datetime
import itertools
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sale_offer.tools.periods import Terms

from .common import OfferCommon, OfferLifeCommon
from .desk_case import DeskCase
from .oracle import begins_period, period_around
from .oracle_billing import balance_by_days, bill_by_days

# count, unit, alignment, day of the month
SHAPES = [
    (10, 'day', 'anniversary', 1),
    (1, 'week', 'anniversary', 1),
    (2, 'week', 'calendar', 1),
    (1, 'month', 'anniversary', 1),
    (1, 'month', 'calendar', 1),
    (1, 'month', 'day', 15),
    (1, 'month', 'day', 31),
    (3, 'month', 'anniversary', 1),
    (3, 'month', 'calendar', 1),
    (1, 'year', 'anniversary', 1),
    (1, 'year', 'calendar', 1),
]
# how it bills: mode, proration, days ahead
WAYS = [
    ('advance', 'daily', 0),
    ('advance', 'none', 0),
    ('advance', 'daily', 10),
    ('arrears', 'daily', 0),
    ('arrears', 'none', 0),
]
STARTS = [datetime.date(2027, 1, day) for day in (1, 15, 29, 30, 31)] + [
    datetime.date(2028, 2, 29),
    datetime.date(2027, 12, 31),
]
PRICE = Decimal('99.99')


def plans():
    for shape, way in itertools.product(SHAPES, WAYS):
        count, unit, alignment, day = shape
        mode, proration, ahead = way
        yield {
            'count': count,
            'unit': unit,
            'alignment': alignment,
            'day': day,
            'mode': mode,
            'proration': proration,
            'ahead': ahead,
        }


def terms_of(plan):
    return Terms(
        plan['count'],
        plan['unit'],
        plan['mode'],
        plan['alignment'],
        plan['day'],
        plan['proration'],
        plan['ahead'],
    )


def as_settled(plan, start, pieces):
    """In full a started period is settled with all of its days."""
    if plan['proration'] != 'none':
        return pieces

    def begins(day):
        return begins_period(
            day, start, plan['count'], plan['unit'], plan['alignment'], plan['day']
        )

    return [(*period_around(first, begins), price) for first, _last, price in pieces]


@tagged('post_install', '-at_install')
class TestBillingTable(DeskCase):
    """Every shape of plan × way of billing × start day, against counting day by day."""

    def _agree(self, plan, start):
        self._open(terms_of(plan), start)
        self._add(PRICE, day=start)

    def _get_rows(self, until):
        return [(row.first, row.last, row.amount) for row in self.desk.preview(until)]

    def test_running_agreements(self):
        cases = 0
        for plan, start in itertools.product(plans(), STARTS):
            self._agree(plan, start)
            until = start + datetime.timedelta(days=500)
            expected = bill_by_days(plan, start, None, until, PRICE)
            expected = as_settled(plan, start, expected)
            self.assertEqual(self._get_rows(until), expected, (plan, start))
            cases += 1
        self.assertEqual(cases, 385)

    def test_agreements_that_end(self):
        cases = 0
        for plan, start, days in itertools.product(plans(), STARTS[::2], (0, 45, 200)):
            last = start + datetime.timedelta(days=days)
            until = last + datetime.timedelta(days=40)
            self._agree(plan, start)
            self._act('end', day=last, kind='agreed')
            expected = bill_by_days(plan, start, last, until, PRICE)
            expected = as_settled(plan, start, expected)
            self.assertEqual(self._get_rows(until), expected, (plan, start, days))
            cases += 1
        self.assertEqual(cases, 660)

    def test_what_was_charged_and_comes_back(self):
        """An agreement that was charged up to a day ends before: charges less credits are what
        the days until then cost."""
        for plan, start, days in itertools.product(plans(), STARTS, (3, 70)):
            if plan['mode'] == 'arrears':
                continue
            until = start + datetime.timedelta(days=150)
            self._agree(plan, start)
            charged = self.desk.bill(until)
            end = start + datetime.timedelta(days=days)
            self._act('end', day=end, kind='agreed')
            self.desk.bill(until)
            expected = balance_by_days(plan, start, charged[-1].last, end, PRICE)
            self.assertEqual(self.desk.get_total(), expected, (plan, start, days))


@tagged('post_install', '-at_install')
class TestBillingTableOnOdoo(OfferCommon):
    """A part of the table as invoices of a real Odoo, late, in steps and after an end."""

    def _agree(self, plan, start):
        record = self.env['offer.plan'].create(
            {
                'name': 'Table',
                'interval_count': plan['count'],
                'interval_unit': plan['unit'],
                'billing_mode': plan['mode'],
                'alignment': plan['alignment'],
                'alignment_day': plan['day'],
                'proration': plan['proration'],
                'advance_days': plan['ahead'],
            }
        )
        line = Command.create({'product_id': self.backup.id, 'price_unit': float(PRICE)})
        subscription = self.env['offer.subscription'].create(
            {'partner_id': self.customer.id, 'plan_id': record.id, 'line_ids': [line]}
        )
        subscription.activate(start)
        return subscription

    def _assert_billed(self, subscription, expected, case):
        entries = subscription.line_ids.billing_entry_ids.sorted('date_from')
        found = [
            (entry.date_from, entry.date_to, round(entry.invoice_line_id.price_subtotal, 2))
            for entry in entries
        ]
        self.assertEqual(found, [(*piece[:2], float(piece[2])) for piece in expected], case)
        self.assertFalse(subscription.preview(self.until))

    def test_late_and_in_steps(self):
        self.company.offer_late_policy = 'single'
        for number, plan in enumerate(plans()):
            start = STARTS[number % len(STARTS)]
            self.until = start + datetime.timedelta(days=100)
            expected = bill_by_days(plan, start, None, self.until, PRICE)
            expected = as_settled(plan, start, expected)
            subscription = self._agree(plan, start)
            for days in ((100,), (0, 33, 34, 100))[number % 2]:
                subscription.bill(start + datetime.timedelta(days=days))
            self._assert_billed(subscription, expected, (plan, start))

    def test_billed_and_ended_before(self):
        self.company.offer_late_policy = 'single'
        for number, plan in enumerate(plans()):
            start = STARTS[number % len(STARTS)]
            end = start + datetime.timedelta(days=20 + number)
            self.until = start + datetime.timedelta(days=500)
            subscription = self._agree(plan, start)
            first = start + datetime.timedelta(days=60)
            moves = subscription.bill(first)
            subscription.end(end, 'moved')
            moves += subscription.bill(self.until)
            charged = bill_by_days(plan, start, None, first, PRICE)
            stop = max([end, *(piece[1] for piece in charged)])
            if plan['proration'] == 'none':
                pieces = bill_by_days(plan, start, end, self.until, PRICE)
                expected = sum(piece[2] for piece in pieces)
            else:
                expected = balance_by_days(plan, start, stop, end, PRICE)
            total = sum(moves.mapped('amount_untaxed_signed'))
            self.assertEqual(round(total, 2), float(expected), (plan, start, end))
            self.assertFalse(subscription.bill(self.until))
            subscription._store_day(self.until)
            self.assertEqual(subscription.state, 'closed')


@tagged('post_install', '-at_install')
class TestAmountsOnOdoo(OfferLifeCommon):
    """What acts that are nested come to, on invoices; 80.00 a month unless said."""

    def _change(self, subscription, day, **values):
        subscription.change(day, [{'line_id': subscription.line_ids[0].id, **values}])

    def test_a_notice_that_is_withdrawn_in_a_pause(self):
        subscription = self._live()
        subscription.give_notice('2027-01-10')
        subscription.pause('2027-02-01')
        subscription.withdraw_notice()
        self._bills(subscription, ('2027-01-01', 80), ('2027-02-01', 0), ('2027-04-01', 0))
        subscription.resume('2027-05-01')
        self._bills(subscription, ('2027-05-01', 80), ('2027-06-01', 80), ('2028-01-01', 560))

    def test_more_seats_before_a_pause_that_was_planned_first(self):
        subscription = self._live(quantity=5)
        subscription.pause('2027-07-01')
        self._change(subscription, '2027-06-01', quantity=8)
        subscription.resume('2027-08-01')
        # 5 × 40.00 a month, then 8 × 40.00
        self._bills(subscription, ('2027-05-01', 1000), ('2027-06-01', 320), ('2027-07-31', 0))
        self._bills(subscription, ('2027-08-01', 320), ('2027-09-01', 320))

    def test_what_is_dropped_later_stays_dropped_after_a_pause(self):
        subscription = self._subscribe()
        backup = subscription.line_ids[1]
        subscription.change('2027-06-01', [{'line_id': backup.id, 'quantity': 0}])
        subscription.pause('2027-05-01')
        subscription.resume('2027-05-15')
        self._bills(subscription, ('2027-04-01', 620), ('2027-05-01', 0))
        # 17 of 31 days: 82.26 of 150.00 and 2.74 of 5.00
        self._bills(subscription, ('2027-05-15', 85), ('2027-06-01', 150), ('2027-07-01', 150))

    def _agree_in_full(self, quantity):
        plan = self._create_plan('In Full', proration='none')
        return self._come_in({'quantity': quantity, 'price_unit': 100}, plan)

    def test_in_full_a_started_period_is_owed_once_whatever_happens_in_it(self):
        more = self._agree_in_full(5)
        self._change(more, '2027-01-15', quantity=7)
        self._bills(more, ('2027-01-01', 700), ('2027-01-31', 0), ('2027-02-01', 700))
        billed = self._agree_in_full(5)
        self._bills(billed, ('2027-01-01', 500))
        self._change(billed, '2027-01-15', quantity=7)
        self._bills(billed, ('2027-01-15', 200), ('2027-02-01', 700))
        fewer = self._agree_in_full(7)
        self._bills(fewer, ('2027-01-01', 700))
        self._change(fewer, '2027-01-15', quantity=5)
        self._bills(fewer, ('2027-01-31', 0), ('2027-02-01', 500))
        paused = self._agree_in_full(5)
        self._bills(paused, ('2027-01-01', 500))
        paused.pause('2027-01-10')
        paused.resume('2027-01-20')
        self._bills(paused, ('2027-01-31', 0), ('2027-02-01', 500))

    def _end_early(self, subscription, day):
        subscription.end(day, 'moved')
        return subscription.charge_ids.amount

    def test_an_early_end_costs_what_would_have_been_billed(self):
        policy = {'early_end': 'fee', 'early_end_percent': 100}
        line = {'quantity': 2, 'price_unit': 40}
        # 80.00 from July on, once six free months are over
        free = self._come_in(line, intro_periods=6, intro_percent=0, **policy)
        self.assertEqual(self._end_early(free, '2027-01-31'), 480)
        # 80.00 from February to June, then 400.00
        more = self._come_in(line, **policy)
        self._change(more, '2027-07-01', quantity=10)
        self.assertEqual(self._end_early(more, '2027-01-31'), 2800)
        # the month that has started is owed in full anyway
        plan = self._create_plan('In Full', proration='none', minimum_term_count=12)
        full = self._come_in({'quantity': 1, 'price_unit': 40}, plan, **policy)
        self.assertEqual(self._end_early(full, '2027-01-15'), 440)

    def test_fewer_seats_with_a_renewal_that_is_billed_ahead(self):
        plan = self._create_plan('Yearly', interval_unit='year', advance_days=20)
        subscription = self._come_in({'quantity': 10, 'price_unit': 365}, plan)
        self._bills(subscription, ('2026-12-12', 3650), ('2027-12-12', 3650))
        self._change(subscription, '2028-01-01', quantity=6)
        # 3,650.00 and 6 × 365.00 on one document
        move = subscription.bill('2027-12-15')
        self.assertEqual((move.move_type, move.amount_untaxed), ('out_refund', 1460))
        self._bills(subscription, ('2028-01-01', 0))
