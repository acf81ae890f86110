from odoo import api, fields, models


class AccountMoveReversal(models.TransientModel):
    _inherit = 'account.move.reversal'

    offer_is_billing = fields.Boolean(compute='_compute_offer_is_billing')
    offer_bill_again = fields.Boolean(
        string='Bill These Days Again',
        help='Otherwise the days of the subscription stay settled, and the credit is a gift.',
    )

    # === COMPUTE METHODS === #

    @api.depends('move_ids')
    def _compute_offer_is_billing(self):
        for wizard in self:
            wizard.offer_is_billing = bool(wizard.move_ids._get_offer_entries())

    # === BUSINESS METHODS === #

    def reverse_moves(self, is_modify=False):
        """Make the days of the credited invoice due again, if the accountant says so.

        "Reverse and Create" makes the new invoice itself: the days stay settled.
        """
        entries_sudo = self.env['offer.billing.entry'].sudo()
        if self.offer_bill_again and not is_modify:
            # entries are the engine's; whoever may credit the invoice may move them with it
            entries_sudo = self.move_ids._get_offer_entries()
            entries_sudo._check_not_credited_elsewhere()
            entries_sudo._check_origins_free()
        action = super().reverse_moves(is_modify)
        entries_sudo._set_void(True)
        return action
