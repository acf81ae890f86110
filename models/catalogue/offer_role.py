from odoo import fields, models


class OfferRole(models.Model):
    _name = 'offer.role'
    _description = 'Role around a Service'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(comodel_name='res.company', help='Empty: in all companies.')
    side = fields.Selection(
        selection=[('provider', 'Provider'), ('customer', 'Customer')],
        required=True,
        default='provider',
        help='On whose side the role is played.',
    )
    is_required = fields.Boolean(
        string='Required',
        help='A Service with this role can be ordered only if somebody plays it.',
    )
    is_approver = fields.Boolean(
        string='Approves Orders',
        help="At the customer's side: approves what colleagues order in the portal, where that"
        ' needs an approval.',
    )
