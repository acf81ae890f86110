from odoo.http import request

from odoo.addons.website_sale.controllers.product_configurator import (
    WebsiteSaleProductConfiguratorController,
)


class OfferProductConfigurator(WebsiteSaleProductConfiguratorController):
    def _should_show_product(self, product_template, parent_combination):
        """Offer no Service as an optional product in the shop."""
        shown = super()._should_show_product(product_template, parent_combination)
        return shown and not (request.is_frontend and product_template.offer_kind == 'service')
