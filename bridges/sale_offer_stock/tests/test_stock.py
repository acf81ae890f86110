"""What a subscription to a device delivers: what was added, once."""

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sale_offer.tests.change_case import OfferChangeCommon


@tagged('post_install', '-at_install')
class TestDelivery(OfferChangeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.router = cls._create_item('Router', 0.0, False, type='consu')
        option = cls.env['offer.option'].create(
            {
                'group_id': cls.group.id,
                'product_id': cls.router.id,
                'quantity_mode': 'per_unit',
                'is_recurring': True,
                'price_mode': 'priced',
            }
        )
        cls._create_price(4.0, option_id=option.id)
        cls.options = [{'option_id': option.id}]

    def _delivered(self):
        moves = self.env['stock.move'].sudo().search([('product_id', '=', self.router.id)])
        return sum(moves.mapped('product_uom_qty'))

    def test_a_change_delivers_what_it_adds(self):
        subscription = self._live(quantity=3, options=self.options)
        self.assertEqual(self._delivered(), 3)
        self._change(subscription, quantity=5)
        self.assertEqual(self._delivered(), 5)

    def test_what_continues_is_not_delivered_again(self):
        subscription = self._live(quantity=3, options=self.options)
        for values in ({}, {'quantity': 2}, {'tier_id': self.gold.id}):
            self._change(subscription, **values)
            self.assertEqual(self._delivered(), 3, values)

    def test_what_is_new_is_delivered(self):
        self._change(self._live(quantity=3), options=self.options)
        self.assertEqual(self._delivered(), 3)

    def test_goods_without_a_subscription_are_delivered_as_ever(self):
        order = self._create_order(
            order_line=[Command.create({'product_id': self.router.id, 'product_uom_qty': 4})]
        )
        order.action_confirm()
        order.order_line.product_uom_qty = 6
        self.assertEqual(self._delivered(), 6)
