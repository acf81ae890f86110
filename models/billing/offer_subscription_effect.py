"""What an act would come to, before it is done: what would be billed with it, less what would be
billed without it ("what is shown is what is billed").
"""

import datetime
from dataclasses import dataclass

from odoo import models
from odoo.tools import format_date

from ...tools.intervals import FOREVER, day_after
from ...tools.ledger import get_owed_amount
from ...tools.periods import ONE_DAY
from ...tools.shown import find_last_change
from ...tools.timeline import Timeline, find_first_change

MOST_PERIODS = 60


@dataclass(frozen=True)
class EffectRow:
    """What an act comes to for one line.

    :param text: what people call it
    :param first: the first day that it is about
    :param last: the last one
    :param due: from which day on it is billed or credited
    :param float amount: less than 0 where the customer pays less or gets it back
    """

    text: str
    first: datetime.date
    last: datetime.date
    due: datetime.date
    amount: float


@dataclass(frozen=True)
class Effect:
    """What an act comes to.

    :param rows: what the next invoice shows, then what later ones do
    :type rows: list[EffectRow]
    :param last: up to this day the rows tell all of it; None: there is no difference at all
    :param following: the next period, if it goes on to differ
    :param float following_amount: what that period differs by
    """

    rows: list
    last: datetime.date | None = None
    following: object = None
    following_amount: float = 0.0

    @property
    def total(self):
        """:return: of all rows
        :rtype: float
        """
        return sum(row.amount for row in self.rows)


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _find_effect(self, facts, day, charges=(), is_end=False):
        """What would be billed if these were the facts, less what is billed as they are.

        :param Facts facts: of this subscription, with an act or without one
        :param datetime.date day: today; what is due up to it stands on the next invoice
        :param charges: texts, days and amounts that are charged once with it
        :param bool is_end: only an end comes or goes: that nothing is billed after it goes without
            saying, so later periods are left out
        :rtype: Effect
        """
        self.ensure_one()
        before, after = self._get_timeline(), Timeline(facts)
        since, until = {}, []
        for key in before.keys & after.keys:
            first = find_first_change(before, after, key)
            if first:
                since[key] = first
                until.append(find_last_change(before, after, key) or first)
        once = [EffectRow(text, on, on, on, amount) for text, on, amount in charges]
        if not since:
            return Effect(once)
        period = self._get_last_period(before, since, day if is_end else max(until), day, is_end)
        rows = self._compare_due(before, after, since, period, day) + once
        if is_end:
            return Effect(rows, period.last)
        following = before.get_period(day_after(period.last))
        more = sum(
            sign * get_owed_amount(timeline, following.last, following.first)
            for timeline, sign in ((after, 1), (before, -1))
        )
        return Effect(rows, period.last, more and following, float(more))

    def _get_last_period(self, timeline, since, until, day, is_end):
        """:return: the period up to which the effect is told line by line: where all of it is
        over, else where what is settled ends, or the first one that is not settled
        """
        entries = self.line_ids.browse(since)._read_entries({self: timeline}, since)[self]
        last = max([day, *(entry.last for entry in entries)])
        last = last if is_end else max(last, *since.values())
        if until < FOREVER:
            limit = timeline.get_period(last)
            for _count in range(MOST_PERIODS):
                if limit.last >= until:
                    break
                limit = timeline.get_period(day_after(limit.last))
            last = max(last, min(until, limit.last))
        return timeline.get_period(last)

    def _compare_due(self, before, after, since, period, day):
        """:return: a row for each line and what is due by today or later
        :rtype: list[EffectRow]
        """
        lines, found = self.line_ids.browse(since), {}
        for timeline, sign in ((before, -1), (after, 1)):
            # in arrears a period is due on the day after it
            due = lines._find_rows({self: timeline}, since, period.last + ONE_DAY)
            for row in due:
                if row.due.first <= period.last:
                    key = row.line, row.due.on > day
                    found.setdefault(key, []).append((row, sign))
        rows = []
        for (line, _is_later), pairs in found.items():
            pairs = self._leave_out_common(pairs)
            amount = sum(sign * row.amount for row, sign in pairs)
            if pairs and not self.currency_id.is_zero(amount):
                days = [row.due for row, _sign in pairs]
                # a period may be charged anew of which only some days change
                first = max(since[line.id], min(due.first for due in days))
                changed = find_last_change(before, after, line.id) or FOREVER
                last = min(changed, max(due.last for due in days))
                on = min(due.on for due in days)
                rows.append(
                    EffectRow(
                        line.display_name,
                        first,
                        max(first, last),
                        on,
                        self.currency_id.round(amount),
                    )
                )
        return sorted(rows, key=lambda row: (row.due > day, row.first, row.text))

    def _leave_out_common(self, pairs):
        """:param list pairs: rows, and whether they are due without (-1) or with (1) an act
        :return: the pairs that are not due either way
        """
        counts = {}
        for row, sign in pairs:
            key = row.kind, row.due, row.content
            counts[key] = counts.get(key, 0) + sign
        return [(row, sign) for row, sign in pairs if counts[row.kind, row.due, row.content]]

    def _show_effect(self, facts, charges=(), is_end=False):
        """:param Facts facts: see `_find_effect`
        :param charges: see `_find_effect`
        :param bool is_end: see `_find_effect`
        :return: what it comes to, as a table
        :rtype: Markup
        """
        today = self._get_company_today(self.company_id)
        effect = self._find_effect(facts, today, charges, is_end)
        return self.env['ir.qweb']._render(
            'sale_offer.offer_effect',
            {
                'effect': effect,
                'today': today,
                'format_signed': self._format_signed,
                'format_day': lambda day: format_date(self.env, day, date_format='medium'),
            },
        )

    def _format_signed(self, amount):
        sign = '+' if amount > 0 else '−' if amount < 0 else ''
        return f'{sign}{self.currency_id.format(abs(amount))}'

    def _without_act(self, event):
        """:param event: offer.subscription.event, of this subscription
        :return: what is agreed but for this act
        :rtype: Facts
        """
        return self._get_timeline().facts.without(event.id)

    def _with_facts(self, **facts):
        """:param facts: see `Facts.adding`
        :return: what would be agreed
        :rtype: Facts
        """
        return self._get_timeline().facts.adding(**facts)
