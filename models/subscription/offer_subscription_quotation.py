"""From a running subscription to the quotation that changes it."""

import uuid

from odoo import api, models
from odoo.fields import Command

from ..configuration.marks import CONFIGURING


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === COMPUTE METHODS === #

    @api.depends('change_order_ids')
    def _compute_change_order_count(self):
        for subscription in self:
            subscription.change_order_count = len(subscription.change_order_ids)

    # === BUSINESS METHODS === #

    def _create_change_order(self, day, **values):
        """A quotation with what the customer has on a day, to be changed and signed.

        :param datetime.date day: from which on the change counts
        :rtype: sale.order
        :raise UserError: if nothing can change then
        """
        self.ensure_one()
        self._check_running_on(day)
        order = self.env['sale.order'].create({**self._prepare_change_order_values(day), **values})
        if order.currency_id != self.currency_id:
            # no pricelist says so
            order.currency_id = self.currency_id
        lines = self.line_ids._get_running_on(day)
        sequence = 10
        for root in lines.filtered(lambda line: not line.parent_id):
            sequence = self._create_change_lines(order, root, day, sequence)
        # what runs is what it is, whatever the catalogue says today
        order.order_line._note_offer_running()
        return order

    def _prepare_change_order_values(self, day):
        before = self.sale_order_id
        pricelist = before.pricelist_id or self.partner_id.property_product_pricelist
        if pricelist.currency_id != self.currency_id:
            pricelist = pricelist.browse()
        return {
            'company_id': self.company_id.id,
            'partner_id': self.partner_id.id,
            'partner_invoice_id': self.partner_invoice_id.id,
            'partner_shipping_id': self.partner_shipping_id.id,
            'payment_term_id': self.payment_term_id.id,
            'pricelist_id': pricelist.id,
            'user_id': self.user_id.id,
            'team_id': self.team_id.id,
            'client_order_ref': self.client_order_ref,
            'origin': self.name,
            'offer_change_subscription_id': self.id,
            'offer_change_date': day,
            # sudo: what has happened to it decides, whoever quotes
            'offer_change_known_id': max(self.sudo().event_ids.ids, default=False),
        }

    def _create_change_lines(self, order, line, day, sequence, parent=None):
        """Put a line and what hangs on it on a quotation, as it runs.

        :param parent: the order line on which it hangs
        :return: the sequence that comes next
        """
        held = line._get_held_on(day)
        values = {
            'order_id': order.id,
            'sequence': sequence,
            'product_id': held['product_id'],
            'product_uom_qty': held['quantity'],
            'product_uom_id': held['product_uom_id'],
            'offer_plan_id': self.plan_id.id,
            'offer_tier_id': held['tier_id'],
            'offer_option_id': line.option_id.id,
            'offer_date_start': day,
            'offer_subscription_line_id': line.id,
            'name': held['name'],
            'virtual_id': str(uuid.uuid4()),
        }
        sold = line._get_sold_on(day)
        if sold.product_id.id == held['product_id']:
            values['product_no_variant_attribute_value_ids'] = [
                Command.set(sold.product_no_variant_attribute_value_ids.ids)
            ]
            values['product_custom_attribute_value_ids'] = [
                Command.create(
                    {
                        'custom_product_template_attribute_value_id': (
                            value.custom_product_template_attribute_value_id.id
                        ),
                        'custom_value': value.custom_value,
                    }
                )
                for value in sold.product_custom_attribute_value_ids
            ]
        if parent:
            values.update(linked_line_id=parent.id, linked_virtual_id=parent.virtual_id)
        made = CONFIGURING.on(self.env['sale.order.line']).create(values)
        sequence += 1
        for part in line._get_parts(day):
            sequence = self._create_change_lines(order, part, day, sequence, made)
        return sequence
