"""Odoo's sales analysis: what is paid once and what recurs apart, with what subscriptions have
invoiced.
"""

from odoo import fields, models

# of what recurs, how many months a unit of its plan's interval has; see `tools/terms.py`
MONTHS = """CASE offer_plan.interval_unit
                    WHEN 'day' THEN 12 / 365.0
                    WHEN 'week' THEN 84 / 365.0
                    WHEN 'year' THEN 12.0
                    ELSE 1.0
                END"""


class SaleReport(models.Model):
    _inherit = 'sale.report'

    offer_plan_id = fields.Many2one(comodel_name='offer.plan', string='Plan', readonly=True)
    offer_amount_once = fields.Monetary(
        string='Untaxed One-Time Total',
        readonly=True,
        help='Without what recurs, of which the untaxed total has one period.',
    )
    offer_amount_monthly = fields.Monetary(
        string='Untaxed Recurring per Month',
        readonly=True,
        help='What recurs, per month whatever the billing period; of a change only what it adds.',
    )
    offer_amount_invoiced = fields.Monetary(
        string='Untaxed Amount Invoiced by Subscriptions',
        readonly=True,
        help='Posted invoices less credit notes of what began with these order lines.',
    )

    # === SQL === #

    def _select_additional_fields(self):
        """Add the plan, and amounts once, per month and invoiced by subscriptions."""
        rate = self._case_value_or_one('account_currency_table.rate')
        own = f"l.price_subtotal / {self._case_value_or_one('s.currency_rate')} * {rate}"
        return {
            **super()._select_additional_fields(),
            'offer_plan_id': 'l.offer_plan_id',
            'offer_amount_once': f'SUM(CASE WHEN l.offer_plan_id IS NULL THEN {own} ELSE 0 END)',
            'offer_amount_monthly': f"""SUM(
                CASE
                    WHEN l.offer_plan_id IS NULL OR l.offer_subscription_line_id IS NOT NULL THEN 0
                    ELSE {own} / (offer_plan.interval_count * {MONTHS})
                END)""",
            'offer_amount_invoiced': f"""SUM(COALESCE(
                (
                    SELECT SUM(-move_line.balance)
                    FROM account_move_line move_line
                    WHERE move_line.parent_state = 'posted'
                        AND move_line.id IN (
                            SELECT entry.invoice_line_id
                            FROM offer_billing_entry entry
                            JOIN offer_subscription_line begun
                                ON begun.id = entry.subscription_line_id
                            WHERE begun.sale_line_id = l.id
                        )
                ), 0) * {rate})""",
        }

    def _from_sale(self):
        """Add the plan of what recurs."""
        return f"""{super()._from_sale()}
            LEFT JOIN offer_plan ON offer_plan.id = l.offer_plan_id"""

    def _group_by_sale(self):
        """Keep what recurs apart."""
        return f"""{super()._group_by_sale()},
            l.offer_plan_id"""
