"""Events add up to what runs: checked against sums over the lines that share no code with them."""

import datetime
import random
from contextlib import suppress
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OfferLifeCommon
from .oracle_billing import bill_by_days

D = datetime.date


@tagged('post_install', '-at_install')
class TestEvents(OfferLifeCommon):
    def _running_mrr(self, subscriptions, day):
        """By SQL over the lines: what they come to a month on a day."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT COALESCE(SUM(ROUND(
                       ROUND((l.quantity * l.price_unit
                              * (1 - COALESCE(l.discount, 0) / 100))::numeric, 2)
                       / (p.interval_count * CASE p.interval_unit WHEN 'year' THEN 12 ELSE 1 END)
                   , 2)), 0)
              FROM offer_subscription_line l
              JOIN offer_subscription s ON s.id = l.subscription_id
              JOIN offer_plan p ON p.id = s.plan_id
             WHERE s.id IN %s AND s.state <> 'pending'
               AND l.date_start <= %s AND (l.date_end IS NULL OR l.date_end >= %s)
            """,
            [tuple(subscriptions.ids), day, day],
        )
        return float(self.env.cr.fetchone()[0])

    def _sum(self, events, day):
        return round(sum(e.mrr_change for e in events if e.date <= day), 2)

    def test_new_and_churn_are_per_customer(self):
        first, second = self._live(), self._live()
        self.assertEqual(first.event_ids.movement, 'new')
        # on the same day it belongs to the beginning
        self.assertEqual(second.event_ids.movement, 'new')
        later = self._live(date_start='2027-05-01')
        self.assertEqual(later.event_ids.movement, 'expansion')
        first.end('2027-08-31', 'moved')
        self.assertEqual(first.event_ids.sorted('id')[-1].movement, 'contraction')
        second.end('2027-09-30', 'moved')
        later.end('2027-09-30', self.env.ref('sale_offer.end_reason_price').id)
        gone = (second + later).event_ids.filtered(lambda e: e.kind == 'ended')
        self.assertEqual(set(gone.mapped('movement')), {'churn'})
        self.assertIn(self.env.ref('sale_offer.end_reason_price'), gone.reason_id)
        back = self._live(date_start='2028-01-01')
        self.assertEqual(back.event_ids.movement, 'reactivation')
        self.assertEqual(str(back.event_ids.date_cohort), '2027-01-01')

    def test_contacts_are_their_company(self):
        contact = self.env['res.partner'].create(
            {'name': 'Mrs Berg', 'parent_id': self.customer.id}
        )
        self._live()
        other = self._live(order_values={'partner_id': contact.id}, date_start='2027-03-01')
        self.assertEqual(other.event_ids.movement, 'expansion')
        self.assertEqual(other.event_ids.partner_id, self.customer)

    def test_rates_that_move_are_no_revenue(self):
        foreign = self.setup_other_currency('EUR', rates=[('2026-01-01', 2.0), ('2027-06-01', 4.0)])
        subscription = self._live()
        other = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'currency_id': foreign.id,
                'line_ids': [(0, 0, {'product_id': self.workplace.id, 'price_unit': 50.0})],
            }
        )
        other.activate('2027-01-01')
        other.end('2027-07-31', 'moved')
        self.assertEqual(other.event_ids.sorted('id').mapped('mrr_company'), [25.0, -25.0])
        self.assertEqual(subscription.event_ids.arr_company, 960.0)

    def test_analysis_opens_what_stands_behind_its_numbers(self):
        subscription = self._live()
        subscription.end('2027-08-31', self.env.ref('sale_offer.end_reason_price').id)
        for xmlid in ('offer_mrr_action', 'offer_movements_action', 'offer_retention_action'):
            action = self.env.ref(f'sale_offer.{xmlid}')
            self.assertIn('list', action.view_mode)
            groups = self.env[action.res_model].formatted_read_group(
                [('mrr_change', '!=', 0), ('subscription_id', '=', subscription.id)],
                ['service_id', 'movement'],
                ['mrr_company:sum'],
            )
            self.assertEqual(sorted(g['mrr_company:sum'] for g in groups), [-80.0, 80.0])

    def test_salespeople_see_their_own(self):
        mine = self._live()
        other = self._live(order_values={'user_id': self.accountant.id})
        events = self.env['offer.subscription.event'].with_user(self.salesperson)
        self.assertEqual(events.search([]).subscription_id, mine)
        events = events.with_user(self.accountant)
        self.assertEqual(events.search([]).subscription_id, mine + other)

    # === RANDOM LIVES === #

    def _entitled(self, line, horizon):
        """What a line is worth up to a day, counted day by day."""
        plan = line.subscription_id.plan_id
        terms = {
            'count': plan.interval_count,
            'unit': plan.interval_unit,
            'mode': plan.billing_mode,
            'alignment': plan.alignment,
            'day': plan.alignment_day,
            'proration': plan.proration,
            'ahead': plan.advance_days,
        }
        pieces = bill_by_days(
            terms,
            line.subscription_id.date_anchor,
            line.date_end or None,
            horizon,
            Decimal(str(line.price_unit)),
            line.date_start,
        )
        return float(sum(piece[2] for piece in pieces) * Decimal(str(line.quantity)))

    def _act(self, rng, subscription, day):
        """Do something that may be refused."""
        running = subscription.line_ids.filtered(lambda line: line._is_running_on(day))
        act = rng.choice(['change', 'change', 'change', 'add', 'pause', 'resume', 'notice',
                          'withdraw', 'end', 'drop', 'live'])  # fmt: skip
        if act == 'change' and running:
            line = rng.choice(running)
            values = {'line_id': line.id, 'quantity': rng.randint(1, 9)}
            if rng.random() < 0.4:
                values['price_unit'] = rng.choice([9.99, 33.33, 40.0, 0.07])
            subscription.change(day, [values])
        elif act == 'add':
            subscription.change(
                day, [{'product_id': self.backup.id, 'price_unit': 7.77, 'quantity': 2}]
            )
        elif act == 'drop' and len(running) > 1:
            subscription.change(day, [{'line_id': running[-1].id, 'quantity': 0}])
        elif act in ('pause', 'resume'):
            getattr(subscription, act)(day)
        elif act == 'notice':
            subscription.give_notice(day)
        elif act == 'withdraw':
            subscription.withdraw_notice()
        elif act == 'end' and rng.random() < 0.3:
            subscription.end(day, 'random')
        elif act == 'live':
            subscription._live(day)

    def _random_life(self, seed):
        rng = random.Random(seed)
        plan = rng.choice(self.plans)
        start = D(2027, 1, 1) + datetime.timedelta(days=rng.randint(0, 60))
        subscription = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': plan.id,
                'line_ids': [
                    (0, 0, {
                        'product_id': self.workplace.id,
                        'price_unit': rng.choice([40.0, 19.99, 0.1]),
                        'quantity': rng.randint(1, 5),
                    })
                ],
            }
        )  # fmt: skip
        subscription.activate(start)
        day = start
        for _step in range(rng.randint(3, 9)):
            day += datetime.timedelta(days=rng.randint(0, 70))
            with suppress(UserError), self.env.cr.savepoint():
                self._act(rng, subscription, day)
            if rng.random() < 0.5:
                subscription.bill(day)
        return subscription, day

    def _check_random_lives(self, seeds):
        self.plans = self.env['offer.plan'].create(
            [
                {'name': 'M', 'notice_count': 1, 'minimum_term_count': 3, 'renewal_count': 3},
                {'name': 'C', 'alignment': 'calendar'},
                {'name': 'Q', 'interval_count': 3, 'alignment': 'day', 'alignment_day': 31},
                {'name': 'A', 'billing_mode': 'arrears', 'notice_count': 14, 'notice_unit': 'day'},
                {'name': 'Y', 'interval_unit': 'year'},
            ]
        )
        horizon = D(2028, 12, 31)
        # fewer invoices, the same amounts
        self.company.offer_late_policy = 'single'
        for seed in seeds:
            if seed % 10 == 0:
                # the planner knows nothing of rows that were never committed
                self.env.flush_all()
                self.env.cr.execute('ANALYZE')
            subscription, day = self._random_life(seed)
            for on in (day, day + datetime.timedelta(days=45), D(2028, 12, 31), D(2035, 1, 1)):
                self.assertAlmostEqual(
                    self._sum(subscription.event_ids, on),
                    self._running_mrr(subscription, on),
                    2,
                    (seed, on),
                )
            subscription.bill(horizon)
            self.assertFalse(subscription.preview(horizon), seed)
            billed = sum(
                -move.direction_sign * move.amount_untaxed for move in subscription._get_invoices()
            )
            expected = sum(self._entitled(line, horizon) for line in subscription.line_ids)
            self.assertAlmostEqual(billed, expected, 2, seed)

    def test_random_lives_add_up_1(self):
        self._check_random_lives(range(50))

    def test_random_lives_add_up_2(self):
        self._check_random_lives(range(50, 100))

    def test_random_lives_add_up_3(self):
        self._check_random_lives(range(100, 150))

    def test_random_lives_add_up_4(self):
        self._check_random_lives(range(150, 200))
