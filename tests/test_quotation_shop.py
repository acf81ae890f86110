"""A Service doesn't get into the cart of a web shop, with or without the bridge to it.

Run by `make test T='--with=website_sale --no-bridges tests/test_quotation_shop.py'` and without
`--no-bridges`.
"""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .shop_case import OfferShopCommon

REFUSED = 'is a Service, which can'


@tagged('post_install', '-at_install')
class TestShop(OfferShopCommon):
    # === INTO THE CART === #

    def test_nobody_puts_a_service_into_a_cart(self):
        for visitor in ('nobody', 'own', 'employee'):
            self._visit(visitor)
            self.assertIn(REFUSED, self._put(self.workplace))
            self.assertFalse(self._get_carts().order_line, visitor)

    def test_a_service_comes_along_with_nothing(self):
        """Neither as an optional product nor with what is in the cart: all stays as it was."""
        self._visit('own')
        self.assertEqual(self._put(self.notebook), '')
        along = {
            'product_template_id': self.workplace.product_tmpl_id.id,
            'product_id': self.workplace.id,
            'parent_product_template_id': self.notebook.product_tmpl_id.id,
            'quantity': 1,
            'product_custom_attribute_values': [],
            'no_variant_attribute_value_ids': [],
        }
        self.assertIn(REFUSED, self._put(self.notebook, linked_products=[along]))
        line = self._get_carts().order_line
        self.assertEqual((line.product_id, line.product_uom_qty), (self.notebook, 1))

    def test_a_product_is_sold_as_ever(self):
        self._visit('own')
        self._put(self.notebook, quantity=2)
        cart = self._get_carts()
        self.assertEqual(cart.partner_id, self.own.partner_id)
        self.assertEqual((cart.order_line.price_unit, cart.amount_untaxed), (900, 1800))
        self._pay(cart)
        cart.with_user(self.own).sudo().action_confirm()
        self.assertEqual(cart.state, 'sale')

    def test_no_other_route_makes_a_cart_of_a_service(self):
        cart, quotation = self._cart(), self._quote()
        notebook = Command.create({'product_id': self.notebook.id})
        filled = self._cart(order_line=[notebook])
        before = cart + filled
        for act in (
            lambda: cart._cart_add(product_id=self.workplace.id),
            lambda: cart.offer_add(self._configuration()),
            lambda: cart.write({'order_line': [Command.create({'product_id': self.workplace.id})]}),
            lambda: self._cart(order_line=[Command.create({'product_id': self.workplace.id})]),
            lambda: filled.order_line.write({'product_id': self.workplace.id}),
            lambda: filled.order_line.write({'offer_plan_id': self.plan.id}),
            lambda: quotation.order_line.sudo().write({'order_id': cart.id}),
            lambda: quotation.sudo().write({'website_id': self.website.id}),
        ):
            with self.assertRaisesRegex(UserError, REFUSED), self.env.cr.savepoint():
                act()
            self.assertEqual(before.order_line.product_id, self.notebook)
            self.assertEqual(self._get_carts(), before)
            self.assertFalse(filled.order_line.offer_plan_id)

    # === CARTS OF BEFORE === #

    def test_an_old_cart_lets_its_service_go(self):
        cart = self._old_cart()
        service = cart.order_line.filtered(lambda line: line.product_id == self.workplace)
        with self.assertRaisesRegex(ValidationError, REFUSED), self.env.cr.savepoint():
            cart._cart_update_line_quantity(service.id, service.product_uom_qty + 1)
        cart._cart_update_line_quantity(service.id, 0)
        self.assertFalse(cart.order_line.filtered('offer_plan_id'))

    def test_an_old_cart_is_neither_paid_nor_ordered(self):
        cart = self._old_cart()
        with self.assertRaisesRegex(UserError, REFUSED), self.env.cr.savepoint():
            self._pay(cart)
        with self.assertRaisesRegex(UserError, 'order it in your account'):
            cart.with_user(self.own).sudo().action_confirm()
        self.assertEqual(cart.state, 'draft')

    def test_a_salesperson_makes_an_order_of_an_old_cart(self):
        cart = self._old_cart()
        cart.with_user(self.salesperson).action_confirm()
        self.assertEqual(cart.state, 'sale')
        self.assertTrue(cart.offer_subscription_ids)

    def _pay(self, cart):
        provider = self.env['payment.provider'].sudo().search([], limit=1)
        return (
            self.env['payment.transaction']
            .sudo()
            .create(
                {
                    'provider_id': provider.id,
                    'payment_method_id': self.env.ref('payment.payment_method_unknown').id,
                    'amount': cart.amount_total,
                    'currency_id': cart.currency_id.id,
                    'partner_id': cart.partner_id.id,
                    'reference': f'S-{cart.id}',
                    'sale_order_ids': [Command.set(cart.ids)],
                }
            )
        )
