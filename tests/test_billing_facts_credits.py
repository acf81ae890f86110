"""What comes back, to whom and on which document; amounts are worked out by hand."""

from functools import partial

from odoo import Command
from odoo.tests import tagged

from .test_billing_facts import BillingFactsCommon


@tagged('post_install', '-at_install')
class TestBillingFactsCredits(BillingFactsCommon):
    def _create_tax(self, amount, **values):
        return self.env['account.tax'].create({'name': f'{amount} %', 'amount': amount, **values})

    # === TO WHOM === #

    def test_a_credit_goes_to_whom_was_invoiced_and_as_it_went_there(self):
        self.subscription.client_order_ref = 'PO 1'
        invoice = self.subscription.bill('2027-01-01')
        self.subscription.client_order_ref = 'PO 2'
        position = self.env['account.fiscal.position'].create({'name': 'Since'})
        self.customer.property_account_position_id = position
        other = self.env['res.partner'].create({'name': 'Other', 'is_company': True})
        self.subscription.partner_invoice_id = other
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        self.assertEqual(note.partner_id, invoice.partner_id)
        self.assertFalse(note.fiscal_position_id)
        self.assertEqual(note.ref, 'PO 1')
        self.assertEqual(note.reversed_entry_id, invoice)

    def test_a_credit_to_another_payer_is_a_document_of_its_own(self):
        invoice = self.subscription.bill('2027-01-01')
        other = self.env['res.partner'].create({'name': 'Other', 'is_company': True})
        self.subscription.partner_invoice_id = other
        self._change('2027-01-17', quantity=5)
        moves = self.subscription.bill('2027-01-17')
        # 15 of 31 days
        self.assertEqual(
            sorted((move.partner_id.name, move.amount_untaxed_signed) for move in moves),
            [(invoice.partner_id.name, -72.58), ('Other', 120.97)],
        )
        self.assertFalse(self.subscription.preview('2027-01-17'))

    def test_of_what_was_agreed_for_nothing_and_charged_by_hand_the_days_come_back(self):
        self.plan.invoice_handling = 'draft'
        subscription = self._start()
        backup = subscription.line_ids.filtered(lambda line: line.product_id == self.backup)
        subscription.change('2027-01-01', [{'line_id': backup.id, 'discount': 100}])
        invoice = subscription.bill('2027-01-01')
        line = invoice.invoice_line_ids.filtered(lambda line: line.product_id == self.backup)
        line.write({'discount': 0, 'quantity': 1, 'price_unit': 31})
        invoice.action_post()
        subscription.end('2027-01-10', 'over')
        # 21 of 31 days of 150.00 and of 31.00
        self.assertEqual(self._bill('2027-01-11', subscription), -122.61)

    def test_a_credit_repeats_taxes_account_and_analytic(self):
        self.workplace.taxes_id = tax = self._create_tax(10)
        account = self.company_data['default_account_revenue'].copy()
        invoice = self.subscription.bill('2027-01-01')
        analytic = self.env['account.analytic.account'].create(
            {'name': 'Then', 'plan_id': self.env['account.analytic.plan'].create({'name': 'P'}).id}
        )
        invoice.button_draft()
        invoice.invoice_line_ids.write(
            {'account_id': account.id, 'analytic_distribution': {str(analytic.id): 100}}
        )
        invoice.action_post()
        self.workplace.taxes_id = self._create_tax(20)
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11').invoice_line_ids
        self.assertEqual((note.tax_ids, note.account_id), (tax, account))
        self.assertEqual(note.analytic_distribution, {str(analytic.id): 100})

    def test_days_billed_externally_come_back_at_the_content_recorded(self):
        """To today's payer, with the taxes that a charge would get today."""
        self.workplace.taxes_id = tax = self._create_tax(10)
        plan = self._create_plan('Yearly', interval_unit='year')
        subscription = self._come_in(
            {'quantity': 10, 'price_unit': 365, 'billed_until': '2027-06-30'}, plan
        )
        other = self.env['res.partner'].create({'name': 'Other', 'is_company': True})
        subscription.partner_invoice_id = other
        subscription.change(
            '2027-03-01', [{'line_id': subscription.line_ids.id, 'quantity': 8, 'price_unit': 365}]
        )
        note = subscription.bill('2027-03-01')
        # for 122 days from 1 March: 10 × 365.00 back, 8 × 365.00 charged
        self.assertEqual(sorted(note.invoice_line_ids.mapped('price_subtotal')), [-976, 1220])
        self.assertEqual((note.move_type, note.partner_id), ('out_refund', other))
        self.assertEqual(note.invoice_line_ids.tax_ids, tax)
        self.assertFalse(note.reversed_entry_id)
        self.assertFalse(subscription.preview('2027-06-30'))
        note.button_draft()
        note.button_cancel()
        self.assertEqual(sum(row['amount'] for row in subscription.preview('2027-03-01')), -244)

    # === WHAT IS LEFT === #

    def test_two_credits_of_a_run_share_what_is_left(self):
        note = self._credit_by_hand(self.subscription.bill('2027-01-01'))
        note.invoice_line_ids.price_unit = 30
        note.action_post()
        self.subscription.pause('2027-01-01', until='2027-01-10')
        self.subscription.pause('2027-01-12', until='2027-01-21')
        # 48.39 and 48.38 would come back; 150.00 less 90.00 is left
        for user in (self.salesperson, self.accountant):
            rows = self.subscription.with_user(user).preview('2027-01-12')
            self.assertEqual([row['amount'] for row in rows], [-48.39, -11.61])
        self.assertEqual(self._bill('2027-01-12'), -60)

    def test_of_a_document_with_a_credit_the_charge_is_what_is_left(self):
        self._bill('2027-01-01')
        self._change('2027-01-01', quantity=5)
        move = self.subscription.bill('2027-01-01')
        self.assertEqual(move.amount_untaxed, 100)
        note = self._credit_by_hand(move)
        note.invoice_line_ids.filtered(lambda line: line.quantity < 0).unlink()
        note.invoice_line_ids.price_unit = 4
        note.action_post()
        self.subscription.end('2026-12-31', 'never began')
        # 250.00 less the 20.00 that were credited by hand
        self.assertEqual(self._bill('2027-01-01'), -230)

    def test_a_credit_that_nothing_is_left_for_frees_its_days(self):
        invoice = self.subscription.bill('2027-01-01')
        self._credit_by_hand(invoice).action_post()
        self.subscription.end('2027-01-10', 'over')
        self.assertFalse(self.subscription.bill('2027-01-11'))
        self.assertEqual(self._get_settled(), [(1, 10, False), (11, 31, True)])
        act = self.subscription.event_ids.filtered(
            lambda event: event.kind == 'ended' and not event.act_id
        )
        self.subscription.withdraw(act.id)
        self.assertEqual(self._bill('2027-01-11'), 101.61)

    # === ON WHICH DOCUMENT === #

    def test_fewer_seats_from_the_renewal_stand_on_one_document(self):
        plan = self._create_plan('Yearly', interval_unit='year', advance_days=20)
        subscription = self._come_in({'quantity': 10, 'price_unit': 120}, plan)
        self.assertEqual(self._bill('2026-12-12', subscription), 1200)
        self.assertEqual(self._bill('2027-12-11', subscription), 0)
        self.assertEqual(self._bill('2027-12-12', subscription), 1200)
        # said on 15 December
        subscription.change('2028-01-01', [{'line_id': subscription.line_ids.id, 'quantity': 6}])
        move = subscription.bill('2027-12-15')
        self.assertEqual(move.move_type, 'out_refund')
        self.assertEqual(sorted(move.invoice_line_ids.mapped('price_subtotal')), [-720, 1200])

    def test_a_note_of_two_invoices_settles_what_is_open_of_both(self):
        self.company.offer_late_policy = 'single'
        invoices = self.subscription.bill('2027-01-01') + self.subscription.bill('2027-02-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-02-01')
        self.assertEqual((len(note), note.amount_total), (1, 251.61))
        self.assertFalse(note.reversed_entry_id)
        self.assertEqual(note.payment_state, 'paid')
        # 10 of 31 days
        self.assertAlmostEqual(sum(invoices.mapped('amount_residual')), 48.39)

    def test_a_note_that_is_posted_by_hand_settles_what_is_open(self):
        self.plan.invoice_handling = 'draft'
        subscription = self._start(options=[])
        invoice = subscription.bill('2027-01-01')
        invoice.action_post()
        subscription.end('2027-01-10', 'over')
        subscription.bill('2027-01-11')
        note = invoice.reversal_move_ids
        self.assertEqual(note.state, 'draft')
        note.action_post()
        self.assertAlmostEqual(invoice.amount_residual, 48.39)

    def test_a_credit_abroad_is_weighed_in_the_price_of_home(self):
        home, abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = home
        self.customer.property_account_position_id = abroad
        self._change('2027-01-01', quantity=1, price_unit=121)
        self.assertEqual(self.subscription.bill('2027-01-01').amount_total, 100)
        self._change('2027-01-01', price_unit=110)
        rows = self.subscription.preview('2027-01-01')
        self.assertEqual([row['amount'] for row in rows], [-121, 110])
        note = self.subscription.bill('2027-01-01')
        # 110.00 ÷ 1.21 = 90.91
        self.assertEqual((note.move_type, note.amount_total), ('out_refund', 9.09))

    # === TAXES === #

    def test_an_archived_tax_is_seen_whatever_was_read_before(self):
        self.workplace.taxes_id = tax = self._create_tax(10)
        tax.active = False
        for reads in (False, True):
            with self.subTest(reads=reads):
                self.env.flush_all()
                self.env.invalidate_all()
                if reads:
                    # the cache of an item's taxes leaves out what is archived
                    self.assertFalse(self.workplace.taxes_id)
                bill = partial(self.subscription.bill, '2027-01-01')
                self._assert_refused('is archived', bill)

    def test_an_item_without_taxes_is_billed_without(self):
        self.workplace.taxes_id = [Command.clear()]
        self.assertEqual(self.subscription.bill('2027-01-01').amount_total, 150)
