from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .offer_sla_tier import _percent


class OfferSlaTarget(models.Model):
    _name = 'offer.sla.target'
    _description = 'Target of a Service Level'
    _inherit = ['offer.promise']
    _order = 'tier_id, priority'

    _priority_once = models.UniqueIndex(
        '(tier_id, priority)', 'A service level has one row for each priority: change that one.'
    )
    _credit_range = models.Constraint(
        'CHECK (credit_percent IS NULL OR credit_percent BETWEEN 0 AND 100)',
        'A credit is a percentage from 0 to 100.',
    )
    _hours_not_negative = models.Constraint(
        'CHECK (response_hours >= 0 AND resolution_hours >= 0)', 'Hours are 0 or more.'
    )

    priority = fields.Selection(
        selection=[('1', '1 (highest)'), ('2', '2'), ('3', '3'), ('4', '4 (lowest)')],
        required=True,
        default='1',
    )
    response_hours = fields.Float(
        string='Response Within (h)', help='In service hours. 0: nothing is promised.'
    )
    resolution_hours = fields.Float(
        string='Solved Within (h)', help='In service hours. 0: nothing is promised.'
    )

    credit_percent = fields.Float(
        string='Credit per Miss (%)',
        digits=(6, 3),
        help="Of the month's fee, for each time that it was missed. 0: none.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('response_hours', 'resolution_hours')
    def _check_hours(self):
        for target in self:
            if target.resolution_hours and target.response_hours > target.resolution_hours:
                raise ValidationError(
                    self.env._(
                        'Priority %s can\'t be solved before somebody responds: correct its hours.',
                        target.priority,
                    )
                )

    # === BUSINESS METHODS === #

    def _get_text(self):
        """:rtype: str"""
        self.ensure_one()
        promises = []
        if self.response_hours:
            promises.append(self.env._('response within %g h', self.response_hours))
        if self.resolution_hours:
            promises.append(self.env._('solved within %g h', self.resolution_hours))
        if not promises:
            return ''
        if self.credit_percent:
            promises.append(
                self.env._('credit of %s %% for each miss', _percent(self.credit_percent))
            )
        return self.env._(
            'Priority %(priority)s: %(promises)s',
            priority=self.priority,
            promises=', '.join(promises),
        )
