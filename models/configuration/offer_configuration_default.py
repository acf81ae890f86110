"""What a Service is sold with if nobody chooses, and what an order line was configured to."""

from odoo import api, fields, models

from .offer_configuration_reader import MAX_DEPTH, Reader
from .offer_quoted import OptionTerms


class OfferConfiguration(models.AbstractModel):
    _inherit = 'offer.configuration'

    # === DEFAULTS === #

    @api.model
    def _default_configuration(self, product, quantity=1.0, order=None):
        """What a Service is sold with if nobody chooses.

        :param order: whose customer's profile counts; None: nobody's
        :rtype: dict
        """
        reader = Reader(self.env, order or self.env['sale.order']._new_offer_order(), False)
        node = self._new_node(reader, product)
        node.quantity = max(quantity, node.profile.min_quantity)
        self._read_attributes(reader, node, {})
        node.plan = self._get_plans(reader, node)[:1]
        return {
            'product_id': product.id,
            'quantity': node.quantity,
            'plan_id': node.plan.id,
            'tier_id': self._get_default_tier(reader, node).id,
            'no_variant_value_ids': node.no_variant_value_ids,
            'options': self._default_options(reader, node, depth=1),
        }

    @api.model
    def _complete_configuration(self, configuration, order=None):
        """Fill a configuration that names hardly more than its Service with the default.

        :rtype: dict
        """
        number = configuration.get('product_id')
        product = self.env['product.product']
        if isinstance(number, int) and not isinstance(number, bool):
            product = product.browse(number).exists()
        if not product:
            return configuration
        default = self._default_configuration(product, order=order)
        if configuration.get('quantity') == 1:
            # nobody said how many
            configuration = {**configuration, 'quantity': default['quantity']}
        return {**default, **configuration}

    @api.model
    def _default_options(self, reader, parent, depth):
        agreed = {row.option_id: row for row in parent.profile.option_ids}
        found = []
        for option in parent.product.product_tmpl_id._get_offer_options():
            row = agreed.get(option)
            preset = bool(row and row.is_preset) if agreed else option.is_default
            if not (option.is_required or preset):
                continue
            quantity = (row and row.quantity) or option.quantity
            node = self._new_option_node(reader, parent, option, quantity)
            if self._get_obstacle(reader, node) and not option.is_required:
                # a preset that can't be sold is left out; what is required says why
                continue
            found.append(self._default_option(reader, node, depth))
        return found

    @api.model
    def _new_option_node(self, reader, parent, option, quantity=None):
        """:param float quantity: None: as the option says
        :return: an option as nobody has configured it
        :rtype: Node
        """
        line, quoted = self._find_quoted_option(parent, option)
        terms = quoted.terms if quoted else OptionTerms.of(option)
        if quantity is None:
            quantity = quoted.quantity if quoted else terms.quantity
        if terms.quantity_mode == 'per_unit':
            quantity = terms.quantity * self._get_quantity_to_follow(parent, terms)
        node = self._new_node(
            reader,
            option.product_id.browse(quoted.product_id) if quoted else option.product_id,
            option=option,
            above=parent,
            plan=parent.plan if terms.is_recurring else parent.plan.browse(),
            quantity=quantity,
            line=line,
            quoted=quoted,
            terms=terms,
        )
        self._read_attributes(reader, node, {})
        return node

    @api.model
    def _default_option(self, reader, node, depth):
        options = self._default_options(reader, node, depth + 1) if depth < MAX_DEPTH else []
        return {
            'option_id': node.option.id,
            'quantity': node.quantity,
            'tier_id': self._get_default_tier(reader, node).id,
            'no_variant_value_ids': node.no_variant_value_ids,
            'options': options,
        }

    # === READING BACK === #

    @api.model
    def _configuration_of(self, line):
        """Read the configuration back from an order line and its components.

        :rtype: dict
        """
        configuration = self._node_of(line)
        configuration.update(
            product_id=line.product_id.id,
            uom_id=line.product_uom_id.id,
            plan_id=line.offer_plan_id.id,
            date_start=fields.Date.to_string(line.offer_date_start) or False,
        )
        return configuration

    @api.model
    def _node_of(self, line):
        data = {
            'quantity': line.product_uom_qty,
            'tier_id': line.offer_tier_id.id,
            'no_variant_value_ids': line.product_no_variant_attribute_value_ids._origin.ids,
            'custom_values': line._get_offer_custom_values(),
            'options': [
                {'option_id': child.offer_option_id.id, **self._node_of(child)}
                for child in line._get_offer_components()
            ],
        }
        if line._origin:
            data['line_id'] = line._origin.id
        return data
