"""The catalogue in the customer's portal: what they find, what it costs them, how they order."""

import json
import re
import uuid
from contextlib import suppress

from psycopg2.errors import UniqueViolation
from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager
from odoo.addons.sale.controllers.portal import CustomerPortal

MOST_ID = 2**31 - 1


class OfferCatalogue(CustomerPortal):
    _offers_per_page = 20

    # === CATALOGUE === #

    def _prepare_home_portal_values(self, counters):
        """Show the way to the catalogue as soon as there is one."""
        values = super()._prepare_home_portal_values(counters)
        if 'offer_count' in counters:
            # sudo: customers have no right to items. Whether there is one for everybody or for this
            # customer is not asked here: that would make the portal's home slower for all
            templates_sudo = request.env['product.template'].sudo()
            values['offer_count'] = templates_sudo.search_count(
                templates_sudo._get_offer_published_domain(), limit=1
            )
        return values

    def _get_offer_sortings(self):
        return {
            'name': {'label': request.env._('Name'), 'order': 'name, id'},
            'newest': {'label': request.env._('Newest'), 'order': 'id desc'},
        }

    def _get_offer_filters(self, templates_sudo, domain):
        """All, by kind, and by the tags that customers see."""
        filters = {
            'all': {'label': request.env._('All'), 'domain': Domain.TRUE},
            'product': {
                'label': request.env._('Products'),
                'domain': Domain('offer_kind', '=', 'product'),
            },
            'service': {
                'label': request.env._('Services'),
                'domain': Domain('offer_kind', '=', 'service'),
            },
        }
        tags_sudo = templates_sudo.env['product.tag'].search(
            Domain('visible_to_customers', '=', True)
            & Domain('product_template_ids', 'any', domain)
        )
        for tag in tags_sudo:
            domain = Domain('product_tag_ids', 'in', tag.ids)
            filters[f'tag_{tag.id}'] = {'label': tag.name, 'domain': domain}
        return filters

    def _get_offer_search_domain(self, profiles, search):
        domain = Domain('name', 'ilike', search) | Domain('description_sale', 'ilike', search)
        domain |= Domain('default_code', 'ilike', search)
        domain |= Domain(
            'product_tag_ids',
            'any',
            [('visible_to_customers', '=', True), ('name', 'ilike', search)],
        )
        # what the customer calls it
        named = [
            template.id
            for template, profile in profiles.items()
            if search.lower() in f'{profile.name or ""} {profile.description or ""}'.lower()
        ]
        return domain | Domain('id', 'in', named)

    @http.route(
        ['/my/offers', '/my/offers/page/<int:page>'], type='http', auth='user', website=True
    )
    def portal_my_offers(self, page=1, sortby=None, filterby=None, search=None, **kwargs):
        order_sudo = request.env['sale.order']._new_portal_order(request.env.user)
        profiles = self._get_offer_profiles(order_sudo)
        domain, templates_sudo = order_sudo._get_portal_catalogue(request.env.user)
        sortings = self._get_offer_sortings()
        filters = self._get_offer_filters(templates_sudo, domain)
        sortby = sortby if sortby in sortings else 'name'
        filterby = filterby if filterby in filters else 'all'
        domain &= filters[filterby]['domain']
        if search:
            domain &= self._get_offer_search_domain(profiles, search)
        pages = pager(
            url='/my/offers',
            total=templates_sudo.search_count(domain),
            page=page,
            step=self._offers_per_page,
            url_args={'sortby': sortby, 'filterby': filterby, 'search': search},
        )
        found_sudo = templates_sudo.search(
            domain,
            order=sortings[sortby]['order'],
            limit=self._offers_per_page,
            offset=pages['offset'],
        )
        values = self._prepare_portal_layout_values()
        values.update(
            {
                'offers': found_sudo,
                'profiles': profiles,
                'prices': found_sudo._get_offer_prices_from(order_sudo),
                'offer_order': order_sudo,
                'page_name': 'offers',
                'pager': pages,
                'default_url': '/my/offers',
                'sortby': sortby,
                'searchbar_sortings': sortings,
                'filterby': filterby,
                'searchbar_filters': filters,
                'search': search,
                'search_in': 'all',
                'searchbar_inputs': {'all': {'input': 'all', 'label': request.env._('Search')}},
            }
        )
        return request.render('sale_offer.portal_my_offers', values)

    def _get_offer_profiles(self, order_sudo):
        context = order_sudo._get_offer_price_context()
        return order_sudo.env['offer.customer.profile']._find(
            context.partner, context.company, context.day
        )

    # === ONE === #

    def _get_offer(self, offer_id):
        """:return: an offer that the visitor finds, in sudo, and an order in memory
        :raise NotFound: if there is none: what is not theirs doesn't exist
        """
        if offer_id > MOST_ID:
            raise NotFound
        order_sudo = request.env['sale.order']._new_portal_order(request.env.user)
        domain, templates_sudo = order_sudo._get_portal_catalogue(request.env.user)
        template_sudo = templates_sudo.search(domain & Domain('id', '=', offer_id))
        if not template_sudo:
            raise NotFound
        return template_sudo, order_sudo

    @http.route('/my/offers/<int:offer_id>', type='http', auth='user', website=True)
    def portal_offer(self, offer_id, **kwargs):
        template_sudo, order_sudo = self._get_offer(offer_id)
        return self._render_offer(template_sudo, order_sudo)

    def _render_offer(self, template_sudo, order_sudo, error=None):
        profiles = self._get_offer_profiles(order_sudo)
        answer = None
        if template_sudo.offer_kind == 'service':
            product_id = template_sudo._get_offer_portal_variant().id
            answer = order_sudo._get_portal_answer({'product_id': product_id, 'quantity': 1})
        customer_sudo = order_sudo.partner_id.commercial_partner_id
        values = {
            **self._prepare_portal_layout_values(),
            'page_name': 'offers',
            'offer': template_sudo,
            'profile': profiles.get(template_sudo),
            'price': template_sudo._get_offer_prices_from(order_sudo)[template_sudo],
            'offer_order': order_sudo,
            'error': error,
            'policy': customer_sudo._get_offer_order_policy(order_sudo.company_id),
            'form_key': uuid.uuid4().hex,
            'form_props': answer
            and {
                'answer': answer,
                'url': f'/my/offers/{template_sudo.id}/preview',
                'submit': request.env._('Order now'),
                'today': str(order_sudo._get_portal_today()),
                'people': [
                    {'id': person.id, 'name': person.name}
                    for person in customer_sudo | customer_sudo.child_ids
                    if person == order_sudo.partner_id or not person.is_company
                ],
            },
        }
        return request.render('sale_offer.portal_offer_page', values)

    @http.route('/my/offers/<int:offer_id>/picture', type='http', auth='user', readonly=True)
    def portal_offer_picture(self, offer_id, **kwargs):
        template_sudo, _order_sudo = self._get_offer(offer_id)
        if not template_sudo.image_512:
            raise NotFound
        stream = request.env['ir.binary']._get_image_stream_from(template_sudo, 'image_512')
        return stream.get_response()

    @http.route('/my/offers/<int:offer_id>/preview', type='jsonrpc', auth='user', website=True)
    def portal_offer_preview(self, offer_id, configuration=None, value_ids=None, **kwargs):
        """What the order form asks on each change; nothing is ordered."""
        template_sudo, order_sudo = self._get_offer(offer_id)
        order_sudo._check_portal_configuration(
            configuration, template_sudo, order_sudo._get_portal_today()
        )
        return order_sudo._get_portal_answer(configuration, value_ids)

    @http.route(
        '/my/offers/<int:offer_id>/order', type='http', auth='user', website=True, methods=['POST']
    )
    def portal_offer_order(self, offer_id, form_key='', quantity='1', configuration='', **post):
        """Order an offer; the same form sent twice is one order."""
        template_sudo, order_sudo = self._get_offer(offer_id)
        user, orders = request.env.user, request.env['sale.order']
        wanted = None
        try:
            if template_sudo.offer_kind == 'service':
                try:
                    wanted = json.loads(configuration)
                except ValueError:
                    order_sudo._refuse_portal_choice()
                order_sudo._check_portal_configuration(
                    wanted, template_sudo, order_sudo._get_portal_today()
                )
            else:
                wanted = template_sudo._read_portal_quantity(quantity)
            people = {
                int(name.removeprefix('role_')): int(value)
                for name, value in post.items()
                # what is longer is no id
                if re.fullmatch(r'role_[0-9]{1,9}', name) and re.fullmatch('[0-9]{1,9}', value)
            }
            with request.env.cr.savepoint():
                ordered_sudo = orders._order_in_portal(
                    user, template_sudo, wanted, form_key, people
                )
        except UniqueViolation:
            # the first of two clicks was quicker: a new transaction sees its order
            key = orders._get_portal_key(user, form_key, wanted)
            return request.redirect(f'/my/offers/ordered/{key}')
        except UserError as error:
            # taking back what was tried has emptied the order in memory
            return self._render_offer(*self._get_offer(offer_id), error=error.args[0])
        return request.redirect(ordered_sudo.get_portal_url())

    @http.route('/my/offers/ordered/<string:key>', type='http', auth='user', website=True)
    def portal_offer_ordered(self, key, **kwargs):
        order_sudo = request.env['sale.order']._find_portal_order(request.env.user, key)
        return request.redirect(order_sudo.get_portal_url() if order_sudo else '/my/offers')

    # === REQUESTS === #

    def _prepare_quotations_domain(self, partner):
        """List what waits to be approved beside what was sent."""
        domain = Domain(super()._prepare_quotations_domain(partner))
        waiting = Domain('state', '=', 'draft') & Domain('offer_request_state', '!=', False)
        return list(
            domain.map_conditions(
                lambda condition: condition | waiting
                if (condition.field_expr, condition.value) == ('state', 'sent')
                else condition
            )
        )

    @http.route(
        '/my/orders/<int:order_id>/offer_answer',
        type='http',
        auth='user',
        website=True,
        methods=['POST'],
    )
    def portal_offer_answer(self, order_id, answer='', **kwargs):
        """Approve or refuse what a colleague has ordered."""
        if order_id > MOST_ID:
            raise NotFound
        person = request.env.user.partner_id
        # sudo: an approver has no right to change an order; who may approve is checked below
        order_sudo = request.env['sale.order'].sudo().browse(order_id).exists()
        if order_sudo.partner_id.commercial_partner_id != person.commercial_partner_id:
            raise NotFound
        order_sudo = order_sudo.with_company(order_sudo.company_id)
        # answered already, or not theirs to answer: the page says how it stands
        with suppress(UserError):
            if answer == 'approve':
                order_sudo._approve_offer_request(person)
            elif answer == 'refuse':
                order_sudo._refuse_offer_request(person)
        return request.redirect(order_sudo.get_portal_url())
