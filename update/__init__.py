"""The update of a database of 19.0.1.2.0: chains of lines become facts.

One transaction, a statement for all subscriptions at once. What the old edition billed decides:
where its flags say something else, facts follow the lines. No amount is worked out anew; what is
settled stays settled.
"""

from odoo.tools import SQL

from ..models.billing.offer_billing_entry import OVERLAP_CONSTRAINT
from . import acts, entries, findings, merge, rows, whole

OLDEST = (1, 2, 0)


class UpdateError(Exception):
    """Why a database can't be updated, in one sentence."""


def check_version(version):
    """:param str version: from which it is updated, e.g. '19.0.1.2.0'
    :raise UpdateError: if that is too old
    """
    parts = tuple(int(part) for part in version.split('.')[2:])
    if parts < OLDEST:
        raise UpdateError(
            f'Offers {version} can\'t be updated to this version: update it to 19.0.1.2.0 first.'
        )


def rename_kinds(cr):
    """Call the kinds of entries what they are called now, before anything reads them."""
    cr.execute(
        """
        UPDATE offer_billing_entry
           SET kind = CASE kind WHEN 'elsewhere' THEN 'external' ELSE 'one_time' END
         WHERE kind IN ('elsewhere', 'once')
        """
    )


def update(env, today=None):
    """Let every subscription go by facts that does not yet.

    :param today: by company, for what is shown; None: by the clock of each
    :type today: dict[res.company, datetime.date] | None
    :return: how many findings of each kind a person has to decide on
    :rtype: dict
    """
    env.flush_all()
    cr, subscriptions = env.cr, env['offer.subscription']
    companies = env['res.company'].with_context(active_test=False).search([])
    today = today or {company: subscriptions._get_company_today(company) for company in companies}
    _drop_temporary(cr)
    _drop_guard(cr)
    plans = whole.Plans(cr)
    rows.read_chains(cr)
    whole.find_introductions(cr, plans)
    _settle(cr, plans)
    for step in (acts.write_phases, acts.write_pauses, acts.write_ends, acts.write_waivers):
        step(cr)
    counts = findings.write_findings(cr, plans)
    acts.remember_known(cr)
    merge.repoint(env)
    merge.merge(cr, {company.id: day for company, day in today.items()})
    merge.set_states(cr)
    findings.write_hints(cr)
    _add_guard(env)
    _drop_temporary(cr)
    env.invalidate_all()
    return counts


def _settle(cr, plans):
    entries.begin(cr)
    entries.split_credited(cr)
    whole.settle_periods_once(cr, plans)
    entries.settle_once(cr)
    entries.split_contents(cr)
    entries.collect_waivers(cr)
    whole.widen_waivers(cr, plans)
    findings.find_gaps(cr, plans)
    findings.find_hints(cr)
    entries.write_contents(cr)
    entries.remember_external(cr)


def _drop_guard(cr):
    cr.execute(
        SQL(
            'ALTER TABLE offer_billing_entry DROP CONSTRAINT IF EXISTS %s',
            SQL.identifier(OVERLAP_CONSTRAINT),
        )
    )


def _add_guard(env):
    """The database is the last guard: it must hold for what was made, or nothing is updated."""
    entry = env['offer.billing.entry']
    (guard,) = (
        it for name, it in entry._table_objects.items() if it.full_name(entry) == OVERLAP_CONSTRAINT
    )
    env.cr.execute(
        SQL(
            'ALTER TABLE offer_billing_entry ADD CONSTRAINT %s %s',
            SQL.identifier(OVERLAP_CONSTRAINT),
            SQL(guard.get_definition(env.registry)),
        )
    )
    env.cr.execute(
        SQL(
            'COMMENT ON CONSTRAINT %s ON offer_billing_entry IS %s',
            SQL.identifier(OVERLAP_CONSTRAINT),
            guard.get_definition(env.registry),
        )
    )


def _drop_temporary(cr):
    cr.execute(
        r"SELECT relname FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'"
        r" AND relname LIKE 'upd\_%' AND pg_table_is_visible(oid)"
    )
    for (name,) in cr.fetchall():
        cr.execute(SQL('DROP TABLE %s', SQL.identifier(name)))
