"""Another plan goes on in a subscription of its own; amounts are worked out by hand."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .test_quotation_doors import MARCH, DoorsCommon


@tagged('post_install', '-at_install')
class TestAnotherPlan(DoorsCommon):
    """From 1 March a year at a time: 7 workplaces at 385.00 a year, 2,695.00."""

    def setUp(self):
        super().setUp()
        self.yearly = self._create_plan('Yearly', interval_unit='year', minimum_term_count=0)
        self._create_price(385.0, plan_id=self.yearly.id)
        self.subscription = self._begin(7, options=[])
        self.line = self.subscription.line_ids

    def _move(self):
        """:return: the subscription that goes on"""
        order = self._quote(self.subscription, plan_id=self.yearly.id)
        order.action_confirm()
        return order.sudo().offer_subscription_ids

    def _get_act(self):
        return self.subscription.event_ids.filtered(
            lambda act: act.kind == 'changed' and not act.act_id
        )

    def test_a_year_counts_from_the_day_of_the_change(self):
        self.subscription.bill('2027-03-01')
        order = self._quote(self.subscription, plan_id=self.yearly.id)
        texts = order.offer_change_text.split('\n')
        self.assertIn('For 03/01/2027 to 03/31/2027 under Monthly: −$\xa0245.00', texts)
        self.assertIn('For 03/01/2027 to 02/29/2028 under Yearly: +$\xa02,695.00', texts)
        order.action_confirm()
        new = order.sudo().offer_subscription_ids
        self.assertEqual((new.date_anchor, new.line_ids.continues_line_id), (MARCH, self.line))
        self._bills(self.subscription, ('2027-03-01', -245.0), ('2029-01-01', 0.0))
        self._bills(new, ('2027-03-01', 2695.0), ('2028-02-29', 0.0), ('2028-03-01', 2695.0))
        # 2,695.00 a year is 224.58 a month
        self.assertEqual(
            [row for row in self._movements(self.subscription + new) if row[0] == '2027-03-01'],
            [
                ('2027-03-01', 'changed', 'transfer', 224.58),
                ('2027-03-01', 'changed', 'transfer', -224.58),
                ('2027-03-01', 'changed', 'contraction', -20.42),
            ],
        )
        self.assertEqual(self.subscription.end_reason, f'It goes on as {new.name}.')

    def test_what_was_agreed_for_later_goes_along(self):
        self.subscription.pause('2027-06-01', '2027-06-30')
        self.subscription.change('2027-09-01', [{'line_id': self.line.id, 'quantity': 9}])
        self.subscription.waive(self.line.id, '2027-04-01', '2027-04-30', 'sorry')
        self.subscription.end('2027-12-31', 'moves away')
        new = self._move()
        self.assertEqual(str(new.date_end), '2027-12-31')
        self.assertEqual(new.end_reason, 'moves away')
        days = ('2027-05-31', '2027-06-01', '2027-06-30', '2027-07-01', '2027-09-01')
        delivered = [self._get_content(new.line_ids, date.fromisoformat(day)) for day in days]
        self.assertEqual(delivered, [(7.0, 385.0), None, None, (7.0, 385.0), (9.0, 385.0)])
        self.assertEqual(str(new.line_ids.waiver_ids.date_from), '2027-04-01')
        self._assert_movements_add_up(new)
        self._assert_movements_add_up(self.subscription)

    def _assert_said(self, expected, plan=None):
        """That the text names an amount for the first period, and that it is billed for it."""
        plan = plan or self.yearly
        order = self._quote(self.subscription, plan_id=plan.id)
        (text,) = [it for it in order.offer_change_text.split('\n') if f'under {plan.name}' in it]
        self.assertTrue(text.endswith(expected), text)
        last = order._get_offer_moved_timeline(plan, order.order_line).get_period(MARCH).last
        order.action_confirm()
        new = order.sudo().offer_subscription_ids
        rows = new.preview(last + timedelta(days=40))
        total = sum(row['amount'] for row in rows if row['date_from'] <= str(last))
        self.assertEqual(text.split(': ')[1], order._format_offer_difference(total))
        return text

    def test_what_goes_along_is_said_before_it_is_signed(self):
        # 366 days from 1 March 2027 on, 2,695.00 without anything; 30 of them are paused
        subscription = self.subscription
        subscription.pause('2027-06-01', '2027-06-30')
        self._assert_said('+$\xa02,474.10')
        subscription.withdraw(self._get_act().id)
        subscription.change('2027-09-01', [{'line_id': self.line.id, 'quantity': 9}])
        subscription.waive(self.line.id, '2027-04-01', '2027-04-30', 'sorry')
        subscription.end('2027-12-31', 'moves away')
        # March, May, July and August at 2,695.00; from September on 3,465.00: 228.27, 228.26,
        # 456.53 and 1,155.00
        text = self._assert_said('+$\xa02,068.06')
        self.assertIn('to 12/31/2027', text)

    def test_what_is_owed_in_full_is_said_so(self):
        plan = self._create_plan('In Full', proration='none', minimum_term_count=0)
        self._create_price(40.0, plan_id=plan.id)
        subscription = self.subscription
        subscription.pause('2027-03-10', '2027-03-20')
        subscription.change('2027-03-25', [{'line_id': self.line.id, 'quantity': 9}])
        # a started period is owed once, at the most: 9 × 40.00
        self._assert_said('+$\xa0360.00', plan)

    def test_an_introductory_price_is_said(self):
        order = self._quote(self.subscription, plan_id=self.yearly.id)
        order.write({'offer_intro_periods': 1, 'offer_intro_percent': 50.0})
        self.assertIn('under Yearly: +$\xa01,347.50', order.offer_change_text)
        order.action_confirm()
        self._bills(order.sudo().offer_subscription_ids, ('2027-03-01', 1347.5))

    def test_components_per_unit_are_said(self):
        self._create_price(12.0, option_id=self.antivirus.id, plan_id=self.yearly.id)
        self.subscription = self._begin(7)
        root = self.subscription.line_ids[0]
        self.subscription.change('2027-09-01', [{'line_id': root.id, 'quantity': 9}])
        # 184 of 366 days for 7, 182 for 9: 1,354.86 and 1,723.03 at 385.00, 42.23 and 53.70 at
        # 12.00
        self._assert_said('+$\xa03,173.82')

    def test_a_planned_price_is_named_before_it_is_signed(self):
        self.subscription.change('2027-09-01', [{'line_id': self.line.id, 'price_unit': 36.0}])
        order = self._quote(self.subscription, plan_id=self.yearly.id)
        self.assertIn('withdraw it before', order.offer_warning)
        self._assert_refused('withdraw it before', order.action_confirm)

    def test_a_change_of_the_plan_is_withdrawn_while_nothing_came_after_it(self):
        self.subscription.bill('2027-02-01')
        new = self._move()
        self._bills(new, ('2027-03-01', 2695.0))
        self.subscription.withdraw(self._get_act().id)
        self.assertEqual((self.subscription.state, new.state), ('active', 'closed'))
        self.assertFalse(self.subscription.date_end)
        self._bills(new, ('2027-03-01', -2695.0))
        self._bills(self.subscription, ('2027-03-01', 245.0))
        for subscription in self.subscription + new:
            self._assert_movements_add_up(subscription)

    @freeze_time('2027-03-10')
    def test_its_withdrawal_shows_what_comes_back_of_both(self):
        self.subscription.bill('2027-03-01')
        new = self._move()
        self._bills(self.subscription, ('2027-03-01', -245.0))
        self._bills(new, ('2027-03-01', 2695.0))
        action = self._get_act().action_withdraw()
        dialog = self.env['offer.withdrawal'].with_context(**action['context']).create({})
        shown = dialog.amounts.replace('\xa0', ' ')
        self.assertIn('+$ 245.00', shown)
        self.assertIn(new.name, shown)
        self.assertIn('−$ 2,695.00', shown)
        self.assertIn('on the next invoice', shown)
        dialog.action_apply()
        self._bills(self.subscription, ('2027-03-10', 245.0))
        self._bills(new, ('2027-03-10', -2695.0))

    def test_it_is_not_withdrawn_once_something_was_agreed_of_what_goes_on(self):
        new = self._move()
        new.change('2027-04-01', [{'line_id': new.line_ids.id, 'quantity': 8}])
        act = self._get_act()
        self._assert_refused('has been changed since', lambda: self.subscription.withdraw(act.id))
        self.assertFalse(act.is_withdrawable)

    def test_a_count_follows_to_where_the_line_goes_on(self):
        new = self._move()
        row = {'line_id': self.line.id, 'quantity': 9, 'date': '2027-04-01', 'reference': 'N'}
        self.env['offer.count'].record([row])
        self.env['offer.count'].search([('reference', '=', 'N')]).action_apply()
        self.assertEqual(self._lines_on(new, '2027-04-01')[0][1:], (9.0, 385.0))

    def test_it_is_withdrawn_after_its_day_too(self):
        subscription = self._begin(7, options=[], date_start='2026-01-01')
        subscription.bill('2026-03-31')
        order = self._quote(subscription, date(2026, 3, 1), plan_id=self.yearly.id)
        order.action_confirm()
        new = order.sudo().offer_subscription_ids
        self._bills(subscription, ('2026-11-25', -245.0))
        self._bills(new, ('2026-11-25', 2695.0))
        self.assertEqual((subscription.state, new.state), ('closed', 'active'))
        act = subscription.event_ids.filtered(lambda it: it.kind == 'changed' and not it.act_id)
        subscription.withdraw(act.id)
        self.assertEqual((subscription.state, new.state), ('active', 'closed'))
        self._bills(new, ('2026-11-25', -2695.0))
        # March to November at 245.00
        self._bills(subscription, ('2026-11-25', 9 * 245.0))
