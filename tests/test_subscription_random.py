"""Random acts through random doors: what is billed is what the day-counting oracle says of the
facts, what is recorded is the revenue, and what is withdrawn leaves no trace in money.
"""

from datetime import timedelta
from itertools import pairwise
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sale_offer.models.billing import offer_subscription_engine as engine

from .oracle_agreement import Agreement
from .random_doors import LAST, PLANS, DoorsLife, read_life
from .sizes import get_randoms
from .test_quotation_doors import DoorsCommon


@tagged('post_install', '-at_install')
class TestRandomDoors(DoorsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.care = cls._add_option(
            'Care', is_recurring=True, price_mode='priced', quantity_mode='per_unit', quantity=2
        )
        cls.group.max_choices = 9
        cls.pricelists = cls.env['product.pricelist'].create(
            [
                {'name': name, 'currency_id': currency.id}
                for name, rounding in (('LAX', 1.0), ('LBX', 0.001))
                for currency in cls.env['res.currency'].create(
                    {
                        'name': name,
                        'symbol': '¤',
                        'rounding': rounding,
                        'rate_ids': [Command.create({'name': '2000-01-01', 'rate': 1.37})],
                    }
                )
            ]
        )
        cls.plans = [cls.plan]
        for index, values in enumerate(PLANS):
            plan = cls._create_plan(f'Plan {index} {values}', **values)
            cls._create_price(40.0, plan_id=plan.id)
            cls._create_price(35.0, min_quantity=5, plan_id=plan.id)
            cls._create_price(10.0, tier_id=cls.gold.id, plan_id=plan.id)
            for option, amount in ((cls.antivirus, 1.0), (cls.backup_option, 5.0)):
                cls._create_price(amount, option_id=option.id, plan_id=plan.id)
            cls.plans.append(plan)
        for plan in cls.plans:
            cls._create_price(12.5, option_id=cls.care.id, amount_type='percent', plan_id=plan.id)

    def _begin_at_random(self, random):
        options = [
            {'option_id': self.antivirus.id},
            {'option_id': self.care.id},
            {'option_id': self.backup_option.id, 'quantity': 2},
        ]
        pricelist = random.choice([None, None, *self.pricelists])
        subscription = self._begin(
            random.randint(1, 6),
            order_values=pricelist and {'pricelist_id': pricelist.id},
            plan_id=random.choice(self.plans).id,
            options=random.sample(options, random.randint(0, 3)),
        )
        if pricelist:
            self.assertEqual(subscription.currency_id, pricelist.currency_id)
        return subscription

    def test_lives_through_random_doors(self):
        for case, random in get_randoms('doors of lives', 4, 150):
            with self.env.cr.savepoint() as savepoint:
                life = DoorsLife(self, random, self._begin_at_random(random), self.plans)
                # that years are parked rather than billed at once is not the matter here
                with self.subTest(case), patch.object(engine, 'MOST_MONTHS_LATE', 1200):
                    life.play(random.randint(4, 16))
                    life.close()
                    for subscription in life.family:
                        self._assert_sound(subscription, f'{case}\n{life}')
                    self._assert_no_trace(life, f'{case}\n{life}')
                savepoint.rollback()
            self.env.invalidate_all()

    def _assert_sound(self, subscription, message):
        oracle = Agreement(read_life(subscription))
        # what is owed is what the calendar says
        self.assertAlmostEqual(
            self._get_total(subscription), float(oracle.grand_total()), places=4, msg=message
        )
        # the hints have told everything
        audit = subscription._find_ledger_rows(LAST + timedelta(days=800), audits=True)
        self.assertFalse(audit, message)
        for day in subscription.event_ids.filtered('mrr_change').mapped('date'):
            recorded = subscription.event_ids.filtered(lambda event, day=day: event.date <= day)
            self.assertAlmostEqual(
                sum(recorded.mapped('mrr_change')),
                subscription._get_mrr(day),
                2,
                f'{day} {message}',
            )
        for line in subscription.line_ids:
            live = line.billing_entry_ids.filtered(
                lambda it: it.kind in ('charge', 'external')
                and not (it.is_taken_back or it.is_void)
            ).sorted('date_from')
            for one, other in pairwise(live):
                self.assertLess(one.date_to, other.date_from, message)

    def _get_total(self, subscription):
        entries = subscription.sudo().line_ids.billing_entry_ids
        moves = entries.move_id.filtered(lambda move: move.state == 'posted')
        return sum(-move.direction_sign * move.amount_untaxed for move in moves)

    def _assert_no_trace(self, life, message):
        """Withdraw everything that was agreed since it began: nothing is owed but the beginning."""
        if len(life.family) > 1:
            return
        (subscription,) = life.family
        while acts := subscription.event_ids.filtered('is_withdrawable'):
            subscription.withdraw(acts.sorted('id')[-1].id)
        self.assertFalse(
            subscription.line_ids.phase_ids.filtered(lambda phase: not phase.is_beginning), message
        )
        subscription.end(LAST, 'closing')
        life.bill(subscription, LAST + timedelta(days=800))
        order = subscription.sale_order_id
        lines = subscription.line_ids.filtered(
            lambda line: line.phase_ids and line.sale_line_id.order_id == order
        )
        anew = self._begin(
            lines[0].phase_ids.quantity,
            order_values={'pricelist_id': order.pricelist_id.id},
            plan_id=subscription.plan_id.id,
            options=[
                {'option_id': line.option_id.id}
                | ({'quantity': 2} if line.option_id == self.backup_option else {})
                for line in lines[1:]
            ],
        )
        anew.end(LAST, 'closing')
        anew.bill(LAST + timedelta(days=800))
        self.assertAlmostEqual(
            self._get_total(subscription), self._get_total(anew), places=4, msg=message
        )
        self._assert_movements_add_up(subscription)
