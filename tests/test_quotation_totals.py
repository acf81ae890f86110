import datetime
from random import Random

from odoo import fields
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestTotals(OfferCommon):
    """Once and per period apart, and what is asked first."""

    def _get_first(self, **values):
        order = self._create_order(**values)
        self._add_bundle(order)
        return order._get_offer_first_invoice()

    def test_first_invoice_is_what_the_order_and_the_first_run_ask(self):
        first = self._get_first()
        self.assertEqual((first.once, first.today), (2700.0, 0.0))
        self.assertEqual((str(first.day), first.recurring), ('2027-01-01', 160.0))

    def test_in_arrears_the_first_run_comes_after_the_period(self):
        self.plan.write({'billing_mode': 'arrears'})
        first = self._get_first()
        self.assertEqual((str(first.day), first.recurring), ('2027-02-01', 160.0))

    def test_a_stub_costs_its_days(self):
        self.plan.write({'alignment': 'calendar'})
        order = self._create_order()
        self._add_bundle(order, date_start='2027-01-20')
        first = order._get_offer_first_invoice()
        # 12 of 31 days of 150.00 (58.06) and of 10.00 (3.87)
        self.assertEqual((str(first.day), first.recurring), ('2027-01-20', 61.93))

    def test_free_periods_move_the_first_invoice(self):
        first = self._get_first(offer_intro_periods=2)
        self.assertEqual((str(first.day), first.recurring), ('2027-03-01', 160.0))

    def test_first_invoice_is_what_is_billed_in_the_taxes_of_the_invoice(self):
        home, abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = self.backup.taxes_id = self.notebook.taxes_id = home
        others = self.env['account.tax'].create({'name': '7 %', 'amount': 7})
        random = Random(20261129)
        for number in range(40):
            plan = self._create_plan(
                f'Plan {number}',
                interval_count=random.choice([1, 1, 3]),
                billing_mode=random.choice(['advance', 'arrears']),
                alignment=random.choice(['anniversary', 'calendar', 'day']),
                alignment_day=random.randint(1, 31),
                proration=random.choice(['daily', 'daily', 'none']),
                advance_days=random.choice([0, 0, 10]),
                intro_periods=random.choice([0, 0, 1, 2]),
                intro_percent=random.choice([0, 33.33]),
            )
            price = round(random.uniform(1, 60), 2)
            self._create_price(price, plan_id=plan.id)
            self._create_price(3.33, plan_id=plan.id, tier_id=self.gold.id)
            self._create_price(0.99, plan_id=plan.id, option_id=self.backup_option.id)
            self.backup.taxes_id = random.choice([home, others, home + others, others.browse()])
            self.customer.property_account_position_id = random.choice([abroad, abroad.browse()])
            start = datetime.date(2027, random.randint(1, 12), random.randint(1, 28))
            order = self._create_order(
                offer_date_start=start,
                offer_intro_is_off=random.random() < 0.2,
                company_id=self.company.id,
            )
            self._add_bundle(
                order,
                plan_id=plan.id,
                quantity=random.randint(1, 7),
                date_start=random.choice([False, fields.Date.add(start, days=40)]),
            )
            first = order._get_offer_first_invoice()
            self.assertFalse(first.today)
            order.action_confirm()
            with self.subTest(number=number, plan=plan.read(), start=start):
                self.assertEqual(order._create_invoices().amount_total, first.once)
                subscription = order.offer_subscription_ids
                before = subscription.bill(first.day - datetime.timedelta(days=1))
                self.assertFalse(before)
                moves = subscription.bill(first.day)
                self.assertAlmostEqual(sum(moves.mapped('amount_total')), first.recurring, 2)
                self.assertAlmostEqual(sum(moves.mapped('amount_untaxed')), first.untaxed, 2)
                self.assertTrue(first.recurring)

    def test_the_first_year_counts_full_free_periods(self):
        self.plan.write({'alignment': 'calendar', 'intro_periods': 2})
        order = self._create_order()
        self._add_bundle(order, date_start='2027-01-20', options=[])
        # free through March; nine months to December, and 19 of 31 days of January
        totals = order._get_offer_totals(order.order_line)
        self.assertEqual(totals['first_year'], 1441.94)
        order.action_confirm()
        moves = order.offer_subscription_ids.bill('2028-01-19')
        paid = sum(moves.mapped('amount_untaxed'))
        # the month of January 2028 is billed whole
        self.assertEqual(round(paid - 150.0 + 91.94, 2), totals['first_year'])

    def test_online_what_is_due_today_is_what_confirms(self):
        order = self._create_order(require_payment=True, prepayment_percent=0.5)
        self._add_bundle(order)
        self.assertEqual(order._get_offer_first_invoice().today, 1350.0)
        self.assertEqual(
            [label for label, _amount in order._get_offer_first_invoice_texts()],
            [
                'Due today',
                'First invoice, with the order',
                'First invoice, on 01/01/2027',
            ],
        )
