from odoo import api, fields, models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    margin = fields.Monetary(help='Of what is paid once; what recurs has none.')
    margin_percent = fields.Float(help='Of what is paid once; what recurs has none.')

    @api.depends('order_line.offer_plan_id')
    def _compute_margin(self):
        """Compare the margin with what is paid once, of which it is."""
        res = super()._compute_margin()
        for order in self.filtered('order_line.offer_plan_id'):
            once = order.order_line.filtered(lambda line: not line.offer_plan_id)
            untaxed = sum(once.mapped('price_subtotal'))
            order.margin_percent = untaxed and order.margin / untaxed
        return res
