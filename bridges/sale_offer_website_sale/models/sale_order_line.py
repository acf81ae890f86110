from odoo import models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _is_reorder_allowed(self):
        """Order again in the shop only what is bought there."""
        return not self._is_offer_service_part() and super()._is_reorder_allowed()
