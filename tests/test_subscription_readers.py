"""What reads subscriptions goes by their facts: dunning, automation, letters, the portal."""

from datetime import date

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import OfferPortalCommon
from .test_billing_facts import BillingFactsCommon


@tagged('post_install', '-at_install')
class TestUnpaid(BillingFactsCommon):
    def _overdue(self, policy):
        self.plan.write({'unpaid_policy': policy, 'unpaid_days': 14})
        self.subscription.bill('2027-01-01')
        # the 15th day after the due day, and the one after it
        for day in ('2027-01-16', '2027-01-17'):
            self._run_scheduler(day, live=True)

    def test_a_suspension_is_billed(self):
        self._overdue('suspend')
        (pause,) = self.subscription.pause_ids
        self.assertEqual((pause.date_from, pause.is_billed), (date(2027, 1, 16), True))
        timeline = self.subscription._get_timeline()
        self.assertEqual(self.subscription._get_state_on(date(2027, 1, 16), timeline), 'paused')
        self.assertEqual(self._bill('2027-02-01'), 150)

    def test_a_pause_is_not_billed_as_before(self):
        self._overdue('pause')
        self.assertFalse(self.subscription.pause_ids.is_billed)
        # 16 of 31 days come back: 150.00 - 72.58
        self.assertEqual(self._bill('2027-02-01'), -77.42)

    def test_it_stops_anew_once_it_was_resumed_and_another_invoice_is_overdue(self):
        self._overdue('suspend')
        self.subscription.resume('2027-01-20')
        self.subscription.bill('2027-02-01')
        self._run_scheduler('2027-02-16', live=True)
        days = self.subscription.pause_ids.mapped('date_from')
        self.assertEqual(days, [date(2027, 1, 16), date(2027, 2, 16)])

    def test_an_agreed_pause_goes_on(self):
        self.subscription.pause('2027-01-10')
        self._overdue('suspend')
        self.assertEqual(self.subscription.pause_ids.date_from, date(2027, 1, 10))

    def test_an_end_is_a_fact_of_its_own_kind(self):
        self._overdue('end')
        (end,) = self.subscription.end_ids
        self.assertEqual((end.kind, end.date), ('unpaid', date(2027, 1, 16)))
        self.subscription.end('2027-03-31', 'moved')
        self.assertEqual(self.subscription.date_end, date(2027, 1, 16))
        self.subscription.withdraw(end.event_id.id)
        self.assertEqual(self.subscription.date_end, date(2027, 3, 31))


