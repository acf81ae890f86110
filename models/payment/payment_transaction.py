from odoo import api, models


class PaymentTransaction(models.Model):
    _inherit = 'payment.transaction'

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse to pay a cart that can't be ordered."""
        transactions = super().create(vals_list)
        transactions.sale_order_ids._check_offer_cart()
        return transactions
