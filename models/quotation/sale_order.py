from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..configuration.marks import SAVING


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    offer_subscription_ids = fields.One2many(
        comodel_name='offer.subscription', inverse_name='sale_order_id', string='Subscriptions'
    )
    offer_subscription_count = fields.Integer(compute='_compute_offer_subscription_count')
    offer_warning = fields.Text(compute='_compute_offer_warning')
    offer_role_ids = fields.Many2many(
        comodel_name='offer.role', string='Needed Roles', compute='_compute_offer_role_ids'
    )
    offer_role_assignment_ids = fields.One2many(
        comodel_name='offer.role.assignment', inverse_name='sale_order_id', string='Roles'
    )

    # === COMPUTE METHODS === #

    @api.depends('order_line.product_id')
    def _compute_offer_role_ids(self):
        for order in self:
            order.offer_role_ids = order.order_line.product_id.product_tmpl_id.offer_role_ids

    @api.depends(
        'state',
        'order_line.product_id.offer_state',
        'order_line.offer_plan_id',
        'order_line.offer_date_start',
        'offer_date_start',
        'offer_start_is_fixed',
        'offer_role_assignment_ids.role_id',
    )
    def _compute_offer_warning(self):
        """Tell the salesperson, not the customer, what was retired since it was quoted, and what
        keeps a Service from being sold as it stands."""
        for order in self:
            retired = order._get_offer_retired()
            order.offer_warning = False
            if retired and order.state in ('draft', 'sent'):
                order.offer_warning = self.env._(
                    'Retired since it was quoted: %s. The order can be confirmed as quoted.',
                    ', '.join(retired.mapped('display_name')),
                )
            if order.state in ('draft', 'sent'):
                texts = [order._get_offer_start_warning(), *order._get_offer_errors()]
                order.offer_warning = '\n'.join(filter(None, [order.offer_warning, *texts]))

    @api.depends('offer_subscription_ids')
    def _compute_offer_subscription_count(self):
        for order in self:
            order.offer_subscription_count = len(order.offer_subscription_ids)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Note what Services were configured to, once all of their lines are there."""
        orders = super(SaleOrder, SAVING.on(self)).create(vals_list)
        orders = self.browse(orders.ids)
        orders.order_line._note_offer_quoted()
        orders._start_offer_additions()
        return orders

    def write(self, vals):
        """Start what recurs and is added to a confirmed order."""
        if 'order_line' not in vals:
            return super().write(vals)
        res = super(SaleOrder, SAVING.on(self)).write(vals)
        lines = self.filtered(lambda order: order.state in ('draft', 'sent')).order_line
        lines._get_offer_edited()._follow_offer_setup()
        self.order_line._note_offer_quoted()
        self._start_offer_additions()
        return res

    # === BUSINESS METHODS: CONFIRMATION === #

    def _confirmation_error_message(self):
        """Refuse to confirm a Service that can't be sold as it stands."""
        message = super()._confirmation_error_message()
        if message:
            return message
        return '\n'.join(self._get_offer_blocks() + self._get_offer_errors()) or False

    def _get_offer_retired(self):
        """:return: what stands on the order and is sold no more"""
        return self.order_line.product_id.filtered(
            lambda product: product.offer_kind and product.offer_state == 'retired'
        )

    def _get_offer_errors(self):
        """:return: what keeps the Services on the order from being sold as they stand"""
        services = self.order_line.filtered(
            lambda line: line.offer_kind == 'service' and not line.offer_option_id
        )
        errors = [error for line in services for error in line._get_offer_errors()]
        return errors + self._get_offer_role_errors()

    def _get_offer_role_errors(self):
        """:return: required roles of the Services on the order that nobody plays"""
        roles, services = self.env['offer.role'], {}
        for line in self.order_line.filtered(lambda it: not it._is_offer_left_out()):
            for role in line._get_offer_needed_roles():
                roles |= role
                services.setdefault(role, line.product_id.product_tmpl_id)
        if not roles:
            return []
        # sudo: who plays a role in what runs plays it in its change, whoever quotes that
        running_sudo = self._get_offer_changed()
        order = running_sudo.sale_order_id or self._origin
        assignments = self.env['offer.role.assignment']
        played = assignments._find(roles, self.partner_id, order, running_sudo)
        played |= assignments._find(roles, self.partner_id, self._origin)
        return [
            self.env._(
                '"%(service)s" needs somebody as "%(role)s": say who, on the order or its'
                ' customer.',
                service=services[role].name,
                role=role.name,
            )
            for role in roles
            if role not in played
        ]

    def _action_confirm(self):
        """Start the subscriptions of what recurs, one a plan."""
        res = super()._action_confirm()
        for order in self:
            order._create_offer_subscriptions()
        return res

    def _create_offer_subscriptions(self):
        """Make and activate a subscription for each plan on the order.

        Confirming again makes nothing twice: a line that has a subscription line is left out.

        :rtype: offer.subscription
        """
        self.ensure_one()
        # sudo: a subscription line counts, also where it is another salesperson's
        lines = self.order_line.filtered(
            lambda line: line.offer_plan_id
            and line.product_uom_qty > 0
            and not line.sudo().offer_subscription_line_ids
        )
        # a salesperson or a customer's signature confirms, who may not write subscriptions
        subscriptions_sudo = self.env['offer.subscription'].sudo().with_company(self.company_id)
        today = subscriptions_sudo._get_company_today(self.company_id)
        groups = self._group_offer_lines(lines).values()
        # when they start depends on what has started before
        vals_list = [
            self._prepare_offer_subscription_values(mine.offer_plan_id, mine, today)
            for mine in groups
        ]
        for mine, vals in zip(groups, vals_list, strict=True):
            subscription_sudo = subscriptions_sudo.create(vals)
            self._hang_offer_lines(subscription_sudo.line_ids)
            if not mine[0]._starts_on_delivery():
                subscription_sudo.activate(min(subscription_sudo.line_ids.mapped('date_start')))
            subscriptions_sudo += subscription_sudo
        return subscriptions_sudo

    @api.model
    def _hang_offer_lines(self, lines):
        """Let subscription lines hang on each other as their order lines do."""
        by_order_line = lines.grouped('sale_line_id')
        for line in lines:
            line.parent_id = by_order_line.get(line.sale_line_id._get_offer_service_line())

    def _start_offer_additions(self):
        """Start what recurs and was added to a confirmed order, at once.

        :raise UserError: if it can't be sold as it stands
        """
        for order in self.filtered(lambda order: order.state == 'sale'):
            # sudo: a subscription line counts, also where it is another salesperson's
            added = order.order_line.filtered(
                lambda line: line.offer_plan_id
                and line.product_uom_qty > 0
                and not line.sudo().offer_subscription_line_ids
            )
            if not added or order.offer_change_subscription_id:
                continue
            services = added.filtered(
                lambda line: line.offer_kind == 'service' and not line.offer_option_id
            )
            errors = [error for line in services for error in line._get_offer_errors()]
            if errors:
                raise UserError('\n'.join(errors))
            order._create_offer_subscriptions()

    def _action_cancel(self):
        """Close the subscriptions of a cancelled order, unless they have been billed."""
        # a salesperson cancels, who may not write subscriptions
        subscriptions_sudo = self.sudo().offer_subscription_ids
        billed = subscriptions_sudo.filtered('line_ids.billing_entry_ids')
        if billed:
            raise UserError(
                self.env._(
                    '%s has been billed: end it instead of cancelling its order.',
                    ', '.join(billed.mapped('name')),
                )
            )
        subscriptions_sudo._cancel_unbilled()
        return super()._action_cancel()

    def _prepare_offer_subscription_values(self, plan, lines, today):
        """Values of the subscription that some lines start.

        :param plan: their offer.plan
        :param lines: sale.order.line, those of one group, see `_group_offer_lines`
        :param datetime.date today: the day of confirmation, by the company's clock
        """
        self.ensure_one()
        intro_periods, intro_percent = lines[:1]._get_offer_intro()
        # what is configured first, has no customer yet
        payer = self.partner_id and self.partner_id._get_offer_payer(
            self.company_id, self.partner_invoice_id
        )
        return {
            'sale_order_id': self.id,
            'company_id': self.company_id.id,
            'partner_id': self.partner_id.id,
            'partner_invoice_id': payer.id,
            'partner_shipping_id': self.partner_shipping_id.id,
            'payment_term_id': self.payment_term_id.id,
            'journal_id': self.journal_id.id,
            'currency_id': self.currency_id.id,
            'user_id': self.user_id.id,
            'team_id': self.team_id.id,
            'client_order_ref': self.client_order_ref,
            'plan_id': plan.id,
            **lines._get_offer_plan_terms(),
            'intro_periods': intro_periods,
            'intro_percent': intro_percent,
            'line_ids': [
                Command.create(line._prepare_offer_subscription_line_values(today))
                for line in lines._sort_offer_lines()
            ],
        }

    # === BUSINESS METHODS: INVOICING === #

    def _force_lines_to_invoice_policy_order(self):
        """Leave what recurs to its subscription, also when an order is paid online."""
        res = super()._force_lines_to_invoice_policy_order()
        self.order_line.filtered('offer_plan_id').qty_to_invoice = 0
        return res

    # === ACTION METHODS === #

    def action_view_offer_subscriptions(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'sale_offer.offer_subscription_action'
        )
        if len(self.offer_subscription_ids) == 1:
            action.update(
                views=[(False, 'form')], res_id=self.offer_subscription_ids.id, view_mode='form'
            )
        else:
            action['domain'] = [('sale_order_id', '=', self.id)]
        return action
