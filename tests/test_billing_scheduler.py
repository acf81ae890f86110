"""The scheduler: each is visited only if something can happen to it, and it doesn't idle."""

import errno
import time

import psycopg2
from psycopg2.errors import DeadlockDetected, ExclusionViolation, NotNullViolation

from odoo.exceptions import LockError, UserError
from odoo.tests import BaseCase, tagged

from odoo.addons.sale_offer.models.subscription.faults import is_nobodys
from odoo.addons.sale_offer.tools import batches as bounds
from odoo.addons.sale_offer.tools.batches import FIRST_LINES, SECONDS, Batches

from .common import OfferCommon

# with one company; whatever lies in the database
MOST_QUERIES_AT_IDLE = 15


@tagged('post_install', '-at_install')
class TestScheduler(OfferCommon):
    def _count_queries(self, day):
        """:return: queries of a run on that day"""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, user=self.ref('base.user_root'), su=True)
            subscriptions = env['offer.subscription']
            before = cr.sql_log_count
            subscriptions._cron_bill(day)
            count = cr.sql_log_count - before
        self.env.invalidate_all()
        return count

    def test_with_nothing_to_do_it_costs_a_handful_of_queries(self):
        subscriptions = self._agree_policies(3)
        self._run_scheduler('2027-01-10')
        for invoice in subscriptions._get_invoices():
            self._pay(invoice)
        counts = [self._count_queries(f'2027-01-{day}') for day in (20, 30)]
        self._agree_policies(5)
        self._run_scheduler('2027-01-30')
        for invoice in self.env['offer.subscription'].search([])._get_invoices():
            self._pay(invoice)
        counts.append(self._count_queries('2027-01-31'))
        self.assertEqual(len(set(counts)), 1, counts)
        self.assertLessEqual(counts[0], MOST_QUERIES_AT_IDLE)

    def _pay(self, invoice):
        if invoice.payment_state != 'paid':
            wizard = self.env['account.payment.register'].with_context(
                active_model='account.move', active_ids=invoice.ids
            )
            wizard.create({}).action_create_payments()

    def test_each_is_looked_at_when_something_becomes_of_its_term(self):
        automatic = self._agree_policies(1)
        # thirty days before 2028-01-01
        self.assertEqual(str(automatic.date_next_renewal), '2027-12-02')
        self._run_scheduler('2027-12-02', live=True)
        # announced: next it is renewed
        self.assertEqual(str(automatic.date_next_renewal), '2028-01-01')
        self._run_scheduler('2028-01-01', live=True)
        self.assertEqual(str(automatic.date_term_end), '2028-12-31')
        self.assertEqual(str(automatic.date_next_renewal), '2028-12-02')

        quoted = self._agree_policies(1, renewal_mode='quote')
        self.assertEqual(str(quoted.date_next_renewal), '2027-11-21')
        self._run_scheduler('2027-11-21', live=True)
        self.assertTrue(quoted.renewal_order_id)
        # ten days before the end it is reminded of, then it ends
        self.assertEqual(str(quoted.date_next_renewal), '2027-12-21')
        self._run_scheduler('2027-12-21', live=True)
        self.assertEqual(str(quoted.date_next_renewal), '2028-01-01')
        self._run_scheduler('2028-01-01', live=True)
        self.assertEqual((str(quoted.date_end), quoted.date_next_renewal), ('2027-12-31', False))

        # without a next term, or with an end, there is nothing to look at
        self.assertFalse(
            self._agree_policies(1, renewal_mode='auto', renewal_count=0).date_next_renewal
        )
        automatic.give_notice('2028-06-01')
        self.assertFalse(automatic.date_next_renewal)
        automatic.withdraw_notice()
        self.assertEqual(str(automatic.date_next_renewal), '2028-12-02')

    def test_other_days_ahead_are_followed(self):
        subscription = self._agree_policies(1)
        self.plan.renewal_announce_days = 60
        today = subscription._get_company_today(self.company)
        self.assertEqual(subscription.date_next_renewal, today)
        self._run_scheduler(today, live=True)
        self.assertEqual(str(subscription.date_next_renewal), '2027-11-02')

    def test_renewals_cost_a_query_for_many_alike(self):
        few, many = self._agree_policies(1, renewal_percent=0), self.env['offer.subscription']
        day = few._to_day('2028-01-01')
        counts = []
        for found in (
            few,
            self._agree_policies(4, renewal_percent=0),
            self._agree_policies(8, renewal_percent=0),
        ):
            many |= found
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found.with_context(tracking_disable=True)._follow_term(day)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(many.mapped('renewals'), [1] * 13)
        # what each one more costs
        each = (counts[2] - counts[1]) / 4
        self.assertLessEqual(each, 3, counts)

    def test_a_run_without_time_leaves_its_work_and_wakes_the_workers(self):
        subscriptions = self._agree_policies(2, minimum_term_count=0)
        subscriptions[1].partner_invoice_id = self.partner_b
        cron = self.env.ref('sale_offer.ir_cron_bill')
        triggers = self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)])
        triggers.unlink()
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            progress = self.env(cr=cr)['ir.cron.progress'].sudo().create({'cron_id': cron.id})
            context = {'cron_id': cron.id, 'ir_cron_progress_id': progress.id}
            env = self.env(cr=cr, user=self.ref('base.user_root'), su=True, context=context)

            def run(seconds):
                end = time.monotonic() + seconds
                scheduled = env['offer.subscription'].with_context(cron_end_time=end)
                scheduled._cron_bill('2027-01-01')
                cr.commit()  # pylint: disable=invalid-commit

            found = env['ir.cron.trigger'].search
            run(-1)
            # no time at all: what there is to do is left, and Odoo comes back
            self.assertEqual((progress.done, progress.remaining), (0, 1))
            self.assertFalse(env['offer.billing.entry'].search([]))
            self.assertFalse(found([('cron_id', '=', cron.id)]))
            run(60)
            self.assertEqual(progress.remaining, 0)
            self.assertEqual(len(env['offer.billing.entry'].search([])), 2)
            self.assertFalse(found([('cron_id', '=', cron.id)]))

    def test_time_that_is_over_within_a_run_triggers_the_next(self):
        subscription = self._agree_policies(1, minimum_term_count=0)
        cron = self.env.ref('sale_offer.ir_cron_bill')
        self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).unlink()
        company = subscription.company_id
        scheduled = subscription.with_context(cron_id=cron.id)
        # as when a batch took all the time that there was
        self.patch(type(subscription), '_bill_company', lambda *args: False)
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            scheduled.with_env(self.env(cr=cr, su=True)).with_context(cron_id=cron.id)._cron_bill(
                '2027-01-01'
            )
        self.env.invalidate_all()
        self.assertTrue(company)
        self.assertTrue(self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]))

    def test_trouble_wakes_nobody(self):
        """A full disk is looked at each minute, not all the time."""
        self._agree_policies(1, minimum_term_count=0)
        cron = self.env.ref('sale_offer.ir_cron_bill')
        self.env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]).unlink()
        subscriptions = self.env.registry['offer.subscription']
        self.patch(subscriptions, '_try_chunk', lambda *args: (0, DeadlockDetected()))
        self.patch(bounds, 'MOST_FAILURES', 1)
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            progress = self.env(cr=cr)['ir.cron.progress'].sudo().create({'cron_id': cron.id})
            context = {'cron_id': cron.id, 'ir_cron_progress_id': progress.id}
            env = self.env(cr=cr, user=self.ref('base.user_root'), su=True, context=context)
            env['offer.subscription']._cron_bill('2027-01-01')
            # Odoo comes back
            self.assertEqual(progress.remaining, 1)
            self.assertFalse(env['ir.cron.trigger'].search([('cron_id', '=', cron.id)]))

    def test_what_is_archived_after_its_end_is_billed(self):
        plan = self._create_plan('Arrears', billing_mode='arrears')
        self._create_price(31.0, plan_id=plan.id)
        subscription = self._subscribe(plan_id=plan.id, tier_id=self.bronze.id, options=[])
        subscription.end('2027-01-10', 'moved')
        subscription._store_day(subscription._to_day('2027-01-11'))
        self.assertEqual(subscription.state, 'closed')
        subscription.active = False
        self._run_scheduler('2027-01-11')
        # three times 10 of 31 days of 31.00
        self.assertEqual(subscription._get_invoices().amount_untaxed, 30.0)

    # === RUNS === #

    def test_a_job_that_outlives_its_run_bills(self):
        subscription = self._subscribe(options=[])
        run = self.env['offer.billing.run'].create({'date': '2027-01-01'})
        number = run.id
        run.unlink()
        day = subscription._to_day('2027-01-01')
        payers = subscription.partner_invoice_id.ids
        subscription.sudo()._bill_payers(self.company.id, payers, day, number)
        self.assertFalse(subscription.parked_reason)
        self.assertTrue(subscription._get_invoices())

    def test_a_run_knows_its_invoices(self):
        other = self._subscribe({'partner_id': self.partner_b.id}, options=[])
        # the same day, by hand, while a run has begun
        run = self.env['offer.billing.run'].create({'date': '2027-01-01'})
        mine = self._subscribe(options=[])
        run.action_start()
        by_hand = other.bill('2027-01-01')
        self._run_job('ir_cron_bill')
        invoices = self.env['account.move'].search(run._get_invoice_domain())
        self.assertEqual(invoices, mine._get_invoices())
        self.assertNotIn(by_hand, invoices)
        self.assertEqual((run.count_invoices, run.state), (1, 'done'))

    def test_a_draft_that_is_made_anew_stays_the_runs(self):
        self.plan.invoice_handling = 'draft'
        subscription = self._subscribe(options=[])
        run = self.env['offer.billing.run'].create({'date': '2027-01-01'})
        run.action_start()
        self._run_job('ir_cron_bill')
        before = subscription._get_invoices()
        subscription.change('2027-01-01', [{'line_id': subscription.line_ids.id, 'quantity': 5}])
        after = subscription._get_invoices()
        self.assertNotEqual(before, after)
        self.assertEqual(self.env['account.move'].search(run._get_invoice_domain()), after)

    def test_a_reference_that_is_not_there_is_empty(self):
        self._subscribe(options=[]).bill('2027-01-01')
        self.env.flush_all()
        self.env.cr.execute("SELECT count(*) FROM account_move WHERE ref = ''")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    # === PARKED === #

    def _break(self, subscription):
        journal = self.company_data['default_journal_sale'].copy({'code': 'OLD'})
        subscription.journal_id = journal
        journal.active = False

    def test_whoever_is_responsible_is_told_once(self):
        seller, keeper = self.salesperson, self.accountant
        told = {}
        for name, values in {
            'seller': {'user_id': seller.id},
            'company': {'user_id': False},
            'archived': {'user_id': self._new_user('gone', 'sales_team.group_sale_salesman').id},
        }.items():
            self.company.offer_responsible_id = keeper
            line = {'quantity': 3, 'price_unit': 50.0}
            subscription = self._come_in(line, date_start='2027-01-01', **values)
            if name == 'archived':
                subscription.user_id.active = False
            self._break(subscription)
            for _twice in range(2):
                self._run_scheduler('2027-01-01')
            told[name] = subscription.activity_ids.mapped('user_id')
            self.assertEqual(len(subscription.activity_ids), 1, name)
        self.assertEqual(told, {'seller': seller, 'company': keeper, 'archived': keeper})

    def test_who_may_not_work_in_the_company_is_not_told(self):
        elsewhere = self.env['res.company'].create({'name': 'Elsewhere'})
        seller = self._new_user('elsewhere', 'sales_team.group_sale_salesman')
        self.company.offer_responsible_id = self.accountant
        subscription = self._come_in({'quantity': 3, 'price_unit': 50.0}, date_start='2027-01-01')
        subscription.user_id = seller
        seller.write({'company_id': elsewhere.id, 'company_ids': [(6, 0, elsewhere.ids)]})
        self._break(subscription)
        self._run_scheduler('2027-01-01')
        self.assertEqual(subscription.activity_ids.user_id, self.accountant)

    def test_without_a_responsible_whoever_created_it_is_told(self):
        subscription = self._come_in({'quantity': 3, 'price_unit': 50.0}, date_start='2027-01-01')
        subscription.user_id = False
        self._break(subscription)
        self._run_scheduler('2027-01-01')
        self.assertEqual(subscription.activity_ids.user_id, subscription.create_uid)


