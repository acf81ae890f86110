from odoo import api, models
from odoo.exceptions import ValidationError


class ProductPricelistItem(models.Model):
    _inherit = 'product.pricelist.item'

    @api.constrains('product_tmpl_id', 'product_id')
    def _check_offer_product(self):
        for rule in self:
            item = rule.product_id or rule.product_tmpl_id
            if item.offer_kind == 'product':
                raise ValidationError(
                    self.env._(
                        '"%s" is a Product, which costs the same under every pricelist: leave it'
                        ' out of this one, or make it a Service first.',
                        item.name,
                    )
                )

    def _compute_base_price(self, product, quantity, uom, date, currency, **kwargs):
        """Start from the price of an `offer.price` row where the caller found one.

        It is in the currency and unit that are asked for already.
        """
        base_price = kwargs.get('offer_base_price')
        if base_price is not None:
            if self.base == 'pricelist' and self.base_pricelist_id:
                return self.base_pricelist_id._get_product_price(
                    product, quantity, currency=currency, uom=uom, date=date, **kwargs
                )
            return base_price
        return super()._compute_base_price(product, quantity, uom, date, currency, **kwargs)

    def _is_offer_free(self):
        """:return: whether this rule says that what it applies to costs nothing"""
        self.ensure_one()
        if self.compute_price == 'percentage':
            return self.percent_price >= 100
        return self.compute_price == 'formula' and self.price_discount >= 100
