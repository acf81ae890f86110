from odoo import models
from odoo.fields import Domain


class ProductPricelist(models.Model):
    _inherit = 'product.pricelist'

    def _get_applicable_rules_domain(self, products, date, **kwargs):
        """Leave out the rules that say nothing about a price per plan, before the first one wins:
        only percentages, and formulas on the sales price, apply on top of it (design §4.3)."""
        domain = super()._get_applicable_rules_domain(products, date, **kwargs)
        if kwargs.get('offer_base_price') is None:
            return domain
        return Domain(domain) & (
            Domain('compute_price', '=', 'percentage')
            | Domain('compute_price', '=', 'formula') & Domain('base', '=', 'list_price')
        )
