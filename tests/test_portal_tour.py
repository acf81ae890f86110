"""All that a customer does, in a browser, on a desktop and on a phone."""

from odoo.tests import tagged

from .common import OfferPortalCommon, OfferTourCommon


class PortalTours:
    """The tours; a class that runs them says in which window."""

    def test_order_a_product(self):
        self.start_tour('/my/offers', 'sale_offer_portal_product', login='own')
        order = self.env['sale.order'].search([('partner_id', '=', self.own.partner_id.id)])
        self.assertEqual((order.state, order.amount_untaxed), ('sent', 900.0))

    def test_order_a_service(self):
        """3 × 50.00 and 2 × 5.00 a month."""
        self.start_tour('/my/offers', 'sale_offer_portal_service', login='own')
        order = self.env['sale.order'].search([('partner_id', '=', self.own.partner_id.id)])
        self.assertEqual((len(order), order.state, order.amount_untaxed), (1, 'sent', 160.0))

    def test_change_what_runs(self):
        subscription = self._subscribe_today()
        self.start_tour('/my/subscriptions', 'sale_offer_portal_change', login='own')
        order = subscription.change_order_ids
        self.assertEqual((order.state, order.amount_untaxed), ('sent', 130.0))

    def test_give_notice_and_withdraw_it(self):
        subscription = self._subscribe_today()
        self.start_tour('/my/subscriptions', 'sale_offer_portal_notice', login='own')
        self.assertFalse(subscription.date_end)
        self.assertIn('notice', subscription.event_ids.mapped('kind'))

    def test_approve_what_a_colleague_orders(self):
        self.customer.offer_order_policy = 'approve'
        role = self.env['offer.role'].create(
            {'name': 'Approver', 'side': 'customer', 'is_approver': True}
        )
        self.env['offer.role.assignment'].create(
            {
                'role_id': role.id,
                'person_id': self.colleague.partner_id.id,
                'partner_id': self.customer.id,
            }
        )
        order = self.env['sale.order']._order_in_portal(
            self.own,
            self.notebook.product_tmpl_id.sudo(),
            {'product_id': self.notebook.id, 'quantity': 1.0},
            'form',
        )
        self.assertEqual(order.offer_request_state, 'customer')
        self.start_tour('/my/quotes', 'sale_offer_portal_approve', login='colleague')
        self.assertEqual(order.offer_request_state, 'provider')

    def _subscribe_today(self):
        today = self.env['offer.subscription']._get_company_today(self.company)
        return self._subscribe(
            options=[{'option_id': self.backup_option.id, 'quantity': 2}],
            date_start=str(today.replace(day=1)),
        )


@tagged('post_install', '-at_install')
class TestPortalDesktop(PortalTours, OfferPortalCommon, OfferTourCommon):
    browser_size = '1366x768'


@tagged('post_install', '-at_install')
class TestPortalPhone(PortalTours, OfferPortalCommon, OfferTourCommon):
    browser_size = '375x667'
    touch_enabled = True
