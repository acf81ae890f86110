from odoo import models


class DeliveryCarrier(models.Model):
    _inherit = 'delivery.carrier'

    def _compute_currency(self, order, price, conversion):
        """Leave out what recurs where the amount of an order decides what its delivery costs; only
        then it is converted into the company's currency."""
        if conversion == 'pricelist_to_company':
            price -= sum(order.order_line.filtered('offer_plan_id').mapped('price_total'))
        return super()._compute_currency(order, price, conversion)
