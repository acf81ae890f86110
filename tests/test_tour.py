from odoo.tests import HttpCase, tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestTour(OfferCommon, HttpCase):
    """The whole slice by clicking, as a salesperson who also invoices."""

    def test_quote_a_service_and_bill_it(self):
        groups = 'sales_team.group_sale_manager,account.group_account_invoice'
        self._new_user('clicker', groups)
        self.start_tour('/odoo', 'sale_offer_quote_a_service', login='clicker')
        order = self.env['sale.order'].search([('partner_id', '=', self.customer.id)])
        self.assertRecordValues(
            order.order_line.sorted('sequence'),
            [
                {'product_id': self.workplace.id, 'product_uom_qty': 3, 'price_unit': 40.0},
                {'product_id': self.notebook.id, 'product_uom_qty': 3, 'price_unit': 900.0},
                {'product_id': self.backup.id, 'product_uom_qty': 2, 'price_unit': 5.0},
            ],
        )
        components = order.order_line.filtered('offer_option_id')
        self.assertEqual(components.linked_line_id, order.order_line - components)
        invoice = order.offer_subscription_ids._get_invoices()
        self.assertEqual((invoice.state, invoice.amount_untaxed), ('posted', 130.0))

    def test_publish_a_product_in_three_fields(self):
        groups = 'sales_team.group_sale_manager,product.group_product_manager'
        self._new_user('clicker', f'{groups},product.group_product_variant')
        self.start_tour('/odoo/offer-products', 'sale_offer_publish_a_product', login='clicker')
        product = self.env['product.template'].search([('name', '=', 'Label Printer')])
        self.assertRecordValues(
            product,
            [{'offer_kind': 'product', 'offer_state': 'published', 'list_price': 249.0}],
        )

    def test_publish_a_service(self):
        groups = 'sales_team.group_sale_manager,product.group_product_manager'
        self._new_user('clicker', groups)
        self.start_tour('/odoo/offer-services', 'sale_offer_publish_a_service', login='clicker')
        service = self.env['product.template'].search([('name', '=', 'Managed Printing')])
        self.assertEqual((service.offer_kind, service.offer_state), ('service', 'published'))
        self.assertRecordValues(
            service.offer_price_ids, [{'plan_id': self.plan.id, 'amount': 15.0}]
        )
