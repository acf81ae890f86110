import os
import subprocess
import sys
import uuid
from pathlib import Path
from unittest import SkipTest

from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase, tagged

WORKER = Path(__file__).with_name('worker.py')
TEMPLATE = os.environ.get('SALE_OFFER_TEMPLATE')
STOCK = os.environ.get('SALE_OFFER_STOCK')
PAYERS = 12


@tagged('post_install', '-at_install')
class TestConcurrency(BaseCase):
    """Real processes on a real database: no day is billed twice, none is forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not TEMPLATE:
            raise SkipTest('needs the template database that "make test" gives')
        cls.prepared = cls._clone(TEMPLATE)
        cls.addClassCleanup(cls._drop, cls.prepared)
        cls.database = cls.prepared
        process = cls._start('prepare', PAYERS)
        err = process.communicate(timeout=240)[1]
        if process.returncode:
            raise AssertionError(err[-2000:])

    def setUp(self):
        super().setUp()
        self._renew()

    def _renew(self, source=None):
        """Work on a database of twelve payers that nothing happened to."""
        type(self).database = self._clone(source or self.prepared)
        self.addCleanup(self._drop, self.database)

    @classmethod
    def _clone(cls, source):
        name = f'{TEMPLATE}_{uuid.uuid4().hex[:8]}'
        cls._administrate(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return name

    @classmethod
    def _drop(cls, name):
        cls._administrate(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @staticmethod
    def _administrate(statement):
        with db_connect('postgres').cursor() as cr:
            cr._cnx.autocommit = True
            cr.execute(statement)

    @classmethod
    def _start(cls, command, *arguments, beside=False):
        config = 'SALE_OFFER_BESIDE_CONFIG' if beside else 'SALE_OFFER_CONFIG'
        folders = [*filter(None, sys.path), os.environ['SALE_OFFER_BESIDE']]
        process = subprocess.Popen(
            [
                *(sys.executable, str(WORKER), os.environ[config], cls.database),
                *map(str, (command, *arguments)),
            ],
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(folders)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        cls.addClassCleanup(process.kill)
        return process

    def _work(self, command, *arguments, status=0, beside=False):
        process = self._start(command, *arguments, beside=beside)
        out, err = process.communicate(timeout=400)
        self.assertEqual(process.returncode, status, err[-2000:])
        return out

    def _select(self, query):
        connection = db_connect(self.database)
        with connection.cursor() as cr:
            cr.execute(query)
            rows = cr.fetchall()
        close_db(self.database)
        return rows

    def _assert_all_billed_once(self):
        """Each line has one charge of January, each payer one posted invoice of 20.00."""
        charges = self._select(
            'SELECT subscription_line_id, count(*), min(date_from)::text, max(date_to)::text'
            ' FROM offer_billing_entry GROUP BY 1'
        )
        self.assertEqual(len(charges), 2 * PAYERS)
        self.assertEqual({row[1:] for row in charges}, {(1, '2027-01-01', '2027-01-31')}, charges)
        invoices = self._select(
            "SELECT partner_id, count(*), sum(amount_untaxed)::int, min(state) FROM account_move"
            " WHERE move_type = 'out_invoice' GROUP BY 1"
        )
        self.assertEqual(len(invoices), PAYERS)
        self.assertEqual({row[1:] for row in invoices}, {(1, 20, 'posted')}, invoices)
        parked = self._select('SELECT 1 FROM offer_subscription WHERE parked_reason IS NOT NULL')
        self.assertFalse(parked)

    def test_installing_touches_no_row_of_a_living_database(self):
        self._renew(STOCK)
        self.assertIn('no row was touched', self._work('install'))

    def test_uninstalling_leaves_a_working_odoo(self):
        self.assertIn('a working Odoo', self._work('uninstall'))

    def test_workers_at_once_share_out_the_payers(self):
        for workers in (2, 4, 8):
            self._renew()
            out = self._work('bill_at_once', workers)
            self.assertEqual(out.split(), ['0'] * workers)
            # what a worker lost to another it left to the next run
            self._work('bill')
            self._assert_all_billed_once()

    def test_an_old_snapshot_fails_instead_of_billing_again(self):
        self.assertIn('SerializationFailure', self._work('bill_behind_a_snapshot'))
        self._assert_all_billed_once()

    def test_who_changes_and_who_bills_at_once_see_each_other(self):
        # 14 of 31 days of 10.00, 17 of 30.00 (30.00 less 13.55), then a whole month of three
        changed = 4.52 + 16.45 + 30
        expected = {
            'change,change': ('tried again', changed),
            'pause,pause': ('tried again', 4.52),
            'change,pause': ('tried again', 4.52),
            'bill,bill': ('tried again', 20),
            'withdraw,withdraw': ('refused', 20),
        }
        for when in ('behind', 'beside'):
            self._assert_races(when, expected)

    def test_an_act_beside_a_run_is_never_lost(self):
        totals = {
            'change': 4.52 + 16.45 + 30,
            'pause': 4.52,
            'end': 4.52,
            # nothing is waived in February
            'waive': 4.52 + 10,
            'withdraw': 20,
        }
        for when in ('behind', 'beside'):
            expected = {}
            for act, total in totals.items():
                expected[f'run,{act}'] = expected[f'bill,{act}'] = ('tried again', total)
                expected[f'{act},bill'] = ('tried again', total)
                # a run leaves out whom somebody holds, and finds them the next time
                expected[f'{act},run'] = ('tried again' if when == 'behind' else 'left out', total)
            self._assert_races(when, expected)

    def _assert_races(self, when, expected):
        """:param dict expected: how it went and what is billed in the end, by what both do"""
        self._renew()
        told = [line.split(';') for line in self._work('race', when, *expected).splitlines()]
        self.assertEqual([acts for acts, *_rest in told], list(expected))
        for acts, outcome, total, hidden in told:
            self.assertTrue(outcome.startswith(expected[acts][0]), (when, acts, outcome))
            self.assertEqual(total, f'{expected[acts][1]:.2f}', (when, acts))
            self.assertEqual(hidden, '0', (when, acts))

    def test_a_payer_that_somebody_holds_is_left_out_as_a_whole(self):
        holder = self._start('hold_one', 60)
        self.assertEqual(holder.stdout.readline(), 'held\n')
        self._work('bill')
        invoices = self._select("SELECT count(*) FROM account_move WHERE state = 'posted'")
        self.assertEqual(invoices, [(PAYERS - 1,)])
        holder.kill()
        holder.wait()
        self._work('bill')
        self._assert_all_billed_once()

    def test_a_killed_run_is_finished_by_the_next(self):
        out = self._work('bill_and_die', 20)
        self.assertEqual(out.split(), ['killed'] * 20)
        # what was committed stands, and whole: no invoice is a draft, none lacks its days
        halves = self._select(
            "SELECT move.id FROM account_move AS move WHERE state != 'posted' OR 2 != ("
            ' SELECT count(*) FROM offer_billing_entry AS entry'
            ' JOIN account_move_line AS line ON line.id = entry.invoice_line_id'
            ' WHERE line.move_id = move.id)'
        )
        self.assertFalse(halves)
        billed = self._select('SELECT count(*) FROM account_move')[0][0]
        self.assertTrue(0 < billed < PAYERS, billed)
        self._work('bill')
        self._assert_all_billed_once()

    def test_a_run_stops_at_its_limit_and_goes_on(self):
        self._work('bill_and_stop')
        billed = self._select("SELECT count(*) FROM account_move WHERE state = 'posted'")
        self.assertEqual(billed, [(3,)])
        self._work('bill')
        self._assert_all_billed_once()

    def test_batches_are_jobs_where_there_is_a_queue(self):
        self._work('install_jobs', beside=True)
        self._work('bill', beside=True)
        self.assertFalse(self._select('SELECT id FROM account_move'))
        # asked again, the same batch waits but once
        self._work('bill', beside=True)
        self.assertIn("1 jobs of {'_bill_payers'}", self._work('perform_jobs', beside=True))
        self._assert_all_billed_once()
