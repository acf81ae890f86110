from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class OfferWithdrawal(models.TransientModel):
    _name = 'offer.withdrawal'
    _description = 'Withdrawal of an Act'

    event_id = fields.Many2one(comodel_name='offer.subscription.event', string='Act', required=True)
    subscription_id = fields.Many2one(related='event_id.subscription_id', related_sudo=False)
    summary = fields.Text(related='event_id.summary', related_sudo=False)
    problem = fields.Text(string='In the Way', compute='_compute_amounts')
    amounts = fields.Html(string='Comes To', compute='_compute_amounts', sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends('event_id')
    def _compute_amounts(self):
        for dialog in self:
            dialog.problem = dialog.amounts = False
            subscription = dialog.subscription_id
            if not subscription:
                continue
            try:
                subscription._check_withdrawable(dialog.event_id)
                facts = subscription._without_act(dialog.event_id)
                dialog.amounts = (
                    subscription._show_effect(
                        facts, dialog._get_charges(), dialog.event_id._is_end()
                    )
                    + dialog._show_called_off()
                )
            except UserError as error:
                dialog.problem = error.args[0]

    # === BUSINESS METHODS === #

    def _get_charges(self):
        """:return: the fees that go with the act, as text, day and amount"""
        # sudo: who withdraws an act sees what it charged
        charges = self.event_id.sudo().charge_ids
        return [(charge.name, charge.date, -charge.amount) for charge in charges]

    def _show_called_off(self):
        """:return: what comes back of what went on in subscriptions of their own
        :rtype: Markup
        """
        caused, html = self.subscription_id._get_caused(self.event_id), Markup()
        for subscription, acts in caused.grouped('subscription_id').items():
            facts = subscription._get_timeline().facts
            for act in acts:
                facts = facts.without(act.id)
            html += Markup('<p class="mt-3 mb-1 fw-bold">%s</p>') % subscription.display_name
            html += subscription._show_effect(facts, is_brief=True)
        return html

    # === ACTION METHODS === #

    def action_apply(self):
        """Withdraw the act."""
        self.ensure_one()
        self.subscription_id.withdraw(self.event_id.id)
