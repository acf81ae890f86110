"""How a configuration becomes order lines: previewed, added, edited, saved or not (design §3)."""

import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from .offer_configuration_reader import Node
from .offer_price import PriceContext

# of an order that is not saved yet the client sends these, as `default_…` in the context
CONTEXT_FIELDS = (
    'company_id',
    'partner_id',
    'pricelist_id',
    'currency_id',
    'fiscal_position_id',
    'date_order',
)


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    @api.onchange('order_line')
    def _onchange_order_line(self):
        """Turn what the configurator hands over into the lines of the Service, saved or not."""
        res = super()._onchange_order_line()
        for line in self.order_line.filtered('offer_configuration'):
            configuration = line.offer_configuration
            line.offer_configuration = False
            node, errors = self.env['offer.configuration']._read_configuration(self, configuration)
            if errors:
                raise UserError('\n'.join(errors))
            self._onchange_offer_line(line, node)
        return res

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
        order = self or self._new_offer_order()
        node, errors = self.env['offer.configuration']._read_configuration(order, configuration)
        return order._get_offer_preview(order._new_offer_lines(node) if node else [], errors)

    def _get_offer_preview(self, lines, errors):
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
            for level, _node, line in lines
        ]
        order_lines = self.env['sale.order.line'].union(*(line for _level, _node, line in lines))
        return {'lines': rows, 'totals': self._get_offer_totals(order_lines), 'errors': errors}

    @api.readonly
    def offer_configurator(self, configuration):
        """All that the configurator shows of a configuration, in one request.

        :param dict configuration: see design §3; without `plan_id`: the Service's default
        :return: what :meth:`offer_preview` gives, the `configuration` itself, the `currency_id`
            and the `service`: its plans, service levels, groups and options with their prices
        :rtype: dict
        """
        if self:
            self.ensure_one()
            self.check_access('read')
        order = self or self._new_offer_order()
        reader = self.env['offer.configuration']
        if isinstance(configuration, dict) and 'plan_id' not in configuration:
            configuration = reader._complete_configuration(configuration)
        node, errors = reader._read_configuration(order, configuration)
        if not node:
            raise UserError('\n'.join(errors))
        lines = order._new_offer_lines(node)
        by_node = {id(node): line for _level, node, line in lines}
        return {
            **order._get_offer_preview(lines, errors),
            'configuration': configuration,
            'currency_id': order._get_offer_price_context().currency.id,
            'service': order._get_offer_structure(node, by_node),
        }

    def _get_offer_structure(self, node, by_node):
        """What can be chosen of a Service, with the price of each option as it would be.

        :param dict by_node: the line of each chosen node, by the node's identity
        """
        template = node.product.product_tmpl_id
        chosen = {child.option: child for child in node.options}
        return {
            'name': node.product.with_context(display_default_code=False).display_name,
            'plans': [
                {'id': plan.id, 'name': plan.name, 'term': plan._get_term_text()}
                for plan in template._get_offer_plans()
            ],
            'sold_once': template._is_offer_sold_once(),
            'tiers': [
                {'id': tier.id, 'name': tier.name, 'promise': tier.promise or ''}
                for tier in template.offer_tier_ids.sorted()
            ],
            'groups': [
                {
                    'id': group.id,
                    'name': group.name,
                    'min': group.min_choices,
                    'max': group.max_choices,
                    'options': [
                        self._get_offer_option_data(node, option, chosen.get(option), by_node)
                        for option in group.option_ids
                    ],
                }
                for group in template.offer_option_group_ids
            ],
        }

    def _get_offer_option_data(self, parent, option, child, by_node):
        shown = child or Node(
            product=option.product_id,
            quantity=option.quantity,
            plan=parent.plan if option.is_recurring else parent.plan.browse(),
            tier=option.product_id.offer_default_tier_id,
            option=option,
        )
        line = by_node.get(id(shown)) or self._new_offer_line(shown, by_node[id(parent)])
        is_service = option.product_id.offer_kind == 'service'
        return {
            'id': option.id,
            'name': option.display_name,
            'required': option.is_required,
            'recurring': option.is_recurring,
            'quantity_mode': option.quantity_mode,
            'quantity': shown.quantity,
            'min': option.min_quantity,
            'max': option.max_quantity,
            'price': line.price_unit,
            'service': self._get_offer_structure(child, by_node) if child and is_service else False,
        }

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
                self.env._(
                    'The order %(order)s has no Service on a line %(line)s.',
                    order=self.name,
                    line=str(line_id)[:40],
                )
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

        :return: level (0: the Service), node and line of each
        """
        line = self._new_offer_line(node, service_line)
        found = [(level, node, line)]
        for child in node.options:
            found += self._new_offer_lines(child, line, level + 1)
        return found

    def _new_offer_line(self, node, service_line=None):
        lines = self.env['sale.order.line']
        values = lines._prepare_offer_values(node)
        return lines.new({**values, 'order_id': self, 'linked_line_id': service_line})

    @api.model
    def _new_offer_order(self):
        """:return: an order in memory, as the context describes it"""
        return self.new(self.default_get(CONTEXT_FIELDS))

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
        by_plan = lines.grouped('offer_plan_id')
        once = by_plan.get(lines.offer_plan_id.browse(), lines.browse())
        return {
            'one_time': sum(once.mapped('price_subtotal')),
            'plans': [
                {
                    'plan_id': plan.id,
                    'name': plan.name,
                    'amount': sum(by_plan[plan].mapped('price_subtotal')),
                }
                for plan in lines.offer_plan_id.sorted()
            ],
        }
