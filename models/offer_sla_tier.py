from odoo import fields, models


class OfferSlaTier(models.Model):
    _name = 'offer.sla.tier'
    _description = 'Service Level'
    _order = 'sequence, id'

    _availability_range = models.Constraint(
        'CHECK (availability BETWEEN 0 AND 100)', 'Availability is a percentage from 0 to 100.'
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', help='Empty: the tier is for all companies.'
    )
    calendar_id = fields.Many2one(
        comodel_name='resource.calendar',
        string='Service Hours',
        help='Empty: at any hour, every day.',
    )
    availability = fields.Float(
        string='Availability (%)', digits=(6, 3), help='0: no availability is promised.'
    )
    promise = fields.Text(
        translate=True, help='What is promised, in words, as it stands on the quotation.'
    )
