"""Every route of the customer's pages × every visitor × every token, in one table."""

import json
import re
import threading
from itertools import product

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import OfferPortalCommon
from .test_portal_catalogue import PIXEL

TOKENS = ('none', 'wrong', 'right')
# what a route shows: what everybody has who has logged in, what is theirs, what a link opens
ROUTES = [
    ('GET', '/my/offers', 'page'),
    ('GET', '/my/offers/page/<int:page>', 'page'),
    ('GET', '/my/offers/ordered/<string:key>', 'page'),
    ('GET', '/my/offers/<int:offer_id>', 'theirs'),
    ('GET', '/my/offers/<int:offer_id>/picture', 'theirs'),
    ('JSON', '/my/offers/<int:offer_id>/preview', 'theirs'),
    ('POST', '/my/offers/<int:offer_id>/order', 'theirs'),
    ('GET', '/my/subscriptions', 'page'),
    ('GET', '/my/subscriptions/page/<int:page>', 'page'),
    ('GET', '/my/subscriptions/<int:subscription_id>', 'link'),
    ('POST', '/my/subscriptions/<int:subscription_id>/change', 'theirs'),
    ('POST', '/my/subscriptions/<int:subscription_id>/notice', 'theirs'),
    ('POST', '/my/subscriptions/<int:subscription_id>/withdraw', 'theirs'),
    ('GET', '/my/subscriptions/<int:subscription_id>/configure/<int:line_id>', 'theirs'),
    ('POST', '/my/subscriptions/<int:subscription_id>/configure/<int:line_id>', 'theirs'),
    ('JSON', '/my/subscriptions/<int:subscription_id>/configure/<int:line_id>/preview', 'theirs'),
    ('POST', '/my/orders/<int:order_id>/offer_answer', 'theirs'),
]


@tagged('post_install', '-at_install')
class TestPortalAccess(OfferPortalCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = cls.env['offer.subscription']._get_company_today(cls.company)
        cls.subscription = cls._subscribe(
            options=[{'option_id': cls.backup_option.id, 'quantity': 2}],
            date_start=str(today.replace(day=1)),
        )
        cls.subscription._portal_ensure_token()
        cls.workplace.write(
            {
                'image_1920': PIXEL,
                'offer_audience': 'customers',
                'offer_audience_partner_ids': cls.customer.ids,
            }
        )
        cls.order = cls._create_order(
            partner_id=cls.own.partner_id.id, offer_request_state='customer'
        )
        cls.ids = {
            'int:page': 1,
            'string:key': 'x',
            'int:offer_id': cls.workplace.product_tmpl_id.id,
            'int:subscription_id': cls.subscription.id,
            'int:line_id': cls.subscription.line_ids[0].id,
            'int:order_id': cls.order.id,
        }
        cls.configuration = {'product_id': cls.workplace.id, 'plan_id': cls.plan.id}

    def _url(self, route, token):
        url = re.sub('<([^>]+)>', lambda found: str(self.ids[found.group(1)]), route)
        tokens = {'wrong': '0123456789abcdef', 'right': self.subscription.access_token}
        return f'{url}?access_token={tokens[token]}' if token in tokens else url

    def _ask(self, method, url, csrf):
        """:return: 'in', 'login' or 'refused'"""
        if method == 'JSON':
            with mute_logger('odoo.http'):
                answer = self.url_open(
                    url, json={'params': {'configuration': self.configuration}}
                ).json()
            return 'in' if 'result' in answer else 'refused'
        data = {'csrf_token': csrf} if method == 'POST' else None
        answer = self.url_open(url, data=data)
        if '/web/login' in answer.url:
            return 'login'
        return {200: 'in', 404: 'refused', 400: 'refused'}[answer.status_code]

    def test_who_comes_in(self):
        for visitor in self.VISITORS:
            self._visit(visitor)
            # the page's token is right, so that it is not what refuses
            page = self.url_open('/my').text
            csrf = re.search(r'csrf_token: "([^"]+)"', page).group(1)
            is_theirs = visitor in ('own', 'colleague')
            for (method, route, what), token in product(ROUTES, TOKENS):
                comes_in = {
                    'page': visitor != 'nobody',
                    'theirs': is_theirs,
                    'link': is_theirs or token == 'right',
                }[what]
                if 'notice' in route and comes_in:
                    # shown, not confirmed
                    self.assertFalse(self.subscription.date_notice)
                found = self._ask(method, self._url(route, token), csrf)
                case = (visitor, method, route, token, found)
                self.assertEqual((case, found == 'in'), (case, comes_in))
        self.assertFalse(self.subscription.date_notice or self.subscription.change_order_ids)
        self.assertEqual(self.order.offer_request_state, 'customer')

    def test_nothing_is_sent_without_the_pages_token(self):
        for visitor in ('own', 'colleague'):
            self._visit(visitor)
            for method, route, _what in ROUTES:
                if method == 'POST':
                    data = {'confirm': '1', 'configuration': json.dumps(self.configuration)}
                    answer = self.url_open(self._url(route, 'none'), data=data)
                    self.assertEqual((route, answer.status_code), (route, 400))

    def test_the_table_names_every_route(self):
        known = {route for _method, route, _what in ROUTES}
        # outside of a request the map asks the thread for the database
        thread = threading.current_thread()
        thread.dbname = self.env.cr.dbname
        self.addCleanup(delattr, thread, 'dbname')
        ours = {
            rule.rule
            for rule in self.env['ir.http'].routing_map().iter_rules()
            if re.match(r'/my/(offers|subscriptions)|/my/orders/.*offer', rule.rule)
        }
        self.assertEqual(ours, known)

    def test_numbers_that_no_database_holds(self):
        self._visit('own')
        for url in (
            f'/my/offers/{10**20}',
            f'/my/offers/{10**20}/picture',
            f'/my/subscriptions/{10**20}',
            f'/my/subscriptions/{self.subscription.id}/configure/{10**20}',
        ):
            self.assertEqual((url, self.url_open(url).status_code), (url, 404))
        answer = self.make_jsonrpc_request(
            self._url('/my/offers/<int:offer_id>/preview', 'none'),
            {'configuration': self.configuration, 'value_ids': [10**20]},
        )
        self.assertEqual(answer['configuration']['product_id'], self.workplace.id)
