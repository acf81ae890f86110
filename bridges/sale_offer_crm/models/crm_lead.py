"""What an order says of its opportunity: once and per period apart."""

from odoo import api, fields, models


class CrmLead(models.Model):
    _inherit = 'crm.lead'

    @api.depends('order_ids.order_line.price_subtotal', 'order_ids.order_line.offer_plan_id')
    def _compute_sale_data(self):
        """Sum up what is paid once."""
        res = super()._compute_sale_data()
        for lead in self:
            orders = lead.order_ids.filtered_domain(self._get_lead_sale_order_domain())
            for order in orders.filtered('order_line.offer_plan_id'):
                recurring = order.order_line.filtered('offer_plan_id')
                lead.sale_amount_total -= order.currency_id._convert(
                    sum(recurring.mapped('price_subtotal')),
                    lead.company_currency or self.env.company.currency_id,
                    order.company_id,
                    order.date_order or fields.Date.today(),
                )
        return res

    def _update_revenues_from_so(self, order):
        """Expect what is paid once as revenue, and what recurs as recurring revenue."""
        recurring = order.order_line.filtered('offer_plan_id')
        if not recurring:
            return super()._update_revenues_from_so(order)
        once = order.amount_untaxed - sum(recurring.mapped('price_subtotal'))
        mine = self.filtered(lambda lead: lead.company_id.currency_id == order.currency_id)
        for lead in mine.filtered(lambda lead: (lead.expected_revenue or 0) < once):
            lead.expected_revenue = once
            lead._track_set_log_message(
                self.env._('Expected revenue: what is paid once of %s.', order.name)
            )
        return mine._update_offer_recurring_revenue(order, recurring)

    def _update_offer_recurring_revenue(self, order, recurring):
        """:param recurring: the lines of the order that recur"""
        if not self.env['res.groups']._is_feature_enabled('crm.group_use_recurring_revenues'):
            return
        months, amount = order._get_offer_recurring_revenue(recurring)
        plans = self.env['crm.recurring.plan']
        plan = plans.search([('number_of_months', '=', months)], limit=1)
        if not plan:
            months, amount = 1, amount / months
            plan = plans.search([('number_of_months', '=', 1)], limit=1)
        for lead in self.filtered(lambda lead: lead.recurring_revenue_monthly < amount / months):
            lead.write({'recurring_revenue': amount, 'recurring_plan': plan.id})
