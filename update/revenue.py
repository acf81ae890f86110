"""The recurring revenue: movements are corrected once, at the old dates.

What is missing between the facts and what was recorded becomes movements of an act of the update.
They are written past the ORM: they start no automation, and nobody is told.
"""

from collections import defaultdict

from odoo.tools import SQL, split_every

from ..models.subscription.movement_history import MovementHistory
from . import acts
from .whole import make_content, write_values

NAME = 'Recurring revenue corrected by the update'
# customers that are read together
BATCH = 500


def join_movements(cr):
    """Let the movements of one act point at it: they were written at once, under its name. Where
    none of them lies on its own day, the act is what moves nothing.
    """
    cr.execute(
        """
        UPDATE offer_subscription_event e SET act_id = a.act
          FROM (
            SELECT id, first_value(id) OVER (
                       PARTITION BY subscription_id, create_date, name
                       ORDER BY coalesce(mrr_change, 0) <> 0, id) AS act
              FROM offer_subscription_event) a
         WHERE a.id = e.id AND a.act <> e.id AND e.mrr_change <> 0
        """
    )


def correct(env):
    """Write what is missing, so that movements up to any day add up to the revenue of that day."""
    cr = env.cr
    _find_runs(cr)
    _find_revenue(env)
    known, unknown = _find_missing(env)
    _write_corrections(env, known)
    _write_corrections(env, _classify(env, unknown))
    _write_movements(cr)


def _find_runs(cr):
    """What each row delivers, on days of one version of the Service on which it hangs."""
    cr.execute(
        """
        CREATE TEMP TABLE upd_run AS
        WITH RECURSIVE up AS (
            SELECT id AS line, id AS root, parent FROM upd_line
             UNION ALL
            SELECT up.line, l.id, l.parent FROM up JOIN upd_line l ON l.id = up.parent
        )
        SELECT s.sub, s.row, p.product_tmpl_id AS service, d.first, d.last
          FROM upd_span s
          JOIN up ON up.line = s.line AND up.parent IS NULL
          JOIN upd_span a ON a.line = up.root
          JOIN upd_row r ON r.id = a.row
          JOIN product_product p ON p.id = r.product_id
          JOIN upd_sub u ON u.id = s.sub
         CROSS JOIN LATERAL (
            SELECT greatest(s.first, a.first) AS first,
                   least(s.delivered, a.delivered, u.certain_end) AS last) d
         WHERE d.first <= d.last;
        CREATE INDEX ON upd_run (row);
        ANALYZE upd_run;
        """
    )


def _find_revenue(env):
    """What each row comes to a month: worked out once for all that agree the same."""
    cr = env.cr
    cr.execute(
        """
        CREATE TEMP TABLE upd_mrr (row int, mrr numeric);
        SELECT (array_agg(u.id))[1], r.product_id, r.quantity, r.price_unit, r.discount,
               array_agg(r.id)
          FROM upd_row r
          JOIN upd_sub u ON u.id = r.sub
         WHERE EXISTS (SELECT FROM upd_run x WHERE x.row = r.id)
         GROUP BY u.company_id, u.currency_id, u.plan_id, r.product_id, r.quantity, r.price_unit,
                  r.discount
        """
    )
    agreed, found = cr.fetchall(), []
    subscriptions, products = (
        env[model].browse([each[place] for each in agreed])
        for place, model in enumerate(('offer.subscription', 'product.product'))
    )
    for subscription, product, (_s, _p, *numbers, keys) in zip(
        subscriptions, products, agreed, strict=True
    ):
        mrr = subscription._get_monthly_revenue(product, make_content(*numbers, 100.0))
        found += [(key, mrr) for key in keys]
    write_values(cr, 'INSERT INTO upd_mrr VALUES %s', found)
    cr.execute('CREATE UNIQUE INDEX ON upd_mrr (row); ANALYZE upd_mrr')


