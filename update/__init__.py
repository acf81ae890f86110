"""The update of a database of 19.0.1.2.0: chains of lines become facts.

One transaction, a statement for all subscriptions at once. What the old edition billed decides:
where its flags say something else, facts follow the lines. No amount is worked out anew; what is
settled stays settled. It runs once: its scripts see the columns that go, which Odoo drops at the
end.
"""

import logging

from odoo.tools import SQL

from ..models.billing.offer_billing_entry import OVERLAP_CONSTRAINT, OfferBillingEntry
from . import acts, entries, findings, included, levels, merge, revenue, rows, whole

_logger = logging.getLogger(__name__)

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


def prepare(cr):
    """What is to be done before Odoo brings the tables up to date."""
    _stand_in_for_guard(cr)
    entries.rename_kinds(cr)
    levels.add_levels(cr)


def update(env):
    """Let every subscription go by facts; what is shown is today's, by the clock of each company.

    :return: how many findings of each kind a person has to decide on
    :rtype: dict
    """
    env.flush_all()
    cr, subscriptions = env.cr, env['offer.subscription']
    before = cr.sql_log_count
    companies = env['res.company'].with_context(active_test=False).search([])
    today = {company.id: subscriptions._get_company_today(company) for company in companies}
    _drop_temporary(cr)
    _drop_guard(cr)
    plans = whole.Plans(cr)
    rows.read_chains(cr)
    whole.find_introductions(cr, plans)
    _settle(cr, plans)
    revenue.join_movements(cr)
    for step in (acts.write_phases, acts.write_pauses, acts.write_ends, acts.write_waivers):
        step(cr)
    counts = findings.write_findings(cr, plans)
    acts.remember_known(cr)
    revenue.correct(env)
    levels.follow_levels(cr)
    merge.repoint(env)
    acts.name_acts(cr)
    merge.merge(cr, today)
    merge.set_states(cr)
    findings.write_hints(cr)
    entries.link_runs(cr)
    # new rules that would regroup invoices begin as what was before
    companies.offer_payer_policy = 'contact'
    _add_guard(env)
    _drop_temporary(cr)
    env.invalidate_all()
    included.write_included(env)
    _logger.info('Updated to facts in %s statements.', cr.sql_log_count - before)
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


def _stand_in_for_guard(cr):
    """The guard can't hold before the entries are made what they become: something that looks like
    it to Odoo keeps it from trying.
    """
    _drop_guard(cr)
    _write_guard(cr, 'CHECK (TRUE)')


def _drop_guard(cr):
    cr.execute(
        SQL(
            'ALTER TABLE offer_billing_entry DROP CONSTRAINT IF EXISTS %s',
            SQL.identifier(OVERLAP_CONSTRAINT),
        )
    )


def _add_guard(env):
    """The database is the last guard: it must hold for what was made, or nothing is updated."""
    _write_guard(env.cr, _get_guard())


def _get_guard():
    return OfferBillingEntry._no_overlap.get_definition(None)


def _write_guard(cr, definition):
    name = SQL.identifier(OVERLAP_CONSTRAINT)
    cr.execute(SQL('ALTER TABLE offer_billing_entry ADD CONSTRAINT %s %s', name, SQL(definition)))
    # what Odoo compares
    cr.execute(SQL('COMMENT ON CONSTRAINT %s ON offer_billing_entry IS %s', name, _get_guard()))


def _drop_temporary(cr):
    cr.execute(
        r"SELECT relname FROM pg_class WHERE relpersistence = 't' AND relkind = 'r'"
        r" AND relname LIKE 'upd\_%' AND pg_table_is_visible(oid)"
    )
    for (name,) in cr.fetchall():
        cr.execute(SQL('DROP TABLE %s', SQL.identifier(name)))
