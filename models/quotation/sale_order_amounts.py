"""What an order comes to, once and per period apart, wherever Odoo has a single total."""

from odoo import api, fields, models
from odoo.tools import format_amount, format_list

from ...tools.terms import monthly


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # of no column: Odoo's table of orders is big
    offer_amount_once = fields.Monetary(
        string='One-Time Total',
        compute='_compute_offer_amounts',
        help='With taxes: what the order itself asks for.',
    )
    offer_amount_monthly = fields.Monetary(
        string='Recurring per Month',
        compute='_compute_offer_amounts',
        help='Without taxes: what recurs, per month whatever the billing period.',
    )
    offer_recurring_text = fields.Char(
        string='Recurring per Period',
        compute='_compute_offer_amounts',
        help='With taxes, per billing period.',
    )
    offer_amount_text = fields.Char(
        string='Amount',
        compute='_compute_offer_amounts',
        help='With taxes, once and per period apart.',
    )

    # === COMPUTE METHODS === #

    @api.depends('order_line.offer_plan_id', 'order_line.price_total', 'order_line.price_subtotal')
    @api.depends_context('lang')
    def _compute_offer_amounts(self):
        for order in self:
            recurring = order.order_line.filtered('offer_plan_id')
            periods = order._get_offer_period_texts()
            order.offer_amount_once = order._get_offer_one_time_total()
            order.offer_amount_monthly = sum(
                float(monthly(total, plan.interval_count, plan.interval_unit))
                for plan, lines in recurring.grouped('offer_plan_id').items()
                if (total := sum(lines.mapped('price_subtotal')))
            )
            order.offer_recurring_text = ' + '.join(periods)
            order.offer_amount_text = order._join_offer_amounts(periods)

    # === BUSINESS METHODS === #

    def _get_offer_period_texts(self):
        """:return: e.g. ["$ 172.00 per month", "$ 900.00 per year"], with taxes"""
        lines = self.order_line.filtered('offer_plan_id')
        return [
            self._say_offer_amount(self._get_offer_total_of(mine), plan._get_period_text())
            for plan, mine in lines.grouped('offer_plan_id').items()
        ]

    def _get_offer_total_of(self, lines):
        """:param lines: sale.order.line of this order
        :return: with taxes, as one document would have it
        :rtype: float
        """
        base_lines = [line._prepare_base_line_for_taxes_computation() for line in lines]
        return self._sum_offer_base_lines(base_lines)['total_amount_currency']

    def _say_offer_amount(self, amount, period):
        return self.env._(
            '%(amount)s %(period)s',
            amount=format_amount(self.env, amount, self.currency_id),
            period=period,
        )

    def _join_offer_amounts(self, periods):
        """:param periods: what recurs, in words
        :return: e.g. "$ 2,700.00 once and $ 172.00 per month"
        """
        once = self._get_offer_one_time_total()
        if not periods:
            return format_amount(self.env, once, self.currency_id)
        first = [self._say_offer_amount(once, self.env._('once'))] if once else []
        return format_list(self.env, [*first, *periods])

    def _has_offer_taxes(self):
        """:return: whether what is shown with taxes is more than without
        :rtype: bool
        """
        return bool(self.currency_id.compare_amounts(self.amount_total, self.amount_untaxed))


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    offer_period_text = fields.Char(string='Period', compute='_compute_offer_period_text')

    # === COMPUTE METHODS === #

    @api.depends('offer_plan_id')
    @api.depends_context('lang')
    def _compute_offer_period_text(self):
        for line in self:
            plan = line.offer_plan_id
            line.offer_period_text = plan._get_period_text() if plan else False

    # === BUSINESS METHODS: SECTIONS === #

    def _get_offer_section_sums(self, price_field):
        """What a section comes to, once and per period apart.

        :param str price_field: `price_subtotal` or `price_total`
        :return: dicts of `amount` and `period`, the latter empty for what is paid once; none: the
            section has nothing that recurs
        :rtype: list[dict]
        """
        lines = self._get_section_lines()
        return lines._get_offer_sums(price_field) if lines.offer_plan_id else []

    def _get_offer_sums(self, price_field):
        """:return: see `_get_offer_section_sums`, of these lines; those of nothing are left out"""
        by_plan = self.grouped('offer_plan_id')
        sums = [
            {
                'amount': sum(by_plan[plan].mapped(price_field)),
                'period': plan._get_period_text() if plan else self.env._('once'),
            }
            for plan in sorted(by_plan, key=lambda plan: (bool(plan), plan.sequence, plan.id))
        ]
        return [it for it in sums if it['amount']] or sums[:1]

    def _get_grouped_section_summary(self, display_taxes=True):
        """Group by what is paid once and each plan too, with the `offer_period` in words."""
        lines = self._get_section_lines()
        if not lines.offer_plan_id:
            return super()._get_grouped_section_summary(display_taxes)
        taxes = self.env['account.tax']
        groups = lines.filtered(lambda line: not line.display_type).grouped(
            lambda line: (line.offer_plan_id, line.tax_ids if display_taxes else taxes)
        )
        rows = [
            {
                'tax_labels': [tax.tax_label for tax in taxes if tax.tax_label],
                'price_subtotal': sum(mine.mapped('price_subtotal')),
                'price_total': sum(mine.mapped('price_total')),
                'offer_period': plan._get_period_text() if plan else self.env._('once'),
            }
            for (plan, taxes), mine in groups.items()
        ]
        return [row for row in rows if row['price_total'] or row['price_subtotal']] or rows[:1]
