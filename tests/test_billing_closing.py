"""Closing report and forecast by the facts; amounts are worked out by hand."""

from odoo import Command, fields
from odoo.tests import Form, tagged

from .test_billing_facts import BillingFactsCommon


@tagged('post_install', '-at_install')
class TestClosingFacts(BillingFactsCommon):
    def _close(self, day, subscription=None):
        closing = (
            self.env['offer.closing']
            .with_user(self.accountant)
            .create({'date': day, 'company_ids': [Command.set(self.company.ids)]})
        )
        lines = self.env['offer.closing.line'].search(closing.action_show()['domain'])
        return lines.filtered_domain(
            [('subscription_id', '=', (subscription or self.subscription).id)]
        )

    def _sums(self, day, subscription=None):
        sums = dict.fromkeys(('deferred', 'accrued'), 0)
        for line in self._close(day, subscription):
            sums[line.kind] = round(sums[line.kind] + line.amount, 2)
        return sums['deferred'], sums['accrued']

    # === DEFERRED === #

    def test_charged_beyond_the_day_is_deferred(self):
        invoice = self.subscription.bill('2027-01-01')
        # 150.00 for 31 days, 21 of them after the 10th
        self.assertEqual(self._sums('2027-01-10'), (101.61, 0))
        line = self._close('2027-01-10')
        self.assertEqual(line.account_id, invoice.invoice_line_ids.account_id)
        self.assertEqual((str(line.date_from), str(line.date_to)), ('2027-01-11', '2027-01-31'))
        self.assertEqual(self._sums('2027-01-31'), (0, 0))
        # it was not in the books before
        self.assertEqual(self._sums('2026-12-31'), (0, 0))

    def test_what_will_come_back_is_deferred_until_it_has(self):
        self.subscription.bill('2027-01-01')
        self.subscription.end('2027-01-10', 'moved')
        self.assertEqual(self._sums('2027-01-20'), (101.61, 0))
        self.subscription.bill('2027-01-20')
        self.assertEqual(self._sums('2027-01-20'), (0, 0))
        # and as of a day before the credit note nothing has changed
        self.assertEqual(self._sums('2027-01-19'), (101.61, 0))

    def test_days_of_a_pause_that_were_charged_are_deferred(self):
        self.subscription.bill('2027-01-01')
        self.subscription.pause('2027-01-11', until='2027-01-20')
        # 150.00 * 10 / 31 for the pause: 96.77 - 48.39; and 53.23 for the days from the 21st on
        self.assertEqual(self._sums('2027-01-20'), (101.61, 0))
        self.assertEqual(self._sums('2027-01-31'), (48.38, 0))

    def test_of_a_line_that_people_edited_its_share_is_deferred(self):
        self.plan.invoice_handling = 'draft'
        invoice = self.subscription.bill('2027-01-01')
        with Form(invoice) as form, form.invoice_line_ids.edit(0) as line:
            line.quantity = 2
        invoice.action_post()
        # of 100.00
        self.assertEqual(self._sums('2027-01-10'), (67.74, 0))

    def test_what_was_credited_by_hand_is_not_deferred(self):
        invoice = self.subscription.bill('2027-01-01')
        note = self._credit_by_hand(invoice)
        note.invoice_line_ids.price_unit = 20
        note.invoice_date = '2027-01-05'
        note.action_post()
        # 90.00 are left: 21 of 31 days of it
        self.assertEqual(self._sums('2027-01-10'), (60.97, 0))
        self.assertEqual(self._sums('2027-01-04')[0], 130.65)

    # === ACCRUED === #

    def test_delivered_and_not_charged_is_accrued_at_what_was_agreed(self):
        self._change('2027-01-06', quantity=6)
        # five days of 150.00, five of 300.00: 24.19 and 96.77 - 48.39
        self.assertEqual(self._sums('2027-01-10'), (0, 72.57))
        self.subscription.bill('2027-01-06')
        self.assertEqual(self._sums('2027-01-31'), (0, 0))

    def test_what_nobody_owes_is_not_accrued(self):
        subscription = self._come_in(
            {'quantity': 3, 'price_unit': 50}, intro_periods=1, intro_percent=50
        )
        subscription.pause('2027-02-15')
        # half of 150.00 in January, half of February
        self.assertEqual(self._sums('2027-01-31', subscription), (0, 75))
        self.assertEqual(self._sums('2027-02-28', subscription), (0, 150))
        self.assertEqual(self._sums('2027-03-31', subscription), (0, 150))
        subscription.with_user(self.accountant).waive(
            subscription.line_ids.id, '2027-01-01', '2027-01-31', 'a gift'
        )
        self.assertEqual(self._sums('2027-02-28', subscription), (0, 75))

    def test_a_draft_is_not_in_the_books(self):
        self.plan.invoice_handling = 'draft'
        self.subscription.bill('2027-01-01')
        self.assertEqual(self._sums('2027-01-31'), (0, 150))

    def test_days_billed_externally_count_at_what_they_were(self):
        yearly = self._create_plan('Yearly', interval_unit='year')
        subscription = self._come_in(
            {'quantity': 10, 'price_unit': 365, 'billed_until': '2027-06-30'}, plan=yearly
        )
        line = subscription.line_ids
        self.assertEqual(self._sums('2027-06-30', subscription), (0, 0))
        subscription.change('2027-03-01', [{'line_id': line.id, 'quantity': 12}])
        # two more for 61 days, and for 122; then twelve for July
        self.assertEqual(self._sums('2027-04-30', subscription), (0, 122))
        self.assertEqual(self._sums('2027-06-30', subscription), (0, 244))
        self.assertEqual(self._sums('2027-07-31', subscription), (0, 244 + 372))
        # a pause in days that were billed externally comes back: 12 seats for ten days
        subscription.pause('2027-06-21', until='2027-07-10')
        self.assertEqual(self._sums('2027-06-25', subscription), (0, 2 * 112 - 10 * 5))

    def test_without_the_tax_that_a_price_includes(self):
        home, _abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = home
        subscription = self._come_in({'quantity': 1, 'price_unit': 121})
        self.assertEqual(self._sums('2027-01-31', subscription), (0, 100))
        # 39.03 of 121.00
        self.assertEqual(self._sums('2027-01-10', subscription), (0, 32.26))
        subscription.bill('2027-01-01')
        self.assertEqual(self._sums('2027-01-10', subscription), (67.74, 0))

    def test_in_the_currency_of_the_company(self):
        euro = self.setup_other_currency('EUR', rates=[('2020-01-01', 2.0)])
        subscription = self._come_in({'quantity': 3, 'price_unit': 50}, currency_id=euro.id)
        self.assertEqual(self._sums('2027-01-31', subscription), (0, 75))

    def test_another_item_has_its_own_account(self):
        account = self.company_data['default_account_revenue'].copy()
        printer = self._create_item('Printer', 900.0, False, type='consu')
        printer.property_account_income_id = account
        self._change('2027-02-01', product_id=printer.id, price_unit=10)
        accounts = {str(it.date_from): it.account_id for it in self._close('2027-02-28')}
        self.assertEqual(accounts['2027-02-01'], account)
        self.assertNotEqual(accounts['2027-01-01'], account)

    # === STARTED PERIODS IN FULL === #

    def _in_full(self, **values):
        plan = self._create_plan('In Full', proration='none', **values)
        subscription = self._come_in({'quantity': 5, 'price_unit': 100}, plan=plan)
        change = [{'line_id': subscription.line_ids.id, 'quantity': 7}]
        subscription.change('2027-01-15', change)
        return subscription

    def test_in_full_is_earned_day_by_day_whenever_it_is_charged(self):
        later, ahead = self._in_full(billing_mode='arrears'), self._in_full()
        self.assertEqual(self._sums('2027-01-31', later), (0, 700))
        self.assertEqual(self._sums('2027-01-31', ahead), (0, 700))
        ahead.bill('2027-01-15')
        self.assertEqual(self._sums('2027-01-31', ahead), (0, 0))
        # 20 of 31 days of 700.00, and the other 11
        self.assertEqual(self._sums('2027-01-20', later), (0, 451.61))
        self.assertEqual(self._sums('2027-01-20', ahead), (248.39, 0))

    def test_in_full_is_earned_as_a_whole_once_it_has_ended(self):
        later, ahead = self._in_full(billing_mode='arrears'), self._in_full()
        ahead.bill('2027-01-15')
        for subscription in (later, ahead):
            subscription.end('2027-01-18', 'moved')
        self.assertEqual(self._sums('2027-01-20', later), (0, 700))
        self.assertEqual(self._sums('2027-01-20', ahead), (0, 0))

    def test_in_full_a_later_period_that_was_charged_is_deferred(self):
        subscription = self._in_full(advance_days=40)
        subscription.bill('2027-01-15')
        self.assertEqual(self._sums('2027-01-20', subscription), (248.39 + 700, 0))
        subscription.end('2027-01-18', 'moved')
        self.assertEqual(self._sums('2027-01-20', subscription), (700, 0))


