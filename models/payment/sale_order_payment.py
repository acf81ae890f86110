"""What an order asks for by itself: the one-time part; what recurs has invoices of its own."""

from odoo import api, models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === COMPUTE METHODS === #

    @api.depends('order_line.offer_plan_id')
    def _compute_partner_credit_warning(self):
        """Count what recurs when it is invoiced, not as if the order would ask for it."""
        recurring = self.filtered(lambda order: order.order_line.offer_plan_id)
        res = super(SaleOrder, self - recurring)._compute_partner_credit_warning()
        for order in recurring:
            order.partner_credit_warning = ''
            if order.state in ('draft', 'sent') and order.company_id.account_use_credit_limit:
                amount = order._get_offer_one_time_total() / order.currency_rate
                # a salesperson may not read the credit of a customer, but is to be warned
                order.partner_credit_warning = self.env[
                    'account.move'
                ]._build_credit_warning_message(order.sudo(), current_amount=amount)
        return res

    # === BUSINESS METHODS === #

    def _get_offer_one_time_total(self):
        """What the order itself asks for, with taxes: all that is paid once.

        :return: in the order's currency
        :rtype: float
        """
        self.ensure_one()
        if not self.order_line.offer_plan_id:
            return self.amount_total
        return self._get_offer_one_time_totals()['total_amount_currency']

    def _get_offer_one_time_totals(self):
        """:return: as `tax_totals`, of what is paid once
        :rtype: dict
        """
        lines = self.order_line.filtered(
            lambda line: not line.display_type and not line.offer_plan_id
        )
        return self._sum_offer_base_lines(
            [line._prepare_base_line_for_taxes_computation() for line in lines]
        )

    def _sum_offer_base_lines(self, base_lines):
        """:param list base_lines: of one document, as `account.tax` has them
        :return: as `tax_totals`
        :rtype: dict
        """
        taxes = self.env['account.tax']
        taxes._add_tax_details_in_base_lines(base_lines, self.company_id)
        taxes._round_base_lines_tax_details(base_lines, self.company_id)
        return taxes._get_tax_totals_summary(
            base_lines=base_lines,
            currency=self.currency_id or self.company_id.currency_id,
            company=self.company_id,
        )

    def _get_prepayment_required_amount(self):
        """Ask for a part of what is paid once."""
        amount = super()._get_prepayment_required_amount()
        if not amount or not self.order_line.offer_plan_id:
            return amount
        return self.currency_id.round(self._get_offer_one_time_total() * self.prepayment_percent)

    def _has_to_be_paid(self):
        """Ask for no payment where nothing is paid once."""
        return super()._has_to_be_paid() and self._get_offer_one_time_total() > 0

    def _has_to_be_signed(self):
        """Ask for a signature where a payment would confirm, but nothing is paid once."""
        if super()._has_to_be_signed():
            return True
        return bool(
            self.require_payment
            and self.order_line.offer_plan_id
            and self.state in ('draft', 'sent')
            and not self.is_expired
            and not self.signature
            and self._get_offer_one_time_total() <= 0
        )

    def _is_paid(self):
        """Compare with what is paid once."""
        if not self.order_line.offer_plan_id:
            return super()._is_paid()
        total = self._get_offer_one_time_total()
        return self.currency_id.compare_amounts(self.amount_paid, total) >= 0

    def _get_default_payment_link_values(self):
        """Let a payment link ask for what is paid once at most."""
        values = super()._get_default_payment_link_values()
        if self.order_line.offer_plan_id:
            remaining = self._get_offer_one_time_total() - self.amount_paid
            values['amount_max'] = remaining
            values['amount'] = min(values['amount'], remaining)
        return values
