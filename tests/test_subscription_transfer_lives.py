"""A transfer changes who pays, not what is paid: lives at random, with it and without it."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .sizes import get_randoms
from .test_subscription_transfer import TransferCommon

START, LAST, UNTIL = '2027-01-01', '2028-03-31', '2028-06-01'


@tagged('post_install', '-at_install')
class TestTransferLives(TransferCommon):
    def test_both_pay_what_the_one_would_have_paid(self):
        for case, random in get_randoms('transfer', 6, 80):
            plan = self._create_random_plan(case, random)
            intro = {'offer_intro_periods': random.choice([0, 0, 2]), 'offer_intro_percent': 50}
            alone, subscription = (
                self._start(intro, plan_id=plan.id, quantity=3, tier_id=self.bronze.id, options=[])
                for _number in range(2)
            )
            acts = [self._choose_act(random) for _number in range(random.randint(0, 4))]
            for it in (alone, subscription):
                it.end(LAST, 'over')
                for act in acts:
                    self._act(it, *act)
            paid = owed = 0.0
            if random.random() < 0.7:
                day = self._choose_day(random)
                paid, owed = self._sum(subscription.bill(day)), self._sum(alone.bill(day))
            day = self._choose_day(random)
            with self.subTest(case=case, day=day, plan=plan.read()[0], acts=acts):
                try:
                    new = self._transfer(subscription, day)
                except UserError as error:
                    # the next period of a plan that charges in full begins after the end
                    self.assertRegex(str(error), 'ends on')
                    continue
                if random.random() < 0.3:
                    # what was billed of it comes back
                    paid += self._sum(new.bill(new.date_start))
                    act = self._get_act(subscription)
                    subscription.withdraw(act.id)
                    paid += self._sum(new.bill(UNTIL))
                else:
                    paid += self._sum(new.bill(UNTIL))
                paid += self._sum(subscription.bill(UNTIL))
                owed += self._sum(alone.bill(UNTIL))
                self.assertAlmostEqual(paid, owed, 2)
                self._assert_movements_add_up(subscription)
                self._assert_movements_add_up(new)

    def _create_random_plan(self, case, random):
        mode = random.choice(['advance', 'arrears'])
        plan = self._create_plan(
            case,
            interval_unit=random.choice(['week', 'month', 'month', 'year']),
            interval_count=random.choice([1, 1, 3]),
            billing_mode=mode,
            alignment=random.choice(['anniversary', 'calendar']),
            proration=random.choice(['daily', 'daily', 'none']),
            advance_days=random.choice([0, 14]) if mode == 'advance' else 0,
            minimum_term_count=0,
        )
        self._create_price(random.choice([40.0, 33.33, 0.07]), plan_id=plan.id)
        return plan

    def _choose_day(self, random):
        return fields.Date.to_date(START) + timedelta(days=random.randint(0, 400))

    def _choose_act(self, random):
        day = self._choose_day(random)
        return random.choice(['pause', 'quantity', 'discount']), day, random.randint(1, 60)

    def _act(self, subscription, act, day, number):
        if act == 'pause':
            subscription.pause(day, day + timedelta(days=number))
        else:
            line = {'line_id': subscription.line_ids.id, act: number}
            subscription.change(day, [line])

    def _sum(self, moves):
        return sum(-move.direction_sign * move.amount_untaxed for move in moves)
