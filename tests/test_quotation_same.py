"""Doors say the same facts for the same wish, whatever was agreed before ("doors agree")."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .sizes import get_randoms
from .test_quotation_doors import MARCH, DoorsCommon

SAYABLE = ('quantity', 'price_unit', 'discount', 'product_id', 'tier_id', 'name')


@tagged('post_install', '-at_install')
class TestSameFacts(DoorsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {'is_recurring': True, 'price_mode': 'priced'}
        cls.group.max_choices = 9
        # 10 % of the Service's price for each workplace, 20 % once
        cls.care = cls._add_option('Care', quantity_mode='per_unit', **values)
        cls.report = cls._add_option('Report', quantity_mode='fixed', **values)
        # two spares for each workplace, at 2.00 up to 9 and at 1.50 from 10 on
        cls.spare = cls._add_option('Spare', quantity_mode='per_unit', quantity=2, **values)
        cls.options = [
            {'option_id': option.id} for option in (cls.antivirus, cls.care, cls.report, cls.spare)
        ] + [{'option_id': cls.backup_option.id, 'quantity': 2}]
        cls._create_prices(cls.plan)

    @classmethod
    def _create_prices(cls, plan):
        cls._create_price(10.0, option_id=cls.care.id, amount_type='percent', plan_id=plan.id)
        cls._create_price(20.0, option_id=cls.report.id, amount_type='percent', plan_id=plan.id)
        cls._create_price(2.0, option_id=cls.spare.id, plan_id=plan.id)
        cls._create_price(1.5, option_id=cls.spare.id, min_quantity=10, plan_id=plan.id)

    def _get_facts(self, subscription, acts):
        """:return: what the acts since say, by item; and what is owed of it"""
        phases = (subscription.event_ids - acts).phase_ids
        said = {
            phase.subscription_line_id.product_id.name: (
                str(phase.date_start),
                phase.is_per_unit,
                {
                    name: phase._fields[name].convert_to_write(phase[name], phase)
                    for name in SAYABLE
                    if phase[f'says_{name}']
                },
            )
            for phase in phases
        }
        rows = subscription.preview('2028-01-01')
        owed = [(row['name'], row['date_from'], row['date_to'], row['amount']) for row in rows]
        return said, owed

    def _assert_doors_agree(self, begin, quantity, day=MARCH, doors=None):
        """:param begin: makes a subscription, the same one each time"""
        found = {}
        for door in doors or self.DOORS:
            subscription = begin()
            acts = subscription.event_ids
            door(self, subscription, quantity, day)
            found[door.__name__] = self._get_facts(subscription, acts)
        first = found.pop('_by_call')
        for name, facts in found.items():
            for one, other in zip(facts, first, strict=True):
                self.assertEqual(one, other, f'{name}, {quantity} on {day}')
        return first

    def _discounted(self, **values):
        subscription = self._begin(options=self.options, **values)
        subscription.change(
            '2027-01-01',
            [
                {'line_id': line.id, 'discount': 10.0 + index}
                for index, line in enumerate(subscription.line_ids)
            ],
        )
        return subscription

    def test_with_an_agreed_discount(self):
        for quantity in (2, 4, 6):
            with self.subTest(quantity=quantity):
                said, _owed = self._assert_doors_agree(self._discounted, quantity)
        # priced anew: the discount was agreed for another price
        self.assertEqual(said['Managed Workplace'][2], {
            'quantity': 6.0, 'price_unit': 35.0, 'discount': 0.0,
        })  # fmt: skip
        self.assertEqual(said['Spare'][2], {'price_unit': 1.5, 'discount': 0.0})
        self.assertNotIn('Antivirus', said)

    def test_with_a_discount_of_the_pricelist(self):
        self.env.user.group_ids += self.env.ref('product.group_product_pricelist')
        self.env['res.config.settings'].create({'group_product_pricelist': True}).execute()
        for is_shown in (True, False):
            pricelist = self.env['product.pricelist'].create(
                {
                    'name': 'Friends',
                    'currency_id': self.company.currency_id.id,
                    'item_ids': [
                        Command.create({'compute_price': 'percentage', 'percent_price': 10.0})
                        if is_shown
                        else Command.create({'compute_price': 'formula', 'price_discount': 10.0})
                    ],
                }
            )
            for quantity in (2, 4, 6):
                with self.subTest(is_shown=is_shown, quantity=quantity):
                    self._assert_doors_agree(
                        lambda pricelist=pricelist: self._begin(
                            options=self.options, order_values={'pricelist_id': pricelist.id}
                        ),
                        quantity,
                    )

    def test_with_components_of_a_quantity_of_their_own(self):
        def begin():
            subscription = self._begin(options=self.options)
            antivirus = subscription.line_ids.filtered(lambda it: it.option_id == self.antivirus)
            report = subscription.line_ids.filtered(lambda it: it.option_id == self.report)
            lines = antivirus + report
            subscription.change('2027-01-01', [{'line_id': it.id, 'quantity': 5} for it in lines])
            return subscription

        for quantity in (2, 4, 6):
            with self.subTest(quantity=quantity):
                self._assert_doors_agree(begin, quantity)

    def test_with_prices_by_hand_and_planned_ones(self):
        def begin():
            subscription = self._begin(options=self.options)
            root, *parts = subscription.line_ids
            subscription.change('2027-01-01', [{'line_id': root.id, 'price_unit': 38.0}])
            subscription.change('2027-06-01', [{'line_id': root.id, 'price_unit': 39.0}])
            subscription.change(
                '2027-02-01', [{'line_id': line.id, 'price_unit': 1.25} for line in parts]
            )
            subscription.change('2027-05-01', [{'line_id': parts[-1].id, 'quantity': 0}])
            subscription.pause('2027-03-10', '2027-04-20')
            return subscription

        for quantity in (2, 4, 6):
            with self.subTest(quantity=quantity):
                self._assert_doors_agree(begin, quantity)

    def test_under_a_plan_in_full_and_in_arrears(self):
        for values in ({'proration': 'none'}, {'billing_mode': 'arrears'}):
            plan = self._create_plan('Other', **values)
            self._create_price(40.0, plan_id=plan.id)
            self._create_price(35.0, min_quantity=5, plan_id=plan.id)
            for option, amount in ((self.antivirus, 1.0), (self.backup_option, 5.0)):
                self._create_price(amount, option_id=option.id, plan_id=plan.id)
            self._create_prices(plan)
            for quantity in (2, 6):
                with self.subTest(quantity=quantity, **values):
                    self._assert_doors_agree(
                        lambda plan=plan: self._begin(options=self.options, plan_id=plan.id),
                        quantity,
                        date(2027, 3, 11),
                    )

    def test_with_a_level_at_a_percentage(self):
        silver = self.env['offer.sla.tier'].create({'name': 'Silver', 'promise': 'soon'})
        self.workplace.offer_tier_ids += silver
        self._create_price(25.0, tier_id=silver.id, amount_type='percent')
        for quantity in (2, 6):
            said, _owed = self._assert_doors_agree(
                lambda: self._begin(options=self.options, tier_id=silver.id), quantity
            )
        self.assertEqual(said['Managed Workplace'][2]['price_unit'], 43.75)

    def test_with_another_unit(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        self._create_price(30.0, min_quantity=36)
        self.workplace.uom_ids += dozen

        def begin():
            order = self._create_order()
            values = {'tier_id': self.bronze.id, 'options': self.options}
            line = order.offer_add(self._configuration(quantity=2, **values))
            line.product_uom_id = dozen
            order.action_confirm()
            return order.offer_subscription_ids

        for quantity in (1, 3):
            with self.subTest(quantity=quantity):
                said, _owed = self._assert_doors_agree(begin, quantity)
        self.assertEqual(said['Managed Workplace'][2]['price_unit'], 360.0)

    def test_at_random(self):
        for case, random in get_randoms('same', 3, 60):
            acts = [
                (
                    date(2027, random.randint(1, 12), random.randint(1, 28)),
                    random.randint(0, 5),
                    random.choice(
                        [
                            {'discount': random.choice([0.0, 10.0, 12.5])},
                            {'price_unit': random.choice([0.0, 9.99, 41.0])},
                            {'quantity': random.randint(1, 12)},
                            {'quantity': 0},
                        ]
                    ),
                )
                for _index in range(random.randint(1, 4))
            ]
            start, quantity = random.randint(1, 9), random.randint(1, 12)
            day = date(2027, random.randint(1, 12), random.randint(1, 28))

            def begin(acts=acts, start=start):
                subscription = self._begin(start, options=self.options)
                for on, index, said in acts:
                    line = subscription.line_ids[index]
                    timeline = subscription._get_timeline()
                    if line._is_agreed_on(on, timeline) and (index or said != {'quantity': 0}):
                        subscription.change(on, [{'line_id': line.id, **said}])
                return subscription

            held = begin().line_ids[0]._get_held_on(day)['quantity']
            if held != quantity:
                with self.subTest(case=case, acts=acts, start=start):
                    self._assert_doors_agree(begin, quantity, day)

    def test_with_another_item_that_comes_in_another_unit(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        other = self._create_item('Boxes', 7.0, False, type='service', uom_id=dozen.id)
        found = []
        for door in ('quotation', 'call'):
            plain = self._come_in({'product_id': self.backup.id, 'price_unit': 5, 'quantity': 2})
            acts, line = plain.event_ids, plain.line_ids
            if door == 'call':
                plain.change(MARCH, [{'line_id': line.id, 'product_id': other.id}])
            else:
                order = plain._create_change_order(MARCH)
                order.order_line.product_id = other
                order.action_confirm()
            found.append(self._get_facts(plain, acts))
            self.assertEqual(line._get_held_on(MARCH)['product_uom_id'], dozen.id)
        self.assertEqual(*found)

    def test_a_discount_by_hand_survives_another_day_and_quantity(self):
        subscription = self._discounted()
        order = self._quote(subscription, tier_id=self.gold.id)
        root, antivirus = order.order_line[:2]
        (root + antivirus).discount = 25.0
        order.offer_change_date = date(2027, 5, 1)
        self.assertEqual((root + antivirus).mapped('discount'), [25.0, 25.0])
        root.product_uom_qty = 4
        order.offer_change_date = date(2027, 6, 1)
        self.assertEqual((root + antivirus).mapped('discount'), [25.0, 25.0])
        self.assertEqual(order.order_line[2].discount, 12.0)
        # what was not said follows what is agreed on the day
        subscription.change(
            '2027-07-01', [{'line_id': line.id, 'discount': 1.0} for line in subscription.line_ids]
        )
        order = self._quote(subscription, quantity=4)
        order.order_line[0].discount = 25.0
        order.offer_change_date = date(2027, 7, 1)
        self.assertEqual(order.order_line.mapped('discount'), [25.0, 1.0, 1.0, 1.0, 1.0, 1.0])
        order.action_confirm()
        held = [line._get_held_on(date(2027, 7, 1))['discount'] for line in subscription.line_ids]
        self.assertEqual(held, [25.0, 1.0, 1.0, 1.0, 1.0, 1.0])

    def test_an_agreed_discount_comes_back_with_the_agreed_price(self):
        order = self._quote(self._discounted(), quantity=6)
        root = order.order_line[0]
        self.assertEqual((root.price_unit, root.discount), (35.0, 0.0))
        root.product_uom_qty = 4
        self.assertEqual((root.price_unit, root.discount), (40.0, 10.0))
