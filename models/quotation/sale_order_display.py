"""How a quotation shows a Service to the customer: as PDF and in the portal."""

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _get_order_lines_to_report(self):
        """Leave out the components of what is shown as one line."""
        return (
            super()
            ._get_order_lines_to_report()
            .filtered(
                lambda line: not line._is_offer_part()
                or line._get_offer_root().product_id.offer_show_components != 'none'
            )
        )

    def _get_offer_tax_totals(self):
        """The totals of what the order asks for: without what recurs, which has its own invoices.

        :return: as `tax_totals`
        :rtype: dict
        """
        self.ensure_one()
        if not self.order_line.offer_plan_id:
            return self.tax_totals
        return self._get_offer_one_time_totals()


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _is_offer_part(self):
        """Whether the line hangs on a Service's."""
        self.ensure_one()
        return bool(self.offer_option_id or self.offer_is_setup)

    def _get_offer_root(self):
        """:return: the Service's line on which this one hangs in the end, or itself"""
        line = self
        while line._is_offer_part() and line._get_offer_service_line():
            line = line._get_offer_service_line()
        return line

    def _get_offer_display(self, price_field='price_subtotal'):
        """How the customer sees this line.

        :param str price_field: which amount is shown, `price_subtotal` or `price_total`
        :return: `level` below the Service, whether its prices are `hidden`, the `period` in words
            for what recurs, and for a Service without prices of its components the `sums` of the
            whole bundle: `amount` and `period`
        :rtype: dict
        """
        self.ensure_one()
        root, level, line = self._get_offer_root(), 0, self
        while line != root:
            level, line = level + 1, line._get_offer_service_line()
        shown = root.product_id.offer_show_components or 'prices'
        has_parts = root.offer_kind == 'service' and bool(root._get_offer_parts())
        hidden = shown != 'prices' and (self != root or has_parts)
        sums = []
        if hidden and self == root:
            bundle = root | root._get_offer_descendants()
            by_plan = bundle.grouped('offer_plan_id')
            sums = [
                {
                    'amount': sum(by_plan[plan].mapped(price_field)),
                    'period': plan._get_period_text() if plan else self.env._('once'),
                }
                for plan in sorted(by_plan, key=lambda plan: (not plan, plan.sequence, plan.id))
                if any(by_plan[plan].mapped(price_field))
            ]
        plan = self.offer_plan_id
        return {
            'level': level,
            'hidden': hidden,
            'period': plan._get_period_text() if plan and not hidden else '',
            'sums': sums,
        }
