"""What goes on in a subscription of its own: under another plan, whose periods count from the day
of the change, or after a transfer. What was agreed for later goes along.
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


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS: MOVING === #

    @contextmanager
    def _moving(self, day, changes, name, kind='changed', **values):
        """Change this subscription, and let what is left out go on in others, as one act.

        :param datetime.date day: from which on
        :param list changes: see `_agree_change`
        :param str name: what happens, in words
        :param str kind: of the act; a transfer leaves nothing behind
        :return: yields the act, and a list to which the new subscriptions are appended
        """
        self.ensure_one()
        timeline = self._check_changes(day, changes)
        moved = []
        with self._acting(kind, day, name, joined=moved, **values) as act_sudo:
            self._say_changes(act_sudo, day, changes, timeline)
            yield act_sudo, moved
            if kind == 'transferred' or not self._get_running_lines(day, self._get_timeline()):
                names = ', '.join(it.name for it in moved)
                reason = self.env._('It goes on as %s.', names)
                # no end that is agreed later may let it run beside what goes on
                self._set_end_fact(act_sudo, day - ONE_DAY, 'moved', reason=reason)

    def _get_running_lines(self, day, timeline):
        """:return: lines that are agreed for a day"""
        return self.line_ids.filtered(lambda line: line._is_agreed_on(day, timeline))

    def _go_on_under(self, act, values):
        """Start the subscription of another plan, with what was agreed for later.

        :param act: of the change, in sudo
        :param dict values: of the new subscription, with lines that name their order lines
        :rtype: offer.subscription
        """
        new = self.create({**values, **self._prepare_moved_values()})
        new.sale_order_id._hang_offer_lines(new.line_ids)
        for line in new.line_ids:
            held = line.sale_line_id._get_offer_held()
            if held:
                line.continues_line_id = held
                line.analytic_distribution = held.analytic_distribution
        self._let_go_on(new, act)
        self._take_quantities_along(new, act)
        return new

    def _let_go_on(self, new, act, beginnings=None):
        """Start what goes on, with the pauses, ends and waivers of later days.

        :param new: pending; its lines say which they continue
        :param act: with which it goes on, in sudo
        :param dict beginnings: see `_agree_activation`
        """
        new._agree_activation(
            {new: act.date},
            kind=act.kind,
            name=act.name,
            reconciles=False,
            beginnings=beginnings,
            cause_id=act.id,
        )
        # what goes on starts what a Service does by itself with its movement of the revenue
        new.sudo().event_ids.automation_state = False  # sudo: events are the acts' alone
        self._take_facts_along(new, act)
        new.message_post(body=self.env._('It goes on from %s.', self._get_html_link()))

    def _prepare_moved_values(self):
        return {
            'journal_id': self.journal_id.id,
            'partner_invoice_id': self.partner_invoice_id.id,
            'role_assignment_ids': self.role_assignment_ids._prepare_moved_roles(),
        }

    @contextmanager
    def _acting_along(self, event, cause):
        """Do again, of what goes on, what was agreed before.

        :param event: the act that said it first, in sudo
        :param cause: the act with which this subscription goes on, in sudo
        :return: yields the act, in sudo
        """
        day = max(event.date, cause.date)
        values = {'reason_id': event.reason_id.id, 'cause_id': cause.id}
        with self._acting(event.kind, day, event.name, reconciles=False, **values) as along_sudo:
            # what a Service does by itself it has done, or will do with the movement
            along_sudo.automation_state = False
            yield along_sudo

    def _take_facts_along(self, new, act):
        """Let pauses, ends and waivers of later days count for what goes on, each by an act of its
        own, so that it can be withdrawn alone.

        :param new: the subscription that goes on
        :param act: with which it does, in sudo
        """
        found = {}
        for facts in (self._get_moved_pauses, self._get_moved_ends, self._get_moved_waivers):
            for event_sudo, name, values in facts(new, act.date):
                found.setdefault(event_sudo, []).append((name, values))
        for event_sudo in sorted(found, key=lambda event: event.id):
            with new._acting_along(event_sudo, act) as along_sudo:
                along_sudo.write(
                    {
                        name: [Command.create(values) for fact, values in found[event_sudo]
                               if fact == name]
                        for name, _values in found[event_sudo]
                    }
                )  # fmt: skip

    def _get_moved_pauses(self, new, day):
        """:return: the act, its field and the values of each fact that goes along"""
        for first, last, pause in self._get_timeline().pauses:
            if last >= max(day, first):
                # sudo: what was agreed decides, whoever asks
                event_sudo = self.env['offer.subscription.event'].sudo().browse(pause.said)
                values = {
                    'subscription_id': new.id,
                    'date_from': max(first, day),
                    'date_to': last if last < FOREVER else False,
                    'is_billed': pause.is_billed,
                }
                yield event_sudo, 'pause_ids', values

    def _get_moved_ends(self, new, day):
        """:return: see `_get_moved_pauses`"""
        for end_sudo in map(
            self._get_standing_end, sorted(set(self.sudo().end_ids.mapped('kind')))
        ):
            if end_sudo.date >= day:
                values = {
                    'subscription_id': new.id,
                    'date': end_sudo.date,
                    'kind': end_sudo.kind,
                    'date_notice': end_sudo.date_notice,
                    'reason_id': end_sudo.reason_id.id,
                    'reason': end_sudo.reason,
                }
                yield end_sudo.event_id, 'end_ids', values

    @api.model
    def _get_moved_waivers(self, new, day):
        """:return: see `_get_moved_pauses`"""
        for line_sudo in new.sudo().line_ids:  # sudo: what was agreed decides, whoever asks
            for waiver_sudo in line_sudo.continues_line_id.waiver_ids:
                if waiver_sudo.date_to >= day:
                    values = {
                        'subscription_line_id': line_sudo.id,
                        'date_from': max(waiver_sudo.date_from, day),
                        'date_to': waiver_sudo.date_to,
                        'reason': waiver_sudo.reason,
                    }
                    yield waiver_sudo.event_id, 'waiver_ids', values

    def _take_quantities_along(self, new, act):
        """Let quantities that are planned count under another plan too.

        :param new: the subscription that goes on
        :param act: with which it does, in sudo
        """
        pairs = {line.continues_line_id: line for line in new.line_ids if line.continues_line_id}
        held = self.line_ids.browse().union(*pairs)
        # sudo: what was agreed decides, whoever asks
        planned_sudo = held.sudo().phase_ids.filtered(
            lambda phase: phase.date_start > act.date and phase.says_quantity
        )
        for event_sudo, phases_sudo in planned_sudo.sorted('id').grouped('event_id').items():
            with new._acting_along(event_sudo, act) as along_sudo:
                for phase in phases_sudo:
                    line, day = pairs[phase.subscription_line_id], event_sudo.date
                    said = {'quantity': phase.quantity, 'is_per_unit': phase.is_per_unit}
                    line._say(along_sudo, day, line._complete(said, day, new._get_timeline()))

    def _get_planned_obstacles(self, lines, day):
        """What is agreed of prices can't go along to another plan or currency.

        :param lines: offer.subscription.line that are to go on there
        :return: sentences
        :rtype: list[str]
        """
        planned = lines.phase_ids.filtered(
            lambda phase: phase.date_start > day
            and phase.event_id.date > day
            and any(phase[name] for name in SAID_OF_PRICE)
        )
        return [
            self.env._(
                '"%(act)s" is planned from %(day)s on at a price that can\'t go along: withdraw it'
                ' before.',
                act=act.name,
                day=format_date(self.env, act.date),
            )
            for act in planned.event_id.sorted('id')
        ]

    def _check_stays(self, lines, day, last=FOREVER):
        """What is said now would not reach what goes on elsewhere, where that is agreed for a day
        to come: it must not be lost in silence.

        :param lines: of this subscription, of which something is said
        :param datetime.date day: from which on it counts
        :param datetime.date last: until when it counts
        :raise UserError: if one of them goes on elsewhere later
        """
        since = max(day, self._get_company_today(self.company_id))
        # sudo: what was agreed decides, whoever asks
        for line_sudo in lines.sudo():
            for after_sudo in line_sudo.continued_by_ids:
                first = after_sudo.date_start
                if after_sudo._has_begun_by(FOREVER) and since < first <= last:
                    raise UserError(
                        self.env._(
                            '"%(line)s" continues in %(subscription)s from %(first)s on. Withdraw'
                            ' that first, or enter this in %(subscription)s.',
                            line=line_sudo.display_name,
                            subscription=after_sudo.subscription_id.name,
                            first=format_date(self.env, first),
                        )
                    )

    # === BUSINESS METHODS: WITHDRAWING === #

    def _get_caused(self, event):
        """:return: acts with which others went on when this one changed the plan
        :rtype: offer.subscription.event
        """
        # sudo: what was agreed decides, whoever asks
        return event.sudo().caused_ids.sorted('id')

    def _check_not_built_on(self, event):
        """:raise UserError: if something was agreed of what went on since"""
        caused = self._get_caused(event)
        later = caused.subscription_id.event_ids.filtered(
            lambda act: not act.act_id and act.cause_id != event and not act._is_undone(event)
        )
        if later:
            raise UserError(
                self.env._(
                    '%(name)s has been changed since (%(act)s), so "%(event)s" can\'t be withdrawn'
                    ' any more.',
                    name=later.subscription_id[:1].name,
                    act=later.sorted('id')[:1].name,
                    event=event.name,
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


class OfferSubscriptionEvent(models.Model):
    _inherit = 'offer.subscription.event'

    # === BUSINESS METHODS === #

    def _starts(self):
        """:return: whether a subscription goes on with this act: it is withdrawn where it began"""
        self.ensure_one()
        return bool(self.cause_id) and self.id == min(self.subscription_id.event_ids.ids)

    def _is_undone(self, cause):
        """:param cause: the act with which the subscription goes on
        :return: whether the act was withdrawn, or only withdrew what was agreed since
        """
        self.ensure_one()
        if self.kind != 'withdrawn':
            return bool(self.withdrawn_by_id)
        taken_back = self.search([('withdrawn_by_id', '=', self.id)])
        return cause not in taken_back.cause_id
