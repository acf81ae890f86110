"""The frame of every act ("acts only add or withdraw facts"): it locks and writes the subscription,
lets facts come or go, and brings up to date what follows from them.
"""

from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ...tools.intervals import FOREVER, day_after
from ...tools.shown import find_next_shown
from ...tools.timeline import find_first_change

# what a withdrawal takes back; the rest is history
WITHDRAWABLE = ('changed', 'revised', 'paused', 'resumed', 'notice', 'ended', 'waived',
                'transferred')  # fmt: skip


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === PUBLIC METHODS === #

    def withdraw(self, event_id):
        """Take back a change, a pause, a resumption, an end or a waiver: its facts go, and what it
        had covered counts again, in money too.

        :param int event_id: the act, one of `event_ids`
        :return: True, so that remote calls have an answer
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: with one sentence, if it can't be withdrawn; nothing is changed then
        """
        self.ensure_one()
        self.check_access('write')
        event = self.event_ids.filtered(
            lambda event: isinstance(event_id, int)
            and event_id is not True
            and event.id == event_id
        )
        self._check_withdrawable(event)
        name = self.env._('Withdrawn: %s', event.name)
        joined = []
        with self._acting('withdrawn', event.date, name, joined) as act_sudo:
            # sudo: facts are the acts' alone, nobody has the right to write them by hand
            event_sudo = event.sudo()
            event_sudo.withdrawn_by_id = act_sudo
            event_sudo._withdraw_facts()
            joined += self._call_off_caused(event, name)
        return True

    # === BUSINESS METHODS: THE FRAME === #

    @contextmanager
    def _acting(self, kind, day, name, joined=(), reconciles=True, **values):
        """Do one act as a whole. In the block facts come or go; they point at the act.

        :param str kind: of the act, see `offer.subscription.event`
        :param datetime.date day: from which on it counts
        :param str name: what happens, in plain words
        :param joined: see `_acting_together`
        :param bool reconciles: see `_acting_together`
        :return: yields the act, in sudo
        """
        self.ensure_one()
        said = {'kind': kind, 'date': day, 'name': name, **values}
        with self._acting_together({self: said}, joined, reconciles) as acts_sudo:
            yield acts_sudo[self]

    @contextmanager
    def _acting_together(self, said, joined=(), reconciles=True):
        """Do an act on each of these as a whole, in a few queries for all of them.

        :param dict said: values of the act by subscription: `kind`, `date`, `name`
        :param joined: other subscriptions that one act concerns: what goes from one to another is
            no movement of the customer
        :param bool reconciles: whether they record what they do to the revenue; else another does
        :return: yields the acts by subscription, in sudo
        """
        self._lock_for_act()
        before = self.filtered(lambda it: it.state != 'pending')._get_timelines()
        # sudo: events are written by the acts alone, nobody has the right to write them by hand
        acts_sudo = self.env['offer.subscription.event'].sudo().create(
            [
                {
                    'subscription_id': subscription.id,
                    'service_id': subscription._get_main_service().id,
                    **said[subscription],
                }
                for subscription in self
            ]
        )  # fmt: skip
        yield dict(zip(self, acts_sudo, strict=True))
        self._follow_facts(before)
        effects = acts_sudo._reconcile_revenue(joined) if reconciles else {}
        self._tell({act.subscription_id: (act.name, effects.get(act)) for act in acts_sudo})

    def _lock_for_act(self):
        """Lock and write the rows, also where nothing in them changes: an act that only inserts a
        fact would commit beside a run that moves on, and never be looked at again (probed).
        """
        # sudo: whoever may act may do so
        subscriptions_sudo = self.sudo()
        # with its microseconds: what a column holds already is not written
        subscriptions_sudo._write_shown({'date_last_act': self.env.cr.now()})
        subscriptions_sudo.flush_recordset(['date_last_act'])

    def _follow_facts(self, before):
        """Bring up to date what is kept beside the facts.

        :param dict before: the timelines without the act; those that were pending had none
        """
        # sudo: hints and what is shown are kept for everybody
        subscriptions_sudo = self.sudo()
        after = subscriptions_sudo._get_timelines()
        changed = {}
        for subscription, timeline in after.items():
            days = {
                line: day
                for line in subscription.line_ids
                if (day := _get_first_change(before.get(subscription), timeline, line.id))
            }
            subscription._check_external_kept(timeline, days)
            changed.update(days)
            subscription._store_day(self._get_company_today(subscription.company_id), timeline)
        drafts = subscriptions_sudo._get_outdated_drafts(changed)
        with drafts._rebuilding_offer_drafts():
            subscriptions_sudo.line_ids._pull_settled_to(changed)

    @api.model
    def _get_outdated_drafts(self, changed):
        """:param dict changed: first changed day by line
        :return: untouched drafts of the engine that cover changed days
        :rtype: account.move
        """
        drafts = self.env['account.move']
        for line, day in changed.items():
            entries = line.billing_entry_ids.filtered(lambda entry, day=day: entry.date_to >= day)
            drafts |= entries.move_id.filtered(lambda move: move._is_untouched_offer_draft())
        return drafts

    # === BUSINESS METHODS: WHAT IS SHOWN === #

    def _store_day(self, day, timeline=None):
        """Keep for screens and reports what holds on a day; it decides no money.

        :param datetime.date day: today, by the clock of the company
        :param Timeline timeline: of this one subscription, if it is known already
        """
        for subscription in self:
            known = timeline or subscription._get_timeline()
            end = subscription._get_set_end(known)
            subscription._write_changed(
                {
                    'state': subscription._get_state_on(day, known),
                    'date_end': end or False,
                    'date_next_shown': find_next_shown(known, day) or False,
                    **subscription._prepare_shown_ends(),
                    **subscription._prepare_shown_pause(day, known),
                }
            )
            subscription._look_at_term()
            for line in subscription.line_ids:
                if line.id in known.keys:
                    line._store_day(day, known, end)

    @api.model
    def _get_set_end(self, timeline):
        """:return: the end that acts have set, or None; a term that may be renewed is none"""
        return timeline.set_end if timeline.set_end < FOREVER else None

    def _prepare_shown_ends(self):
        """:return: why it ends, and since when notice is given, as the subscription shows it"""
        ends = self.end_ids.sorted(lambda end: end.event_id.id).grouped('kind')
        standing = [found[-1] for found in ends.values()]
        counting = min(standing, key=lambda end: end.date, default=self.end_ids.browse())
        notice = [end.date_notice for end in standing if end.kind == 'notice']
        return {
            'date_notice': notice and notice[0],
            'end_reason_id': counting.reason_id,
            'end_reason': counting.reason,
        }

    @api.model
    def _prepare_shown_pause(self, day, timeline):
        """:return: from when to when it is paused on a day, or will be next"""
        first = last = None
        for start, end, _pause in sorted(timeline.pauses, key=lambda pause: pause[:2]):
            if max(start, day) > end or start > timeline.set_end:
                continue
            if first and start > day_after(last):
                break
            first, last = first or start, max(end, last or end)
        again = last and last < timeline.set_end and day_after(last)
        return {'date_paused': first or False, 'date_resume': again or False}

    def _get_state_on(self, day, timeline):
        """:rtype: str"""
        if timeline.set_end < day or not any(map(timeline.get_agreed_days, timeline.keys)):
            return 'closed'
        paused = any(first <= day <= last for first, last, _pause in timeline.pauses)
        return 'paused' if paused else 'active'

    def _write_changed(self, values):
        values = {name: value for name, value in values.items() if self[name] != value}
        if values:
            self._write_shown(values)

    # === BUSINESS METHODS: WITHDRAWING === #

    def _check_withdrawable(self, event):
        """:raise UserError: if this act can't be taken back"""
        self._check_taken_back(event, self._get_locked_until(event.date) if event else None)

    def _check_taken_back(self, event, locked_until):
        """
        :param locked_until: see `_get_locked_until`, of the act's day or an earlier one
        :raise UserError: if this act can't be taken back
        """
        if not event:
            raise UserError(self.env._('%s has no such act.', self.name))
        if event.withdrawn_by_id:
            raise UserError(self.env._('"%s" has been withdrawn already.', event.name))
        taken_back = event.kind in WITHDRAWABLE and not (event.act_id or event._starts())
        if not (taken_back and event._has_facts()):
            raise UserError(self.env._('"%s" can\'t be withdrawn.', event.name))
        # sudo: what was agreed decides, whoever asks
        ends, waivers = event.sudo().end_ids, event.sudo().waiver_ids
        if waivers and not self._may_waive():
            raise AccessError(self.env._('Only who may invoice can say what is not billed.'))
        today = self._get_company_today(self.company_id)
        # a change of the plan, or a transfer, ends what goes on elsewhere
        if ends and not self._get_caused(event) and self.date_end and self.date_end < today:
            raise UserError(
                self.env._(
                    '%(name)s ended on %(day)s: an end can be withdrawn until its day has passed.',
                    name=self.name,
                    day=format_date(self.env, self.date_end),
                )
            )
        self._check_not_built_on(event)
        self._check_not_charged(event.date, locked_until)
        for subscription in self._get_caused(event).subscription_id - self:
            subscription._check_not_locked(event.date)


def _get_first_change(before, after, key):
    """:return: the first day that is owed differently, or None"""
    if before:
        return find_first_change(before, after, key)
    owed = after.get_owed(key)
    return owed[0].first if owed else None
