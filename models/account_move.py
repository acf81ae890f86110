from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    offer_subscription_count = fields.Integer(compute='_compute_offer_subscription_count')

    # === COMPUTE METHODS === #

    def _compute_offer_subscription_count(self):
        for move in self:
            move.offer_subscription_count = len(move._get_offer_subscriptions())

    # === BUSINESS METHODS === #

    def _get_offer_entries(self):
        # entries are the engine's; whoever may touch the invoice may move them with it
        return self.sudo().invoice_line_ids.offer_billing_entry_ids

    def _get_offer_subscriptions(self):
        """:rtype: offer.subscription"""
        return self._get_offer_entries().subscription_line_id.subscription_id.sudo(self.env.su)

    def button_cancel(self):
        """Make the days of a cancelled invoice due again."""
        entries_sudo = self._get_offer_entries()
        entries_sudo._check_not_credited_elsewhere()
        res = super().button_cancel()
        entries_sudo._set_void(True)
        return res

    def button_draft(self):
        """Settle the days of a cancelled invoice again, unless they have been billed since."""
        cancelled = self.filtered(lambda move: move.state == 'cancel')
        entries_sudo = cancelled._get_offer_entries()
        entries_sudo._check_not_billed_again()
        res = super().button_draft()
        entries_sudo._set_void(False)
        return res

    # === ACTION METHODS === #

    def action_view_offer_subscriptions(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'sale_offer.offer_subscription_action'
        )
        action['domain'] = [('id', 'in', self._get_offer_subscriptions().ids)]
        return action
