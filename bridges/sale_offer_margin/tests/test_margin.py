"""Margins compare like with like: what is paid once with what it costs."""

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sale_offer.tests.common import OfferCommon


@tagged('post_install', '-at_install')
class TestMargin(OfferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.notebook.standard_price = 600
        cls.workplace.standard_price = 30
        cls.backup.standard_price = 2

    def _margins(self, order):
        return round(order.margin, 2), round(order.margin_percent, 4)

    def test_an_order_has_the_margin_of_what_is_paid_once(self):
        """Three notebooks, 900.00 each, for 600.00: 900.00 of 2,700.00, whatever recurs."""
        order = self._create_order()
        self._add_bundle(order)
        self.assertEqual(self._margins(order), (900, 0.3333))

    def test_what_recurs_has_none(self):
        order = self._create_order()
        self._add_bundle(order, options=[])
        self.assertEqual(self._margins(order), (0, 0))
        self.assertRecordValues(
            order.order_line, [{'margin': 0, 'margin_percent': 0, 'purchase_price': 30}]
        )

    def test_an_order_without_a_service_is_as_ever(self):
        order = self._create_order()
        order.write({'order_line': [Command.create({'product_id': self.notebook.id})]})
        self.assertEqual(self._margins(order), (300, 0.3333))
