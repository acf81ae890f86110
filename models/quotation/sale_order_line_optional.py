"""A Service in an optional section: not taken (0) or taken, as a whole, as it was configured."""

from odoo import models

from ..configuration.marks import CONFIGURING


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === CRUD METHODS === #

    def write(self, vals):
        """Take the components of a Service with it, and leave them out with it."""
        if 'product_uom_qty' not in vals or CONFIGURING.is_on(self):
            return super().write(vals)
        left_out = self.filtered(lambda line: not line.product_uom_qty)
        res = super().write(vals)
        for line in self:
            if not line.product_uom_qty or line in left_out:
                line._take_offer_components()
        return res

    # === BUSINESS METHODS === #

    def _is_offer_left_out(self):
        """:return: whether the line, or the Service on which it hangs, is optional and not taken"""
        self.ensure_one()
        root = self._get_offer_root()
        return not root.product_uom_qty and root._is_line_optional()

    def _take_offer_components(self):
        """Let components be there as they were configured, or not at all, as their Service is."""
        for component, quantity in self._get_offer_taken():
            line = CONFIGURING.on(component)
            if component._differs_from_offer_quantity(quantity):
                line.product_uom_qty = quantity
            component._take_offer_components()

    def _get_offer_taken(self):
        """:return: pairs of a component and the quantity that goes with its Service
        :rtype: list
        """
        self.ensure_one()
        return [
            (component, self._get_offer_taken_quantity(component))
            for component in self._get_offer_components()
        ]

    def _get_offer_taken_quantity(self, component):
        terms = component._get_offer_terms()
        if not self.product_uom_qty:
            return 0.0
        if terms.quantity_mode == 'per_unit':
            return self._get_offer_component_quantity(component)
        quoted = component._get_offer_quoted()
        return component.product_uom_qty or (quoted.quantity if quoted else terms.quantity)

    def _can_be_edited_on_portal(self):
        """Components go with their Service: customers take or leave that."""
        return super()._can_be_edited_on_portal() and not self._is_offer_part()
