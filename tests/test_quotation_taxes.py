"""A price is in the taxes of its order, also after these have changed."""

from odoo import Command
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestTaxes(OfferCommon):
    """1,210.00 with 21 % included at home are 1,000.00 abroad."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home, cls.abroad = cls._create_taxes_of_home_and_abroad()
        (cls.notebook + cls.workplace + cls.backup).taxes_id = cls.home
        cls.notebook.list_price = 1210.0

    def _move(self, order, position):
        order.fiscal_position_id = position
        order.action_update_taxes()

    def _sell(self, **values):
        line = Command.create({'product_id': self.notebook.id, 'product_uom_qty': 2})
        return self._create_order(order_line=[line], **values)

    def _get_amounts(self, order):
        return [
            (line.price_unit, line.price_subtotal, line.price_total) for line in order.order_line
        ]

    def test_a_product_costs_what_it_costs_fresh(self):
        order = self._sell().with_user(self.salesperson)
        self.assertEqual(self._get_amounts(order), [(1210, 2000, 2420)])
        self._move(order, self.abroad)
        fresh = self._sell(fiscal_position_id=self.abroad.id)
        self.assertEqual(self._get_amounts(order), [(1000, 2000, 2000)])
        self.assertEqual(self._get_amounts(fresh), [(1000, 2000, 2000)])
        # and back
        self._move(order, self.abroad.browse())
        self.assertEqual(self._get_amounts(order), [(1210, 2000, 2420)])

    def test_a_copy_is_as_its_order(self):
        order = self._sell()
        self._move(order, self.abroad)
        self.assertEqual(self._get_amounts(order.copy()), [(1000, 2000, 2000)])

    def test_what_was_quoted_stays(self):
        """Today's sales price is no question of taxes."""
        order = self._sell()
        self.notebook.list_price = 2420.0
        self._move(order.with_user(self.salesperson), self.abroad)
        self.assertEqual(self._get_amounts(order), [(1000, 2000, 2000)])
        order.order_line.invalidate_recordset()
        self.assertEqual(order.order_line.price_unit, order.order_line.technical_price_unit)

    def test_the_same_taxes_change_nothing(self):
        order = self._sell()
        self.notebook.list_price = 2420.0
        order.action_update_taxes()
        self.assertEqual(self._get_amounts(order), [(1210, 2000, 2420)])

    def test_a_service_costs_what_it_was_quoted(self):
        """40.00 with 21 % included: 33.06 abroad, and 40.00 in the subscription."""
        order = self._create_order()
        order.offer_add(self._configuration(tier_id=self.bronze.id, options=[]))
        self._move(order.with_user(self.salesperson), self.abroad)
        line = order.order_line
        self.assertEqual((line.price_unit, line.price_subtotal), (33.06, 99.18))
        self.assertFalse(line.offer_price_is_manual)
        order.action_confirm()
        self.assertAlmostEqual(order.offer_subscription_ids.line_ids.price_unit, 40, 2)

    def test_a_price_by_hand_stays_one(self):
        order = self._create_order()
        order.offer_add(self._configuration(tier_id=self.bronze.id, options=[]))
        order.order_line.price_unit = 24.2
        self._move(order, self.abroad)
        self.assertEqual(order.order_line.price_unit, 20)
        self.assertTrue(order.order_line.offer_price_is_manual)

    def test_a_plain_item_is_as_ever(self):
        self.backup.list_price = 121
        order = self._create_order(order_line=[Command.create({'product_id': self.backup.id})])
        self._move(order, self.abroad)
        self.assertEqual(order.order_line.price_unit, 121)
