from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Translate the customer's order form too."""
        return [*super()._get_translation_frontend_modules_name(), 'sale_offer']
