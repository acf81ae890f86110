"""Nothing is sold for nothing by accident: one price function, and what is not sold is refused."""

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestSold(OfferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yearly = cls._create_plan('Yearly', interval_unit='year')
        cls.other = cls.env['res.partner'].create({'name': 'Other'})
        cls.gold.is_included = False

    def _plans(self, order=None, **values):
        order = order or self._create_order()
        answer = order.offer_configurator(self._configuration(options=[], **values))
        return [plan['name'] for plan in answer['service']['plans']]

    def _refuse(self, message, **values):
        values = {'options': [], 'tier_id': self.bronze.id, **values}
        order = self._create_order()
        errors = order.offer_preview(self._configuration(**values))['errors']
        self.assertRegex('\n'.join(errors), message)
        self._assert_refused(message, lambda: order.offer_add(self._configuration(**values)))
        self.assertFalse(order.order_line)

    # === PLANS === #

    def test_a_plan_without_a_price_for_the_customer_is_not_sold_and_not_listed(self):
        elsewhere = self.env['res.company'].create({'name': 'Elsewhere'})
        pricelist = self.env['product.pricelist'].create({'name': 'Partners'})
        for values in (
            {'partner_id': self.other.id},
            {'date_end': '2020-12-31'},
            {'date_start': '2999-01-01'},
            {'company_id': elsewhere.id},
            {'pricelist_id': pricelist.id},
        ):
            with self.subTest(values):
                row = self._create_price(400.0, plan_id=self.yearly.id, **values)
                self.assertEqual(self._plans(), ['Monthly'])
                self._refuse(
                    '"Managed Workplace" is not sold under the plan "Yearly"',
                    plan_id=self.yearly.id,
                )
                row.unlink()

    def test_below_the_least_quantity_it_says_from_which_one_it_is_sold(self):
        self._create_price(400.0, plan_id=self.yearly.id, min_quantity=10)
        self.assertEqual(self._plans(), ['Monthly'])
        self.assertEqual(self._plans(quantity=10), ['Monthly', 'Yearly'])
        self._refuse('"Yearly" you can have .* from a quantity of 10', plan_id=self.yearly.id)
        order = self._create_order()
        line = order.offer_add(
            self._configuration(
                quantity=10, plan_id=self.yearly.id, tier_id=self.bronze.id, options=[]
            )
        )
        self.assertEqual(line.price_subtotal, 4000.0)
        self._assert_refused('from a quantity of 10', lambda: line.write({'product_uom_qty': 9}))

    def test_a_plan_of_another_company_bothers_nobody(self):
        elsewhere = self.env['res.company'].create({'name': 'Elsewhere'})
        theirs = self._create_plan('Theirs', company_id=elsewhere.id)
        self._create_price(7.0, plan_id=theirs.id)
        self._create_price(8.0, company_id=elsewhere.id)
        self.env.invalidate_all()
        order = self._create_order().with_user(self.salesperson)
        self.assertEqual(self._plans(order), ['Monthly'])
        line = order.offer_add(self._configuration(options=[], tier_id=self.bronze.id))
        self.assertEqual(line.price_unit, 40.0)
        template = self.workplace.product_tmpl_id.with_user(self.salesperson)
        self.assertIn('40.00', template.offer_price_from)

    # === LEVELS AND COMPONENTS === #

    def test_a_service_level_costs_nothing_only_where_it_is_included(self):
        self._create_price(400.0, plan_id=self.yearly.id)
        self._refuse(
            r'"Gold" is not sold with "Managed Workplace" \(Yearly\)',
            plan_id=self.yearly.id,
            tier_id=self.gold.id,
        )
        answer = self._create_order().offer_configurator(
            self._configuration(plan_id=self.yearly.id, tier_id=None, options=[])
        )
        self.assertEqual([tier['name'] for tier in answer['service']['tiers']], ['Bronze'])
        self.gold.is_included = True
        line = self._create_order().offer_add(
            self._configuration(plan_id=self.yearly.id, options=[])
        )
        self.assertEqual(line.price_unit, 400.0)

    def test_a_service_with_levels_and_no_preset_one_asks_for_one(self):
        self.workplace.product_tmpl_id.offer_default_tier_id = False
        self._refuse('Choose a service level for "Managed Workplace"', tier_id=None)

    def test_a_component_costs_nothing_only_where_it_is_included(self):
        option = self._add_option('Cable')
        option.product_id.list_price = 0.0
        chosen = [{'option_id': option.id}]
        self._refuse('"Cable" has no price for one-time purchase', options=chosen)
        option.price_mode = 'included'
        line = self._create_order().offer_add(self._configuration(options=chosen))
        self.assertEqual(line._get_offer_components().price_unit, 0.0)

    def test_only_a_service_is_sold_under_a_plan(self):
        order = self._create_order()
        for item in (self.notebook, self.backup):
            line = self.env['sale.order.line'].create({'order_id': order.id, 'product_id': item.id})
            with self.assertRaisesRegex(ValidationError, 'is no Service'):
                line.offer_plan_id = self.plan
            with self.assertRaisesRegex(ValidationError, 'is no Service'):
                line.copy({'order_id': order.id, 'offer_plan_id': self.plan.id})
        subscription = self._subscribe()
        self._assert_refused(
            'is a Product, which is paid once',
            lambda: subscription.change(
                '2027-02-01', [{'product_id': self.notebook.id, 'price_unit': 9.0}]
            ),
        )
        self._assert_refused(
            'is a Product, which is paid once',
            lambda: subscription.change(
                '2027-02-01',
                [{'line_id': subscription.line_ids[0].id, 'product_id': self.notebook.id}],
            ),
        )

    def test_a_product_takes_nothing_that_only_a_service_has(self):
        product = self.notebook.product_tmpl_id
        role = self.env['offer.role'].create({'name': 'Key User'})
        for name, value in (
            ('offer_role_ids', [Command.set(role.ids)]),
            ('offer_prerequisite_ids', [Command.set(self.workplace.product_tmpl_id.ids)]),
            (
                'offer_automation_ids',
                [
                    Command.create(
                        {
                            'kind': 'activated',
                            'activity_type_id': self.env.ref('mail.mail_activity_data_todo').id,
                        }
                    )
                ],
            ),
        ):
            with self.subTest(name), self.assertRaises(ValidationError):
                product.write({name: value})

    def test_an_empty_service_is_not_published_and_not_sold(self):
        service = self._create_item('Empty', 1.0, 'service', type='service')
        service.offer_state = 'draft'
        with self.assertRaisesRegex(ValidationError, 'has no price yet'):
            service.product_tmpl_id.action_offer_publish()
        service.offer_state = 'published'
        order = self._create_order(order_line=[Command.create({'product_id': service.id})])
        self._assert_refused('"Empty" has no price', order.action_confirm)

    # === MONEY === #

    def test_what_becomes_0_by_calculation_is_refused(self):
        row = self.workplace.product_tmpl_id._get_offer_own_prices()
        row.amount = 0.001
        line = self._create_order().offer_add(
            self._configuration(tier_id=self.bronze.id, options=[])
        )
        self.assertEqual(line.price_unit, 0.001)
        far = self.env['res.currency'].create({'name': 'FAR', 'symbol': 'F', 'rounding': 0.01})
        pricelist = self.env['product.pricelist'].create({'name': 'Far', 'currency_id': far.id})
        order = self._create_order(pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, far)
        config = self._configuration(tier_id=self.bronze.id, options=[])
        self._assert_refused('no exchange rate for FAR', lambda: order.offer_add(config))
        rate = {'currency_id': far.id, 'name': '2020-01-01', 'rate': 0.5}
        self.env['res.currency.rate'].create({**rate, 'company_id': self.company.id})
        self._assert_refused('comes to 0.00', lambda: order.offer_add(config))
        row.amount = 40.0
        self.assertEqual(order.offer_add(config).price_unit, 20.0)

    def test_a_rule_of_the_pricelist_may_say_free_but_not_round_to_it(self):
        self.env['res.groups']._is_feature_enabled('product.group_product_pricelist')
        for values, message in (
            ({'compute_price': 'percentage', 'percent_price': 100}, None),
            ({'compute_price': 'formula', 'price_round': 1000}, 'comes to .*0.00'),
            ({'compute_price': 'formula', 'price_surcharge': -50}, 'comes to'),
        ):
            rule = Command.create({'applied_on': '3_global', **values})
            pricelist = self.env['product.pricelist'].create({'name': 'P', 'item_ids': [rule]})
            order = self._create_order(pricelist_id=pricelist.id)
            config = self._configuration(tier_id=self.bronze.id, options=[])
            with self.subTest(values):
                if message:
                    self._assert_refused(message, lambda: order.offer_add(config))  # noqa: B023
                else:
                    self.assertEqual(order.offer_add(config).price_subtotal, 0.0)

    # === UNITS === #

    def test_components_and_percentages_count_in_the_unit_of_the_service(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        self.workplace.uom_ids = dozen
        scan = self._add_option(
            'Scan', is_recurring=True, quantity_mode='per_unit', price_mode='priced'
        )
        self._create_price(10.0, option_id=scan.id, amount_type='percent')
        order = self._create_order()
        line = order.offer_add(
            self._configuration(
                quantity=2,
                uom_id=dozen.id,
                tier_id=self.bronze.id,
                options=[{'option_id': scan.id}, {'option_id': self.notebook_option.id}],
            )
        )
        scan_line = order.order_line.filtered(lambda it: it.offer_option_id == scan)
        notebook = order.order_line.filtered(lambda it: it.offer_option_id == self.notebook_option)
        # 24 workplaces of 40.00, of each 10 %, and a notebook of 900.00 for each
        self.assertEqual((line.product_uom_id, line.price_unit), (dozen, 480.0))
        self.assertEqual(line.price_subtotal, 960.0)
        self.assertEqual((scan_line.product_uom_qty, scan_line.price_unit), (24.0, 4.0))
        self.assertEqual((notebook.product_uom_qty, notebook.price_subtotal), (24.0, 21600.0))
        before = order._get_offer_totals(order.order_line)
        configuration = self.env['offer.configuration']._configuration_of(line)
        self.assertEqual(configuration['uom_id'], dozen.id)
        order.offer_add(configuration, line_id=line.id)
        self.assertEqual(order._get_offer_totals(order.order_line), before)
        line.product_uom_id = self.workplace.uom_id
        self.assertEqual((line.price_unit, scan_line.product_uom_qty), (40.0, 2.0))
        order.action_confirm()
        self._assert_refused(
            'is not sold in', lambda: self._create_order().offer_add(
                self._configuration(uom_id=self.env.ref('uom.product_uom_kgm').id)
            )
        )  # fmt: skip

    def test_the_ratio_of_a_running_component_holds_in_dozens(self):
        dozen = self.env.ref('uom.product_uom_dozen')
        self.workplace.uom_ids = dozen
        agent = self._add_option(
            'Agent', is_recurring=True, quantity_mode='per_unit', price_mode='included'
        )
        subscription = self._subscribe(
            uom_id=dozen.id,
            quantity=2,
            tier_id=self.bronze.id,
            options=[{'option_id': agent.id}],
        )
        service, component = subscription.line_ids
        self.assertEqual((service.quantity, component.quantity), (2.0, 24.0))
        subscription.change('2027-02-01', [{'line_id': service.id, 'quantity': 3}])
        held = component._get_held_on(component.subscription_id._to_day('2027-02-01'))
        self.assertEqual(held['quantity'], 36.0)

    # === ATTRIBUTES === #

    def _add_attributes(self):
        """:return: the values of two attributes of the Service that make no variant"""
        attributes = self.env['product.attribute'].create(
            [
                {
                    'name': name,
                    'create_variant': 'no_variant',
                    'value_ids': [
                        Command.create({'name': value, 'default_extra_price': extra})
                        for value, extra in values
                    ],
                }
                for name, values in (
                    ('Region', (('EU', 0), ('US', 10))),
                    ('Storage', (('HDD', 0), ('SSD', 5))),
                )
            ]
        )
        lines = self.env['product.template.attribute.line'].create(
            [
                {
                    'product_tmpl_id': self.workplace.product_tmpl_id.id,
                    'attribute_id': attribute.id,
                    'value_ids': [Command.set(attribute.value_ids.ids)],
                }
                for attribute in attributes
            ]
        )
        return [list(line.product_template_value_ids) for line in lines]

    def test_values_that_make_no_variant_are_preset_required_and_may_exclude_each_other(self):
        (eu, us), (hdd, ssd) = self._add_attributes()
        us.exclude_for = [
            Command.create(
                {
                    'product_tmpl_id': self.workplace.product_tmpl_id.id,
                    'value_ids': [Command.set(hdd.ids)],
                }
            )
        ]
        values = {'tier_id': self.bronze.id, 'options': []}
        order = self._create_order()
        line = order.offer_add(self._configuration(**values))
        self.assertEqual(line.product_no_variant_attribute_value_ids, eu | hdd)
        for chosen, message in (
            ([], 'Choose "Region"'),
            ([eu.id], 'Choose "Storage"'),
            ([eu.id, us.id, ssd.id], 'Choose only one "Region"'),
            ([us.id, hdd.id], 'exclude each other'),
        ):
            self._refuse(message, no_variant_value_ids=chosen)
        line = order.offer_add(self._configuration(**values, no_variant_value_ids=[us.id, ssd.id]))
        self.assertEqual(line.price_unit, 55.0)
        bare = self._create_order(order_line=[Command.create({'product_id': self.workplace.id})])
        self.assertEqual(bare.order_line.product_no_variant_attribute_value_ids, eu | hdd)

    # === SETUP FEE === #

    def _fee(self, order):
        return [fee.price_unit for fee in order.order_line.filtered('offer_is_setup')]

    def test_the_setup_fee_follows_quantity_customer_and_pricelist(self):
        self._create_price(30.0, min_quantity=10, setup_amount=50.0)
        pricelist = self.env['product.pricelist'].create({'name': 'Partners'})
        self._create_price(35.0, pricelist_id=pricelist.id, setup_amount=20.0)
        order = self._create_order()
        line = order.offer_add(self._configuration(tier_id=self.bronze.id))
        self.assertEqual(self._fee(order), [])
        line.product_uom_qty = 12
        self.assertEqual(self._fee(order), [50.0])
        line.product_uom_qty = 3
        self.assertEqual(self._fee(order), [])
        with Form(order) as form, form.order_line.edit(0) as row:
            row.product_uom_qty = 12
        self.assertEqual(self._fee(order), [50.0])
        order.pricelist_id = pricelist
        order.action_update_prices()
        self.assertEqual(self._fee(order), [20.0])
        order.pricelist_id = False
        line.product_uom_qty = 3
        order.action_update_prices()
        self.assertEqual(self._fee(order), [])

    def test_a_row_that_says_no_fee_leaves_the_general_one_unless_it_waives_it(self):
        own = self.workplace.product_tmpl_id._get_offer_own_prices()
        own.setup_amount = 99.0
        row = self._create_price(30.0, partner_id=self.customer.id)
        order = self._create_order()
        line = order.offer_add(self._configuration())
        self.assertEqual((line.price_unit, self._fee(order)), (40.0, [99.0]))
        row.is_setup_waived = True
        order.action_update_prices()
        self.assertEqual(self._fee(order), [])

    def test_nobody_drops_the_setup_fee_by_itself(self):
        self.workplace.product_tmpl_id._get_offer_own_prices().setup_amount = 99.0
        line = self._add_bundle()
        fee = line.order_id.order_line.filtered('offer_is_setup')
        self._assert_refused('belongs to "Managed Workplace"', fee.unlink)
        self._assert_refused('is a part of', lambda: fee.write({'product_uom_qty': 0}))
        self._assert_refused('is a part of', lambda: fee.write({'offer_is_setup': False}))
        line.unlink()
        self.assertFalse(fee.exists())

    def test_the_unit_and_the_place_of_a_component_are_the_configurators(self):
        line = self._add_bundle()
        other = self._add_bundle(line.order_id)
        backup = line._get_offer_components()[1]
        for vals in (
            {'product_uom_id': self.env.ref('uom.product_uom_dozen').id},
            {'linked_line_id': other.id},
            {'linked_line_id': False},
            {'offer_option_id': False},
            {'offer_tier_id': self.gold.id},
        ):
            with self.subTest(vals):
                self._assert_refused('is a part of', lambda v=vals: backup.write(v))

    # === FROM === #

    def test_from_prices_are_the_same_everywhere(self):
        """Portfolio, portal, and the order of what can't be left out, under the cheapest plan."""
        self.backup_option.write({'is_required': True, 'is_default': True, 'quantity': 2})
        self._create_price(900.0, plan_id=False)
        self._create_price(480.0, plan_id=self.yearly.id)
        self._create_price(0.0, plan_id=self.yearly.id, option_id=self.backup_option.id)
        template = self.workplace.product_tmpl_id
        order = self._create_order()
        found = template._get_offer_prices_from(order)[template]
        # 480 a year is 40 a month; the month itself is 40 + 2 × 5
        self.assertEqual((found['amount'], found['plan']), (480.0, self.yearly))
        self.assertIn('480.00 · Yearly', template.offer_price_from)
        configuration = self._configuration(
            quantity=1,
            plan_id=self.yearly.id,
            tier_id=self.bronze.id,
            options=[{'option_id': self.backup_option.id}],
        )
        totals = order.offer_preview(configuration)['totals']
        self.assertEqual(totals['plans'][0]['amount'], 480.0)

    def test_a_plan_is_preset_before_one_time(self):
        self._create_price(900.0, plan_id=False)
        answer = self._create_order().offer_configurator({'product_id': self.workplace.id})
        self.assertEqual(answer['configuration']['plan_id'], self.plan.id)
        self.assertTrue(answer['service']['sold_once'])

    # === GIVEN PRICES === #

    def test_a_price_given_with_a_new_line_stays(self):
        order = self._create_order(
            order_line=[Command.create({'product_id': self.workplace.id, 'price_unit': 77.0})]
        )
        line = order.order_line.filtered(lambda it: it.offer_kind == 'service')
        self.assertEqual((line.price_unit, line.offer_price_is_manual), (77.0, True))
        line.product_uom_qty = 5
        self.assertEqual(line.price_unit, 77.0)
        order.action_update_prices()
        self.assertEqual(line.price_unit, 40.0)
