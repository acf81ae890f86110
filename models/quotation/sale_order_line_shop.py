"""A line in the cart of a web shop."""

from odoo import api, models
from odoo.exceptions import ValidationError


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === CONSTRAINT METHODS === #

    @api.constrains('order_id', 'product_id', 'product_uom_qty', 'offer_plan_id', 'offer_option_id')
    def _check_offer_cart(self):
        """Keep Services out of carts, by whatever route: a cart knows neither plans nor options,
        and lets its customer take away what a Service needs."""
        services = self.order_id._get_offer_cart_services() & self
        if services:
            raise ValidationError(services[0]._get_offer_cart_error())

    # === BUSINESS METHODS === #

    def _get_offer_cart_error(self):
        """:return: why the line's Service can't be bought, and where it is ordered
        :rtype: str
        """
        self.ensure_one()
        item = self._get_offer_root().product_id.with_context(display_default_code=False)
        if self.env.user._is_internal():
            return self.env._(
                '"%s" is a Service, which can\'t be sold in a cart of the shop: create a quotation'
                ' for it.',
                item.display_name,
            )
        return self.env._(
            '"%s" is a Service, which can\'t be bought in the shop: order it in your account under'
            ' "Offers", or contact us.',
            item.display_name,
        )
