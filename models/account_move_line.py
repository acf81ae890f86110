from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    # not copied: the period stands in the entry, so a duplicate settles nothing (design §5)
    offer_billing_entry_ids = fields.One2many(
        comodel_name='offer.billing.entry', inverse_name='invoice_line_id', copy=False
    )

    def unlink(self):
        """Make the days of deleted lines due again."""
        # an accountant deletes a draft's line; its entry is the engine's
        self.sudo().offer_billing_entry_ids.unlink()
        return super().unlink()
