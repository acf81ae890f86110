"""The customer's side: who sees what, and what they may do with their subscriptions."""

import re

from odoo.tests import HttpCase, tagged

from .common import OfferPortalCommon


@tagged('post_install', '-at_install')
class TestPortal(OfferPortalCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # it runs today, whatever day that is
        today = cls.env['offer.subscription']._get_company_today(cls.company)
        cls.start = today.replace(day=1)
        cls.subscription = cls._subscribe(
            options=[{'option_id': cls.backup_option.id, 'quantity': 2}], date_start=str(cls.start)
        )
        cls.subscription._portal_ensure_token()

    def _post(self, url, csrf=True, **data):
        if csrf:
            page = self.url_open(self.subscription.access_url).text
            data['csrf_token'] = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        return self.url_open(url, data=data or {'x': 1})

    # === ACCESS === #

    def test_what_is_not_there_looks_like_what_is_not_theirs(self):
        self._visit('own')
        self.assertEqual(self.url_open('/my/subscriptions/999999').status_code, 404)

    def test_a_link_shows_and_does_nothing(self):
        self._visit('nobody')
        page = self.url_open(
            f'{self.subscription.access_url}?access_token={self.subscription.access_token}'
        ).text
        self.assertIn('Managed Workplace', page)
        for button in ('Give notice', 'See what changes'):
            self.assertNotIn(button, page)

    def test_a_list_holds_what_is_theirs(self):
        self._visit('own')
        page = self.url_open('/my/subscriptions').text
        self.assertIn(self.subscription.name, page)
        self.assertIn('160.00', page)
        for query in ('?filterby=closed', '?search=nothing', '?sortby=x&filterby=closed'):
            page = self.url_open(f'/my/subscriptions{query}').text
            self.assertNotIn(self.subscription.name, page)
            self.assertIn('There is no subscription to show', page)
        page = self.url_open('/my/subscriptions?search=Backup&sortby=due&filterby=all').text
        self.assertIn(self.subscription.name, page)
        for visitor in ('other', 'elsewhere', 'employee'):
            self._visit(visitor)
            self.assertNotIn(self.subscription.name, self.url_open('/my/subscriptions').text)

    def test_the_home_counts_them(self):
        for visitor, count in (('own', 1), ('other', 0)):
            self._visit(visitor)
            counters = self.make_jsonrpc_request(
                '/my/counters', {'counters': ['offer_subscription_count']}
            )
            self.assertEqual(counters['offer_subscription_count'], count)
        self._visit('own')
        self.assertIn('Your Subscriptions', self.url_open('/my').text)

    # === WHAT THEY SEE === #

    def test_a_page_says_what_they_have_and_what_it_costs(self):
        self.subscription.bill(self.start)
        self.subscription.line_ids[0].tier_id.write({'availability': 0})
        self._visit('own')
        page = self.url_open(self.subscription.access_url).text
        for text in (
            'answer within 1 hour, around the clock',
            'Next invoice',
            'Minimum term 12 months',
            self.subscription._get_invoices().name,
            '150.00',
        ):
            self.assertIn(text, page)

    def test_drafts_are_not_for_customers(self):
        self.plan.invoice_handling = 'draft'
        self.subscription.bill(self.start)
        self._visit('own')
        self.assertNotIn('Invoices</h2>', self.url_open(self.subscription.access_url).text)

    # === WHAT THEY DO === #

    def _key(self, index=0):
        return f'quantity_{self.subscription.line_ids[index].id}'

    def test_more_seats_are_shown_then_quoted_once(self):
        self._visit('own')
        url = f'{self.subscription.access_url}/change'
        answer = self._post(url, **{self._key(): '5'})
        self.assertIn('3 → 5', answer.text)
        self.assertIn('Difference per month: +$\xa0100.00', answer.text)
        # nothing but a look
        self.assertFalse(self.subscription.change_order_ids)
        for _twice in range(2):
            answer = self._post(url, confirm='1', **{self._key(): '5'})
            self.assertIn('/my/orders/', answer.url)
        order = self.subscription.change_order_ids
        self.assertEqual((len(order), order.state), (1, 'sent'))
        self.assertIn('3 → 5', answer.text)
        self.assertIn(order.name, self.url_open(self.subscription.access_url).text)

    def test_a_component_within_its_bounds(self):
        self._visit('own')
        url = f'{self.subscription.access_url}/change'
        self.assertIn('2 → 7', self._post(url, **{self._key(1): '7'}).text)
        self.assertIn('0 to 50', self._post(url, **{self._key(1): '51'}).text)

    def test_what_is_typed_is_not_believed(self):
        self._visit('own')
        url = f'{self.subscription.access_url}/change'
        for data, sentence in (
            ({self._key(): 'many'}, 'is not a number'),
            ({self._key(): 'nan'}, 'is a number from 0'),
            ({self._key(): '-3'}, 'is a number from 0'),
            ({self._key(): '0'}, 'is more than 0'),
            ({self._key(): '3'}, 'Nothing changes'),
            ({'quantity_999999': '3'}, 'be changed here'),
            ({'price_unit': '0'}, 'Nothing changes'),
        ):
            self.assertIn(sentence, self._post(url, **data).text, data)
        self.assertFalse(self.subscription.change_order_ids)

    def test_what_is_refused_leaves_no_quotation(self):
        self._visit('own')
        url = f'{self.subscription.access_url}/change'
        before = self.env['sale.order'].search_count([])
        answer = self._post(url, confirm='1', **{self._key(1): '51'})
        self.assertIn('0 to 50', answer.text)
        self.assertEqual(self.env['sale.order'].search_count([]), before)

    def test_a_plan_may_keep_customers_from_changing(self):
        self.plan.write({'is_portal_change': False, 'is_portal_notice': False})
        self._visit('own')
        page = self.url_open(self.subscription.access_url).text
        self.assertNotIn('See what changes', page)
        self.assertNotIn('Give notice', page)
        url = self.subscription.access_url
        self.assertIn('please ask us', self._post(f'{url}/change', **{self._key(): '5'}).text)
        self.assertIn('please ask us', self._post(f'{url}/notice', confirm='1').text)
        self.assertFalse(self.subscription.date_end)

    def test_a_notice_shows_its_end_first_and_can_be_withdrawn(self):
        self._visit('colleague')
        url = self.subscription.access_url
        answer = self._post(f'{url}/notice')
        self.assertIn('it ends on', answer.text)
        self.assertFalse(self.subscription.date_end)
        answer = self._post(f'{url}/notice', confirm='1')
        self.assertEqual(self.subscription.date_end, self.subscription.date_term_end)
        self.assertIn('Withdraw the notice', answer.text)
        letter = self.subscription.message_ids.filtered('attachment_ids')
        self.assertEqual(len(letter), 1)
        # a second click gives no second notice
        self.assertIn('please ask us', self._post(f'{url}/notice', confirm='1').text)
        self._post(f'{url}/withdraw')
        self.assertFalse(self.subscription.date_end)
        self.assertIn('no notice', self._post(f'{url}/withdraw').text)
