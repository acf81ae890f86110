from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    _inherit = 'account.move.send'

    # === BUSINESS METHODS === #

    @api.model
    def _get_default_mail_partner_ids(self, move, mail_template, mail_lang):
        """Send it to whoever ordered, where the company that pays has no address for mails."""
        partners = super()._get_default_mail_partner_ids(move, mail_template, mail_lang)
        if partners.filtered('email'):
            return partners
        # sudo: whoever sends invoices need not be allowed to read subscriptions
        return partners | move.sudo()._get_offer_subscriptions().partner_id.filtered('email')
