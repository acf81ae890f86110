"""What customers order in the portal: for whom, at which price, and only once."""

import hashlib
import json
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError

# what a customer may say of a configuration, of the Service and of each option
PORTAL_KEYS = {'line_id', 'quantity', 'tier_id', 'no_variant_value_ids', 'custom_values', 'options'}
SERVICE_KEYS = PORTAL_KEYS | {'product_id', 'uom_id', 'plan_id', 'date_start'}
OPTION_KEYS = PORTAL_KEYS | {'option_id'}


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    _offer_portal_key = models.UniqueIndex(
        '(offer_portal_key) WHERE offer_portal_key IS NOT NULL', 'This has been ordered already.'
    )

    # who, which form and what was ordered, as a digest: a second click is the same order
    offer_portal_key = fields.Char(copy=False, readonly=True)

    # === BUSINESS METHODS: FOR WHOM === #

    @api.model
    def _new_portal_order(self, user):
        """An order in memory for the customer whose user it is: company, pricelist, currency and
        taxes come from the customer.

        In sudo: customers have no right to what an offer is made of; what they may see and say is
        checked before.

        :param user: the portal's user
        :rtype: sale.order
        """
        company = self._get_portal_company(user)
        orders_sudo = self.sudo().with_company(company)
        if company.account_price_include == 'tax_included':
            orders_sudo = orders_sudo.with_context(offer_with_taxes=True)
        return orders_sudo.new(self._prepare_portal_order_values(user))

    @api.model
    def _get_portal_company(self, user):
        """:return: the company that serves a customer
        :rtype: res.company
        """
        user_sudo = user.sudo()  # a customer may not read all of a company
        return user_sudo.partner_id.commercial_partner_id.company_id or user_sudo.company_id

    @api.model
    def _get_portal_catalogue(self, user):
        """:return: all offers that a customer finds, as a domain, and the model in sudo
        :rtype: tuple
        """
        company = self._get_portal_company(user)
        templates_sudo = self.sudo().with_company(company).env['product.template']
        today = self.env['offer.subscription']._get_company_today(company)
        return (
            templates_sudo._get_offer_catalogue_domain(user.partner_id.sudo(), company, today),
            templates_sudo,
        )

    @api.model
    def _prepare_portal_order_values(self, user):
        return {
            'partner_id': user.partner_id.id,
            'company_id': self._get_portal_company(user).id,
        }

    def _get_portal_today(self):
        return self.env['offer.subscription']._get_company_today(self.company_id)

    # === BUSINESS METHODS: WHAT A CUSTOMER MAY SAY === #

    def _check_portal_configuration(self, configuration, template, day, held=None):
        """Let through only what belongs to the offer; a refusal tells nothing of other things.

        :param configuration: what came from the browser
        :param template: the offer
        :param day: the first day on which it may start
        :param held: on a change the running lines, what of them goes on may stay
        :raise UserError: with one sentence
        """
        held = held or self.env['offer.subscription.line']
        self._check_portal_node(configuration, SERVICE_KEYS, template, held)
        products = template.product_variant_ids | held.product_id
        plans = self._get_portal_plans(template) | held.subscription_id.plan_id
        units = template.uom_id | template.uom_ids | held.product_uom_id
        if configuration.get('product_id') not in products.ids:
            self._refuse_portal_choice()
        if configuration.get('plan_id') and configuration['plan_id'] not in plans.ids:
            self._refuse_portal_choice()
        if configuration.get('uom_id') and configuration['uom_id'] not in units.ids:
            self._refuse_portal_choice()
        start = configuration.get('date_start')
        if start:
            with suppress(ValueError, TypeError):
                start = fields.Date.to_date(start)
            if not hasattr(start, 'year') or start < day:
                raise UserError(self.env._('It can start today or later.'))

    def _get_portal_plans(self, template):
        """:return: the plans of an offer that have a price for this customer, in some quantity"""
        context = self._get_offer_price_context()
        prices = self.env['offer.price']
        return template._get_offer_plans(context.company).filtered(
            lambda plan: prices._find_for(template, plan, context)
        )

    @api.model
    def _check_portal_node(self, node, keys, template, held):
        if not isinstance(node, dict) or set(node) - keys:
            self._refuse_portal_choice()
        tiers = template.offer_tier_ids | held.tier_id
        if node.get('tier_id') and node['tier_id'] not in tiers.ids:
            self._refuse_portal_choice()
        if node.get('line_id') and node['line_id'] not in held.ids:
            self._refuse_portal_choice()
        options = {option.id: option for option in template._get_offer_options() | held.option_id}
        chosen = node.get('options') or []
        if not isinstance(chosen, list):
            self._refuse_portal_choice()
        for child in chosen:
            number = child.get('option_id') if isinstance(child, dict) else None
            option = options.get(number) if isinstance(number, int) else None
            if not option:
                self._refuse_portal_choice()
            self._check_portal_node(child, OPTION_KEYS, option.product_id.product_tmpl_id, held)

    @api.model
    def _refuse_portal_choice(self):
        raise UserError(self.env._('This can\'t be chosen here: load the page anew.'))

    def _get_portal_answer(self, configuration, value_ids=None):
        """What the order form shows of a configuration, checked before.

        :return: what :meth:`offer_configurator` gives, and the `roles` that somebody has to play
        :rtype: dict
        """
        answer = self.offer_configurator(configuration, value_ids)
        self._hide_what_is_not_sold(answer['service'])
        products = self.env['product.product'].browse(
            {line['product_id'] for line in answer['lines']}
        )
        answer['with_taxes'] = bool(self.env.context.get('offer_with_taxes'))
        answer['roles'] = [
            {'id': role.id, 'name': role.name}
            for role in self._get_portal_roles(products.product_tmpl_id)
        ]
        return answer

    @api.model
    def _hide_what_is_not_sold(self, service):
        """Leave out options that no customer can have now, like what is not published yet."""
        for group in service['groups']:
            group['options'] = [
                option for option in group['options'] if option['is_sold'] or option['required']
            ]
            for option in group['options']:
                if option['service']:
                    self._hide_what_is_not_sold(option['service'])
        service['groups'] = [group for group in service['groups'] if group['options']]

    def _get_portal_roles(self, templates):
        """:return: the roles at the customer's side that are needed, and that nobody plays yet
        :rtype: offer.role
        """
        roles = templates.offer_role_ids.filtered(
            lambda role: role.is_required and role.side == 'customer'
        )
        played = self.env['offer.role.assignment']._find(roles, self.partner_id)
        return roles.filtered(lambda role: role not in played)

    # === BUSINESS METHODS: ORDER === #

    @api.model
    def _order_in_portal(self, user, template, configuration, form_key, people=None):
        """Order an offer for a customer.

        :param user: whose customer it is
        :param template: the offer, checked to be theirs
        :param dict configuration: checked by :meth:`_check_portal_configuration`
        :param str form_key: of the form that was sent: sent twice, it gives one order
        :param dict people: contacts who play roles, by the role's id
        :return: the order, or the one that was made of the same form already
        :rtype: sale.order
        :raise UserError: with plain sentences; nothing is written then
        """
        key = self._get_portal_key(user, form_key, configuration)
        known = self._find_portal_order(user, key)
        if known:
            return known
        orders_sudo = self.sudo().with_company(self._get_portal_company(user))
        order = orders_sudo.create(
            {**self._prepare_portal_order_values(user), 'offer_portal_key': key}
        )
        if template.offer_kind == 'service':
            order.offer_add(configuration)
        else:
            order._add_portal_product(configuration)
        order._assign_portal_people(people or {})
        order._submit_portal_order(user.partner_id)
        return order

    @api.model
    def _get_portal_key(self, user, form_key, configuration):
        said = json.dumps([user.id, str(form_key), configuration], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @api.model
    def _find_portal_order(self, user, key):
        orders_sudo = self.sudo()  # whoever ordered finds it, also before it is sent
        return orders_sudo.search(
            [('offer_portal_key', '=', key), ('partner_id', '=', user.partner_id.id)], limit=1
        )

    def _add_portal_product(self, configuration):
        """Put a Product on the order."""
        node, errors = self.env['offer.configuration']._read_configuration(self, configuration)
        if errors:
            raise UserError('\n'.join(errors))
        self.env['sale.order.line'].create(
            {
                'order_id': self.id,
                'product_id': node.product.id,
                'product_uom_qty': node.quantity,
            }
        )

    def _assign_portal_people(self, people):
        """Say who plays the customer's roles: only its own contacts."""
        customer = self.partner_id.commercial_partner_id
        templates = self.order_line.product_id.product_tmpl_id
        for role in self._get_portal_roles(templates):
            person = self.env['res.partner'].search(
                [('id', '=', people.get(role.id) or 0), ('id', 'child_of', customer.id)]
            )
            if not person:
                raise UserError(self.env._('Say who is "%s".', role.name))
            self.env['offer.role.assignment'].create(
                {'role_id': role.id, 'person_id': person.id, 'sale_order_id': self.id}
            )

    def _submit_portal_order(self, person):
        """Let the order go the way that its customer's orders go.

        :param person: the contact who has ordered
        """
        policy = self.partner_id._get_offer_order_policy(self.company_id)
        if policy == 'approve' or self._get_offer_errors():
            # what is in the way, like a role at the provider's side, is for the salesperson
            self._request_offer_approval(person)
        elif policy == 'confirm':
            self._validate_order()
        else:
            if not self.require_signature and not self.require_payment:
                # the customer has to accept it somehow
                self.require_signature = True
            self.action_quotation_sent()
