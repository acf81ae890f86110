"""Every act is recorded, with what it does to the monthly recurring revenue."""

import datetime
from ast import literal_eval
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from . import lives
from .common import OfferLifeCommon
from .oracle_agreement import Agreement
from .sizes import get_randoms

D = datetime.date
HORIZON = D(2028, 12, 31)


@tagged('post_install', '-at_install')
class TestEvents(OfferLifeCommon):
    def _get_movements(self, subscription):
        return subscription.event_ids.filtered('mrr_change').sorted('id')

    def test_new_and_churn_are_per_customer(self):
        first, second = self._live(), self._live()
        self.assertEqual(self._get_movements(first).movement, 'new')
        # on the same day it belongs to the beginning
        self.assertEqual(self._get_movements(second).movement, 'new')
        later = self._live(date_start='2027-05-01')
        self.assertEqual(self._get_movements(later).movement, 'expansion')
        first.end('2027-08-31', 'moved')
        self.assertEqual(self._get_movements(first)[-1].movement, 'contraction')
        second.end('2027-09-30', 'moved')
        later.end('2027-09-30', self.env.ref('sale_offer.end_reason_price').id)
        gone = self._get_movements(second + later).filtered(lambda e: e.kind == 'ended')
        self.assertEqual(gone.mapped('movement'), ['churn', 'churn'])
        self.assertIn(self.env.ref('sale_offer.end_reason_price'), gone.act_id.reason_id)
        back = self._get_movements(self._live(date_start='2028-01-01'))
        self.assertEqual(back.movement, 'reactivation')
        self.assertEqual(str(back.date_cohort), '2027-01-01')

    def test_contacts_are_their_company(self):
        contact = self.env['res.partner'].create(
            {'name': 'Mrs Berg', 'parent_id': self.customer.id}
        )
        self._live()
        other = self._live(order_values={'partner_id': contact.id}, date_start='2027-03-01')
        self.assertEqual(self._get_movements(other).movement, 'expansion')
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
        self.assertEqual(self._get_movements(other).mapped('mrr_company'), [25.0, -25.0])
        self.assertEqual(self._get_movements(subscription).arr_company, 960.0)

    def test_movements_leave_out_the_tax_that_a_price_includes(self):
        home, _abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = home
        subscription = self._come_in({'quantity': 1, 'price_unit': 121.0})
        line = subscription.line_ids
        subscription.change('2027-02-01', [{'line_id': line.id, 'quantity': 3}])
        subscription.change('2027-03-01', [{'line_id': line.id, 'price_unit': 60.5}])
        subscription.pause('2027-04-01')
        # 121.00 is 100.00 and 21 %
        self.assertEqual(
            self._movements(subscription),
            [
                ('2027-01-01', 'activated', 'new', 100.0),
                ('2027-02-01', 'changed', 'expansion', 200.0),
                ('2027-03-01', 'changed', 'contraction', -150.0),
                ('2027-04-01', 'paused', 'contraction', -150.0),
            ],
        )
        self._assert_movements_add_up(subscription)

    def test_analysis_opens_what_stands_behind_its_numbers(self):
        subscription = self._live()
        subscription.end('2027-08-31', self.env.ref('sale_offer.end_reason_price').id)
        for xmlid in ('offer_mrr_action', 'offer_movements_action', 'offer_retention_action'):
            action = self.env.ref(f'sale_offer.{xmlid}')
            self.assertIn('list', action.view_mode)
            groups = self.env[action.res_model].formatted_read_group(
                [*literal_eval(action.domain), ('subscription_id', '=', subscription.id)],
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

    def _play(self, rng, life, day):
        """Do something that may be refused.

        :param Life life: takes what was done
        """
        subscription = life.subscription
        act = rng.choice(['change', 'change', 'change', 'add', 'pause', 'resume', 'notice',
                          'withdraw', 'end', 'drop', 'live', 'take back'])  # fmt: skip
        line = rng.choice(subscription.line_ids)
        if act == 'change':
            values = {'quantity': rng.randint(1, 9)}
            if rng.random() < 0.4:
                values['price_unit'] = rng.choice([9.99, 33.33, 40.0, 0.07])
            subscription.change(day, [{'line_id': line.id, **values}])
            life.tell('change', day=day, line=line, says=values)
        elif act == 'add':
            values = {'price_unit': 7.77, 'quantity': 2}
            subscription.change(day, [{'product_id': self.backup.id, **values}])
            life.tell_beginning(subscription.line_ids.sorted('id')[-1], day, values)
        elif act == 'drop' and len(subscription.line_ids) > 1:
            subscription.change(day, [{'line_id': line.id, 'quantity': 0}])
            life.tell('change', day=day, line=line, says={'quantity': 0})
        elif act == 'pause':
            last = day + datetime.timedelta(days=rng.randint(0, 60)) if rng.random() < 0.5 else None
            subscription.pause(day, last)
            life.tell('pause', day=day, until=last, billed=False)
        elif act == 'resume':
            subscription.resume(day)
            life.tell('resume', day=day)
        elif act == 'notice':
            life.tell('end', day=subscription.give_notice(day), kind='notice')
        elif act == 'withdraw':
            subscription.withdraw_notice()
            life.tell_withdrawn(lambda step: step.get('kind') == 'notice')
        elif act == 'end' and rng.random() < 0.3:
            subscription.end(day, 'random')
            life.tell('end', day=day, kind='agreed')
        elif act == 'take back' and life.events:
            number, event = rng.choice(sorted(life.events.items()))
            subscription.withdraw(event.id)
            life.tell_withdrawn(lambda step: step['id'] == number)
        elif act == 'live':
            subscription._follow_term(day)

    def _random_life(self, rng):
        plan = rng.choice(self.plans)
        start = D(2027, 1, 1) + datetime.timedelta(days=rng.randint(0, 60))
        values = {
            'price_unit': rng.choice([40.0, 19.99, 0.1]),
            'quantity': rng.randint(1, 5),
        }
        life = Life(self._come_in(values, plan, date_start=start))
        life.tell_beginning(life.subscription.line_ids, start, values)
        day = start
        for _step in range(rng.randint(3, 9)):
            day += datetime.timedelta(days=rng.randint(0, 70))
            # what is planned, and what is entered late
            on = max(start, day + datetime.timedelta(days=rng.choice([0, 0, 0, -20, 45])))
            with suppress(UserError), self.env.cr.savepoint():
                self._play(rng, life, on)
            if rng.random() < 0.5:
                life.subscription.bill(day)
        return life, day

    def _check_random_lives(self, name):
        """That what was recorded and what was billed is what the oracle counts day by day."""
        self.plans = self.env['offer.plan'].create(
            [
                {'name': 'M', 'notice_count': 1, 'minimum_term_count': 3, 'renewal_count': 3},
                {'name': 'C', 'alignment': 'calendar'},
                {'name': 'Q', 'interval_count': 3, 'alignment': 'day', 'alignment_day': 31},
                {'name': 'A', 'billing_mode': 'arrears', 'notice_count': 14, 'notice_unit': 'day'},
                {'name': 'Y', 'interval_unit': 'year'},
            ]
        )
        # fewer invoices, the same amounts
        self.company.offer_late_policy = 'single'
        for number, (case, rng) in enumerate(get_randoms(name, 17, 100)):
            if number % 10 == 0:
                # the planner knows nothing of rows that were never committed
                self.env.flush_all()
                self.env.cr.execute('ANALYZE')
            life, day = self._random_life(rng)
            message = f'{case}\n{lives.describe(life.as_dict())}'
            subscription = life.subscription
            oracle = Agreement(life.as_dict(), D(2030, 12, 31))
            for on in (day, day + datetime.timedelta(days=45), HORIZON, D(2030, 1, 1)):
                recorded = subscription.event_ids.filtered(lambda event, on=on: event.date <= on)
                self.assertAlmostEqual(
                    sum(recorded.mapped('mrr_change')),
                    float(sum(life.get_monthly(oracle, line, on) for line in oracle.lines)),
                    msg=f'{on} {message}',
                )
            subscription.bill(HORIZON)
            self.assertFalse(subscription.preview(HORIZON), message)
            billed = sum(
                -move.direction_sign * move.amount_untaxed for move in subscription._get_invoices()
            )
            owed = (oracle.owed_days_due(line, HORIZON) for line in oracle.lines)
            self.assertAlmostEqual(billed, float(sum(map(oracle.value, owed))), 2, message)

    def test_random_lives_add_up_1(self):
        self._check_random_lives('acts 1')

    def test_random_lives_add_up_2(self):
        self._check_random_lives('acts 2')

    def test_random_lives_add_up_3(self):
        self._check_random_lives('acts 3')


class Life:
    """What was done to a subscription through its public methods, as the oracle reads it."""

    def __init__(self, subscription):
        self.subscription, self.steps, self.events = subscription, [], {}
        plan = subscription.plan_id
        self.months = plan.interval_count * {'month': 1, 'year': 12}[plan.interval_unit]

    def tell(self, act, line=None, says=None, **step):
        number = len(self.steps) + 1
        if line:
            # the item never changes here, nor does its level
            step['for'] = {'item': line.product_id.name, 'unit': 'unit', 'tier': ''}
            step['line'] = line.id
            step['says'] = self._read(says)
        self.steps.append({'act': act, 'id': number, **step})
        if act != 'add' and act != 'withdraw':
            acts = self.subscription.event_ids.filtered(lambda event: not event.act_id)
            self.events[number] = acts.sorted('id')[-1]

    def tell_beginning(self, line, day, values):
        says = {'discount': 0, **values}
        self.tell('add', day=day, line=line, says=says, parent=None)
        said = self.steps[-1]
        said['says'] |= {**said['for'], 'name': line.name}

    def tell_withdrawn(self, is_meant):
        for step in [step for step in self.steps if step['id'] in self.events and is_meant(step)]:
            del self.events[step['id']]
            self.tell('withdraw', of=step['id'])

    @staticmethod
    def _read(says):
        words = {'price_unit': 'price'}
        return {words.get(name, name): Decimal(str(value)) for name, value in says.items()}

    def as_dict(self):
        subscription, plan = self.subscription, self.subscription.plan_id
        return {
            'plan': {
                'count': plan.interval_count,
                'unit': plan.interval_unit,
                'mode': plan.billing_mode,
                'alignment': plan.alignment,
                'alignment_day': plan.alignment_day,
                'proration': plan.proration,
                'ahead': plan.advance_days,
            },
            'start': subscription.date_start,
            'anchor': subscription.date_anchor,
            'rounding': Decimal('0.01'),
            'intro': None,
            'external': {},
            'steps': self.steps,
        }

    def get_monthly(self, oracle, line, day):
        """:return: what a line is worth a month on a day
        :rtype: Decimal
        """
        worth = Decimal(oracle.mrr(line, day)) / self.months
        return worth.quantize(Decimal('0.01'), ROUND_HALF_UP)
