"""What a change asks for beyond what runs: what has to be bought, planned or made for it."""

from odoo import models

from ...tools.timeline import Timeline


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _get_offer_added_quantity(self):
        """How much the line asks for beyond what ran without its change, before and after it is
        confirmed.

        :return: in the line's unit; the whole quantity, if it changes nothing or the item is
            another one; 0: it only continues
        :rtype: float
        """
        self.ensure_one()
        before = self._get_offer_quantity_before()
        return max(self.product_uom_qty - before, 0.0)

    def _get_offer_quantity_before(self):
        """:return: how much of the line's item runs on the day of the change, without the change
        :rtype: float
        """
        held_sudo = self._get_offer_held()
        if not held_sudo:
            return 0.0
        subscription_sudo, order = held_sudo.subscription_id, self.order_id
        acts = subscription_sudo.event_ids.filtered(lambda act: act.sale_order_id == order)
        facts = subscription_sudo._get_timeline().facts
        for act in acts:
            facts = facts.without(act.id)
        timeline = Timeline(facts)
        if not held_sudo._is_agreed_on(order.offer_change_date, timeline):
            return 0.0
        content = held_sudo._get_held(order.offer_change_date, timeline)
        if content['product_id'] != self.product_id.id:
            return 0.0
        unit = self.env['uom.uom'].browse(content['product_uom_id'])
        return unit._compute_quantity(content['quantity'], self.product_uom_id, round=False)
