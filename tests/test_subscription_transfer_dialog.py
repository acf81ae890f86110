"""The dialog of a transfer: it shows what it comes to, and does what a call does."""

from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .test_subscription_transfer import DAY, TransferCommon


@tagged('post_install', '-at_install')
class TestTransferDialog(TransferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_currency = cls.setup_other_currency('EUR', rates=[('2020-01-01', 2.0)])
        group = cls.env.ref('base.group_multi_currency')
        cls.accountant.group_ids |= group

    def setUp(self):
        super().setUp()
        self.subscription = self._begin()
        self.line, self.backup_line = self.subscription.line_ids.sorted('sequence')

    def _open(self, subscription=None):
        action = (subscription or self.subscription).action_transfer()
        dialogs = self.env[action['res_model']].with_user(self.accountant)
        form = Form(dialogs.with_context(**action['context']))
        form.date = DAY
        return form

    def _get_new(self, action):
        return self.env[action['res_model']].browse(action['res_id'])

    @freeze_time('2027-03-12')
    def test_it_shows_what_it_comes_to_for_both(self):
        self.subscription.bill('2027-03-01')
        form = self._open()
        self.assertIn('Say which other', form.problem)
        form.partner_id = self.buyer
        self.assertFalse(form.problem)
        shown = form.amounts.replace('\xa0', ' ')
        old, new = shown.split('Bakery Bach')
        for text in (self.customer.name, '−$ 81.29', '−$ 3.39', '−$ 84.68', 'on the next invoice'):
            self.assertIn(text, old)
        for text in ('+$ 81.29', '+$ 3.39', '+$ 84.68', 'Apr 1, 2027', '+$ 125.00'):
            self.assertIn(text, new)
        self.assertIn('unpaid', form.hints)
        new = self._get_new(form.save().action_apply())
        self._bills(self.subscription, ('2027-03-12', -84.68))
        self._bills(new, ('2027-03-12', 84.68), ('2027-04-01', 125.0))

    def test_it_does_what_a_call_does(self):
        other = self._begin()
        form = self._open()
        form.currency_id = self.other_currency
        with form.line_ids.edit(0) as line:
            self.assertEqual((line.price_before, line.price_unit), (40.0, 80.0))
            line.price_unit = 75.0
        by_dialog = self._get_new(form.save().action_apply())
        wish = {'currency_id': self.other_currency.id}
        prices = other.propose_transfer_prices(DAY, wish)
        prices[0]['price_unit'] = 75.0
        by_call = self._transfer(other, **wish, lines=prices)
        for day in (DAY, date(2027, 7, 1)):
            self.assertEqual(self._lines_on(by_dialog, day), self._lines_on(by_call, day))
        self.assertEqual(self._lines_on(by_call, DAY)[0][1:], (3, 75.0))
        names = ('partner_id', 'currency_id', 'date_anchor', 'date_term_end', 'payment_term_id')
        self.assertEqual(by_dialog.read(names)[0].items() - {('id', by_dialog.id)},
                         by_call.read(names)[0].items() - {('id', by_call.id)})  # fmt: skip

    def test_it_says_what_is_in_the_way_and_what_to_know(self):
        plan = self._create_plan('In full', proration='none', minimum_term_count=0)
        self._create_price(40.0, plan_id=plan.id)
        subscription = self._begin(plan_id=plan.id, options=[])
        order = subscription._create_change_order(date(2027, 5, 1))
        form = self._open(subscription)
        form.partner_id = self.buyer
        self.assertIn('next one, from 04/01/2027', form.hints)
        self.assertIn(order.name, form.hints)
        form.date = '2026-01-01'
        self.assertIn('starts on', form.problem)
        self.assertFalse(form.amounts)

    def test_a_customer_before_keeps_the_invoice_address(self):
        payer = self.env['res.partner'].create(
            {'name': 'Books', 'type': 'invoice', 'parent_id': self.customer.id}
        )
        self.subscription.partner_invoice_id = payer
        form = self._open()
        self.assertEqual(form.partner_invoice_id, payer)
        form.partner_id = self.buyer
        self.assertEqual(form.partner_invoice_id, self.buyer)
        form.partner_id = self.customer
        self.assertEqual(form.partner_invoice_id, payer)

    def test_whoever_may_not_transfer_reads_nothing(self):
        dialog = self.env['offer.transfer'].create({'subscription_id': self.subscription.id})
        for user in (self.salesperson, self._new_user('nobody', 'base.group_user')):
            with self.assertRaises(AccessError):
                self.env['offer.transfer'].with_user(user).create(
                    {'subscription_id': self.subscription.id}
                )
        company = self._create_company(name='Elsewhere')
        stranger = self._new_user('stranger', 'account.group_account_invoice')
        stranger.write({'company_ids': company.ids, 'company_id': company.id})
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            dialog.with_user(stranger).read(['amounts'])
