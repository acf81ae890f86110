import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount

from .offer_price import PriceContext


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    offer_subscription_ids = fields.One2many(
        comodel_name='offer.subscription', inverse_name='sale_order_id', string='Subscriptions'
    )
    offer_subscription_count = fields.Integer(compute='_compute_offer_subscription_count')
    offer_recurring_summary = fields.Char(
        string='Recurring', compute='_compute_offer_recurring_summary'
    )

    # === COMPUTE METHODS === #

    @api.depends('offer_subscription_ids')
    def _compute_offer_subscription_count(self):
        for order in self:
            order.offer_subscription_count = len(order.offer_subscription_ids)

    @api.depends('order_line.price_subtotal', 'order_line.offer_plan_id')
    def _compute_offer_recurring_summary(self):
        for order in self:
            totals = order._get_offer_totals(order.order_line)
            parts = [
                f'{plan["name"]} {format_amount(self.env, plan["amount"], order.currency_id)}'
                for plan in totals['plans']
            ]
            if parts:
                once = format_amount(self.env, totals['one_time'], order.currency_id)
                parts.insert(0, self.env._('One-time %s', once))
            order.offer_recurring_summary = ' · '.join(parts)

    @api.onchange('order_line')
    def _onchange_order_line(self):
        """Turn what the configurator hands over into the lines of the Service, saved or not."""
        super()._onchange_order_line()
        for line in self.order_line.filtered('offer_configuration'):
            configuration = line.offer_configuration
            line.offer_configuration = False
            node, errors = self.env['offer.configuration']._read_configuration(self, configuration)
            if errors:
                raise UserError('\n'.join(errors))
            self._onchange_offer_line(line, node)

    def _onchange_offer_line(self, line, node):
        if not line.virtual_id:
            line.virtual_id = str(uuid.uuid4())
        line.update(line._prepare_offer_values(node))
        commands, shift = self._get_offer_component_commands(line, node.options, line.sequence)
        self.order_line = [
            *(
                Command.update(other.id, {'sequence': other.sequence + shift})
                for other in self.order_line
                if other.sequence > line.sequence and other not in line._get_offer_components()
            ),
            *commands,
        ]

    # === BUSINESS METHODS: CONFIGURATION === #

    def offer_preview(self, configuration):
        """Validate and price a configuration; write nothing.

        :param dict configuration: see design §3; on an order that isn't saved yet, its values may
            come as `default_…` in the context
        :return: `lines`: one a delivered item, with `level` (0: the Service), `name`, `quantity`,
            `price_unit`, `discount` (percent), `subtotal` (untaxed, in the order's currency) and
            the ids of product, plan, tier and option; `totals`: `one_time` and one a plan;
            `errors`: plain sentences, empty if the configuration can be added
        :rtype: dict
        """
        if self:
            self.ensure_one()
            self.check_access('read')
        order = self or self.new({})
        node, errors = self.env['offer.configuration']._read_configuration(order, configuration)
        lines = order._new_offer_lines(node) if node else []
        rows = [
            {
                'level': level,
                'product_id': line.product_id.id,
                'option_id': line.offer_option_id.id,
                'plan_id': line.offer_plan_id.id,
                'tier_id': line.offer_tier_id.id,
                'name': line.product_id.with_context(display_default_code=False).display_name,
                'quantity': line.product_uom_qty,
                'price_unit': line.price_unit,
                'discount': line.discount,
                'subtotal': line.price_subtotal,
            }
            for level, line in lines
        ]
        order_lines = self.env['sale.order.line'].union(*(line for _level, line in lines))
        return {'lines': rows, 'totals': self._get_offer_totals(order_lines), 'errors': errors}

    def offer_add(self, configuration, line_id=None):
        """Put a configured Service on the order, or change it in place.

        :param dict configuration: see design §3
        :param int line_id: the Service's order line to change; None: a new one
        :return: the Service's order line, its components hang on it
        :rtype: sale.order.line
        :raise UserError: with the sentences of :meth:`offer_preview`; nothing is written then
        """
        self.ensure_one()
        self.check_access('write')
        if self.state not in ('draft', 'sent') or self.locked:
            raise UserError(
                self.env._(
                    'The order %s is confirmed or cancelled: only a quotation can be configured.',
                    self.name,
                )
            )
        node, errors = self.env['offer.configuration']._read_configuration(self, configuration)
        if errors:
            raise UserError('\n'.join(errors))
        line = self._get_offer_line(line_id)
        if line:
            line.write(line._prepare_offer_values(node))
        else:
            sequence = max(self.order_line.mapped('sequence'), default=9) + 1
            values = line._prepare_offer_values(node)
            values.update(order_id=self.id, sequence=sequence, virtual_id=str(uuid.uuid4()))
            line = line.create(values)
        self._write_offer_components(line, node.options, line.sequence)
        return line

    def _get_offer_line(self, line_id):
        empty = self.env['sale.order.line']
        if line_id in (None, False):
            return empty
        is_number = isinstance(line_id, int) and not isinstance(line_id, bool)
        line = self.order_line.filtered(lambda line: is_number and line.id == line_id)
        if not line or line.offer_option_id:
            raise UserError(
                self.env._('The order %s has no Service on a line %s.', self.name, str(line_id)[:40])
            )
        return line

    def _write_offer_components(self, service_line, nodes, sequence):
        """:return: the sequence of the last component"""
        pairs, unchosen = service_line._match_offer_components(nodes)
        unchosen.unlink()
        missing = []
        for index, (node, line) in enumerate(pairs):
            if line:
                line.write(line._prepare_offer_values(node))
            else:
                values = service_line._prepare_offer_component_values(
                    node, service_line, sequence + index + 1
                )
                missing.append({**values, 'order_id': self.id})
        created = iter(service_line.create(missing))
        for node, line in pairs:
            component = line or next(created)
            if node.options or component._get_offer_components():
                self._write_offer_components(component, node.options, component.sequence)

    def _get_offer_component_commands(self, service_line, nodes, sequence):
        """Commands that make the components of a line that may not be saved yet.

        :return: the commands, and how many components there are
        """
        pairs, unchosen = service_line._match_offer_components(nodes)
        commands = [Command.delete(line.id) for line in unchosen]
        for node, line in pairs:
            sequence += 1
            if line:
                values = line._prepare_offer_values(node)
                commands.append(Command.update(line.id, {**values, 'sequence': sequence}))
            else:
                values = service_line._prepare_offer_component_values(node, service_line, sequence)
                commands.append(Command.create(values))
        return commands, len(nodes)

    def _new_offer_lines(self, node, service_line=None, level=0):
        """The lines that a configuration would give, in memory.

        :return: pairs of the level (0: the Service) and the line
        """
        lines = self.env['sale.order.line']
        values = lines._prepare_offer_values(node)
        line = lines.new({**values, 'order_id': self, 'linked_line_id': service_line})
        found = [(level, line)]
        for child in node.options:
            found += self._new_offer_lines(child, line, level + 1)
        return found

    def _get_offer_price_context(self):
        """For whom and when this order prices its Services.

        :rtype: PriceContext
        """
        company = self.company_id or self.env.company
        moment = self.date_order or fields.Datetime.now()
        return PriceContext(
            company=company,
            partner=self.partner_id,
            pricelist=self.pricelist_id,
            currency=self.currency_id or company.currency_id,
            day=fields.Datetime.context_timestamp(self, moment).date(),
        )

    @api.model
    def _get_offer_totals(self, lines):
        """:return: untaxed totals of the given order lines, `one_time` and one a plan
        :rtype: dict
        """
        return {
            'one_time': sum(lines.filtered(lambda l: not l.offer_plan_id).mapped('price_subtotal')),
            'plans': [
                {
                    'plan_id': plan.id,
                    'name': plan.name,
                    'amount': sum(
                        lines.filtered(lambda l, plan=plan: l.offer_plan_id == plan).mapped(
                            'price_subtotal'
                        )
                    ),
                }
                for plan in lines.offer_plan_id.sorted()
            ],
        }

    # === BUSINESS METHODS: CONFIRMATION === #

    def _confirmation_error_message(self):
        """Refuse to confirm a Service that can't be sold as it stands."""
        message = super()._confirmation_error_message()
        if message:
            return message
        services = self.order_line.filtered(
            lambda line: line.offer_kind == 'service' and not line.offer_option_id
        )
        for line in services:
            errors = line._get_offer_errors()
            if errors:
                return '\n'.join(errors)
        return False

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
        lines = self.order_line.filtered(
            lambda line: line.offer_plan_id
            and line.product_uom_qty > 0
            and not line.sudo().offer_subscription_line_ids
        )
        today = fields.Datetime.context_timestamp(
            self.with_context(tz=self.company_id.partner_id.tz or self.env.user.tz),
            fields.Datetime.now(),
        ).date()
        # a salesperson or a customer's signature confirms, who may not write subscriptions
        subscriptions_sudo = self.env['offer.subscription'].sudo().with_company(self.company_id)
        for plan in lines.offer_plan_id:
            mine = lines.filtered(lambda line, plan=plan: line.offer_plan_id == plan)
            subscription_sudo = subscriptions_sudo.create(
                self._prepare_offer_subscription_values(plan, mine)
            )
            starts = [line.offer_date_start or today for line in mine]
            subscription_sudo.activate(min(starts))
            subscriptions_sudo += subscription_sudo
        return subscriptions_sudo

    def _prepare_offer_subscription_values(self, plan, lines):
        self.ensure_one()
        return {
            'sale_order_id': self.id,
            'company_id': self.company_id.id,
            'partner_id': self.partner_id.id,
            'partner_invoice_id': self.partner_invoice_id.id,
            'partner_shipping_id': self.partner_shipping_id.id,
            'payment_term_id': self.payment_term_id.id,
            'currency_id': self.currency_id.id,
            'user_id': self.user_id.id,
            'team_id': self.team_id.id,
            'client_order_ref': self.client_order_ref,
            'plan_id': plan.id,
            'line_ids': [
                Command.create(line._prepare_offer_subscription_line_values())
                for line in lines.sorted(lambda line: (line.sequence, line.id))
            ],
        }

    # === BUSINESS METHODS: INVOICING === #

    def _force_lines_to_invoice_policy_order(self):
        """Leave what recurs to its subscription, also when an order is paid online."""
        super()._force_lines_to_invoice_policy_order()
        self.order_line.filtered('offer_plan_id').qty_to_invoice = 0

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
