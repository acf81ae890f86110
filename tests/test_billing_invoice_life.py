from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestInvoiceLife(OfferCommon):
    """What accountants do to an invoice ends in Odoo's usual result or in a sentence."""

    def setUp(self):
        super().setUp()
        self.subscription = self._subscribe(options=[])
        self.invoice = self.subscription.bill('2027-01-01')

    def test_a_deleted_draft_is_due_again(self):
        self.invoice.with_user(self.accountant).button_draft()
        self.invoice.with_user(self.accountant).unlink()
        self.assertFalse(self.subscription.line_ids.billing_entry_ids)
        self.assertEqual(str(self.subscription.date_next_due), '2027-01-01')
        self.assertEqual(self.subscription.bill('2027-01-01').amount_untaxed, 150.0)

    def test_a_deleted_line_is_due_again(self):
        self.invoice.button_draft()
        self.invoice.with_user(self.accountant).invoice_line_ids = [Command.clear()]
        self.assertEqual(len(self.subscription.preview('2027-01-01')), 1)

    def test_a_cancelled_invoice_is_due_again_and_stays_cancelled_once_billed(self):
        self.invoice.with_user(self.accountant).button_draft()
        self.invoice.with_user(self.accountant).button_cancel()
        self.assertEqual(len(self.subscription.preview('2027-01-01')), 1)
        self.invoice.button_draft()
        self.assertFalse(self.subscription.preview('2027-01-01'))
        self.invoice.button_cancel()
        again = self.subscription.bill('2027-01-01')
        self.assertEqual(again.amount_untaxed, 150.0)
        with self.assertRaisesRegex(UserError, 'have been billed again'):
            self.invoice.button_draft()
        self.assertEqual(self.invoice.state, 'cancel')

    def test_a_duplicate_and_a_credit_note_by_hand_settle_nothing(self):
        copy = self.invoice.copy()
        self.assertFalse(copy.invoice_line_ids.offer_billing_entry_ids)
        refund = self.invoice._reverse_moves(cancel=True)
        self.assertFalse(refund.invoice_line_ids.offer_billing_entry_ids)
        self.assertFalse(self.subscription.preview('2027-01-31'))

    def test_an_invoice_with_a_credit_elsewhere_is_not_cancelled(self):
        self.subscription.end('2027-01-10', 'moved')
        refund = self.subscription.bill('2027-01-11')
        with self.assertRaisesRegex(UserError, 'cancel that first'):
            self.invoice.button_cancel()
        self.assertEqual(self.invoice.state, 'posted')
        # deleting it would take the credit's memory along and leave its money
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, 'cancel that first'):
            self.invoice.unlink()
        self.invoice.action_post()
        refund.button_draft()
        refund.unlink()
        # the credit is gone, so the days are charged in full and due to come back
        rows = self.subscription.preview('2027-01-11')
        self.assertEqual(
            [(row['kind'], row['date_from']) for row in rows], [('credit', '2027-01-11')]
        )

    def test_the_database_refuses_days_that_overlap(self):
        from psycopg2.errors import ExclusionViolation

        entry = self.subscription.line_ids.billing_entry_ids
        values = {
            'subscription_line_id': entry.subscription_line_id.id,
            'kind': 'charge',
            'date_from': '2027-01-15',
            'date_to': '2027-02-14',
        }
        with self.assertRaises(ExclusionViolation), self.env.cr.savepoint():
            entry.sudo().create(values)
        # days that were credited are free again
        self.subscription.end('2027-01-14', 'moved')
        self.subscription.bill('2027-01-15')
        self.assertTrue(entry.sudo().create(values))