class TestBatches(BaseCase):
    """Batches are bounded by lines and by time, and trouble is narrowed down."""

    def test_bounded_by_lines(self):
        batches = Batches(dict.fromkeys(range(7), 40))
        self.assertEqual(batches.take(), [0, 1])
        # 80 lines in a quarter of the time: twice as many, not four times
        batches.count([0, 1], SECONDS / 4)
        self.assertEqual(batches.take(), [2, 3, 4, 5, 6])
        self.assertEqual(batches.take(), [])

    def test_bounded_by_time(self):
        batches = Batches(dict.fromkeys(range(20), 10))
        taken = batches.take()
        self.assertEqual(len(taken), FIRST_LINES // 10)
        batches.count(taken, 5 * SECONDS)
        self.assertEqual(len(batches.take()), 2)

    def test_one_that_is_larger_is_a_batch_of_its_own(self):
        batches = Batches({'a': 5000, 'b': 1})
        self.assertEqual([batches.take(), batches.take()], [['a'], ['b']])

    def test_a_bad_one_is_found_and_the_others_are_taken(self):
        batches, done = Batches(dict.fromkeys(range(16), 1)), []
        while taken := batches.take():
            if 5 in taken:
                self.assertTrue(batches.split(taken))
            else:
                batches.count(taken, 0.1)
                done += taken
        self.assertEqual(sorted(done), [number for number in range(16) if number != 5])

    def test_where_everything_fails_it_stops(self):
        batches, tries = Batches(dict.fromkeys(range(1000), 1)), 0
        while taken := batches.take():
            tries += 1
            if not batches.split(taken):
                break
        self.assertLess(tries, 20)


class TestFaults(BaseCase):
    """What is nobody's fault is known, whatever wraps it."""

    def test_of_the_server_and_the_machine(self):
        for error in (
            psycopg2.OperationalError('server closed the connection unexpectedly'),
            psycopg2.InterfaceError('connection already closed'),
            DeadlockDetected(),
            ExclusionViolation(),
            LockError('busy'),
            MemoryError(),
            ConnectionResetError(),
            OSError(errno.ENOSPC, 'No space left on device'),
            Exception('CPU time limit exceeded.'),
        ):
            self.assertTrue(is_nobodys(error), error)

    def test_of_somebody(self):
        for error in (
            UserError('no rate'),
            ZeroDivisionError(),
            NotNullViolation(),
            psycopg2.ProgrammingError("can't adapt type 'dict'"),
            FileNotFoundError(errno.ENOENT, 'No such file'),
            Exception('whatever'),
        ):
            self.assertFalse(is_nobodys(error), error)

    def test_what_came_of_it_counts_as_it_does(self):
        try:
            try:
                raise DeadlockDetected
            except DeadlockDetected as cause:
                raise ValueError('try later') from cause
        except ValueError as error:
            self.assertTrue(is_nobodys(error))
