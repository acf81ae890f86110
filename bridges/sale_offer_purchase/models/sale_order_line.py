from odoo import models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _purchase_service_generation(self):
        """Buy for a change only what it adds to what runs."""
        continuing = self.filtered(lambda line: line._get_offer_held())
        bought = super(SaleOrderLine, self - continuing)._purchase_service_generation()
        for line in continuing:
            line = line.with_company(line._purchase_service_get_company())
            added = line._get_offer_added_quantity()
            if added and line.product_id.service_to_purchase and not line.purchase_line_count:
                bought.update(line._purchase_service_create(quantity=added))
        return bought
