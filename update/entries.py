"""The ledger: entries get the line and the content of their row, and none overlaps another.

What a row was charged is settled at what the row agreed, which is what the timeline gives for its
days. Days beyond a row's end that are charged still are credited by the next run, as they would
have been.
"""

SETTLING = ('charge', 'external')

# an entry is cut into parts; `content` names the row whose content counts
PARTS = """
    DROP TABLE IF EXISTS upd_part;
    CREATE TEMP TABLE upd_part (
        origin int, credit int, first date, last date, is_taken boolean, content int, id int);
"""


def rename_kinds(cr):
    """Call the kinds of entries what they are called now, before anything reads them."""
    cr.execute(
        """
        UPDATE offer_billing_entry
           SET kind = CASE kind WHEN 'elsewhere' THEN 'external' ELSE 'one_time' END
         WHERE kind IN ('elsewhere', 'once')
        """
    )


def apply_parts(cr):
    """Cut entries: the earliest part keeps the id, credits follow the part that they take back."""
    cr.execute(
        """
        CREATE INDEX ON upd_part (origin, first);
        ANALYZE upd_part;
        WITH numbered AS (
            SELECT ctid, row_number() OVER (PARTITION BY origin ORDER BY first) AS number, origin
              FROM upd_part
        )
        UPDATE upd_part p
           SET id = CASE WHEN n.number = 1 THEN n.origin
                         ELSE nextval(pg_get_serial_sequence('offer_billing_entry', 'id')) END
          FROM numbered n WHERE n.ctid = p.ctid;
        INSERT INTO offer_billing_entry (
            id, subscription_line_id, kind, invoice_line_id, is_void, reason, date_from, date_to,
            is_taken_back, create_uid, write_uid, create_date, write_date)
        SELECT p.id, e.subscription_line_id, e.kind, e.invoice_line_id, e.is_void, e.reason,
               p.first, p.last, p.is_taken, e.create_uid, e.write_uid, e.create_date, e.write_date
          FROM upd_part p JOIN offer_billing_entry e ON e.id = p.origin
         WHERE p.id <> p.origin;
        UPDATE offer_billing_entry e
           SET date_from = p.first, date_to = p.last, is_taken_back = p.is_taken,
               credited_from = NULL
          FROM upd_part p WHERE p.id = e.id AND p.id = p.origin;
        UPDATE offer_billing_entry c SET origin_id = p.id
          FROM upd_part p
         WHERE c.origin_id = p.origin AND p.id <> p.origin AND c.kind = 'credit'
               AND CASE WHEN p.credit IS NOT NULL THEN c.id = p.credit
                        ELSE c.date_from BETWEEN p.first AND p.last AND NOT EXISTS (
                            SELECT FROM upd_part o WHERE o.origin = p.origin AND o.credit = c.id)
                        END;
        INSERT INTO upd_content SELECT id, content FROM upd_part WHERE content IS NOT NULL
            ON CONFLICT (entry) DO UPDATE SET row = excluded.row;
        """
    )


def begin(cr):
    """Entries in reach, and the rows whose content counts for those that have another's."""
    cr.execute(
        """
        CREATE TEMP TABLE upd_content (entry int PRIMARY KEY, row int);
        CREATE TEMP TABLE upd_lost (entry int, line int, sub int, row int, first date, last date);
        -- rows that have a line with others: only there entries can meet
        CREATE TEMP TABLE upd_many AS
        SELECT m.row, m.line, m.sub FROM upd_map m
         WHERE m.line IN (SELECT line FROM upd_map GROUP BY line HAVING count(*) > 1);
        CREATE UNIQUE INDEX ON upd_many (row);
        ANALYZE upd_many;
        """
    )


def split_credited(cr):
    """What credits have taken back of an entry becomes entries of its own, each for one credit."""
    cr.execute(PARTS)
    cr.execute(
        """
        WITH origin AS (
            SELECT e.id, e.date_from, e.date_to, e.credited_from
              FROM offer_billing_entry e
              JOIN upd_map m ON m.row = e.subscription_line_id
             WHERE e.credited_from IS NOT NULL AND e.kind = 'charge'
        ), taken AS (
            SELECT o.id AS origin, c.id AS credit, greatest(c.date_from, o.credited_from) AS first,
                   least(c.date_to, o.date_to) AS last
              FROM origin o
              JOIN offer_billing_entry c ON c.origin_id = o.id AND c.kind = 'credit'
                                            AND c.is_void IS NOT TRUE
        ), rest AS (
            -- its credit was cancelled, but an earlier tail was credited since
            SELECT o.id AS origin, unnest(
                datemultirange(daterange(o.credited_from, o.date_to + 1)) - range_agg(
                    daterange(t.first, t.last + 1))) AS days
              FROM origin o JOIN taken t ON t.origin = o.id
             GROUP BY o.id, o.credited_from, o.date_to
        )
        INSERT INTO upd_part (origin, credit, first, last, is_taken)
        SELECT id, NULL::int, date_from, credited_from - 1, FALSE FROM origin
         WHERE credited_from > date_from
         UNION ALL SELECT origin, credit, first, last, TRUE FROM taken WHERE first <= last
         UNION ALL SELECT origin, NULL, lower(days), upper(days) - 1, TRUE FROM rest;
        """
    )
    apply_parts(cr)


