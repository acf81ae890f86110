from odoo import Command, fields
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestBillingPolicies(OfferCommon):
    """What stands on one invoice, when it is made, and what becomes of it."""

    def _subscribe_twice(self, **second):
        return self._subscribe(options=[]) + self._subscribe(second, options=[])

    # === CONSOLIDATION === #

    def test_subscriptions_of_one_payer_stand_on_one_invoice(self):
        both = self._subscribe_twice()
        invoice = both.bill('2027-01-01')
        self.assertEqual((len(invoice), invoice.amount_untaxed), (1, 300.0))
        self.assertEqual(
            invoice.invoice_line_ids.offer_billing_entry_ids.subscription_line_id, both.line_ids
        )

    def test_what_differs_stands_on_invoices_of_its_own(self):
        journal = self.company_data['default_journal_sale'].copy({'code': 'SUB'})
        term = self.env.ref('account.account_payment_term_30days')
        for values in (
            {'client_order_ref': 'PO 2'},
            {'payment_term_id': term.id},
            {'partner_invoice_id': self.partner_b.id},
            {'journal_id': journal.id},
        ):
            moves = self._subscribe_twice(**values).bill('2027-01-01')
            self.assertEqual(moves.mapped('amount_untaxed'), [150.0, 150.0], values)
        self.assertIn(journal, moves.journal_id)

    def test_another_address_in_the_same_place_needs_no_other_invoice(self):
        country = self.env.ref('base.de')
        near, far = self.env['res.partner'].create(
            [
                {'name': 'Branch', 'type': 'delivery', 'country_id': country.id},
                {
                    'name': 'Abroad',
                    'type': 'delivery',
                    'country_id': self.env.ref('base.ch').id,
                },
            ]
        )
        self.customer.country_id = country
        here = self._subscribe(options=[])
        there = self._subscribe({'partner_shipping_id': near.id}, options=[])
        abroad = self._subscribe({'partner_shipping_id': far.id}, options=[])
        moves = (here + there + abroad).bill('2027-01-01')
        self.assertEqual(sorted(moves.mapped('amount_untaxed')), [150.0, 300.0])
        self.assertEqual(
            moves.filtered(lambda move: move.amount_untaxed == 150).partner_shipping_id, far
        )

    def test_consolidation_is_switched_off_per_customer_and_plan(self):
        self.customer.offer_separate_invoices = True
        self.assertEqual(len(self._subscribe_twice().bill('2027-01-01')), 2)
        self.customer.offer_separate_invoices = False
        self.plan.is_consolidated = False
        self.assertEqual(len(self._subscribe_twice().bill('2027-01-01')), 2)

    def test_what_comes_back_stands_on_the_next_invoice(self):
        subscription = self._subscribe()
        subscription.bill('2027-01-01')
        # one backup of 5.00: 16 of 31 days come back, 2.58
        backup = subscription.line_ids[1]
        subscription.change('2027-01-16', [{'line_id': backup.id, 'quantity': 0}])
        invoice = subscription.bill('2027-02-01')
        self.assertEqual(invoice.move_type, 'out_invoice')
        self.assertEqual(invoice.invoice_line_ids.mapped('price_subtotal'), [150.0, -2.58])

    # === WHEN === #

    def test_days_in_advance(self):
        plan = self._create_plan('Ahead', advance_days=14, alignment='calendar')
        self._create_price(31.0, plan_id=plan.id)
        subscription = self._subscribe(
            plan_id=plan.id, tier_id=self.bronze.id, quantity=1, options=[]
        )
        self.assertEqual(str(subscription.date_next_due), '2026-12-18')
        self.assertFalse(subscription.bill('2026-12-17'))
        self.assertEqual(subscription.bill('2026-12-18').amount_untaxed, 31.0)
        self.assertEqual(str(subscription.date_next_due), '2027-01-18')

    # === WHAT BECOMES OF IT === #

    def test_drafts_stay_for_review_and_are_not_billed_again(self):
        self.plan.invoice_handling = 'draft'
        subscription = self._subscribe()
        draft = subscription.bill('2027-01-01')
        self.assertEqual((draft.state, draft.is_manually_modified), ('draft', False))
        self.assertFalse(subscription.bill('2027-01-31'))

    def test_a_customer_wishes_otherwise(self):
        self.plan.invoice_handling = 'draft'
        self.customer.offer_invoice_handling = 'post'
        self.assertEqual(self._subscribe().bill('2027-01-01').state, 'posted')

    def test_what_is_sent_is_sent_after_billing_by_odoos_own_job(self):
        self.plan.invoice_handling = 'send'
        self.customer.email = 'berg@example.com'
        invoice = self._subscribe().bill('2027-01-01')
        self.assertTrue(invoice.is_being_sent)
        self.assertFalse(invoice.is_manually_modified)
        self.assertFalse(invoice.message_ids.filtered('partner_ids'))
        trigger = self.env['ir.cron.trigger'].search(
            [('cron_id', '=', self.env.ref('account.ir_cron_account_move_send').id)], limit=1
        )
        self.assertTrue(trigger)

    # === LATE === #

    def _bill_three_late(self, policy):
        self.company.offer_late_policy = policy
        moves = self._subscribe(options=[]).bill('2027-03-10')
        self.assertEqual(set(moves.mapped('invoice_date')), {fields.Date.to_date('2027-03-10')})
        return moves

    def test_missed_periods_one_invoice_each(self):
        moves = self._bill_three_late('period')
        self.assertEqual(moves.mapped('amount_untaxed'), [150.0] * 3)
        self.assertEqual(set(moves.mapped('state')), {'posted'})

    def test_missed_periods_all_on_one_invoice(self):
        moves = self._bill_three_late('single')
        self.assertEqual(moves.mapped('amount_untaxed'), [450.0])
        self.assertEqual(moves.invoice_line_ids.mapped('quantity'), [3.0] * 3)

    def test_missed_periods_held_for_review(self):
        moves = self._bill_three_late('hold')
        self.assertEqual(moves.mapped('amount_untaxed'), [150.0] * 3)
        self.assertEqual(set(moves.mapped('state')), {'draft'})
        # one period at a time is nothing to review
        subscription = moves.invoice_line_ids.offer_billing_entry_ids.subscription_id
        self.assertEqual(subscription.bill('2027-04-01').state, 'posted')

    def test_the_due_day_of_a_late_invoice_counts_from_its_date(self):
        term = self.env.ref('account.account_payment_term_30days')
        invoice = self._subscribe({'payment_term_id': term.id}).bill('2027-01-20')
        self.assertEqual(str(invoice.invoice_date_due), '2027-02-19')

    def test_thirteen_months_without_the_scheduler(self):
        moves = self._subscribe(options=[]).bill('2028-01-31')
        self.assertEqual(moves.mapped('amount_untaxed'), [150.0] * 13)

    def test_more_than_two_years_at_once_are_parked(self):
        subscription = self._subscribe(options=[])
        self._assert_refused('Do not bill', lambda: subscription.bill('2029-01-02'))
        self._run_scheduler('2029-01-02')
        self.assertIn('more than 24 months', subscription.parked_reason)
        self.assertFalse(subscription._get_invoices())
        subscription.waive(subscription.line_ids.id, '2027-01-01', '2027-01-31', 'forgotten')
        subscription.action_retry()
        self._run_scheduler('2029-01-02')
        self.assertEqual(len(subscription._get_invoices()), 24)

    # === WHAT IS BROKEN === #

    def test_an_archived_tax_is_not_billed_without(self):
        tax = self.company_data['default_tax_sale'].copy({'name': 'Old 20 %'})
        self.workplace.taxes_id = tax
        subscription = self._subscribe(options=[])
        tax.active = False
        self._assert_refused('"Old 20 %" .* archived', lambda: subscription.bill('2027-01-01'))
        self.workplace.taxes_id = [Command.link(self.company_data['default_tax_sale'].id)]
        self.assertEqual(subscription.bill('2027-01-01').amount_total, 172.5)

    def test_a_credit_repeats_a_tax_that_is_archived_since(self):
        tax = self.company_data['default_tax_sale'].copy({'name': 'Old 20 %', 'amount': 20})
        self.workplace.taxes_id = tax
        subscription = self._subscribe(options=[])
        self.assertEqual(subscription.bill('2027-01-01').amount_total, 180.0)
        tax.active = False
        subscription.end('2027-01-10', 'moved')
        # 101.61 and 20 % of it
        self.assertEqual(subscription.bill('2027-01-11').amount_total, 121.93)

    def test_merged_contacts_are_billed_on(self):
        other = self.env['res.partner'].create({'name': 'Berg Bakery'})
        mine, theirs = self._subscribe(options=[]), self._subscribe({'partner_id': other.id})
        (mine + theirs).bill('2027-01-01')
        # the wizard leaves its own transaction open only for who may merge everything
        self.env['base.partner.merge.automatic.wizard'].sudo()._merge(
            [self.customer.id, other.id], self.customer
        )
        self.env.invalidate_all()
        self.assertFalse(other.exists())
        self.assertEqual(theirs.partner_invoice_id, self.customer)
        self.assertEqual(len(theirs.line_ids.billing_entry_ids), 2)
        invoice = (mine + theirs).bill('2027-02-01')
        self.assertEqual((len(invoice), invoice.amount_untaxed), (1, 305.0))

    def test_the_period_stands_in_the_customers_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        self.customer.lang = 'fr_FR'
        invoice = self._subscribe(options=[]).bill('2027-01-01')
        self.assertIn('01/01/2027 – 31/01/2027', invoice.invoice_line_ids.name)

    def test_a_missing_rate_is_not_taken_for_one(self):
        currency = self.env['res.currency'].create({'name': 'XTS', 'symbol': 'X'})
        line = {'quantity': 3, 'price_unit': 50.0}
        subscription = self._come_in(line, currency_id=currency.id)
        self._assert_refused('no rate for XTS', lambda: subscription.bill('2027-01-01'))
        self.env['res.currency.rate'].create(
            {'currency_id': currency.id, 'name': '2026-01-01', 'rate': 2.0}
        )
        invoice = subscription.bill('2027-01-01')
        self.assertEqual((invoice.amount_untaxed, invoice.amount_untaxed_signed), (150.0, 75.0))

    def test_an_archived_journal_parks_with_its_name(self):
        journal = self.company_data['default_journal_sale'].copy({'code': 'OLD'})
        journal.name = 'Old'
        subscription = self._subscribe({'journal_id': journal.id}, options=[])
        journal.active = False
        self._run_scheduler('2027-01-01')
        self.assertIn('Old', subscription.parked_reason)
        activity = subscription.activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn('Could not be billed', activity.note)
        journal.active = True
        subscription.action_retry()
        self.assertFalse(subscription.activity_ids)
        self._run_scheduler('2027-01-01')
        self.assertEqual(subscription._get_invoices().journal_id, journal)

    def test_an_error_in_somebodys_code_is_parked_too(self):
        broken, sound = self._subscribe(), self._subscribe()
        prepare = type(broken.line_ids)._prepare_invoice_line_values

        def fail(line, *arguments):
            if line.subscription_id == broken:
                raise KeyError('colour')
            return prepare(line, *arguments)

        self.patch(type(broken.line_ids), '_prepare_invoice_line_values', fail)
        self._run_scheduler('2027-01-01')
        self.assertIn("KeyError: 'colour'", broken.parked_reason)
        self.assertTrue(sound._get_invoices())

    def test_a_mandatory_analytic_plan_is_asked_for(self):
        plan = self.env['account.analytic.plan'].create({'name': 'Sites'})
        account = self.env['account.analytic.account'].create({'name': 'Berg', 'plan_id': plan.id})
        subscription = self._subscribe(options=[])
        self.env['account.analytic.applicability'].create(
            {
                'analytic_plan_id': plan.id,
                'business_domain': 'invoice',
                'applicability': 'mandatory',
            }
        )
        self._assert_refused('100% analytic', lambda: subscription.bill('2027-01-01'))
        subscription.line_ids.analytic_distribution = {str(account.id): 100}
        invoice = subscription.bill('2027-01-01')
        self.assertEqual(invoice.line_ids.analytic_line_ids.mapped('amount'), [150.0])

    def test_a_locked_period_moves_the_accounting_date_only(self):
        # in the past: Odoo's shift never goes beyond today
        self.company.fiscalyear_lock_date = '2025-01-31'
        run = self.env['offer.billing.run']
        preview = run.get_preview('2025-01-10', self.company.id)
        self.assertIn('locked until', preview['lock_note'])
        invoice = self._subscribe(options=[], date_start='2025-01-01').bill('2025-01-10')
        self.assertEqual(str(invoice.invoice_date), '2025-01-10')
        self.assertEqual(str(invoice.date), '2025-02-28')
        self.assertFalse(run.get_preview('2025-02-10', self.company.id)['lock_note'])

    def test_a_rented_storable_posts_no_cost(self):
        if 'valuation' not in self.env['product.product']._fields:
            self.skipTest('needs stock_account')
        self._rent_a_valued_notebook()
        invoice = self.rental.bill('2027-01-01')
        self.assertFalse(invoice.line_ids.filtered(lambda line: line.display_type == 'cogs'))
        # Odoo's own invoice of it does
        sold = self._create_invoice(
            invoice_line_ids=[self._prepare_invoice_line(product_id=self.rented)], post=True
        )
        self.assertTrue(sold.line_ids.filtered(lambda line: line.display_type == 'cogs'))

    def _rent_a_valued_notebook(self):
        self.rented = self._create_item('Rented Notebook', 30.0, False, type='consu')
        self.rented.write({'is_storable': True, 'standard_price': 500.0})
        self.rented.categ_id = self.env['product.category'].create(
            {
                'name': 'Valued',
                'property_valuation': 'real_time',
                'property_cost_method': 'standard',
                'property_stock_valuation_account_id': self.company_data[
                    'default_account_assets'
                ].id,
            }
        )
        self.rental = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'line_ids': [Command.create({'product_id': self.rented.id, 'price_unit': 30.0})],
            }
        )
        self.rental.activate('2027-01-01')

    def test_deferral_days_are_given_where_odoo_knows_them(self):
        line = self._subscribe(options=[]).line_ids
        row = line.subscription_id._get_due_rows(fields.Date.to_date('2027-01-01'))[0]
        values = line._prepare_invoice_line_values(row, self.env['account.fiscal.position'], 1)
        self.assertNotIn('deferred_start_date', values)
        fields_of_lines = self.env['account.move.line']._fields
        known = {**fields_of_lines, 'deferred_start_date': 1, 'deferred_end_date': 1}
        self.patch(type(self.env['account.move.line']), '_fields', known)
        values = line._prepare_invoice_line_values(row, self.env['account.fiscal.position'], 1)
        self.assertEqual(str(values['deferred_start_date']), '2027-01-01')
        self.assertEqual(str(values['deferred_end_date']), '2027-01-31')
