"""Former rows go: whatever points at them points at their line, and an alias tells of them."""

from odoo.tools import SQL

LINES = 'offer_subscription_line'


def _find_references(cr):
    """:return: table and column of each foreign key to the lines, and whether an index begins
    with it
    """
    cr.execute(
        """
        SELECT c.conrelid::regclass::text, a.attname, EXISTS (
                   SELECT FROM pg_index i
                    WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
          FROM pg_constraint c
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         WHERE c.contype = 'f' AND c.confrelid = %s::regclass AND cardinality(c.conkey) = 1
         ORDER BY 1, 2
        """,
        [LINES],
    )
    return cr.fetchall()


def repoint(env):
    """Let everything that points at a former row point at its line."""
    cr = env.cr
    cr.execute(
        """
        CREATE TEMP TABLE upd_gone AS SELECT row, line, sub FROM upd_map WHERE row <> line;
        CREATE UNIQUE INDEX ON upd_gone (row);
        ANALYZE upd_gone;
        """
    )
    for table, column, _has_index in _find_references(cr):
        if table != LINES:
            cr.execute(
                SQL(
                    'UPDATE %(table)s t SET %(column)s = g.line FROM upd_gone g'
                    ' WHERE g.row = t.%(column)s',
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                )
            )
    _repoint_texts(env)


def _repoint_texts(env):
    """References without a foreign key: external ids, attachments and the like."""
    cr = env.cr
    for model in env.registry.values():
        if model._abstract or model._transient or not model._auto or model._table_query:
            continue
        for field in model._fields.values():
            if not field.store or not field.column_type or field.inherited:
                continue
            table, column = SQL.identifier(model._table), SQL.identifier(field.name)
            if field.type == 'many2one_reference':
                kind = model._fields.get(field.model_field)
                if kind is None or not kind.store:
                    continue
                cr.execute(
                    SQL(
                        'UPDATE %s t SET %s = g.line FROM upd_gone g'
                        " WHERE g.row = t.%s AND t.%s = 'offer.subscription.line'",
                        *(table, column, column, SQL.identifier(field.model_field)),
                    )
                )
            elif field.type == 'reference':
                cr.execute(
                    SQL(
                        "UPDATE %s t SET %s = 'offer.subscription.line,' || g.line FROM upd_gone g"
                        " WHERE t.%s = 'offer.subscription.line,' || g.row",
                        *(table, column, column),
                    )
                )


def merge(cr, today):
    """Let lines show what is agreed now, hang them up, and delete the former rows.

    :param dict today: by company id
    """
    cr.execute(
        """
        CREATE TEMP TABLE upd_today (company int, day date);
        INSERT INTO upd_today SELECT * FROM unnest(%s::int[], %s::date[]);
        """,
        [list(today), list(today.values())],
    )
    cr.execute(
        """
        CREATE TEMP TABLE upd_shown AS
        SELECT l.id, l.parent, l.first, r.id AS row, n.analytic_distribution, n.sequence,
               least(p.start - 1, e.last) AS date_end, h.date_next_due, b.previous
          FROM upd_line l
          JOIN upd_sub s ON s.id = l.sub
          JOIN upd_today t ON t.company = s.company_id
          JOIN LATERAL (
            -- before its start the first content, in a pause what would run
            SELECT x.row FROM upd_span x WHERE x.line = l.id
             ORDER BY x.first <= t.day DESC,
                      CASE WHEN x.first <= t.day THEN t.day - x.first ELSE x.first - t.day END
             LIMIT 1) c ON TRUE
          JOIN upd_row r ON r.id = c.row
          JOIN offer_subscription_line n ON n.id = l.last_row
          LEFT JOIN upd_phase p ON p.line = l.id AND p.says_quantity AND p.quantity = 0
          LEFT JOIN upd_end e ON e.sub = l.sub AND e.counts
          LEFT JOIN (
            SELECT m.line, min(o.date_next_due) AS date_next_due
              FROM upd_map m JOIN offer_subscription_line o ON o.id = m.row GROUP BY m.line
          ) h ON h.line = l.id
          LEFT JOIN LATERAL (
            -- of another subscription, or before a gap that is no pause
            SELECT coalesce(
                (SELECT o.id FROM upd_line o WHERE o.sub = l.sub AND o.root = l.root
                    AND o.island = l.island - 1),
                (SELECT m.line FROM upd_row w JOIN upd_map m ON m.row = w.previous_line_id
                  WHERE w.id = l.id)) AS previous) b ON TRUE;
        UPDATE offer_subscription_line l
           SET parent_id = x.parent, continues_line_id = x.previous, date_start = x.first,
               date_end = x.date_end, product_id = r.product_id,
               product_uom_id = r.product_uom_id, tier_id = r.tier_id, quantity = r.quantity,
               price_unit = r.price_unit, discount = r.discount, name = r.name,
               analytic_distribution = x.analytic_distribution, sequence = x.sequence,
               date_next_due = x.date_next_due
          FROM upd_shown x
          JOIN upd_row r ON r.id = x.row
         WHERE x.id = l.id;
        -- what never delivered
        UPDATE offer_subscription_line l SET parent_id = n.parent
          FROM upd_line n
         WHERE n.id = l.id AND n.parent IS DISTINCT FROM l.parent_id;
        -- columns that go do not keep former rows
        ALTER TABLE offer_subscription_line
            DROP CONSTRAINT IF EXISTS offer_subscription_line_first_id_fkey,
            DROP CONSTRAINT IF EXISTS offer_subscription_line_previous_line_id_fkey;
        """
    )
    indexed = []
    for number, (table, column, has_index) in enumerate(_find_references(cr)):
        if not has_index:
            # else each deleted row would read the whole table
            name = SQL.identifier(f'upd_index_{number}')
            cr.execute(
                SQL('CREATE INDEX %s ON %s (%s)', name, *map(SQL.identifier, (table, column)))
            )
            indexed.append(name)
    cr.execute(
        """
        UPDATE offer_subscription_line l SET parent_id = NULL
          FROM upd_gone g WHERE g.row = l.id;
        DELETE FROM offer_subscription_line l USING upd_gone g WHERE g.row = l.id;
        INSERT INTO offer_subscription_line_alias (
            former_id, line_id, create_uid, write_uid, create_date, write_date)
        SELECT row, line, 1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC' FROM upd_gone;
        """
    )
    for name in indexed:
        cr.execute(SQL('DROP INDEX %s', name))


