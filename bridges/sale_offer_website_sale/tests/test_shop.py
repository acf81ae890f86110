"""What the shop says of a Service, and that it sells a Product as ever."""

from lxml import html

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sale_offer.tests.shop_case import OfferShopCommon

CART = "//*[@id='add_to_cart' or contains(@class, 'a-submit')]"
PRICE = "//*[contains(@class, 'oe_currency_value')]"


@tagged('post_install', '-at_install')
class TestShop(OfferShopCommon):
    def _read(self, url):
        return html.fromstring(self.url_open(url).text)

    def _page(self, offer):
        """:return: what the offer's own page says of it"""
        return self._read(offer.website_url).xpath("//*[@id='product_details']")[0]

    def _get_links(self, page):
        return [link.get('href') for link in page.xpath("//*[@class='o_offer_where mb-4']//a")]

    # === ITS PAGE === #

    def test_a_page_says_where_a_service_is_ordered(self):
        url = f'/my/offers/{self.workplace.product_tmpl_id.id}'
        for visitor, links in (('nobody', [f'/web/login?redirect={url}']), ('own', [url])):
            self._visit(visitor)
            page = self._page(self.workplace)
            self.assertEqual((visitor, self._get_links(page)), (visitor, links))
            self.assertIn('You put this Service together', page.text_content())
            self.assertIn('Contact Us', page.text_content())
            self.assertFalse(page.xpath('.' + CART) + page.xpath('.' + PRICE))
        self.assertEqual(self.url_open(url).status_code, 200)

    def test_who_does_not_find_it_asks(self):
        self.workplace.sudo().offer_audience = 'nobody'
        for visitor in ('nobody', 'own'):
            self._visit(visitor)
            page = self._page(self.workplace)
            self.assertFalse(self._get_links(page))
            self.assertIn('Contact us to order this Service', page.text_content())

    def test_a_product_has_its_price_and_its_cart(self):
        page = self._page(self.notebook)
        self.assertEqual(page.xpath('.' + PRICE)[0].text, '900.00')
        self.assertTrue(page.xpath('.' + CART))
        self.assertFalse(self._get_links(page))

    def test_search_engines_read_no_price(self):
        for offer, said in ((self.workplace, False), (self.notebook, True)):
            text = self.url_open(offer.website_url).text
            self.assertEqual(('priceCurrency' in text), said, offer.name)

    # === WHERE IT IS LISTED === #

    def _tile(self, page, offer):
        return page.xpath(f"//form[.//a[@href='{offer.website_url}']]")[0]

    def test_the_grid_offers_a_cart_for_products_only(self):
        page = self._read('/shop')
        tile = self._tile(page, self.workplace)
        self.assertFalse(tile.xpath('.' + CART) + tile.xpath('.' + PRICE))
        tile = self._tile(page, self.notebook)
        self.assertTrue(tile.xpath('.' + CART))
        self.assertEqual(tile.xpath('.' + PRICE)[0].text, '900.00')

    def test_another_variant_changes_nothing(self):
        for offer, hidden, price in ((self.workplace, True, 0), (self.notebook, False, 900)):
            info = self.make_jsonrpc_request(
                '/website_sale/get_combination_info',
                {
                    'product_template_id': offer.product_tmpl_id.id,
                    'product_id': offer.id,
                    'combination': [],
                    'add_qty': 1,
                },
            )
            self.assertEqual((info['prevent_zero_price_sale'], info['price']), (hidden, price))

    def test_compared_and_wished_for_it_is_asked_for(self):
        self._visit('own')
        self.env['product.wishlist'].sudo().create(
            [
                {
                    'partner_id': self.own.partner_id.id,
                    'product_id': product.id,
                    'website_id': self.website.id,
                }
                for product in (self.workplace, self.notebook)
            ]
        )
        both = f'{self.workplace.id},{self.notebook.id}'
        for url in ('/shop/wishlist', f'/shop/compare?products={both}'):
            text = self._read(url).xpath("//*[@id='o_comparelist_table']")[0].text_content()
            self.assertIn('Managed Workplace', text)
            self.assertEqual(text.count('Contact Us'), 1, url)
            self.assertEqual(text.count('Add to Cart'), 1, url)

    def test_it_comes_along_with_no_product(self):
        self.notebook.product_tmpl_id.sudo().optional_product_ids = (
            self.workplace + self.backup
        ).product_tmpl_id
        self.backup.sudo().write({'website_published': True, 'list_price': 5})
        answer = self.make_jsonrpc_request(
            '/website_sale/product_configurator/get_values',
            {
                'product_template_id': self.notebook.product_tmpl_id.id,
                'quantity': 1,
                'currency_id': self.company.currency_id.id,
                'so_date': '2027-01-01',
                'ptav_ids': [],
            },
        )
        names = [product['display_name'] for product in answer['optional_products']]
        self.assertEqual(names, ['Remote Backup'])

    def test_it_is_suggested_for_no_cart(self):
        self._visit('own')
        self.notebook.product_tmpl_id.sudo().accessory_product_ids = self.workplace + self.backup
        self.backup.sudo().write({'website_published': True, 'list_price': 5})
        self._put(self.notebook)
        page = self._read('/shop/cart')
        self.assertIn('Remote Backup', page.text_content())
        self.assertNotIn('Managed Workplace', page.text_content())

    def test_ordered_again_are_products_only(self):
        order = self._create_order(order_line=[Command.create({'product_id': self.notebook.id})])
        order.offer_add(self._configuration())
        order.action_confirm()
        order.sudo().website_id = self.website
        self._visit('own')
        self.assertEqual(
            self._call(
                '/my/orders/reorder', order_id=order.id, access_token=order._portal_ensure_token()
            ),
            '',
        )
        cart = self._get_carts() - order.sudo()
        self.assertEqual(cart.order_line.product_id, self.notebook)
