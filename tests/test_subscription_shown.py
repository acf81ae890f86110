"""What is shown of facts follows the day: acts keep it, and between them the scheduler."""

from datetime import date

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from odoo.addons.sale_offer.tools.shown import find_next_shown

from .test_subscription_facts import FactsCommon


class ShownCommon(FactsCommon):
    """Today is 15 June 2026. A subscription has run since January: 3 × 50.00 and a backup of
    5.00 a month.
    """

    @classmethod
    def setUpClass(cls):
        freezer = freeze_time('2026-06-15 12:00:00')
        freezer.start()
        cls.addClassCleanup(freezer.stop)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.subscription = self._start(date_start='2026-01-01')
        self.line, self.backup_line = self.subscription.line_ids.sorted('sequence')
        self.today = date(2026, 6, 15)

    def _show(self, day, company=None):
        """Let the scheduler keep what is shown, on a day."""
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            # as the scheduler's: tests have a context that tells nothing
            env = self.env(cr=cr, user=self.ref('base.user_root'), su=True, context={})
            own = env['res.company'].browse((company or self.company).id)
            env['offer.subscription']._show_company(own, fields.Date.to_date(day))
        self.env.invalidate_all()

    def _in(self, days):
        return fields.Date.add(self.today, days=days)

    def _get_act(self, kind):
        acts = self.subscription.event_ids.filtered(
            lambda event: event.kind == kind and not event.act_id
        )
        return acts.sorted('id')[-1:]


@tagged('post_install', '-at_install')
class TestShownByTheDay(ShownCommon):
    def test_a_pause_whose_day_comes_is_shown_without_a_message(self):
        self.subscription.pause(self._in(10), until=self._in(19))
        self.assertEqual(self.subscription.state, 'active')
        self.assertEqual(self.subscription.date_next_shown, self._in(10))
        self.env.cr.flush()
        said = len(self.subscription.message_ids)
        self._show(self._in(9))
        self.assertEqual(self.subscription.state, 'active')
        self._show(self._in(10))
        self.assertEqual(self.subscription.state, 'paused')
        self.assertEqual(self.subscription.date_next_shown, self._in(20))
        self._show(self._in(20))
        self.assertEqual(self.subscription.state, 'active')
        self.assertFalse(self.subscription.date_next_shown)
        self.assertEqual(len(self.subscription.message_ids), said, 'acts are told, days are not')

    def test_an_act_of_today_is_told(self):
        self.env.cr.flush()
        telling = self.subscription.with_context(tracking_disable=False, mail_notrack=False)
        telling.pause(self.today)
        self.env.cr.flush()
        self.env.invalidate_all()
        tracked = self.subscription.message_ids.sudo().tracking_value_ids
        self.assertIn('state', tracked.field_id.mapped('name'))

    def test_a_job_that_did_not_run_for_long_shows_what_holds_now(self):
        self.subscription.pause(self._in(5), until=self._in(8))
        self.subscription.change(self._in(6), [{'line_id': self.line.id, 'quantity': 8}])
        self._show(self._in(30))
        self.assertEqual(self.subscription.state, 'active')
        self.assertEqual(self.line.quantity, 8)
        self.assertFalse(self.subscription.date_next_shown)

    def test_a_phase_whose_day_comes_is_shown_and_the_first_day_stays(self):
        self.subscription.change(
            self._in(3), [{'line_id': self.line.id, 'quantity': 8, 'price_unit': 32}]
        )
        self.assertEqual((self.line.quantity, self.line.price_unit), (3, 50))
        self.assertEqual(self.line.date_since, date(2026, 1, 1))
        self.assertEqual(self.subscription.amount_period, 155)
        self._show(self._in(3))
        self.assertEqual((self.line.quantity, self.line.price_unit), (8, 32))
        self.assertEqual(self.line.date_start, date(2026, 1, 1))

    def test_an_end_that_passes_closes_it_and_what_is_owed_is_still_billed(self):
        plan = self._create_plan('Monthly in arrears', billing_mode='arrears')
        self._create_price(40.0, plan_id=plan.id)
        subscription = self._start(
            date_start='2026-01-01', plan_id=plan.id, tier_id=self.bronze.id, options=[]
        )
        subscription.bill(self.today)
        subscription.end(self._in(2), 'moved away')
        self.assertEqual(subscription.state, 'active')
        self._show(self._in(2))
        self.assertEqual(subscription.state, 'active', 'its last day')
        self._show(self._in(3))
        self.assertEqual(subscription.state, 'closed')
        self.assertEqual(subscription.date_next_due, self._in(3))
        self.assertTrue(subscription.bill(self._in(3)))

    def test_a_run_for_a_later_day_closes_nothing_before_its_day(self):
        self.subscription.end(self._in(2), 'moved away')
        self.subscription.bill(self._in(40))
        self.assertEqual(self.subscription.state, 'active')
        self.subscription.withdraw(self._get_act('ended').id)
        self.assertFalse(self.subscription.date_end)

    def test_after_its_end_a_line_shows_what_it_had_last(self):
        self.subscription.change(self._in(9), [{'line_id': self.line.id, 'quantity': 8}])
        self.subscription.end(self._in(5), 'moved away')
        self._show(self._in(20))
        self.assertEqual((self.subscription.state, self.line.quantity), ('closed', 3))

    def test_nothing_is_visited_where_nothing_changes(self):
        self.assertFalse(self.subscription.date_next_shown)
        visited = []
        self.patch(
            type(self.env['offer.subscription']),
            '_show_or_skip',
            lambda batch, _day: visited.append(batch.ids),
        )
        self._show(self._in(400))
        self.assertFalse(visited)
        self.subscription.pause(self._in(10))
        self._show(self._in(9))
        self.assertFalse(visited)
        self._show(self._in(10))
        self.assertEqual(visited, [self.subscription.ids])

    def test_each_company_has_its_own_clock(self):
        """Only the company that is asked for is brought up to its day."""
        company = self._create_company(name='Elsewhere')
        self.subscription.pause(self._in(1))
        self._show(self._in(1), company)
        self.assertEqual(self.subscription.state, 'active')
        self._show(self._in(1))
        self.assertEqual(self.subscription.state, 'paused')

    def test_the_scheduler_shows_each_company_by_its_clock(self):
        asked = []
        self.patch(
            type(self.env['offer.subscription']),
            '_show_company',
            lambda _self, company, day: asked.append((company.id, day)) or True,
        )
        self.subscription.pause(self._in(1))
        today = self._in(0)
        self.company.partner_id.tz = 'Pacific/Kiritimati'
        clock = self.subscription._get_company_today(self.company)
        self.assertIn(clock, (today, self._in(1)))
        self._run_job('ir_cron_bill')
        self.assertIn((self.company.id, clock), asked)

    def test_one_that_breaks_does_not_stop_the_others(self):
        other = self._start(date_start='2026-01-01')
        (self.subscription + other).pause(self._in(1))
        # a phase whose line has lost its beginning's item can't happen: this one is broken by hand
        keep = type(self.env['offer.subscription'])._get_state_on
        broken = self.subscription.id

        def get_state(subscription, day, timeline):
            if subscription.id == broken:
                raise ValueError('broken')
            return keep(subscription, day, timeline)

        self.patch(type(self.env['offer.subscription']), '_get_state_on', get_state)
        with self.assertLogs('odoo.addons.sale_offer', 'ERROR'):
            self._show(self._in(1))
        self.assertEqual((self.subscription.state, other.state), ('active', 'paused'))

    def test_the_next_day_is_kept_by_every_act(self):
        subscription = self.subscription
        subscription.change(self._in(30), [{'line_id': self.line.id, 'quantity': 4}])
        subscription.pause(self._in(10), until=self._in(20))
        subscription.withdraw(self._get_act('paused').id)
        self.assertEqual(subscription.date_next_shown, self._in(30))
        subscription.end(self._in(15), 'moved away')
        self.assertEqual(subscription.date_next_shown, self._in(16))
        subscription.withdraw(self._get_act('ended').id)
        subscription.withdraw(self._get_act('changed').id)
        self.assertFalse(subscription.date_next_shown)
        self.assertFalse(find_next_shown(subscription._get_timeline(), self.today))

    def test_the_pause_that_runs_or_comes_next_is_shown(self):
        subscription = self.subscription
        subscription.pause(self._in(40), until=self._in(50))
        subscription.pause(self._in(10), until=self._in(19))
        subscription.pause(self._in(20), until=self._in(25))
        shown = (subscription.date_paused, subscription.date_resume)
        self.assertEqual(shown, (self._in(10), self._in(26)))
        self._show(self._in(26))
        shown = (subscription.date_paused, subscription.date_resume)
        self.assertEqual(shown, (self._in(40), self._in(51)))
        self._show(self._in(51))
        self.assertFalse(subscription.date_paused)


