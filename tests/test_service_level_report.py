"""Availability, outages, misses: one credit, on one line of the next invoice."""

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestServiceLevelKept(OfferLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Monday to Friday, 8 to 17 with an hour's break, in Berlin
        cls.hours = cls.env['resource.calendar'].create(
            {
                'name': 'Office hours',
                'tz': 'Europe/Berlin',
                'attendance_ids': [
                    Command.create(
                        {'name': 'x', 'dayofweek': str(day), 'hour_from': first, 'hour_to': last}
                    )
                    for day in range(5)
                    for first, last in ((8, 12), (13, 17))
                ],
            }
        )
        cls.platinum = cls.env['offer.sla.tier'].create(
            {
                'name': 'Platinum',
                'availability': 99.5,
                'credit_cap': 20,
                'credit_ids': [
                    Command.create({'availability': 99.5, 'percent': 5}),
                    Command.create({'availability': 98.75, 'percent': 10}),
                    Command.create({'availability': 90, 'percent': 50}),
                ],
                'target_ids': [
                    Command.create({'priority': '1', 'response_hours': 1, 'credit_percent': 4})
                ],
            }
        )
        cls.workplace.offer_tier_ids = [Command.link(cls.platinum.id)]
        cls._create_price(60.0, tier_id=cls.platinum.id)

    def _platinum(self):
        """:return: the line of a Service at 100.00 a month"""
        return self._live(quantity=1, tier_id=self.platinum.id).line_ids

    def _report(self, line, month='2027-03-15', **values):
        return self.env['offer.sla.report'].create(
            {'subscription_line_id': line.id, 'date': month, **values}
        )

    def test_bands_and_their_edges(self):
        line = self._platinum()
        for index, (availability, percent) in enumerate(
            (
                (100, 0),
                (99.5, 0),  # exactly on the edge is kept
                (99.4999, 5),
                (98.75, 5),
                (98.7499, 10),
                (90, 10),
                (89.99, 20),  # 50 %, capped
                (0, 20),
            )
        ):
            report = self._report(
                line, f'2028-{index + 1:02}-01', availability_entered=availability
            )
            self.assertEqual((availability, report.percent), (availability, percent))
            self.assertEqual(report.credit, percent)

    def _outage(self, first, last):
        return Command.create({'date_start': first, 'date_end': last})

    def test_downtime_counts_in_service_hours_only(self):
        self.platinum.calendar_id = self.hours
        self.hours.global_leave_ids = [
            Command.create(
                # Good Friday and Easter Monday, all day in Berlin
                {
                    'name': 'x',
                    'date_from': f'2027-03-{day - 1} 23:00:00',
                    'date_to': f'2027-03-{day} 22:59:59',
                }
            )
            for day in (26,)
        ]
        report = self._report(
            self._platinum(),
            outage_ids=[
                # Monday 6:00 to 10:00 in Berlin: two hours of it
                self._outage('2027-03-01 05:00:00', '2027-03-01 09:00:00'),
                # overlaps with it: half an hour more
                self._outage('2027-03-01 08:30:00', '2027-03-01 09:30:00'),
                # a weekend, a holiday and a lunch break
                self._outage('2027-03-06 00:00:00', '2027-03-07 20:00:00'),
                self._outage('2027-03-26 08:00:00', '2027-03-26 15:00:00'),
                self._outage('2027-03-02 11:00:00', '2027-03-02 12:00:00'),
                # after the change to summer time 10:00 to 11:00 is 8:00 to 9:00 UTC
                self._outage('2027-03-30 08:00:00', '2027-03-30 09:00:00'),
                # the next month does not count
                self._outage('2027-04-01 08:00:00', '2027-04-01 12:00:00'),
            ],
        )
        # 23 working days less one holiday, 8 hours each
        self.assertAlmostEqual(report.service_hours, 176.0)
        self.assertAlmostEqual(report.downtime_hours, 3.5)
        self.assertAlmostEqual(report.availability, 100 * 172.5 / 176, 4)
        self.assertEqual((report.percent, report.credit), (10, 10.0))

    def test_around_the_clock_without_a_calendar(self):
        report = self._report(
            self._platinum(),
            outage_ids=[self._outage('2027-03-06 00:00:00', '2027-03-06 07:26:24')],
        )
        # 7.44 of 744 hours: 99 %
        self.assertEqual((report.service_hours, report.availability), (744.0, 99.0))
        self.assertEqual(report.percent, 5)

    def test_missed_targets_add_up_and_the_cap_holds(self):
        miss = {'target_id': self.platinum.target_ids.id, 'what': 'response'}
        line = self._platinum()
        report = self._report(line, miss_ids=[Command.create({**miss, 'count': 2})])
        self.assertEqual((report.percent, report.credit), (8, 8.0))
        report = self._report(line, '2027-04-01', miss_ids=[Command.create({**miss, 'count': 9})])
        self.assertEqual(report.percent, 20)
        self.assertIn('credit of 4 % for each miss', self.platinum.promise_text)

    def test_an_approved_credit_is_one_line_of_the_next_invoice(self):
        line = self._platinum()
        subscription = line.subscription_id
        subscription.bill('2027-03-01')
        report = self._report(line, availability_entered=99.0)
        self.assertEqual(report.state, 'draft')
        self.assertFalse(subscription.charge_ids)
        report.action_approve()
        self._assert_refused('was decided', report.action_approve)
        # it waits for the next invoice
        self.assertFalse(subscription.bill('2027-03-31'))
        invoice = subscription.bill('2027-04-01')
        self.assertEqual(invoice.amount_untaxed, 95.0)
        credit = invoice.invoice_line_ids.filtered(lambda line: line.price_subtotal < 0)
        self.assertEqual(
            credit.name,
            'Platinum, service credit for March 2027: availability 99 % instead of 99.5 %',
        )
        self.assertEqual(report.move_id, invoice)
        self._bills(subscription, ('2027-05-01', 100.0))
        self._assert_refused('was decided', lambda: report.write({'availability_entered': 50}))
        self._assert_refused('was decided', lambda: report.outage_ids.create(
            {'report_id': report.id, 'date_start': '2027-03-06', 'date_end': '2027-03-07'}
        ))  # fmt: skip
        self._assert_refused('stays', report.unlink)

    def test_a_deleted_invoice_brings_the_credit_back(self):
        self.plan.invoice_handling = 'draft'
        line = self._platinum()
        subscription = line.subscription_id
        self._report(line, availability_entered=99.0).action_approve()
        self._bills(subscription, ('2027-04-01', 395.0))
        subscription._get_invoices().unlink()
        self._bills(subscription, ('2027-04-01', 395.0))

    def test_after_the_end_it_is_a_credit_note(self):
        line = self._platinum()
        subscription = line.subscription_id
        subscription.bill('2027-03-01')
        subscription.end('2027-03-31', 'moved')
        self._bills(subscription, ('2027-04-01', 0.0))
        self._report(line, availability_entered=99.0).action_approve()
        self._bills(subscription, ('2027-04-02', -5.0), ('2027-05-01', 0.0))

    def test_the_fee_is_of_the_days_that_it_ran(self):
        line = self._platinum()
        line.subscription_id.change('2027-03-11', [{'line_id': line.id, 'quantity': 3}])
        # 10 of 31 days of 100.00, 32.26, and 203.23 (300.00 less 96.77)
        self.assertEqual(self._report(line).fee, 235.49)

    def test_a_month_is_reported_once(self):
        line = self._platinum()
        self._report(line)
        self._assert_refused('reported already', lambda: self._report(line, '2027-03-31'))
        self._assert_refused('does not run', lambda: self._report(line, '2026-03-31'))
        bare = self._subscribe().line_ids[1]
        self._assert_refused('promises no', lambda: self._report(bare))
        with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation):
            self._report(line, '2027-05-01', availability_entered=101)

    def test_reports_are_imported(self):
        line = self._platinum()
        result = self.env['offer.sla.report'].load(
            ['subscription_line_id/.id', 'date', 'availability_entered'],
            [[str(line.id), '2027-03-01', '99.0'], [str(line.id), '2027-04-01', '100']],
        )
        self.assertFalse(result['messages'])
        reports = self.env['offer.sla.report'].browse(result['ids'])
        self.assertEqual(reports.mapped('credit'), [5.0, 0.0])
