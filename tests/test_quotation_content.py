from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestQuotation(OfferCommon):
    """What stands on a quotation, what it comes to and what it asks for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_price = cls.workplace.product_tmpl_id.offer_price_ids.filtered(
            lambda row: not row.option_id and not row.tier_id
        )

    # --- setup fee ------------------------------------------------------------------------

    def test_the_setup_fee_is_a_line_of_its_own_paid_once(self):
        self.own_price.setup_amount = 99.0
        line = self._add_bundle()
        order = line.order_id
        fee = order.order_line.filtered('offer_is_setup')
        self.assertRecordValues(
            fee,
            [{'name': 'Setup Fee: Managed Workplace', 'product_uom_qty': 1, 'price_unit': 99.0}],
        )
        self.assertEqual((fee.linked_line_id, fee.offer_plan_id.id), (line, False))
        self.assertEqual(order.order_line.sorted('sequence')[1], fee)
        preview = self._create_order().offer_preview(self._configuration(options=self.both))
        self.assertEqual(preview['totals'], order._get_offer_totals(order.order_line))
        # once, however many there are; by hand it stays
        order.offer_add(self._configuration(quantity=50, options=[]), line_id=line.id)
        self.assertEqual(order.order_line - line, fee)
        self.assertEqual((fee.product_uom_qty, fee.price_unit), (1, 99.0))
        fee.price_unit = 50.0
        order.offer_add(self._configuration(quantity=5, options=[]), line_id=line.id)
        self.assertEqual(fee.price_unit, 50.0)
        order.action_confirm()
        self.assertEqual(order._create_invoices().amount_untaxed, 50.0)
        self.assertEqual(order.offer_subscription_ids.line_ids.product_id, self.workplace)

    def test_the_setup_fee_goes_where_the_price_has_none(self):
        self.own_price.setup_amount = 99.0
        self._create_price(30.0, partner_id=self.partner_b.id, is_setup_waived=True)
        self.assertFalse(
            self._add_bundle(
                self._create_order(partner_id=self.partner_b.id)
            ).order_id.order_line.filtered('offer_is_setup')
        )
        line = self._add_bundle()
        self.own_price.setup_amount = 0.0
        line.order_id.offer_add(self._configuration(), line_id=line.id)
        self.assertFalse(line.order_id.order_line.filtered('offer_is_setup'))

    def test_the_setup_fee_has_the_taxes_of_its_service(self):
        home, abroad = self._create_taxes_of_home_and_abroad()
        self.own_price.setup_amount = 121.0
        self.workplace.taxes_id = home
        for values, price, total in (
            ({}, 121.0, 121.0),
            ({'fiscal_position_id': abroad.id}, 100.0, 100.0),
        ):
            order = self._create_order(**values)
            self._add_bundle(order, options=[])
            fee = order.order_line.filtered('offer_is_setup')
            self.assertEqual((fee.price_unit, fee.price_total), (price, total))

    # --- the first periods ----------------------------------------------------------------

    def test_the_first_periods_free_or_at_a_part_of_the_price(self):
        order = self._create_order(offer_intro_periods=2)
        self._add_bundle(order)
        self.assertEqual(
            order.offer_intro_text.replace('\xa0', ' '),
            'Free through 02/28/2027, then $ 160.00 per month',
        )
        # 2,700 once and ten of twelve months at 160
        self.assertEqual(order._get_offer_totals(order.order_line)['first_year'], 4300.0)
        order.offer_intro_percent = 50
        self.assertEqual(
            order.offer_intro_text.replace('\xa0', ' '),
            '$ 80.00 per month through 02/28/2027, then $ 160.00 per month',
        )
        self.assertEqual(order._get_offer_totals(order.order_line)['first_year'], 4460.0)
        order.action_confirm()
        subscription = order.offer_subscription_ids
        moves = subscription.bill('2027-03-31')
        self.assertEqual(sorted(moves.mapped('amount_untaxed')), [80.0, 80.0, 160.0])
        with self.assertRaises(ValidationError):
            order.offer_intro_periods = 12
        self._assert_refused('fixed since', lambda: subscription.write({'intro_periods': 12}))
        # what comes back is what was paid: March, and ten of the 28 days of February: 26.79 (75.00
        # less 48.21) and 1.79 (5.00 less 3.21)
        subscription.end('2027-02-18', 'moved')
        credits = [row['amount'] for row in subscription.preview('2027-04-01')]
        self.assertEqual(round(sum(credits), 2), -188.58)

    def test_a_free_period_is_billed_with_nothing(self):
        order = self._create_order(offer_intro_periods=1)
        self._add_bundle(order)
        order.action_confirm()
        rows = order.offer_subscription_ids.preview('2027-02-01')
        # both lines in January, then both in February
        self.assertEqual([row['amount'] for row in rows], [0.0, 0.0, 150.0, 10.0])

    # --- totals and words -----------------------------------------------------------------

    def test_what_it_comes_to_in_words(self):
        self.plan.write({'notice_count': 1, 'renewal_count': 1, 'renewal_unit': 'year'})
        order = self._create_order()
        self._add_bundle(order)
        self.assertEqual(
            order.offer_recurring_summary.replace('\xa0', ' '),
            'one-time $ 2,700.00 · per month $ 160.00 · first year $ 4,620.00',
        )
        self.assertEqual(
            order.offer_terms_text,
            'Starts on 01/01/2027\nMinimum term 12 months, notice 1 month, renewed for 1 year',
        )
        plain = self._create_order(order_line=[Command.create({'product_id': self.notebook.id})])
        self.assertFalse(plain.offer_recurring_summary or plain.offer_terms_text)

    def test_the_first_year_of_every_rhythm(self):
        # worked out by hand: from 15 January 2027 to 14 January 2028
        for values, expected in (
            ({'interval_unit': 'year'}, 40.0),
            ({'interval_count': 3}, 160.0),
            ({'interval_unit': 'week'}, 52 * 40 + 5.71),
            # 17 of 31 days, eleven months, 14 of 31 days
            ({'alignment': 'calendar'}, 21.94 + 440 + 18.06),
            # 13 months in full: nothing comes off for a started one
            ({'alignment': 'calendar', 'proration': 'none'}, 520.0),
        ):
            plan = self._create_plan('Rhythm', **values)
            self._create_price(40.0, plan_id=plan.id)
            order = self._create_order()
            self._add_bundle(
                order,
                quantity=1,
                plan_id=plan.id,
                tier_id=self.bronze.id,
                options=[],
                date_start='2027-01-15',
            )
            totals = order._get_offer_totals(order.order_line)
            self.assertAlmostEqual(totals['first_year'], expected, 2, str(values))

    def test_rhythms_in_words(self):
        for values, expected in (
            ({}, 'per month'),
            ({'interval_count': 3}, 'per quarter'),
            ({'interval_unit': 'year'}, 'per year'),
            ({'interval_unit': 'week', 'interval_count': 2}, 'every 2 weeks'),
            ({'interval_unit': 'day'}, 'per day'),
        ):
            self.assertEqual(self._create_plan('x', **values)._get_period_text(), expected)

    # --- what the customer sees -----------------------------------------------------------

    def _shown(self, order):
        """:return: of each line the name's first words, and what stands in the price columns"""
        shown = []
        for line in order._get_order_lines_to_report():
            display = line._get_offer_display()
            price = None if display['hidden'] else line.price_subtotal
            sums = [(part['period'], part['amount']) for part in display['sums']]
            shown.append((line.product_id.name, display['level'], price, display['period'], sums))
        return shown

    def test_the_customer_sees_prices_names_or_one_line(self):
        line = self._add_bundle()
        order = line.order_id
        sums = [('per month', 160.0), ('once', 2700.0)]
        table = {
            False: [
                ('Managed Workplace', 0, 150.0, 'per month', []),
                ('Notebook', 1, 2700.0, '', []),
                ('Remote Backup', 1, 10.0, 'per month', []),
            ],
            'names': [
                ('Managed Workplace', 0, None, '', sums),
                ('Notebook', 1, None, '', []),
                ('Remote Backup', 1, None, '', []),
            ],
            'none': [('Managed Workplace', 0, None, '', sums)],
        }
        for choice, expected in table.items():
            self.workplace.offer_show_components = choice
            self.assertEqual(self._shown(order), expected)
            html = (
                self.env['ir.actions.report']
                ._render_qweb_html('sale.action_report_saleorder', order.ids)[0]
                .decode()
            )
            for text in ('2,700.00', 'Per month', '160.00', 'First year', 'Minimum term 12 months'):
                self.assertIn(text, html)
            self.assertEqual('900.00' in html.replace('2,700.00', ''), not choice)
            self.assertEqual('Remote Backup' in html, choice != 'none')

    # --- what it asks for -----------------------------------------------------------------

    def test_what_recurs_is_not_asked_for_by_the_order(self):
        tax = self.env['account.tax'].create({'name': '10 %', 'amount': 10})
        (self.notebook + self.workplace).taxes_id = tax
        order = self._create_order(require_payment=True, prepayment_percent=0.3)
        self._add_bundle(order)
        # 2,700 and 10 %
        self.assertEqual(order._get_offer_one_time_total(), 2970.0)
        self.assertEqual(order._get_prepayment_required_amount(), 891.0)
        self.assertTrue(order._has_to_be_paid())
        link = order._get_default_payment_link_values()
        self.assertEqual((link['amount'], link['amount_max']), (891.0, 2970.0))
        self.assertEqual(order._get_offer_tax_totals()['total_amount_currency'], 2970.0)
        order.action_confirm()
        self.assertEqual(order.amount_to_invoice, 2970.0)
        self.company.account_use_credit_limit = True
        self.customer.invalidate_recordset()
        self.assertEqual(self.customer.credit_to_invoice, 2970.0)

    def test_a_down_payment_is_taken_of_what_is_paid_once(self):
        order = self._create_order()
        self._add_bundle(order)
        order.action_confirm()
        wizard = self.env['sale.advance.payment.inv'].create(
            {
                'sale_order_ids': order.ids,
                'advance_payment_method': 'percentage',
                'amount': 30,
            }
        )
        self.assertEqual(wizard._create_invoices(order).amount_untaxed, 810.0)
        order.invoice_ids.action_post()
        final = order._create_invoices(final=True)
        self.assertEqual((final.move_type, final.amount_untaxed), ('out_invoice', 1890.0))
        final.action_post()
        self.assertEqual(order.amount_to_invoice, 0.0)

    def test_an_order_with_nothing_once_needs_only_a_signature(self):
        order = self._create_order(
            require_payment=True, require_signature=False, prepayment_percent=1.0
        )
        self._add_bundle(order, options=[])
        self.assertFalse(order._has_to_be_paid())
        self.assertTrue(order._has_to_be_signed())
        self.assertEqual(order._get_prepayment_required_amount(), 0.0)
        self.assertTrue(order._is_paid())

    def test_the_credit_limit_counts_what_is_paid_once(self):
        self.company.account_use_credit_limit = True
        self.customer.write({'use_partner_credit_limit': True, 'credit_limit': 2800.0})
        order = self._create_order()
        self._add_bundle(order)
        self.assertFalse(order.partner_credit_warning)
        self.customer.credit_limit = 2600.0
        order.invalidate_recordset(['partner_credit_warning'])
        self.assertIn('2,700.00', order.partner_credit_warning)
