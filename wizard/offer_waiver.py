from odoo import api, fields, models


class OfferWaiver(models.TransientModel):
    _name = 'offer.waiver'
    _description = 'Days That Are Not Billed'

    subscription_id = fields.Many2one(comodel_name='offer.subscription', required=True)
    line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        required=True,
        compute='_compute_line_id',
        store=True,
        readonly=False,
        precompute=True,
        domain="[('subscription_id', '=', subscription_id)]",
    )
    date_from = fields.Date(
        string='First Day',
        required=True,
        compute='_compute_date_from',
        store=True,
        readonly=False,
        precompute=True,
    )
    date_to = fields.Date(string='Last Day', required=True)
    reason = fields.Char(required=True)

    # === COMPUTE METHODS === #

    @api.depends('subscription_id')
    def _compute_line_id(self):
        for waiver in self:
            lines = waiver.subscription_id.line_ids
            waiver.line_id = lines if len(lines) == 1 else lines.browse()

    @api.depends('line_id')
    def _compute_date_from(self):
        for waiver in self:
            line = waiver.line_id
            after = line.billed_until and fields.Date.add(line.billed_until, days=1)
            waiver.date_from = after or line.date_start

    # === ACTION METHODS === #

    def action_apply(self):
        self.ensure_one()
        self.subscription_id.waive(self.line_id.id, self.date_from, self.date_to, self.reason)
