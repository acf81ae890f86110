from odoo import models


class SaleOrderDiscount(models.TransientModel):
    _inherit = 'sale.order.discount'

    def action_apply_discount(self):
        """Leave Products at their price, go on with the other lines, and say so."""
        self.ensure_one()
        products = self.sale_order_id.order_line.filtered('offer_price_is_fixed')
        res = super(
            SaleOrderDiscount, self.with_context(offer_spare_products=True)
        ).action_apply_discount()
        if not products:
            return res
        names = ', '.join(products.product_id.mapped('display_name'))
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'info',
                'message': self.env._('These keep their price, so they got no discount: %s', names),
                'next': {'type': 'ir.actions.act_window_close'},
            },
        }
