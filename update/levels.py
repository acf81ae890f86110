"""Reports of service levels keep the level that they were made for."""


def add_levels(cr):
    """Store the level before Odoo would work it out for all of them, and with it anew what was
    measured and credited.
    """
    cr.execute(
        """
        ALTER TABLE offer_sla_report ADD COLUMN IF NOT EXISTS tier_id int;
        UPDATE offer_sla_report r SET tier_id = l.tier_id
          FROM offer_subscription_line l
         WHERE l.id = r.subscription_line_id;
        """
    )


def follow_levels(cr):
    """Of a month with several levels a report names a day on which its own was agreed. A former
    row had one level for all of its days.
    """
    cr.execute(
        """
        UPDATE offer_sla_report r SET date = x.day
          FROM (
            SELECT r.id, (
                       SELECT min(greatest(s.first, d.month)) FROM upd_span s
                        WHERE s.row = m.row AND s.first < d.next AND s.delivered >= d.month) AS day,
                   (SELECT w.tier_id
                      FROM upd_span s JOIN upd_row w ON w.id = s.row
                     WHERE s.line = m.line AND w.tier_id IS NOT NULL AND s.first < d.next
                           AND s.delivered >= d.month
                     ORDER BY r.date BETWEEN s.first AND s.delivered DESC, s.first
                     LIMIT 1) AS found
              FROM offer_sla_report r
              JOIN upd_map m ON m.row = r.subscription_line_id
             CROSS JOIN LATERAL (
                SELECT date_trunc('month', r.date)::date AS month,
                       (date_trunc('month', r.date) + interval '1 month')::date AS next) d
          ) x
         WHERE x.id = r.id AND x.found IS DISTINCT FROM r.tier_id AND x.day IS NOT NULL
        """
    )
