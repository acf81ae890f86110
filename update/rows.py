"""What the chains of lines of 19.0.1.2.0 delivered, day by day, and the lines that they become.

Everything is set-based: each statement reads all subscriptions at once. The tables that begin with
`upd_` are temporary. A day without end is 'infinity'.
"""


def read(cr):
    """Read what is to be updated: subscriptions, and the rows that once began."""
    cr.execute(
        """
        CREATE TEMP TABLE upd_sub AS
        SELECT s.id, s.state, s.date_end, s.date_paused, s.company_id, s.currency_id,
               s.date_notice, s.end_reason_id, s.end_reason, s.date_term_end, s.renewal_mode,
               CASE WHEN s.renewal_mode IN ('quote', 'end') THEN s.date_term_end END AS certain_end,
               CASE WHEN s.intro_periods > 0 THEN s.intro_periods END AS intro_periods,
               coalesce(s.intro_percent, 0) AS intro_percent, s.date_start, s.date_anchor,
               s.plan_id, p.proration, p.billing_mode, p.advance_days, p.unpaid_policy,
               NULL::date AS intro_end
          FROM offer_subscription s
          JOIN offer_plan p ON p.id = s.plan_id;
        CREATE UNIQUE INDEX ON upd_sub (id);

        CREATE TEMP TABLE upd_row AS
        SELECT l.id, l.subscription_id AS sub, coalesce(l.first_id, l.id) AS root,
               l.date_start AS first, coalesce(l.date_end, 'infinity') AS last,
               coalesce(l.is_paused, FALSE) AS is_paused,
               coalesce(l.ends_with_subscription, FALSE) AS ends_with,
               coalesce(l.discount, 0) AS discount, l.product_id, l.product_uom_id, l.tier_id,
               l.quantity, coalesce(l.price_unit, 0) AS price_unit, l.name, l.sale_line_id,
               l.parent_id, l.option_id, l.previous_line_id, l.create_date
          FROM offer_subscription_line l
          JOIN upd_sub s ON s.id = l.subscription_id
         WHERE s.state <> 'pending' AND l.date_start IS NOT NULL;
        CREATE UNIQUE INDEX ON upd_row (id);
        CREATE INDEX ON upd_row (sub, root);
        ANALYZE upd_sub;
        ANALYZE upd_row;
        """
    )


def find_ends(cr):
    """An end is one only where no row goes on beyond it ("facts follow the lines")."""
    cr.execute(
        """
        CREATE TEMP TABLE upd_end AS
        SELECT s.id AS sub, s.date_end AS last, s.state <> 'pending' AND NOT coalesce(bool_or(
                   r.first <= r.last AND r.last > s.date_end), FALSE) AS counts
          FROM upd_sub s
          LEFT JOIN upd_row r ON r.sub = s.id
         WHERE s.date_end IS NOT NULL
         GROUP BY s.id, s.date_end, s.state;
        CREATE UNIQUE INDEX ON upd_end (sub);
        ANALYZE upd_end;
        """
    )


def find_spans(cr):
    """The days of each row, without those on which a later row of its chain delivers.

    A row that ends with its subscription is open: the end is a fact of its own. So is one that
    was planned for a day beyond the end. Of what `last` says beyond the end nothing is delivered;
    `delivered` says what is.
    """
    cr.execute(
        """
        CREATE TEMP TABLE upd_span AS
        WITH days AS (
            SELECT r.id, r.sub, r.root,
                   CASE WHEN e.counts AND r.ends_with
                             AND (r.last = e.last OR (r.first > e.last AND r.last < r.first))
                        THEN daterange(r.first, NULL)
                        WHEN r.last = 'infinity' THEN daterange(r.first, NULL)
                        WHEN r.first <= r.last THEN daterange(r.first, r.last + 1)
                        ELSE 'empty' END AS days
              FROM upd_row r
              LEFT JOIN upd_end e ON e.sub = r.sub
        ), own AS (
            SELECT id, sub, root, datemultirange(days) - coalesce(
                       range_agg(days) OVER (PARTITION BY sub, root ORDER BY id DESC
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), '{}') AS days
              FROM days
             WHERE NOT isempty(days)
        ), runs AS (SELECT id, sub, root, unnest(days) AS run FROM own)
        SELECT runs.id AS row, runs.sub, runs.root, lower(run) AS first,
               coalesce(upper(run) - 1, 'infinity') AS last,
               least(coalesce(upper(run) - 1, 'infinity'), e.last) AS delivered
          FROM runs
          LEFT JOIN upd_end e ON e.sub = runs.sub AND e.counts;
        CREATE INDEX ON upd_span (sub, root);
        CREATE INDEX ON upd_span (row);
        ANALYZE upd_span;
        """
    )


