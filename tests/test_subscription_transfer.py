"""A subscription goes on with another customer; amounts are worked out by hand."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from ..tools.timeline import Timeline
from .common import OfferLifeCommon
from .test_subscription_facts import FactsCommon

DAY = date(2027, 3, 11)


class TransferCommon(FactsCommon, OfferLifeCommon):
    """Three workplaces at 40.00 a month, 120.00, and a backup at 5.00 from 1 January 2027; taken
    over on 11 March, after 10 of 31 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.env['res.partner'].create({'name': 'Bakery Bach', 'is_company': True})
        cls.takeover = {'partner_id': cls.buyer.id}

    def _begin(self, **values):
        values = {'tier_id': self.bronze.id, **values}
        return self._start(**values)

    def _transfer(self, subscription, day=DAY, **values):
        subscription = subscription.with_user(self.accountant)
        return subscription.transfer(day, values or self.takeover).with_user(self.env.user)

    def _get_act(self, subscription):
        return self._get_acts(subscription).filtered(
            lambda act: act.kind == 'transferred' and not act.withdrawn_by_id
        )

    def _assert_owes_once(self, subscription, new, until):
        """That each day is owed by one of both, as it was by the first alone."""
        self.assertFalse(
            [
                (key, run)
                for key, runs in self._read_owed(subscription).items()
                for run in runs
                for other in self._read_owed(new).get(key, ())
                if run.first <= other.last and other.first <= run.last
            ]
        )

    def _read_owed(self, subscription):
        timeline = subscription._get_timeline()
        return {
            (line.continues_line_id or line): timeline.get_owed(line.id)
            for line in subscription.line_ids
        }


