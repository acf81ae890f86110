"""Tests in processes of their own, on databases of their own: what commits, races and dies."""

import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from unittest import SkipTest

from odoo.sql_db import close_db, db_connect
from odoo.tests import BaseCase

WORKER = Path(__file__).with_name('worker.py')
TEMPLATE = os.environ.get('SALE_OFFER_TEMPLATE')
STOCK = os.environ.get('SALE_OFFER_STOCK')
PAYERS = 12


class ProcessCase(BaseCase):
    """Real processes on a real database of their own."""

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

    def _serve(self):
        """:return: a server that does nothing but what is scheduled, at Odoo's own limits"""
        config = os.environ['SALE_OFFER_CONFIG']
        command = [sys.executable, '-m', 'odoo', 'server', '-c', config, '-d', self.database]
        server = subprocess.Popen(
            [*command, '--no-http', '--max-cron-threads', '2', '--log-level', 'error'],
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.DEVNULL,
        )
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return server

    def _wait_for(self, query, seconds=120):
        """Wait until a query has rows; a server that has just begun to listen is woken."""
        deadline = time.monotonic() + seconds
        while not self._select(query):
            with db_connect('postgres').cursor() as cr:
                cr.execute("SELECT pg_notify('cron_trigger', %s)", [self.database])
            self.assertLess(time.monotonic(), deadline, query)
            time.sleep(0.5)

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
