from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.facts import LAST, End, Pause, Resume
from ..tools.intervals import FOREVER
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
    date_to = fields.Date(
        string='Last Day', help='The last day of the pause. Without one it is open until resumed.'
    )
    date_last = fields.Date(string='Ends On', compute='_compute_effect')
    effect = fields.Text(compute='_compute_effect')
    amounts = fields.Html(string='Comes To', compute='_compute_effect', sanitize=False)
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

    @api.depends('date', 'date_to', 'act', 'when')
    def _compute_effect(self):
        for dialog in self:
            dialog.date_last = False
            dialog.effect = False
            dialog.amounts = False
            if dialog.date and dialog.act in ('pause', 'resume', 'notice', 'end'):
                try:
                    dialog.effect = dialog._get_effect()
                    dialog.amounts = dialog._get_amounts()
                except UserError as error:
                    dialog.effect = error.args[0]

    # === BUSINESS METHODS: EFFECT === #

    def _get_effect(self):
        """:return: what the act comes to, in words, before it is confirmed"""
        subscription = self.subscription_id
        if self.act == 'notice':
            return self._get_notice_effect()
        if self.act == 'resume':
            return self._get_resume_effect()
        if self.act == 'pause':
            return False
        self.date_last = self.date
        if self.date >= subscription.date_start - ONE_DAY and subscription._is_early_end(self.date):
            return self._get_early_effect()
        return False

    def _get_notice_effect(self):
        subscription = self.subscription_id
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

    def _get_resume_effect(self):
        """:return: when the pause ends by itself"""
        subscription = self.subscription_id
        if not subscription.date_paused:
            return False
        day = format_date(self.env, subscription.date_paused, date_format='medium')
        if not subscription.date_resume:
            return self.env._('Paused from %s, until it is resumed.', day)
        again = format_date(self.env, subscription.date_resume, date_format='medium')
        return self.env._(
            'Paused from %(day)s. It resumes by itself on %(again)s.', day=day, again=again
        )

    def _get_early_effect(self):
        """:return: what the policy for an end before the term makes of it"""
        subscription = self.subscription_id
        end = format_date(self.env, subscription.date_term_end)
        texts = [self.env._('The term runs until %s.', end)]
        if subscription.early_end == 'keep':
            texts.append(self.env._('It runs to the end of what was paid.'))
            self.date_last, _fee = subscription._get_agreed_end(self.date)
            last = format_date(self.env, self.date_last)
            texts.append(self.env._('It ends on %s.', last))
        elif subscription.early_end != 'fee':
            texts.append(self.env._('What was paid beyond the end comes back.'))
        return '\n'.join(texts)

    def _get_amounts(self):
        """:return: what the act comes to, in rows of the next invoices
        :rtype: Markup
        """
        subscription, charges = self.subscription_id, []
        if self.act == 'pause':
            subscription._check_pausable(self.date, self.date_to)
            facts = {'pauses': [Pause(self.date, LAST, self.date_to or FOREVER)]}
        elif self.act == 'resume':
            subscription._check_resumable(self.date)
            facts = {'resumes': [Resume(self.date, LAST)]}
        elif self.act == 'notice':
            facts = {'ends': [End(self.date_last, LAST, 'notice')]}
        else:
            subscription._check_endable(self.date)
            last, fee = subscription._get_agreed_end(self.date)
            facts = {'ends': [End(last, LAST, 'agreed')]}
            charges = [(self.env._('Early termination fee'), last, fee)] if fee else []
        return subscription._show_effect(
            subscription._with_facts(**facts), charges, is_brief='ends' in facts
        )

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
        self.subscription_id.pause(self.date, self.date_to or None)

    def _apply_resume(self):
        self.subscription_id.resume(self.date)

    def _apply_notice(self):
        subscription = self.subscription_id
        text = self.note or self.reason_id.name
        subscription.check_access('write')
        subscription._agree_notice(self.date, self.reason_id, text)
        self._send_letter()

    def _apply_end(self):
        if not (self.reason_id or self.note):
            raise UserError(self.env._('Say why it ends.'))
        subscription = self.subscription_id
        subscription.check_access('write')
        subscription._check_endable(self.date)
        reason, text = subscription._read_reason(self.reason_id.id or self.note)
        if self.reason_id and self.note:
            text = f'{text}: {self.note}'
        subscription._agree_end(self.date, reason, text)
        self._send_letter()

    def _send_letter(self):
        if self.send_letter:
            self.subscription_id._send_letter('sale_offer.mail_template_notice')
