from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestServiceParts(OfferCommon):
    """Profiles, versions, the grid of prices and variants of a Service."""

    # --- customer profiles ----------------------------------------------------------------

    def _create_profile(self, **values):
        return self.env['offer.customer.profile'].create(
            {
                'product_tmpl_id': self.workplace.product_tmpl_id.id,
                'partner_id': self.customer.id,
                **values,
            }
        )

    def test_a_customer_gets_a_service_in_its_own_way(self):
        self._create_profile(
            name='Bakery Desk',
            description='as agreed in 2026',
            min_quantity=5,
            tier_ids=[Command.set(self.gold.ids)],
            default_tier_id=self.gold.id,
            option_ids=[
                Command.create(
                    {
                        'option_id': self.backup_option.id,
                        'is_preset': True,
                        'quantity': 7,
                        'min_quantity': 2,
                    }
                )
            ],
        )
        order = self._create_order().with_user(self.salesperson)
        answer = order.offer_configurator({'product_id': self.workplace.id})
        self.assertFalse(answer['errors'])
        self.assertEqual(answer['configuration']['quantity'], 5)
        self.assertEqual([tier['id'] for tier in answer['service']['tiers']], self.gold.ids)
        (backup,) = answer['service']['groups'][0]['options']
        self.assertEqual((backup['id'], backup['quantity']), (self.backup_option.id, 7))
        line = order.offer_add(answer['configuration'])
        self.assertTrue(line.name.startswith('Bakery Desk\nas agreed in 2026\nGold'))
        self.assertEqual(
            set(
                self._get_errors(
                    quantity=4,
                    tier_id=self.bronze.id,
                    options=[
                        {'option_id': self.notebook_option.id},
                        {'option_id': self.backup_option.id, 'quantity': 1},
                    ],
                )
            ),
            {
                'Of "Managed Workplace" Bakery Berg takes at least 5.',
                '"Bronze" is no service level of "Managed Workplace".',
                '"Notebook" is not among what Bakery Berg can choose.',
                'Of "Remote Backup" you can have 2 to 50.',
            },
        )
        contact = self.env['res.partner'].create({'name': 'Ann', 'parent_id': self.customer.id})
        for partner, expected in ((contact, False), (self.partner_b, True)):
            preview = self._create_order(partner_id=partner.id).offer_preview(
                self._configuration(quantity=1, options=[])
            )
            self.assertEqual(not preview['errors'], expected)

    def test_a_profile_holds_from_day_to_day_and_once(self):
        self._create_profile(min_quantity=5, date_end='2026-12-31')
        later = self._create_profile(min_quantity=9, date_start='2027-01-01')
        for day, expected in (('2026-12-31', 'at least 5'), ('2027-01-01', 'at least 9')):
            order = self._create_order(date_order=f'{day} 12:00:00')
            self.assertIn(expected, order.offer_preview(self._configuration())['errors'][0])
        with self.assertRaisesRegex(ValidationError, 'a profile for these days already'):
            later.date_start = '2026-12-31'
        with self.assertRaisesRegex(ValidationError, 'does not belong'):
            other = self.env['offer.sla.tier'].create({'name': 'Other'})
            later.tier_ids = other

    # --- versions and copies --------------------------------------------------------------

    def _make_rich(self):
        self.notebook_option.requires_ids = self.backup_option
        third = self._add_option('Monitor', excludes_ids=[Command.set(self.notebook_option.ids)])
        self.group.max_choices = 0
        self._create_price(35.0, partner_id=self.customer.id)
        self._create_profile(
            option_ids=[Command.create({'option_id': self.backup_option.id, 'is_preset': True})]
        )
        return third

    def test_a_copy_keeps_prices_and_rules_of_its_own(self):
        self._make_rich()
        copy = self.workplace.product_tmpl_id.copy()
        notebook, backup, monitor = copy._get_offer_options().sorted('id')
        self.assertEqual((notebook.requires_ids, monitor.excludes_ids), (backup, notebook))
        prices = {
            (price.amount, price.option_id, price.tier_id, price.partner_id)
            for price in copy.offer_price_ids
        }
        none = (self.env['offer.option'], self.env['offer.sla.tier'], self.env['res.partner'])
        self.assertEqual(
            prices,
            {
                (40.0, *none),
                (10.0, none[0], self.gold, none[2]),
                (5.0, backup, none[1], none[2]),
                (35.0, none[0], none[1], self.customer),
            },
        )
        self.assertFalse(copy.offer_profile_ids)

    def test_a_sold_service_gets_a_new_version(self):
        self._make_rich()
        template = self.workplace.product_tmpl_id
        subscription = self._subscribe()
        self.workplace.description_sale = 'may be told better'
        for act in (
            lambda: self.notebook_option.write({'quantity': 2}),
            lambda: self.backup_option.write({'price_mode': 'included'}),
            lambda: self.backup_option.write({'excludes_ids': [Command.clear()], 'quantity': 3}),
            lambda: self._add_option('Late'),
            lambda: self.backup_option.unlink(),
            lambda: self.group.write({'max_choices': 5}),
            lambda: self.group.copy({'name': 'More'}),
        ):
            self._assert_refused('its choices stay as they were', act)
        version = template.browse(template.action_offer_new_version()['res_id'])
        self.assertEqual(template.action_offer_new_version()['res_id'], version.id)
        self.assertEqual((version.name, version.offer_state), (template.name, 'draft'))
        self.assertEqual(version.offer_profile_ids.option_ids.option_id.product_tmpl_id, version)
        version.offer_option_group_ids[0].max_choices = 2
        self.assertEqual(template.offer_state, 'published')
        version.action_offer_publish()
        self.assertEqual((template.offer_state, version.offer_state), ('retired', 'published'))
        self.assertEqual(subscription.state, 'active')

    # --- the grid of prices ---------------------------------------------------------------

    def test_the_grid_shows_and_writes_the_prices_of_everybody(self):
        template = self.workplace.product_tmpl_id
        special = self._create_price(33.0, partner_id=self.customer.id)
        grid = template.offer_price_grid
        month = str(self.plan.id)
        amounts = {row['key']: row['cells'].get(month, {}).get('amount') for row in grid['rows']}
        self.assertEqual(
            amounts,
            {
                'own': 40.0,
                f'tier_{self.bronze.id}': None,
                f'tier_{self.gold.id}': 10.0,
                f'option_{self.backup_option.id}': 5.0,
            },
        )
        own, bronze, gold, backup = grid['rows']
        own['cells'][month].update(amount=42.0, setup=99.0)
        own['cells']['0'] = {'amount': 500.0}
        bronze['cells'][month] = {'amount': 5, 'percent': True}
        del gold['cells'][month]
        kept = template.offer_price_ids.filtered('option_id')
        template.offer_price_grid = grid
        rows = {
            (price._get_grid_key(), price.plan_id): price
            for price in template.offer_price_ids - special
        }
        none = self.plan.browse()
        self.assertEqual(
            {key: (row.amount, row.setup_amount, row.amount_type) for key, row in rows.items()},
            {
                ('own', self.plan): (42.0, 99.0, 'fixed'),
                ('own', none): (500.0, 0.0, 'fixed'),
                (f'tier_{self.bronze.id}', self.plan): (5.0, 0.0, 'percent'),
                (f'option_{self.backup_option.id}', self.plan): (5.0, 0.0, 'fixed'),
            },
        )
        self.assertEqual(rows[backup['key'], self.plan], kept)
        self.assertEqual(template.offer_special_price_ids, special)

    def test_a_grid_that_is_not_readable_changes_nothing(self):
        template = self.workplace.product_tmpl_id
        before = template.offer_price_ids.read()
        for grid in (None, [], {'rows': 7}, {'rows': [{'key': 'own', 'cells': {'x': {}}}]}):
            with self.assertRaisesRegex(ValidationError, 'are not readable'):
                template.offer_price_grid = grid
        self.assertEqual(template.offer_price_ids.read(), before)

    def test_the_grid_of_a_new_service(self):
        form = Form(self.env['product.template'].with_context(default_offer_kind='service'))
        form.name = 'Managed Printing'
        form.save()

    # --- variants -------------------------------------------------------------------------

    def _add_attribute(self, template, mode, *names, **values):
        attribute = self.env['product.attribute'].create(
            {
                'name': f'Attribute {mode}',
                'create_variant': mode,
                'value_ids': [Command.create({'name': name, **values}) for name in names],
            }
        )
        line = self.env['product.template.attribute.line'].create(
            {
                'product_tmpl_id': template.id,
                'attribute_id': attribute.id,
                'value_ids': [Command.set(attribute.value_ids.ids)],
            }
        )
        return line.product_template_value_ids

    def test_every_kind_of_attribute_is_chosen_in_the_dialog(self):
        template = self.workplace.product_tmpl_id
        _small, large = self._add_attribute(template, 'dynamic', 'Small', 'Large')
        _plain, text = self._add_attribute(
            template, 'no_variant', 'Plain', 'Engraved', is_custom=True
        )
        text.price_extra = 3.0
        large.price_extra = 7.0
        first = template.with_user(self.salesperson).get_offer_first_variant()
        order = self._create_order().with_user(self.salesperson)
        answer = order.offer_configurator(
            {'product_id': first, 'tier_id': self.bronze.id},
            value_ids=[large.id, text.id],
        )
        self.assertFalse(answer['errors'])
        product = self.env['product.product'].browse(answer['configuration']['product_id'])
        self.assertEqual(product.product_template_attribute_value_ids, large)
        self.assertEqual(
            [line['selected_attribute_value_ids'] for line in answer['service']['attributes']],
            [large.ids, text.ids],
        )
        answer['configuration']['custom_values'] = [
            {'custom_product_template_attribute_value_id': text.id, 'custom_value': 'Berg'}
        ]
        line = order.offer_add(answer['configuration'])
        self.assertEqual((line.product_id, line.price_unit), (product, 50.0))
        self.assertIn('Berg', line.name)
        # a price of the variant's own holds its extra already; what makes no variant comes on top
        self._create_price(60.0, product, product_id=product.id)
        preview = order.offer_preview(answer['configuration'])
        self.assertEqual(preview['lines'][0]['price_unit'], 60.0)
        self.assertEqual(len(template.product_variant_ids), 2)
