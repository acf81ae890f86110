"""A transfer is withdrawn as one act, done again, and refused where it can't be."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .test_subscription_transfer import DAY, TransferCommon


@tagged('post_install', '-at_install')
class TestTransferWithdrawn(TransferCommon):
    def setUp(self):
        super().setUp()
        self.subscription = self._begin(options=[])
        self.line = self.subscription.line_ids

    def test_it_leaves_no_trace_in_money(self):
        self.subscription.give_notice('2027-02-01')
        self.subscription.bill('2027-03-01')
        new = self._transfer(self.subscription)
        self._bills(self.subscription, ('2027-03-11', -81.29))
        self._bills(new, ('2027-03-11', 81.29))
        act = self._get_act(self.subscription)
        self.assertTrue(act.is_withdrawable)
        self.subscription.withdraw(act.id)
        self.assertEqual((self.subscription.state, new.state), ('active', 'closed'))
        self.assertEqual(str(self.subscription.date_end), '2027-12-31')
        self._bills(new, ('2027-03-12', -81.29))
        self._bills(self.subscription, ('2027-03-12', 81.29), ('2027-04-01', 120.0))
        for subscription in self.subscription + new:
            self._assert_movements_add_up(subscription)
        self.assertFalse(self.subscription.successor_ids)
        self.assertEqual(self.line._get_continued_on(date(2027, 5, 1)), self.line)

    def test_it_is_not_withdrawn_where_it_went_on(self):
        new = self._transfer(self.subscription)
        act = self._get_act(new)
        self.assertFalse(act.is_withdrawable)
        self._assert_refused("can't be withdrawn", lambda: new.withdraw(act.id))

    def test_it_stays_once_something_was_agreed_of_what_goes_on(self):
        new = self._transfer(self.subscription)
        new.change('2027-05-01', [{'line_id': new.line_ids.id, 'quantity': 5}])
        act = self._get_act(self.subscription)
        self._assert_refused('changed since', lambda: self.subscription.withdraw(act.id))
        self.assertFalse(act.is_withdrawable)
        (change,) = new.event_ids.filtered(lambda it: it.kind == 'changed' and not it.act_id)
        new.withdraw(change.id)
        self.subscription.withdraw(act.id)
        self.assertEqual(new.state, 'closed')
        self._assert_movements_add_up(new)

    def test_it_is_done_again(self):
        first = self._transfer(self.subscription)
        self.subscription.withdraw(self._get_act(self.subscription).id)
        second = self._transfer(self.subscription, date(2027, 4, 1))
        self.assertEqual(self.line._get_continued_on(date(2027, 5, 1)), second.line_ids)
        self.assertEqual(self.subscription.successor_ids, second)
        self._bills(self.subscription, ('2027-06-01', 3 * 120.0))
        self._bills(first, ('2027-06-01', 0.0))
        self._bills(second, ('2027-06-01', 3 * 120.0))

    def test_twice_in_a_row_and_back_to_the_first_customer(self):
        second = self._transfer(self.subscription)
        third = self._transfer(second, date(2027, 4, 21), partner_id=self.customer.id)
        self.assertEqual((third.partner_id, third.predecessor_id), (self.customer, second))
        self.assertEqual(third.date_term_end, self.subscription.date_term_end)
        # 120.00: 10 and 21 of 31 days in March, 20 and 10 of 30 in April
        self._bills(self.subscription, ('2027-05-01', 240.0 + 38.71))
        self._bills(second, ('2027-05-01', 161.29))
        self._bills(third, ('2027-05-01', 40.0 + 120.0))
        act = self._get_act(self.subscription)
        self._assert_refused('changed since', lambda: self.subscription.withdraw(act.id))
        second.withdraw(self._get_act(second).filtered(lambda it: not it.cause_id).id)
        self.assertEqual((second.state, third.state), ('active', 'closed'))
        self.subscription.withdraw(act.id)
        for subscription in self.subscription + second + third:
            self._assert_movements_add_up(subscription)
        self._bills(self.subscription, ('2027-05-01', 120.0 * 5 - 278.71))

    def test_no_later_end_lets_it_run_beside_what_goes_on(self):
        self._transfer(self.subscription)
        self.subscription.end('2027-12-31', 'forgotten')
        self.assertEqual(str(self.subscription.date_end), '2027-03-10')
        self._bills(self.subscription, ('2028-06-01', 240.0 + 38.71))

    def test_it_goes_elsewhere_once(self):
        self._transfer(self.subscription)
        for day in (date(2027, 2, 1), DAY, date(2027, 5, 1)):
            self._assert_refused(
                'continues elsewhere', lambda day=day: self._transfer(self.subscription, day)
            )

    def _import(self):
        """:return: a subscription that another system billed until the end of March"""
        subscription = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'date_start': '2027-01-01',
                'line_ids': [
                    (0, 0, {'product_id': self.workplace.id, 'quantity': 3, 'price_unit': 40,
                            'billed_until': '2027-03-31'}),
                ],
            }
        )  # fmt: skip
        subscription.activate('2027-01-01')
        return subscription

    def test_days_billed_externally(self):
        self.subscription = self._import()
        new = self._transfer(self.subscription)
        self._bills(self.subscription, ('2027-04-01', -81.29))
        self._bills(new, ('2027-04-01', 201.29))

    def test_days_billed_externally_that_a_company_keeps(self):
        self.subscription = self._import()
        self.company.offer_external_policy = 'refuse'
        self._assert_refused('billed externally', lambda: self._transfer(self.subscription))


@tagged('post_install', '-at_install')
class TestTransferRefused(TransferCommon):
    def setUp(self):
        super().setUp()
        self.subscription = self._begin()
        self.line, self.backup_line = self.subscription.line_ids.sorted('sequence')

    def _assert_not_transferred(self, message, day=DAY, **values):
        count = self.env['offer.subscription'].search_count([])
        with self.assertRaisesRegex(UserError, message), self.cr.savepoint():
            self._transfer(self.subscription, day, **values)
        self.assertEqual(self.env['offer.subscription'].search_count([]), count)

    def test_what_differs_in_nothing(self):
        self._assert_not_transferred('Say which other', partner_id=self.customer.id)
        self._assert_not_transferred(
            'Say which other', lines=[{'line_id': self.line.id, 'price_unit': 1}]
        )

    def test_days_on_which_it_does_not_run(self):
        self._assert_not_transferred('starts on', date(2026, 12, 31))
        self._assert_not_transferred('is not a date', 'someday', **self.takeover)
        self.subscription.end('2027-04-30', 'over')
        self._assert_not_transferred('ends on', date(2027, 5, 1))

    def test_what_is_pending_or_closed(self):
        self.workplace.offer_start = 'delivery'
        pending = self._begin()
        self._assert_refused('not running', lambda: self._transfer(pending))
        self.workplace.offer_start = 'order'
        self.subscription = self._begin(date_start='2026-01-01')
        self.subscription.end('2026-10-31', 'over')
        self._assert_not_transferred('not running', date(2026, 10, 1))

    def test_days_that_are_locked(self):
        self.subscription.bill('2027-03-01')
        self.company.fiscalyear_lock_date = '2027-03-31'
        self._assert_not_transferred('books are locked')

    def test_what_is_not_readable(self):
        for message, values in (
            ('not readable', {'plan_id': self.plan.id}),
            ('does not exist', {'partner_id': 2**31 - 1}),
            ('does not exist', {'partner_id': True}),
            ('does not exist', {'partner_id': 'x'}),
            ('does not exist', {'currency_id': -1}),
            ('Say which lines', {**self.takeover, 'lines': 7}),
            ('readable', {**self.takeover, 'lines': ['x']}),
        ):
            with self.subTest(values=values):
                self._assert_not_transferred(message, **values)
        with self.assertRaisesRegex(UserError, 'not readable'):
            self.subscription.transfer(DAY, 'x')

    def test_prices_that_are_none(self):
        other = self._begin()
        for message, said in (
            ('no such line', {'line_id': other.line_ids[0].id, 'price_unit': 1}),
            ('number', {'line_id': self.line.id, 'price_unit': -1}),
            ('number', {'line_id': self.line.id, 'price_unit': float('nan')}),
            ('number', {'line_id': self.line.id, 'price_unit': True}),
            ('nothing else', {'line_id': self.line.id, 'price_unit': 1, 'quantity': 2}),
            ('nothing else', {'product_id': self.backup.id, 'price_unit': 1}),
            ('nothing else', {'line_id': self.line.id}),
        ):
            with self.subTest(said=said):
                self._assert_not_transferred(message, **self.takeover, lines=[said])
        said = {'line_id': self.line.id, 'price_unit': 1}
        self._assert_not_transferred('named twice', **self.takeover, lines=[said, said])

    def test_whoever_may_not(self):
        portal = new_test_user(self.env, login='customer', groups='base.group_portal')
        for user in (self.salesperson, portal):
            subscription = self.subscription.with_user(user)
            with self.assertRaises(AccessError):
                subscription.transfer(DAY, self.takeover)
        with self.assertRaises(AccessError):
            subscription.propose_transfer_prices(DAY, self.takeover)

    def test_an_amount_that_is_billed_once_later(self):
        self.subscription._charge_once(self.line, date(2027, 5, 1), 10.0, 'Fee')
        self._assert_not_transferred('"Fee" is billed from')

    def test_a_quotation_of_a_change_can_not_be_confirmed_any_more(self):
        order = self.subscription._create_change_order(date(2027, 4, 1))
        self._transfer(self.subscription)
        self._assert_refused('ends on', order.action_confirm)

    def test_another_customer_by_hand_names_the_act(self):
        for name in ('partner_id', 'company_id', 'currency_id'):
            self._assert_refused(
                'use "Transfer" instead',
                lambda name=name: self.subscription.write({name: 2**31 - 1}),
            )

    def test_what_is_said_of_days_before_is_not_lost_after_them(self):
        subscription = self._begin()
        new = self._transfer(subscription)
        root = subscription.line_ids.sorted('sequence')[0]
        told = f'continues in {new.name} from 03/11/2027 on. Withdraw that first'
        for act in (
            lambda: subscription.change('2027-02-01', [{'line_id': root.id, 'quantity': 5}]),
            lambda: subscription.change(
                '2027-02-01', [{'product_id': self.backup.id, 'price_unit': 1.0}]
            ),
            lambda: subscription.pause('2027-02-15', '2027-03-20'),
            lambda: subscription.pause('2027-02-15'),
        ):
            self._assert_refused(told, act)
        # what ends before reaches nothing there
        subscription.pause('2027-02-15', '2027-03-10')
        subscription.withdraw(self._get_act(subscription).id)
        subscription.change('2027-02-01', [{'line_id': root.id, 'quantity': 5}])
        again = self._transfer(subscription)
        self.assertEqual(again.line_ids.sorted('sequence')[0].quantity, 5)
