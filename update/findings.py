"""What the old edition left that no run will mend: listed, with amounts, for a person to decide.

Accountants see it in the model `offer.update.finding`; nothing of it is billed or credited.
"""

import logging

from ..tools.amounts import to_decimal
from ..tools.intervals import cut
from ..tools.periods import ONE_DAY, period_of
from .entries import SETTLING
from .whole import get_amount, is_touched, make_content, write_values

_logger = logging.getLogger(__name__)

FREE = 'Not billed before the update'


def find_gaps(cr, plans):
    """Delivered days that nothing settles, though later ones are settled: they are waived, so that
    no run bills the past of its own accord.
    """
    cr.execute(
        """
        CREATE TEMP TABLE upd_gap AS
        WITH live AS (
            SELECT m.line, e.date_from, e.date_to, r.last
              FROM offer_billing_entry e
              JOIN upd_map m ON m.row = e.subscription_line_id
              JOIN upd_row r ON r.id = m.row
             WHERE e.kind IN %(settling)s AND e.is_void IS NOT TRUE AND e.is_taken_back IS NOT TRUE
        ), settled AS (
            SELECT line, range_agg(daterange(date_from, date_to + 1)) AS days,
                   max(least(date_to, last)) FILTER (WHERE date_from <= last) AS last
              FROM live GROUP BY line
        ), free AS (
            SELECT line, range_agg(daterange(first, last + 1)) AS days FROM upd_waiver GROUP BY line
        ), owed AS (
            SELECT s.line, s.sub, range_agg(daterange(s.first, d.last + 1)) AS days
              FROM upd_span s
              JOIN upd_sub u ON u.id = s.sub
              JOIN settled x ON x.line = s.line
             CROSS JOIN LATERAL (SELECT least(s.delivered, u.certain_end, x.last)) d (last)
             WHERE s.first <= d.last
             GROUP BY s.line, s.sub
        )
        SELECT o.line, o.sub, lower(g.days) AS first, upper(g.days) - 1 AS last
          FROM owed o
          JOIN settled x ON x.line = o.line
          LEFT JOIN free f ON f.line = o.line
         CROSS JOIN LATERAL unnest(o.days - x.days - coalesce(f.days, '{}')) g (days);
        """,
        {'settling': SETTLING},
    )
    _drop_settled_periods(cr, plans)
    cr.execute('INSERT INTO upd_waiver SELECT line, sub, first, last, %s FROM upd_gap', [FREE])


def _drop_settled_periods(cr, plans):
    """In full, an entry settles the whole of a period that it touches."""
    cr.execute(
        """
        SELECT g.line, g.sub, s.plan_id, s.date_anchor, g.first, g.last, array_agg(
                   ARRAY[e.date_from, e.date_to])
          FROM upd_gap g
          JOIN upd_sub s ON s.id = g.sub AND s.proration = 'none'
          JOIN upd_map m ON m.line = g.line
          JOIN offer_billing_entry e ON e.subscription_line_id = m.row AND e.kind IN %(settling)s
                                        AND e.is_void IS NOT TRUE AND e.is_taken_back IS NOT TRUE
         GROUP BY g.line, g.sub, s.plan_id, s.date_anchor, g.first, g.last
        """,
        {'settling': SETTLING},
    )
    gaps = []
    for line, sub, plan, anchor, first, last, settled in cr.fetchall():
        day = first
        while day <= last:
            period = period_of(plans.terms[plan], anchor, day)
            if not is_touched(period, settled):
                gaps.append((line, sub, day, min(period.last, last)))
            day = period.last + ONE_DAY
    cr.execute("DELETE FROM upd_gap g USING upd_sub s WHERE s.id = g.sub AND s.proration = 'none'")
    write_values(cr, 'INSERT INTO upd_gap VALUES %s', gaps)


