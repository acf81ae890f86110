"""A customer changes options, service level and plan of what runs."""

import json
import re

from odoo.tests import HttpCase, tagged

from .common import OfferPortalCommon


@tagged('post_install', '-at_install')
class TestPortalChange(OfferPortalCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # it runs today, whatever day that is: 3 workplaces with Gold, two backups, 160.00 a month
        today = cls.env['offer.subscription']._get_company_today(cls.company)
        cls.subscription = cls._subscribe(
            options=[{'option_id': cls.backup_option.id, 'quantity': 2}],
            date_start=str(today.replace(day=1)),
        )
        cls.line = cls.subscription.line_ids[0]
        cls.url = f'{cls.subscription.access_url}/configure/{cls.line.id}'

    def _look(self, **values):
        configuration = {
            'product_id': self.workplace.id,
            'line_id': self.line.id,
            'quantity': 3,
            'plan_id': self.plan.id,
            'tier_id': self.gold.id,
            'options': [
                {
                    'option_id': self.backup_option.id,
                    'quantity': 2,
                    'line_id': self.subscription.line_ids[1].id,
                }
            ],
            **values,
        }
        answer = self.make_jsonrpc_request(f'{self.url}/preview', {'configuration': configuration})
        return configuration, answer

    def _send(self, configuration, values=None):
        page = self.url_open(self.url).text
        names = ('csrf_token', 'form_key')
        values = values or {
            name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1) for name in names
        }
        data = {**values, 'configuration': json.dumps(configuration)}
        return values, self.url_open(self.url, data=data)

    def test_a_look_writes_nothing(self):
        self._visit('own')
        self.assertIn('configure', self.url_open(self.subscription.access_url).text)
        self.assertEqual(self.url_open(self.url).status_code, 200)
        before = self.env['sale.order'].search_count([])
        configuration, answer = self._look(tier_id=self.bronze.id, quantity=4)
        # 4 × 40.00 and two backups instead of 160.00
        self.assertEqual(answer['totals']['plans'][0]['amount'], 170.0)
        self.assertIn('Gold → Bronze', answer['difference'])
        self.assertIn('+$\xa010.00', answer['difference'])
        self.assertEqual(answer['configuration']['line_id'], self.line.id)
        child = answer['configuration']['options'][0]
        self.assertEqual(child['line_id'], configuration['options'][0]['line_id'])
        self.assertEqual(self._look()[1]['difference'], '')
        self.assertEqual(self.env['sale.order'].search_count([]), before)
        order = self._create_order()
        number = int(re.sub(r'\D', '', order.name))
        self._look(quantity=5)
        self.assertEqual(int(re.sub(r'\D', '', self._create_order().name)), number + 1)

    def test_sent_twice_it_is_one_quotation_to_sign(self):
        self._visit('own')
        configuration, _answer = self._look(options=[])
        values, answer = self._send(configuration)
        self.assertIn('/my/orders/', answer.url)
        self._send(configuration, values)
        order = self.subscription.change_order_ids
        self.assertEqual((len(order), order.state), (1, 'sent'))
        self.assertIn('Remote Backup ends', order.offer_change_text)
        order.action_confirm()
        self.assertEqual(self.subscription.amount_period, 150.0)

    def test_another_plan(self):
        yearly = self._create_plan('Yearly', interval_unit='year')
        for target in ({}, {'tier_id': self.gold.id}, {'option_id': self.backup_option.id}):
            self._create_price(100.0, plan_id=yearly.id, **target)
        self._visit('own')
        _configuration, answer = self._look(plan_id=yearly.id)
        self.assertIn('Monthly → Yearly', answer['difference'])

    def test_the_customers_policy_holds_for_changes(self):
        self.customer.offer_order_policy = 'approve'
        self._visit('own')
        configuration, _answer = self._look(quantity=9)
        self._send(configuration)
        order = self.subscription.change_order_ids
        self.assertEqual((order.state, order.offer_request_state), ('draft', 'provider'))

    def test_what_is_sent_is_not_believed(self):
        other = self._add_bundle()
        other.order_id.action_confirm()
        strange = other.offer_subscription_line_ids[0]
        self._visit('own')
        for values in (
            {'line_id': strange.id},
            {'product_id': self.notebook.id},
            {'price_unit': 1.0},
            {'options': [{'option_id': self.backup_option.id, 'line_id': strange.id}]},
            {'options': [{'option_id': 999999}]},
        ):
            configuration = {'product_id': self.workplace.id, 'quantity': 3, **values}
            self.assertIn('chosen here', self._send(configuration)[1].text.replace('&#39;', "'"))
        configuration, _answer = self._look()
        self.assertIn('Nothing changes', self._send(configuration)[1].text)
        self.assertFalse(self.subscription.change_order_ids)

    def test_a_plan_may_keep_customers_from_it(self):
        self.plan.is_portal_configure = False
        self._visit('own')
        self.assertNotIn('configure', self.url_open(self.subscription.access_url).text)
        self.assertEqual(self.url_open(self.url).status_code, 404)

    def test_roles_are_shown_whoever_named_them(self):
        """One of the customer itself, one of the order."""
        roles = self.env['offer.role'].create(
            [{'name': 'Service Manager'}, {'name': 'Contact on Site', 'side': 'customer'}]
        )
        self.workplace.offer_role_ids = roles
        self.env['offer.role.assignment'].create(
            [
                {
                    'role_id': roles[0].id,
                    'person_id': self.salesperson.partner_id.id,
                    'sale_order_id': self.subscription.sale_order_id.id,
                },
                {
                    'role_id': roles[1].id,
                    'person_id': self.colleague.partner_id.id,
                    'partner_id': self.customer.id,
                },
            ]
        )
        self._visit('own')
        page = self.url_open(self.subscription.access_url).text
        for text in ('Service Manager', self.salesperson.name, 'Contact on Site'):
            self.assertIn(text, page)
