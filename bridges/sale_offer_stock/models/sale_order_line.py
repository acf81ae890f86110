from odoo import models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _get_qty_procurement(self, previous_product_uom_qty=False):
        """Count what runs already as delivered: a change delivers what it adds."""
        quantity = super()._get_qty_procurement(previous_product_uom_qty)
        if not self._get_offer_held():
            return quantity
        return quantity + self.product_uom_qty - self._get_offer_added_quantity()
