"""How a subscription begins: `activate` writes it, and a preview of what is pending looks at it."""

import datetime
from dataclasses import dataclass

from odoo import models
from odoo.tools import format_date

from ...tools.amounts import to_decimal
from ...tools.facts import LAST, TERM, ZERO, End, Facts, Introduction, Phase
from ...tools.intervals import day_after
from ...tools.ledger import find_external
from ...tools.periods import ONE_DAY, period_of
from ...tools.terms import introduction_end
from ...tools.timeline import Timeline


@dataclass(frozen=True)
class Start:
    """The beginning of a subscription.

    :param first: its first day
    :param anchor: the day from which its periods are counted
    :param introduction_end: the last introductory day, or None
    :param renewals: how often it was renewed before it is billed here
    :param dict lines: first day by line
    """

    first: datetime.date
    anchor: datetime.date
    introduction_end: datetime.date | None
    renewals: int
    lines: dict


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS: ACTIVATION === #

    def _agree_activation(self, days, kind='activated', name=None, reconciles=True,
                          beginnings=None, **values):  # fmt: skip
        """Start pending subscriptions: what their lines hold is what they begin with.

        :param dict days: by subscription the first day, unless another was agreed
        :param str kind: of the acts
        :param str name: what happens, in words; None: that each is activated
        :param bool reconciles: see `_acting_together`
        :param dict beginnings: by line, values of its first phase that differ from what it holds
        :param values: of the acts
        """
        starts = {subscription: subscription._plan_start(days[subscription])
                  for subscription in self}  # fmt: skip
        ends = {subscription: subscription._get_planned_ends(starts[subscription])
                for subscription in self}  # fmt: skip
        said = {
            subscription: {
                'kind': kind,
                'date': start.first,
                'name': name
                or self.env._('Activated from %s on', format_date(self.env, start.first)),
                **values,
            }
            for subscription, start in starts.items()
        }
        with self._acting_together(said, reconciles=reconciles) as acts_sudo:
            phases = []
            # sudo: facts are the acts' alone
            for subscription in self.sudo():
                start = starts[subscription]
                subscription._write_shown(
                    {
                        'state': 'active',
                        'date_start': start.first,
                        'date_anchor': start.anchor,
                        'date_introduction_end': start.introduction_end,
                        'renewals': start.renewals,
                    }
                )
                for line, first in start.lines.items():
                    line_sudo = line.sudo()
                    line_sudo._write_shown({'date_start': first})
                    begin = line_sudo._prepare_beginning(acts_sudo[subscription], first)
                    phases.append({**begin, **(beginnings or {}).get(line, {})})
            self.env['offer.subscription.phase'].sudo().create(phases)
            self.sudo()._settle_external()
        for subscription, planned in ends.items():
            subscription._agree_planned_ends(*planned)

    def _plan_start(self, day=None):
        """:param day: the first day, unless another was agreed; None: as it was agreed, or today
        :rtype: Start
        """
        self.ensure_one()
        day = day or self.date_start or self._get_company_today(self.company_id)
        first, anchor = self.date_start or day, self.date_anchor or day
        lines = {line: max(line.date_start or day, day) for line in self.line_ids}
        opened = {line: line._get_first_open(begin, anchor) for line, begin in lines.items()}
        open_day = min(opened.values(), default=first)
        # what goes on from another subscription keeps what is left of its term and introduction
        introduction = self.date_introduction_end
        if self.intro_periods and not introduction:
            # the first periods that are billed here
            begin = open_day if opened != lines else first
            terms = self.plan_id._get_terms()
            introduction = introduction_end(terms, anchor, begin, self.intro_periods)
        counted = self._count_renewals(self.date_term_start or first, open_day)
        renewals = max(self.renewals, counted)
        return Start(first, anchor, introduction, renewals, lines)

    def _settle_external(self):
        """Fix at what externally billed days count: at what is agreed now."""
        values, entries = [], self.env['offer.billing.entry']
        for subscription, timeline in self._get_timelines().items():
            rounding = to_decimal(subscription.currency_id.rounding)
            values += [
                {
                    'subscription_line_id': line.id,
                    'kind': 'external',
                    'date_from': first,
                    'date_to': last,
                    'reason': self.env._('Billed before the subscription came in.'),
                    **entries._prepare_content_values(content, rounding),
                }
                for line, first, last, content in subscription._find_external(timeline)
            ]
        entries.create(values)

    def _find_external(self, timeline):
        """:return: line, first and last day and content of what was billed externally"""
        for line in self.line_ids:
            if line.date_external_to and line.id in timeline.keys:
                for days_and_content in find_external(timeline, line.id, line.date_external_to):
                    yield line, *days_and_content

    # === BUSINESS METHODS: WHAT WAS PLANNED BEFORE === #

    def _get_planned_ends(self, start):
        """:return: its own end, and pairs of a line and the first day on which it is not delivered
        any more
        """
        lines = [
            (line, max(first, line.date_end + ONE_DAY))
            for line, first in start.lines.items()
            if line.date_end
        ]
        return self.date_end, lines

    def _agree_planned_ends(self, last, lines):
        """Make acts of ends that were entered before it began.

        :param last: the last day of the subscription, or False
        :param list lines: see `_get_planned_ends`
        """
        for line, day in lines:
            if not last or day <= last:
                self._agree_change(day, [(line, {'quantity': 0})])
        if last:
            name = self.env._('Ends on %s', format_date(self.env, last))
            with self._acting('ended', last + ONE_DAY, name) as act_sudo:
                self._set_end_fact(act_sudo, last, 'agreed')

    # === BUSINESS METHODS: WHAT IS PENDING === #

    def _get_starting_timeline(self, start=None, facts=None):
        """What will follow from the facts if it is activated as it stands.

        :param Start start: None: as it is agreed
        :param facts: its lines, if it is in memory only, where they have no numbers
        :rtype: Timeline
        """
        self.ensure_one()
        start = start or self._plan_start()
        last, lines = self._get_planned_ends(start)
        gone = dict(lines)
        ends = [End(last, 0)] if last else []
        certain = self._get_certain_end(
            self._get_term_end(start.renewals, self.date_term_start or start.first)
        )
        if certain:
            ends.append(End(certain, 0, TERM))
        introduction = None
        if start.introduction_end:
            introduction = Introduction(start.introduction_end, to_decimal(self.intro_percent))
        return Timeline(
            Facts(
                terms=self.plan_id._get_terms(),
                anchor=start.anchor,
                rounding=to_decimal(self.currency_id.rounding),
                lines=facts
                or tuple(
                    line._as_starting_fact(first, gone.get(line))
                    for line, first in start.lines.items()
                ),
                ends=tuple(ends),
                introduction=introduction,
            )
        )


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS === #

    def _get_first_open(self, begin, anchor):
        """:param datetime.date begin: the first day of the line
        :param datetime.date anchor: the day from which the periods are counted
        :return: the first day that was not billed externally
        :rtype: datetime.date
        """
        last = self.date_external_to
        if not last or last < begin:
            return begin
        terms = self.subscription_id.plan_id._get_terms()
        # in full a period that was billed in part is settled
        is_full = terms.proration == 'none'
        return day_after(period_of(terms, anchor, last).last if is_full else last)

    def _as_starting_fact(self, first, gone):
        """:param datetime.date first: the first day
        :param gone: the first day on which it is not delivered any more, or None
        :rtype: odoo.addons.sale_offer.tools.facts.Line
        """
        phases = self.env['offer.subscription.phase']
        values = self._prepare_beginning(phases.event_id, first)
        begin = phases._as_future_fact(first, values, begins=True)
        said = [begin]
        if gone:
            said.append(Phase(gone, LAST, {'quantity': ZERO}, begin.belongs_to))
        return self._make_fact(said)
