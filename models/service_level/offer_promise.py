from odoo import api, fields, models


class OfferPromise(models.AbstractModel):
    _name = 'offer.promise'
    _description = 'Part of What a Service Level Promises'

    tier_id = fields.Many2one(
        comodel_name='offer.sla.tier', required=True, index=True, ondelete='cascade'
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse to promise more under a service level that has been sold."""
        promises = super().create(vals_list)
        promises.tier_id._check_not_sold()
        return promises

    def write(self, vals):
        """Refuse to change what has been promised."""
        self.tier_id._check_not_sold()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        self.tier_id._check_not_sold()
