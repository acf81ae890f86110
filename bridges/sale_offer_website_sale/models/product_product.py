from odoo import models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    def _website_show_quick_add(self):
        """Offer no cart where a Service is listed, suggested or chosen by a snippet."""
        return self.offer_kind != 'service' and super()._website_show_quick_add()

    def _to_markup_data(self, website):
        """Tell search engines no price of a Service: it depends on what is chosen."""
        data = super()._to_markup_data(website)
        if self.offer_kind == 'service':
            data.pop('offers', None)
        return data
