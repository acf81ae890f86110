import os
import subprocess
import sys
import uuid
from pathlib import Path

from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase, tagged

WORKER = Path(__file__).with_name('worker.py')
TEMPLATE = os.environ.get('SALE_OFFER_TEMPLATE')
STOCK = os.environ.get('SALE_OFFER_STOCK')
PAYERS = 12


@tagged('post_install', '-at_install')
class TestConcurrency(BaseCase):
    """Real processes on a real database: no day is billed twice, none is forgotten."""

    def setUp(self):
        super().setUp()
        if not TEMPLATE:
            self.skipTest('needs the template database that "make test" gives')
        self.database = f'{TEMPLATE}_{uuid.uuid4().hex[:8]}'
        self._administrate(f'CREATE DATABASE "{self.database}" TEMPLATE "{TEMPLATE}"')
        self.addCleanup(
            self._administrate, f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)'
        )
        self._work('prepare', PAYERS)

    @staticmethod
    def _administrate(statement):
        with db_connect('postgres').cursor() as cr:
            cr._cnx.autocommit = True
            cr.execute(statement)

    def _start(self, command, argument=''):
        arguments = [argument] if argument != '' else []
        process = subprocess.Popen(
            [
                *(sys.executable, str(WORKER), os.environ['SALE_OFFER_CONFIG'], self.database),
                *map(str, (command, *arguments)),
            ],
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        return process

    def _work(self, command, argument='', status=0):
        process = self._start(command, argument)
        out, err = process.communicate(timeout=120)
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
        self._administrate(f'DROP DATABASE "{self.database}" WITH (FORCE)')
        self._administrate(f'CREATE DATABASE "{self.database}" TEMPLATE "{STOCK}"')
        self.assertIn('no row was touched', self._work('install'))

    def test_uninstalling_leaves_a_working_odoo(self):
        self.assertIn('a working Odoo', self._work('uninstall'))

    def test_workers_at_once_share_out_the_payers(self):
        workers = [self._start('bill') for _worker in range(3)]
        for worker in workers:
            _out, err = worker.communicate(timeout=120)
            self.assertEqual(worker.returncode, 0, err[-2000:])
        # what a worker lost to another it left to the next run
        self._work('bill')
        self._assert_all_billed_once()

    def test_an_old_snapshot_fails_instead_of_billing_again(self):
        self.assertIn('SerializationFailure', self._work('bill_behind_a_snapshot'))
        self._assert_all_billed_once()

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
        for commits in (0, 1, 2):
            process = self._start('bill_and_die', commits)
            process.communicate(timeout=120)
            if commits < 2:
                self.assertEqual(process.returncode, -9)
        self._work('bill')
        self._assert_all_billed_once()
