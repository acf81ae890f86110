"""What is nobody's fault parks nobody, tells nobody and heals by itself, on a real server."""

from odoo.tests import tagged

from .process_case import PAYERS, ProcessCase


@tagged('post_install', '-at_install')
class TestTrouble(ProcessCase):
    def _bill_in_trouble(self, kind, billed, ends):
        """:param billed: how many invoices were made all the same
        :param bool ends: whether the run can't go on
        """
        out = self._work('bill_in_trouble', kind).split()
        self.assertIn(int(out[0]), billed, out)
        # neither parked nor told
        self.assertEqual(out[1:3], ['0', '0'])
        self.assertEqual(out[3], str(ends))
        self._work('bill')
        self._assert_all_billed_once()

    def test_a_statement_that_takes_too_long_keeps_one_payer(self):
        self._bill_in_trouble('time-out', [PAYERS - 1], ends=False)

    def test_a_deadlock_keeps_one_payer(self):
        self._bill_in_trouble('deadlock', [PAYERS - 1], ends=False)

    def test_a_lost_connection_ends_the_run(self):
        self._bill_in_trouble('lost connection', range(PAYERS), ends=True)

    def test_a_read_only_database_ends_the_run(self):
        self._bill_in_trouble('read-only', [0], ends=False)

    def test_a_full_disk_ends_the_run(self):
        self._bill_in_trouble('full disk', range(PAYERS), ends=False)
