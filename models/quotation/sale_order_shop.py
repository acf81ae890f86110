"""The cart of a web shop: no Service gets into it, and none is paid or ordered from it."""

from odoo import models
from odoo.exceptions import UserError

PAID = ('pending', 'authorized', 'done')


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === CRUD METHODS === #

    def write(self, vals):
        """Refuse to make a cart of a quotation with Services."""
        res = super().write(vals)
        if vals.get('website_id'):
            self.order_line._check_offer_cart()
        return res

    # === BUSINESS METHODS === #

    def _is_offer_cart(self):
        """:return: whether the order is a cart, whose content customers change as they like"""
        self.ensure_one()
        # the field is the shop's, on which we don't depend
        return 'website_id' in self._fields and bool(self.website_id) and self.state == 'draft'

    def _get_offer_cart_services(self):
        """:return: what stands in carts, and no shop can sell"""
        return self.filtered(lambda order: order._is_offer_cart()).order_line.filtered(
            lambda line: line._is_offer_service_part() or line.offer_plan_id
        )

    def _check_offer_cart(self):
        """:raise UserError: if a Service stands in a cart, from before the shop refused it"""
        services = self._get_offer_cart_services()
        if services:
            raise UserError(services[0]._get_offer_cart_error())

    def _confirmation_error_message(self):
        """Refuse a cart that its customer orders with a Service in it, before anything is paid."""
        message = super()._confirmation_error_message()
        if message or self.env.user._is_internal():
            return message
        # sudo: customers don't read transactions. What is paid already is ordered
        is_paid = any(tx.state in PAID for tx in self.sudo().transaction_ids)
        services = self._get_offer_cart_services()
        return services[0]._get_offer_cart_error() if services and not is_paid else message
