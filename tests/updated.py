"""A database of the old edition that was updated, and what was known of it before."""

import datetime
import os
import re
import sys
from collections import defaultdict
from pathlib import Path
from unittest import SkipTest

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase
from odoo.tools import SQL, config

from odoo.addons.sale_offer.tools.amounts import to_decimal
from odoo.addons.sale_offer.tools.facts import Content
from odoo.addons.sale_offer.tools.ledger import Entry

from .old_edition import Databases, OldEdition, run
from .oracle_update import OldBooks

STOCK = os.environ.get('SALE_OFFER_STOCK')
UPDATING = Path(__file__).with_name('updating.py')
# the life of the old edition ends on this day
TODAY = datetime.date(2026, 12, 20)
LATER = datetime.date(2027, 12, 1)
HORIZON = datetime.date(2028, 2, 1)
KINDS = ('charge', 'external')
REFERENCES = (
    ('offer_count', 'subscription_line_id'),
    ('offer_revision_line', 'subscription_line_id'),
    ('offer_revision_line', 'new_line_id'),
    ('offer_sla_report', 'subscription_line_id'),
    ('offer_subscription_charge', 'subscription_line_id'),
    ('sale_order_line', 'offer_subscription_line_id'),
)


class OldDatabaseCase(BaseCase):
    """Has clones of what the code of 19.0.1.2.0 made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not STOCK:
            raise SkipTest('needs the databases that "make test" gives')
        cls.config = Path(os.environ['SALE_OFFER_CONFIG'])
        cls.databases = Databases(STOCK)
        cls.old = OldEdition(cls.databases, Path(os.environ['SALE_OFFER_FILES']), cls.config)

    @classmethod
    def _clone(cls, source, name):
        """:return: the name of a clone, which goes with the tests"""
        database = f'{STOCK}_{name}'
        cls.databases.clone(source, database)
        cls.addClassCleanup(cls.databases.drop, database)
        return database

    @classmethod
    def _update(cls, database):
        """Update it in a process of its own, as if it were the last day of the old edition.

        :return: what was logged
        """
        return run([sys.executable, UPDATING, cls.config, database, TODAY])

    @staticmethod
    def _ask(database, query):
        """:return: the rows of a query, in a transaction of its own"""
        with db_connect(database).cursor() as cr:
            cr.execute(query)
            rows = cr.fetchall() if cr.description else []
        close_db(database)
        return rows


class UpdatedCase(OldDatabaseCase):
    """The database is made once, then updated once; the tests look at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = cls._clone(cls.old.ensure(), 'updated')
        cls.previews = {
            key: [row for row in rows if row['kind'] != 'once']
            for key, rows in cls.old.read_previews().items()
        }
        with db_connect(cls.database).cursor() as cr:
            cls._read_old(cr)
        close_db(cls.database)
        (statements,) = re.findall(
            r'Updated to facts in (\d+) statements', cls._update(cls.database)
        )
        cls.statements = int(statements)
        cls.addClassCleanup(Registry.delete, cls.database)
        cursor = cls._load_registry().cursor()
        cls.addClassCleanup(close_db, cls.database)
        cls.addClassCleanup(cursor.close)
        cls.cr = cursor
        cls.env = api.Environment(cursor, SUPERUSER_ID, {})
        cls._read_updated()

    @classmethod
    def _load_registry(cls):
        """Load it as a server does: Odoo looks for tests where it tests."""
        tested = config['test_enable']
        config['test_enable'] = False
        try:
            return Registry(cls.database)
        finally:
            config['test_enable'] = tested

    @classmethod
    def _read_old(cls, cr):
        cls.books = OldBooks(cr, HORIZON)
        cls.referring = cls._read_references(cr)
        cls.reports = cls._read_reports(cr, 'l.tier_id')
        cr.execute('SELECT id, date, mrr_change, name FROM offer_subscription_event')
        cls.events = {key: values for key, *values in cr.fetchall()}
        cr.execute("SELECT count(*) FROM mail_message WHERE model LIKE 'offer.%%'")
        (cls.messages,) = cr.fetchone()

    @classmethod
    def _read_references(cls, cr):
        """:return: by table, the former line of each row that points at one"""
        found = {}
        for table, column in REFERENCES:
            cr.execute(
                SQL(
                    'SELECT id, %(column)s FROM %(table)s WHERE %(column)s IS NOT NULL',
                    column=SQL.identifier(column),
                    table=SQL.identifier(table),
                )
            )
            found[table, column] = dict(cr.fetchall())
        cr.execute("SELECT id, res_id FROM ir_model_data WHERE model = 'offer.subscription.line'")
        found['ir_model_data', 'res_id'] = dict(cr.fetchall())
        return found

    @staticmethod
    def _read_reports(cr, level):
        """:return: by report of a service level, its level and what was measured and credited"""
        cr.execute(
            SQL(
                """
                SELECT r.id, date_trunc('month', r.date), %s, service_hours, downtime_hours,
                       availability, fee, percent, credit, reason
                  FROM offer_sla_report r
                  JOIN offer_subscription_line l ON l.id = r.subscription_line_id
                """,
                SQL.identifier(*level.split('.')),
            )
        )
        return {key: values for key, *values in cr.fetchall()}

    @classmethod
    def _find_subscriptions(cls):
        subscriptions = cls.env['offer.subscription'].with_context(active_test=False)
        return subscriptions.search([('state', '!=', 'pending')])

    @classmethod
    def _read_updated(cls):
        cls.cr.execute('SELECT former_id, line_id FROM offer_subscription_line_alias')
        cls.alias = dict(cls.cr.fetchall())
        cls.lines = defaultdict(set)
        for row, chain in cls.books.chains.items():
            cls.lines[chain].add(cls.alias.get(row, row))
        cls.chain_of = {line: chain for chain, lines in cls.lines.items() for line in lines}
        cls.timelines = {
            subscription.id: subscription._get_timeline()
            for subscription in cls._find_subscriptions()
        }
        cls.entries = defaultdict(list)
        live = cls.env['offer.billing.entry'].search(
            [('kind', 'in', list(KINDS)), ('is_void', '!=', True), ('is_taken_back', '=', False)]
        )
        for entry in live:
            content = Content(
                entry.product_id.id,
                entry.product_uom_id.id,
                *map(to_decimal, (entry.quantity, entry.price_unit, entry.discount)),
                to_decimal(entry.introductory_percent),
            )
            line = entry.subscription_line_id
            days = entry.date_from, entry.date_to
            cls.entries[line.subscription_id.id].append(
                Entry(entry.id, line.id, *days, entry.kind, content)
            )
        cls.cr.execute('SELECT kind, line_id, date_from, date_to, amount FROM offer_update_finding')
        cls.findings = cls.cr.fetchall()
