"""Days without delivery, and the days on which pauses end ("no act writes what another agreed")."""

from odoo import fields, models

from ...tools.facts import Pause, Resume
from ...tools.intervals import FOREVER


class OfferSubscriptionPause(models.Model):
    _name = 'offer.subscription.pause'
    _description = 'Pause of a Subscription'
    _order = 'date_from, id'

    _dates_in_order = models.Constraint(
        'CHECK (date_from <= date_to)', 'The days of a pause end before they start.'
    )

    subscription_id = fields.Many2one(
        comodel_name='offer.subscription', required=True, index=True, ondelete='cascade'
    )
    event_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        string='Act',
        required=True,
        index=True,
        ondelete='cascade',
    )
    date_from = fields.Date(string='From', required=True, help='The first day without.')
    date_to = fields.Date(
        string='To', help='The last day without, as it was stated. It stays when it is resumed.'
    )
    is_billed = fields.Boolean(
        string='Billed', help='The days are billed all the same: a suspension for non-payment.'
    )

    # === BUSINESS METHODS === #

    def _as_fact(self):
        """:rtype: odoo.addons.sale_offer.tools.facts.Pause"""
        self.ensure_one()
        return Pause(self.date_from, self.event_id.id, self.date_to or FOREVER, self.is_billed)


class OfferSubscriptionResume(models.Model):
    _name = 'offer.subscription.resume'
    _description = 'Resumption of a Subscription'
    _order = 'date, id'

    subscription_id = fields.Many2one(
        comodel_name='offer.subscription', required=True, index=True, ondelete='cascade'
    )
    event_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        string='Act',
        required=True,
        index=True,
        ondelete='cascade',
    )
    date = fields.Date(required=True, help='Pauses that run end on the day before.')

    # === BUSINESS METHODS === #

    def _as_fact(self):
        """:rtype: odoo.addons.sale_offer.tools.facts.Resume"""
        self.ensure_one()
        return Resume(self.date, self.event_id.id)
