"""A line keeps what it was configured to: a quotation is confirmed by that, not by the catalogue
as it is then ("quoted is quoted").
"""

from odoo import api, fields, models
from odoo.fields import Command

from ..configuration.marks import CONFIGURING, SAVING
from ..configuration.offer_quoted import OptionTerms, Quoted

# of an item, beside its variant
ATTRIBUTES = ('product_no_variant_attribute_value_ids', 'product_custom_attribute_value_ids')

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

    # No default: a new column of Odoo's own table stays NULL for what is there. A copy is sold as
    # of today.
    offer_quoted = fields.Json(
        string='As Configured',
        copy=False,
        readonly=True,
        help='The item, plan, service level and options that were configured, with their rules of'
        ' that day.',
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Take nobody's word for what was configured; note what came in another way."""
        for vals in vals_list:
            vals.pop('offer_quoted', None)
        # what new lines hang on keeps its description, as somebody may have edited it
        numbers = {vals['order_id'] for vals in vals_list if vals.get('order_id')}
        orders = self.env['sale.order'].browse(numbers)
        parents = orders.order_line.filtered(lambda it: it.offer_plan_id or it.offer_option_id)
        with self.env.protecting([self._fields['name']], parents):
            lines = super().create(vals_list)
        for line, vals in zip(lines, vals_list, strict=True):
            # Odoo links new lines once they are there, which works out their descriptions again
            is_linked = line.offer_plan_id or line.offer_option_id or line.offer_is_setup
            if is_linked and vals.get('name') and line.name != vals['name']:
                line.name = vals['name']
        lines._note_offer_edits()
        return lines

    def write(self, vals):
        """Take nobody's word for what was configured; note what was edited by hand."""
        vals = {name: value for name, value in vals.items() if name != 'offer_quoted'}
        res = super().write(vals)
        if vals.keys() & {
            'product_id',
            'product_uom_qty',
            'product_uom_id',
            'offer_plan_id',
            'offer_tier_id',
            'offer_option_id',
            'product_no_variant_attribute_value_ids',
        }:
            self._note_offer_edits()
        return res

    def unlink(self):
        """Note what is left of a Service."""
        left = self.union(*(line._get_offer_root() for line in self.exists())) - self
        res = super().unlink()
        left.exists()._note_offer_edits()
        return res

    # === BUSINESS METHODS: READING === #

    def _get_offer_quoted(self):
        """:return: what the line was configured to, or None: it came another way
        :rtype: Quoted | None
        """
        return None if self.offer_withdrawn_reason else Quoted.from_json(self.offer_quoted)

    def _get_offer_quoted_as(self, product):
        """:return: as `_get_offer_quoted`, if the line was configured to this item by itself"""
        quoted = self._get_offer_quoted() if self else None
        is_same = quoted and quoted.product_id == product.id and not quoted.option_id
        return quoted if is_same else None

    def _get_offer_terms(self):
        """:return: the terms of the line's option: as quoted, else as of today
        :rtype: OptionTerms
        """
        option, quoted = self.offer_option_id, self._get_offer_quoted()
        is_quoted = quoted and option and quoted.option_id == option.id
        return quoted.terms if is_quoted else OptionTerms.of(option)

    def _get_offer_custom_values(self):
        """:return: what was typed for values of attributes, as a configuration has it
        :rtype: list[dict]
        """
        return [
            {
                'custom_product_template_attribute_value_id': (
                    value.custom_product_template_attribute_value_id.id
                ),
                'custom_value': value.custom_value,
            }
            for value in self.product_custom_attribute_value_ids
        ]

    def _is_offer_as_quoted(self):
        """Whether a line and its components stand as they were configured: then nothing has to be
        asked of the catalogue.
        """
        self.ensure_one()
        quoted = self._get_offer_quoted()
        if not quoted or self._differs_from_offer_quantity(quoted.quantity):
            return False
        is_same = (
            quoted.product_id == self.product_id.id
            and quoted.uom_id == self.product_uom_id.id
            and quoted.plan_id == self.offer_plan_id.id
            and quoted.tier_id == self.offer_tier_id.id
            and quoted.option_id == self.offer_option_id.id
            and set(quoted.value_ids) == set(self._get_offer_value_ids())
        )
        components = self._get_offer_components()
        return (
            is_same
            and sorted(quoted.option_ids) == sorted(it.offer_option_id.id for it in components)
            and all(component._is_offer_as_quoted() for component in components)
        )

    def _get_offer_value_ids(self):
        # of one prefetch: what is read of one line is read of all
        line = self.with_prefetch(self.order_id.order_line._ids)
        return line.product_no_variant_attribute_value_ids._origin.ids

    def _get_offer_prerequisite_errors(self):
        """:return: what the customer has to have, by what was quoted, and doesn't
        :rtype: list[str]
        """
        configurations, templates = self.env['offer.configuration'], self.env['product.template']
        errors = []
        for line in self | self._get_offer_descendants():
            quoted = line._get_offer_quoted()
            needed = templates.browse(quoted.prerequisite_ids if quoted else []).exists()
            errors += configurations._get_prerequisite_errors(
                line.order_id, line.product_id, needed
            )
        return errors

    def _get_offer_needed_roles(self):
        """:return: the roles that somebody has to play, as quoted, else as of today
        :rtype: offer.role
        """
        self.ensure_one()
        quoted, template = self._get_offer_quoted(), self.product_id.product_tmpl_id
        if quoted and quoted.product_id == self.product_id.id:
            return template.offer_role_ids.browse(quoted.role_ids).exists()
        return template.offer_role_ids.filtered('is_required')

    def _get_offer_plan_terms(self):
        """:return: minimum term, notice, renewal, … as quoted, as values of a subscription; empty:
            as the plan has them
        :rtype: dict
        """
        for line in self:
            quoted = line._get_offer_quoted()
            if quoted and quoted.plan_id == line.offer_plan_id.id and quoted.plan_terms:
                return quoted.plan_terms
        return {}

    # === BUSINESS METHODS: WRITING === #

    def _write_offer_values(self, values):
        """Write what of a configuration differs from what stands on the line."""
        if changed := self._get_offer_changed_values(values):
            self.write(changed)

    def _get_offer_changed_values(self, values):
        """What a configuration changes of a line: the rest keeps description, price, taxes, …

        :param dict values: see `_prepare_offer_values`
        :rtype: dict
        """
        self.ensure_one()
        changed = {
            name: value
            for name, value in values.items()
            if name not in ATTRIBUTES and not self._is_same_value(name, value)
        }
        if not self._has_offer_attributes(values):
            # price and description follow the item
            changed.update({name: values[name] for name in ('product_id', *ATTRIBUTES)})
        return changed

    def _is_offer_priced_again(self, node):
        """:return: whether a configuration changes what the price of the line depends on"""
        if not self:
            return True
        return bool(
            PRICED_BY & self._get_offer_changed_values(self._prepare_offer_values(node)).keys()
        )

    def _has_offer_attributes(self, values):
        """:return: whether the line has the attributes that a configuration gives it"""
        chosen, custom = (values[name] for name in ATTRIBUTES)
        said = [command[2] for command in custom if command[0] == Command.CREATE]
        return set(chosen[0][2]) == set(self._get_offer_value_ids()) and sorted(
            map(_as_typed, said)
        ) == sorted(map(_as_typed, self._get_offer_custom_values()))

    # === BUSINESS METHODS: NOTING === #

    def _note_offer_edits(self):
        """Note what was edited by hand, where it is allowed: from then on that is quoted."""
        if not (CONFIGURING.is_on(self) or SAVING.is_on(self)):
            self._note_offer_quoted()

    def _note_offer_quoted(self):
        """Note what Services were configured to, if that is allowed today; else the order says
        what is in the way, and what was noted before stays.
        """
        configurations = self.env['offer.configuration']
        for line in self.union(*(line._get_offer_root() for line in self)):
            is_service = line.offer_kind == 'service' and not line.offer_option_id
            if not is_service or line.state not in ('draft', 'sent') or line._is_offer_as_quoted():
                continue
            if not (line.offer_plan_id or line._get_offer_quoted() or line._get_offer_parts()):
                # it came without a configuration
                continue
            node, errors = configurations._read_configuration(
                line.order_id, configurations._configuration_of(line), quoted=True
            )
            if not errors and not line._get_offer_misfits(node):
                line._keep_offer_quoted(node)

    def _note_offer_running(self):
        """Note what Services run as, which they may go on as."""
        configurations = self.env['offer.configuration']
        for line in self:
            if line.offer_kind == 'service' and not line.offer_option_id:
                node, _errors = configurations._read_configuration(
                    line.order_id, configurations._configuration_of(line), quoted=True
                )
                if node:
                    line._keep_offer_quoted(node)

    def _keep_offer_quoted(self, node):
        """Note what a line and its components were configured to.

        :param Node node: checked, and written on the line
        """
        self.ensure_one()
        quoted = self._as_offer_quoted(node).as_json()
        if quoted != self.offer_quoted:
            self._write_quoted(quoted)
        pairs, _unchosen = self._match_offer_components(node.options)
        for child, line in pairs:
            if line:
                line._keep_offer_quoted(child)

    def _write_quoted(self, quoted):
        """Write what no call from outside writes."""
        return super().write({'offer_quoted': quoted})  # pylint: disable=super-method-mismatch

    def _as_offer_quoted(self, node):
        """:rtype: Quoted"""
        template, before = node.product.product_tmpl_id, node.quoted
        customer, plan_terms = self.order_id.partner_id.commercial_partner_id, {}
        if before and before.plan_id == self.offer_plan_id.id:
            plan_terms = before.plan_terms
        elif self.offer_plan_id and not self.offer_option_id:
            plan_terms = self.env['offer.subscription']._get_terms_of(self.offer_plan_id)
        needed, roles = template.offer_prerequisite_ids, template.offer_role_ids
        return Quoted(
            product_id=self.product_id.id,
            quantity=self.product_uom_qty,
            uom_id=self.product_uom_id.id,
            plan_id=self.offer_plan_id.id,
            tier_id=self.offer_tier_id.id,
            option_id=self.offer_option_id.id,
            value_ids=tuple(self._get_offer_value_ids()),
            terms=node.terms,
            option_ids=tuple(child.option.id for child in node.options),
            required_ids=tuple(
                child.option.id for child in node.options if child.terms.is_required
            ),
            prerequisite_ids=before.prerequisite_ids if before else tuple(needed.ids),
            role_ids=before.role_ids if before else tuple(roles.filtered('is_required').ids),
            plan_terms=plan_terms,
            partner_id=before.partner_id if before and node.is_as_quoted else customer.id,
        )


def _as_typed(value):
    return value['custom_product_template_attribute_value_id'], value['custom_value'] or ''
