from odoo import fields, models

from .offer_plan import HANDLINGS


class ResPartner(models.Model):
    _inherit = 'res.partner'

    offer_role_assignment_ids = fields.One2many(
        comodel_name='offer.role.assignment',
        inverse_name='partner_id',
        domain=[('sale_order_id', '=', False), ('subscription_id', '=', False)],
        string='Roles around Services',
    )
    offer_invoice_handling = fields.Selection(
        selection=HANDLINGS,
        string='Subscription Invoices Are',
        help='Empty: as the plan says.',
    )
    offer_separate_invoices = fields.Boolean(
        string='An Invoice for Each Subscription',
        help='Otherwise what is due on the same day stands on one invoice.',
    )
