from odoo import models


class ProductPricelistItem(models.Model):
    _inherit = 'product.pricelist.item'

    def _is_applicable_for(self, product, qty_in_product_uom):
        """No rule applies to a Product: it costs its sales price under every pricelist."""
        if product.offer_kind == 'product':
            return False
        return super()._is_applicable_for(product, qty_in_product_uom)

    def _compute_base_price(self, product, quantity, uom, date, currency, **kwargs):
        """Start from the price of an `offer.price` row where the caller found one.

        It is in the currency and unit that are asked for already (design §4.3).
        """
        base_price = kwargs.get('offer_base_price')
        if base_price is not None:
            if self.base == 'pricelist' and self.base_pricelist_id:
                return self.base_pricelist_id._get_product_price(
                    product, quantity, currency=currency, uom=uom, date=date, **kwargs
                )
            return base_price
        return super()._compute_base_price(product, quantity, uom, date, currency, **kwargs)
