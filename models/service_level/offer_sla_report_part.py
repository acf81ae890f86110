"""What an availability and missed targets of a month are made of."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OfferSlaReportPart(models.AbstractModel):
    _name = 'offer.sla.report.part'
    _description = 'Part of a Service Level Report'

    report_id = fields.Many2one(
        comodel_name='offer.sla.report', required=True, index=True, ondelete='cascade'
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Keep what was approved."""
        parts = super().create(vals_list)
        parts.report_id._check_open()
        return parts

    def write(self, vals):
        """Keep what was approved."""
        self.report_id._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self.report_id._check_open()


class OfferSlaOutage(models.Model):
    _name = 'offer.sla.outage'
    _description = 'Outage'
    _inherit = ['offer.sla.report.part']
    _order = 'date_start, id'

    _in_order = models.Constraint(
        'CHECK (date_start < date_end)', 'An outage ends after it starts: correct its times.'
    )

    date_start = fields.Datetime(string='Start', required=True)
    date_end = fields.Datetime(string='End', required=True)
    name = fields.Char(string='What')


class OfferSlaMiss(models.Model):
    _name = 'offer.sla.miss'
    _description = 'Missed Targets'
    _inherit = ['offer.sla.report.part']
    _order = 'target_id, id'

    _count_positive = models.Constraint('CHECK (count > 0)', 'Count at least one missed target.')

    target_id = fields.Many2one(comodel_name='offer.sla.target', required=True, ondelete='restrict')
    what = fields.Selection(
        selection=[('response', 'Response'), ('resolution', 'Solution')],
        string='Missed',
        required=True,
        default='resolution',
    )
    count = fields.Integer(string='How Often', required=True, default=1)

    # === CONSTRAINT METHODS === #

    @api.constrains('target_id')
    def _check_target(self):
        for miss in self:
            if miss.target_id.tier_id != miss.report_id.tier_id:
                raise ValidationError(
                    self.env._('This target is not promised by "%s".', miss.report_id.tier_id.name)
                )
