"""What a Service does by itself when something happens to its subscriptions."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .faults import is_nobodys
from .offer_subscription_event import KINDS

_logger = logging.getLogger(__name__)


class OfferAutomation(models.Model):
    _name = 'offer.automation'
    _description = 'Automation of a Service'
    _order = 'sequence, id'

    product_tmpl_id = fields.Many2one(
        comodel_name='product.template',
        string='Service',
        required=True,
        index=True,
        ondelete='cascade',
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(selection=KINDS, string='When', required=True, default='activated')
    action = fields.Selection(
        selection=[
            ('activity', 'Plan an activity'),
            ('mail', 'Send a mail'),
            ('server', 'Run an action'),
        ],
        string='What',
        required=True,
        default='activity',
    )
    activity_type_id = fields.Many2one(comodel_name='mail.activity.type', ondelete='cascade')
    activity_summary = fields.Char(string='Summary')
    role_id = fields.Many2one(
        comodel_name='offer.role',
        string='For the Role',
        ondelete='restrict',
        help='Who plays it, if it is a user; otherwise, and where it is empty, the salesperson.',
    )
    mail_template_id = fields.Many2one(
        comodel_name='mail.template',
        string='Mail',
        ondelete='cascade',
        domain=[('model', '=', 'offer.subscription')],
    )
    server_action_id = fields.Many2one(
        comodel_name='ir.actions.server',
        string='Action',
        ondelete='cascade',
        domain=[('model_name', 'in', ('offer.subscription', 'offer.subscription.event'))],
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('product_tmpl_id')
    def _check_service(self):
        self.product_tmpl_id._check_is_service(self.env._('automations'))

    @api.constrains('action', 'activity_type_id', 'mail_template_id', 'server_action_id')
    def _check_action(self):
        for automation in self:
            needed = {
                'activity': automation.activity_type_id,
                'mail': automation.mail_template_id,
                'server': automation.server_action_id,
            }[automation.action]
            if not needed:
                raise ValidationError(
                    self.env._('Say which activity, mail or action it is that happens by itself.')
                )

    # === BUSINESS METHODS === #

    def _run_on(self, event):
        """Do it for one event.

        :param event: offer.subscription.event
        """
        self.ensure_one()
        subscription = event.subscription_id
        if self.action == 'activity':
            subscription.activity_schedule(
                activity_type_id=self.activity_type_id.id,
                summary=self.activity_summary or event.name,
                user_id=self._get_responsible(subscription).id,
            )
        elif self.action == 'mail':
            subscription._send_template(self.mail_template_id)
        else:
            record = event if self.server_action_id.model_name == event._name else subscription
            self.server_action_id.with_context(
                active_model=record._name, active_id=record.id, active_ids=record.ids
            ).run()

    def _get_responsible(self, subscription):
        """:rtype: res.users"""
        played = self.env['offer.role.assignment']._find(
            self.role_id, subscription.partner_id, subscription.sale_order_id, subscription
        )
        person = played.get(self.role_id) and played[self.role_id].person_id
        user = person and person.user_ids.filtered(lambda user: not user.share)[:1]
        return user or subscription.user_id or self.env.user


class OfferSubscriptionEvent(models.Model):
    _inherit = 'offer.subscription.event'

    # === BUSINESS METHODS === #

    def _queue_automations(self):
        """Leave to a scheduled job what Services do by themselves: it runs when the change is
        committed, so that what fails there blocks nothing.

        Of an act that moves revenue, each Service that it moves has its own event; what it brings
        on other days, or corrects, starts nothing.
        """
        moved = self.filtered(
            lambda event: event.act_id
            and (event.date, event.kind) == (event.act_id.date, event.act_id.kind)
        )
        names = ('act_id', 'subscription_id', 'service_id', 'date')
        recorded = self._read_group(
            [('act_id', 'in', moved.act_id.ids)],
            [f'{name}:day' if name == 'date' else name for name in names],
            ['id:min'],
        )
        first = {tuple(key): number for *key, number in recorded}
        moved = moved.filtered(
            lambda event: first[tuple(event[name] for name in names)] == event.id
        )
        moved.act_id.automation_state = False
        waiting = (moved | self.filtered(lambda event: not event.act_id)).filtered(
            lambda event: event.kind in event.service_id.offer_automation_ids.mapped('kind')
        )
        if waiting:
            waiting.automation_state = 'pending'
            # whoever acts need not be allowed to read scheduled jobs
            self.env.ref('sale_offer.ir_cron_automate').sudo()._trigger()

    @api.model
    def _cron_automate(self):
        """Run what events left to do, one by one; what fails is said on the subscription."""
        crons = self.env['ir.cron']
        events = self.search([('automation_state', '=', 'pending')], order='id')
        left = crons._commit_progress(remaining=len(events))
        for event in events:
            if not left:
                return
            event.browse(event.id)._automate()
            left = crons._commit_progress(1)

    def _automate(self):
        self.ensure_one()
        state = 'done'
        todo = self.service_id.offer_automation_ids.filtered(lambda a: a.kind == self.kind)
        company = self.company_id
        for automation in todo:
            try:
                with self.env.cr.savepoint():
                    automation.with_company(company)._run_on(self.with_company(company))
            except Exception as error:  # noqa: BLE001 whatever breaks it must not stop the others
                if is_nobodys(error):
                    # the next run tries again
                    self.env.cr.rollback()
                    return
                _logger.warning('Automation %s failed', automation.id, exc_info=error)
                state = 'failed'
                reason = error.args[0] if isinstance(error, UserError) else repr(error)
                what = dict(automation._fields['action']._description_selection(self.env))
                self.subscription_id.message_post(
                    body=self.env._(
                        '"%(what)s" after "%(event)s" failed: %(reason)s',
                        what=what[automation.action],
                        event=self.name,
                        reason=reason,
                    )
                )
        self.automation_state = state


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    offer_automation_ids = fields.One2many(
        comodel_name='offer.automation',
        inverse_name='product_tmpl_id',
        string='Automation',
        copy=True,
    )
    offer_start = fields.Selection(
        selection=[('order', 'On confirmation'), ('delivery', 'When it is marked delivered')],
        string='Charging Starts',
        help='On confirmation: on that day, or on the day that was agreed. Empty: on confirmation.',
    )

    # === BUSINESS METHODS === #

    def _get_offer_service_obstacles(self):
        """Count automations among what only a Service has."""
        found = super()._get_offer_service_obstacles()
        if self.offer_automation_ids:
            found.append(self.env._('automations'))
        return found
