import datetime

from odoo import fields
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestStart(OfferCommon):
    """When what is quoted starts."""

    def _quote(self, days, **values):
        """:return: a quotation that starts so many days from today, and its lines have no day"""
        self.today = self.env['sale.order'].new({})._get_offer_today()
        start = self.today + datetime.timedelta(days=days)
        order = self.env['sale.order'].create(
            {'partner_id': self.customer.id, 'offer_date_start': start, **values}
        )
        self._add_bundle(order, date_start=False)
        return order

    def test_the_order_says_when_its_lines_start(self):
        order = self._quote(10)
        day = fields.Date.to_string(order.offer_date_start)
        order.action_confirm()
        subscription = order.offer_subscription_ids
        self.assertEqual(subscription.date_start, order.offer_date_start)
        self.assertEqual(set(subscription.line_ids.mapped('date_start')), {order.offer_date_start})
        self.assertTrue(order.offer_start_text.startswith('Starts on'), day)

    def test_confirmed_after_its_start_it_starts_that_day(self):
        order = self._quote(-700)
        self.assertEqual(order.offer_start_text, 'Starts on the day of confirmation')
        order.action_confirm()
        self.assertEqual(order.offer_subscription_ids.date_start, self.today)
        moves = order.offer_subscription_ids.bill(self.today)
        self.assertEqual(moves.mapped('amount_untaxed'), [160.0])

    def test_a_day_of_a_line_is_not_before_the_confirmation_either(self):
        order = self._create_order(offer_start_is_fixed=False)
        self._add_bundle(order, date_start='2025-01-01')
        order.action_confirm()
        today = self.env['sale.order'].new({})._get_offer_today()
        self.assertEqual(order.offer_subscription_ids.date_start, today)

    def test_a_fixed_start_counts_whenever_it_is_confirmed(self):
        order = self._quote(-20, offer_start_is_fixed=True)
        first = order._get_offer_first_invoice()
        order.action_confirm()
        subscription = order.offer_subscription_ids
        self.assertEqual(subscription.date_start, self.today - datetime.timedelta(days=20))
        self.assertEqual((first.day, first.recurring), (self.today, 160.0))
        self.assertEqual(subscription.bill(self.today).amount_total, 160.0)

    def test_what_is_added_later_was_not_agreed_for_the_fixed_start(self):
        order = self._quote(-20, offer_start_is_fixed=True)
        order.action_confirm()
        before = order.offer_subscription_ids
        order.offer_add(self._configuration(date_start=False))
        self.assertEqual((order.offer_subscription_ids - before).date_start, self.today)

    def test_no_copy_keeps_the_start(self):
        order = self._quote(10, offer_start_is_fixed=True)
        order.order_line.offer_date_start = '2025-01-01'
        copy = order.copy()
        self.assertFalse(copy.offer_date_start or copy.offer_start_is_fixed)
        self.assertFalse(any(copy.order_line.mapped('offer_date_start')))

    def test_a_template_has_no_start(self):
        template = self.env['sale.order.template'].create({'name': 'Branch'})
        line = self.env['sale.order.template.line'].create(
            {
                'sale_order_template_id': template.id,
                'product_id': self.workplace.id,
                'offer_configuration': self._configuration(date_start='2025-01-01'),
            }
        )
        values = line._prepare_order_line_values()
        self.assertFalse(values['offer_configuration']['date_start'])

    def test_lines_that_start_on_other_days_say_so(self):
        order = self._create_order()
        self._add_bundle(order)
        self._add_bundle(order, date_start='2027-03-01', options=[])
        self.assertEqual(
            order.offer_start_text,
            'Managed Workplace: Starts on 01/01/2027\nManaged Workplace: Starts on 03/01/2027',
        )
        self.assertIn('Starts on 03/01/2027', order.offer_terms_text)

    def test_a_fixed_start_that_has_passed_is_told_with_its_amount(self):
        order = self._quote(-40, offer_start_is_fixed=True)
        first = order._get_offer_first_invoice()
        self.assertGreaterEqual(first.recurring, 320.0)
        self.assertIn(f'{first.recurring:.2f} on the first invoices', order.offer_warning)
        order.offer_start_is_fixed = False
        self.assertNotIn('first invoices', order.offer_warning or '')

    def test_a_signature_after_the_start_starts_it_that_day(self):
        order = self._quote(-30, require_signature=True, require_payment=False)
        order.action_quotation_sent()
        order.write({'signed_by': 'Anna', 'signed_on': fields.Datetime.now()})
        order.sudo()._validate_order()
        self.assertEqual(order.state, 'sale')
        self.assertEqual(order.offer_subscription_ids.date_start, self.today)
