"""A database of the old edition that was updated, and what was known of it before."""

import datetime
import os
import sys
from collections import defaultdict
from pathlib import Path
from unittest import SkipTest

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.sql_db import close_db
from odoo.tests import BaseCase
from odoo.tools import config

from odoo.addons.sale_offer.tools.amounts import to_decimal
from odoo.addons.sale_offer.tools.facts import Content
from odoo.addons.sale_offer.tools.ledger import Entry
from odoo.addons.sale_offer.update import rename_kinds, update

from .old_edition import Databases, OldEdition, run
from .oracle_update import OldBooks

STOCK = os.environ.get('SALE_OFFER_STOCK')
# the life of the old edition ends on this day
TODAY = datetime.date(2026, 12, 20)
LATER = datetime.date(2027, 12, 1)
HORIZON = datetime.date(2028, 2, 1)
KINDS = ('charge', 'external')


class UpdatedCase(BaseCase):
    """The database is made once, then updated once; the tests look at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not STOCK:
            raise SkipTest('needs the databases that "make test" gives')
        databases = Databases(STOCK)
        file = Path(os.environ['SALE_OFFER_CONFIG'])
        old = OldEdition(databases, Path(os.environ['SALE_OFFER_FILES']), file).ensure()
        cls.database = f'{STOCK}_updated'
        databases.clone(old, cls.database)
        cls.addClassCleanup(databases.drop, cls.database)
        options = ['-d', cls.database, '-u', 'sale_offer', '--stop-after-init', '--no-http']
        run([sys.executable, '-m', 'odoo', 'server', '-c', file, *options])
        cls.addClassCleanup(Registry.delete, cls.database)
        cursor = cls._load_registry().cursor()
        cls.addClassCleanup(close_db, cls.database)
        cls.addClassCleanup(cursor.close)
        cls.cr = cursor
        cls.env = api.Environment(cursor, SUPERUSER_ID, {})
        rename_kinds(cursor)
        cls.books = OldBooks(cursor, HORIZON)
        cls.previews = cls._preview_as_before()
        cls.referring = cls._read_references()
        cls.today = {company: TODAY for company in cls.env['res.company'].search([])}
        before = cursor.sql_log_count
        cls.counts = update(cls.env, cls.today)
        cls.statements = cursor.sql_log_count - before
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
    def _preview_as_before(cls):
        """:return: what the old engine would bill, by subscription and day of the run"""
        previews = {}
        for subscription in cls._find_subscriptions():
            for until in (TODAY, LATER):
                rows = subscription.with_context(
                    allowed_company_ids=subscription.company_id.ids
                ).preview(until)
                previews[subscription.id, until] = [
                    row for row in rows if row['kind'] != 'one_time'
                ]
        return previews

    @classmethod
    def _find_subscriptions(cls):
        subscriptions = cls.env['offer.subscription'].with_context(active_test=False)
        return subscriptions.search([('state', '!=', 'pending')])

    @classmethod
    def _read_references(cls):
        """:return: by table, the former line of each row that points at one"""
        found = {}
        for table, column in (
            ('offer_count', 'subscription_line_id'),
            ('offer_revision_line', 'subscription_line_id'),
            ('offer_revision_line', 'new_line_id'),
            ('offer_sla_report', 'subscription_line_id'),
            ('offer_subscription_charge', 'subscription_line_id'),
            ('sale_order_line', 'offer_subscription_line_id'),
        ):
            cls.cr.execute(f'SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL')
            found[table, column] = dict(cls.cr.fetchall())
        cls.cr.execute(
            "SELECT id, res_id FROM ir_model_data WHERE model = 'offer.subscription.line'"
        )
        found['ir_model_data', 'res_id'] = dict(cls.cr.fetchall())
        return found

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
        cls.cr.execute(
            'SELECT kind, line_id, date_from, date_to, amount FROM sale_offer_update_finding'
        )
        cls.findings = cls.cr.fetchall()
