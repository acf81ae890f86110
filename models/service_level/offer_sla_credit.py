from odoo import fields, models

from .offer_sla_tier import _percent


class OfferSlaCredit(models.Model):
    _name = 'offer.sla.credit'
    _description = 'Credit Band of a Service Level'
    _inherit = ['offer.promise']
    _order = 'tier_id, availability desc'

    _availability_once = models.UniqueIndex(
        '(tier_id, availability)',
        'A service level has one band for each availability: change that one.',
    )
    _ranges = models.Constraint(
        'CHECK (availability > 0 AND availability <= 100 AND percent > 0 AND percent <= 100)',
        'Availability and credit are percentages above 0, up to 100.',
    )

    availability = fields.Float(
        string='Below (%)',
        digits=(6, 3),
        required=True,
        help='Exactly this availability still counts as kept.',
    )
    percent = fields.Float(string="Credit (% of the Period's Fee)", digits=(6, 3), required=True)

    # === BUSINESS METHODS === #

    def _get_text(self):
        """:rtype: str"""
        self.ensure_one()
        return self.env._(
            "Below %(availability)s %%: credit of %(percent)s %% of the period's fee",
            availability=_percent(self.availability),
            percent=_percent(self.percent),
        )
