from odoo import models

from odoo.addons.sale_offer.tools.terms import monthly

MONTHS = {'month': 1, 'year': 12}


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _get_offer_recurring_revenue(self, recurring):
        """What an opportunity is to expect of the order per period; of a change, what it adds.

        :param recurring: its lines that recur
        :return: of how many months the period is, and the untaxed amount
        :rtype: tuple[int, float]
        """
        plan = recurring.offer_plan_id
        if self.offer_change_subscription_id:
            return 1, self._get_offer_added_revenue()
        if len(plan) == 1 and plan.interval_unit in MONTHS:
            amount = sum(recurring.mapped('price_subtotal'))
            return plan.interval_count * MONTHS[plan.interval_unit], amount
        amount = sum(
            float(monthly(line.price_subtotal, it.interval_count, it.interval_unit))
            for line in recurring
            for it in line.offer_plan_id
        )
        return 1, self.currency_id.round(amount)

    def _get_offer_added_revenue(self):
        """:return: by how much the acts of the order raise what recurs a month
        :rtype: float
        """
        # sudo: the subscription may be another salesperson's
        events_sudo = self.env['offer.subscription.event'].sudo()
        acts_sudo = events_sudo.search([('sale_order_id', '=', self.id)])
        rows_sudo = acts_sudo | events_sudo.search([('act_id', 'in', acts_sudo.ids)])
        return sum(rows_sudo.mapped('mrr_change'))
