"""The lines that hang on a Service's line: its components and setup fee."""

import uuid

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare

from ..configuration.marks import CONFIGURING

# a change of these may meet another price
PRICED_BY = {
    'product_id',
    'product_uom_qty',
    'product_uom_id',
    'offer_plan_id',
    'offer_tier_id',
    'offer_option_id',
}


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === CRUD METHODS === #

    def write(self, vals):
        """Keep components what their option says; let their quantities follow the Service."""
        if vals.keys() == {'linked_line_id'} and all(
            line.linked_line_id.id == vals['linked_line_id'] for line in self
        ):
            # Odoo links new lines once more, which would work out all their prices again
            return True
        if CONFIGURING.is_on(self):
            return super().write(vals)
        self._check_offer_place(vals)
        if 'offer_tier_id' in vals and 'product_id' not in vals:
            self._check_offer_level(self.env['offer.sla.tier'].browse(vals['offer_tier_id'] or []))
        if 'product_id' in vals:
            self._check_offer_component_product(vals['product_id'])
            other = self.filtered(
                lambda line: line.product_id.id != vals['product_id']
                and not line.offer_option_id
                and not line.offer_subscription_line_id
            )
            if other and not {'offer_plan_id', 'offer_tier_id'} & vals.keys():
                # another item comes as by its default, not under the plan of the one before
                (self - other).write(vals)
                other = CONFIGURING.on(other)
                bare = {'offer_plan_id': False, 'offer_tier_id': False}
                res = super(SaleOrderLine, other).write({**bare, **vals})
                CONFIGURING.off(other)._configure_replaced()
                return res
        res = super().write(vals)
        if 'product_id' in vals:
            self._get_offer_strangers().unlink()
        if {'product_uom_qty', 'product_uom_id'} & vals.keys():
            self._follow_offer_quantity()
            self._check_offer_component_quantity()
        if PRICED_BY & vals.keys():
            self._follow_offer_price()
        return res

    def _configure_replaced(self):
        """Let a Service that was put in the place of another item come as by its default."""
        self._get_offer_strangers().unlink()
        for line in self:
            if line.offer_kind == 'service' and line.state != 'cancel':
                line._configure_by_default()

    def unlink(self):
        """Leave out what went with its Service already, in the same saving of a form."""
        return super(SaleOrderLine, self.exists()).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_required(self):
        if CONFIGURING.is_on(self):
            return
        for line in self.filtered(lambda line: line._get_offer_terms().is_required):
            service = line._get_offer_service_line()
            if service and service not in self and service.state in ('draft', 'sent'):
                raise UserError(
                    self.env._(
                        '"%(service)s" needs "%(option)s": delete the Service, or choose something'
                        ' else in its configurator.',
                        service=service.product_id.display_name,
                        option=line.product_id.display_name,
                    )
                )

    # === BUSINESS METHODS: FOLLOWING === #

    def _get_offer_strangers(self):
        """:return: components of another Service than the one that these lines sell now"""
        strangers = self.browse()
        for line in self:
            template = line.product_id.product_tmpl_id
            for part in line._get_offer_parts():
                option = part.offer_option_id
                if option and option.product_tmpl_id != template:
                    strangers |= part
        return strangers

    def _get_offer_followers(self):
        """Components whose quantity follows the Service and doesn't yet.

        :return: pairs of a line and the quantity that it should have
        """
        found = []
        for line in self:
            for component in line._get_offer_components():
                if not (line.product_uom_qty and component.product_uom_qty):
                    # what is not taken, or taken again, is so as a whole
                    quantity, follows = line._get_offer_taken_quantity(component), True
                else:
                    quantity = line._get_offer_component_quantity(component)
                    follows = component._get_offer_terms().quantity_mode == 'per_unit'
                if follows and component._differs_from_offer_quantity(quantity):
                    found.append((component, quantity))
        return found

    def _differs_from_offer_quantity(self, quantity):
        """Whether the line's quantity is another one, as finely as quantities are written."""
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        return bool(float_compare(self.product_uom_qty, quantity, precision_digits=digits))

    def _follow_offer_quantity(self):
        # a component that was changed by itself comes back to its Service's quantity
        services = self.union(*(line._get_offer_service_line() for line in self))
        for component, quantity in services._get_offer_followers():
            # what somebody says of a component by itself is checked, not corrected
            is_free = component._get_offer_terms().quantity_mode != 'per_unit'
            if not (is_free and quantity and component in self):
                component.product_uom_qty = quantity

    # === BUSINESS METHODS: COMPONENTS === #

    def _get_offer_service_line(self):
        """The Service's line on which a component hangs, saved or not; none for others."""
        self.ensure_one()
        linked = self.linked_line_id
        if linked.id and not self.order_id.id:
            # in a form that is not saved yet its values count, not those in the database
            shown = self.order_id.order_line.filtered(lambda line: line._origin == linked)
            return shown[:1] or linked
        if linked or not self.linked_virtual_id:
            return linked
        return self.order_id.order_line.filtered(
            lambda line: line.virtual_id == self.linked_virtual_id
        )[:1]

    def _get_offer_linked(self):
        """As Odoo's `_get_linked_lines`, without looking through the whole order where the line is
        saved and knows what hangs on it.
        """
        self.ensure_one()
        if not (self.id and self.order_id.id):
            return self._get_linked_lines()
        lines = self.order_id.order_line
        # of one prefetch: what is read of one line is read of all
        found = self.with_prefetch(lines._ids).linked_line_ids & lines
        if found or self.offer_kind != 'service':
            return found.with_prefetch(lines._ids)
        return self._get_linked_lines()

    def _get_offer_components(self):
        """The components that hang directly on a Service's line, as they are sorted."""
        self.ensure_one()
        return self._get_offer_linked().filtered('offer_option_id').sorted('sequence')

    def _get_offer_parts(self):
        """What hangs directly on a Service's line: its setup fee and its components."""
        self.ensure_one()
        return (
            self._get_offer_linked()
            .filtered(lambda line: line.offer_option_id or line.offer_is_setup)
            .sorted('sequence')
        )

    def _get_offer_descendants(self):
        """What hangs on a Service's line, on its components, and so on."""
        self.ensure_one()
        found = self.browse()
        for part in self._get_offer_parts():
            found |= part | part._get_offer_descendants()
        return found

    def _prepare_offer_values(self, node):
        """Values of an order line for one item of a configuration. No price is among them: it is
        computed, and stays what somebody made it by hand."""
        return {
            'product_id': node.product.id,
            'product_uom_qty': node.quantity,
            'product_uom_id': node.uom.id,
            'offer_plan_id': node.plan.id,
            'offer_tier_id': node.tier.id,
            'offer_option_id': node.option.id,
            'offer_is_setup': node.is_setup,
            'offer_subscription_line_id': node.held.id,
            'offer_date_start': self._get_offer_node_start(node),
            **self._prepare_offer_intro_values(node),
            'product_no_variant_attribute_value_ids': [Command.set(node.no_variant_value_ids)],
            'product_custom_attribute_value_ids': [
                Command.clear(),
                *(Command.create(value) for value in node.custom_values),
            ],
        }

    def _get_offer_node_start(self, node):
        """:return: the first day of what recurs; what a change adds begins on its day"""
        if not node.plan:
            return False
        return self.order_id.offer_change_date or node.date_start

    def _get_offer_component_quantity(self, component):
        """:return: how much of a component per unit goes with this line"""
        held, terms = component._get_offer_held(), component._get_offer_terms()
        if held and held.parent_id == self._get_offer_held():
            # as it was agreed, whatever the option says today
            return held._get_quantity_under(self.order_id.offer_change_date, self.product_uom_qty)
        return terms.quantity * self._get_offer_quantity_to_follow(terms)

    def _get_offer_quantity_to_follow(self, terms):
        """As `_get_quantity_to_follow` of a configuration."""
        quantity, held = self._get_offer_quantity(), self._get_offer_held()
        if held and not terms.is_recurring:
            content = self._get_offer_held_content()
            unit, own = (
                self.env['uom.uom'].browse(content['product_uom_id']),
                self.product_id.uom_id,
            )
            before = unit._compute_quantity(
                content['quantity'], own, round=False, raise_if_failure=False
            )
            return max(0.0, quantity - before)
        return quantity

    def _prepare_offer_component_values(self, node, parent, sequence):
        """:param parent: the line on which it hangs, or the values of one that is made with it"""
        return {
            **self._prepare_offer_values(node),
            'sequence': sequence,
            'virtual_id': str(uuid.uuid4()),
            'linked_line_id': isinstance(parent, models.BaseModel) and parent._origin.id,
            'linked_virtual_id': parent['virtual_id'],
        }

    def _match_offer_components(self, nodes):
        """Pair the chosen options with the components that are there.

        :return: pairs of a node and its line (or none), and the lines that nobody chose
        """
        left = self and self._get_offer_parts()
        pairs = []
        for node in nodes:
            mine = left.filtered(lambda line, node=node: line._origin.id == node.line_id)
            mine = mine or left.filtered(
                lambda line, node=node: line.offer_option_id == node.option
                and line.offer_is_setup == node.is_setup
            )
            pairs.append((node, mine[:1]))
            left -= mine[:1]
        return pairs, left

    def _get_offer_errors(self):
        """What keeps a Service's line from being sold as it stands.

        :return: plain sentences
        :rtype: list[str]
        """
        self.ensure_one()
        if self._is_offer_left_out():
            return []
        if self._is_offer_as_quoted():
            return self._get_offer_prerequisite_errors()
        configurations = self.env['offer.configuration']
        node, errors = configurations._read_configuration(
            self.order_id, configurations._configuration_of(self), quoted=True
        )
        if not errors:
            errors = self._get_offer_misfits(node)
        elif not (self.offer_plan_id or self._get_offer_quoted() or self._get_offer_parts()):
            # it came without a configuration: what kept it from its default counts too
            default = configurations._default_configuration(
                self.product_id, self.product_uom_qty, self.order_id
            )
            more = configurations._read_configuration(self.order_id, default)[1]
            errors += [error for error in more if error not in errors]
        return errors

    def _is_offer_held_as_it_is(self):
        """:return: whether the line has the item and the quantity that run already"""
        if not self._get_offer_held():
            return False
        held = self._get_offer_held_content()
        is_item = held['product_id'] == self.product_id.id
        return is_item and not self._differs_from_offer_quantity(held['quantity'])

    def _get_offer_misfits(self, node):
        """:return: what was made of the lines by hand that no configuration would give"""
        pairs, _unchosen = self._match_offer_components(node.parts)
        for child, line in pairs:
            fits = line and (
                line.product_id == child.product
                and line.offer_plan_id == child.plan
                and not line._differs_from_offer_quantity(child.quantity)
            )
            # what runs otherwise since a direct change may go on so
            fits = fits or (line and line._is_offer_held_as_it_is())
            if not fits and not child.is_setup:
                return [
                    self.env._(
                        '"%(item)s" does not fit "%(service)s" any more: open the configurator'
                        ' and update it.',
                        item=child.product.display_name,
                        service=self.product_id.display_name,
                    )
                ]
            if line and (problem := line._get_offer_misfits(child)):
                return problem
        return []