def settle_once(cr):
    """Of days that two rows of a line have settled, the later row's entry stays; the others count
    as taken back, and are listed.
    """
    cr.execute(PARTS)
    cr.execute(
        """
        WITH live AS (
            SELECT e.id, m.line, m.row, daterange(e.date_from, e.date_to + 1) AS days
              FROM offer_billing_entry e
              JOIN upd_many m ON m.row = e.subscription_line_id
             WHERE e.kind IN %(settling)s AND e.is_void IS NOT TRUE AND e.is_taken_back IS NOT TRUE
        ), twice AS (
            SELECT e.id, e.days, range_agg(o.days) AS others
              FROM live e
              JOIN live o ON o.line = e.line AND o.row > e.row AND o.days && e.days
             GROUP BY e.id, e.days
        ), parts AS (
            SELECT id, unnest(datemultirange(days) * others) AS days, TRUE AS is_taken FROM twice
             UNION ALL SELECT id, unnest(datemultirange(days) - others), FALSE FROM twice
        )
        INSERT INTO upd_part (origin, first, last, is_taken)
        SELECT id, lower(days), upper(days) - 1, is_taken FROM parts;
        """,
        {'settling': SETTLING},
    )
    apply_parts(cr)
    list_lost(cr)


def list_lost(cr):
    """Keep which parts count as taken back though no credit has taken them."""
    cr.execute(
        """
        INSERT INTO upd_lost
        SELECT p.id, m.line, m.sub, m.row, p.first, p.last
          FROM upd_part p
          JOIN offer_billing_entry e ON e.id = p.id
          JOIN upd_map m ON m.row = e.subscription_line_id
         WHERE p.is_taken
        """
    )


def split_contents(cr):
    """Days on which the timeline goes by another row than the entry's own are settled at that
    row's content; so are introductory days at theirs.
    """
    cr.execute(PARTS)
    cr.execute(
        """
        WITH live AS (
            SELECT e.id, m.row, m.line, daterange(e.date_from, e.date_to + 1)
                   * daterange(r.first, CASE WHEN r.last < 'infinity' THEN r.last + 1 END) AS days,
                   daterange(e.date_from, e.date_to + 1) AS own
              FROM offer_billing_entry e
              JOIN upd_many m ON m.row = e.subscription_line_id
              JOIN upd_row r ON r.id = m.row
              JOIN upd_sub s ON s.id = m.sub AND s.proration <> 'none'
             WHERE e.kind IN %(settling)s AND e.is_void IS NOT TRUE AND e.is_taken_back IS NOT TRUE
        ), other AS (
            SELECT e.id, e.own, s.row, e.days * daterange(
                       s.first, CASE WHEN s.last < 'infinity' THEN s.last + 1 END) AS days
              FROM live e
              JOIN upd_span s ON s.line = e.line AND s.row <> e.row
        ), found AS (SELECT * FROM other WHERE NOT isempty(days)), parts AS (
            SELECT id, days, row FROM found
             UNION ALL
            SELECT id, unnest(datemultirange(own) - range_agg(days)), NULL
              FROM found GROUP BY id, own
        )
        INSERT INTO upd_part (origin, first, last, is_taken, content)
        SELECT id, lower(days), upper(days) - 1, FALSE, row FROM parts;
        """,
        {'settling': SETTLING},
    )
    apply_parts(cr)
    cr.execute(PARTS)
    cr.execute(
        """
        INSERT INTO upd_part (origin, first, last, is_taken, content)
        SELECT e.id, d.first, d.last, coalesce(e.is_taken_back, FALSE), c.row
          FROM offer_billing_entry e
          JOIN upd_map m ON m.row = e.subscription_line_id
          JOIN upd_sub s ON s.id = m.sub
          LEFT JOIN upd_content c ON c.entry = e.id
         CROSS JOIN LATERAL (VALUES (e.date_from, s.intro_end), (s.intro_end + 1, e.date_to))
                AS d (first, last)
         WHERE e.kind IN %(settling)s AND e.date_from <= s.intro_end AND e.date_to > s.intro_end;
        """,
        {'settling': SETTLING},
    )
    apply_parts(cr)


