"""What an updated database says of its revenue, and of the acts that are withdrawn."""

import datetime
from collections import Counter

from freezegun import freeze_time

from odoo.addons.sale_offer.tools.terms import monthly

from .oracle_update import ONE_DAY
from .updated import HORIZON, TODAY

FIRST = datetime.date(2025, 1, 1)


class RevenueChecks:
    """Tests of an updated database, which is made once for all of them."""

    # === REVENUE === #

    def test_movements_add_up_to_the_revenue_of_any_day(self):
        delivered, checked = self.books.get_delivered(), 0
        for subscription in self._find_subscriptions():
            plan, round_to = subscription.plan_id, subscription.currency_id.round
            chains = [days for chain, days in delivered.items() if chain[0] == subscription.id]
            movements = subscription.event_ids.filtered('mrr_change')
            for number in range(0, (HORIZON - FIRST).days, 4):
                day = FIRST + ONE_DAY * number
                moved = sum(event.mrr_change for event in movements if event.date <= day)
                recurring = 0.0
                for content in (days[day] for days in chains if day in days):
                    item, _unit, quantity, price, discount = content[:5]
                    amount = round_to(quantity * price * (100 - discount) / 100)
                    if self.env['product.product'].browse(item).taxes_id.price_include:
                        amount = round_to(amount / 1.21)
                    recurring += round_to(
                        float(monthly(amount, plan.interval_count, plan.interval_unit))
                    )
                self.assertAlmostEqual(moved, recurring, 2, (subscription.name, day))
                checked += bool(recurring)
        self.assertGreater(checked, 10_000)

    def test_no_act_corrects_the_time_before_the_update(self):
        events = self.env['offer.subscription.event']
        missing = events._get_missing_jumps(self._find_subscriptions())
        self.assertFalse({sub: jumps for sub, jumps in missing.items() if jumps})

    def test_movements_are_corrected_by_new_ones_in_silence(self):
        events = self.env['offer.subscription.event']
        made = events.search([('name', '=', 'Recurring revenue corrected by the update')])
        acts = made.filtered(lambda event: not event.act_id)
        corrections = made - acts
        self.assertGreater(len(corrections), 7)
        self.assertEqual(corrections.act_id, acts)
        self.assertEqual(len(acts), len(acts.subscription_id))
        self.assertFalse(any(acts.mapped('mrr_change')))
        self.assertTrue(all(event.mrr_change and event.movement for event in corrections))
        self.assertEqual(set(made.mapped('automation_state')), {False})
        # what was recorded stays, and nobody is told
        kept = events.browse(self.events)
        self.assertEqual(
            {event.id: [event.date, float(event.mrr_change), event.name] for event in kept},
            {
                key: [day, float(moved or 0), name]
                for key, (day, moved, name) in self.events.items()
            },
        )
        told = self.env['mail.message'].search_count([('model', '=like', 'offer.%')])
        self.assertEqual(told, self.messages)
        # two at 121.00 that include 21 %, at 133.10 from February 2027 on
        taxed = self._find_subscriptions().filtered(
            lambda found: found.line_ids.product_id.taxes_id.price_include
        )
        self.assertEqual(
            Counter(
                (str(event.date), event.movement, event.mrr_change, event in corrections)
                for event in taxed.event_ids.filtered('mrr_change')
            ),
            Counter(
                [
                    ('2025-01-01', 'new', 242.0, False),
                    ('2025-01-01', 'new', -42.0, True),
                    ('2027-02-01', 'expansion', 24.2, False),
                    ('2027-02-01', 'expansion', -4.2, True),
                ]
            ),
        )

    def test_movements_of_one_act_point_at_it(self):
        joined = self.env['offer.subscription.event'].browse(self.events).filtered('act_id')
        self.assertGreater(len(joined), 30)
        for event in joined:
            act = event.act_id
            self.assertFalse(act.act_id)
            self.assertEqual(
                (event.subscription_id, event.name, event.create_date),
                (act.subscription_id, act.name, act.create_date),
            )

    # === WITHDRAWING === #

    def test_fees_and_revisions_know_the_act_that_brought_them(self):
        fees = self.env['offer.subscription.charge'].search([('event_id', '!=', False)])
        self.assertGreater(len(fees), 1)
        for fee in fees:
            self.assertIn('Early end: 50 %', fee.name)
            self.assertEqual(fee.event_id.end_ids.kind, 'agreed')
            self.assertEqual(fee.event_id.subscription_id, fee.subscription_id)
        revised = self.env['offer.revision.line'].search([('state', '=', 'done')])
        self.assertTrue(revised)
        for line in revised:
            self.assertEqual(line.event_id.kind, 'revised')
            self.assertIn(line.new_line_id, line.event_id.phase_ids.subscription_line_id)

    def test_acts_of_before_can_be_withdrawn(self):
        taxed = self.env['offer.revision.line'].search([('state', '=', 'done')])
        ahead = self._find_subscriptions().filtered(
            lambda found: found.date_end == datetime.date(2027, 1, 31)
        )
        self.assertEqual(ahead._get_mrr(datetime.date(2027, 3, 1)), 0)
        with freeze_time(TODAY), self.cr.savepoint() as savepoint:
            taxed._undo()
            self.assertEqual(taxed.subscription_id._get_mrr(datetime.date(2027, 3, 1)), 200)
            ahead.withdraw(ahead.end_ids.event_id.id)
            self.assertFalse(ahead.date_end)
            # five at 30.00 were planned beyond the end
            self.assertEqual(ahead._get_mrr(datetime.date(2027, 3, 1)), 150)
            savepoint.rollback()
        self.env.invalidate_all()
