"""Which act said what: events of the subscription that fit, else acts of the update."""

from odoo.tools import SQL

NAME = 'Taken over by the update'
CHANGING = ('changed', 'revised', 'renewed', 'resumed', 'activated')

# the Service of a subscription, or the item that stands first
_INSERT = """
    WITH made AS (
    INSERT INTO offer_subscription_event (
        subscription_id, kind, date, name, service_id, company_id, partner_id, user_id, plan_id,
        currency_id, date_cohort, mrr_change, mrr_company, arr_company, create_uid, write_uid,
        create_date, write_date)
    SELECT n.sub, n.kind, n.date, %(name)s, p.product_tmpl_id, s.company_id,
           coalesce(c.commercial_partner_id, c.id), s.user_id, s.plan_id, s.currency_id,
           coalesce(s.date_start, n.date), 0, 0, 0, 1, 1, now() AT TIME ZONE 'UTC',
           now() AT TIME ZONE 'UTC'
      FROM upd_need n
      JOIN offer_subscription s ON s.id = n.sub
      JOIN res_partner c ON c.id = s.partner_id
      LEFT JOIN LATERAL (
        SELECT p.product_tmpl_id
          FROM offer_subscription_line l
          JOIN product_product p ON p.id = l.product_id
         WHERE l.subscription_id = n.sub
         ORDER BY l.parent_id IS NOT NULL, l.sequence, l.id
         LIMIT 1) p ON TRUE
     -- in the order in which it happened
     ORDER BY n.sub, n.date, n.kind
    RETURNING id, subscription_id, kind, date
    )
    INSERT INTO upd_act SELECT * FROM made
"""


def create_acts(cr, needed, name=NAME):
    """Create an act for each subscription, day and kind that needs one.

    :param SQL needed: a query of these three
    :param str name: of the acts
    """
    cr.execute(
        SQL(
            """
            DROP TABLE IF EXISTS upd_need, upd_act;
            CREATE TEMP TABLE upd_need AS SELECT DISTINCT sub, date, kind FROM (%s) needed;
            CREATE TEMP TABLE upd_act (id int, sub int, kind varchar, date date);
            """,
            needed,
        )
    )
    cr.execute(_INSERT, {'name': name})
    cr.execute('CREATE INDEX ON upd_act (sub, date)')


def write_phases(cr):
    """Create the phases, each with its act."""
    cr.execute(
        """
        UPDATE upd_phase p
           SET event = (
            SELECT e.id
              FROM offer_subscription_event e
             WHERE e.subscription_id = p.sub AND e.act_id IS NULL
                   AND CASE WHEN p.begins AND e.kind = 'activated'
                                 AND p.create_date <= e.create_date THEN TRUE
                            ELSE e.date = p.start AND e.kind IN %(kinds)s
                                 -- what begins later than its act was there before
                                 AND (NOT p.begins OR e.create_date = p.create_date) END
             ORDER BY p.begins AND e.kind = 'activated' DESC, e.create_date = p.create_date DESC,
                      e.kind = 'changed' DESC, e.id
             LIMIT 1)
         WHERE p.quantity <> 0 OR p.begins;
        UPDATE upd_phase p
           SET event = (
            SELECT e.id
              FROM offer_subscription_event e
             WHERE e.subscription_id = p.sub AND e.date = p.start AND e.act_id IS NULL
                   AND e.kind IN ('changed', 'revised', 'ended')
             ORDER BY e.kind = 'ended', e.id
             LIMIT 1)
         WHERE p.event IS NULL AND NOT p.begins;
        """,
        {'kinds': CHANGING},
    )
    # an act says once what becomes of a line
    cr.execute(
        """
        UPDATE upd_phase p SET event = NULL
         WHERE EXISTS (SELECT FROM upd_phase o WHERE o.line = p.line AND o.event = p.event
                          AND o.start < p.start)
        """
    )
    create_acts(
        cr,
        SQL("SELECT sub, start AS date, 'changed' AS kind FROM upd_phase WHERE event IS NULL"),
    )
    cr.execute(
        """
        UPDATE upd_phase p SET event = a.id
          FROM upd_act a WHERE p.event IS NULL AND a.sub = p.sub AND a.date = p.start;
        INSERT INTO offer_subscription_phase (
            subscription_line_id, event_id, date_start, is_beginning, says_quantity,
            says_price_unit, says_discount, says_product_id, says_tier_id, says_name, quantity,
            is_per_unit, price_unit, discount, product_id, tier_id, name, for_product_id,
            for_product_uom_id, for_tier_id, sale_line_id, create_uid, write_uid, create_date,
            write_date)
        SELECT line, event, start, begins, says_quantity, says_price_unit, says_discount,
               says_product_id, says_tier_id, says_name, CASE WHEN says_quantity THEN quantity END,
               is_per_unit AND says_quantity, CASE WHEN says_price_unit THEN price_unit END,
               CASE WHEN says_discount THEN discount END,
               CASE WHEN says_product_id THEN product_id END,
               CASE WHEN says_tier_id THEN tier_id END, CASE WHEN says_name THEN name END,
               product_id, product_uom_id, tier_id, sale_line_id, 1, 1, now() AT TIME ZONE 'UTC',
               now() AT TIME ZONE 'UTC'
          FROM upd_phase
         ORDER BY line, start;
        """
    )