@tagged('post_install', '-at_install')
class TestAutomationFacts(BillingFactsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firewall = cls._create_item('Managed Firewall', 0.0, 'service', type='service')
        cls._create_price(20.0, cls.firewall)
        for service in (cls.workplace, cls.firewall):
            for kind in ('activated', 'changed', 'paused', 'withdrawn'):
                cls.env['offer.automation'].create(
                    {
                        'product_tmpl_id': service.product_tmpl_id.id,
                        'kind': kind,
                        'activity_type_id': cls.env.ref('mail.mail_activity_data_todo').id,
                        'activity_summary': f'{service.name} {kind}',
                    }
                )

    def _start_both(self):
        order = self._create_order()
        order.offer_add(self._configuration(options=[]))
        order.offer_add(
            {
                'product_id': self.firewall.id,
                'plan_id': self.plan.id,
                'quantity': 1,
                'date_start': '2027-01-01',
            }
        )
        order.action_confirm()
        return order.offer_subscription_ids

    def _done(self, subscription):
        """:return: what was to be done since this was asked last"""
        self._run_job('ir_cron_automate')
        found = sorted(subscription.activity_ids.mapped('summary'))
        subscription.activity_ids.unlink()
        return found

    def test_each_service_does_its_own_when_an_act_moves_it(self):
        subscription = self._start_both()
        self.assertEqual(
            self._done(subscription), ['Managed Firewall activated', 'Managed Workplace activated']
        )
        line = subscription.line_ids.filtered(lambda line: line.product_id == self.firewall)
        subscription.change('2027-03-01', [{'line_id': line.id, 'quantity': 2}])
        self.assertEqual(self._done(subscription), ['Managed Firewall changed'])
        subscription.pause('2027-05-01')
        self.assertEqual(
            self._done(subscription), ['Managed Firewall paused', 'Managed Workplace paused']
        )

    def test_a_correction_starts_nothing(self):
        subscription = self._start_both()
        subscription.pause('2027-05-01')
        line = subscription.line_ids.filtered(lambda line: line.product_id == self.firewall)
        self._done(subscription)
        # what is added before the pause changes what the pause takes away
        subscription.change('2027-03-01', [{'line_id': line.id, 'quantity': 2}])
        self.assertEqual(self._done(subscription), ['Managed Firewall changed'])

    def test_an_act_that_moves_nothing_is_the_main_services(self):
        subscription = self._start_both()
        self._done(subscription)
        line = subscription.line_ids.sorted('sequence')[0]
        subscription.change('2027-03-01', [{'line_id': line.id, 'name': 'Desk'}])
        self.assertEqual(self._done(subscription), ['Managed Workplace changed'])


@tagged('post_install', '-at_install')
class TestShownOfFacts(BillingFactsCommon):
    def test_billed_until_passes_days_that_nobody_owes(self):
        self.assertFalse(self.line.billed_until)
        self.subscription.bill('2027-01-01')
        self.assertEqual(self.line.billed_until, date(2027, 1, 31))
        self.subscription.with_user(self.accountant).waive(
            self.line.id, '2027-02-01', '2027-02-28', 'a gift'
        )
        self.assertEqual(self.line.billed_until, date(2027, 1, 31))
        self.subscription.bill('2027-03-01')
        self.assertEqual(self.line.billed_until, date(2027, 3, 31))
        self.subscription.end('2027-02-10', 'moved')
        self.subscription.bill('2027-03-05')
        self.assertEqual(self.line.billed_until, date(2027, 1, 31))

    def test_the_revenue_shown_follows_the_facts_at_once(self):
        subscription = self._start(options=[], date_start='2024-01-01')
        subscription.sudo()._agree_pause(date(2024, 6, 1), is_billed=True)
        self.assertEqual((subscription.state, subscription.mrr), ('paused', 150))
        # neither the state nor any line shows the difference
        subscription.pause('2024-07-01')
        self.assertEqual((subscription.state, subscription.mrr), ('paused', 0))
        act = subscription.pause_ids.filtered(lambda pause: not pause.is_billed).event_id
        subscription.withdraw(act.id)
        self.assertEqual((subscription.state, subscription.mrr), ('paused', 150))

    def test_what_ends_is_told_as_it_is_on_the_last_day(self):
        self._change('2027-07-01', quantity=8)
        self.subscription.give_notice('2027-01-10')
        (row,) = self.subscription._get_ending_rows()
        self.assertEqual((row['line'], row['quantity']), (self.line, 8))
        html, _type = self.env['ir.actions.report']._render_qweb_html(
            'sale_offer.report_notice', self.subscription.ids
        )
        self.assertIn('8.00', html.decode())

    def test_what_ended_before_does_not_end_with_it(self):
        self._change('2027-03-01', quantity=0)
        self.subscription.change(
            '2027-03-01', [{'product_id': self.backup.id, 'quantity': 2, 'price_unit': 4}]
        )
        self.subscription.give_notice('2027-01-10')
        (row,) = self.subscription._get_ending_rows()
        self.assertEqual(row['line'].product_id, self.backup)


@tagged('post_install', '-at_install')
class TestPortalFacts(OfferPortalCommon, HttpCase):
    def setUp(self):
        super().setUp()
        today = self.env['offer.subscription']._get_company_today(self.company)
        self.start = today.replace(day=1)
        self.next = fields.Date.add(self.start, months=1)
        self.subscription = self._subscribe(date_start=str(self.start))
        self.line, self.backup_line = self.subscription.line_ids.sorted('sequence')
        self._visit('own')

    def _see(self):
        return ' '.join(self.url_open(self.subscription.access_url).text.split())

    def test_what_runs_and_what_is_planned(self):
        later = fields.Date.add(self.next, months=1)
        self.subscription.change(self.next, [{'line_id': self.line.id, 'quantity': 8}])
        self.subscription.change(later, [{'line_id': self.backup_line.id, 'quantity': 0}])
        self.assertEqual(
            [(row['line'], row['level']) for row in self.subscription._get_portal_lines()],
            [(self.line, 0), (self.backup_line, 1)],
        )
        planned = self.subscription._get_portal_planned()
        self.assertEqual([day for day, _text in planned], [self.next, later])
        self.assertRegex(planned[0][1], '^8 × Managed Workplace: .*400.00')
        self.assertEqual(planned[1][1], 'Remote Backup ends')
        page = self._see()
        self.assertIn('8 × Managed Workplace', page)
        self.assertIn('Remote Backup ends', page)
        self.assertIn('155.00', page)

    def test_a_pause_is_announced_and_an_end_hides_what_comes_after(self):
        self.subscription.pause(self.next, until=fields.Date.add(self.next, days=9))
        texts = dict(self.subscription._get_portal_planned())
        again = fields.Date.add(self.next, days=10)
        self.assertEqual(texts, {self.next: 'Paused', again: 'Continues after the pause'})
        self.subscription.change(again, [{'line_id': self.line.id, 'quantity': 8}])
        self.subscription.end(fields.Date.add(self.next, days=4), 'moved')
        self.assertEqual(self.subscription._get_portal_planned(), [(self.next, 'Paused')])
        self.assertIn('Paused', self._see())

    def test_in_a_pause_the_customer_sees_what_is_agreed(self):
        self.subscription.pause(self.start)
        self.assertEqual(self.subscription.state, 'paused')
        self.assertEqual(len(self.subscription._get_portal_lines()), 2)
        self.assertNotIn('See what changes', self._see())
