"""Changes by quotation: what the customer has, what it becomes, the difference, once."""

import datetime

from odoo import Command
from odoo.tests import Form, HttpCase, tagged

from .common import OfferLifeCommon

MARCH_11 = datetime.date(2027, 3, 11)


@tagged('post_install', '-at_install')
class TestChange(OfferLifeCommon, HttpCase):
    def _quote(self, subscription, day=MARCH_11, **values):
        return subscription.with_user(self.salesperson)._create_change_order(day, **values)

    def _reconfigure(self, order, **changes):
        """Change the Service's line as the configurator does."""
        line = order.order_line.filtered(
            lambda line: line.offer_kind == 'service' and not line.offer_option_id
        )[0]
        configuration = self.env['offer.configuration']._configuration_of(line)
        configuration.update(changes)
        return order.offer_add(configuration, line_id=line.id)

    def test_a_quotation_shows_what_the_customer_has(self):
        subscription = self._subscribe(options=self.both)
        order = self._quote(subscription)
        self.assertRecordValues(
            order.order_line.sorted('sequence'),
            [
                {
                    'product_id': self.workplace.id,
                    'product_uom_qty': 3,
                    'price_unit': 50.0,
                    'offer_tier_id': self.gold.id,
                    'linked_line_id': False,
                },
                {
                    'product_id': self.backup.id,
                    'product_uom_qty': 2,
                    'price_unit': 5.0,
                    'offer_tier_id': False,
                    'linked_line_id': order.order_line.sorted('sequence')[0].id,
                },
            ],
        )
        # the notebooks were paid once: they are not sold again
        self.assertFalse(order._get_offer_errors())
        self.assertEqual(
            order.offer_change_text.split('\n'),
            [
                f'Change of {subscription.name} from 03/11/2027 on',
                'Difference per month: ±$\xa00.00',
            ],
        )

    def test_more_seats_by_quotation(self):
        subscription = self._subscribe(options=self.both)
        subscription.bill('2027-03-01')
        order = self._quote(subscription)
        notebooks = {'option_id': self.notebook_option.id}
        backup = order.order_line.filtered('offer_option_id')
        self._reconfigure(
            order,
            quantity=5,
            options=[
                notebooks,
                {'option_id': self.backup_option.id, 'quantity': 2, 'line_id': backup.id},
            ],
        )
        # two notebooks more, not five; the backups stay
        self.assertRecordValues(
            order.order_line.sorted('sequence'),
            [
                {'product_id': self.workplace.id, 'product_uom_qty': 5, 'price_unit': 50.0},
                {'product_id': self.notebook.id, 'product_uom_qty': 2, 'price_unit': 900.0},
                {'product_id': self.backup.id, 'product_uom_qty': 2, 'price_unit': 5.0},
            ],
        )
        # 21 of 31 days of 100.00
        self.assertEqual(
            order.offer_change_text.split('\n')[1:],
            [
                '• Managed Workplace: 3 → 5, $\xa0150.00 → $\xa0250.00',
                'Difference per month: +$\xa0100.00',
                'For 03/11/2027 to 03/31/2027: +$\xa067.74, on the next invoice',
            ],
        )
        self.assertEqual(order._get_offer_one_time_total(), 1800.0)
        order.action_confirm()
        self.assertEqual(
            self._lines_on(subscription, MARCH_11),
            [(self.workplace, 5.0, 50.0), (self.backup, 2.0, 5.0)],
        )
        # 21 of 31 days: 169.35 (250.00 less 80.65) less 101.61 (150.00 less 48.39)
        self._bills(subscription, ('2027-03-11', 67.74), ('2027-04-01', 260.0))
        self.assertFalse(order.offer_subscription_ids)
        self.assertEqual(order._create_invoices().amount_untaxed, 1800.0)

    def test_fewer_seats_another_level_and_an_option_less(self):
        subscription = self._subscribe(
            options=[{'option_id': self.backup_option.id, 'quantity': 2}]
        )
        subscription.bill('2027-03-01')
        order = self._quote(subscription)
        self._reconfigure(order, quantity=1, tier_id=self.bronze.id, options=[])
        self.assertIn('Remote Backup ends ($\xa010.00)', order.offer_change_text)
        self.assertIn('3 → 1, Gold → Bronze', order.offer_change_text)
        order.action_confirm()
        self.assertEqual(self._lines_on(subscription, MARCH_11), [(self.workplace, 1.0, 40.0)])
        # back: 101.61 (150.00 less 48.39) and 6.77 (10.00 less 3.23); due: 27.10 (40.00 less 12.90)
        self._bills(subscription, ('2027-03-11', -81.28), ('2027-04-01', 40.0))

    def test_an_option_more(self):
        subscription = self._subscribe(options=[])
        order = self._quote(subscription)
        self._reconfigure(order, options=[{'option_id': self.backup_option.id, 'quantity': 4}])
        self.assertIn('4 × Remote Backup, new: $\xa020.00', order.offer_change_text)
        order.action_confirm()
        added = subscription.line_ids.filtered('option_id')
        self.assertEqual(added.parent_id.product_id, self.workplace)
        self.assertEqual(str(added.date_start), '2027-03-11')
        # opened again it stands below its Service
        again = self._quote(subscription, datetime.date(2027, 4, 1))
        self.assertEqual(len(again.order_line), 2)
        self.assertTrue(again.order_line.filtered('offer_option_id').linked_line_id)

    def test_the_agreed_price_goes_on(self):
        subscription = self._live()
        line = subscription.line_ids
        subscription.change(
            '2027-02-01', [{'line_id': line.id, 'price_unit': 35.0, 'discount': 10.0}]
        )
        order = self._quote(subscription)
        self._reconfigure(order, quantity=6)
        self.assertRecordValues(
            order.order_line, [{'product_uom_qty': 6, 'price_unit': 35.0, 'discount': 10.0}]
        )
        # another level is another price
        self._reconfigure(order, tier_id=self.gold.id)
        self.assertEqual(order.order_line.price_unit, 50.0)

    def test_a_quantity_that_meets_another_price_gets_it(self):
        self._create_price(30.0, min_quantity=10)
        subscription = self._live()
        order = self._quote(subscription)
        self._reconfigure(order, quantity=9)
        self.assertEqual(order.order_line.price_unit, 40.0)
        self._reconfigure(order, quantity=10)
        self.assertEqual(order.order_line.price_unit, 30.0)

    def test_another_plan_goes_on_in_a_subscription_of_its_own(self):
        yearly = self._create_plan('Yearly', interval_unit='year', minimum_term_count=24)
        self._create_price(432.0, plan_id=yearly.id)
        subscription = self._live()
        for month in (1, 2, 3):
            subscription.bill(f'2027-{month:02}-01')
        order = self._quote(subscription, datetime.date(2027, 4, 1))
        self._reconfigure(order, plan_id=yearly.id)
        self.assertEqual(order.order_line.price_unit, 432.0)
        order.action_confirm()
        self.assertEqual(str(subscription.date_end), '2027-03-31')
        new = order.offer_subscription_ids.sudo(False).with_user(self.env.user)
        self.assertEqual(
            (new.plan_id, new.state, str(new.date_anchor), new.minimum_term_count),
            (yearly, 'active', '2027-04-01', 24),
        )
        self.assertEqual(new.line_ids.continues_line_id, subscription.line_ids)
        # a year from the day of the change
        self._bills(new, ('2027-04-01', 864.0), ('2028-03-31', 0.0), ('2028-04-01', 864.0))
        self._bills(subscription, ('2027-04-01', 0.0))
        self.assertEqual(
            self._movements(subscription + new),
            [
                ('2027-01-01', 'activated', 'new', 80.0),
                ('2027-04-01', 'changed', 'transfer', 72.0),
                ('2027-04-01', 'changed', 'transfer', -72.0),
                ('2027-04-01', 'changed', 'contraction', -8.0),
            ],
        )

    def test_an_add_on_is_paid_once(self):
        subscription = self._live()
        bag = self._create_item('Bag', 25.0, 'product', type='consu')
        order = self._quote(subscription)
        order.order_line = [Command.create({'product_id': bag.id, 'product_uom_qty': 2})]
        self.assertIn('±', order.offer_change_text)
        order.action_confirm()
        self.assertEqual(order._create_invoices().amount_untaxed, 50.0)
        self.assertEqual(len(subscription.line_ids), 1)

    def test_a_required_one_time_option_is_needed_for_what_is_added_only(self):
        self.notebook_option.is_required = True
        subscription = self._subscribe(options=[{'option_id': self.notebook_option.id}])
        order = self._quote(subscription)
        self.assertFalse(order._get_offer_errors())
        line = order.order_line
        configuration = self.env['offer.configuration']._configuration_of(line)
        errors = order.offer_preview({**configuration, 'quantity': 4})['errors']
        self.assertIn('needs "Notebook"', errors[0])

    def test_who_has_what_is_retired_keeps_it(self):
        subscription = self._live()
        self.workplace.product_tmpl_id.action_offer_retire()
        order = self._quote(subscription)
        self._reconfigure(order, quantity=3)
        order.action_confirm()
        self.assertEqual(self._lines_on(subscription, MARCH_11), [(self.workplace, 3.0, 40.0)])

    def test_who_plays_a_role_plays_it_in_the_change(self):
        role = self.env['offer.role'].create({'name': 'Contact', 'is_required': True})
        subscription = self._live()
        self.workplace.offer_role_ids = role
        order = self._quote(subscription)
        self.assertIn('needs somebody', order._get_offer_errors()[0])
        self.env['offer.role.assignment'].create(
            {
                'role_id': role.id,
                'person_id': self.customer.id,
                'subscription_id': subscription.id,
            }
        )
        self.assertFalse(order._get_offer_errors())

    def test_two_quotations_of_the_same_change(self):
        subscription = self._live()
        orders = [self._quote(subscription) for _ in range(2)]
        for order in orders:
            self._reconfigure(order, quantity=3)
        orders[0].action_confirm()
        self._assert_refused('changed since it was quoted', orders[1].action_confirm)
        self._assert_refused('not in a state', orders[0].action_confirm)
        self.assertEqual(self._lines_on(subscription, MARCH_11), [(self.workplace, 3.0, 40.0)])

    def test_what_was_applied_is_not_cancelled(self):
        subscription = self._live()
        order = self._quote(subscription)
        self._reconfigure(order, quantity=3)
        order.action_confirm()
        self._assert_refused('change that back', order._action_cancel)
        # and is read-only, as everything that runs
        self._assert_refused('press "Change"', lambda: order.order_line.write({'price_unit': 1}))

    def test_the_customer_signs_in_the_portal(self):
        subscription = self._live()
        order = self._quote(subscription)
        self._reconfigure(order, quantity=3)
        order.sudo().write({'state': 'sent', 'require_signature': True, 'require_payment': False})
        self.authenticate(None, None)
        url = order.sudo().get_portal_url()
        page = self.url_open(url).text
        self.assertIn('Difference per month', page)
        self.assertIn('2 → 3', page)
        token = order.sudo().access_token
        answer = self.make_jsonrpc_request(
            f'/my/orders/{order.id}/accept',
            {
                'access_token': token,
                'name': 'Berg',
                'signature': 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk'
                '+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
            },
        )
        self.assertTrue(answer.get('force_refresh'), answer)
        self.assertEqual(order.state, 'sale')
        self.assertEqual(self._lines_on(subscription, MARCH_11), [(self.workplace, 3.0, 40.0)])

    def test_a_quotation_that_came_too_late(self):
        subscription = self._live()
        order = self._quote(subscription)
        self._reconfigure(order, quantity=3)
        subscription.end('2027-02-28', 'moved')
        self._assert_refused('ends on', order.action_confirm)

    def test_a_day_moves_all_its_lines(self):
        subscription = self._subscribe()
        order = self._quote(subscription)
        self._reconfigure(order, quantity=4)
        order.offer_change_date = '2027-05-01'
        self.assertEqual(
            {str(day) for day in order.order_line.mapped('offer_date_start')}, {'2027-05-01'}
        )
        order.action_confirm()
        quantities = [
            self._lines_on(subscription, day)[0][1] for day in ('2027-04-30', '2027-05-01')
        ]
        self.assertEqual(quantities, [3.0, 4.0])

    def test_what_is_left_out_ends(self):
        other = self._create_item('Firewall', 0.0, 'service', type='service')
        self._create_price(30.0, service=other)
        order = self._create_order()
        order.offer_add(self._configuration(options=[]))
        order.offer_add(
            {
                'product_id': other.id,
                'quantity': 1,
                'plan_id': self.plan.id,
                'date_start': '2027-01-01',
            }
        )
        order.action_confirm()
        subscription = order.offer_subscription_ids
        change = self._quote(subscription)
        change.order_line.filtered(lambda line: line.product_id == other).unlink()
        self.assertIn('Firewall ends', change.offer_change_text)
        change.action_confirm()
        self.assertEqual(self._lines_on(subscription, MARCH_11), [(self.workplace, 3.0, 50.0)])

    def test_customers_in_other_taxes_keep_their_price(self):
        home, abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = home
        self.customer.property_account_position_id = abroad
        subscription = self._live()
        price = subscription.line_ids.price_unit
        order = self._quote(subscription)
        self._reconfigure(order, quantity=3)
        order.action_confirm()
        self.assertEqual(self._lines_on(subscription, MARCH_11), [(self.workplace, 3.0, price)])
        self.assertFalse(subscription.line_ids.phase_ids[-1].says_price_unit)

    # === WITHOUT A QUOTATION === #

    def test_a_direct_change_in_the_dialog(self):
        subscription = self._live()
        action = subscription.action_change_directly()
        dialog = self.env[action['res_model']].with_context(**action['context'])
        form = Form(dialog.with_user(self.accountant))
        form.date = MARCH_11
        with form.line_ids.edit(0) as line:
            line.quantity = 4
        self.assertEqual(form.amount_change, 80.0)
        form.save().action_apply()
        self.assertEqual(self._lines_on(subscription, MARCH_11), [(self.workplace, 4.0, 40.0)])
        self.assertIn('2 → 4', subscription.message_ids[0].body)
        self.assertIn('+$', subscription.message_ids[0].body)

    def test_what_is_sold_per_unit_follows_whichever_door_was_taken(self):
        protection = self._add_option(
            'Protection', is_recurring=True, quantity_mode='per_unit', price_mode='included'
        )
        subscription = self._subscribe(options=[{'option_id': protection.id}])
        service = subscription.line_ids[0]
        action = subscription.action_change_directly()
        form = Form(self.env[action['res_model']].with_context(**action['context']))
        form.date = MARCH_11
        with form.line_ids.edit(0) as line:
            line.quantity = 7
        form.save().action_apply()
        self.assertEqual([it[1] for it in self._lines_on(subscription, MARCH_11)], [7.0, 7.0])
        # by call too, and a quotation goes on from there
        subscription.change('2027-05-01', [{'line_id': service.id, 'quantity': 4}])
        order = self._quote(subscription, datetime.date(2027, 6, 1))
        self.assertEqual(order.order_line.mapped('product_uom_qty'), [4.0, 4.0])
        self.assertFalse(order._get_offer_errors())
        self._reconfigure(order, quantity=6)
        order.action_confirm()
        self.assertEqual([it[1] for it in self._lines_on(subscription, '2027-06-01')], [6.0, 6.0])

    def test_a_line_stays_the_same_whatever_becomes_of_it(self):
        subscription = self._live()
        first = subscription.line_ids
        for month, quantity in ((3, 4), (5, 6), (7, 8)):
            subscription.change(
                f'2027-{month:02}-01', [{'line_id': first.id, 'quantity': quantity}]
            )
        self.assertEqual(subscription.line_ids, first)
        days = ('2027-02-28', '2027-03-01', '2027-05-01', '2027-07-01')
        quantities = [self._lines_on(subscription, day)[0][1] for day in days]
        self.assertEqual(quantities, [2.0, 4.0, 6.0, 8.0])

    def test_lines_are_added_and_ended(self):
        subscription = self._subscribe()
        workplace = subscription.line_ids[0]
        subscription.change(
            '2027-03-11',
            [{'product_id': self.backup.id, 'price_unit': 7.0, 'quantity': 3}],
        )
        self.assertEqual(self._lines_on(subscription, MARCH_11)[-1], (self.backup, 3.0, 7.0))
        # what hangs on a Service ends with it
        subscription.change('2027-04-11', [{'line_id': workplace.id, 'quantity': 0}])
        april = datetime.date(2027, 4, 11)
        self.assertEqual(self._lines_on(subscription, april), [(self.backup, 3.0, 7.0)])

    def test_nothing_changed_is_no_line(self):
        subscription = self._live()
        subscription.change('2027-03-11', [{'line_id': subscription.line_ids.id, 'quantity': 2}])
        self.assertEqual(len(subscription.line_ids), 1)
