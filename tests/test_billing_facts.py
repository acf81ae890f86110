"""Due is timeline less ledger, on real invoices; amounts are worked out by hand."""

from datetime import date

from odoo.tests import Form, tagged

from .test_subscription_facts import FactsCommon


class BillingFactsCommon(FactsCommon):
    """Three workplaces with Gold at 50.00 a month, nothing else, unless said."""

    def setUp(self):
        super().setUp()
        self.subscription = self._start(options=[])
        self.line = self.subscription.line_ids

    def _bill(self, day, subscription=None):
        """:return: what the invoices of a run come to, untaxed; credit notes count as less"""
        subscription = subscription or self.subscription
        before = [row['amount'] for row in subscription.preview(day)]
        moves = subscription.bill(day)
        # in the currency of the invoices
        total = sum(-move.direction_sign * move.amount_untaxed for move in moves)
        self.assertAlmostEqual(sum(before), total, msg='what is shown is what is billed')
        self.assertFalse(subscription.bill(day), 'nothing twice')
        self.assertFalse(subscription._find_ledger_rows(date.fromisoformat(day), audits=True))
        return total

    def _change(self, day, **values):
        self.subscription.change(day, [{'line_id': self.line.id, **values}])

    def _credit_by_hand(self, invoice):
        """:return: a draft of the accountant's, with all lines of the invoice"""
        wizard = self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=invoice.ids
        )
        return self.env['account.move'].browse(
            wizard.create({'journal_id': invoice.journal_id.id}).refund_moves()['res_id']
        )

    def _get_settled(self, line=None):
        """:return: charges as first day, last day of the month and whether taken back"""
        entries = (line or self.line).billing_entry_ids.filtered(lambda it: it.kind == 'charge')
        return [
            (entry.date_from.day, entry.date_to.day, entry.is_taken_back)
            for entry in entries.sorted('date_from')
        ]