def write_pauses(cr):
    """Create pauses. One whose pause and resumption are both known stays open, and is resumed by
    an act of its own, as it was; of another the last day is stated.
    """
    cr.execute(
        """
        ALTER TABLE upd_pause ADD event int, ADD resumed int;
        UPDATE upd_pause p
           SET event = (
            SELECT e.id FROM offer_subscription_event e
             WHERE e.subscription_id = p.sub AND e.kind = 'paused' AND e.date = p.first
                   AND e.act_id IS NULL
             ORDER BY e.create_date DESC, e.id LIMIT 1);
        UPDATE upd_pause p
           SET resumed = (
            SELECT e.id FROM offer_subscription_event e
             WHERE e.subscription_id = p.sub AND e.kind = 'resumed' AND e.date = p.last + 1
                   AND e.act_id IS NULL AND e.id > p.event
             ORDER BY e.create_date DESC, e.id LIMIT 1);
        """
    )
    create_acts(
        cr,
        SQL("SELECT sub, first AS date, 'paused' AS kind FROM upd_pause WHERE event IS NULL"),
    )
    cr.execute(
        """
        UPDATE upd_pause p SET event = a.id
          FROM upd_act a WHERE p.event IS NULL AND a.sub = p.sub AND a.date = p.first;
        INSERT INTO offer_subscription_pause (
            subscription_id, event_id, date_from, date_to, is_billed, create_uid, write_uid,
            create_date, write_date)
        SELECT sub, event, first, CASE WHEN resumed IS NULL THEN last END, FALSE, 1, 1,
               now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM upd_pause ORDER BY sub, first;
        INSERT INTO offer_subscription_resume (
            subscription_id, event_id, date, create_uid, write_uid, create_date, write_date)
        SELECT sub, resumed, last + 1, 1, 1, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM upd_pause WHERE resumed IS NOT NULL ORDER BY sub, first;
        """
    )