def find_pauses(cr):
    """Days on which a subscription delivers nothing of what it delivers before and after, and the
    open pause of what is paused now.
    """
    cr.execute(
        """
        CREATE TEMP TABLE upd_pause AS
        WITH whole AS (
            SELECT sub, range_agg(daterange(first, CASE WHEN delivered < 'infinity'
                                                        THEN delivered + 1 END)) AS days
              FROM upd_span
             WHERE first <= delivered
             GROUP BY sub
        ), gap AS (
            SELECT sub, unnest(datemultirange(range_merge(days)) - days) AS days FROM whole
        )
        SELECT g.sub, lower(g.days) AS first, upper(g.days) - 1 AS last
          FROM gap g
         WHERE EXISTS (
            SELECT FROM upd_span a
              JOIN upd_span b ON b.sub = a.sub AND b.root = a.root
             WHERE a.sub = g.sub AND a.delivered < lower(g.days) AND b.first >= upper(g.days)
                   AND b.first <= b.delivered)
         UNION ALL
        SELECT w.sub, greatest(upper(w.days), s.date_paused), NULL
          FROM whole w
          JOIN upd_sub s ON s.id = w.sub
         WHERE upper(w.days) IS NOT NULL AND EXISTS (
            SELECT FROM upd_row r WHERE r.sub = w.sub AND r.is_paused);
        CREATE INDEX ON upd_pause (sub);
        ANALYZE upd_pause;
        """
    )


def find_lines(cr):
    """One line for each chain in each subscription, with the id of the row with which it began
    there; what comes back after a gap that is no pause is a line of its own.
    """
    cr.execute(
        """
        CREATE TEMP TABLE upd_island AS
        WITH before AS (
            SELECT *, lag(last) OVER (PARTITION BY sub, root ORDER BY first) AS earlier
              FROM upd_span
        ), cut AS (
            SELECT *, earlier IS NULL OR (earlier + 1 < first AND NOT EXISTS (
                       SELECT FROM upd_pause p
                        WHERE p.sub = before.sub AND p.first <= before.earlier + 1
                              AND coalesce(p.last, 'infinity') >= before.first - 1)) AS is_new
              FROM before
        )
        SELECT row, sub, root, first, last, delivered,
               sum(is_new::int) OVER (PARTITION BY sub, root ORDER BY first) AS island
          FROM cut;

        CREATE TEMP TABLE upd_line AS
        SELECT (array_agg(row ORDER BY first))[1] AS id, sub, root, island, min(first) AS first,
               max(last) AS last, max(delivered) AS delivered,
               (array_agg(row ORDER BY first DESC))[1] AS last_row, NULL::int AS parent
          FROM upd_island
         GROUP BY sub, root, island
         UNION ALL
        SELECT min(id), sub, root, 0, NULL, NULL, NULL, max(id), NULL
          FROM upd_row r
         WHERE NOT EXISTS (SELECT FROM upd_span s WHERE s.sub = r.sub AND s.root = r.root)
         GROUP BY sub, root;
        CREATE UNIQUE INDEX ON upd_line (id);
        CREATE INDEX ON upd_line (sub, root);
        ANALYZE upd_line;

        ALTER TABLE upd_span ADD line int;
        UPDATE upd_span s SET line = l.id
          FROM upd_island i
          JOIN upd_line l ON l.sub = i.sub AND l.root = i.root AND l.island = i.island
         WHERE i.row = s.row AND i.first = s.first;
        CREATE INDEX ON upd_span (line, first);
        ANALYZE upd_span;

        CREATE TEMP TABLE upd_map AS
        SELECT r.id AS row, r.sub, r.root, coalesce(min(s.line), (
                   -- a row that never delivered goes to the line before it, else to the first
                   SELECT l.id FROM upd_line l WHERE l.sub = r.sub AND l.root = r.root
                    ORDER BY l.first <= r.first DESC NULLS LAST,
                             CASE WHEN l.first <= r.first THEN l.island ELSE -l.island END DESC
                    LIMIT 1)) AS line
          FROM upd_row r
          LEFT JOIN upd_span s ON s.row = r.id
         GROUP BY r.id, r.sub, r.root, r.first;
        CREATE UNIQUE INDEX ON upd_map (row);
        CREATE INDEX ON upd_map (line);
        ANALYZE upd_map;
        """
    )


def find_parents(cr):
    """What a component hangs on in its own subscription.

    A component delivers only while its parent does: one that was billed on days on which the
    parent did not deliver is let go ("facts follow the lines"), and listed.
    """
    cr.execute(
        """
        CREATE TEMP TABLE upd_parent AS
        WITH hung AS (
            SELECT DISTINCT ON (m.line) m.line, m.sub, coalesce(p.first_id, p.id) AS root
              FROM upd_row r
              JOIN upd_map m ON m.row = r.id
              JOIN offer_subscription_line p ON p.id = r.parent_id
             ORDER BY m.line, r.id
        )
        SELECT h.line, l.id AS parent, l.first <= c.first AND l.delivered >= c.delivered AS covers
          FROM hung h
          JOIN upd_line c ON c.id = h.line
          LEFT JOIN LATERAL (
            SELECT l.* FROM upd_line l
             WHERE l.sub = h.sub AND l.root = h.root
             ORDER BY l.first <= c.first AND l.delivered >= c.first DESC NULLS LAST, l.island
             LIMIT 1) l ON TRUE;
        UPDATE upd_line l SET parent = p.parent
          FROM upd_parent p
         -- what never delivers may hang on whatever it hung on
         WHERE p.line = l.id AND (p.covers OR l.first IS NULL OR l.first > l.delivered);
        """
    )


