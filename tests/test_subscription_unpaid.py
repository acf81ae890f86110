"""Invoices that stay unpaid: who owes is pursued, once an invoice, and nobody else."""

from odoo import fields
from odoo.tests import tagged

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestUnpaid(OfferLifeCommon):
    def _overdue(self, policy):
        self.plan.write({'unpaid_policy': policy, 'unpaid_days': 14})
        subscription = self._live()
        invoice = subscription.bill('2027-01-01')
        self._run_scheduler('2027-01-15', live=True)
        self.assertFalse(subscription.event_ids.filtered(lambda event: event.kind == 'unpaid'))
        # the 15th day after the due day, and every day from then on
        for day in ('2027-01-16', '2027-01-17'):
            self._run_scheduler(day, live=True)
        event = subscription.event_ids.filtered(lambda event: event.kind == 'unpaid')
        self.assertEqual(event.move_id, invoice)
        return subscription

    def test_an_unpaid_invoice_is_reminded_of_once(self):
        subscription = self._overdue('remind')
        letter = subscription.message_ids.filtered(lambda m: 'unpaid' in (m.subject or ''))
        self.assertEqual(len(letter), 1)
        self.assertIn('80.00', letter.body)
        self.assertEqual(subscription.state, 'active')

    def test_an_unpaid_invoice_pauses(self):
        pauses = self._overdue('pause').pause_ids
        self.assertEqual([str(pause.date_from) for pause in pauses], ['2027-01-16'])

    def test_an_unpaid_invoice_ends(self):
        self.assertEqual(str(self._overdue('end').date_end), '2027-01-16')

    # === WHO OWES NOTHING === #

    def _suspend(self):
        """:return: a subscription of 80.00 a month that is suspended if it is not paid, and the
        posted invoice of January
        """
        self.plan.write({'unpaid_policy': 'suspend', 'unpaid_days': 14})
        subscription = self._live()
        return subscription, subscription.bill('2027-01-01')

    def _pay(self, amount, day, match=None, **values):
        payment = self.env['account.payment'].create(
            {
                'partner_id': self.customer.id,
                'payment_type': 'inbound',
                'partner_type': 'customer',
                'amount': amount,
                'date': day,
                'journal_id': self.company_data['default_journal_bank'].id,
                **values,
            }
        )
        payment.action_post()
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable'
        )
        if match:
            (lines + match.line_ids.filtered(
                lambda line: line.account_id.account_type == 'asset_receivable'
            )).reconcile()  # fmt: skip

    def _is_pursued(self, subscription, day='2027-02-20'):
        self._run_scheduler(day, live=True)
        events = subscription.event_ids.filtered(lambda event: event.kind == 'unpaid')
        return bool(events or subscription.pause_ids)

    def test_what_was_credited_is_not_pursued(self):
        subscription, invoice = self._suspend()
        subscription.waive(subscription.line_ids.id, '2027-01-01', '2027-01-31', 'An outage')
        note = subscription.bill('2027-01-20')
        self.assertEqual((note.move_type, note.state), ('out_refund', 'posted'))
        self.assertEqual(invoice.payment_state, 'reversed')
        self.assertFalse(self._is_pursued(subscription))

    def test_a_credit_note_that_waits_for_review_counts(self):
        subscription, invoice = self._suspend()
        self.customer.offer_invoice_handling = 'draft'
        subscription.waive(subscription.line_ids.id, '2027-01-01', '2027-01-31', 'An outage')
        note = subscription.bill('2027-01-20')
        self.assertEqual((note.state, invoice.payment_state), ('draft', 'not_paid'))
        self.assertFalse(self._is_pursued(subscription))

    def test_a_part_that_was_credited_leaves_the_rest(self):
        subscription, _invoice = self._suspend()
        subscription.waive(subscription.line_ids.id, '2027-01-01', '2027-01-10', 'An outage')
        subscription.bill('2027-01-20')
        self.assertTrue(self._is_pursued(subscription))

    def test_a_payment_that_is_not_matched_yet_counts(self):
        subscription, invoice = self._suspend()
        self._pay(80.0, '2027-01-05')
        self.assertEqual(invoice.payment_state, 'not_paid')
        self.assertFalse(self._is_pursued(subscription))

    def test_a_payment_of_less_does_not(self):
        subscription, _invoice = self._suspend()
        self._pay(79.0, '2027-01-05')
        self.assertTrue(self._is_pursued(subscription))

    def test_a_payment_counts_for_what_is_oldest(self):
        subscription, january = self._suspend()
        self._pay(80.0, '2027-01-05')
        february = subscription.bill('2027-02-01')
        # paid, though nobody matched it; what comes later is not late yet
        self.assertEqual((january.payment_state, bool(february)), ('not_paid', True))
        self.assertFalse(self._is_pursued(subscription, '2027-02-15'))
        self.assertTrue(self._is_pursued(subscription, '2027-02-16'))
        events = subscription.event_ids.filtered(lambda event: event.kind == 'unpaid')
        self.assertEqual(events.move_id, february)

    def test_a_branch_that_pays_for_itself_is_another_payer(self):
        subscription, first = self._suspend()
        self.customer.is_company = True
        branch = self.customer.create(
            {'name': 'South', 'parent_id': self.customer.id, 'is_company': True}
        )
        self.init_invoice(
            'out_refund', partner=branch, amounts=[500.0], post=True, invoice_date='2027-01-01'
        )
        self.assertTrue(self._is_pursued(subscription))
        # nor does what it owes count
        other = self._live()
        invoice = other.bill('2027-01-01')
        debt = {'partner': branch, 'amounts': [900.0], 'invoice_date': '2027-01-01'}
        self.init_invoice('out_invoice', post=True, **debt)
        self._pay(sum((first + invoice).mapped('amount_residual')), '2027-01-05')
        self.assertFalse(self._is_pursued(other))

    def test_a_payment_in_the_currency_of_the_invoice_counts_as_it_stands_there(self):
        euro = self._get_other_currency({'2027-01-01': 2.0, '2027-01-05': 4.0})
        subscription, invoice = self._suspend()
        foreign = invoice.copy({'currency_id': euro.id, 'invoice_date': '2027-01-01'})
        foreign.action_post()
        self.assertEqual(foreign.currency_id, euro)
        total = invoice.amount_residual
        self._pay(total, '2027-01-05', invoice)
        self._pay(foreign.amount_residual, '2027-01-05', currency_id=euro.id)
        self.assertNotEqual(foreign.payment_state, 'paid')
        # half of it by its worth in dollars
        self.assertFalse(foreign._owes_offer_anything())
        self.assertFalse(self._is_pursued(subscription))

    def _get_other_currency(self, rates):
        """:param dict rates: by day how many of it a dollar is worth"""
        currency = self.env['res.currency'].create({'name': 'GLD', 'symbol': 'G'})
        for day, rate in rates.items():
            self.env['res.currency.rate'].create(
                {
                    'name': day,
                    'rate': rate,
                    'currency_id': currency.id,
                    'company_id': self.company.id,
                }
            )
        return currency

    def test_what_was_paid_into_the_books_of_the_whole_company_counts(self):
        _subscription, invoice = self._suspend()
        invoice.button_draft()
        invoice.button_cancel()
        branch = self.company.create({'name': 'Branch', 'parent_id': self.company.id})
        self.env.user.company_ids |= branch
        receivable = self.company_data['default_account_receivable']
        self.customer.with_company(branch).property_account_receivable_id = receivable
        late = self._invoice_in(branch, 'out_invoice', 80.0)
        self.assertEqual(late.company_id, branch)
        self.assertTrue(late._owes_offer_anything())
        self._pay(80.0, '2027-01-05')
        self.assertFalse(late._owes_offer_anything())
        # what the whole company is owed besides is no debt to the branch
        debt = {'partner': self.customer, 'amounts': [900.0], 'invoice_date': '2027-01-01'}
        self.init_invoice('out_invoice', post=True, **debt)
        self.assertTrue(late._owes_offer_anything())
        self._invoice_in(branch, 'out_refund', 80.0)
        self.assertFalse(late._owes_offer_anything())

    def _invoice_in(self, company, kind, amount):
        """:return: a posted invoice or credit note of a branch"""
        line = {'name': 'Work', 'quantity': 1, 'price_unit': amount, 'tax_ids': False}
        move = self.env['account.move'].with_company(company).create(
            {
                'move_type': kind,
                'company_id': company.id,
                'journal_id': self.company_data['default_journal_sale'].id,
                'partner_id': self.customer.id,
                'invoice_date': '2027-01-01',
                'invoice_date_due': '2027-01-01',
                'invoice_line_ids': [
                    (0, 0, {**line, 'account_id': self.company_data['default_account_revenue'].id})
                ],
            }
        )  # fmt: skip
        move.action_post()
        # the policy looks whatever companies a user has chosen
        return move.sudo()

    def test_it_works_again_after_a_pause_and_its_end(self):
        for policy in ('suspend', 'pause'):
            subscription, january = self._suspend()
            self.plan.unpaid_policy = policy
            self.assertTrue(self._is_pursued(subscription, '2027-01-16'))
            self.assertEqual(len(subscription.pause_ids), 1)
            self._pay(80.0, '2027-01-18', january)
            subscription.resume('2027-01-18')
            subscription.bill('2027-01-18')
            february = subscription.bill('2027-02-01')
            self.assertTrue(february)
            # what was paid is pursued no more
            self._run_scheduler('2027-02-10', live=True)
            self.assertEqual(len(subscription.pause_ids), 1)
            self._run_scheduler('2027-02-16', live=True)
            self.assertEqual(len(subscription.pause_ids), 2, policy)
            unpaid = subscription.event_ids.filtered(lambda event: event.kind == 'unpaid')
            self.assertEqual(unpaid.move_id, january + february)
            self._pay(sum(february.mapped('amount_residual')), '2027-02-17', february)

    def test_one_that_fails_is_told_once_a_day(self):
        subscription, _invoice = self._suspend()
        template = self.env.ref('sale_offer.mail_template_unpaid').sudo()
        template.subject = '{{ 1 / (0 if object.client_order_ref else 1) }}'
        subscription.client_order_ref = 'PO 17'
        for _hour in range(3):
            self._run_scheduler('2027-02-20', live=True)
        told = subscription.message_ids.filtered(lambda m: 'failed' in (m.body or ''))
        self.assertEqual(len(told), 1)
        self.assertEqual(subscription.date_calendar_failed, fields.Date.to_date('2027-02-20'))
        self._run_scheduler('2027-02-21', live=True)
        told = subscription.message_ids.filtered(lambda m: 'failed' in (m.body or ''))
        self.assertEqual(len(told), 2)
