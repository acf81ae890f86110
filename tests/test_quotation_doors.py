"""Doors agree: a change is the same by quotation, directly, by count, in the portal or by call; and
what is signed is what is billed. Amounts are worked out by hand.
"""

from datetime import date

from odoo import Command
from odoo.tests import Form, tagged

from ..update import acts
from .common import OfferLifeCommon
from .sizes import get_randoms
from .test_subscription_facts import FactsCommon

MARCH = date(2027, 3, 1)


class DoorsCommon(FactsCommon, OfferLifeCommon):
    """Workplaces at 40.00 a month, at 35.00 from five on; antivirus at 1.00 for each of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.antivirus = cls._add_option(
            'Antivirus', is_recurring=True, quantity_mode='per_unit', price_mode='priced'
        )
        cls._create_price(1.0, option_id=cls.antivirus.id)
        cls._create_price(35.0, min_quantity=5)

    @classmethod
    def _begin(cls, quantity=3, **values):
        values = {
            'quantity': quantity,
            'tier_id': cls.bronze.id,
            'options': [{'option_id': cls.antivirus.id}],
            **values,
        }
        return cls._start(**values)

    # === DOORS === #

    def _quote(self, subscription, day=MARCH, **changes):
        """:return: a quotation that changes the Service, as the configurator does"""
        order = subscription.with_user(self.salesperson)._create_change_order(day)
        line = order.order_line.filtered(lambda line: not line.offer_option_id)[:1]
        configuration = self.env['offer.configuration']._configuration_of(line)
        order.offer_add({**configuration, **changes}, line_id=line.id)
        return order

    def _by_quotation(self, subscription, quantity, day=MARCH):
        self._quote(subscription, day, quantity=quantity).action_confirm()

    def _by_dialog(self, subscription, quantity, day=MARCH):
        action = subscription.action_change_directly()
        dialog = self.env[action['res_model']].with_context(**action['context'])
        form = Form(dialog.with_user(self.accountant))
        form.date = day
        with form.line_ids.edit(0) as line:
            line.quantity = quantity
        form.save().action_apply()

    def _by_call(self, subscription, quantity, day=MARCH):
        root = subscription.line_ids[0]
        subscription.with_user(self.accountant).change(
            day, [{'line_id': root.id, 'quantity': quantity}]
        )

    def _by_count(self, subscription, quantity, day=MARCH):
        root = subscription.line_ids[0]
        row = {'line_id': root.id, 'quantity': quantity, 'date': str(day), 'reference': 'C'}
        counts = self.env['offer.count'].with_user(self.accountant)
        row['reference'] += f'{root.id}/{counts.search_count([])}'
        counts.record([row])
        counts.search([('reference', '=', row['reference'])]).action_apply()

    def _by_portal(self, subscription, quantity, day=MARCH):
        root = subscription.line_ids[0]
        order = subscription.sudo()._quote_portal_change({str(root.id): str(quantity)})
        order.offer_change_date = day
        order.action_confirm()

    DOORS = (_by_quotation, _by_dialog, _by_call, _by_count, _by_portal)


@tagged('post_install', '-at_install')
class TestDoors(DoorsCommon):
    def test_a_price_break_and_what_follows_are_found_by_every_door(self):
        antivirus = self.antivirus.product_id
        for door in self.DOORS:
            with self.subTest(door=door.__name__):
                subscription = self._begin()
                door(self, subscription, 6)
                self.assertEqual(
                    self._lines_on(subscription, MARCH),
                    [(self.workplace, 6.0, 35.0), (antivirus, 6.0, 1.0)],
                )
                # January and February at 3 × 41.00, March at 6 × 35.00 and 6 × 1.00
                self._bills(subscription, ('2027-03-01', 123.0 * 2 + 216.0))
                self._assert_movements_add_up(subscription)
                act = subscription.event_ids.filtered(
                    lambda act: act.kind == 'changed' and not act.act_id
                )
                subscription.withdraw(act.id)
                self._bills(subscription, ('2027-03-01', -93.0))

    def test_doors_agree_on_whatever_is_counted(self):
        for case, random in get_randoms('doors', 4, 60):
            day = date(2027, random.randint(1, 12), random.randint(1, 28))
            start, quantity = random.randint(1, 9), random.randint(1, 12)
            if start == quantity:
                continue
            price = random.choice([None, 38.5, 0.0])
            found = {}
            for door in self.DOORS:
                subscription = self._begin(start)
                if price is not None:
                    root = subscription.line_ids[0]
                    subscription.change('2027-01-01', [{'line_id': root.id, 'price_unit': price}])
                door(self, subscription, quantity, day)
                rows = subscription.preview('2028-01-01')
                found[door.__name__] = (
                    self._lines_on(subscription, day),
                    [(row['date_from'], row['date_to'], row['amount']) for row in rows],
                )
            first = found['_by_quotation']
            for name, answer in found.items():
                self.assertEqual(answer, first, (case, name, day, start, quantity, price))

    def test_who_says_a_price_gets_it(self):
        subscription = self._begin()
        root = subscription.line_ids[0]
        subscription.change(MARCH, [{'line_id': root.id, 'quantity': 6, 'price_unit': 37.0}])
        self.assertEqual(self._lines_on(subscription, MARCH)[0][1:], (6.0, 37.0))
        # what was agreed by hand goes on while the same prices answer
        subscription.change('2027-04-01', [{'line_id': root.id, 'quantity': 7}])
        self.assertEqual(self._lines_on(subscription, '2027-04-01')[0][1:], (7.0, 37.0))

    def test_the_price_in_the_dialog_may_stay(self):
        subscription = self._begin()
        action = subscription.action_change_directly()
        form = Form(self.env[action['res_model']].with_context(**action['context']))
        form.date = MARCH
        with form.line_ids.edit(0) as line:
            line.quantity = 6
        self.assertEqual(form.line_ids.edit(0).price_unit, 35.0)
        self.assertEqual(form.line_ids.edit(1).quantity, 6.0)
        self.assertEqual(form.amount_change, 216.0 - 123.0)
        with form.line_ids.edit(0) as line:
            line.price_unit = 40.0
        form.save().action_apply()
        self.assertEqual(self._lines_on(subscription, MARCH)[0][1:], (6.0, 40.0))

    def test_another_level_is_priced_anew_and_named(self):
        self._create_price(44.0, tier_id=self.gold.id, min_quantity=2)
        quoted, called = self._begin(), self._begin()
        self._quote(quoted, tier_id=self.gold.id).action_confirm()
        called.change(MARCH, [{'line_id': called.line_ids[0].id, 'tier_id': self.gold.id}])
        for subscription in (quoted, called):
            held = subscription.line_ids[0]._get_held_on(MARCH)
            # 40.00 and 44.00 for the level
            self.assertEqual((held['price_unit'], held['tier_id']), (84.0, self.gold.id))
            self.assertIn('Gold: answer within 1 hour', held['name'])
            self.assertNotIn('Bronze', held['name'])

    def test_a_customers_own_name_survives_another_level(self):
        for door in ('quotation', 'call'):
            subscription = self._begin()
            root = subscription.line_ids[0]
            name = 'Desk of Berta\nBronze: answer on the next working day'
            subscription.change('2027-01-01', [{'line_id': root.id, 'name': name}])
            if door == 'quotation':
                self._quote(subscription, tier_id=self.gold.id).action_confirm()
            else:
                subscription.change(MARCH, [{'line_id': root.id, 'tier_id': self.gold.id}])
            self.assertEqual(
                root._get_held_on(MARCH)['name'],
                'Desk of Berta\nGold: answer within 1 hour, around the clock',
            )

    # === A QUOTATION AND ITS DAY === #

    def test_what_a_quotation_does_not_change_follows_its_day(self):
        subscription = self._begin()
        root = subscription.line_ids[0]
        subscription.change('2027-05-01', [{'line_id': root.id, 'quantity': 4}])
        order = self._quote(subscription, tier_id=self.gold.id)
        order.offer_change_date = '2027-06-01'
        self.assertEqual(order.order_line.mapped('product_uom_qty'), [4.0, 4.0])
        order.action_confirm()
        self.assertEqual(self._lines_on(subscription, '2027-06-01')[0][1:], (4.0, 50.0))
        phase = root.phase_ids.sorted('date_start')[-1]
        self.assertEqual((phase.says_tier_id, phase.says_quantity), (True, False))

    def test_what_begins_or_ends_until_its_day_is_not_changed_by_accident(self):
        subscription = self._begin()
        antivirus = subscription.line_ids[1]
        subscription.change(
            '2027-04-01',
            [
                {'product_id': self.backup.id, 'price_unit': 7.0, 'quantity': 1},
                {'line_id': antivirus.id, 'quantity': 0},
            ],
        )
        order = self._quote(subscription, quantity=6)
        order.offer_change_date = '2027-05-01'
        self.assertEqual(order.order_line.product_id, self.workplace + self.backup)
        self.assertNotIn('ends', order.offer_change_text)
        order.action_confirm()
        self.assertEqual(
            self._lines_on(subscription, '2027-05-01'),
            [(self.workplace, 6.0, 35.0), (self.backup, 1.0, 7.0)],
        )

    def test_a_quotation_of_a_day_on_which_a_line_does_not_run_says_so(self):
        subscription = self._begin()
        order = self._quote(subscription, quantity=6)
        acts = subscription.event_ids
        subscription.change('2027-02-01', [{'line_id': subscription.line_ids[1].id, 'quantity': 0}])
        # as if nobody had told the quotation
        order.sudo().offer_change_known_id = max((subscription.event_ids - acts).ids)
        self._assert_refused('does not run', order.action_confirm)

    def test_a_change_of_an_earlier_day_makes_a_quotation_stale(self):
        subscription = self._begin()
        root = subscription.line_ids[0]
        order = self._quote(subscription, quantity=6)
        subscription.change('2027-07-01', [{'line_id': root.id, 'price_unit': 41.0}])
        subscription.pause('2027-01-10', '2027-01-20')
        self.assertFalse(order._get_offer_errors(), 'neither is in its way')
        subscription.change('2027-02-01', [{'line_id': root.id, 'quantity': 5}])
        self._assert_refused('changed since it was quoted', order.action_confirm)

    def test_an_open_quotation_of_before_the_update_knows_what_was_before_it(self):
        subscription = self._begin()
        orders = self._quote(subscription, quantity=6) + self._quote(subscription, quantity=7)
        self.env.flush_all()
        query = "UPDATE sale_order SET create_date = create_date - %s::interval WHERE id = %s"
        self.env.cr.execute(query, ['1 year', orders[1].id])
        orders.invalidate_recordset()
        orders.sudo().offer_change_known_id = False
        self.env.flush_all()
        acts.remember_known(self.env.cr)
        orders.invalidate_recordset()
        self.assertFalse(orders[0]._get_offer_errors())
        self._assert_refused('changed since it was quoted', orders[1].action_confirm)

    def test_a_line_that_came_since_is_not_left_out_by_accident(self):
        subscription = self._begin()
        order = self._quote(subscription, quantity=6)
        subscription.change(
            '2027-02-01', [{'product_id': self.backup.id, 'price_unit': 7.0, 'quantity': 1}]
        )
        self._assert_refused('changed since it was quoted', order.action_confirm)

    def test_an_id_of_another_customers_line_says_nothing(self):
        stranger = self.env['res.partner'].create({'name': 'Stranger'})
        other = self._begin(order_values={'partner_id': stranger.id})
        other.change('2027-01-01', [{'line_id': other.line_ids[0].id, 'price_unit': 1.0}])
        order = self._quote(self._begin(), quantity=6)
        line = order.order_line.sudo()[0]
        theirs = other.line_ids[0]
        self._assert_refused(
            'another subscription', lambda: line.write({'offer_subscription_line_id': theirs.id})
        )
        self.env.invalidate_all()
        unsaved = line.new({'order_id': order.id, 'offer_subscription_line_id': theirs.id})
        self.assertFalse(unsaved._get_offer_held())
        before = self._lines_on(other, MARCH)
        order.action_confirm()
        self.assertEqual(self._lines_on(other, MARCH), before)

    def test_a_running_line_stands_once_on_a_quotation(self):
        order = self._quote(self._begin(), quantity=6)
        root = order.order_line.sudo()[0]
        root.copy({'order_id': order.id, 'offer_subscription_line_id': (
            root.offer_subscription_line_id.id
        )})  # fmt: skip
        self._assert_refused('stands twice', order.action_confirm)

    def test_a_quotation_in_a_pause_counts_after_it(self):
        subscription = self._begin()
        subscription.pause('2027-02-01', '2027-04-30')
        self._by_quotation(subscription, 6)
        self._bills(subscription, ('2027-04-01', 123.0), ('2027-05-01', 216.0))

    def test_a_line_is_asked_for_by_a_former_id(self):
        subscription = self._begin()
        root = subscription.line_ids[0]
        self.env['offer.subscription.line.alias'].sudo().create(
            {'former_id': 2**30, 'line_id': root.id}
        )
        subscription.change(MARCH, [{'line_id': 2**30, 'quantity': 6}])
        row = {'line_id': 2**30, 'quantity': 7, 'date': '2027-04-01', 'reference': 'F'}
        (count,) = self.env['offer.count'].record([row])
        self.assertEqual(count['before'], 6.0)
        days = [self._lines_on(subscription, day)[0][1] for day in ('2027-02-28', MARCH)]
        self.assertEqual(days, [3.0, 6.0])


@tagged('post_install', '-at_install')
class TestSigned(DoorsCommon):
    """What a quotation says is what the next invoices say."""

    def _get_said_amount(self, order):
        """:return: the amount that the text names for the days up to the next period"""
        rows = [row for row in order._get_offer_change_rows() if row.is_changed]
        effect = order._find_offer_effect(rows)
        return effect.last, effect.total

    def _assert_signed(self, subscription, day, quantity, expected):
        order = self._quote(subscription, day, quantity=quantity)
        last, said = self._get_said_amount(order)
        self.assertAlmostEqual(said, expected)
        if said:
            self.assertIn(self.company.currency_id.format(abs(said)), order.offer_change_text)

        def get_due():
            rows = subscription.preview(last.replace(year=last.year + 1))
            return sum(row['amount'] for row in rows if row['date_from'] <= str(last))

        before = get_due()
        order.action_confirm()
        self.assertAlmostEqual(get_due() - before, said)

    def test_in_advance_arrears_in_full_introductory_external(self):
        with self.subTest('in advance, billed'):
            subscription = self._begin_under()
            subscription.bill('2027-03-01')
            # 21 of 31 days: 108.39 (160.00 less 51.61) less 81.29 (120.00 less 38.71)
            self._assert_signed(subscription, date(2027, 3, 11), 4, 108.39 - 81.29)
        with self.subTest('in arrears'):
            subscription = self._begin_under(billing_mode='arrears')
            self._assert_signed(subscription, date(2027, 3, 11), 4, 108.39 - 81.29)
        with self.subTest('in full'):
            subscription = self._begin_under(proration='none')
            subscription.bill('2027-03-01')
            self._assert_signed(subscription, date(2027, 3, 15), 4, 40.0)
            self._assert_signed(subscription, date(2027, 3, 20), 2, 0.0)
        with self.subTest('introductory price'):
            subscription = self._begin_under(
                order_values={'offer_intro_periods': 3, 'offer_intro_percent': 50.0}
            )
            subscription.bill('2027-03-01')
            # half of it: 54.19 (80.00 less 25.81) less 40.65 (60.00 less 19.35)
            self._assert_signed(subscription, date(2027, 3, 11), 4, 54.19 - 40.65)

    def _begin_under(self, order_values=None, **values):
        """:return: three workplaces under a plan of its own"""
        plan = self._create_plan('Monthly', **values)
        self._create_price(40.0, plan_id=plan.id)
        return self._begin(order_values=order_values, plan_id=plan.id, options=[])

    def test_what_was_billed_externally_counts_at_what_was_agreed(self):
        yearly = self._create_plan('Yearly', interval_unit='year')
        self._create_price(365.0, plan_id=yearly.id)
        subscription = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': yearly.id,
                'date_start': '2026-07-01',
                'line_ids': [
                    Command.create(
                        {
                            'product_id': self.workplace.id,
                            'date_start': '2026-07-01',
                            'quantity': 10,
                            'price_unit': 365.0,
                            'tier_id': self.bronze.id,
                            'billed_until': '2027-06-30',
                        }
                    )
                ],
            }
        )
        subscription.activate('2026-07-01')
        # the 2 added for 122 of 365 days at 365.00
        self._assert_signed(subscription, date(2027, 3, 1), 12, 244.0)
        self._bills(subscription, ('2027-03-01', 244.0), ('2027-07-01', 4380.0))
