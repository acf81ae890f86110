"""How customers order: once, what they may, at their prices, and by whose approval."""

import json
import re
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import OfferPortalCommon


@tagged('post_install', '-at_install')
class TestPortalOrder(OfferPortalCommon, HttpCase):
    # === ORDER === #

    def _form(self, offer):
        url = f'/my/offers/{offer.product_tmpl_id.id}'
        page = self.url_open(url).text
        values = {
            name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1)
            for name in ('csrf_token', 'form_key')
        }
        return f'{url}/order', values

    def _orders(self, user=None):
        partner = (user or self.own).partner_id
        return self.env['sale.order'].search([('partner_id', '=', partner.id)])

    def test_a_product_in_two_clicks_and_only_once(self):
        self._visit('own')
        url, values = self._form(self.notebook)
        for _click in range(2):
            answer = self.url_open(url, data={**values, 'quantity': '2'})
            self.assertIn('/my/orders/', answer.url)
            self.assertIn('1,800.00', answer.text)
        order = self._orders()
        self.assertEqual((len(order), order.state, order.company_id), (1, 'sent', self.company))
        self.assertTrue(order.require_signature)
        self.assertEqual(order.order_line.price_unit, 900.0)
        # ordered again on purpose
        url, values = self._form(self.notebook)
        self.url_open(url, data={**values, 'quantity': '2'})
        self.assertEqual(len(self._orders()), 2)

    def test_the_database_knows_one_order_of_a_form(self):
        orders = self.env['sale.order']
        wanted = {'product_id': self.notebook.id, 'quantity': 1.0}
        first = orders._order_in_portal(
            self.own, self.notebook.product_tmpl_id.sudo(), wanted, 'form'
        )
        again = orders._order_in_portal(
            self.own, self.notebook.product_tmpl_id.sudo(), wanted, 'form'
        )
        self.assertEqual(again, first)
        with mute_logger('odoo.sql_db'), self.assertRaises(UniqueViolation):
            self._create_order(offer_portal_key=first.offer_portal_key)
            self.env.flush_all()

    def test_the_slower_of_two_clicks_finds_the_order(self):
        wanted = {'product_id': self.notebook.id, 'quantity': 1.0}
        orders = self.env['sale.order']
        order = orders._order_in_portal(
            self.own, self.notebook.product_tmpl_id.sudo(), wanted, 'form'
        )
        self._visit('own')
        url = f'/my/offers/ordered/{order.offer_portal_key}'
        self.assertIn(f'/my/orders/{order.id}', self.url_open(url).url)
        for visitor in ('colleague', 'other'):
            self._visit(visitor)
            self.assertTrue(self.url_open(url).url.endswith('/my/offers'))

    def _service_form(self, **values):
        return {
            'configuration': json.dumps(
                {
                    'product_id': self.workplace.id,
                    'quantity': 3,
                    'plan_id': self.plan.id,
                    'tier_id': self.gold.id,
                    'options': [{'option_id': self.backup_option.id, 'quantity': 2}],
                    **values,
                }
            )
        }

    def test_a_service_as_it_was_put_together(self):
        """3 × 50.00 and 2 × 5.00 a month."""
        self._visit('own')
        url, values = self._form(self.workplace)
        answer = self.url_open(url, data={**values, **self._service_form()})
        self.assertIn('160.00', answer.text)
        order = self._orders()
        self.assertEqual((order.state, order.amount_untaxed), ('sent', 160.0))
        self.assertFalse(order.offer_subscription_ids)

    def test_what_is_sent_is_not_believed(self):
        secret = self._create_item('Secret', 1.0, 'service', offer_state='draft')
        plan = self._create_plan('Secret Plan')
        tier = self.env['offer.sla.tier'].create({'name': 'Secret Tier'})
        line = self._add_bundle()
        other = self._add_option('Secret Option')
        other.group_id = self.env['offer.option.group'].create(
            {'name': 'Secret Group', 'product_tmpl_id': secret.product_tmpl_id.id}
        )
        self._visit('own')
        url, values = self._form(self.workplace)
        strange = "chosen here"
        for said, sentence in (
            ({'product_id': secret.id}, strange),
            ({'product_id': self.notebook.id}, strange),
            ({'plan_id': plan.id}, strange),
            ({'tier_id': tier.id}, strange),
            ({'options': [{'option_id': other.id}]}, strange),
            ({'options': 'all'}, strange),
            ({'options': [7]}, strange),
            ({'options': [{'option_id': [self.backup_option.id]}]}, strange),
            ({'line_id': line.id}, strange),
            ({'price_unit': 1}, strange),
            ({'quantity': -1}, 'more than 0'),
            ({'quantity': 'many'}, 'not a number'),
            ({'date_start': '2001-01-01'}, 'today or later'),
            ({'date_start': 'x'}, 'today or later'),
            ({'options': [{'option_id': self.backup_option.id, 'quantity': 51}]}, '0 to 50'),
            ({'plan_id': False}, 'Choose a plan'),
        ):
            answer = self.url_open(url, data={**values, **self._service_form(**said)})
            text = answer.text.replace('&#39;', "'")
            error = re.search(r'name="offer_error"[^>]*>(.*?)</div>', text, re.DOTALL)
            self.assertTrue(error, said)
            self.assertIn(sentence, error.group(1), said)
            self.assertNotIn('Secret', error.group(1))
        for said in ('', '[]', 'x', 'null'):
            answer = self.url_open(url, data={**values, 'configuration': said})
            self.assertIn('chosen here', answer.text)
        url, values = self._form(self.notebook)
        for said, sentence in (('x', 'is not a number'), ('-1', 'more than 0'), ('nan', 'than 0')):
            answer = self.url_open(url, data={**values, 'quantity': said, 'price_unit': '1'})
            self.assertIn(sentence, answer.text)
        self.assertFalse(self._orders())

    def test_the_form_shows_what_can_be_had(self):
        hidden = self._add_option('Not Yet')
        hidden.product_id.product_tmpl_id.write({'offer_kind': 'product', 'offer_state': 'draft'})
        self._visit('own')
        offer = self.workplace.product_tmpl_id
        configuration = {'product_id': self.workplace.id, 'plan_id': self.plan.id, 'quantity': 2}
        answer = self.make_jsonrpc_request(
            f'/my/offers/{offer.id}/preview', {'configuration': configuration}
        )
        names = [
            option['name'] for group in answer['service']['groups'] for option in group['options']
        ]
        self.assertEqual(names, ['Notebook', 'Remote Backup'])
        self.assertEqual(answer['totals']['plans'][0]['amount'], 80.0)
        self.assertFalse(self._orders())

    def test_prices_with_taxes_where_the_company_shows_them(self):
        tax = self.env['account.tax'].create({'name': '20 %', 'amount': 20})
        self.workplace.taxes_id = tax
        self.company.account_price_include = 'tax_included'
        tax.price_include_override = 'tax_excluded'
        order = self.env['sale.order']._new_portal_order(self.own)
        answer = order._get_portal_answer(
            {'product_id': self.workplace.id, 'plan_id': self.plan.id, 'quantity': 1}
        )
        self.assertEqual(answer['totals']['plans'][0]['amount'], 48.0)
        template = self.workplace.product_tmpl_id.with_env(order.env)
        self.assertEqual(template._get_offer_prices_from(order)[template]['amount'], 48.0)

    # === POLICIES AND APPROVALS === #

    def _order_notebook(self, visitor='own'):
        self._visit(visitor)
        url, values = self._form(self.notebook)
        self.url_open(url, data=values)
        return self._orders(getattr(self, visitor))[:1]

    def test_confirmed_at_once(self):
        self.company.offer_order_policy = 'confirm'
        self.assertEqual(self._order_notebook().state, 'sale')
        # the customer says otherwise
        self.customer.offer_order_policy = 'sign'
        self.assertEqual(self._order_notebook().state, 'sent')

    def test_a_request_without_an_approver_is_for_the_salesperson(self):
        self.customer.offer_order_policy = 'approve'
        self.customer.user_id = self.salesperson
        order = self._order_notebook()
        self.assertEqual((order.state, order.offer_request_state), ('draft', 'provider'))
        self.assertEqual(order.activity_ids.user_id, self.salesperson)
        self.assertFalse(order._has_to_be_signed())
        page = self.url_open(order.get_portal_url()).text
        self.assertIn('we review it', page)
        self.assertIn(order.name, self.url_open('/my/quotes').text)
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(order.state, 'sale')

    def _make_approver(self, user):
        role = self.env['offer.role'].create(
            {'name': 'Approver', 'side': 'customer', 'is_approver': True}
        )
        self.env['offer.role.assignment'].create(
            {
                'role_id': role.id,
                'person_id': user.partner_id.id,
                'partner_id': self.customer.id,
            }
        )

    def _answer(self, order, answer, csrf=True):
        data = {'answer': answer}
        if csrf:
            page = self.url_open(f'/my/offers/{self.notebook.product_tmpl_id.id}').text
            data['csrf_token'] = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        return self.url_open(f'/my/orders/{order.id}/offer_answer', data=data)

    def test_the_customers_approver_then_the_provider(self):
        self.customer.offer_order_policy = 'approve'
        self._make_approver(self.colleague)
        order = self._order_notebook()
        self.assertEqual(order.offer_request_state, 'customer')
        self.assertIn(self.colleague.partner_id, order.message_ids.notified_partner_ids)
        self._assert_refused('waits for an approval by', order.action_confirm)
        # not the one who ordered, nobody of another customer, not without the page's token
        self.assertNotIn('value="approve"', self.url_open(order.get_portal_url()).text)
        self._answer(order, 'approve')
        self._visit('other')
        self.assertEqual(self._answer(order, 'approve').status_code, 404)
        self._visit('colleague')
        self.assertEqual(self._answer(order, 'approve', csrf=False).status_code, 400)
        self.assertEqual(order.offer_request_state, 'customer')
        self.assertIn('value="approve"', self.url_open(order.get_portal_url()).text)
        self.assertIn('we review it', self._answer(order, 'approve').text)
        self.assertEqual((order.state, order.offer_request_state), ('draft', 'provider'))
        # twice does nothing more
        self._answer(order, 'refuse')
        self.assertEqual(order.state, 'draft')
        order.action_confirm()
        self.assertEqual(order.state, 'sale')

    def test_an_approver_refuses(self):
        self.customer.offer_order_policy = 'approve'
        self._make_approver(self.colleague)
        order = self._order_notebook()
        self._visit('colleague')
        self._answer(order, 'refuse')
        self.assertEqual(order.state, 'cancel')

    def test_who_approves_needs_no_approval_by_itself(self):
        self.customer.offer_order_policy = 'approve'
        self._make_approver(self.own)
        self.assertEqual(self._order_notebook().offer_request_state, 'provider')

    def test_an_approval_given_by_telephone(self):
        self.customer.offer_order_policy = 'approve'
        self._make_approver(self.colleague)
        order = self._order_notebook()
        order.action_offer_approve_for_customer()
        self.assertEqual(order.offer_request_state, 'provider')
        self._assert_refused('wait for an approval', order.action_offer_approve_for_customer)

    def test_the_customers_people_are_named_with_the_order(self):
        role = self.env['offer.role'].create(
            {'name': 'Contact on Site', 'side': 'customer', 'is_required': True}
        )
        self.workplace.offer_role_ids = role
        self._visit('own')
        url, values = self._form(self.workplace)
        form = {**values, **self._service_form()}
        self.assertIn('Say who is', self.url_open(url, data=form).text)
        stranger = self.other.partner_id
        form[f'role_{role.id}'] = str(stranger.id)
        self.assertIn('Say who is', self.url_open(url, data=form).text)
        form[f'role_{role.id}'] = str(self.colleague.partner_id.id)
        self.url_open(url, data=form)
        order = self._orders()
        self.assertEqual(order.state, 'sent')
        self.assertEqual(order.offer_role_assignment_ids.person_id, self.colleague.partner_id)

    def test_a_role_at_our_side_makes_it_a_request(self):
        self.workplace.offer_role_ids = self.env['offer.role'].create(
            {'name': 'Service Manager', 'is_required': True}
        )
        self._visit('own')
        url, values = self._form(self.workplace)
        self.url_open(url, data={**values, **self._service_form()})
        self.assertEqual(self._orders().offer_request_state, 'provider')

    def test_the_company_comes_from_the_customer(self):
        """The customer of another company orders of that company, in its currency."""
        company = self.elsewhere.company_id
        company.currency_id = self.env.ref('base.EUR')
        wanted = {'product_id': self.notebook.id, 'quantity': 1.0}
        order = self.env['sale.order']._order_in_portal(
            self.elsewhere, self.notebook.product_tmpl_id.sudo(), wanted, 'form'
        )
        self.assertEqual((order.company_id, order.currency_id), (company, company.currency_id))

    def test_two_clicks_at_once(self):
        """The second transaction doesn't see the first one's order; the database refuses it."""
        orders = self.env['sale.order']
        self._visit('own')
        url, values = self._form(self.notebook)
        first = self.url_open(url, data={**values, 'quantity': '1'})
        find, blind = type(orders)._find_portal_order, [orders]

        def find_later(self, user, key):
            return blind.pop() if blind else find(self, user, key)

        with (
            patch.object(type(orders), '_find_portal_order', find_later),
            mute_logger('odoo.sql_db'),
        ):
            second = self.url_open(url, data={**values, 'quantity': '1'})
        self.assertFalse(blind)
        self.assertEqual(second.url, first.url)
        self.assertEqual(len(self._orders()), 1)
