"""What was agreed of a subscription, read for `tools/timeline.py`."""

from odoo import models
from odoo.tools import SQL

from ...tools.amounts import to_decimal
from ...tools.facts import TERM, End, Facts, Introduction, Pause, Resume, Waiver
from ...tools.intervals import FOREVER
from ...tools.timeline import Timeline

OTHERS = (
    'offer.subscription.pause',
    'offer.subscription.resume',
    'offer.subscription.end',
    'offer.subscription.waiver',
)
NONE = {'pauses': (), 'resumes': (), 'ends': (), 'waivers': ()}
# what most subscriptions have none of: subscription, line, act, first and last day, and the rest
OTHER_FACTS = """
    SELECT 'pauses', subscription_id, NULL::int, event_id, date_from, date_to, is_billed, NULL
      FROM offer_subscription_pause WHERE subscription_id = ANY(%(ids)s)
    UNION ALL
    SELECT 'resumes', subscription_id, NULL, event_id, date, NULL, NULL, NULL
      FROM offer_subscription_resume WHERE subscription_id = ANY(%(ids)s)
    UNION ALL
    SELECT 'ends', subscription_id, NULL, event_id, date, NULL, NULL, kind
      FROM offer_subscription_end WHERE subscription_id = ANY(%(ids)s)
    UNION ALL
    SELECT 'waivers', l.subscription_id, l.id, w.event_id, w.date_from, w.date_to, NULL, NULL
      FROM offer_subscription_waiver w
      JOIN offer_subscription_line l ON l.id = w.subscription_line_id
     WHERE l.subscription_id = ANY(%(ids)s)
    ORDER BY 5, 4
"""


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _has_begun(self):
        """:return: whether it was activated: what is billed follows from its facts then"""
        self.ensure_one()
        return self.state != 'pending'

    def _get_timelines(self, since=None):
        """What follows from the facts as they stand now.

        :param dict since: by line id, days that are asked for: what lies before the period of a
            subscription's first one may be left out; None: everything
        :return: by subscription
        :rtype: dict[offer.subscription, Timeline]
        """
        # sudo: what was agreed decides, whoever asks
        subscriptions_sudo, since = self.sudo(), since or {}
        if all(self._ids):
            facts = subscriptions_sudo._read_many_facts()
        else:
            # what a form has not saved yet is in the cache only
            facts = {it: it._read_facts() for it in subscriptions_sudo}
        timelines = {}
        for subscription, subscription_sudo in zip(self, subscriptions_sudo, strict=True):
            days = [since[key] for key in subscription_sudo.line_ids._ids if key in since]
            first = min(days, default=None)
            timelines[subscription] = Timeline(facts[subscription_sudo], first)
        return timelines

    def _get_timeline(self, lines=None):
        """
        :param lines: offer.subscription.line that are asked for, with what they hang on; None: all
        :rtype: Timeline
        """
        self.ensure_one()
        # sudo: what was agreed decides, whoever asks
        return Timeline(self.sudo()._read_facts(lines))

    def _read_phases(self):
        """:return: see `offer.subscription.phase._read_as_facts`"""
        lines = self.line_ids
        return self.env['offer.subscription.phase']._read_as_facts(lines) if lines else {}

    def _read_facts(self, lines=None):
        """:param lines: see `_get_timeline`
        :rtype: Facts
        """
        self.ensure_one()
        lines = self.line_ids if lines is None else lines.sudo()
        return self._make_facts(
            self.plan_id._get_terms(),
            lines=[line._as_fact() for line in lines if line.date_start],
            pauses=[pause._as_fact() for pause in self.pause_ids],
            resumes=[resume._as_fact() for resume in self.resume_ids],
            ends=[end._as_fact() for end in self.end_ids],
            waivers=[waiver._as_fact() for waiver in lines.waiver_ids],
        )

    def _read_many_facts(self):
        """The facts of many subscriptions, in few queries and past the cache.

        :rtype: dict[offer.subscription, Facts]
        """
        lines = self.line_ids
        phases = self.env['offer.subscription.phase']._read_as_facts(lines) if lines else {}
        others = self._read_other_facts()
        terms = {plan: plan._get_terms() for plan in self.plan_id}
        return {
            subscription: subscription._make_facts(
                terms[subscription.plan_id],
                lines=[
                    line._make_fact(phases[line.id])
                    for line in subscription.line_ids
                    if line.date_start
                ],
                **others.get(subscription.id, NONE),
            )
            for subscription in self
        }

    def _read_other_facts(self):
        """:return: by id of those that have some: pauses, resumptions, ends and waivers, oldest
            first
        :rtype: dict[int, dict[str, list]]
        """
        if not self:
            return {}
        for name in OTHERS:
            self.env[name].flush_model()
        found = {}
        for name, key, *values in self.env.execute_query(SQL(OTHER_FACTS, ids=self.ids)):
            facts = found.setdefault(key, {name: [] for name in NONE})
            facts[name].append(_make_other_fact(name, *values))
        return found

    def _make_facts(self, terms, lines, pauses, resumes, ends, waivers):
        """:return: with what the subscription itself says
        :rtype: Facts
        """
        certain = self._get_certain_end()
        if certain:
            # nobody is billed beyond such a term before it is renewed
            ends = [*ends, End(certain, 0, TERM)]
        return Facts(
            terms=terms,
            anchor=self.date_anchor,
            rounding=to_decimal(self.currency_id.rounding),
            lines=tuple(lines),
            pauses=tuple(pauses),
            resumes=tuple(resumes),
            ends=tuple(ends),
            waivers=tuple(waivers),
            introduction=self._read_introduction(),
        )

    def _read_introduction(self):
        if not self.date_introduction_end:
            return None
        return Introduction(self.date_introduction_end, to_decimal(self.intro_percent))


def _make_other_fact(name, line, said, first, last, is_billed, kind):
    """:return: a row of `OTHER_FACTS` as `tools/facts.py` has it"""
    if name == 'pauses':
        return Pause(first, said, last or FOREVER, bool(is_billed))
    if name == 'resumes':
        return Resume(first, said)
    if name == 'ends':
        return End(first, said, kind)
    return Waiver(line, first, last, said)
