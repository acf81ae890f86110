"""*Update Taxes*: what is offered costs the same in the order's new taxes."""

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _recompute_taxes(self):
        """Let the price of Products and Services follow the taxes: 121 with 21 % included becomes
        100 abroad, as if it were quoted there."""
        offers = self.order_line.filtered(
            lambda line: line._is_offer_product() or line._is_offer_service_part()
        )
        before = {line: (line.tax_ids, line.price_unit) for line in offers}
        res = super()._recompute_taxes()
        for line, (taxes, price) in before.items():
            line._follow_offer_taxes(taxes, price)
        return res
