from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.facts import LAST, Waiver


class OfferWaiver(models.TransientModel):
    _name = 'offer.waiver'
    _description = 'Days That Are Not Billed'

    subscription_id = fields.Many2one(comodel_name='offer.subscription', required=True)
    line_ids = fields.Many2many(
        comodel_name='offer.subscription.line',
        string='Lines',
        required=True,
        compute='_compute_line_ids',
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
    amounts = fields.Html(string='Comes To', compute='_compute_amounts', sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends('subscription_id')
    def _compute_line_ids(self):
        for waiver in self:
            lines = waiver.subscription_id.line_ids
            waiver.line_ids = lines if len(lines) == 1 else lines.browse()

    @api.depends('line_ids')
    def _compute_date_from(self):
        for waiver in self:
            lines = waiver.line_ids
            after = [
                (line.billed_until and fields.Date.add(line.billed_until, days=1))
                or line.date_start
                for line in lines
            ]
            waiver.date_from = max(filter(None, after), default=waiver.date_from)

    @api.depends('line_ids', 'date_from', 'date_to')
    def _compute_amounts(self):
        for waiver in self:
            waiver.amounts = False
            subscription, first, last = waiver.subscription_id, waiver.date_from, waiver.date_to
            if not (waiver.line_ids and first and last):
                continue
            lines = waiver.line_ids._origin
            try:
                # why is asked when it is done
                subscription._check_waivable(lines, first, last, '…')
            except UserError as error:
                waiver.amounts = Markup('<p>%s</p>') % error.args[0]
                continue
            facts = [Waiver(line.id, first, last, LAST) for line in lines]
            waiver.amounts = subscription._show_effect(subscription._with_facts(waivers=facts))

    # === ACTION METHODS === #

    def action_apply(self):
        """Waive the days, on each line or on none."""
        self.ensure_one()
        self.subscription_id.waive(self.line_ids.ids, self.date_from, self.date_to, self.reason)
