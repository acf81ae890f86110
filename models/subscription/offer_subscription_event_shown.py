"""What an act of a subscription says, in plain words, and whether it can be withdrawn."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

FACTS = ('phase_ids', 'pause_ids', 'resume_ids', 'end_ids', 'waiver_ids')


class OfferSubscriptionEvent(models.Model):
    _inherit = 'offer.subscription.event'

    # === COMPUTE METHODS === #

    @api.depends('name', 'withdrawn_by_id')
    def _compute_summary(self):
        # sudo: who sees an act sees what it says, also of items that are not for everybody
        events_sudo = self.sudo()
        timelines = events_sudo.filtered('phase_ids').subscription_id._get_timelines()
        for event, event_sudo in zip(self, events_sudo, strict=True):
            # the name of a transfer says where it went on
            says_it = event.kind == 'transferred'
            timeline = timelines.get(event_sudo.subscription_id)
            event.summary = (not says_it and event_sudo._describe_facts(timeline)) or event.name

    @api.depends('name', 'withdrawn_text')
    def _compute_story(self):
        for event in self:
            event.story = '\n'.join(filter(None, [event.name, event.withdrawn_text]))

    @api.depends('withdrawn_by_id')
    def _compute_withdrawn_text(self):
        for event in self:
            by = event.withdrawn_by_id
            event.withdrawn_text = bool(by) and self.env._(
                'Withdrawn by %(user)s on %(day)s',
                user=by.create_uid.name,
                day=format_date(self.env, by.create_date.date(), date_format='medium'),
            )

    @api.depends('withdrawn_by_id', 'subscription_id.date_end')
    @api.depends_context('uid')
    def _compute_is_withdrawable(self):
        withdrawable = self._filter_withdrawable()
        for event in self:
            event.is_withdrawable = event in withdrawable

    @api.depends('withdrawn_by_id', 'subscription_id.date_end')
    def _compute_is_moot(self):
        for event in self:
            end = event.subscription_id.date_end
            last = event.sudo().end_ids[:1].date  # sudo: who sees an act sees what it says
            event.is_moot = bool(end and end < (last or event.date))

    # === BUSINESS METHODS === #

    def _has_facts(self):
        """:return: whether something that was agreed stands on this act"""
        self.ensure_one()
        # sudo: what was agreed decides, whoever asks
        event_sudo = self.sudo()
        return any(event_sudo[name] for name in FACTS)

    def _is_end(self):
        """:return: whether it says nothing but an end"""
        self.ensure_one()
        # sudo: what was agreed decides, whoever asks
        return bool(self.sudo().end_ids)

    def _is_standing(self):
        """:return: whether it will have an effect on its day, unless it is withdrawn"""
        return self.kind == 'announced' or self._has_facts()

    def _filter_withdrawable(self):
        """:return: those that the user may take back, now"""
        found = self.browse()
        for subscription, events in self.grouped('subscription_id').items():
            if not subscription._has_begun() or not subscription.has_access('write'):
                continue
            # books that are open on the first day are open on all of them
            locked_until = subscription._get_locked_until(min(events.mapped('date')))
            for event in events:
                try:
                    subscription._check_taken_back(event, locked_until)
                except UserError:
                    continue
                found |= event
        return found

    def _describe_facts(self, timeline):
        """
        :param Timeline timeline: of the subscription, where the act says something of lines
        :return: what the facts of the act say; empty: it has none, or its name says it
        :rtype: str
        """
        self.ensure_one()
        if self.phase_ids:
            return self._describe_phases(timeline)
        for name in FACTS:
            if self[name]:
                return getattr(self, f'_describe_{name}')()
        return ''

    def _describe_phases(self, timeline):
        day = format_date(self.env, self.date, date_format='medium')
        if self.kind == 'activated':
            return self.env._('Starts on %s', day)
        if self.kind == 'renewed':
            return ''
        phases = self.phase_ids.sorted(lambda phase: phase.subscription_line_id.sequence)
        return self.env._(
            'From %(day)s: %(changes)s',
            day=day,
            changes='; '.join(phase._describe(timeline) for phase in phases),
        )

    def _describe_pause_ids(self):
        pause = self.pause_ids[0]
        day = format_date(self.env, pause.date_from, date_format='medium')
        if not pause.date_to:
            text = self.env._('Paused from %s', day)
        else:
            last = format_date(self.env, pause.date_to, date_format='medium')
            text = self.env._('Paused %(day)s to %(last)s', day=day, last=last)
        if pause.is_billed:
            text = self.env._('%s, billed all the same', text)
        return text

    def _describe_resume_ids(self):
        day = format_date(self.env, self.resume_ids[0].date, date_format='medium')
        return self.env._('Resumes on %s', day)

    def _describe_end_ids(self):
        end = self.end_ids[0]
        day = format_date(self.env, end.date, date_format='medium')
        if end.date_notice:
            notice = format_date(self.env, end.date_notice, date_format='medium')
            text = self.env._('Ends on %(day)s (notice of %(notice)s)', day=day, notice=notice)
        else:
            text = self.env._('Ends on %s', day)
        return ': '.join(filter(None, [text, end.reason]))

    def _describe_waiver_ids(self):
        waiver = self.waiver_ids[0]
        return self.env._(
            'Not billed %(first)s to %(last)s: %(lines)s (%(reason)s)',
            first=format_date(self.env, waiver.date_from, date_format='medium'),
            last=format_date(self.env, waiver.date_to, date_format='medium'),
            lines=', '.join(self.waiver_ids.subscription_line_id.mapped('display_name')),
            reason=waiver.reason,
        )

    # === ACTION METHODS === #

    def action_withdraw(self):
        """Ask before the act is taken back: show what that comes to."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Withdraw'),
            'res_model': 'offer.withdrawal',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_event_id': self.id},
        }
