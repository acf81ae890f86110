import datetime
from random import Random

from odoo import Command, fields
from odoo.tests import HttpCase, tagged
from odoo.tools import html2plaintext

from .common import OfferCommon, OfferPortalCommon


@tagged('post_install', '-at_install')
class TestTotals(OfferCommon):
    """Once and per period apart, and what is asked first."""

    def _get_first(self, **values):
        order = self._create_order(**values)
        self._add_bundle(order)
        return order._get_offer_first_invoice()

    def test_first_invoice_is_what_the_order_and_the_first_run_ask(self):
        first = self._get_first()
        self.assertEqual((first.once, first.today), (2700.0, 0.0))
        self.assertEqual((str(first.day), first.recurring), ('2027-01-01', 160.0))

    def test_in_arrears_the_first_run_comes_after_the_period(self):
        self.plan.write({'billing_mode': 'arrears'})
        first = self._get_first()
        self.assertEqual((str(first.day), first.recurring), ('2027-02-01', 160.0))

    def test_a_stub_costs_its_days(self):
        self.plan.write({'alignment': 'calendar'})
        order = self._create_order()
        self._add_bundle(order, date_start='2027-01-20')
        first = order._get_offer_first_invoice()
        # 12 of 31 days of 150.00 (58.06) and of 10.00 (3.87)
        self.assertEqual((str(first.day), first.recurring), ('2027-01-20', 61.93))

    def test_free_periods_move_the_first_invoice(self):
        first = self._get_first(offer_intro_periods=2)
        self.assertEqual((str(first.day), first.recurring), ('2027-03-01', 160.0))

    def test_first_invoice_is_what_is_billed_in_the_taxes_of_the_invoice(self):
        home, abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = self.backup.taxes_id = self.notebook.taxes_id = home
        others = self.env['account.tax'].create({'name': '7 %', 'amount': 7})
        random = Random(20261129)
        for number in range(40):
            plan = self._create_plan(
                f'Plan {number}',
                interval_count=random.choice([1, 1, 3]),
                billing_mode=random.choice(['advance', 'arrears']),
                alignment=random.choice(['anniversary', 'calendar', 'day']),
                alignment_day=random.randint(1, 31),
                proration=random.choice(['daily', 'daily', 'none']),
                advance_days=random.choice([0, 0, 10]),
                intro_periods=random.choice([0, 0, 1, 2]),
                intro_percent=random.choice([0, 33.33]),
            )
            price = round(random.uniform(1, 60), 2)
            self._create_price(price, plan_id=plan.id)
            self._create_price(3.33, plan_id=plan.id, tier_id=self.gold.id)
            self._create_price(0.99, plan_id=plan.id, option_id=self.backup_option.id)
            self.backup.taxes_id = random.choice([home, others, home + others, others.browse()])
            self.customer.property_account_position_id = random.choice([abroad, abroad.browse()])
            start = datetime.date(2027, random.randint(1, 12), random.randint(1, 28))
            order = self._create_order(
                offer_date_start=start,
                offer_intro_is_off=random.random() < 0.2,
                company_id=self.company.id,
            )
            self._add_bundle(
                order,
                plan_id=plan.id,
                quantity=random.randint(1, 7),
                date_start=random.choice([False, fields.Date.add(start, days=40)]),
            )
            first = order._get_offer_first_invoice()
            self.assertFalse(first.today)
            order.action_confirm()
            with self.subTest(number=number, plan=plan.read(), start=start):
                self.assertEqual(order._create_invoices().amount_total, first.once)
                subscription = order.offer_subscription_ids
                before = subscription.bill(first.day - datetime.timedelta(days=1))
                self.assertFalse(before)
                moves = subscription.bill(first.day)
                self.assertAlmostEqual(sum(moves.mapped('amount_total')), first.recurring, 2)
                self.assertAlmostEqual(sum(moves.mapped('amount_untaxed')), first.untaxed, 2)
                self.assertTrue(first.recurring)

    def test_the_first_year_counts_full_free_periods(self):
        self.plan.write({'alignment': 'calendar', 'intro_periods': 2})
        order = self._create_order()
        self._add_bundle(order, date_start='2027-01-20', options=[])
        # free through March; nine months to December, and 19 of 31 days of January
        totals = order._get_offer_totals(order.order_line)
        self.assertEqual(totals['first_year'], 1441.94)
        order.action_confirm()
        moves = order.offer_subscription_ids.bill('2028-01-19')
        paid = sum(moves.mapped('amount_untaxed'))
        # the month of January 2028 is billed whole
        self.assertEqual(round(paid - 150.0 + 91.94, 2), totals['first_year'])

    def test_online_what_is_due_today_is_what_confirms(self):
        order = self._create_order(require_payment=True, prepayment_percent=0.5)
        self._add_bundle(order)
        self.assertEqual(order._get_offer_first_invoice().today, 1350.0)
        self.assertEqual(
            [label for label, _amount in order._get_offer_first_invoice_texts()],
            [
                'Due today',
                'First invoice, with the order',
                'First invoice, on 01/01/2027',
            ],
        )

    # --- where a total is shown ------------------------------------------------------------

    def _say(self, text):
        return ' '.join(str(text).replace('\xa0', ' ').split())

    def _quote(self, **values):
        order = self._create_order(**values)
        self._add_bundle(order)
        return order

    def test_amounts_once_and_per_period_in_words(self):
        order = self._quote()
        self.assertEqual(
            self._say(order.offer_amount_text), '$ 2,700.00 once and $ 160.00 per month'
        )
        self.assertEqual((order.offer_amount_once, order.offer_amount_monthly), (2700.0, 160.0))
        yearly = self._create_plan('Yearly', interval_unit='year')
        self._create_price(120.0, plan_id=yearly.id)
        self._add_bundle(order, plan_id=yearly.id, options=[], tier_id=self.bronze.id, quantity=1)
        self.assertEqual(
            self._say(order.offer_amount_text),
            '$ 2,700.00 once, $ 160.00 per month, and $ 120.00 per year',
        )
        self.assertEqual(order.offer_amount_monthly, 170.0)
        plain = self._create_order(order_line=[Command.create({'product_id': self.notebook.id})])
        self.assertEqual(self._say(plain.offer_amount_text), '$ 900.00')
        self.assertFalse(plain.offer_recurring_text)

    def test_amounts_in_words_are_with_taxes(self):
        tax = self.env['account.tax'].create({'name': '10 %', 'amount': 10})
        (self.workplace + self.backup + self.notebook).taxes_id = tax
        order = self._quote()
        self.assertEqual(
            self._say(order.offer_amount_text), '$ 2,970.00 once and $ 176.00 per month'
        )
        self.assertEqual(order.offer_amount_monthly, 160.0)

    def test_the_mails_name_no_sum_of_once_and_per_period(self):
        order = self._quote()
        for state, proforma in (('draft', False), ('draft', True), ('sale', False)):
            order.state = state
            template = order.with_context(proforma=proforma)._find_mail_template()
            body = self._say(template._render_field('body_html', order.ids)[order.id])
            self.assertIn('$ 2,700.00 once and $ 160.00 per month', body)
            self.assertNotIn('2,860.00', body)
        order.state = 'draft'
        body = self._say(
            order._find_mail_template()._render_field('body_html', order.ids)[order.id]
        )
        self.assertIn('First invoice, on 01/01/2027: <strong>$ 160.00</strong>', body)

    def test_plain_orders_and_own_templates_stay_with_odoo(self):
        order = self._quote()
        template = self.env.ref('sale.email_template_edi_sale')
        plain = self._create_order(order_line=[Command.create({'product_id': self.notebook.id})])
        self.assertEqual(plain._find_mail_template(), template)
        template.body_html = '<p>Our own words</p>'
        self.assertEqual(order._find_mail_template(), template)

    def test_after_a_payment_nothing_that_recurs_remains_to_be_paid(self):
        order = self._quote()
        self.assertEqual(self._say(order._get_offer_open_text()), '$ 2,700.00')
        template = order._get_offer_mail_template(
            self.env.ref('sale.mail_template_sale_payment_executed')
        )
        body = self._say(template._render_field('body_html', order.ids)[order.id])
        self.assertNotIn('2,860.00', body)
        self.assertIn('$ 160.00 per month', body)

    def test_notifications_name_both(self):
        order = self._quote()
        message = order.message_post(body='Hello')
        context = order._notify_by_email_prepare_rendering_context(message)
        self.assertEqual(
            self._say(context['subtitles'][-1]), '$ 2,700.00 once and $ 160.00 per month'
        )

    def _add_section(self, order, **values):
        return self.env['sale.order.line'].create(
            {
                'order_id': order.id,
                'display_type': 'line_section',
                'name': 'Berlin',
                'sequence': 1,
                **values,
            }
        )

    def test_a_section_says_once_and_per_period(self):
        order = self._quote()
        section = self._add_section(order)
        self.assertEqual(
            section._get_offer_section_sums('price_subtotal'),
            [{'amount': 2700.0, 'period': 'once'}, {'amount': 160.0, 'period': 'per month'}],
        )
        plain = self._create_order(order_line=[Command.create({'product_id': self.notebook.id})])
        self.assertFalse(self._add_section(plain)._get_offer_section_sums('price_subtotal'))

    def test_a_hidden_composition_names_its_periods(self):
        order = self._quote()
        section = self._add_section(order, collapse_composition=True)
        rows = section._get_grouped_section_summary()
        self.assertEqual(
            sorted((row['offer_period'], row['price_subtotal']) for row in rows),
            [('once', 2700.0), ('per month', 160.0)],
        )

    def test_the_sales_analysis_keeps_them_apart(self):
        order = self._quote()
        order.action_confirm()
        order.offer_subscription_ids.bill('2027-02-01')
        self.env.flush_all()
        report = self.env['sale.report'].search(
            [('order_reference', '=', f'sale.order,{order.id}')]
        )
        self.assertEqual(sum(report.mapped('price_subtotal')), 2860.0)
        self.assertEqual(sum(report.mapped('offer_amount_once')), 2700.0)
        self.assertEqual(sum(report.mapped('offer_amount_monthly')), 160.0)
        self.assertEqual(sum(report.mapped('offer_amount_invoiced')), 320.0)
        recurring = report.filtered('offer_plan_id')
        self.assertEqual(sum(recurring.mapped('price_subtotal')), 160.0)
        # what comes back is no longer invoiced
        order.offer_subscription_ids.end('2027-01-31', 'moved')
        order.offer_subscription_ids.bill('2027-02-01')
        self.env.flush_all()
        report.invalidate_recordset()
        self.assertEqual(sum(report.mapped('offer_amount_invoiced')), 160.0)

    def test_the_form_lists_what_it_comes_to(self):
        order = self._quote()
        text = self._say(html2plaintext(order.offer_totals_html))
        for said in (
            'One-time $ 2,700.00',
            'Per month $ 160.00',
            'First year $ 4,620.00',
            'First invoice, on 01/01/2027 $ 160.00',
            'Starts on 01/01/2027',
        ):
            self.assertIn(said, text)
        self.assertEqual(order.offer_tax_totals['total_amount_currency'], 2700.0)

    def test_terms_in_a_mail_have_taxes_as_its_amounts(self):
        tax = self.env['account.tax'].create({'name': '10 %', 'amount': 10})
        (self.workplace + self.backup + self.notebook).taxes_id = tax
        self.plan.write({'intro_periods': 1})
        order = self._quote()
        self.assertIn('then $ 160.00 per month', self._say(order.offer_terms_text))
        body = self._say(
            order._find_mail_template()._render_field('body_html', order.ids)[order.id]
        )
        self.assertIn('then $ 176.00 per month', body)

    def test_the_dialog_of_optional_products_says_what_a_service_costs(self):
        templates = self.env['product.template'].with_user(self.salesperson)
        moment = fields.Datetime.now()
        currency, pricelist = self.company.currency_id, self.env['product.pricelist']
        args = (self.workplace.with_user(self.salesperson), moment, currency, pricelist)
        data = templates._get_additional_configurator_data(*args)
        self.assertEqual(self._say(data['price_info']), '$ 40.00 per month')
        price = templates._get_configurator_price(args[0], 1, *args[1:])
        self.assertEqual(price, (0.0, False))
        self.notebook_option.is_default = True
        data = templates._get_additional_configurator_data(*args)
        self.assertEqual(self._say(data['price_info']), '$ 900.00 once and $ 40.00 per month')
        # nothing valid by itself
        self.group.write({'min_choices': 2})
        data = templates._get_additional_configurator_data(*args)
        self.assertEqual(data['price_info'], 'Configured after adding')
        product = (self.notebook.with_user(self.salesperson), *args[1:])
        self.assertEqual(templates._get_additional_configurator_data(*product), {})

    def test_nobody_needs_a_customer_to_see_what_it_comes_to(self):
        orders = self.env['sale.order'].with_context(default_company_id=self.company.id)
        preview = orders.offer_preview(self._configuration(options=self.both))
        # 2,700.00 and twelve months
        self.assertEqual(preview['totals']['first_year'], 4620.0)
        order = self.env['sale.order'].new({'company_id': self.company.id})
        line = order._preview_offer_lines(
            self.env['offer.configuration']._read_configuration(order, self._configuration())[0]
        )[0][2]
        order.order_line = line
        self.assertEqual(order._get_offer_first_invoice().recurring, 150.0)

    def test_the_document_names_the_periods_of_sections(self):
        order = self._quote()
        self._add_section(order)
        self._add_section(order, name='Hamburg', sequence=80, collapse_composition=True)
        self._add_bundle(order, quantity=1)
        html, _kind = self.env['ir.actions.report']._render_qweb_html(
            'sale.report_saleorder', order.ids
        )
        text = self._say(html2plaintext(html.decode()))
        # Berlin as a sum of its own lines, Hamburg in a row for each period
        self.assertIn('Berlin $ 2,700.00 once $ 160.00 per month', text)
        self.assertIn('Hamburg 1.00 Units $ 60.00 $ 60.00 per month', text)
        self.assertIn('Hamburg 1.00 Units $ 900.00 $ 900.00 once', text)
        self.assertIn('First invoice, on 01/01/2027 $ 220.00', text)
        self.assertNotIn('2,860.00', text)


