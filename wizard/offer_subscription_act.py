from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..tools.periods import ONE_DAY, period_of


class OfferSubscriptionAct(models.TransientModel):
    _name = 'offer.subscription.act'
    _description = 'What Is to Happen to a Subscription'

    subscription_id = fields.Many2one(comodel_name='offer.subscription', required=True)
    act = fields.Selection(
        selection=[
            ('activate', 'Activate'),
            ('change', 'Change'),
            ('pause', 'Pause'),
            ('resume', 'Resume'),
            ('notice', 'Notice'),
            ('end', 'End'),
        ],
        required=True,
    )
    when = fields.Selection(
        selection=[
            ('day', 'On a day'),
            ('period', 'At the end of the period'),
            ('term', 'At the end of the term'),
        ],
        default='day',
        required=True,
    )
    date = fields.Date(
        compute='_compute_date', store=True, readonly=False, required=True, precompute=True
    )
    date_last = fields.Date(string='Ends On', compute='_compute_effect')
    effect = fields.Text(compute='_compute_effect')
    reason_id = fields.Many2one(comodel_name='offer.end.reason')
    note = fields.Char(string='In Words')
    send_letter = fields.Boolean(string='Send a Confirmation', default=True)

    # === COMPUTE METHODS === #

    @api.depends('subscription_id', 'act', 'when')
    def _compute_date(self):
        for dialog in self:
            subscription = dialog.subscription_id
            today = subscription._get_company_today(subscription.company_id)
            day = max(today, subscription.date_start or today)
            if dialog.act == 'activate':
                day = subscription.date_start or today
            if dialog.act == 'resume' and subscription.date_paused:
                day = max(day, subscription.date_paused)
            if dialog.act == 'end' and dialog.when == 'period' and subscription.date_anchor:
                terms = subscription.plan_id._get_terms()
                day = period_of(terms, subscription.date_anchor, day).last
            elif dialog.act == 'end' and dialog.when == 'term':
                day = subscription.date_term_end or day
            dialog.date = day

    @api.depends('date', 'act', 'when')
    def _compute_effect(self):
        for dialog in self:
            dialog.date_last = False
            dialog.effect = False
            if dialog.date and dialog.act in ('notice', 'end'):
                try:
                    dialog.effect = dialog._get_effect()
                except UserError as error:
                    dialog.effect = error.args[0]

    # === BUSINESS METHODS === #

    def _get_effect(self):
        """:return: what a notice or an end comes to, in words, before it is confirmed"""
        subscription = self.subscription_id
        if self.act == 'notice':
            self.date_last = subscription._get_notice_end(self.date)
            texts = [
                self.env._('It ends on %s.', format_date(self.env, self.date_last)),
                subscription._get_agreement_text(),
            ]
            last_day = subscription._get_last_notice_day()
            if last_day and last_day >= self.date and subscription.renewal_count:
                texts.append(
                    self.env._(
                        'A notice until %s ends the current term.', format_date(self.env, last_day)
                    )
                )
            return '\n'.join(filter(None, texts))
        self.date_last = self.date
        if self.date >= subscription.date_start - ONE_DAY and subscription._is_early_end(self.date):
            end = format_date(self.env, subscription.date_term_end)
            texts = [self.env._('The term runs until %s.', end)]
            if subscription.early_end == 'fee':
                fee = subscription._get_early_end_fee(self.date)
                amount = format_amount(self.env, fee, subscription.currency_id)
                texts.append(self.env._('A fee of %s goes on the next invoice.', amount))
            elif subscription.early_end == 'keep':
                texts.append(self.env._('It runs to the end of what was paid.'))
            else:
                texts.append(self.env._('What was paid beyond the end comes back.'))
            return '\n'.join(texts)
        return False

    # === ACTION METHODS === #

    def action_apply(self):
        self.ensure_one()
        return getattr(self, f'_apply_{self.act}')()

    def _apply_activate(self):
        self.subscription_id.activate(self.date)

    def _apply_change(self):
        """Make the quotation of a change and open it, in the configurator if there is one
        Service."""
        self.subscription_id.check_access('read')
        order = self.subscription_id._create_change_order(self.date)
        services = order.order_line.filtered(
            lambda line: line.offer_kind == 'service' and not line.offer_option_id
        )
        action = {
            'type': 'ir.actions.act_window',
            'res_model': 'sale.order',
            'res_id': order.id,
            'views': [(False, 'form')],
        }
        if len(services) != 1:
            return action
        configurations = self.env['offer.configuration']
        return {
            'type': 'ir.actions.client',
            'tag': 'sale_offer_change',
            'params': {
                'order_id': order.id,
                'line_id': services.id,
                'configuration': configurations._configuration_of(services),
                'action': action,
            },
        }

    def _apply_pause(self):
        self.subscription_id.pause(self.date)

    def _apply_resume(self):
        self.subscription_id.resume(self.date)

    def _apply_notice(self):
        subscription = self.subscription_id
        subscription.give_notice(self.date)
        if self.reason_id:
            subscription.end_reason_id = self.reason_id
        subscription.end_reason = self.note or self.reason_id.name
        if self.send_letter:
            subscription._send_letter('sale_offer.mail_template_notice')

    def _apply_end(self):
        if not (self.reason_id or self.note):
            raise UserError(self.env._('Say why it ends.'))
        subscription = self.subscription_id
        subscription.end(self.date, self.reason_id.id or self.note)
        if self.reason_id and self.note:
            subscription.end_reason = f'{self.reason_id.name}: {self.note}'
        if self.send_letter:
            subscription._send_letter('sale_offer.mail_template_notice')
