"""Days of one line that nobody pays; a fact, so changes don't end it."""

from odoo import fields, models

from ...tools.facts import Waiver


class OfferSubscriptionWaiver(models.Model):
    _name = 'offer.subscription.waiver'
    _description = 'Waived Days of a Subscription Line'
    _order = 'date_from, id'

    _dates_in_order = models.Constraint(
        'CHECK (date_from <= date_to)', 'The days of a waiver end before they start.'
    )

    subscription_line_id = fields.Many2one(
        comodel_name='offer.subscription.line', required=True, index=True, ondelete='cascade'
    )
    subscription_id = fields.Many2one(related='subscription_line_id.subscription_id')
    event_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        string='Act',
        required=True,
        index=True,
        ondelete='cascade',
    )
    date_from = fields.Date(string='From', required=True)
    date_to = fields.Date(string='To', required=True, help='The last day.')
    reason = fields.Char(required=True)

    # === BUSINESS METHODS === #

    def _as_fact(self):
        """:rtype: odoo.addons.sale_offer.tools.facts.Waiver"""
        self.ensure_one()
        return Waiver(self.subscription_line_id.id, self.date_from, self.date_to, self.event_id.id)
