"""On which days of a month a level was agreed and kept, and what they cost."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .test_subscription_facts import FactsCommon


@tagged('post_install', '-at_install')
class TestServiceLevelFacts(FactsCommon):
    """A Service at 100.00 a month with Platinum since 2024: today it is long over."""

    def setUp(self):
        super().setUp()
        self.platinum = self.env['offer.sla.tier'].create(
            {
                'name': 'Platinum',
                'availability': 99.5,
                'credit_ids': [Command.create({'availability': 99.5, 'percent': 10})],
            }
        )
        self.workplace.offer_tier_ids = [Command.link(self.platinum.id)]
        self._create_price(60.0, tier_id=self.platinum.id)
        self.subscription = self._start(
            quantity=1, tier_id=self.platinum.id, options=[], date_start='2024-01-01'
        )
        self.line = self.subscription.line_ids

    def _report(self, day, **values):
        return self.env['offer.sla.report'].create(
            {'subscription_line_id': self.line.id, 'date': day, **values}
        )

    def test_a_month_is_judged_by_the_level_that_was_agreed_in_it(self):
        said = {'line_id': self.line.id, 'tier_id': self.bronze.id, 'price_unit': 40}
        self.subscription.change('2024-03-16', [said])
        self.assertEqual(self.line.tier_id, self.bronze)
        before, later = self._report('2024-03-01'), self._report('2024-03-20')
        self.assertEqual((before.tier_id, later.tier_id), (self.platinum, self.bronze))
        # 15 of 31 days of 100.00, 16 of 40.00
        self.assertEqual((before.fee, later.fee), (48.39, 20.65))
        self.assertEqual((before.service_hours, later.service_hours), (15 * 24, 16 * 24))
        self._assert_refused('reported already', lambda: self._report('2024-03-15'))
        self.assertTrue(self.platinum._is_sold(), 'what was promised stays')

    def test_a_pause_promises_nothing(self):
        self.subscription.pause('2024-03-11', until='2024-03-20')
        report = self._report(
            '2024-03-15',
            outage_ids=[
                # five days, of which four in the pause
                Command.create(
                    {'date_start': '2024-03-16 23:00:00', 'date_end': '2024-03-21 22:59:59'}
                )
            ],
        )
        self.assertEqual(report.tier_id, self.platinum)
        self.assertEqual(report.service_hours, 21 * 24)
        self.assertLess(report.downtime_hours, 24)
        # 32.26 for ten days, 35.48 for the last eleven
        self.assertEqual((report.fee, report.credit), (67.74, 6.77))
        self.subscription.pause('2024-05-01')
        self._assert_refused('does not run', lambda: self._report('2024-06-01'))

    def test_a_suspension_that_is_billed_promises_nothing_either(self):
        self.subscription.sudo()._agree_pause(date(2024, 3, 11), date(2024, 3, 20), True)
        report = self._report('2024-03-01')
        self.assertEqual((report.service_hours, report.fee), (21 * 24, 67.74))

    def test_what_nobody_paid_is_not_credited(self):
        self.subscription.with_user(self.accountant).waive(
            self.line.id, '2024-03-01', '2024-03-31', 'a gift'
        )
        report = self._report('2024-03-01', availability_entered=90)
        self.assertEqual((report.percent, report.fee, report.credit), (10, 0, 0))

    def test_in_full_a_day_costs_its_share_of_the_period(self):
        plan = self._create_plan('In Full', proration='none')
        self._create_price(100.0, plan_id=plan.id)
        self.line = self._start(
            plan_id=plan.id,
            quantity=1,
            tier_id=self.bronze.id,
            options=[],
            date_start='2024-01-01',
        ).line_ids
        self.line.subscription_id.end('2024-03-10', 'moved')
        # in March 10 of 31 days
        self.assertEqual(self._report('2024-03-01').fee, 32.26)

    def test_a_credit_stands_on_the_next_invoice(self):
        report = self._report('2024-03-01', availability_entered=90)
        report.action_approve()
        self.assertEqual(self.subscription.charge_ids.mapped('amount'), [-10])
        self.assertEqual(self.subscription.charge_ids.date, date(2024, 4, 1))
        act = self.subscription.event_ids.filtered(lambda event: event.kind == 'credited')
        self.assertEqual(act.date, date(2024, 4, 1))
