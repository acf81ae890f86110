import math

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestConfiguration(OfferCommon):
    """Bad configurations get a sentence and change nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firewall = cls._create_item('Managed Firewall', 0.0, 'service', type='service')
        cls.yearly = cls._create_plan('Yearly', interval_unit='year')
        cls._create_price(99.0, cls.firewall, plan_id=cls.yearly.id)
        cls.stranger = cls.env['offer.option.group'].create(
            {
                'name': 'Ports',
                'product_tmpl_id': cls.firewall.product_tmpl_id.id,
                'option_ids': [Command.create({'product_id': cls.backup.id})],
            }
        )

    def _assert_refused(self, message, **values):
        order = self._create_order()
        order.offer_add(self._configuration())
        before = order.order_line.read()
        configuration = self._configuration(**values)
        preview = order.offer_preview(configuration)
        self.assertRegex('\n'.join(preview['errors']), message)
        with self.assertRaisesRegex(UserError, message):
            order.offer_add(configuration)
        with self.assertRaisesRegex(UserError, message):
            order.offer_add(configuration, line_id=order.order_line[0].id)
        self.assertEqual(order.order_line.read(), before)

    def test_bad_input(self):
        backup, ports = self.backup_option.id, self.stranger.option_ids.id
        unknown = 'does not exist'
        table = [
            (unknown, {'options': [{'option_id': 10**6}]}),
            ('is not an id', {'options': [{'option_id': 'backup'}]}),
            ('is not an id', {'options': [{'option_id': None}]}),
            ('is not an id', {'options': [{'option_id': 2**40}]}),
            ('is no option of "Managed Workplace"', {'options': [{'option_id': ports}]}),
            ('is chosen twice', {'options': [{'option_id': backup}] * 2}),
            ('options must be a list', {'options': {'option_id': backup}}),
            ('an object was expected', {'options': [backup]}),
            ('unknown entry: price', {'options': [{'option_id': backup, 'price': 1}]}),
            ('unknown entry: price_unit', {'price_unit': 0.01}),
            ('"Managed Workplace" must be more than 0, not 0', {'quantity': 0}),
            ('must be more than 0, not -1', {'quantity': -1}),
            ('must be more than 0, not nan', {'quantity': math.nan}),
            ('must be more than 0, not inf', {'quantity': math.inf}),
            ('at most 100000000', {'quantity': 10**9}),
            ('"three" of "Managed Workplace" is not a number', {'quantity': 'three'}),
            ('is not a number', {'quantity': True}),
            ('must be more than 0', {'options': [{'option_id': backup, 'quantity': 0}]}),
            ('you can have 0 to 50', {'options': [{'option_id': backup, 'quantity': 51}]}),
            ('not sold under the plan "Yearly"', {'plan_id': self.yearly.id}),
            ('Choose a plan', {'plan_id': None}),
            (unknown, {'plan_id': 10**6}),
            (unknown, {'tier_id': 10**6}),
            (unknown, {'product_id': 10**6}),
            ('is not a date', {'date_start': '2027-02-30'}),
            ('is not a date', {'date_start': [1]}),
            ('must be a list of ids', {'no_variant_value_ids': 'red'}),
            ('attribute value .* is not available', {'no_variant_value_ids': [10**6]}),
            ('custom value does not belong', {'custom_values': [{'custom_value': 'x'}]}),
            ('custom value does not belong', {'custom_values': 'x'}),
            ('More than 1000 options', {'options': [{'option_id': backup}] * 1001}),
        ]
        for message, values in table:
            with self.subTest(values=str(values)[:80]):
                self._assert_refused(message, **values)

    def test_what_is_no_configuration_at_all(self):
        order = self._create_order()
        for configuration in (None, [], 'service', 7):
            with self.assertRaisesRegex(UserError, 'not readable'):
                order.offer_add(configuration)
        with self.assertRaisesRegex(UserError, 'is not an id'):
            order.offer_add({})

    def test_a_line_that_is_not_there(self):
        order = self._create_order()
        other = self._create_order().offer_add(self._configuration())
        for line_id in (other.id, 10**6, 'one', True):
            with self.assertRaisesRegex(UserError, 'has no Service on a line'):
                order.offer_add(self._configuration(), line_id=line_id)
        self.assertFalse(order.order_line)

    def test_required_options_and_bounds_of_a_group(self):
        self.backup_option.is_required = True
        self._assert_refused('"Managed Workplace" needs "Remote Backup"', options=[])
        self.backup_option.is_required = False
        self.group.min_choices = 1
        self._assert_refused('Choose at least 1 in "Extras"', options=[])
        self.group.write({'min_choices': 0, 'max_choices': 1})
        both = [{'option_id': option.id} for option in self.group.option_ids]
        self._assert_refused('Choose at most 1 in "Extras"', options=both)

    def test_a_fixed_quantity_stays(self):
        self.backup_option.quantity_mode = 'fixed'
        options = [{'option_id': self.backup_option.id, 'quantity': 4}]
        self._assert_refused('is fixed at 1', options=options)

    def test_an_option_without_a_price_for_the_plan(self):
        self._create_price(400.0, plan_id=self.yearly.id)
        self._assert_refused('"Remote Backup" has no price for Yearly', plan_id=self.yearly.id)

    def test_drafts_and_retired_offers_are_not_sold(self):
        self.workplace.offer_state = 'draft'
        order = self._create_order()
        with self.assertRaisesRegex(UserError, 'is not published yet'):
            order.offer_add(self._configuration())
        self.workplace.offer_state = 'published'
        self.notebook.offer_state = 'retired'
        with self.assertRaisesRegex(UserError, '"Notebook" is retired'):
            order.offer_add(self._configuration(options=[{'option_id': self.notebook_option.id}]))

    def test_another_companys_item_is_not_sold(self):
        other = self.env['res.company'].sudo().create({'name': 'Elsewhere'})
        self.notebook.sudo().company_id = other
        order = self._create_order()
        options = [{'option_id': self.notebook_option.id}]
        errors = order.sudo().offer_preview(self._configuration(options=options))['errors']
        self.assertEqual(errors, ['"Notebook" belongs to another company.'])

    def test_a_service_inside_a_service(self):
        self._create_price(20.0, self.firewall)
        group = self.group.copy({'name': 'Security', 'option_ids': []})
        option = self.env['offer.option'].create(
            {'group_id': group.id, 'product_id': self.firewall.id, 'is_recurring': True}
        )
        inner = self.stranger.option_ids
        inner.write({'is_recurring': True, 'price_mode': 'included'})
        order = self._create_order()
        line = order.offer_add(
            self._configuration(
                options=[{'option_id': option.id, 'options': [{'option_id': inner.id}]}]
            )
        )
        firewall = line._get_offer_components()
        self.assertEqual((firewall.product_id, firewall.price_unit), (self.firewall, 20.0))
        self.assertEqual(firewall._get_offer_components().product_id, self.backup)
        deep = {'option_id': option.id}
        for _level in range(50):
            deep = {'option_id': option.id, 'options': [deep]}
        self._assert_refused('no option of|nested deeper', options=[deep])

    def test_a_service_can_not_be_saved_into_nonsense(self):
        option = {'group_id': self.group.id, 'product_id': self.workplace.id}
        for message, write in (
            ('at least 3 of at most 2', lambda: self.group.write({'min_choices': 3})),
            (
                'has only 2 options',
                lambda: self.group.write({'min_choices': 3, 'max_choices': 0}),
            ),
            ("can't be an option of itself", lambda: self.env['offer.option'].create(option)),
            (
                'no price per period of its own',
                lambda: self.notebook_option.write({'is_recurring': True}),
            ),
            ('lies outside', lambda: self.backup_option.write({'quantity': 60})),
            (
                'no service level',
                lambda: self.firewall.write({'offer_default_tier_id': self.gold.id}),
            ),
        ):
            with self.subTest(message), self.assertRaisesRegex(ValidationError, message):
                write()

    def test_the_default_configuration_can_be_added(self):
        self.notebook_option.is_default = True
        configuration = self.env['offer.configuration']._default_configuration(self.workplace, 2)
        order = self._create_order()
        line = order.offer_add(configuration)
        self.assertEqual((line.offer_plan_id, line.offer_tier_id), (self.plan, self.bronze))
        self.assertEqual(line._get_offer_components().product_uom_qty, 2)