@tagged('post_install', '-at_install')
class TestForecastFacts(BillingFactsCommon):
    def _forecast(self, subscription, months=3):
        forecast = self.env['offer.forecast'].with_user(self.accountant).create({'months': months})
        forecast.action_show()
        return forecast.line_ids.filtered(lambda line: line.subscription_id == subscription)

    def setUp(self):
        super().setUp()
        today = self.env['offer.subscription']._get_company_today(self.company)
        self.first = fields.Date.add(today.replace(day=1), months=1)
        self.second = fields.Date.add(self.first, months=1)

    def _begin(self, **line):
        subscription = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'line_ids': [Command.create({'product_id': self.workplace.id, **line})],
            }
        )
        subscription.activate(self.first)
        return subscription

    def test_it_is_what_will_be_billed_by_item(self):
        subscription = self._begin(quantity=3, price_unit=50)
        line = subscription.line_ids
        said = {'line_id': line.id, 'product_id': self.backup.id, 'price_unit': 10}
        subscription.change(self.second, [said])
        lines = self._forecast(subscription).sorted('date')
        self.assertEqual(
            [(row.date, row.product_id, row.amount) for row in lines],
            [(self.first, self.workplace, 150), (self.second, self.backup, 30)],
        )
        subscription.pause(self.second)
        self.assertEqual(self._forecast(subscription).mapped('amount'), [150])

    def test_it_is_untaxed(self):
        home, _abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = home
        subscription = self._begin(quantity=1, price_unit=121)
        self.assertEqual(self._forecast(subscription).mapped('amount_company'), [100, 100])
        self.assertEqual(subscription.line_ids.price_subtotal, 100)
        self.assertEqual(subscription.amount_period, 100)
        self.assertEqual(subscription._get_mrr(self.first), 100)
        (_day, amount) = subscription._get_portal_forecast()
        self.assertEqual(amount, 100)
