from odoo import api, models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    @api.depends('offer_plan_id')
    def _compute_margin(self):
        """Give what recurs no margin: its price is one of many, the cost of its item is paid
        once."""
        recurring = self.filtered('offer_plan_id')
        recurring.update({'margin': 0.0, 'margin_percent': 0.0})
        return super(SaleOrderLine, self - recurring)._compute_margin()
