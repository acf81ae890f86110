"""A web shop in which the small portfolio is published."""

from odoo.tests import HttpCase

from .common import OfferPortalCommon


class OfferShopCommon(OfferPortalCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if 'website_id' not in cls.env['sale.order']._fields:
            cls.skipTest(cls, 'needs website_sale')
        cls.website = cls.env['website'].sudo().search([], limit=1)
        cls.website.company_id = cls.company
        cls.website.user_id.sudo().company_ids += cls.company
        cls.website.user_id.sudo().company_id = cls.company
        (cls.workplace + cls.notebook).sudo().website_published = True
        cls.notebook.is_storable = False

    def _cart(self, **values):
        return self._create_order(website_id=self.website.id, **values).sudo()

    def _quote(self):
        order = self._create_order()
        order.offer_add(self._configuration())
        return order

    def _old_cart(self):
        """:return: a cart with a Service, as the shop made them before it refused it"""
        order = self._quote()
        order.flush_recordset()
        self.env.cr.execute(
            'UPDATE sale_order SET website_id = %s WHERE id = %s', [self.website.id, order.id]
        )
        order.invalidate_recordset()
        return order.sudo()

    def _put(self, product, **values):
        """Do what the shop's button does.

        :return: why it was refused, or an empty text
        :rtype: str
        """
        return self._call(
            '/shop/cart/add',
            product_template_id=product.product_tmpl_id.id,
            product_id=product.id,
            **{'quantity': 1, **values},
        )

    def _call(self, route, **params):
        answer = self.url_open(route, json={'params': params}).json()
        return answer.get('error', {}).get('data', {}).get('message', '')

    def _get_carts(self):
        return self.env['sale.order'].sudo().search([('website_id', '!=', False)])