@tagged('post_install', '-at_install')
class TestShownLines(ShownCommon):
    def test_a_line_says_since_when_it_is_as_it_is(self):
        subscription = self.subscription
        subscription.change('2026-03-01', [{'line_id': self.line.id, 'quantity': 5}])
        # said again, with nothing new
        subscription.change('2026-06-01', [{'line_id': self.line.id, 'quantity': 5}])
        self.assertEqual(self.line.date_since, date(2026, 3, 1))
        self.assertEqual(self.backup_line.date_since, date(2026, 1, 1))

    def test_a_pause_is_no_gap_in_what_is_billed(self):
        self.subscription.pause('2026-03-01', until='2026-03-31')
        self.subscription.bill('2026-06-15')
        self.assertEqual(self.line.billed_until, date(2026, 6, 30))

    def test_what_has_ended_or_is_still_to_come_is_not_shown_as_running(self):
        self.subscription.change(
            '2026-03-01',
            [
                {'line_id': self.backup_line.id, 'quantity': 0},
            ],
        )
        self.subscription.change(
            self._in(5), [{'product_id': self.backup.id, 'quantity': 2, 'price_unit': 4}]
        )
        self.assertEqual(self.subscription.running_line_ids, self.line)
        self.assertEqual(self.subscription.amount_period, 150)

    def test_before_it_starts_it_shows_what_it_starts_with(self):
        subscription = self._start(date_start=str(self._in(30)))
        self.assertEqual(len(subscription.running_line_ids), 2)
        self.assertEqual(subscription.amount_period, 155)
        self.assertEqual(
            subscription.planned_act_ids.mapped('summary'),
            ['Starts on Jul 15, 2026'],
        )

    def test_what_has_ended_shows_what_ran_last(self):
        self.subscription.end('2026-05-31', 'moved away')
        self.assertEqual(self.subscription.state, 'closed')
        self.assertEqual(len(self.subscription.running_line_ids), 2)

    def test_a_pending_one_shows_none_of_it(self):
        self.workplace.offer_start = "delivery"
        subscription = self._start(date_start='2026-01-01')
        self.assertEqual(subscription.state, 'pending')
        self.assertFalse(subscription.planned_act_ids + subscription.past_act_ids)
