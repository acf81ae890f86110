"""How a configuration becomes order lines: previewed, added, edited, saved or not."""

import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..pricing.pricing import PriceContext, Pricing
from .marks import CONFIGURING
from .offer_configuration_reader import MAX_DEPTH

# of an order that is not saved yet the client sends these, as `default_…` in the context
CONTEXT_FIELDS = (
    'company_id',
    'partner_id',
    'pricelist_id',
    'currency_id',
    'fiscal_position_id',
    'date_order',
    'offer_date_start',
    'offer_start_is_fixed',
    'offer_intro_periods',
    'offer_intro_percent',
    'offer_intro_is_off',
)


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    @api.onchange('order_line')
    def _onchange_order_line(self):
        """Turn what the configurator hands over into the lines of the Service, saved or not; let
        components follow their Service, and go with it."""
        res = super()._onchange_order_line()
        for line in self.order_line.filtered('offer_configuration'):
            self._onchange_offer_configuration(line, line.offer_configuration)
        services = self.order_line.filtered(lambda line: line.offer_kind == 'service')
        # level by level, until nothing follows any more
        for _level in range(MAX_DEPTH):
            followers = services._get_offer_followers()
            for component, quantity in followers:
                component.product_uom_qty = quantity
            if not followers:
                break
        gone = self._get_offer_orphans()
        if gone:
            self.order_line = [Command.delete(line.id) for line in gone]
        commands = self.order_line._get_offer_edited()._get_offer_setup_commands()
        if commands:
            self.order_line = commands
        return res

    def _onchange_offer_configuration(self, line, configuration):
        """
        :param dict configuration: what the configurator hands over on a line
        :raise UserError: if that is not possible
        """
        says_none = isinstance(configuration, dict) and not configuration.get('quantity')
        if says_none and not line.product_uom_qty:
            # not taken: it is configured when it is saved
            return
        line.offer_configuration = False
        if self.order_line.filtered(lambda other: other.virtual_id == line.virtual_id) != line:
            # of a duplicated section: the parts of the original are none of its own
            line.virtual_id = str(uuid.uuid4())
        if says_none:
            configuration = {**configuration, 'quantity': line.product_uom_qty}
        node, errors = self.env['offer.configuration']._read_configuration(self, configuration)
        if errors:
            raise UserError('\n'.join(errors))
        self._onchange_offer_line(line, node)
        if line._has_withdrawn_parts():
            for part in line | line._get_offer_descendants():
                part._price_offer_today()
                part.offer_withdrawn_reason = False

    def _onchange_offer_line(self, line, node):
        if not line.virtual_id:
            line.virtual_id = str(uuid.uuid4())
        line.update(line._get_offer_changed_values(line._prepare_offer_values(node)))
        lines = list(self.order_line - line._get_offer_descendants())
        # new lines all have the same sequence: the place in the list counts then
        after = [
            other for other in lines[lines.index(line) + 1 :] if other.sequence >= line.sequence
        ]
        if after and min(other.sequence for other in after) >= line.sequence + node.size:
            after = []
        self.order_line = [
            *(
                Command.update(other.id, {'sequence': other.sequence + node.size})
                for other in after
            ),
            *self._get_offer_part_commands(node, line, line, line.sequence),
        ]

    def _get_offer_part_commands(self, node, line, parent, sequence):
        """Commands that make and change the lines below a Service's line that may not be saved.

        :param line: the line of the node, or none if it is new
        :param parent: what the new lines hang on: a line, or the values of one
        """
        pairs, unchosen = line._match_offer_components(node.parts)
        commands = [
            Command.delete(other.id)
            for other in unchosen.union(*(part._get_offer_descendants() for part in unchosen))
        ]
        for child, other in pairs:
            sequence += 1
            if other:
                values = {**other._prepare_offer_values(child), 'sequence': sequence}
                if changed := other._get_offer_changed_values(values):
                    commands.append(Command.update(other.id, changed))
            else:
                values = line._prepare_offer_component_values(child, parent, sequence)
                commands.append(Command.create(values))
            commands += self._get_offer_part_commands(child, other, other or values, sequence)
            sequence += child.size - 1
        return commands

    def _get_offer_orphans(self):
        """:return: components whose Service has gone from the order, or sells something else"""
        parts = self.order_line.filtered(lambda line: line.offer_option_id or line.offer_is_setup)
        orphans = parts.filtered(
            lambda line: line._get_offer_service_line()._origin not in self.order_line._origin
            if line.linked_line_id
            else not line._get_offer_service_line()
        )
        orphans |= self.order_line._get_offer_strangers()
        return orphans.union(*(line._get_offer_descendants() for line in orphans))

    # === BUSINESS METHODS: CONFIGURATION === #

    def offer_preview(self, configuration):
        """Validate and price a configuration; write nothing.

        :param dict configuration: plain data; on an order that isn't saved yet, its values may
            come as `default_…` in the context
        :return: `lines`: one a delivered item, with `level` (0: the Service), `name`, `quantity`,
            `price_unit`, `discount` (percent), `subtotal` (untaxed, in the order's currency) and
            the ids of product, plan, tier and option; `totals`: `one_time` and one a plan;
            `errors`: plain sentences, empty if the configuration can be added
        :rtype: dict
        """
        order = self._get_offer_order()
        node, errors = self.env['offer.configuration']._read_configuration(order, configuration)
        return order._get_offer_preview(order._preview_offer_lines(node) if node else [], errors)

    def _get_offer_order(self):
        """:return: this order, as the client has edited it; one in memory if there is none yet
        :raise AccessError: if the user may not read it
        """
        if not self:
            return self._new_offer_order()
        self.ensure_one()
        self.check_access('read')
        said = [name for name in CONTEXT_FIELDS if f'default_{name}' in self.env.context]
        return self.new(self.default_get(said), origin=self) if said else self

    def _get_offer_preview(self, lines, errors):
        rows = [
            {
                'level': level,
                'is_setup': line.offer_is_setup,
                'product_id': line.product_id.id,
                'option_id': line.offer_option_id.id,
                'plan_id': line.offer_plan_id.id,
                'tier_id': line.offer_tier_id.id,
                'name': line.product_id.with_context(display_default_code=False).display_name,
                'quantity': line.product_uom_qty,
                'price_unit': line.price_unit,
                'discount': line.discount,
                'subtotal': line[self._get_offer_shown_field()],
            }
            for level, _node, line in lines
        ]
        order_lines = self.env['sale.order.line'].union(*(line for _level, _node, line in lines))
        return {'lines': rows, 'totals': self._get_offer_totals(order_lines), 'errors': errors}

    def offer_add(self, configuration, line_id=None):
        """Put a configured Service on the order, or change it in place.

        :param dict configuration: see `offer_preview`
        :param int line_id: the Service's order line to change; None: a new one
        :return: the Service's order line, its components hang on it
        :rtype: sale.order.line
        :raise UserError: with the sentences of :meth:`offer_preview`; nothing is written then
        """
        self.ensure_one()
        self.check_access('write')
        self._check_offer_configurable(line_id)
        node, errors = self.env['offer.configuration']._read_configuration(self, configuration)
        if errors:
            raise UserError('\n'.join(errors))
        line = CONFIGURING.on(self._get_offer_line(line_id))
        if line:
            line._write_offer_values(line._prepare_offer_values(node))
            self._make_room_for_offer(line, node.size)
        else:
            sequence = max(self.order_line.mapped('sequence'), default=9) + 1
            values = line._prepare_offer_values(node)
            values.update(order_id=self.id, sequence=sequence, virtual_id=str(uuid.uuid4()))
            line = line.create(values)
        self._write_offer_parts(line, node)
        line._requote_withdrawn()
        line._keep_offer_quoted(node)
        self._start_offer_additions()
        return CONFIGURING.off(line)

    def _check_offer_configurable(self, line_id):
        """A quotation can be configured; a confirmed order takes more Services.

        :raise UserError: if it can't
        """
        is_quotation = self.state in ('draft', 'sent')
        line = self._get_offer_line(line_id)
        is_addition = self.state == 'sale' and not line.offer_plan_id
        if self.locked or not (is_quotation or is_addition):
            if line.offer_plan_id and self.state == 'sale':
                raise UserError(
                    self.env._(
                        '"%s" runs: press "Change" on its subscription.',
                        line.product_id.display_name,
                    )
                )
            raise UserError(
                self.env._(
                    'The order %s is locked or cancelled: only a quotation can be configured.',
                    self.name,
                )
            )

    def _make_room_for_offer(self, line, size):
        mine = line + line._get_offer_descendants()
        after = (self.order_line - mine).filtered(lambda other: other.sequence > line.sequence)
        if after and min(after.mapped('sequence')) < line.sequence + size:
            for other in after:
                other.sequence += size

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

    def _write_offer_parts(self, line, node):
        """Make, change and delete the lines below a Service's line."""
        pairs, unchosen = line._match_offer_components(node.parts)
        unchosen.unlink()
        missing, sequence = [], line.sequence + 1
        for child, other in pairs:
            if other:
                other._write_offer_values(
                    {**other._prepare_offer_values(child), 'sequence': sequence}
                )
            else:
                values = line._prepare_offer_component_values(child, line, sequence)
                missing.append({**values, 'order_id': self.id})
            sequence += child.size
        created = iter(line.create(missing))
        for child, other in pairs:
            part = other or next(created)
            # nothing hangs on what is new
            if child.parts or (other and other._get_offer_parts()):
                self._write_offer_parts(part, child)

    def _preview_offer_lines(self, node):
        """As :meth:`_new_offer_lines`, with what the prices need read for all lines at once."""
        found = self._new_offer_lines(node)
        products = self.env['product.product'].union(*(child.product for _, child, _ in found))
        products |= products.product_tmpl_id._get_offer_options().product_id
        products.product_tmpl_id.mapped('taxes_id')
        return found

    def _new_offer_lines(self, node, service_line=None, level=0, parent=None):
        """The lines that a configuration would give, in memory.

        :return: level (0: the Service), node and line of each
        """
        line = self._new_offer_line(node, service_line, parent)
        found = [(level, node, line)]
        for child in node.parts:
            found += self._new_offer_lines(child, line, level + 1, node)
        return found

    def _new_offer_line(self, node, service_line=None, parent=None):
        lines = self.env['sale.order.line']
        values = lines._prepare_offer_values(node)
        # prices depend neither on the analytic distribution, which costs a search a line, nor on
        # the description
        values.update(
            order_id=self, linked_line_id=service_line, analytic_distribution=False, name='/'
        )
        quoted = self.order_line.filtered(lambda line: line._origin.id == node.line_id)
        values.update(quoted._prepare_offer_intro_values(node, self))
        values.update(self._get_offer_kept_terms(node, parent))
        return lines.new(values)

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
            moment=moment,
        )

    def _get_offer_pricing(self):
        """:rtype: Pricing"""
        return Pricing(self.env, self._get_offer_price_context())
