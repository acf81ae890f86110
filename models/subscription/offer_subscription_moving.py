"""Another plan goes on in a subscription of its own, whose periods count from the day of the
change. What was agreed for later goes along.
"""

from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...tools.intervals import FOREVER
from ...tools.periods import ONE_DAY

# what is agreed for a plan can't go along to another one
SAID_OF_PRICE = ('says_price_unit', 'says_discount', 'says_product_id', 'says_tier_id')
ROLE_FIELDS = ('role_id', 'person_id')


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS: MOVING === #

    @contextmanager
    def _moving(self, day, changes, name, **values):
        """Change this subscription, and let what is left out go on in others, as one act.

        :param datetime.date day: from which on
        :param list changes: see `_agree_change`
        :param str name: what happens, in words
        :return: yields the act, and a list to which the new subscriptions are appended
        """
        self.ensure_one()
        timeline = self._check_changes(day, changes)
        moved = []
        with self._acting('changed', day, name, joined=moved, **values) as act_sudo:
            self._say_changes(act_sudo, day, changes, timeline)
            yield act_sudo, moved
            if not self._get_running_lines(day, self._get_timeline()):
                names = ', '.join(it.name for it in moved)
                reason = self.env._('It goes on as %s.', names)
                self._set_end_fact(act_sudo, day - ONE_DAY, 'agreed', reason=reason)

    def _get_running_lines(self, day, timeline):
        """:return: lines that are agreed for a day"""
        return self.line_ids.filtered(lambda line: line._is_agreed_on(day, timeline))

    def _go_on_under(self, act, values):
        """Start the subscription of another plan, with what was agreed for later.

        :param act: of the change, in sudo
        :param dict values: of the new subscription, with lines that name their order lines
        :rtype: offer.subscription
        """
        day = act.date
        new = self.create({**values, **self._prepare_moved_values()})
        new.sale_order_id._hang_offer_lines(new.line_ids)
        for line in new.line_ids:
            held = line.sale_line_id._get_offer_held()
            if held:
                line.continues_line_id = held
                line.analytic_distribution = held.analytic_distribution
        new._agree_activation(
            {new: day}, kind='changed', name=act.name, reconciles=False, cause_id=act.id
        )
        self._take_along(new, act)
        new.message_post(body=self.env._('It goes on from %s.', self._get_html_link()))
        return new

    def _prepare_moved_values(self):
        return {
            'journal_id': self.journal_id.id,
            'partner_invoice_id': self.partner_invoice_id.id,
            'role_assignment_ids': [
                Command.create({name: role[name].id for name in ROLE_FIELDS})
                for role in self.role_assignment_ids
            ],
        }

    def _take_along(self, new, act):
        """Let pauses, ends and waivers of later days count for what goes on, and quantities that
        are planned.

        :param new: the subscription that goes on
        :param act: of the change, in sudo
        """
        day, pairs = act.date, {line.continues_line_id: line for line in new.line_ids}
        pairs.pop(new.line_ids.browse(), None)
        values = {
            'pause_ids': list(self._prepare_moved_pauses(new, day)),
            'end_ids': list(self._prepare_moved_ends(new, day)),
            'waiver_ids': list(self._prepare_moved_waivers(pairs, day)),
        }
        if any(values.values()):
            name = self.env._('As agreed in %s before', self.name)
            with new._acting('changed', day, name, reconciles=False, cause_id=act.id) as along:
                along.write({key: [Command.create(it) for it in found]
                             for key, found in values.items()})  # fmt: skip
        held = self.line_ids.browse().union(*pairs)
        planned = held.phase_ids.filtered(
            lambda phase: phase.date_start > day and phase.says_quantity
        )
        for event, phases in planned.sorted('id').grouped('event_id').items():
            with new._acting(
                event.kind, event.date, event.name, reconciles=False, cause_id=act.id
            ) as along:
                for phase in phases:
                    line = pairs[phase.subscription_line_id]
                    timeline = new._get_timeline()
                    said = {'quantity': phase.quantity, 'is_per_unit': phase.is_per_unit}
                    line._say(along, event.date, line._complete(said, event.date, timeline))

    def _prepare_moved_pauses(self, new, day):
        for first, last, pause in self._get_timeline().pauses:
            if last >= day:
                yield {
                    'subscription_id': new.id,
                    'date_from': max(first, day),
                    'date_to': last if last < FOREVER else False,
                    'is_billed': pause.is_billed,
                }

    def _prepare_moved_ends(self, new, day):
        for end in map(self._get_standing_end, sorted(set(self.end_ids.mapped('kind')))):
            if end.date >= day:
                yield {
                    'subscription_id': new.id,
                    'date': end.date,
                    'kind': end.kind,
                    'date_notice': end.date_notice,
                    'reason_id': end.reason_id.id,
                    'reason': end.reason,
                }

    @api.model
    def _prepare_moved_waivers(self, pairs, day):
        for held, line in pairs.items():
            for waiver in held.waiver_ids.filtered(lambda waiver: waiver.date_to >= day):
                yield {
                    'subscription_line_id': line.id,
                    'date_from': max(waiver.date_from, day),
                    'date_to': waiver.date_to,
                    'reason': waiver.reason,
                }

    def _get_planned_obstacles(self, lines, day):
        """What is agreed of a plan's prices can't go along to another plan.

        :param lines: offer.subscription.line that are to go on under another plan
        :return: sentences
        :rtype: list[str]
        """
        planned = lines.phase_ids.filtered(
            lambda phase: phase.date_start > day and any(phase[name] for name in SAID_OF_PRICE)
        )
        return [
            self.env._(
                '"%(act)s" is planned from %(day)s on for the present plan: withdraw it before the'
                ' plan changes.',
                act=act.name,
                day=format_date(self.env, act.date),
            )
            for act in planned.event_id.sorted('id')
        ]

    # === BUSINESS METHODS: WITHDRAWING === #

    def _get_caused(self, event):
        """:return: acts with which others went on when this one changed the plan
        :rtype: offer.subscription.event
        """
        # sudo: what was agreed decides, whoever asks
        return event.sudo().search([('cause_id', '=', event.id)], order='id')

    def _check_not_built_on(self, event):
        """:raise UserError: if something was agreed of what went on since"""
        caused = self._get_caused(event)
        later = caused.subscription_id.event_ids.filtered(
            lambda act: not act.act_id and act.cause_id != event
        )
        if later:
            raise UserError(
                self.env._(
                    '%(name)s has been changed since (%(act)s), so the change of the plan can\'t be'
                    ' withdrawn any more.',
                    name=later.subscription_id[:1].name,
                    act=later.sorted('id')[:1].name,
                )
            )

    def _call_off_caused(self, event, name):
        """Let what went on deliver nothing; what was billed of it comes back.

        :param str name: what happens, in words
        :return: the subscriptions that are called off
        """
        caused = self._get_caused(event)
        for subscription, acts in caused.grouped('subscription_id').items():
            with subscription._acting(
                'withdrawn', event.date, name, reconciles=False, cause_id=event.id
            ) as act_sudo:
                acts.withdrawn_by_id = act_sudo
                for act in acts:
                    act._withdraw_facts()
        return caused.subscription_id
