from odoo import models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def _website_show_quick_add(self):
        """Offer no cart where a Service is listed."""
        return self.offer_kind != 'service' and super()._website_show_quick_add()

    def _get_additionnal_combination_info(self, product_or_template, quantity, uom, date, website):
        """Treat a Service as what has no price here: the shop then hides price and cart, and offers
        its contact form, on the page, in comparisons, wish lists, snippets, searches and feeds."""
        info = super()._get_additionnal_combination_info(
            product_or_template, quantity, uom, date, website
        )
        if self.offer_kind == 'service':
            info.update(
                prevent_zero_price_sale=True,
                price=0.0,
                list_price=0.0,
                compare_list_price=0.0,
                has_discounted_price=False,
            )
        return info

    def _get_offer_order_url(self):
        """:return: where the visitor orders the Service, after logging in if need be; None: nowhere
            by themselves
        :rtype: str
        """
        self.ensure_one()
        user, url = self.env.user, f'/my/offers/{self.id}'
        # sudo: visitors have no right to what decides who finds an offer
        template_sudo = self.sudo()
        if user._is_public():
            is_found = template_sudo.offer_audience == 'everyone' and template_sudo.filtered_domain(
                self._get_offer_published_domain()
            )
            return f'/web/login?redirect={url}' if is_found else None
        domain, templates_sudo = self.env['sale.order']._get_portal_catalogue(user)
        return url if templates_sudo.browse(self.id).filtered_domain(domain) else None