def write_ends(cr):
    """Create the ends that count, of the kind that can be told."""
    cr.execute(
        """
        ALTER TABLE upd_end ADD event int, ADD kind varchar;
        UPDATE upd_end d
           SET event = (
                SELECT e.id FROM offer_subscription_event e
                 WHERE e.subscription_id = d.sub AND e.date = d.last + 1 AND e.act_id IS NULL
                       AND (e.kind = 'notice' AND s.date_notice IS NOT NULL
                            OR e.kind = 'ended' AND s.date_notice IS NULL OR e.kind = 'changed')
                 -- later changes have movements on the same day, too
                 ORDER BY e.kind = 'changed', CASE WHEN e.kind = 'notice' THEN -e.id ELSE e.id END
                 LIMIT 1),
               kind = CASE
                WHEN s.date_notice IS NOT NULL THEN 'notice'
                WHEN s.unpaid_policy = 'end' AND EXISTS (
                    SELECT FROM offer_subscription_event e
                      JOIN account_move m ON m.id = e.move_id
                     WHERE e.subscription_id = d.sub AND e.kind = 'unpaid' AND e.date = d.last
                           AND position(m.name IN s.end_reason) > 0) THEN 'unpaid'
                WHEN s.renewal_mode IN ('end', 'quote') AND s.date_term_end = d.last
                     AND s.end_reason_id IS NULL THEN 'not_renewed'
                ELSE 'agreed' END
          FROM upd_sub s
         WHERE s.id = d.sub AND d.counts;
        """
    )
    create_acts(
        cr,
        SQL(
            """
            SELECT sub, last + 1 AS date,
                   CASE WHEN kind = 'notice' THEN 'notice' ELSE 'ended' END AS kind
              FROM upd_end WHERE counts AND event IS NULL
            """
        ),
    )
    cr.execute(
        """
        UPDATE upd_end d SET event = a.id
          FROM upd_act a WHERE d.counts AND d.event IS NULL AND a.sub = d.sub;
        INSERT INTO offer_subscription_end (
            subscription_id, event_id, date, kind, date_notice, reason_id, reason, create_uid,
            write_uid, create_date, write_date)
        SELECT d.sub, d.event, d.last, d.kind, s.date_notice, s.end_reason_id, s.end_reason, 1, 1,
               now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM upd_end d JOIN upd_sub s ON s.id = d.sub
         WHERE d.counts ORDER BY d.sub;
        """
    )


def write_waivers(cr):
    """Create the waivers of `upd_waiver`: line, sub, first, last, reason."""
    create_acts(
        cr,
        SQL("SELECT sub, first AS date, 'waived' AS kind FROM upd_waiver"),
    )
    cr.execute(
        """
        INSERT INTO offer_subscription_waiver (
            subscription_line_id, event_id, date_from, date_to, reason, create_uid, write_uid,
            create_date, write_date)
        SELECT w.line, a.id, w.first, w.last, w.reason, 1, 1, now() AT TIME ZONE 'UTC',
               now() AT TIME ZONE 'UTC'
          FROM upd_waiver w JOIN upd_act a ON a.sub = w.sub AND a.date = w.first
         ORDER BY w.line, w.first
        """
    )


def remember_known(cr):
    """Let open change quotations know the last act before them: a later one makes them stale."""
    cr.execute(
        SQL(
            """
            UPDATE sale_order
               SET offer_change_known_id = (
                       SELECT max(event.id)
                         FROM offer_subscription_event AS event
                        WHERE event.subscription_id = offer_change_subscription_id
                          AND event.create_date <= sale_order.create_date
                   )
             WHERE offer_change_subscription_id IS NOT NULL
               AND offer_change_known_id IS NULL
               AND state IN ('draft', 'sent')
            """
        )
    )


def name_acts(cr):
    """Let fees and revisions know the acts with which they are withdrawn."""
    cr.execute(
        """
        UPDATE offer_subscription_charge c SET event_id = e.id
          FROM upd_end d
          JOIN offer_subscription_event e ON e.id = d.event AND e.kind = 'ended'
         WHERE d.counts AND c.subscription_id = d.sub AND c.create_date = e.create_date;
        UPDATE offer_revision_line r SET event_id = x.event
          FROM (
            SELECT r.id, max(e.id) AS event
              FROM offer_revision_line r
              JOIN offer_revision v ON v.id = r.revision_id
              JOIN offer_subscription_phase p
                ON p.subscription_line_id = r.new_line_id AND p.date_start = v.date
              JOIN offer_subscription_event e ON e.id = p.event_id AND e.kind = 'revised'
             WHERE r.state = 'done'
             GROUP BY r.id) x
         WHERE x.id = r.id;
        """
    )
