"""The customer's catalogue: who finds what, and what it costs them."""

from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import OfferPortalCommon

PIXEL = (
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk'
    '+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
)


@tagged('post_install', '-at_install')
class TestCatalogue(OfferPortalCommon, HttpCase):
    def _catalogue(self, query=''):
        return self.url_open(f'/my/offers{query}').text

    def _finds(self, visitor, offer):
        """Whether a visitor finds an offer: in the list, as a page, and as a picture."""
        self._visit(visitor)
        listed = offer.name in self._catalogue()
        url = f'/my/offers/{offer.product_tmpl_id.id}'
        page = self.url_open(url).status_code
        picture = self.url_open(f'{url}/picture').status_code
        self.assertIn((listed, page, picture), [(True, 200, 200), (False, 404, 404)])
        return listed

    # === AUDIENCE === #

    def test_who_finds_what(self):
        """Audience × customer, by hand."""
        tag = self.env['res.partner.category'].create({'name': 'Bakers'})
        self.notebook.image_1920 = self.workplace.image_1920 = PIXEL
        for audience, values, finders in (
            ('everyone', {}, {'own', 'colleague', 'other'}),
            ('nobody', {}, set()),
            (False, {}, set()),
            ('customers', {'offer_audience_partner_ids': self.customer.ids}, {'own', 'colleague'}),
            (
                'customers',
                {'offer_audience_partner_ids': self.colleague.partner_id.ids},
                {'own', 'colleague'},
            ),
            ('tags', {'offer_audience_tag_ids': tag.ids}, {'other'}),
            ('profile', {}, {'own', 'colleague'}),
        ):
            self.other.partner_id.parent_id.category_id = tag
            self.env['offer.customer.profile'].search([]).unlink()
            if audience == 'profile':
                self.env['offer.customer.profile'].create(
                    {
                        'product_tmpl_id': self.workplace.product_tmpl_id.id,
                        'partner_id': self.customer.id,
                    }
                )
            self.workplace.write({'offer_audience': audience, **values})
            found = {
                name for name in ('own', 'colleague', 'other') if self._finds(name, self.workplace)
            }
            self.assertEqual((audience, found), (audience, finders))

    def test_what_is_not_on_sale_is_not_found(self):
        self.notebook.image_1920 = PIXEL
        self.assertTrue(self._finds('own', self.notebook))
        company = self.env['res.company'].sudo().create({'name': 'Sister'})
        for values in (
            {'offer_state': 'draft'},
            {'offer_state': 'retired'},
            {'sale_ok': False},
            {'active': False},
            {'offer_kind': False, 'offer_state': False},
            {'company_id': company.id},
        ):
            before = {name: self.notebook[name] for name in values}
            self.notebook.sudo().write(values)
            self.assertFalse(self._finds('own', self.notebook), values)
            self.notebook.sudo().write({**before, 'company_id': False})
        self.assertTrue(self._finds('own', self.notebook))

    def test_a_published_offer_is_for_everyone_unless_said_otherwise(self):
        offer = self._create_item('Dock', 90.0, 'product', offer_state='draft').product_tmpl_id
        self.assertFalse(offer.offer_audience)
        offer.action_offer_publish()
        self.assertEqual(offer.offer_audience, 'everyone')
        offer.offer_audience = 'nobody'
        offer.action_offer_retire()
        offer.action_offer_publish()
        self.assertEqual(offer.offer_audience, 'nobody')
        self._assert_refused(
            'no customer profiles', lambda: offer.write({'offer_audience': 'profile'})
        )

    def test_pictures_of_items_stay_closed_elsewhere(self):
        self.notebook.image_1920 = PIXEL
        self._visit('own')
        for model, record in (
            ('product.template', self.notebook.product_tmpl_id),
            ('product.product', self.notebook),
        ):
            answer = self.url_open(f'/web/image/{model}/{record.id}/image_512?download=1')
            self.assertEqual(answer.status_code, 404)

    def test_the_home_shows_the_catalogue_where_there_is_something(self):
        self._visit('own')
        self.assertIn('/my/offers', self.url_open('/my').text)
        for expected in (1, 0):
            counters = self.make_jsonrpc_request('/my/counters', {'counters': ['offer_count']})
            self.assertEqual(counters['offer_count'], expected)
            self.env['product.template'].search([('offer_kind', '!=', False)]).write(
                {'offer_audience': 'nobody'}
            )
        self.assertIn('no offer for you yet', self._catalogue())

    # === LIST === #

    def test_search_filter_sort_and_pages(self):
        tag, inner = self.env['product.tag'].create(
            [{'name': 'Hardware'}, {'name': 'Margin A', 'visible_to_customers': False}]
        )
        self.notebook.product_tmpl_id.product_tag_ids = tag + inner
        self._visit('own')
        page = self._catalogue()
        self.assertIn('Hardware', page)
        self.assertNotIn('Margin A', page)
        for query, found in (
            ('?search=notebook', {'Notebook'}),
            ('?search=hardware', {'Notebook'}),
            ('?search=margin', set()),
            ('?filterby=service', {'Managed Workplace'}),
            ('?filterby=product', {'Notebook'}),
            (f'?filterby=tag_{tag.id}', {'Notebook'}),
            (f'?filterby=tag_{inner.id}', {'Notebook', 'Managed Workplace'}),
            ('?filterby=x&sortby=x', {'Notebook', 'Managed Workplace'}),
        ):
            page = self._catalogue(query)
            names = {name for name in ('Notebook', 'Managed Workplace') if f'{name}</a>' in page}
            self.assertEqual((query, names), (query, found))
        for number in range(22):
            self._create_item(f'Cable {number:02}', 5.0, 'product')
        first, second = self._catalogue(), self._catalogue('/page/2')
        self.assertIn('Cable 00', first)
        self.assertNotIn('Cable 21', first)
        self.assertIn('Cable 21', second)

    def test_a_customer_reads_its_own_name_and_finds_it(self):
        self.env['offer.customer.profile'].create(
            {
                'product_tmpl_id': self.workplace.product_tmpl_id.id,
                'partner_id': self.customer.id,
                'name': 'Bakery Desk',
                'description': 'As agreed in March.',
            }
        )
        self._visit('own')
        page = self._catalogue('?search=desk')
        self.assertIn('Bakery Desk', page)
        self.assertIn('As agreed in March.', page)
        self._visit('other')
        self.assertIn('No offer matches', self._catalogue('?search=desk'))

    # === PRICES === #

    def _price(self, offer, user=None):
        order = self.env['sale.order']._new_portal_order(user or self.own)
        template = offer.product_tmpl_id.with_env(order.env)
        price = template._get_offer_prices_from(order)[template]
        return price['amount'], price['plan'].name or ''

    def test_from_prices_are_this_customers(self):
        """All by hand: 40.00 a month, Bronze costs nothing more, Gold 10.00."""
        self.assertEqual(self._price(self.notebook), (900.0, ''))
        self.assertEqual(self._price(self.workplace), (40.0, 'Monthly'))
        # the yearly plan comes to 35.00 a month
        yearly = self._create_plan('Yearly', interval_unit='year')
        row = self._create_price(420.0, plan_id=yearly.id)
        self.assertEqual(self._price(self.workplace), (420.0, 'Yearly'))
        row.amount = 600.0
        self.assertEqual(self._price(self.workplace), (40.0, 'Monthly'))
        # the customer's own price, final
        self._create_price(33.0, partner_id=self.customer.id)
        self.assertEqual(self._price(self.workplace), (33.0, 'Monthly'))
        self.assertEqual(self._price(self.workplace, self.other), (40.0, 'Monthly'))
        # a profile that allows Gold alone
        self.env['offer.customer.profile'].create(
            {
                'product_tmpl_id': self.workplace.product_tmpl_id.id,
                'partner_id': self.customer.id,
                'tier_ids': [Command.set(self.gold.ids)],
            }
        )
        self.assertEqual(self._price(self.workplace), (43.0, 'Monthly'))

    def test_from_prices_hold_what_has_to_be_taken_along(self):
        self.backup_option.write({'is_required': True, 'min_quantity': 0, 'quantity': 2})
        # 40.00 and two backups of 5.00
        self.assertEqual(self._price(self.workplace), (50.0, 'Monthly'))

    def test_from_prices_follow_the_pricelist_its_currency_and_taxes(self):
        self.env.ref('base.group_user').sudo().implied_ids += self.env.ref(
            'product.group_product_pricelist'
        )
        pricelist = self.env['product.pricelist'].create(
            {
                'name': 'Friends',
                'item_ids': [
                    Command.create(
                        {
                            'applied_on': '3_global',
                            'compute_price': 'percentage',
                            'percent_price': 10,
                        }
                    )
                ],
            }
        )
        self.customer.property_product_pricelist = pricelist
        self.assertEqual(self._price(self.workplace), (36.0, 'Monthly'))
        # a Product costs the same under every pricelist
        self.assertEqual(self._price(self.notebook), (900.0, ''))
        home, abroad = self._create_taxes_of_home_and_abroad()
        self.notebook.taxes_id = home
        # 900.00 with 21 % are 743.80 without; the company shows prices without
        self.assertEqual(self._price(self.notebook), (743.8, ''))
        self.company.account_price_include = 'tax_included'
        self.assertEqual(self._price(self.notebook), (900.0, ''))
        self.customer.property_account_position_id = abroad
        self.assertEqual(self._price(self.notebook), (743.8, ''))

    def test_a_page_of_many_costs_as_many_queries_as_one_of_few(self):
        def count(limit):
            self.env.flush_all()
            self.env.invalidate_all()
            order = self.env['sale.order']._new_portal_order(self.own)
            templates = order.env['product.template'].search(
                [('offer_kind', '!=', False), ('id', 'in', mine.ids)], limit=limit
            )
            before = self.cr.sql_log_count
            prices = templates._get_offer_prices_from(order)
            self.assertEqual(len(prices), limit)
            return self.cr.sql_log_count - before

        mine = self.env['product.template']
        for number in range(20):
            kind = 'service' if number % 2 else 'product'
            item = self._create_item(f'Offer {number}', 10.0, kind, type='service')
            if kind == 'service':
                self._create_price(5.0, item)
            mine += item.product_tmpl_id
        count(2)
        self.assertLessEqual(count(20), count(2) + 1)
