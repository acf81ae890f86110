"""What needs periods, and so Python: introductory periods, and plans that charge started periods
in full. Only what is concerned is read, and written in one statement.
"""

from collections import defaultdict
from decimal import Decimal

from psycopg2.extras import execute_values

from ..tools.amounts import piece_amount, to_decimal
from ..tools.facts import Content
from ..tools.periods import ONE_DAY, Terms, period_at, period_index, period_of
from .entries import PARTS, SETTLING, apply_parts, list_lost


class Plans:
    """How subscriptions count their periods; each plan is read once."""

    def __init__(self, cr):
        cr.execute(
            'SELECT id, interval_count, interval_unit, billing_mode, alignment, alignment_day,'
            ' proration, advance_days FROM offer_plan'
        )
        self.terms = {plan: Terms(*values) for plan, *values in cr.fetchall()}


def find_introductions(cr, plans):
    """The last day at an introductory price: a stub at the start counted as a period."""
    cr.execute(
        """
        SELECT plan_id, date_anchor, date_start, intro_periods, array_agg(id) FROM upd_sub
         WHERE intro_periods IS NOT NULL AND state <> 'pending' AND date_start IS NOT NULL
               AND date_anchor IS NOT NULL
         GROUP BY 1, 2, 3, 4
        """
    )
    found = []
    for plan, anchor, start, periods, subs in cr.fetchall():
        terms = plans.terms[plan]
        index = period_index(terms, anchor, start)
        last = period_at(terms, anchor, index + periods - 1).last
        found += [(sub, last) for sub in subs]
    write_values(
        cr,
        'UPDATE upd_sub s SET intro_end = v.last FROM (VALUES %s) v (id, last) WHERE v.id = s.id',
        found,
    )


def settle_periods_once(cr, plans):
    """A started period is owed once: of several entries for one the last row's stays, at the
    largest content of them.
    """
    cr.execute(
        """
        SELECT m.line, s.plan_id, s.date_anchor, e.id, m.row, e.date_from, e.date_to,
               r.quantity * r.price_unit * (100 - r.discount),
               (SELECT array_agg(ARRAY[x.first, least(x.delivered, '9999-12-31')])
                  FROM upd_span x WHERE x.row = m.row AND x.first <= x.delivered)
          FROM offer_billing_entry e
          JOIN upd_many m ON m.row = e.subscription_line_id
          JOIN upd_row r ON r.id = m.row
          JOIN upd_sub s ON s.id = m.sub AND s.proration = 'none'
         WHERE e.kind IN %(settling)s AND e.is_void IS NOT TRUE AND e.is_taken_back IS NOT TRUE
         ORDER BY m.line, m.row, e.id
        """,
        {'settling': SETTLING},
    )
    lines = defaultdict(list)
    for line, *values in cr.fetchall():
        lines[line].append(_Settled(*values))
    parts = [part for entries in lines.values() for part in _find_parts(entries, plans)]
    cr.execute(PARTS)
    write_values(
        cr,
        'INSERT INTO upd_part (origin, first, last, is_taken, content) VALUES %s',
        parts,
    )
    apply_parts(cr)
    list_lost(cr)


class _Settled:
    """A live entry of a plan in full."""

    def __init__(self, plan, anchor, key, row, first, last, amount, runs):
        self.plan, self.anchor, self.key, self.row = plan, anchor, key, row
        self.first, self.last, self.amount, self.runs = first, last, amount, runs or ()

    def get_first_in(self, period):
        """:return: the first day of a period on which its row delivers, or None"""
        days = [
            max(first, period.first)
            for first, last in self.runs
            if first <= period.last and last >= period.first
        ]
        return min(days, default=None)


def _find_parts(entries, plans):
    """:return: entry, first and last day, whether it counts as taken back, and the row whose
    content counts
    """
    terms, anchor = plans.terms[entries[0].plan], entries[0].anchor
    touching = defaultdict(list)
    for entry in entries:
        index = period_index(terms, anchor, entry.first)
        while (period := period_at(terms, anchor, index)).first <= entry.last:
            touching[period].append(entry)
            index += 1
    marks = defaultdict(dict)
    for period, several in touching.items():
        if len(several) < 2:
            continue
        delivering = [entry for entry in several if entry.get_first_in(period)]
        largest = max(
            delivering,
            key=lambda entry: (entry.amount, -entry.get_first_in(period).toordinal()),
            default=several[-1],
        )
        for entry in several:
            marks[entry][period] = (entry is not several[-1], largest.row)
    for entry, periods in marks.items():
        day = entry.first
        while day <= entry.last:
            period = period_of(terms, anchor, day)
            last = min(period.last, entry.last)
            is_taken, row = periods.get(period, (False, None))
            yield entry.key, day, last, is_taken, None if row == entry.row else row
            day = last + ONE_DAY


def widen_waivers(cr, plans):
    """In full, days that were given away settled the periods in which they lie."""
    cr.execute(
        """
        SELECT w.ctid::text, s.plan_id, s.date_anchor, w.first, w.last, coalesce((
                   SELECT array_agg(ARRAY[e.date_from, e.date_to])
                     FROM offer_billing_entry e JOIN upd_map m ON m.row = e.subscription_line_id
                    WHERE m.line = w.line AND e.kind IN %(settling)s AND e.is_void IS NOT TRUE
                          AND e.is_taken_back IS NOT TRUE), '{}')
          FROM upd_waiver w JOIN upd_sub s ON s.id = w.sub AND s.proration = 'none'
        """,
        {'settling': SETTLING},
    )
    wide = []
    for ctid, plan, anchor, first, last, settled in cr.fetchall():
        terms = plans.terms[plan]
        begin, end = period_of(terms, anchor, first), period_of(terms, anchor, last)
        if not is_touched(begin, settled):
            first = begin.first
        if not is_touched(end, settled):
            last = end.last
        wide.append((ctid, first, last))
    write_values(
        cr,
        'UPDATE upd_waiver w SET first = v.first, last = v.last'
        ' FROM (VALUES %s) v (ctid, first, last) WHERE w.ctid = v.ctid::tid',
        wide,
    )


def is_touched(period, settled):
    """:param settled: pairs of first and last day
    :return: whether any of these days lies in a period
    """
    return any(first <= period.last and last >= period.first for first, last in settled)


def write_values(cr, statement, values):
    """Write many values at once.

    :param str statement: with %s for all of them
    :param list[tuple] values: for one row each
    """
    if values:
        execute_values(cr._obj, statement, values, page_size=10_000)


def get_amount(terms, anchor, content, rounding, first, last):
    """What some days came to, as agreed.

    :param Content content: of all of them
    :rtype: Decimal
    """
    amount, total, day = content.get_amount(rounding), Decimal(0), first
    while day <= last:
        period = period_of(terms, anchor, day)
        end = min(period.last, last)
        if terms.proration == 'none':
            total += amount
        else:
            total += piece_amount(amount, period, day, end, rounding)
        day = end + ONE_DAY
    return total


def make_content(quantity, price, discount, introductory):
    """:rtype: Content"""
    return Content(
        None,
        None,
        *(to_decimal(float(value)) for value in (quantity, price, discount, introductory)),
    )