def collect_waivers(cr):
    """Days that were given away become facts of the line. Days that another row was charged for
    all the same stay charged, and are listed.
    """
    cr.execute(
        """
        CREATE TEMP TABLE upd_given AS
        WITH given AS (
            SELECT e.id, m.line, m.sub, e.reason, daterange(e.date_from, e.date_to + 1) AS days
              FROM offer_billing_entry e
              JOIN upd_map m ON m.row = e.subscription_line_id
             WHERE e.kind = 'waived' AND e.is_void IS NOT TRUE
        ), charged AS (
            SELECT g.id, range_agg(daterange(e.date_from, e.date_to + 1)) AS days
              FROM given g
              JOIN upd_map m ON m.line = g.line
              JOIN offer_billing_entry e ON e.subscription_line_id = m.row
             WHERE e.kind IN ('charge', 'external') AND e.is_void IS NOT TRUE
                   AND e.is_taken_back IS NOT TRUE
             GROUP BY g.id
        )
        SELECT g.id, g.line, g.sub, g.reason,
               datemultirange(g.days) - coalesce(c.days, '{}') AS free,
               datemultirange(g.days) * coalesce(c.days, '{}') AS charged
          FROM given g LEFT JOIN charged c ON c.id = g.id;
        CREATE TEMP TABLE upd_waiver AS
        SELECT line, sub, lower(d.days) AS first, upper(d.days) - 1 AS last,
               coalesce(nullif(trim(reason), ''), 'Not billed') AS reason
          FROM upd_given, unnest(free) AS d (days);
        DELETE FROM offer_billing_entry e
         USING upd_map m WHERE m.row = e.subscription_line_id AND e.kind = 'waived';
        """
    )


def write_contents(cr):
    """Give entries their content and their line, in one pass."""
    cr.execute(
        """
        UPDATE offer_billing_entry e
           SET subscription_line_id = x.line, product_id = x.product_id,
               product_uom_id = x.product_uom_id, quantity = x.quantity,
               price_unit = x.price_unit, discount = x.discount,
               introductory_percent = x.introductory, period_amount = x.amount,
               is_taken_back = coalesce(e.is_taken_back, FALSE)
          FROM (
            SELECT e.id AS entry, m.line, r.product_id, r.product_uom_id, r.quantity,
                   r.price_unit, r.discount, i.introductory,
                   round((r.quantity * r.price_unit * (100 - r.discount) * i.introductory / 10000)
                         ::numeric / c.rounding) * c.rounding AS amount
              FROM offer_billing_entry e
              JOIN upd_map m ON m.row = e.subscription_line_id
              LEFT JOIN upd_content u ON u.entry = e.id
              JOIN upd_row r ON r.id = coalesce(u.row, m.row)
              JOIN upd_sub s ON s.id = m.sub
              JOIN res_currency c ON c.id = s.currency_id
             CROSS JOIN LATERAL (
                SELECT CASE WHEN e.date_from <= s.intro_end AND e.kind <> 'external'
                            THEN s.intro_percent ELSE 100 END
             ) i (introductory)
             WHERE e.kind IN ('charge', 'credit', 'external')
          ) x
         WHERE x.entry = e.id;
        UPDATE offer_billing_entry e SET subscription_line_id = m.line
          FROM upd_many m
         WHERE m.row = e.subscription_line_id AND m.line <> m.row;
        UPDATE offer_subscription_line l SET date_external_to = x.last
          FROM (SELECT e.subscription_line_id AS line, max(e.date_to) AS last
                  FROM offer_billing_entry e JOIN upd_line l ON l.id = e.subscription_line_id
                 WHERE e.kind = 'external' AND e.is_void IS NOT TRUE
                       AND e.is_taken_back IS NOT TRUE GROUP BY 1) x
         WHERE x.line = l.id;
        """
    )


def remember_external(cr):
    """What is pending only remembers the day: its entries are made when it is activated."""
    cr.execute(
        """
        WITH gone AS (
            DELETE FROM offer_billing_entry e
             USING offer_subscription_line l, upd_sub s
             WHERE l.id = e.subscription_line_id AND s.id = l.subscription_id
                   AND s.state = 'pending' AND e.kind = 'external'
            RETURNING e.subscription_line_id AS line, e.date_to
        )
        UPDATE offer_subscription_line l SET date_external_to = x.last
          FROM (SELECT line, max(date_to) AS last FROM gone GROUP BY 1) x
         WHERE x.line = l.id;
        """
    )


def link_runs(cr):
    """A run knew its invoices by company, day and when they were made; now it is named."""
    cr.execute(
        """
        UPDATE offer_billing_entry e SET run_id = r.id
          FROM offer_billing_run r, account_move_line i, account_move m
         WHERE i.id = e.invoice_line_id AND m.id = i.move_id
               AND m.company_id = r.company_id AND m.invoice_date = r.date
               AND m.create_date >= r.date_started
               AND m.create_date <= coalesce(r.date_finished, 'infinity')
        """
    )