@tagged('post_install', '-at_install')
class TestTakeover(TransferCommon):
    def setUp(self):
        super().setUp()
        self.subscription = self._begin()
        self.line, self.backup_line = self.subscription.line_ids.sorted('sequence')

    def test_it_ends_the_day_before_and_goes_on_with_all_that_was_agreed(self):
        self.subscription.change(
            '2027-02-01', [{'line_id': self.line.id, 'discount': 10, 'name': 'Our desks'}]
        )
        self.line.analytic_distribution = {}
        new = self._transfer(self.subscription)
        self.assertEqual(str(self.subscription.date_end), '2027-03-10')
        self.assertEqual(self.subscription.end_reason, f'It goes on as {new.name}.')
        self.assertEqual((new.state, new.partner_id), ('active', self.buyer))
        self.assertEqual(new.partner_invoice_id, self.buyer)
        self.assertEqual((str(new.date_start), str(new.date_anchor)), ('2027-03-11', '2027-01-01'))
        desk, backup = new.line_ids.sorted('sequence')
        self.assertEqual((backup.parent_id, backup.option_id), (desk, self.backup_option))
        self.assertEqual((desk.quantity, desk.price_unit, desk.discount), (3, 40, 10))
        self.assertEqual((desk.name, desk.tier_id), ('Our desks', self.bronze))
        self.assertEqual(new.line_ids.continues_line_id, self.subscription.line_ids)
        self.assertEqual(new.predecessor_id, self.subscription)
        self.assertEqual(self.subscription.successor_ids, new)
        self.assertFalse(new.sale_order_id)

    def test_what_was_billed_ahead_is_credited_to_whom_it_was_invoiced(self):
        self.subscription.bill('2027-03-01')
        new = self._transfer(self.subscription)
        move = self.subscription.bill('2027-03-11')
        self.assertEqual((move.move_type, move.partner_id), ('out_refund', self.customer))
        # 21 of 31 days of 120.00 and of 5.00
        self.assertEqual(move.amount_untaxed, 81.29 + 3.39)
        move = new.bill('2027-03-11')
        self.assertEqual((move.partner_id, move.amount_untaxed), (self.buyer, 81.29 + 3.39))
        self._bills(new, ('2027-04-01', 125.0))
        self._bills(self.subscription, ('2029-01-01', 0.0))

    def test_each_customer_pays_its_days_to_the_cent(self):
        for number, values in enumerate(
            (
                {},
                {'billing_mode': 'arrears'},
                {'advance_days': 20},
                {'interval_unit': 'year'},
                {'interval_unit': 'week', 'alignment': 'calendar'},
                {'alignment': 'day', 'alignment_day': 15},
            )
        ):
            for is_billed in (False, True):
                with self.subTest(values=values, is_billed=is_billed):
                    plan = self._create_plan(f'Plan {number} {is_billed}', **values)
                    plan.minimum_term_count = 0
                    self._create_price(40.0, plan_id=plan.id)
                    plain = {'plan_id': plan.id, 'quantity': 1, 'options': []}
                    alone, subscription = self._begin(**plain), self._begin(**plain)
                    until = '2027-04-20' if values.get('interval_unit') != 'year' else '2028-01-01'
                    expected = self._sum(alone.bill(until))
                    paid = self._sum(subscription.bill('2027-03-05')) if is_billed else 0.0
                    new = self._transfer(subscription)
                    paid += self._sum(subscription.bill(until))
                    self.assertAlmostEqual(paid + self._sum(new.bill(until)), expected, 2)
                    self._assert_owes_once(subscription, new, until)

    def _sum(self, moves):
        return sum(-move.direction_sign * move.amount_untaxed for move in moves)

    def test_a_started_period_is_owed_once_where_it_is_charged_in_full(self):
        plan = self._create_plan('In full', proration='none', minimum_term_count=0)
        self._create_price(40.0, plan_id=plan.id)
        subscription = self._begin(plan_id=plan.id, options=[])
        new = self._transfer(subscription)
        self.assertEqual(str(new.date_start), '2027-04-01')
        self.assertEqual(str(subscription.date_end), '2027-03-31')
        self._bills(subscription, ('2027-06-01', 3 * 120.0))
        self._bills(new, ('2027-06-01', 3 * 120.0))
        # nothing of the period is owed before: it begins there
        subscription = self._begin(plan_id=plan.id, options=[])
        subscription.pause('2027-03-01', '2027-03-10')
        new = self._transfer(subscription)
        self.assertEqual(str(new.date_start), '2027-03-11')
        self._bills(subscription, ('2027-06-01', 2 * 120.0))
        self._bills(new, ('2027-06-01', 4 * 120.0))

    def test_the_term_runs_on(self):
        self.subscription.plan_id.renewal_count = 6
        subscription = self._begin(date_start='2025-01-01')
        subscription.write({'renewal_count': 6, 'renewal_unit': 'month', 'renewal_mode': 'auto'})
        for _renewal in range(3):
            subscription._renew_or_end()
        before = subscription.renewals, subscription.date_term_end, subscription.minimum_term_end
        self.assertEqual(str(before[1]), '2027-06-30')
        new = self._transfer(subscription)
        self.assertEqual((new.renewals, new.date_term_end, new.minimum_term_end), before)
        self.assertEqual(str(new.give_notice('2027-04-01')), '2027-06-30')
        # a transfer after the term: as it would have been renewed by then
        subscription = self._begin()
        subscription.write({'renewal_count': 6, 'renewal_unit': 'month', 'renewal_mode': 'auto'})
        new = self._transfer(subscription, date(2028, 2, 1))
        self.assertEqual((new.renewals, str(new.date_term_end)), (1, '2028-06-30'))

    def test_a_term_that_only_a_signature_renews_is_not_exceeded(self):
        self.subscription.renewal_mode = 'quote'
        self._assert_refused(
            'agreed until', lambda: self._transfer(self.subscription, date(2028, 1, 1))
        )
        new = self._transfer(self.subscription)
        self.assertEqual((new.renewal_mode, str(new.date_term_end)), ('quote', '2027-12-31'))
        self._bills(new, ('2028-06-01', 81.29 + 3.39 + 9 * 125.0))

    def test_pauses_ends_and_waivers_go_along_each_by_itself(self):
        self.subscription.pause('2027-03-01', '2027-03-20')
        self.subscription.pause('2027-06-01')
        self.subscription.resume('2027-07-01')
        self.subscription.waive(self.line.id, '2027-03-01', '2027-04-30', 'sorry')
        self.subscription.give_notice('2027-02-01')
        self.subscription.end('2029-12-31', 'moves away')
        new = self._transfer(self.subscription)
        self.assertEqual(str(new.date_end), '2027-12-31')
        self.assertEqual(str(new.date_notice), '2027-02-01')
        self.assertEqual(
            sorted((str(it.date_from), str(it.date_to)) for it in new.pause_ids),
            [('2027-03-11', '2027-03-20'), ('2027-06-01', '2027-06-30')],
        )
        waiver = new.line_ids.waiver_ids
        self.assertEqual((str(waiver.date_from), waiver.reason), ('2027-03-11', 'sorry'))
        # the backup from 21 March on, and from May on both
        self._bills(new, ('2027-05-01', 1.77 + 5.0 + 125.0))
        new.withdraw_notice()
        self.assertEqual(str(new.date_end), '2029-12-31')
        self.assertEqual(len(new.pause_ids), 2)
        self._assert_movements_add_up(new)
        self._assert_movements_add_up(self.subscription)

    def test_what_is_planned_goes_along(self):
        self.subscription.change('2027-05-01', [{'line_id': self.line.id, 'quantity': 5}])
        self.subscription.change('2027-06-01', [{'line_id': self.line.id, 'price_unit': 42}])
        self.subscription.change(
            '2027-07-01',
            [
                {'line_id': self.backup_line.id, 'quantity': 0},
                {'product_id': self.backup.id, 'quantity': 4, 'price_unit': 3},
            ],
        )
        expected = {day: self._lines_on(self.subscription, day) for day in (
            '2027-03-11', '2027-05-01', '2027-06-01', '2027-07-01')}  # fmt: skip
        new = self._transfer(self.subscription)
        for day, lines in expected.items():
            self.assertEqual((day, self._lines_on(new, day)), (day, lines))
        self.assertEqual(len(new.planned_act_ids.filtered('is_withdrawable')), 3)
        self._assert_movements_add_up(new)
        planned = new.event_ids.filtered(
            lambda act: str(act.date) == '2027-05-01' and act.kind == 'changed' and not act.act_id
        )
        new.withdraw(planned.id)
        self.assertEqual(self._lines_on(new, '2027-06-01')[0][1:], (3, 42))
        self._assert_movements_add_up(new)

    def test_introductory_periods_that_are_left_go_along(self):
        order_values = {'offer_intro_periods': 4, 'offer_intro_percent': 50}
        subscription = self._start(order_values, tier_id=self.bronze.id, options=[])
        new = self._transfer(subscription)
        self.assertEqual(str(new.date_introduction_end), '2027-04-30')
        self.assertEqual((new.intro_periods, new.intro_percent), (2, 50))
        # half of 81.29, by running totals of 60.00: 60.00 less 19.35
        self._bills(new, ('2027-03-11', 40.65), ('2027-05-01', 60.0 + 120.0))
        later = self._transfer(new, date(2027, 6, 1), partner_id=self.customer.id)
        self.assertEqual((later.date_introduction_end, later.intro_periods), (False, 0))
        self._bills(later, ('2027-06-01', 120.0))

    def test_roles_of_ours_go_along_and_people_of_the_customer_before_do_not(self):
        sides = self.env['offer.role'].create(
            [{'name': 'Engineer'}, {'name': 'Contact', 'side': 'customer'}]
        )
        self.subscription.role_assignment_ids = [
            Command.create({'role_id': role.id, 'person_id': self.salesperson.partner_id.id})
            for role in sides
        ]
        new = self._transfer(self.subscription)
        self.assertEqual(new.role_assignment_ids.role_id, sides[0])
        self.assertEqual(new.role_assignment_ids.partner_id, self.buyer)

    def test_the_revenue_moves_within_and_each_customer_has_its_own(self):
        new = self._transfer(self.subscription)
        moved = (self.subscription + new).event_ids.filtered(
            lambda it: it.date == DAY and it.mrr_change
        )
        self.assertEqual(set(moved.mapped('movement')), {'transfer'})
        by_customer = {
            partner: sum(events.mapped('mrr_company'))
            for partner, events in (self.subscription + new).event_ids.grouped('partner_id').items()
        }
        self.assertEqual(by_customer, {self.customer: 0.0, self.buyer: 125.0})
        self._assert_movements_add_up(self.subscription)
        self._assert_movements_add_up(new)

    def test_ids_of_lines_are_followed(self):
        new = self._transfer(self.subscription)
        row = {'line_id': self.line.id, 'quantity': 9, 'date': '2027-04-01', 'reference': 'N'}
        self.env['offer.count'].record([row])
        self.env['offer.count'].search([('reference', '=', 'N')]).action_apply()
        self.assertEqual(self._lines_on(new, '2027-04-01')[0][1], 9)

    def test_what_would_be_agreed_is_what_is_agreed(self):
        self.subscription.pause('2027-03-05', '2027-03-20')
        self.subscription.change('2027-05-01', [{'line_id': self.line.id, 'quantity': 5}])
        self.subscription.waive(self.line.id, '2027-04-01', '2027-04-30', 'sorry')
        self.subscription.give_notice('2027-02-01')
        transfer = self.subscription._read_transfer(DAY, self.takeover)
        would = Timeline(self.subscription._get_transferred_facts(transfer))
        new = self._transfer(self.subscription)
        found = new._get_timeline()
        for line in new.line_ids:
            key = 'new', line.continues_line_id.id
            self.assertEqual(would.get_owed(key), found.get_owed(line.id))
        self.assertEqual(would.end, found.end)
