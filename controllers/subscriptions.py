"""Subscriptions in the customer's portal: what they have, what it costs, what they may do."""

import json
import uuid

from psycopg2.errors import UniqueViolation
from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from .offers import MOST_ID


class OfferSubscriptionPortal(CustomerPortal):
    # === LIST === #

    def _prepare_home_portal_values(self, counters):
        """Show the subscriptions to whoever has one."""
        values = super()._prepare_home_portal_values(counters)
        if 'offer_subscription_count' in counters:
            values['offer_subscription_count'] = self._get_subscriptions_sudo().search_count(
                self._get_subscription_domain(), limit=1
            )
        return values

    def _get_subscriptions_sudo(self):
        # sudo: customers have no right to subscriptions; the domain says what is theirs
        return request.env['offer.subscription'].sudo()

    def _get_subscription_domain(self):
        partner = request.env.user.partner_id
        return self._get_subscriptions_sudo()._get_portal_domain(partner)

    def _get_subscription_sortings(self):
        return {
            'start': {'label': request.env._('Newest'), 'order': 'date_start desc, id desc'},
            'name': {'label': request.env._('Number'), 'order': 'name'},
            'due': {'label': request.env._('Next Invoice'), 'order': 'date_next_due, id'},
        }

    def _get_subscription_filters(self):
        running = [('state', 'in', ('active', 'paused'))]
        return {
            'running': {'label': request.env._('Running'), 'domain': running},
            'closed': {'label': request.env._('Ended'), 'domain': [('state', '=', 'closed')]},
            'all': {'label': request.env._('All'), 'domain': []},
        }

    @http.route(
        ['/my/subscriptions', '/my/subscriptions/page/<int:page>'],
        type='http',
        auth='user',
        website=True,
        readonly=True,
    )
    def portal_my_subscriptions(self, page=1, sortby=None, filterby=None, search=None, **kwargs):
        subscriptions_sudo = self._get_subscriptions_sudo()
        sortings, filters = self._get_subscription_sortings(), self._get_subscription_filters()
        sortby = sortby if sortby in sortings else 'start'
        filterby = filterby if filterby in filters else 'running'
        domain = self._get_subscription_domain() + filters[filterby]['domain']
        if search:
            domain += [
                '|',
                '|',
                ('name', 'ilike', search),
                ('client_order_ref', 'ilike', search),
                ('line_ids.name', 'ilike', search),
            ]
        pages = pager(
            url='/my/subscriptions',
            total=subscriptions_sudo.search_count(domain),
            page=page,
            step=self._items_per_page,
            url_args={'sortby': sortby, 'filterby': filterby, 'search': search},
        )
        found_sudo = subscriptions_sudo.search(
            domain,
            order=sortings[sortby]['order'],
            limit=self._items_per_page,
            offset=pages['offset'],
        )
        values = self._prepare_portal_layout_values()
        values.update(
            {
                'subscriptions': found_sudo,
                'page_name': 'offer_subscription',
                'pager': pages,
                'default_url': '/my/subscriptions',
                'sortby': sortby,
                'searchbar_sortings': sortings,
                'filterby': filterby,
                'searchbar_filters': filters,
                'search': search,
                'search_in': 'all',
                'searchbar_inputs': {
                    'all': {'input': 'all', 'label': request.env._('Search')},
                },
            }
        )
        return request.render('sale_offer.portal_my_subscriptions', values)

    # === ONE === #

    def _get_subscription_sudo(self, subscription_id, access_token=None):
        """:return: a subscription that the visitor may see, in sudo
        :raise NotFound: if there is none: what belongs to others doesn't exist
        """
        if subscription_id > MOST_ID:
            raise NotFound
        subscriptions_sudo = self._get_subscriptions_sudo()
        subscription_sudo = subscriptions_sudo.browse(subscription_id).exists()
        token = subscription_sudo.access_token
        if access_token and token and consteq(token, access_token):
            return subscription_sudo
        if not request.env.user._is_public() and subscription_sudo:
            domain = [*self._get_subscription_domain(), ('id', '=', subscription_id)]
            if subscriptions_sudo.search_count(domain, limit=1):
                return subscription_sudo
        raise NotFound

    def _render_subscription(self, subscription_sudo, access_token=None, **values):
        subscription_sudo = subscription_sudo.with_company(subscription_sudo.company_id)
        page = self._get_page_view_values(
            subscription_sudo,
            access_token,
            {
                'page_name': 'offer_subscription',
                'subscription': subscription_sudo,
                'lines': subscription_sudo._get_portal_lines(),
                'forecast': subscription_sudo._get_portal_forecast(),
                # what stands in drafts is not for customers yet
                'invoices': subscription_sudo._get_invoices()
                .filtered(lambda move: move.state == 'posted')
                .sorted(lambda move: (move.invoice_date, move.id), reverse=True)[:12],
                'reports': request.env['offer.sla.report']
                .sudo()  # as the subscription, whose they are
                .search(
                    [
                        ('subscription_id', '=', subscription_sudo.id),
                        ('state', '!=', 'draft'),
                    ],
                    limit=12,
                ),
                'submit': self._get_change_label(subscription_sudo),
                **values,
            },
            'my_subscriptions_history',
            False,
        )
        return request.render('sale_offer.portal_subscription_page', page)

    @http.route('/my/subscriptions/<int:subscription_id>', type='http', auth='public', website=True)
    def portal_subscription(self, subscription_id, access_token=None, **kwargs):
        subscription_sudo = self._get_subscription_sudo(subscription_id, access_token)
        return self._render_subscription(subscription_sudo, access_token)

    # === ACTS: only who has logged in, each confirmed by a second page === #

    @http.route(
        '/my/subscriptions/<int:subscription_id>/change',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
    )
    def portal_subscription_change(self, subscription_id, confirm=None, **post):
        """Show the difference that other quantities make, then make the quotation to sign."""
        subscription_sudo = self._get_subscription_sudo(subscription_id)
        wanted = {
            key.removeprefix('quantity_'): value
            for key, value in post.items()
            if key.startswith('quantity_')
        }
        company_sudo = subscription_sudo.with_company(subscription_sudo.company_id)
        try:
            if confirm:
                with request.env.cr.savepoint():
                    order_sudo = company_sudo._quote_portal_change(wanted)
                    if order_sudo.state == 'draft' and not order_sudo.offer_request_state:
                        order_sudo._submit_portal_order(request.env.user.partner_id)
                return request.redirect(order_sudo.get_portal_url())
            difference = company_sudo._preview_portal_change(wanted)
        except UserError as error:
            return self._render_subscription(subscription_sudo, wanted=wanted, error=error.args[0])
        return self._render_subscription(subscription_sudo, wanted=wanted, difference=difference)

    @http.route(
        '/my/subscriptions/<int:subscription_id>/notice',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
    )
    def portal_subscription_notice(self, subscription_id, confirm=None, **post):
        """Show the end that a notice brings, then give it."""
        subscription_sudo = self._get_subscription_sudo(subscription_id)
        today = subscription_sudo._get_company_today(subscription_sudo.company_id)
        try:
            if not subscription_sudo._may_give_notice_in_portal():
                text = request.env._('Notice can\'t be given here: please ask us.')
                return self._render_subscription(subscription_sudo, error=text)
            if confirm:
                with request.env.cr.savepoint():
                    subscription_sudo.give_notice(today)
                    subscription_sudo._send_letter('sale_offer.mail_template_notice')
                return request.redirect(subscription_sudo.access_url)
            end = subscription_sudo._get_notice_end(today)
        except UserError as error:
            return self._render_subscription(subscription_sudo, error=error.args[0])
        return self._render_subscription(subscription_sudo, notice_end=end)

    @http.route(
        '/my/subscriptions/<int:subscription_id>/withdraw',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
    )
    def portal_subscription_withdraw(self, subscription_id, **post):
        subscription_sudo = self._get_subscription_sudo(subscription_id)
        if not subscription_sudo._may_withdraw_in_portal():
            text = request.env._('There is no notice that could be withdrawn here.')
            return self._render_subscription(subscription_sudo, error=text)
        subscription_sudo.withdraw_notice()
        return request.redirect(subscription_sudo.access_url)

    # === OPTIONS, SERVICE LEVEL, PLAN === #

    def _get_running_service(self, subscription_id, line_id):
        """:return: subscription and Service in sudo, of which the visitor may change the parts
        :raise NotFound: if it isn't theirs, or the plan doesn't let them
        """
        subscription_sudo = self._get_subscription_sudo(subscription_id)
        subscription_sudo = subscription_sudo.with_company(subscription_sudo.company_id)
        line_sudo = subscription_sudo._get_portal_service(line_id)
        if not line_sudo:
            raise NotFound
        return subscription_sudo, line_sudo

    @http.route(
        '/my/subscriptions/<int:subscription_id>/configure/<int:line_id>',
        type='http',
        auth='user',
        website=True,
        methods=['GET', 'POST'],
    )
    def portal_subscription_configure(
        self, subscription_id, line_id, form_key='', configuration='', **post
    ):
        """Put a running Service together anew; sent, it becomes a quotation to sign."""
        subscription_sudo, line_sudo = self._get_running_service(subscription_id, line_id)
        error = None
        if request.httprequest.method == 'POST':
            try:
                with request.env.cr.savepoint():
                    order_sudo = subscription_sudo._quote_portal_configuration(
                        request.env.user, line_sudo, self._read_json(configuration), form_key
                    )
                return request.redirect(order_sudo.get_portal_url())
            except UniqueViolation:
                # the first of two clicks was quicker; its quotation is on the page
                return request.redirect(subscription_sudo.access_url)
            except UserError as refused:
                error = refused.args[0]
        values = {
            **self._prepare_portal_layout_values(),
            'page_name': 'offer_subscription',
            'subscription': subscription_sudo,
            'line': line_sudo,
            'error': error,
            'form_key': uuid.uuid4().hex,
            'form_props': {
                'answer': subscription_sudo._look_at_portal_configuration(line_sudo),
                'url': f'{subscription_sudo.access_url}/configure/{line_id}/preview',
                'submit': self._get_change_label(subscription_sudo),
                'today': '',
                'isChange': True,
            },
        }
        return request.render('sale_offer.portal_subscription_configure', values)

    def _get_change_label(self, subscription_sudo):
        """:return: what a customer's change is, by what becomes of its orders"""
        policy = subscription_sudo.partner_id._get_offer_order_policy(subscription_sudo.company_id)
        return {
            'sign': request.env._('Continue to sign'),
            'approve': request.env._('Ask for it'),
            'confirm': request.env._('Change it now'),
        }[policy]

    def _read_json(self, text):
        try:
            return json.loads(text)
        except ValueError:
            return request.env['sale.order']._refuse_portal_choice()

    @http.route(
        '/my/subscriptions/<int:subscription_id>/configure/<int:line_id>/preview',
        type='jsonrpc',
        auth='user',
        website=True,
    )
    def portal_subscription_preview(
        self, subscription_id, line_id, configuration=None, value_ids=None, **kwargs
    ):
        """What the form asks on each change; nothing is written."""
        subscription_sudo, line_sudo = self._get_running_service(subscription_id, line_id)
        return subscription_sudo._look_at_portal_configuration(
            line_sudo, configuration or {}, value_ids
        )
