from odoo import models
from odoo.fields import Domain


class ProductPricelist(models.Model):
    _inherit = 'product.pricelist'

    def _compute_price_rule(
        self, products, quantity, *, currency=None, uom=None, date=False, **kwargs
    ):
        """Price Products without any rule: they cost their sales price under every pricelist.

        All ways to a price under a pricelist end here, so no rule has to be asked about a Product.
        """
        flat = products.filtered(lambda product: product.offer_kind == 'product') if self else None
        if not flat:
            return super()._compute_price_rule(
                products, quantity, currency=currency, uom=uom, date=date, **kwargs
            )
        currency = currency or self.currency_id
        no_pricelist = super(ProductPricelist, self.browse())
        prices = no_pricelist._compute_price_rule(
            flat, quantity, currency=currency, uom=uom, date=date, **kwargs
        )
        if products - flat:
            prices |= super()._compute_price_rule(
                products - flat, quantity, currency=currency, uom=uom, date=date, **kwargs
            )
        return prices

    def _get_applicable_rules_domain(self, products, date, **kwargs):
        """Leave out the rules that say nothing about a price per plan, before the first one wins:
        only percentages, and formulas on the sales price, apply on top of it."""
        domain = super()._get_applicable_rules_domain(products, date, **kwargs)
        if kwargs.get('offer_base_price') is None:
            return domain
        return Domain(domain) & (
            Domain('compute_price', '=', 'percentage')
            | Domain('compute_price', '=', 'formula') & Domain('base', '=', 'list_price')
        )
