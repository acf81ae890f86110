"""What an act would come to, before it is done: what would be billed with it, less what would be
billed without it ("what is shown is what is billed").
"""

import datetime
from dataclasses import dataclass
from functools import partial

from odoo import models
from odoo.tools import format_date

from ...tools.amounts import round_to, to_decimal
from ...tools.intervals import FOREVER, day_after
from ...tools.ledger import find_due, get_owed_amount
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

    def _find_effect(self, facts, day, charges=(), is_brief=False, before=None):
        """What would be billed if these were the facts, less what is billed as they are.

        :param Facts facts: of this subscription, with an act or without one
        :param datetime.date day: today; what is due up to it stands on the next invoice, and what
            is settled later is told, too
        :param charges: texts, days and amounts that are charged once with it
        :param bool is_brief: tell it up to the period of the day, or up to where something is
            settled; what follows later goes without saying, as after an end
        :param Timeline before: what is agreed without it; None: of this subscription, as it is
        :rtype: Effect
        """
        self.ensure_one()
        before, after = before or self._get_timeline(), Timeline(facts)
        since, until = {}, []
        for key in after.keys:
            first = find_first_change(before, after, key)
            if first:
                since[key] = first
                until.append(find_last_change(before, after, key) or first)
        once = [EffectRow(text, on, on, on, amount) for text, on, amount in charges]
        if not since:
            return Effect(once)
        period = self._get_last_period(
            before, since, day if is_brief else max(until), day, is_brief
        )
        rows = self._compare_due(before, after, since, period, day) + once
        if is_brief:
            return Effect(rows, period.last)
        following = before.get_period(day_after(period.last))
        more = sum(
            sign * get_owed_amount(timeline, following.last, following.first)
            for timeline, sign in ((after, 1), (before, -1))
        )
        return Effect(rows, period.last, more and following, float(more))

    def _get_last_period(self, timeline, since, until, day, is_brief):
        """:return: the period up to which the effect is told line by line: where all of it is
        over, else where what is settled ends, or the first one that is not settled
        """
        entries = self._read_entries_of(timeline, since)
        last = max([day, *(entry.last for entry in entries)])
        last = last if is_brief else max(last, *since.values())
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
        found = {}
        for timeline, sign in ((before, -1), (after, 1)):
            entries = self._read_entries_of(timeline, since)
            # in arrears a period is due on the day after it
            due = find_due(timeline, entries, period.last + ONE_DAY, since, list(since))
            left = {}
            for row in due:
                amount, _written = self._get_row_amounts(timeline, row, left)
                if row.first <= period.last:
                    key = row.line, row.due > day
                    found.setdefault(key, []).append((row, sign * amount))
        rows = []
        for (key, _is_later), pairs in found.items():
            pairs = self._leave_out_common(pairs)
            total = sum(to_decimal(amount) for _row, amount in pairs)
            amount = float(round_to(total, after.facts.rounding))
            if pairs and amount:
                days = [row for row, _amount in pairs]
                # a period may be charged anew of which only some days change
                first = max(since[key], min(row.first for row in days))
                changed = find_last_change(before, after, key) or FOREVER
                last = min(changed, max(row.last for row in days))
                rows.append(
                    EffectRow(
                        self._get_effect_text(after, key),
                        first,
                        max(first, last),
                        min(row.due for row in days),
                        amount,
                    )
                )
        return sorted(rows, key=lambda row: (row.due > day, row.first, row.text))

    def _read_entries_of(self, timeline, since):
        """:return: what can matter of what is settled of lines; of those to come nothing is"""
        known = self.line_ids.filtered(lambda line: line.id in since)
        return known._read_entries({self: timeline}, since).get(self, [])

    def _get_effect_text(self, timeline, key):
        """:return: what people call a line, also one that is only to come"""
        line = self.line_ids.filtered(lambda line: line.id == key)
        if line:
            return line.display_name
        span = timeline.get_spans(key)[0]
        name = span.name or self.env['product.product'].browse(span.content.item).display_name
        return name.split('\n')[0]

    def _leave_out_common(self, pairs):
        """:param list pairs: rows, and what each adds to the difference
        :return: the pairs that are not due both with an act and without it
        """
        sums = {}
        for row, amount in pairs:
            sums.setdefault(_as_key(row), []).append(amount)
        return [(row, amount) for row, amount in pairs if sum(sums[_as_key(row)])]

    def _show_effect(self, facts, charges=(), is_brief=False, before=None, currency=None):
        """:param Facts facts: see `_find_effect`
        :param charges: see `_find_effect`
        :param bool is_brief: see `_find_effect`
        :param before: see `_find_effect`
        :param currency: of the amounts, if it is not that of this subscription
        :return: what it comes to, as a table
        :rtype: Markup
        """
        today = self._get_company_today(self.company_id)
        effect = self._find_effect(facts, today, charges, is_brief, before)
        return self.env['ir.qweb']._render(
            'sale_offer.offer_effect',
            {
                'effect': effect,
                'today': today,
                'format_signed': partial(_format_signed, currency or self.currency_id),
                'format_day': lambda day: format_date(self.env, day, date_format='medium'),
            },
        )

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


def _format_signed(currency, amount):
    sign = '+' if amount > 0 else '−' if amount < 0 else ''
    return f'{sign}{currency.format(abs(amount))}'


def _as_key(row):
    return row.kind, row.first, row.last, row.due, row.content, row.origin
