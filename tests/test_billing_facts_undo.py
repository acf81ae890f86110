"""What accountants do to documents, where days are settled by what was agreed."""

from datetime import date

from odoo import Command
from odoo.tests import Form, tagged

from .test_billing_facts import BillingFactsCommon


@tagged('post_install', '-at_install')
class TestBillingFactsUndo(BillingFactsCommon):
    def _cancel(self, move):
        move.button_draft()
        move.button_cancel()

    def _delete(self, move):
        move = move.with_user(self.accountant)
        move.button_draft()
        move.unlink()

    def _get_hints(self):
        return str(self.line.settled_to), str(self.subscription.date_next_due)

    # === INVOICES === #

    def test_a_deleted_invoice_is_due_again(self):
        invoice = self.subscription.bill('2027-01-01')
        self.assertEqual(self._get_hints(), ('2027-02-01', '2027-02-01'))
        self._delete(invoice)
        self.assertFalse(self.line.billing_entry_ids)
        self.assertEqual(self._get_hints(), ('2027-01-01', '2027-01-01'))
        self.assertEqual(self._bill('2027-01-01'), 150)

    def test_an_old_invoice_that_is_deleted_is_due_again_after_later_ones(self):
        self.plan.invoice_handling = 'draft'
        invoice = self.subscription.bill('2027-01-01')
        self.subscription.bill('2027-03-01')
        invoice.with_user(self.accountant).unlink()
        self.assertEqual(self._get_hints(), ('2027-01-01', '2027-01-01'))
        self.assertEqual(self._bill('2027-03-01'), 150)

    def test_a_cancelled_invoice_is_due_again_and_settles_when_it_is_put_back(self):
        invoice = self.subscription.bill('2027-01-01')
        self._cancel(invoice)
        self.assertEqual(self._get_hints(), ('2027-01-01', '2027-01-01'))
        invoice.button_draft()
        self.assertEqual(self._get_hints(), ('2027-02-01', '2027-02-01'))
        invoice.action_post()
        self.assertEqual(self._bill('2027-01-01'), 0)

    def test_a_deleted_line_is_due_again(self):
        other = self._start(options=[])
        both = self.subscription + other
        invoice = both.bill('2027-01-01')
        invoice.button_draft()
        own = invoice.invoice_line_ids.filtered(
            lambda line: line.offer_billing_entry_ids.subscription_line_id == self.line
        )
        invoice.with_user(self.accountant).invoice_line_ids = [Command.delete(own.id)]
        self.assertFalse(other.preview('2027-01-01'))
        self.assertEqual(self._bill('2027-01-01'), 150)

    def test_an_invoice_with_credited_days_is_not_deleted_before_the_credit(self):
        invoice = self.subscription.bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        invoice.button_draft()
        self._assert_refused('cancel that first', invoice.unlink)
        self._delete(note)
        invoice.unlink()
        # 10 of 31 days
        self.assertEqual(self._bill('2027-01-11'), 48.39)

    def test_what_was_billed_again_stays_cancelled_and_nothing_is_changed(self):
        invoice = self.subscription.bill('2027-01-01')
        self._cancel(invoice)
        self._bill('2027-01-01')
        self._assert_refused('billed again', invoice.button_draft)
        self.assertEqual(invoice.state, 'cancel')
        self.assertTrue(invoice._get_offer_entries().is_void)

    def test_a_credit_of_nothing_is_in_nobodys_way(self):
        self.plan.invoice_handling = 'draft'
        subscription = self._start(options=[])
        invoice = subscription.bill('2027-01-01')
        with Form(invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 0
        invoice.action_post()
        subscription.end('2027-01-10', 'over')
        self.assertEqual(self._bill('2027-01-11', subscription), 0)
        self._cancel(invoice)
        # 10 of 31 days
        self.assertEqual(sum(row['amount'] for row in subscription.preview('2027-01-11')), 48.39)
        invoice.button_draft()
        self.assertFalse(subscription.preview('2027-01-11'))
        invoice.unlink()
        self.assertEqual(self._bill('2027-01-11', subscription), 48.39)

    def test_undoing_writes_the_subscription_also_where_no_hint_changes(self):
        """Else a run that read the entry before would move on and never look again."""
        invoice = self.subscription.bill('2027-01-01')
        self.line.sudo()._write_shown({'settled_to': '2027-01-01', 'date_next_due': '2027-01-01'})
        self.subscription.sudo()._write_shown({'date_next_due': '2027-01-01'})
        self.subscription.sudo().date_last_act = '2027-01-01 12:00:00'
        self._cancel(invoice)
        self.assertNotEqual(str(self.subscription.date_last_act), '2027-01-01 12:00:00')

    # === CREDITS === #

    def test_a_deleted_credit_note_makes_its_days_settled_again(self):
        self._bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        self.assertEqual(self._get_settled(), [(1, 10, False), (11, 31, True)])
        self._delete(note)
        self.assertEqual(self._get_settled(), [(1, 10, False), (11, 31, False)])
        self.assertEqual(self._bill('2027-01-11'), -101.61)

    def test_a_cancelled_credit_note_takes_back_again_when_it_is_put_back(self):
        self._bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        self._cancel(note)
        self.assertEqual(len(self.subscription.preview('2027-01-11')), 1)
        note.button_draft()
        note.action_post()
        self.assertEqual(self._get_settled(), [(1, 10, False), (11, 31, True)])
        self.assertEqual(self._bill('2027-01-11'), 0)

    def test_a_cancelled_credit_note_stays_so_once_its_days_were_credited_again(self):
        self._bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        self._cancel(note)
        self._bill('2027-01-11')
        self._assert_refused('stays cancelled', note.button_draft)
        self.assertEqual(note.state, 'cancel')
        self.assertTrue(note._get_offer_entries().is_void)

    def test_a_cancelled_credit_note_stays_so_once_its_days_were_split(self):
        self._bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        self._cancel(note)
        act = self.subscription.event_ids.filtered(
            lambda event: event.kind == 'ended' and not event.act_id
        )
        self.subscription.withdraw(act.id)
        self.subscription.end('2027-01-20', 'a little later')
        # 11 of 31 days: 150.00 less 96.77
        self.assertEqual(self._bill('2027-01-21'), -53.23)
        self._assert_refused('stays cancelled', note.button_draft)
        self.assertEqual(note.state, 'cancel')

    def test_a_credit_note_is_not_reversed_for_good_once_its_days_were_billed_again(self):
        self._bill('2027-01-01')
        self.subscription.end('2027-01-10', 'over')
        note = self.subscription.bill('2027-01-11')
        act = self.subscription.event_ids.filtered(
            lambda event: event.kind == 'ended' and not event.act_id
        )
        self.subscription.withdraw(act.id)
        self._bill('2027-01-11')
        wizard = self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=note.ids
        )
        wizard = wizard.create({'journal_id': note.journal_id.id, 'offer_bill_again': True})
        self._assert_refused('cancel that first', wizard.refund_moves)

    def test_lines_of_a_change_are_deleted_one_by_one(self):
        self._bill('2027-01-01')
        self._change('2027-01-17', quantity=5)
        move = self.subscription.bill('2027-01-17')
        move.button_draft()
        credit, charge = move.invoice_line_ids.sorted('price_subtotal')
        self._assert_refused(
            'cancel that first', lambda: move.write({'invoice_line_ids': [(2, credit.id)]})
        )
        move.invoice_line_ids = [Command.delete(charge.id)]
        self.assertEqual(
            [row['amount'] for row in self.subscription.preview('2027-01-17')], [120.97]
        )
        move.invoice_line_ids = [Command.delete(credit.id)]
        self.assertEqual(self._bill('2027-01-17'), 48.39)

    # === HINTS === #

    def test_a_hint_is_pulled_back_and_never_forward(self):
        self._bill('2027-02-01')
        waiver = self.env['offer.subscription.waiver'].sudo().create(
            {
                'subscription_line_id': self.line.id,
                'event_id': self.subscription.event_ids[:1].id,
                'date_from': '2027-01-11',
                'date_to': '2027-01-20',
                'reason': 'A test writes a fact past the acts',
            }
        )  # fmt: skip
        self.assertFalse(self.subscription.preview('2027-02-01'), 'no act said so')
        lines_sudo = self.line.sudo()
        lines_sudo._pull_settled_to({lines_sudo: date(2027, 2, 15)})
        self.assertEqual(self._get_hints(), ('2027-03-01', '2027-03-01'))
        lines_sudo._pull_settled_to({lines_sudo: date(2027, 1, 11)})
        self.assertEqual(self._get_hints(), ('2027-01-11', '2027-01-11'))
        # 10 of 31 days: 96.77 for 20 less 48.39 for 10
        self.assertEqual(self._bill('2027-02-01'), -48.38)
        waiver.unlink()

    def test_what_ended_and_is_settled_is_not_looked_at_again(self):
        self.subscription.end('2027-01-31', 'over')
        self._bill('2027-02-01')
        self.assertFalse(self.line.settled_to or self.line.date_next_due)
        self.assertFalse(self.subscription.date_next_due)
        # behind the engine's back
        self.env.cr.execute(
            'DELETE FROM offer_billing_entry WHERE subscription_line_id = %s', [self.line.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self.subscription.preview('2027-02-01'))
        audited = self.subscription._find_ledger_rows(date(2027, 2, 1), audits=True)
        self.assertEqual([row.amount for row in audited], [150])

    def test_an_earlier_day_bills_nothing(self):
        self._bill('2027-03-01')
        self.assertFalse(self.subscription.bill('2027-01-15'))

    def test_the_database_refuses_live_days_that_overlap(self):
        from psycopg2.errors import CheckViolation, ExclusionViolation

        self._bill('2027-01-01')
        self.subscription.pause('2027-01-10', until='2027-01-19')
        self._bill('2027-01-10')
        values = {
            'subscription_line_id': self.line.id,
            'kind': 'charge',
            'date_from': '2027-01-12',
            'date_to': '2027-01-15',
        }
        entries_sudo = self.env['offer.billing.entry'].sudo()
        with self.assertRaises(ExclusionViolation), self.env.cr.savepoint():
            entries_sudo.create({**values, 'date_to': '2027-01-20'})
        self.assertTrue(entries_sudo.create(values), 'they were taken back')
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            entries_sudo.create({**values, 'kind': 'one_time', 'is_taken_back': True})
