"""Lives of subscriptions, told as stories; every invoice is worked out by hand."""

from dateutil.relativedelta import relativedelta
from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestLife(OfferLifeCommon):
    def test_nobody_acts_without_the_right(self):
        subscription = self._live().with_user(self.salesperson)
        line = subscription.line_ids
        for act in (
            lambda: subscription.pause('2027-02-01'),
            lambda: subscription.give_notice('2027-02-01'),
            lambda: subscription.change('2027-02-01', [{'line_id': line.id, 'quantity': 3}]),
        ):
            with self.assertRaises(AccessError):
                act()

    # === START === #

    def test_charging_starts_when_it_is_marked_delivered(self):
        self.workplace.offer_start = 'delivery'
        subscription = self._live(date_start=False)
        self.assertEqual((subscription.state, subscription.line_ids.date_start), ('pending', False))
        self.assertFalse(subscription.preview('2028-01-01'))
        self.assertFalse(subscription.event_ids)
        action = subscription.action_activate()
        dialog = self.env[action['res_model']].with_context(**action['context'])
        dialog.create({'date': '2027-03-15'}).action_apply()
        self.assertEqual(subscription.state, 'active')
        self._bills(subscription, ('2027-03-15', 80.0))

    def test_what_is_delivered_and_what_is_not_start_apart(self):
        other = self._create_item('Firewall', 0.0, 'service', type='service')
        self._create_price(30.0, service=other)
        other.offer_start = 'delivery'
        order = self._create_order()
        order.offer_add(self._configuration(options=[]))
        order.offer_add({'product_id': other.id, 'quantity': 1, 'plan_id': self.plan.id})
        order.action_confirm()
        self.assertEqual(
            sorted(order.offer_subscription_ids.mapped('state')), ['active', 'pending']
        )

    def test_a_service_added_to_a_confirmed_order_starts_at_once(self):
        first = self._live()
        order = first.sale_order_id
        line = order.offer_add(self._configuration(options=[], date_start='2027-06-01'))
        added = order.offer_subscription_ids - first
        self.assertEqual((added.state, str(added.date_start)), ('active', '2027-06-01'))
        self.assertEqual(added.line_ids.sale_line_id, line)
        # also by the form, the catalogue and remote calls: with its default
        order.write({'order_line': [Command.create({'product_id': self.workplace.id})]})
        self.assertEqual(len(order.offer_subscription_ids), 3)
        self.env['sale.order.line'].create({'order_id': order.id, 'product_id': self.workplace.id})
        self.assertEqual(len(order.offer_subscription_ids), 4)

    def test_what_can_not_be_sold_is_not_added_to_a_confirmed_order(self):
        order = self._live().sale_order_id
        self.workplace.product_tmpl_id.action_offer_retire()
        self._assert_refused(
            'retired',
            lambda: self.env['sale.order.line'].create(
                {'order_id': order.id, 'product_id': self.workplace.id}
            ),
        )
        self.assertEqual(len(order.offer_subscription_ids), 1)

    def test_what_runs_is_read_only_on_its_order(self):
        line = self._live().sale_order_id.order_line
        for values in (
            {'product_uom_qty': 5},
            {'price_unit': 1.0},
            {'discount': 10},
            {'offer_tier_id': self.gold.id},
            {'product_id': self.backup.id},
        ):
            self._assert_refused('press "Change"', lambda values=values: line.write(values))

    def test_what_runs_is_read_only_in_form_and_catalogue(self):
        line = self._live().sale_order_id.order_line
        self.assertTrue(line.offer_is_running)
        form = Form(line.order_id)
        with form.order_line.edit(0) as row:
            for name in ('product_uom_qty', 'price_unit', 'product_template_id'):
                with self.assertRaisesRegex(AssertionError, 'readonly'):
                    setattr(row, name, 5)
        self.assertTrue(line._get_product_catalog_lines_data()['readOnly'])
        draft = self._create_order()
        draft.offer_add(self._configuration(options=[]))
        self.assertFalse(draft.order_line.offer_is_running)

    def test_confirming_twice_starts_nothing_twice(self):
        subscription = self._live()
        with mute_logger('odoo.sql_db'), self.assertRaises(UniqueViolation):
            subscription.line_ids.create(
                {
                    'subscription_id': subscription.id,
                    'product_id': self.workplace.id,
                    'sale_line_id': subscription.line_ids.sale_line_id.id,
                }
            )

    # === NOTICE AND END === #

    def test_a_notice_shows_its_end_before_it_is_given(self):
        self.plan.write({'notice_count': 3, 'renewal_count': 12})
        subscription = self._live()
        action = subscription.action_notice()
        dialog = self.env[action['res_model']].with_context(**action['context'])
        dialog = dialog.create({'date': '2027-10-01', 'reason_id': self._reason().id})
        # a day too late for the minimum term
        self.assertEqual(str(dialog.date_last), '2028-12-31')
        self.assertIn('It ends on 12/31/2028.', dialog.effect)
        dialog.date = '2027-09-30'
        self.assertEqual(str(dialog.date_last), '2027-12-31')
        self.assertFalse(subscription.date_end)
        dialog.action_apply()
        self.assertEqual(str(subscription.date_end), '2027-12-31')
        letter = subscription.message_ids.filtered('attachment_ids')
        self.assertIn('12/31/2027', letter.body)
        self.assertEqual(letter.partner_ids, self.customer)
        self.assertEqual(subscription.end_reason_id, self._reason())

    @classmethod
    def _reason(cls):
        return cls.env.ref('sale_offer.end_reason_price')

    def test_a_notice_takes_a_planned_change_along_and_gives_it_back(self):
        subscription = self._live()
        line = subscription.line_ids
        subscription.change('2028-02-01', [{'line_id': line.id, 'quantity': 5}])
        subscription.give_notice('2027-03-01')
        self.assertEqual(str(subscription.date_end), '2027-12-31')
        self._assert_mrr(subscription, {'2027-12-31': 80.0, '2028-01-01': 0, '2028-02-01': 0})
        subscription.withdraw_notice()
        self._assert_mrr(subscription, {'2028-01-31': 80.0, '2028-02-01': 200.0})

    def _assert_mrr(self, subscription, expected):
        events = subscription.event_ids
        for day, amount in expected.items():
            found = sum(event.mrr_change for event in events if str(event.date) <= day)
            self.assertEqual((day, round(found, 2)), (day, amount))

    def test_another_end_than_the_notice_brought(self):
        subscription = self._live()
        subscription.give_notice('2027-03-01')
        self.assertEqual(str(subscription.date_end), '2027-12-31')
        # later, as agreed with the customer: it counts once the notice is withdrawn
        subscription.end('2028-02-29', 'they need it longer')
        self.assertEqual(str(subscription.date_end), '2027-12-31')
        subscription.withdraw_notice()
        self.assertEqual(str(subscription.line_ids.date_end), '2028-02-29')
        self._assert_mrr(subscription, {'2028-01-01': 80.0, '2028-03-01': 0})
        # another one replaces it
        subscription.end('2027-10-31', 'or not')
        self._assert_mrr(subscription, {'2027-10-31': 80.0, '2027-11-01': 0, '2030-01-01': 0})
        self._assert_refused('no notice', subscription.withdraw_notice)

    def test_an_end_before_the_term_as_agreed(self):
        # 80.00 for 31 days less 25.81 for 10
        subscription = self._live()
        subscription.bill('2027-01-01')
        subscription.end('2027-01-10', self._reason().id)
        self._bills(subscription, ('2027-01-11', -54.19))
        self.assertEqual(subscription.end_reason_id, self._reason())

    def test_an_end_before_the_term_runs_to_what_was_paid(self):
        self.plan.early_end = 'keep'
        subscription = self._live()
        subscription.bill('2027-01-01')
        subscription.end('2027-01-10', 'moved')
        self.assertEqual(str(subscription.date_end), '2027-01-31')
        self._bills(subscription, ('2027-02-28', 0.0))

    def test_an_end_before_the_term_costs_a_fee(self):
        self.plan.write({'early_end': 'fee', 'early_end_percent': 50})
        subscription = self._live()
        for month in range(1, 11):
            subscription.bill(f'2027-{month:02}-01')
        # of November and December: 160.00
        subscription.end('2027-10-31', 'moved')
        self._bills(subscription, ('2027-11-01', 80.0), ('2027-12-31', 0.0))
        fee = subscription.charge_ids
        self.assertEqual(fee.move_id.invoice_line_ids.name, fee.name)
        self.assertIn('50 %', fee.name)
        # a cancelled invoice makes it due again, and only once
        move = fee.move_id
        move.button_draft()
        move.button_cancel()
        self._bills(subscription, ('2027-11-02', 80.0), ('2027-11-03', 0.0))
        self._assert_refused('billed again meanwhile', move.button_draft)

    def test_an_end_with_the_period_or_the_term(self):
        subscription = self._live(date_start='2026-11-01')
        action = subscription.action_end()
        dialog = self.env[action['res_model']].with_context(**action['context'])
        form = Form(dialog.with_context(tz='UTC'))
        today = form.date
        form.when = 'period'
        self.assertEqual(form.date, today.replace(day=1) + relativedelta(months=1, days=-1))
        form.when = 'term'
        self.assertEqual(str(form.date), '2027-10-31')
        self._assert_refused('Say why', form.save().action_apply)
        form.reason_id = self._reason()
        form.save().action_apply()
        self.assertEqual(str(subscription.date_end), '2027-10-31')

    def test_no_policy_after_the_term(self):
        self.plan.write({'early_end': 'fee', 'early_end_percent': 50})
        subscription = self._live()
        subscription.end('2027-12-31', 'moved')
        self.assertFalse(subscription.charge_ids)

    # === BAD INPUT === #

    def test_what_can_not_be_done_is_said_in_a_sentence(self):
        subscription = self._live()
        line = subscription.line_ids
        other = self._live().line_ids
        changes = [
            ([], 'Say which'),
            ('x', 'Say which'),
            ([{'line_id': line.id, 'colour': 'red'}], 'not readable'),
            ([{'line_id': line.id, 'quantity': '3'}], 'is a number'),
            ([{'line_id': line.id, 'quantity': -1}], 'is a number'),
            ([{'line_id': line.id, 'quantity': float('nan')}], 'is a number'),
            ([{'line_id': line.id, 'discount': 101}], 'is a number from 0 to 100'),
            ([{'line_id': line.id, 'tier_id': 10**8}], 'does not exist'),
            ([{'line_id': other.id, 'quantity': 3}], 'no such line'),
            ([{'line_id': 10**8, 'quantity': 3}], 'does not exist'),
            ([{'line_id': line.id, 'quantity': 3}] * 2, 'named twice'),
            ([{'quantity': 3}], 'needs an item'),
        ]
        for lines, sentence in changes:
            self._assert_refused(
                sentence, lambda lines=lines: subscription.change('2027-03-01', lines)
            )
        more = [{'line_id': line.id, 'quantity': 3}]
        self._assert_refused(
            'does not run|starts on', lambda: subscription.change('2026-01-01', more)
        )
        self._assert_refused('not a date', lambda: subscription.change('soon', more))
        self._assert_refused('not paused', lambda: subscription.resume('2027-03-01'))
        self._assert_refused('no notice', subscription.withdraw_notice)
        self._assert_refused('can\'t end on', lambda: subscription.end('2026-12-30', 'x'))
        subscription.pause('2027-05-01')
        self._assert_refused('not paused', lambda: subscription.resume('2027-04-30'))
        subscription.resume('2027-05-15')
        subscription.give_notice('2027-06-01')
        self._assert_refused('ends on', lambda: subscription.give_notice('2027-06-01'))
        self._assert_refused('ends on', lambda: subscription.pause('2028-06-01'))
        self._assert_refused('ends on', lambda: subscription.change('2028-06-01', more))
        self.assertEqual(len(subscription.line_ids), 1)
        subscription.bill('2028-06-01')
        self._run_scheduler('2028-06-01')
        self.assertEqual(subscription.state, 'closed')
        self._assert_refused('not running', lambda: subscription.give_notice('2027-06-01'))
        self._assert_refused('ended already', subscription.withdraw_notice)

    def test_planned_acts_come_in_any_order(self):
        subscription = self._live()
        line = subscription.line_ids
        subscription.change('2027-04-01', [{'line_id': line.id, 'quantity': 3}])
        # before what is planned, and in a pause
        subscription.change('2027-03-01', [{'line_id': line.id, 'price_unit': 50.0}])
        subscription.pause('2027-05-01')
        subscription.change('2027-05-10', [{'product_id': self.backup.id, 'price_unit': 1.0}])
        subscription.pause('2027-02-01', until='2027-02-28')
        subscription.resume('2027-05-15')
        self._assert_mrr(
            subscription,
            {
                '2027-01-31': 80.0,
                '2027-02-01': 0,
                '2027-03-01': 100.0,
                '2027-04-01': 150.0,
                '2027-05-01': 0,
                '2027-05-10': 0,
                '2027-05-15': 151.0,
            },
        )
        # May: 17 of 31 days of 150.00 and of 1.00 (150.00 less 67.74, 1.00 less 0.45)
        self._bills(subscription, ('2027-01-01', 80.0), ('2027-02-28', 0.0), ('2027-03-01', 100.0))
        self._bills(subscription, ('2027-04-30', 150.0), ('2027-05-14', 0.0), ('2027-05-31', 82.81))

    def test_what_is_billed_and_locked_does_not_change(self):
        subscription = self._live()
        line = subscription.line_ids
        subscription.bill('2027-01-01')
        self.company.sale_lock_date = '2027-01-20'
        more = [{'line_id': line.id, 'quantity': 3}]
        for act in (
            lambda: subscription.change('2027-01-10', more),
            lambda: subscription.pause('2027-01-10'),
            lambda: subscription.end('2027-01-10', 'x'),
        ):
            self._assert_refused('books are locked', act)
        subscription.change('2027-01-21', more)

    def test_a_pause_and_a_resume_are_seen_on_their_days(self):
        subscription = self._live()
        subscription.pause('2027-03-01')
        self._assert_states(subscription, {'2027-02-28': 'active', '2027-03-01': 'paused'})
        subscription.resume('2027-04-01')
        self._assert_states(subscription, {'2027-03-31': 'paused', '2027-04-01': 'active'})
        self._assert_mrr(
            subscription, {'2027-02-28': 80.0, '2027-03-01': 0, '2027-03-31': 0, '2027-04-01': 80.0}
        )
        subscription.pause('2027-06-01')
        self._assert_states(subscription, {'2027-05-31': 'active', '2027-06-01': 'paused'})

    def _assert_states(self, subscription, expected):
        """That the state follows the day, not the moment of the click."""
        for day, state in expected.items():
            subscription._store_day(subscription._to_day(day))
            self.assertEqual((day, subscription.state), (day, state))

    # === DRAFTS === #

    def test_a_change_makes_an_untouched_draft_anew(self):
        self.plan.invoice_handling = 'draft'
        subscription = self._live()
        draft = subscription.bill('2027-01-01')
        subscription.change('2027-01-01', [{'line_id': subscription.line_ids.id, 'quantity': 3}])
        self.assertFalse(draft.exists())
        self.assertEqual(subscription._get_invoices().amount_untaxed, 120.0)