@tagged('post_install', '-at_install')
class TestTotalsInPortal(OfferPortalCommon, HttpCase):
    """What the customer reads."""

    def _read_page(self, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        return ' '.join(html2plaintext(response.text).replace('\xa0', ' ').split())

    def test_page_and_lists_name_no_sum_of_once_and_per_period(self):
        order = self._create_order(partner_id=self.own.partner_id.id)
        self._add_bundle(order)
        self.env['sale.order.line'].create(
            {'order_id': order.id, 'display_type': 'line_section', 'name': 'Berlin', 'sequence': 1}
        )
        order.action_quotation_sent()
        self._visit('own')
        page = self._read_page(order.get_portal_url())
        for text in (
            'Berlin',
            '$ 2,700.00 once $ 160.00 per month',
            'Starts on 01/01/2027',
            'First invoice, with the order $ 2,700.00',
            'First invoice, on 01/01/2027 $ 160.00',
        ):
            self.assertIn(text, page)
        quotations = self._read_page('/my/quotes')
        self.assertIn('$ 2,700.00 once and $ 160.00 per month', quotations)
        order.action_confirm()
        orders = self._read_page('/my/orders')
        self.assertIn('$ 2,700.00 once and $ 160.00 per month', orders)
        for text in (page, quotations, orders):
            self.assertNotIn('2,860.00', text)