def find_phases(cr):
    """Rows are compared with the one before: a phase says what differs. What is sold per unit of
    the Service is said as a ratio that follows it.

    Another item or level says its price, discount and text too; an item in another unit than the
    line began with says its quantity. Where a line ends by itself, it becomes 0.
    """
    cr.execute(
        """
        CREATE TEMP TABLE upd_phase AS
        WITH told AS (
            SELECT s.line, s.row, s.sub, s.first, s.last, r.create_date,
                   r.product_id, r.product_uom_id, r.tier_id, r.quantity, r.price_unit, r.discount,
                   r.name, r.sale_line_id,
                   s.first = min(s.first) OVER (PARTITION BY s.line) AS begins,
                   coalesce(o.quantity_mode = 'per_unit' AND l.parent IS NOT NULL AND (
                       -- where the rows went by the ratio on each day of the parent's
                       SELECT bool_and((o.quantity::numeric * pr.quantity::numeric)::float8
                                       = r.quantity)
                         FROM upd_span ps
                         JOIN upd_row pr ON pr.id = ps.row
                        WHERE ps.line = l.parent AND ps.first <= s.last AND ps.last >= s.first
                   ), FALSE) AS is_per_unit, o.quantity AS each
              FROM upd_span s
              JOIN upd_row r ON r.id = s.row
              JOIN upd_line l ON l.id = s.line
              LEFT JOIN offer_option o ON o.id = r.option_id
        ), said AS (
            SELECT *, CASE WHEN is_per_unit THEN each ELSE quantity END AS said_quantity FROM told
        ), after AS (
            SELECT *, lag(product_id) OVER w AS old_product, lag(product_uom_id) OVER w AS old_uom,
                   lag(tier_id) OVER w AS old_tier, lag(said_quantity) OVER w AS old_quantity,
                   lag(is_per_unit) OVER w AS old_per_unit, lag(price_unit) OVER w AS old_price,
                   lag(discount) OVER w AS old_discount, lag(name) OVER w AS old_name,
                   first_value(product_uom_id) OVER w AS begun_uom
              FROM said WINDOW w AS (PARTITION BY line ORDER BY first)
        ), keyed AS (
            SELECT *, begins OR product_id <> old_product OR product_uom_id <> old_uom AS new_item
              FROM after
        ), compared AS (
            SELECT *, new_item OR tier_id IS DISTINCT FROM old_tier AS new_key FROM keyed
        )
        SELECT line, row, sub, first AS start, begins, create_date, is_per_unit,
               new_item AS says_product_id, new_key AS says_tier_id,
               new_key OR price_unit <> old_price AS says_price_unit,
               new_key OR discount <> old_discount AS says_discount,
               new_key OR name <> old_name AS says_name,
               begins OR said_quantity <> old_quantity OR is_per_unit <> old_per_unit
                   OR (new_item AND (product_uom_id <> old_uom OR product_uom_id <> begun_uom))
                   AS says_quantity,
               product_id, product_uom_id, tier_id, said_quantity AS quantity, price_unit,
               discount, name, sale_line_id, NULL::int AS event
          FROM compared
         UNION ALL
        SELECT s.line, s.row, s.sub, s.last + 1, FALSE, NULL, FALSE, FALSE, FALSE, FALSE, FALSE,
               FALSE, TRUE, r.product_id, r.product_uom_id, r.tier_id, 0, 0, 0, NULL, NULL, NULL
          FROM upd_line l
          JOIN upd_span s ON s.line = l.id AND s.last = l.last
          JOIN upd_row r ON r.id = s.row
         WHERE l.last < 'infinity' AND NOT (r.is_paused AND EXISTS (
            SELECT FROM upd_pause p
             WHERE p.sub = l.sub AND p.last IS NULL AND p.first <= l.last + 1));
        DELETE FROM upd_phase
         WHERE NOT (begins OR says_quantity OR says_price_unit OR says_discount OR says_name
                    OR says_product_id OR says_tier_id);
        CREATE INDEX ON upd_phase (sub, start);
        ANALYZE upd_phase;
        """
    )


def read_chains(cr):
    """All of it, in order."""
    for step in (read, find_ends, find_spans, find_pauses, find_lines, find_parents, find_phases):
        step(cr)
