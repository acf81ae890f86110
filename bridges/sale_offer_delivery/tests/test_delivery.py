"""What makes a delivery free: what is paid once."""

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sale_offer.tests.common import OfferCommon


@tagged('post_install', '-at_install')
class TestDelivery(OfferCommon):
    """2,700.00 once and 160.00 a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.item = cls._create_item('Delivery', 10.0, False, type='service')

    def _ask(self, **values):
        carrier = self.env['delivery.carrier'].create(
            {'name': 'Courier', 'product_id': self.item.id, 'fixed_price': 10, **values}
        )
        order = self._create_order()
        self._add_bundle(order)
        return carrier.rate_shipment(order)['price']

    def test_what_recurs_makes_no_delivery_free(self):
        self.assertEqual(self._ask(free_over=True, amount=2750), 10)
        self.assertEqual(self._ask(free_over=True, amount=2700), 0)

    def test_rules_by_amount_go_by_what_is_paid_once(self):
        def rule(least, price):
            return Command.create(
                {
                    'variable': 'price',
                    'operator': '>=',
                    'max_value': least,
                    'list_base_price': price,
                    'variable_factor': 'price',
                }
            )

        for least, price in ((2750, 10), (2700, 3)):
            rules = [rule(least, 3), rule(0, 10)]
            self.assertEqual(
                self._ask(delivery_type='base_on_rule', price_rule_ids=rules), price, least
            )
