from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    offer_product_price_group_id = fields.Many2one(
        comodel_name='res.groups',
        string='May Price Products',
        help='Its members may change price and discount of a Product on an order. Empty: nobody.',
    )
