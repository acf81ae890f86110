import random
from datetime import date, timedelta

from odoo.tests import tagged
from odoo.tools import SQL

from .common import OfferCommon

NAME = 'offer_billing_entry_no_overlap'
RANGES = (
    "EXCLUDE USING gist (int4range(subscription_line_id, subscription_line_id, '[]') WITH &&,"
    " daterange(date_from, date_to, '[]') WITH &&) WHERE (kind IN ('charge', 'external')"
    ' AND is_void IS NOT TRUE AND is_taken_back IS NOT TRUE)'
)
# the first, the last, and neighbours between
LINES = (1, 16_777_216, 16_777_217, 2**31 - 2, 2**31 - 1)
# far from each other, so that days of one can't be told from the next where digits lack
DAYS = (date(1, 1, 1), date(1999, 12, 20), date(2027, 1, 1), date(9999, 12, 1))


@tagged('post_install', '-at_install')
class TestGuard(OfferCommon):
    """The database itself refuses to settle a day of a line twice."""

    def _get_definition(self):
        return self.env['offer.billing.entry']._no_overlap.get_definition(self.registry)

    def _read_definition(self):
        self.env.cr.execute(
            'SELECT contype, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s',
            [NAME],
        )
        return self.env.cr.fetchone()

    def test_it_refuses_what_shares_a_day_of_a_line_and_nothing_else(self):
        cr, rng = self.env.cr, random.Random(7)
        cr.execute(
            'CREATE TEMP TABLE guarded (subscription_line_id int, date_from date, date_to date,'
            ' kind varchar, is_void boolean, is_taken_back boolean)'
        )
        cr.execute(SQL('ALTER TABLE guarded ADD %s', SQL(self._get_definition())))
        kept, refused = [], 0
        for _row in range(600):
            first = rng.choice(DAYS) + timedelta(days=rng.randint(0, 25))
            last = first + timedelta(days=rng.choice((0, 0, 1, 4)))
            row = (
                rng.choice(LINES),
                first,
                last,
                rng.choice(('charge', 'charge', 'external', 'credit', 'one_time')),
                rng.choice((None, False, False, True)),
                rng.choice((None, False, False, True)),
            )
            cr.execute(
                'INSERT INTO guarded VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING', row
            )
            line, first, last, kind, is_void, is_taken_back = row
            settles = kind in ('charge', 'external') and not is_void and not is_taken_back
            is_twice = settles and any(
                line == other and first <= end and start <= last for other, start, end in kept
            )
            self.assertEqual(cr.rowcount, 0 if is_twice else 1, row)
            refused += is_twice
            if settles and not is_twice:
                kept.append((line, first, last))
        self.assertGreater(min(len(kept), refused), 50)
        cr.execute('DROP TABLE guarded')

    def test_an_update_replaces_that_of_an_older_database(self):
        cr, table = self.env.cr, SQL.identifier('offer_billing_entry')
        name = SQL.identifier(NAME)
        cr.execute(SQL('ALTER TABLE %s DROP CONSTRAINT %s', table, name))
        cr.execute(SQL('ALTER TABLE %s ADD CONSTRAINT %s %s', table, name, SQL(RANGES)))
        cr.execute(SQL('COMMENT ON CONSTRAINT %s ON %s IS %s', name, table, RANGES))
        self.assertNotIn('box(', self._read_definition()[1])
        entries = self.env['offer.billing.entry']
        entries._no_overlap.apply_to_database(entries)
        kind, definition = self._read_definition()
        self.assertEqual(kind, 'x')
        self.assertIn('box(', definition)