def write_findings(cr, plans):
    """List them, and say in the log how many there are.

    :return: how many of each kind
    :rtype: dict
    """
    cr.execute(
        """
        SELECT x.kind, x.sub, x.line, greatest(x.first, s.first), least(x.last, s.delivered),
               u.plan_id, u.date_anchor, c.rounding, u.currency_id, r.quantity, r.price_unit,
               r.discount, u.intro_percent, u.intro_end
          FROM (
            SELECT 'gap' AS kind, sub, line, first, last FROM upd_gap
             UNION ALL
            SELECT 'waived', sub, line, lower(d.days), upper(d.days) - 1
              FROM upd_given, unnest(charged) AS d (days)
          ) x
          JOIN upd_span s ON s.line = x.line AND s.first <= x.last AND s.delivered >= x.first
          JOIN upd_row r ON r.id = s.row
          JOIN upd_sub u ON u.id = x.sub
          JOIN res_currency c ON c.id = u.currency_id
         UNION ALL
        SELECT 'twice', l.sub, l.line, l.first, l.last, u.plan_id, u.date_anchor, c.rounding,
               u.currency_id, r.quantity, r.price_unit, r.discount, u.intro_percent, u.intro_end
          FROM upd_lost l
          JOIN offer_billing_entry e ON e.id = l.entry
          JOIN upd_row r ON r.id = l.row
          JOIN upd_sub u ON u.id = l.sub
          JOIN res_currency c ON c.id = u.currency_id
        """
    )
    rows = []
    for kind, sub, line, first, last, plan, anchor, rounding, currency, *content in cr.fetchall():
        *numbers, intro_percent, intro_end = content
        for start, end in cut(first, last, [intro_end + ONE_DAY] if intro_end else []):
            percent = intro_percent if intro_end and start <= intro_end else 100.0
            amount = get_amount(
                plans.terms[plan],
                anchor,
                make_content(*numbers, percent),
                to_decimal(float(rounding)),
                *(start, end),
            )
            rows.append((sub, line, kind, start, end, amount, currency))
    cr.execute(
        """
        SELECT c.sub, c.id, 'component', c.first, nullif(c.delivered, 'infinity'), NULL,
               s.currency_id
          FROM upd_parent p
          JOIN upd_line c ON c.id = p.line AND c.parent IS NULL
          JOIN upd_sub s ON s.id = c.sub
         UNION ALL
        SELECT l.sub, l.id, 'beyond', e.last + 1, nullif(l.last, 'infinity'), NULL, s.currency_id
          FROM upd_end e
          JOIN upd_sub s ON s.id = e.sub AND s.state <> 'pending'
          JOIN upd_line l ON l.sub = e.sub AND l.last > e.last
         WHERE NOT e.counts
        """
    )
    rows += cr.fetchall()
    cr.execute(
        """
        CREATE TEMP TABLE upd_finding (
            sub int, line int, kind varchar, first date, last date, amount numeric, currency int)
        """
    )
    write_values(cr, 'INSERT INTO upd_finding VALUES %s', rows)
    cr.execute(
        """
        INSERT INTO offer_update_finding (
            subscription_id, line_id, company_id, kind, date_from, date_to, amount, currency_id,
            create_uid, write_uid, create_date, write_date)
        SELECT f.sub, f.line, u.company_id, f.kind, f.first, f.last, f.amount, f.currency, 1, 1,
               now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM upd_finding f JOIN upd_sub u ON u.id = f.sub
         ORDER BY f.sub, f.first
        """
    )
    counts = {}
    for row in rows:
        counts[row[2]] = counts.get(row[2], 0) + 1
    for kind, count in sorted(counts.items()):
        _logger.info('Left to decide: %s times %s', count, kind)
    return counts


def find_hints(cr):
    """By line, the first day on which ledger and timeline may differ, and the day on which what is
    charged beyond a row's end comes back; early, never late.
    """
    cr.execute(
        """
        CREATE TEMP TABLE upd_hint AS
        WITH live AS (
            SELECT m.row, bool_or(e.date_to > r.last) AS is_beyond,
                   max(least(e.date_to, r.last)) FILTER (WHERE e.date_from <= r.last) AS last
              FROM offer_billing_entry e
              JOIN upd_map m ON m.row = e.subscription_line_id
              JOIN upd_row r ON r.id = m.row
             WHERE e.kind IN %(settling)s AND e.is_void IS NOT TRUE AND e.is_taken_back IS NOT TRUE
             GROUP BY m.row
        )
        SELECT m.line, m.sub, min(least(
                   CASE WHEN r.first <= r.last AND coalesce(l.last, r.first - 1) < r.last
                        THEN coalesce(l.last + 1, r.first) END,
                   CASE WHEN l.is_beyond THEN greatest(r.last + 1, r.first) END)) AS settled_to,
               min(CASE WHEN l.is_beyond AND s.billing_mode = 'advance'
                        THEN greatest(r.last + 1, r.first) - s.advance_days END) AS due
          FROM upd_map m
          JOIN upd_row r ON r.id = m.row
          JOIN upd_sub s ON s.id = m.sub
          LEFT JOIN live l ON l.row = m.row
         GROUP BY m.line, m.sub;
        """,
        {'settling': SETTLING},
    )


def write_hints(cr):
    """Write them, on lines and subscriptions."""
    cr.execute(
        """
        UPDATE offer_subscription_line l
           SET settled_to = h.settled_to, date_next_due = least(l.date_next_due, h.due)
          FROM upd_hint h WHERE h.line = l.id;
        UPDATE offer_subscription s SET date_next_due = least(s.date_next_due, h.due)
          FROM (SELECT sub, min(due) AS due FROM upd_hint WHERE due IS NOT NULL GROUP BY sub) h
         WHERE h.sub = s.id;
        """
    )
