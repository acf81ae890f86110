from odoo import Command, fields
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestBillingRun(OfferCommon):
    """Accountants see what would be billed, bill it, and see what is left."""

    def _run(self, day='2027-01-01'):
        return self.env['offer.billing.run'].with_user(self.accountant).create({'date': day})

    def _schedule(self):
        """Run the scheduler as it is, by what the runs ask for."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref('sale_offer.ir_cron_bill').method_direct_trigger()
        self.env.invalidate_all()

    def test_a_preview_says_what_for_whom_how_much_and_why(self):
        self._subscribe({'client_order_ref': 'PO 17'})
        self.customer.offer_invoice_handling = 'draft'
        runs = self.env['offer.billing.run'].with_user(self.accountant)
        preview = runs.get_preview('2027-01-01', self.company.id)
        self.assertEqual(preview['count'], 1)
        self.assertEqual(preview['totals'], ['$\xa0155.00'])
        invoice = preview['invoices'][0]
        self.assertEqual(invoice['payer'], 'Bakery Berg')
        self.assertEqual(invoice['reference'], 'PO 17')
        self.assertEqual(invoice['due'], '01/01/2027')
        self.assertEqual(invoice['handling'], 'Left as drafts for review')
        line = invoice['lines'][0]
        self.assertEqual((line['quantity'], line['amount']), (3.0, '$\xa0150.00'))
        self.assertEqual(line['days'], '01/01/2027 – 01/31/2027')
        self.assertFalse(self.env['offer.billing.entry'].search([]))

    def test_a_run_bills_until_its_day_and_says_so(self):
        journal = self.company_data['default_journal_sale'].copy({'code': 'OLD'})
        sound = self._subscribe()
        broken = self._subscribe({'partner_id': self.partner_b.id, 'journal_id': journal.id})
        journal.active = False
        run = self._run()
        self.assertEqual((run.state, run.count_due, run.progress), ('draft', 2, 0))
        run.action_start()
        self.assertEqual((run.state, run.user_id), ('running', self.accountant))
        self._assert_refused('under way', run.unlink)
        self._schedule()
        self.assertEqual((run.state, run.progress, run.count_total), ('done', 100, 2))
        self.assertEqual(sound._get_invoices().amount_untaxed, 155.0)
        self.assertEqual(str(sound._get_invoices().invoice_date), '2027-01-01')
        self.assertEqual((run.count_invoices, run.count_parked), (1, 1))
        invoices = self.env['account.move'].search(run.action_view_invoices()['domain'])
        self.assertEqual(invoices, sound._get_invoices())
        parked = self.env['offer.subscription'].search(run.action_view_parked()['domain'])
        self.assertEqual(parked, broken)
        journal.active = True
        run.action_retry_parked()
        self.assertFalse(broken.parked_reason)

    def test_what_can_not_be_started(self):
        run = self._run('2026-01-01')
        self._assert_refused('Nothing is due', run.action_start)
        self._subscribe()
        run = self._run()
        run.action_start()
        self._assert_refused('started already', run.action_start)

    def test_a_forecast_of_what_the_months_bring(self):
        today = self.env['offer.subscription']._get_company_today(self.company)
        first = fields.Date.add(today.replace(day=1), months=1)
        subscription = self._subscribe(date_start=fields.Date.to_string(first), options=[])
        forecast = self.env['offer.forecast'].with_user(self.accountant).create({'months': 3})
        action = forecast.action_show()
        lines = self.env['offer.forecast.line'].search(action['domain'])
        self.assertEqual(lines.mapped('amount'), [150.0, 150.0])
        self.assertEqual(lines.mapped('date'), [first, fields.Date.add(first, months=1)])
        self.assertEqual(lines.subscription_id, subscription)
        self.assertEqual(lines.partner_id, self.customer)
        self.assertFalse(subscription.line_ids.billing_entry_ids)
        euro = self.setup_other_currency('EUR', rates=[('2020-01-01', 2.0)])
        line = {'quantity': 3, 'price_unit': 50.0}
        foreign = self._come_in(line, currency_id=euro.id, date_start=first)
        forecast.action_show()
        lines = forecast.line_ids.filtered(lambda line: line.subscription_id == foreign)
        self.assertEqual(lines.mapped('amount_company'), [75.0, 75.0])
        forecast.months = 61
        self._assert_refused('1 to 60 months', forecast.action_show)


@tagged('post_install', '-at_install')
class TestClosing(OfferCommon):
    """What is paid beyond a day, and what is delivered and not billed."""

    def _close(self, day):
        closing = (
            self.env['offer.closing']
            .with_user(self.accountant)
            .create({'date': day, 'company_ids': [Command.set(self.company.ids)]})
        )
        return self.env['offer.closing.line'].search(closing.action_show()['domain'])

    def _sums(self, day):
        lines = self._close(day)
        sums = dict.fromkeys(('deferred', 'accrued'), 0)
        for line in lines:
            sums[line.kind] = round(sums[line.kind] + line.amount, 2)
        return sums

    def test_paid_beyond_the_day_is_deferred(self):
        subscription = self._subscribe(options=[])
        invoice = subscription.bill('2027-01-01')
        # 150.00 for 31 days, 21 of them after the 10th
        self.assertEqual(self._sums('2027-01-10'), {'deferred': 101.61, 'accrued': 0})
        line = self._close('2027-01-10')
        self.assertEqual(line.account_id, invoice.invoice_line_ids.account_id)
        self.assertEqual((str(line.date_from), str(line.date_to)), ('2027-01-11', '2027-01-31'))
        self.assertEqual(self._sums('2027-01-31'), {'deferred': 0, 'accrued': 0})
        # it was not in the books before
        self.assertEqual(self._sums('2026-12-31'), {'deferred': 0, 'accrued': 0})

    def test_delivered_and_not_billed_is_accrued(self):
        plan = self._create_plan('Arrears', billing_mode='arrears')
        self._create_price(31.0, plan_id=plan.id)
        subscription = self._subscribe(plan_id=plan.id, tier_id=self.bronze.id, options=[])
        # three times 10 of 31 days of 31.00
        self.assertEqual(self._sums('2027-01-10'), {'deferred': 0, 'accrued': 30.0})
        self.assertEqual(self._sums('2027-01-31'), {'deferred': 0, 'accrued': 93.0})
        subscription.bill('2027-02-01')
        self.assertEqual(self._sums('2027-01-31'), {'deferred': 0, 'accrued': 93.0})
        # one of 28 days of 93.00
        self.assertEqual(self._sums('2027-02-01'), {'deferred': 0, 'accrued': 3.32})
        subscription.waive(subscription.line_ids.id, '2027-02-01', '2027-02-10', 'a gift')
        self.assertEqual(self._sums('2027-02-01'), {'deferred': 0, 'accrued': 0})

    def test_what_will_come_back_is_deferred_until_it_has(self):
        subscription = self._subscribe(options=[])
        subscription.bill('2027-01-01')
        subscription.end('2027-01-10', 'moved')
        self.assertEqual(self._sums('2027-01-10'), {'deferred': 101.61, 'accrued': 0})
        self.assertEqual(self._sums('2027-01-20'), {'deferred': 101.61, 'accrued': 0})
        subscription.bill('2027-01-20')
        self.assertEqual(self._sums('2027-01-20'), {'deferred': 0, 'accrued': 0})

    def test_a_draft_is_not_in_the_books(self):
        self.plan.invoice_handling = 'draft'
        subscription = self._subscribe(options=[])
        subscription.bill('2027-01-01')
        self.assertEqual(self._sums('2027-01-31'), {'deferred': 0, 'accrued': 150.0})
