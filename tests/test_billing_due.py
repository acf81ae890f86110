from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestBilling(OfferCommon):
    """What is due becomes invoices, once."""

    def test_a_month_in_advance_is_one_posted_invoice(self):
        subscription = self._subscribe({'client_order_ref': 'PO 17'})
        invoice = subscription.with_user(self.accountant).bill('2027-01-01')
        self.assertRecordValues(
            invoice,
            [
                {
                    'state': 'posted',
                    'move_type': 'out_invoice',
                    'partner_id': self.customer.id,
                    'ref': 'PO 17',
                    'invoice_date': fields.Date.to_date('2027-01-01'),
                    'invoice_date_due': fields.Date.to_date('2027-01-01'),
                    'amount_untaxed': 155.0,
                }
            ],
        )
        self.assertEqual(
            invoice.invoice_line_ids.mapped(lambda line: (line.quantity, line.price_unit)),
            [(3.0, 50.0), (1.0, 5.0)],
        )
        self.assertIn('01/31/2027', invoice.invoice_line_ids[0].name)
        self.assertFalse(invoice.invoice_line_ids.sale_line_ids)
        self.assertEqual(self._entries(subscription), [('charge', '2027-01-01', '2027-01-31')] * 2)
        self.assertEqual(subscription.date_next_due, fields.Date.to_date('2027-02-01'))

    def test_billing_again_gives_nothing(self):
        subscription = self._subscribe()
        self.assertTrue(subscription.bill('2027-01-01'))
        for day in ('2027-01-01', '2027-01-31', '2026-12-31'):
            self.assertFalse(subscription.bill(day))
        self.assertEqual(len(subscription.line_ids.billing_entry_ids), 2)

    def test_before_the_start_nothing_is_due(self):
        subscription = self._subscribe()
        self.assertEqual(subscription.preview('2026-12-31'), [])
        self.assertFalse(subscription.bill('2026-12-31'))

    def test_late_billing_makes_one_invoice_a_period(self):
        subscription = self._subscribe(date_start='2027-01-31', options=[])
        moves = subscription.bill('2027-04-30')
        self.assertEqual(moves.mapped('amount_untaxed'), [150.0] * 4)
        self.assertEqual(set(moves.mapped('invoice_date')), {fields.Date.to_date('2027-04-30')})
        # the 31st comes back after February
        self.assertEqual(
            self._entries(subscription),
            [
                ('charge', '2027-01-31', '2027-02-27'),
                ('charge', '2027-02-28', '2027-03-30'),
                ('charge', '2027-03-31', '2027-04-29'),
                ('charge', '2027-04-30', '2027-05-30'),
            ],
        )

    def test_preview_says_what_is_billed_and_writes_nothing(self):
        subscription = self._subscribe()
        rows = subscription.preview('2027-02-01')
        self.assertFalse(subscription.line_ids.billing_entry_ids)
        self.assertEqual(
            [(row['date_from'], row['date_to'], row['quantity'], row['amount']) for row in rows],
            [
                ('2027-01-01', '2027-01-31', 3.0, 150.0),
                ('2027-01-01', '2027-01-31', 1.0, 5.0),
                ('2027-02-01', '2027-02-28', 3.0, 150.0),
                ('2027-02-01', '2027-02-28', 1.0, 5.0),
            ],
        )
        moves = subscription.bill('2027-02-01')
        self.assertEqual(sum(moves.mapped('amount_untaxed')), sum(row['amount'] for row in rows))

    def test_calendar_periods_begin_with_the_days_up_to_the_month(self):
        plan = self._create_plan('Calendar', alignment='calendar')
        self._create_price(31.0, plan_id=plan.id)
        subscription = self._subscribe(
            plan_id=plan.id, tier_id=self.bronze.id, date_start='2027-01-12', options=[]
        )
        moves = subscription.bill('2027-02-01')
        # 20 of 31 days of 31.00, three times; then a whole month
        self.assertEqual(moves.mapped('amount_untaxed'), [60.0, 93.0])

    def test_arrears_are_due_on_the_day_after(self):
        plan = self._create_plan('Arrears', billing_mode='arrears')
        self._create_price(10.0, plan_id=plan.id)
        subscription = self._subscribe(plan_id=plan.id, tier_id=self.bronze.id, options=[])
        self.assertFalse(subscription.bill('2027-01-31'))
        self.assertEqual(subscription.bill('2027-02-01').amount_untaxed, 30.0)

    def test_days_after_the_end_come_back(self):
        subscription = self._subscribe(options=[])
        invoice = subscription.bill('2027-01-01')
        invoice.invoice_line_ids.account_id = self.company_data['default_account_assets']
        subscription.end('2027-01-10', 'sold the bakery')
        self.assertFalse(subscription.preview('2027-01-10'))
        refund = subscription.bill('2027-01-11')
        # 150.00 for 31 days less 48.39 for 10
        self.assertEqual(refund.move_type, 'out_refund')
        self.assertEqual(refund.amount_untaxed, 101.61)
        self.assertEqual(
            refund.invoice_line_ids.account_id, self.company_data['default_account_assets']
        )
        self.assertEqual(
            self._entries(subscription),
            [
                ('charge', '2027-01-01', '2027-01-10'),
                ('charge', '2027-01-11', '2027-01-31'),
                ('credit', '2027-01-11', '2027-01-31'),
            ],
        )
        self.assertFalse(subscription.bill('2028-01-01'))
        self._run_scheduler('2028-01-01')
        self.assertEqual(subscription.state, 'closed')

    def test_what_is_added_or_ended_inside_a_period_is_not_forgotten(self):
        subscription = self._subscribe(options=[])
        subscription.bill('2027-01-01')
        subscription.change('2027-01-22', [{'product_id': self.backup.id, 'price_unit': 31.0}])
        # 10 of 31 days
        self.assertEqual(subscription.bill('2027-01-22').amount_untaxed, 10.0)
        added = subscription.line_ids[1]
        subscription.change('2027-01-27', [{'line_id': added.id, 'quantity': 0}])
        # 5 of 31 days
        rows = subscription.preview('2027-01-31')
        self.assertEqual([(row['kind'], row['amount']) for row in rows], [('credit', -5.0)])

    def test_what_runs_is_not_archived(self):
        subscription = self._subscribe()
        with self.assertRaisesRegex(UserError, 'end it before you archive it'):
            subscription.action_archive()

    def test_only_who_may_invoice_bills(self):
        subscription = self._subscribe()
        with self.assertRaises(AccessError):
            subscription.with_user(self.salesperson).bill('2027-01-01')
        manager = self._new_user('manager', 'sales_team.group_sale_manager')
        with self.assertRaisesRegex(AccessError, 'Only who may invoice'):
            subscription.with_user(manager).bill('2027-01-01')
        self.assertTrue(subscription.with_user(self.salesperson).preview('2027-01-01'))

    def test_bad_days_are_met_with_a_sentence(self):
        subscription = self._subscribe()
        for day in ('tomorrow', '', None, '2027-13-01', 7):
            with self.assertRaisesRegex(UserError, 'is not a date'):
                subscription.bill(day)

    def test_without_the_databases_guard_nothing_is_billed(self):
        subscription = self._subscribe()
        self.env.cr.execute(
            'ALTER TABLE offer_billing_entry DROP CONSTRAINT offer_billing_entry_no_overlap'
        )
        with self.assertRaisesRegex(UserError, 'keeps days from being billed twice'):
            subscription.bill('2027-01-01')

    def test_what_was_billed_is_not_edited(self):
        subscription = self._subscribe()
        line = subscription.line_ids[0]
        subscription.bill('2027-01-01')
        for values in ({'price_unit': 1.0}, {'quantity': 9}, {'date_start': '2026-01-01'}):
            with self.assertRaisesRegex(UserError, 'has been activated: change'):
                line.write(values)
        with self.assertRaisesRegex(UserError, "can't be deleted"):
            subscription.unlink()
        with self.assertRaisesRegex(UserError, 'has been sold'):
            self.plan.interval_count = 2

    def test_taxes_are_mapped_when_it_is_billed(self):
        home, abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = home
        self.env['offer.price'].search(
            [('product_tmpl_id', '=', self.workplace.product_tmpl_id.id)]
        ).filtered(lambda row: not row.option_id and not row.tier_id).amount = 121.0
        subscription = self._subscribe(
            {'fiscal_position_id': abroad.id}, tier_id=self.bronze.id, quantity=1, options=[]
        )
        self.assertEqual(subscription.sale_order_id.order_line.price_unit, 100.0)
        # the customer has moved home since: the price is the one of home again
        self.assertEqual(subscription.line_ids.price_unit, 121.0)
        first = subscription.bill('2027-01-01')
        self.assertEqual((first.amount_untaxed, first.amount_total), (100.0, 121.0))
        self.customer.property_account_position_id = abroad
        second = subscription.bill('2027-02-01')
        self.assertEqual((second.amount_untaxed, second.amount_total), (100.0, 100.0))
        # half of February comes back as it was charged, also after moving home again
        self.customer.property_account_position_id = False
        subscription.end('2027-02-14', 'closed')
        refund = subscription.bill('2027-02-15')
        self.assertEqual((refund.amount_untaxed, refund.amount_total), (50.0, 50.0))

    def test_the_scheduler_bills_what_is_due_and_parks_what_is_broken(self):
        sound = self._subscribe()
        broken = self._subscribe()
        other = self._subscribe({'partner_id': self.partner_b.id})
        account = self.company_data['default_account_revenue'].copy({'code': 'X999'})
        item = self._create_item(
            'Broken', 1.0, False, type='service', property_account_income_id=account.id
        )
        broken.change(
            '2027-01-01',
            [{'line_id': broken.line_ids[1].id, 'product_id': item.id, 'price_unit': 5.0}],
        )
        account.active = False
        self._run_scheduler('2027-01-01')
        self.assertEqual(len(sound._get_invoices()), 1)
        self.assertEqual(len(other._get_invoices()), 1)
        self.assertFalse(broken._get_invoices())
        self.assertTrue(broken.parked_reason)
        account.active = True
        self._run_scheduler('2027-01-01')
        self.assertFalse(broken._get_invoices())
        broken.action_retry()
        self._run_scheduler('2027-01-01')
        self.assertEqual(broken._get_invoices().amount_untaxed, 155.0)
        self.assertEqual(len(sound._get_invoices()), 1)

    def test_the_past_of_a_long_life_is_not_read_again(self):
        line = {'quantity': 3, 'price_unit': 50.0, 'billed_until': '2024-12-31'}
        subscription = self._come_in(line, date_start='2022-01-01')
        for year in (2025, 2026):
            subscription.bill(f'{year}-12-31')
        line = subscription.line_ids
        self.assertEqual(str(line.settled_to), '2027-01-01')
        timelines = subscription._get_timelines()
        read = line._read_entries(timelines, {line.id: line.settled_to})
        self.assertFalse(read[subscription])
        self.assertEqual(len(line._read_entries(timelines, {})[subscription]), 25)
        # what comes back is found all the same
        subscription.end('2025-06-10', 'moved')
        refunds = subscription.bill('2027-01-01')
        # 20 of 30 days of June 2025, and 18 months: each credits the invoice of its period
        self.assertEqual(refunds.mapped('amount_untaxed'), [100.0] + [150.0] * 18)
        self.assertEqual(len(refunds.reversed_entry_id), 19)

    def test_an_end_moves_the_day_on_which_arrears_are_due(self):
        plan = self._create_plan('Arrears', billing_mode='arrears')
        self._create_price(31.0, plan_id=plan.id)
        subscription = self._subscribe(plan_id=plan.id, tier_id=self.bronze.id, options=[])
        self.assertEqual(str(subscription.date_next_due), '2027-02-01')
        subscription.end('2027-01-10', 'moved')
        self.assertEqual(str(subscription.date_next_due), '2027-01-11')
