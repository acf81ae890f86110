"""What a customer can't accept: a quotation that stands no more as it was quoted."""

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _has_to_be_signed(self):
        """Nobody signs what was withdrawn, or priced for somebody else."""
        return super()._has_to_be_signed() and not self._get_offer_blocks()

    def _has_to_be_paid(self):
        """Nobody pays what was withdrawn, or priced for somebody else."""
        return super()._has_to_be_paid() and not self._get_offer_blocks()

    def _get_offer_portal_blocks(self):
        """:return: why the customer can't accept the quotation, as sentences for the customer
        :rtype: list[str]
        """
        self.ensure_one()
        if self.state not in ('draft', 'sent'):
            return []
        errors = self._get_offer_withdrawn_errors()
        if self._get_offer_customer_errors():
            errors.append(self.env._('The quotation is being revised.'))
        return errors
