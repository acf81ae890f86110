import datetime
import itertools
from decimal import Decimal

from odoo import Command
from odoo.tests import BaseCase, tagged

from odoo.addons.sale_offer.tools.periods import Terms
from odoo.addons.sale_offer.tools.proration import piece_price
from odoo.addons.sale_offer.tools.reconciliation import Settled, due_charges, due_credits

from .common import OfferCommon
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


def price_of(terms, due):
    if terms.proration == 'none':
        return PRICE
    return piece_price(PRICE, due.period, due.first, due.last, 0.01)


@tagged('post_install', '-at_install')
class TestBillingTable(BaseCase):
    """Every shape of plan × way of billing × start day, against counting day by day."""

    def test_running_agreements(self):
        cases = 0
        for plan, start in itertools.product(plans(), STARTS):
            terms, until = terms_of(plan), start + datetime.timedelta(days=500)
            found = [
                (due.first, due.last, price_of(terms, due))
                for due in due_charges(terms, start, start, None, [], until)
            ]
            expected = bill_by_days(plan, start, None, until, PRICE)
            self.assertEqual(found, expected, (plan, start))
            cases += 1
        self.assertEqual(cases, 385)

    def test_agreements_that_end(self):
        cases = 0
        for plan, start, days in itertools.product(plans(), STARTS[::2], (0, 45, 200)):
            terms, last = terms_of(plan), start + datetime.timedelta(days=days)
            until = last + datetime.timedelta(days=40)
            found = [
                (due.first, due.last, price_of(terms, due))
                for due in due_charges(terms, start, start, last, [], until, last)
            ]
            expected = bill_by_days(plan, start, last, until, PRICE)
            self.assertEqual(found, expected, (plan, start, days))
            cases += 1
        self.assertEqual(cases, 660)

    def test_what_was_charged_and_comes_back(self):
        """An agreement that was charged up to a day ends before: charges less credits are what
        the days until then cost."""
        for plan, start, days in itertools.product(plans(), STARTS, (3, 70)):
            if plan['mode'] == 'arrears':
                continue
            terms = terms_of(plan)
            until = start + datetime.timedelta(days=150)
            charges = due_charges(terms, start, start, None, [], until)
            settled = [
                Settled(number, 'charge', due.first, due.last) for number, due in enumerate(charges)
            ]
            end = start + datetime.timedelta(days=days)
            credits = due_credits(terms, start, end, settled, until)
            found = sum(price_of(terms, due) for due in charges)
            found -= sum(price_of(terms, due) for due in credits)
            expected = balance_by_days(plan, start, charges[-1].last, end, PRICE)
            self.assertEqual(found, expected, (plan, start, days))


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
            self.assertEqual(subscription.state, 'closed')
