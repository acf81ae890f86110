from odoo import models


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = 'sale.advance.payment.inv'

    def _create_invoices(self, sale_orders):
        """Take a down payment of what is paid once."""
        if self.advance_payment_method == 'delivered':
            return super()._create_invoices(sale_orders)
        wizard = self.with_context(offer_one_time_only=True)
        return super(SaleAdvancePaymentInv, wizard)._create_invoices(sale_orders)