def _find_missing(env):
    """:return: what is missing by subscription, Service and day: with kind and movement of what
    was recorded then, and what was not
    """
    cr = env.cr
    cr.execute(
        """
        WITH jump AS (
            SELECT x.sub, x.service, x.first AS day, m.mrr FROM upd_run x JOIN upd_mrr m USING (row)
             UNION ALL
            SELECT x.sub, x.service, x.last + 1, -m.mrr FROM upd_run x JOIN upd_mrr m USING (row)
             WHERE x.last < 'infinity'
             UNION ALL
            SELECT e.subscription_id, e.service_id, e.date, -e.mrr_change
              FROM offer_subscription_event e
              JOIN upd_sub u ON u.id = e.subscription_id
             WHERE e.mrr_change <> 0
        ), missing AS (
            SELECT sub, service, day, sum(mrr) AS mrr FROM jump
             GROUP BY sub, service, day HAVING abs(sum(mrr)) > 0.000001
        )
        SELECT m.sub, m.service, m.day, m.mrr, e.kind, e.movement
          FROM missing m
          LEFT JOIN LATERAL (
            SELECT e.kind, e.movement FROM offer_subscription_event e
             WHERE e.subscription_id = m.sub AND e.service_id = m.service AND e.date = m.day
                   AND e.mrr_change <> 0 AND e.movement <> 'transfer'
             ORDER BY abs(e.mrr_change) DESC, e.id LIMIT 1) e ON TRUE
         ORDER BY m.sub, m.day, m.service
        """
    )
    missing, known, unknown = cr.fetchall(), [], defaultdict(dict)
    subscriptions = env['offer.subscription'].browse([sub for sub, *_rest in missing])
    for subscription, (_sub, service, day, mrr, kind, movement) in zip(
        subscriptions, missing, strict=True
    ):
        mrr = subscription.currency_id.round(float(mrr))
        if subscription.currency_id.is_zero(mrr):
            continue
        if movement:
            known.append((subscription, service, day, mrr, kind, movement))
            continue
        customer = subscription.partner_id.commercial_partner_id, subscription.company_id
        key = subscription, env['product.template'].browse(service or []), day
        unknown[customer, subscription.currency_id][key] = mrr
    return known, unknown


def _classify(env, unknown):
    """Tell apart what was recorded on no such day, as if an act brought it.

    :param dict unknown: jumps by customer: what goes from one of their subscriptions to another
        only moved
    :return: like what was recorded
    """
    for batch in split_every(BATCH, unknown.items(), list):
        subscriptions = env['offer.subscription'].union(
            *(key[0] for _customer, jumps in batch for key in jumps)
        )
        history = MovementHistory(subscriptions)
        for _customer, jumps in batch:
            for it in history.make_movements(jumps, 'changed', None, {}):
                yield (
                    env['offer.subscription'].browse(it['subscription_id']),
                    it['service_id'],
                    *(it[name] for name in ('date', 'mrr_change', 'kind', 'movement')),
                )


def _write_corrections(env, corrections):
    """Keep corrections, with what the company counts."""
    cr = env.cr
    cr.execute(
        """
        CREATE TEMP TABLE IF NOT EXISTS upd_correction (
            sub int, service int, day date, mrr numeric, kind varchar, movement varchar,
            company numeric)
        """
    )
    write_values(
        cr,
        'INSERT INTO upd_correction VALUES %s',
        [
            (
                *(subscription.id, service or None, day, mrr, *named),
                subscription._to_company_currency(mrr),
            )
            for subscription, service, day, mrr, *named in corrections
        ],
    )


def _write_movements(cr):
    acts.create_acts(
        cr,
        SQL("SELECT sub, min(day) AS date, 'changed' AS kind FROM upd_correction GROUP BY sub"),
        NAME,
    )
    cr.execute(
        """
        INSERT INTO offer_subscription_event (
            subscription_id, kind, date, name, movement, service_id, company_id, partner_id,
            user_id, plan_id, currency_id, date_cohort, mrr_change, mrr_company, arr_company,
            act_id, create_uid, write_uid, create_date, write_date)
        SELECT a.subscription_id, c.kind, c.day, a.name, c.movement, c.service, a.company_id,
               a.partner_id, a.user_id, a.plan_id, a.currency_id, a.date_cohort, c.mrr, c.company,
               12 * c.company, a.id, 1, 1, a.create_date, a.write_date
          FROM upd_correction c
          JOIN upd_act u ON u.sub = c.sub
          JOIN offer_subscription_event a ON a.id = u.id
         ORDER BY c.sub, c.day;
        UPDATE offer_subscription_event e
           SET date_cohort = coalesce((
                   SELECT min(o.date) FROM offer_subscription_event o
                    WHERE o.partner_id = e.partner_id AND o.company_id = e.company_id
                          AND o.mrr_change > 0), e.date)
          FROM upd_act u WHERE u.id IN (e.id, e.act_id)
        """
    )
