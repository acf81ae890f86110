"""A copy is priced at one moment: all of it as of today, but for prices by hand."""

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === CRUD METHODS === #

    def copy(self, default=None):
        """Configure the Services of a copy by the rules of today, for its own customer; what does
        not fit any more is said on it.
        """
        copies = super().copy(default)
        for order, copy in zip(self, copies, strict=True):
            if not copy._get_offer_services():
                continue
            told = order._get_offer_own_texts() | copy._get_offer_own_texts()
            if order.partner_id.commercial_partner_id != copy.partner_id.commercial_partner_id:
                copy.order_line.filtered(
                    lambda line, told=told: line.product_id.product_tmpl_id in told
                )._compute_name()
            copy._requote_offers()
        return copies


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        """Price what belongs to a Service as of today, but for a price or discount by hand."""
        vals_list = super().copy_data(default)
        for line, vals in zip(self, vals_list, strict=True):
            if not line._is_offer_service_part():
                continue
            if not line.offer_price_is_manual:
                vals.pop('price_unit', None)
                vals.pop('technical_price_unit', None)
            if line.pricelist_item_id._show_discount():
                vals.pop('discount', None)
        return vals_list