@tagged('post_install', '-at_install')
class TestBillingFacts(BillingFactsCommon):
    def test_a_change_inside_a_period_credits_and_charges_on_one_document(self):
        self.assertEqual(self._bill('2027-01-01'), 150)
        self._change('2027-01-17', quantity=5)
        move = self.subscription.bill('2027-01-17')
        # 15 of 31 days: 150.00 → 72.58, 250.00 → 120.97 (running totals of 16 days: 77.42, 129.03)
        self.assertEqual(sorted(move.invoice_line_ids.mapped('price_subtotal')), [-72.58, 120.97])
        self.assertIn('15 of 31 days', move.invoice_line_ids[0].name)

    def test_an_entry_is_wholly_live_or_wholly_taken_back(self):
        self._bill('2027-01-01')
        self.subscription.pause('2027-01-10', until='2027-01-19')
        self._bill('2027-01-10')
        self.assertEqual(self._get_settled(), [(1, 9, False), (10, 19, True), (20, 31, False)])
        charges = self.line.billing_entry_ids.filtered(lambda entry: entry.kind == 'charge')
        self.assertEqual(len(charges.invoice_line_id), 1)

    def test_pieces_add_up_on_the_amount(self):
        self._change('2027-01-01', quantity=5000, price_unit=0.10)
        self.subscription.end('2027-01-10', 'over')
        # 500.00 × 10 ÷ 31
        self.assertEqual(self._bill('2027-01-01'), 161.29)

    def test_an_end_and_its_withdrawal_leave_no_trace_in_money(self):
        self.assertEqual(self._bill('2027-01-01'), 150)
        self.subscription.end('2027-01-10', 'over')
        # 21 of 31 days
        self.assertEqual(self._bill('2027-01-11'), -101.61)
        act = self.subscription.event_ids.filtered(lambda event: event.kind == 'ended')[:1]
        self.subscription.withdraw((act.act_id or act).id)
        self.assertEqual(self._bill('2027-01-11'), 101.61)

    def test_a_credit_note_names_its_invoice_and_settles_what_is_open(self):
        invoice = self.subscription.bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        self.assertEqual(note.move_type, 'out_refund')
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(note.payment_state, 'paid')
        self.assertAlmostEqual(invoice.amount_residual, 150 - 101.61)

    def test_a_credit_goes_to_whom_was_invoiced(self):
        invoice = self.subscription.bill('2027-01-01')
        self.subscription.partner_invoice_id = self.env['res.partner'].create({'name': 'Other'})
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        self.assertEqual(note.partner_id, invoice.partner_id)

    def test_of_a_line_that_an_accountant_edited_the_same_share_comes_back(self):
        for quantity, credit in ((2, -67.74), (0, 0)):
            with self.subTest(quantity=quantity):
                self.plan.invoice_handling = 'draft'
                subscription = self._start(options=[])
                invoice = subscription.bill('2027-01-01')
                with Form(invoice) as form, form.invoice_line_ids.edit(0) as line:
                    line.quantity = quantity
                invoice.action_post()
                subscription.end('2027-01-10', 'over')
                # 21 of 31 days of 100.00, or of nothing
                self.assertAlmostEqual(self._bill('2027-01-11', subscription), credit)

    def test_a_cancelled_invoice_makes_its_days_due_again(self):
        invoice = self.subscription.bill('2027-01-01')
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self._bill('2027-01-01'), 150)
        self._assert_refused('billed again', invoice.button_draft)

    def test_a_cancelled_credit_note_is_due_again(self):
        self._bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        note.button_draft()
        note.button_cancel()
        self.assertEqual(self._bill('2027-01-11'), -101.61)

    def test_a_cancelled_document_of_a_change_is_put_back_as_a_whole(self):
        self._bill('2027-01-01')
        self._change('2027-01-01', quantity=5)
        move = self.subscription.bill('2027-01-01')
        self.assertEqual(move.amount_untaxed, 100)
        move.button_draft()
        move.button_cancel()
        move.button_draft()
        move.action_post()
        self.assertEqual(self._bill('2027-01-01'), 0)
        move.button_draft()
        move.button_cancel()
        self.assertEqual(self._bill('2027-01-01'), 100)
        self._assert_refused('billed again', move.button_draft)

    def test_a_credit_is_not_cancelled_while_its_days_are_billed_again(self):
        self._bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        act = self.subscription.event_ids.filtered(lambda event: event.kind == 'ended')
        self.subscription.withdraw(act.filtered(lambda event: not event.act_id).id)
        self._bill('2027-01-11')
        note.button_draft()
        self._assert_refused('cancel that first', note.button_cancel)

    def test_an_invoice_with_credited_days_is_not_cancelled_before_the_credit(self):
        invoice = self.subscription.bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        self._bill('2027-01-11')
        invoice.button_draft()
        self._assert_refused('cancel that first', invoice.button_cancel)

    def test_a_credit_note_by_hand_leaves_less_to_credit(self):
        invoice = self.subscription.bill('2027-01-01')
        note = self._credit_by_hand(invoice)
        note.invoice_line_ids.price_unit = 30
        note.action_post()
        self.subscription.end('2026-12-31', 'never began')
        # 150.00 less the 90.00 that were credited by hand
        self.assertEqual(self._bill('2027-01-01'), -60)

    def test_days_billed_externally_count_at_what_was_agreed_at_the_start(self):
        plan = self._create_plan('Yearly', interval_unit='year')
        subscription = self._come_in(
            {'quantity': 10, 'price_unit': 365, 'billed_until': '2027-06-30'}, plan
        )
        subscription.change('2027-03-01', [{'line_id': subscription.line_ids.id, 'quantity': 12}])
        # 2 × 365.00 for the 122 days from 1 March to 30 June
        self.assertEqual(self._bill('2027-03-01', subscription), 244)
        self.assertEqual(self._bill('2027-07-01', subscription), 2208)

    def test_a_waived_month_stays_free_when_seats_are_added_before(self):
        self._bill('2027-02-01')
        self.subscription.with_user(self.accountant).waive(
            [self.line.id], '2027-03-01', '2027-03-31', 'Launch delayed'
        )
        self._change('2027-02-15', quantity=4)
        # 14 of 28 days of February at 50.00 more
        self.assertEqual(self._bill('2027-02-15'), 25)
        self.assertEqual(self._bill('2027-03-31'), 0)
        self.assertEqual(self._bill('2027-04-01'), 200)

    def test_in_full_a_started_period_is_owed_once(self):
        self.plan = self._create_plan('In Full', proration='none')
        self._create_price(100.0, plan_id=self.plan.id)
        subscription = self._start(plan_id=self.plan.id, tier_id=self.bronze.id, options=[])
        line = subscription.line_ids
        self.assertEqual(self._bill('2027-01-01', subscription), 300)
        subscription.change('2027-01-15', [{'line_id': line.id, 'quantity': 5}])
        self.assertEqual(self._bill('2027-01-15', subscription), 200)
        subscription.change('2027-01-20', [{'line_id': line.id, 'quantity': 2}])
        self.assertEqual(self._bill('2027-01-31', subscription), 0)
        self.assertEqual(self._bill('2027-02-01', subscription), 200)

    def test_in_full_whole_periods_are_waived(self):
        self.plan = self._create_plan('In Full', proration='none')
        self._create_price(100.0, plan_id=self.plan.id)
        subscription = self._come_in(
            {'quantity': 3, 'price_unit': 100, 'date_start': '2027-01-10'},
            date_start='2027-01-10',
            date_anchor='2027-01-01',
        )
        line = subscription.line_ids
        self._assert_refused(
            'waive whole ones', lambda: subscription.waive(line.id, '2027-01-15', '2027-01-31', 'x')
        )
        # by the line's own first day, or by the period's
        for first in ('2027-01-10', '2027-01-01'):
            subscription.waive(line.id, first, '2027-01-31', 'Launch delayed')
        self.assertEqual(self._bill('2027-01-31', subscription), 0)
        self.assertEqual(self._bill('2027-02-01', subscription), 300)

    def test_an_untouched_draft_is_made_again_and_not_credited(self):
        self.plan.invoice_handling = 'draft'
        invoice = self.subscription.bill('2027-01-01')
        self._change('2027-01-01', quantity=5)
        self.assertFalse(invoice.exists())
        move = self.line.billing_entry_ids.move_id
        self.assertEqual((move.state, move.amount_untaxed), ('draft', 250))

    def test_a_price_with_its_tax_is_billed_to_the_cent(self):
        home, _abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = home
        self._change('2027-01-01', price_unit=121, quantity=1)
        self.assertEqual(self.subscription.bill('2027-01-01').amount_total, 121)
        self._change('2027-01-17', quantity=2)
        # 15 of 31 days: 58.55 with its tax
        self.assertEqual(self.subscription.bill('2027-01-17').amount_total, 58.55)

    def test_an_item_whose_only_tax_is_archived_is_not_billed(self):
        tax = self.env['account.tax'].create({'name': 'Old', 'amount': 10})
        self.workplace.taxes_id = tax
        tax.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self._assert_refused('is archived', lambda: self.subscription.bill('2027-01-01'))
