from odoo import fields, models


class ResPartner(models.Model):
    _inherit = 'res.partner'

    offer_role_assignment_ids = fields.One2many(
        comodel_name='offer.role.assignment',
        inverse_name='partner_id',
        domain=[('sale_order_id', '=', False), ('subscription_id', '=', False)],
        string='Roles around Services',
    )
