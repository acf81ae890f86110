"""An end that was set: of each kind the last one said counts, of all kinds the earliest."""

from odoo import fields, models

from ...tools.facts import End

END_KINDS = [
    ('notice', 'Notice'),
    ('agreed', 'Agreed'),
    ('not_renewed', 'Not renewed'),
    ('unpaid', 'Unpaid'),
    ('moved', 'Continued elsewhere'),
]


class OfferSubscriptionEnd(models.Model):
    _name = 'offer.subscription.end'
    _description = 'End of a Subscription'
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
    date = fields.Date(required=True, help='The last day.')
    kind = fields.Selection(selection=END_KINDS, required=True)
    date_notice = fields.Date(string='Notice Given', help='The day on which notice was given.')
    reason_id = fields.Many2one(comodel_name='offer.end.reason', ondelete='restrict')
    reason = fields.Char(string='In Words')

    # === BUSINESS METHODS === #

    def _as_fact(self):
        """:rtype: odoo.addons.sale_offer.tools.facts.End"""
        self.ensure_one()
        return End(self.date, self.event_id.id, self.kind)
