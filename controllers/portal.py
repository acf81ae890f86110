from odoo.addons.sale.controllers.portal import CustomerPortal


class OfferCustomerPortal(CustomerPortal):
    def _determine_is_down_payment(self, order_sudo, amount_selection, payment_amount):
        """Compare a payment link's amount with what is paid once."""
        if amount_selection or payment_amount is None or not order_sudo.order_line.offer_plan_id:
            return super()._determine_is_down_payment(order_sudo, amount_selection, payment_amount)
        return payment_amount < order_sudo._get_offer_one_time_total()

    def _get_payment_values(self, order_sudo, is_down_payment=False, payment_amount=None, **kwargs):
        """Ask for what is paid once; what recurs is asked for by its own invoices."""
        most = order_sudo._get_offer_one_time_total()
        if is_down_payment or most >= order_sudo.amount_total:
            return super()._get_payment_values(
                order_sudo, is_down_payment=is_down_payment, payment_amount=payment_amount, **kwargs
            )
        # all that is paid once is a part of the total, which is asked for as a link's amount is
        values = super()._get_payment_values(
            order_sudo,
            is_down_payment=True,
            payment_amount=min(payment_amount or most, most),
            **kwargs,
        )
        return {**values, 'payment_amount': payment_amount}
