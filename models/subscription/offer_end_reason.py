from odoo import fields, models


class OfferEndReason(models.Model):
    _name = 'offer.end.reason'
    _description = 'Why Subscriptions End'
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