def set_states(cr):
    """The state of a subscription follows the day."""
    cr.execute(
        """
        UPDATE offer_subscription s
           SET date_introduction_end = u.intro_end,
               state = CASE
                WHEN s.state NOT IN ('active', 'paused') THEN s.state
                WHEN e.counts AND e.last < t.day THEN 'closed'
                WHEN EXISTS (SELECT FROM upd_pause p WHERE p.sub = s.id AND p.first <= t.day
                                AND coalesce(p.last, 'infinity') >= t.day) THEN 'paused'
                ELSE 'active' END,
               date_end = CASE WHEN e.counts IS FALSE AND s.state <> 'pending' THEN NULL
                               ELSE s.date_end END,
               date_paused = n.first, date_resume = n.last + 1
          FROM upd_sub u
          JOIN upd_today t ON t.company = u.company_id
          LEFT JOIN upd_end e ON e.sub = u.id
          LEFT JOIN LATERAL (
            SELECT p.first, p.last FROM upd_pause p
             WHERE p.sub = u.id AND coalesce(p.last, 'infinity') >= t.day
             ORDER BY p.first LIMIT 1) n ON TRUE
         WHERE u.id = s.id
        """
    )
    # the first run works out when something becomes of their terms
    cr.execute(
        """
        UPDATE offer_subscription s SET date_next_renewal = t.day
          FROM upd_sub u
          JOIN upd_today t ON t.company = u.company_id
         WHERE u.id = s.id AND s.state IN ('active', 'paused') AND s.date_term_end IS NOT NULL
               AND s.date_end IS NULL
        """
    )
    # on these days the scheduler brings up to date what is shown
    cr.execute(
        """
        UPDATE offer_subscription s SET date_next_shown = n.day
          FROM (
            SELECT d.sub, min(d.day) AS day
              FROM (
                SELECT l.subscription_id AS sub, p.date_start AS day
                  FROM offer_subscription_phase p
                  JOIN offer_subscription_line l ON l.id = p.subscription_line_id
                UNION ALL SELECT subscription_id, date_from FROM offer_subscription_pause
                UNION ALL SELECT subscription_id, date_to + 1 FROM offer_subscription_pause
                UNION ALL SELECT subscription_id, date FROM offer_subscription_resume
                UNION ALL SELECT subscription_id, date + 1 FROM offer_subscription_end) d
              JOIN upd_sub u ON u.id = d.sub
              JOIN upd_today t ON t.company = u.company_id
             WHERE d.day > t.day
             GROUP BY d.sub) n
         WHERE n.sub = s.id AND s.state IN ('active', 'paused')
        """
    )
