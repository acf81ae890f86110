from odoo.tests import tagged

from .process_case import PAYERS, STOCK, ProcessCase


@tagged('post_install', '-at_install')
class TestConcurrency(ProcessCase):
    """Real processes on a real database: no day is billed twice, none is forgotten."""

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
            'transfer,transfer': ('refused', 4.52),
            'transfer,change': ('refused', 4.52),
            'change,transfer': ('tried again', 4.52),
        }
        for when in ('behind', 'beside'):
            self._assert_races(when, expected)

    def test_an_act_beside_a_run_is_never_lost(self):
        totals = {
            'change': 4.52 + 16.45 + 30,
            'pause': 4.52,
            'end': 4.52,
            'transfer': 4.52,
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

    def test_a_server_bills_what_a_run_asks_for(self):
        self._work('start_run')
        server = self._serve()
        self._wait_for("SELECT 1 FROM offer_billing_run WHERE state = 'done'")
        server.terminate()
        server.wait()
        self._assert_all_billed_once()

    def test_batches_are_jobs_where_there_is_a_queue(self):
        self._work('install_jobs', beside=True)
        self._work('bill', beside=True)
        self.assertFalse(self._select('SELECT id FROM account_move'))
        # asked again, the same batch waits but once
        self._work('bill', beside=True)
        self.assertIn("1 jobs of {'_bill_payers'}", self._work('perform_jobs', beside=True))
        self._assert_all_billed_once()

    def test_what_waits_in_the_queue_is_not_enqueued_again(self):
        self._work('install_jobs', beside=True)
        # nothing is due by the clock
        out = self._work('schedule_jobs', 2, beside=True)
        nothing = '0 jobs of 0 payers, 0 of them different, {}'
        self.assertEqual(out.splitlines(), [nothing, nothing, 'warnings: []'])
        self._work('start_run')
        (run,) = self._select('SELECT id FROM offer_billing_run')[0]
        waiting = f'4 jobs of {PAYERS} payers, {PAYERS} of them different, {{{run}}}'
        out = self._work('schedule_jobs', 2, beside=True)
        self.assertEqual(out.splitlines(), [waiting, waiting, 'warnings: []'])
        self._work('shift_jobs', beside=True)
        out = self._work('schedule_jobs', 1, beside=True)
        self.assertEqual(out.splitlines(), [waiting, 'warnings: []'])
        self._work('perform_jobs', beside=True)
        self._assert_all_billed_once()
        # whoever billed the first payer was no run; the last job ends the run
        billed = self._select(
            'SELECT run_id, count(*) FROM offer_billing_entry GROUP BY 1 ORDER BY 1'
        )
        self.assertEqual(billed, [(run, 2 * PAYERS - 2), (None, 2)])
        self.assertEqual(self._select('SELECT state FROM offer_billing_run'), [('done',)])
        out = self._work('schedule_jobs', 1, beside=True)
        self.assertEqual(out.splitlines(), [nothing, 'warnings: []'])
