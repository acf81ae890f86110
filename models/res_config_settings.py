from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    offer_product_price_group_id = fields.Many2one(
        related='company_id.offer_product_price_group_id', readonly=False
    )
    offer_service_price_group_id = fields.Many2one(
        related='company_id.offer_service_price_group_id', readonly=False
    )
    offer_late_policy = fields.Selection(
        related='company_id.offer_late_policy', readonly=False, required=True
    )
    offer_external_policy = fields.Selection(
        related='company_id.offer_external_policy', readonly=False, required=True
    )
    offer_setup_product_id = fields.Many2one(
        related='company_id.offer_setup_product_id', readonly=False
    )
    offer_order_policy = fields.Selection(
        related='company_id.offer_order_policy', readonly=False, required=True
    )
    offer_responsible_id = fields.Many2one(
        related='company_id.offer_responsible_id', readonly=False
    )
    offer_payer_policy = fields.Selection(
        related='company_id.offer_payer_policy', readonly=False, required=True
    )
