"""What stands on a quotation stays until it is changed, whatever became of the catalogue since:
"quoted is quoted"."""

from odoo import api, models


class OfferConfiguration(models.AbstractModel):
    _inherit = 'offer.configuration'

    # === BUSINESS METHODS === #

    @api.model
    def _find_quoted_option(self, parent, option):
        """
        :return: the order line on which an option stands, and what that was configured to, or none
        :rtype: tuple
        """
        line = self.env['sale.order.line']
        if parent.line:
            components = parent.line._get_offer_components()
            line = components.filtered(lambda it: it.offer_option_id == option)[:1]
        quoted = line._get_offer_quoted() if line else None
        return line, quoted if quoted and quoted.option_id == option.id else None

    @api.model
    def _get_quoted_values(self, node):
        """:return: values of attributes that were quoted, also if they are offered no more
        :rtype: product.template.attribute.value
        """
        values = self.env['product.template.attribute.value']
        return values.browse(node.quoted.value_ids).exists() if node.quoted else values

    @api.model
    def _get_custom_values(self, node, data):
        """:return: what was typed for values of attributes; where nothing is said of it, what
        stands on the line
        """
        is_same = node.quoted and set(node.quoted.value_ids) == set(node.no_variant_value_ids)
        if data.get('custom_values') is None and is_same:
            return node.line._get_offer_custom_values()
        return data.get('custom_values') or []

    @api.model
    def _get_node_obstacle(self, reader, node):
        """As `_get_obstacle`, for what may stand on the quotation already.

        :rtype: str
        """
        quoted = node.quoted
        if not quoted:
            return self._get_obstacle(reader, node)
        if quoted.plan_id == node.plan.id and quoted.quantity == node.quantity:
            return ''
        # it costs what it costs today
        return self._get_price_obstacle(reader, node)

    @api.model
    def _is_group_as_quoted(self, node, group):
        """Whether the same options of a group are chosen as were quoted."""
        if not node.quoted or self._is_more_than_held(node):
            return False
        members = set(group.with_context(active_test=False).option_ids.ids)
        chosen = {child.option.id for child in node.options}
        return members & chosen == members & set(node.quoted.option_ids)

    @api.model
    def _is_more_than_held(self, node):
        """Whether a change adds units, which need what is paid once again."""
        return bool(node.held) and node.own_quantity > self._get_held_own_quantity(node)

    @api.model
    def _is_need_as_quoted(self, node, option, had):
        """Whether an option that was quoted has beside it what it had then, of what it requires.

        :param had: the options that are chosen, or were
        """
        if not node.has_quoted(option) or self._is_more_than_held(node):
            return False
        needed = set(option.requires_ids.ids)
        return needed & set(node.quoted.option_ids) <= needed & set(had.ids)
