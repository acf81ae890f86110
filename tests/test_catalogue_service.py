from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestService(OfferCommon):
    """What a Service is made of, and that it can't be made into nonsense."""

    # --- rules ----------------------------------------------------------------------------

    def test_rules_that_can_not_be_kept_are_refused_when_they_are_saved(self):
        notebook, backup = self.notebook_option, self.backup_option
        third = self._add_option('Monitor')
        elsewhere = self._create_item('Elsewhere', 0.0, 'service', type='service')
        stranger = self.env['offer.option'].create(
            {
                'group_id': self.group.copy(
                    {'product_tmpl_id': elsewhere.product_tmpl_id.id, 'option_ids': []}
                ).id,
                'product_id': self.backup.id,
            }
        )
        self.group.max_choices = 3
        notebook.requires_ids = backup
        for message, option, values in (
            ('requires and excludes "Remote Backup"', notebook, {'excludes_ids': backup.ids}),
            ('in a circle: .*Notebook.*Remote Backup', backup, {'requires_ids': notebook.ids}),
            (
                '"Monitor" could never be chosen',
                third,
                {'requires_ids': notebook.ids, 'excludes_ids': backup.ids},
            ),
            (
                'required options and the rules .* contradict each other',
                third,
                {'is_required': True, 'requires_ids': notebook.ids, 'excludes_ids': backup.ids},
            ),
            ("can't require or exclude itself", third, {'excludes_ids': third.ids}),
            ('is no option of "Managed Workplace"', third, {'excludes_ids': stranger.ids}),
        ):
            with self.subTest(message):
                self._assert_refused(message, lambda o=option, v=values: o.write(v))
        self._assert_refused(
            '"Notebook" could never be chosen', lambda: self.group.write({'max_choices': 1})
        )

    def test_a_group_keeps_enough_options(self):
        self.group.min_choices = 2
        self._assert_refused('has only 1 options', self.notebook_option.unlink)
        self._assert_refused('has only 1 options', self.backup_option.action_archive)

    def test_a_service_never_holds_itself(self):
        inner = self._create_item('Inner', 0.0, 'service', type='service')
        self._create_price(5.0, inner)
        inside = self.env['offer.option.group'].create(
            {'name': 'Inside', 'product_tmpl_id': inner.product_tmpl_id.id}
        )
        self.env['offer.option'].create(
            {'group_id': self.group.id, 'product_id': inner.id, 'is_recurring': True}
        )
        with self.assertRaisesRegex(ValidationError, 'holds "Inner" itself'):
            self.env['offer.option'].create(
                {'group_id': inside.id, 'product_id': self.workplace.id, 'is_recurring': True}
            )

    def test_conflicts_stand_beside_what_causes_them(self):
        self.notebook_option.requires_ids = self.backup_option
        configuration = self._configuration(options=[{'option_id': self.notebook_option.id}])
        answer = self._create_order().offer_configurator(configuration)
        notebook, backup = answer['service']['groups'][0]['options']
        self.assertEqual(notebook['notes'], ['"Notebook" needs "Remote Backup" too.'])
        self.assertEqual(backup['notes'], [])
        self.assertEqual(answer['errors'], notebook['notes'])

    def test_what_can_not_be_sold_says_why_before_it_is_chosen(self):
        yearly = self._create_plan('Yearly', interval_unit='year')
        self._create_price(400.0, plan_id=yearly.id)
        self._create_price(100.0, plan_id=yearly.id, tier_id=self.gold.id)
        self.notebook.product_tmpl_id.action_offer_retire()
        answer = self._create_order().offer_configurator(
            self._configuration(plan_id=yearly.id, options=[])
        )
        self.assertFalse(answer['errors'])
        self.assertEqual(
            [option['obstacle'] for option in answer['service']['groups'][0]['options']],
            [
                '"Notebook" is retired and not sold any more.',
                '"Remote Backup" has no price for Yearly.',
            ],
        )

    def test_a_preset_that_can_not_be_sold_is_left_out_of_the_default(self):
        self.notebook_option.is_default = self.backup_option.is_default = True
        self.notebook.product_tmpl_id.action_offer_retire()
        configuration = self.env['offer.configuration']._default_configuration(self.workplace)
        self.assertEqual(
            [option['option_id'] for option in configuration['options']], self.backup_option.ids
        )
        self.notebook_option.is_required = True
        order = self._create_order_with_service()
        self.assertIn('"Notebook" is retired and not sold any more.', order.offer_warning)
        self._assert_refused('"Notebook" is retired', order.action_confirm)

    def _create_order_with_service(self):
        return self._create_order(order_line=[Command.create({'product_id': self.workplace.id})])

    # --- service levels -------------------------------------------------------------------

    def _promise(self):
        self.gold.write(
            {
                'promise': False,
                'availability': 99.9,
                'credit_cap': 30,
                'target_ids': [
                    Command.create({'priority': '1', 'response_hours': 0.5, 'resolution_hours': 4}),
                    Command.create({'priority': '4', 'response_hours': 8}),
                ],
                'credit_ids': [
                    Command.create({'availability': 99.9, 'percent': 10}),
                    Command.create({'availability': 99, 'percent': 25.5}),
                ],
            }
        )
        return [
            'Service hours: at any hour, every day',
            'Availability: 99.9 %',
            'Priority 1: response within 0.5 h, solved within 4 h',
            'Priority 4: response within 8 h',
            "Below 99.9 %: credit of 10 % of the period's fee",
            "Below 99 %: credit of 25.5 % of the period's fee",
            "At most 30 % of the period's fee",
        ]

    def test_the_promises_in_words_stand_on_quotation_and_subscription(self):
        text = '\n'.join(self._promise())
        self.assertEqual(self.gold.promise_text, text)
        subscription = self._subscribe()
        self.assertIn(text, subscription.sale_order_id.order_line[0].name)
        self.assertIn(text, subscription.line_ids[0].name)

    def test_service_hours_with_their_zone_and_holidays(self):
        calendar = self.env['resource.calendar'].create({'name': 'Mon–Fri', 'tz': 'Europe/Rome'})
        self.gold.write({'promise': False, 'calendar_id': calendar.id})
        self.assertEqual(self.gold.promise_text, 'Service hours: Mon–Fri (Europe/Rome)')
        self.env['resource.calendar.leaves'].create(
            {
                'name': 'New Year',
                'calendar_id': calendar.id,
                'date_from': '2027-01-01 00:00:00',
                'date_to': '2027-01-01 23:59:59',
            }
        )
        self.gold.invalidate_recordset()
        self.assertIn('without public holidays', self.gold.promise_text)

    def test_what_was_promised_stays_and_gets_a_new_version(self):
        self._promise()
        self._subscribe()
        for act in (
            lambda: self.gold.write({'availability': 95}),
            lambda: self.gold.write({'promise': 'less'}),
            lambda: self.gold.target_ids[0].write({'response_hours': 9}),
            lambda: self.gold.target_ids.unlink(),
            lambda: self.gold.credit_ids[0].write({'percent': 1}),
            lambda: self.gold.credit_ids[0].copy({'availability': 50}),
        ):
            self._assert_refused('what it promises stays', act)
        self.gold.write({'name': 'Gold 2027', 'availability': 99.9})
        action = self.gold.action_new_version()
        version = self.gold.browse(action['res_id'])
        self.assertEqual((len(version.target_ids), len(version.credit_ids)), (2, 2))
        version.availability = 95

    def test_bad_targets_and_bands(self):
        with self.assertRaisesRegex(ValidationError, "can't be solved before"):
            self.env['offer.sla.target'].create(
                {'tier_id': self.gold.id, 'response_hours': 5, 'resolution_hours': 4}
            )

    # --- roles and prerequisites ----------------------------------------------------------

    def test_a_required_role_is_played_before_the_order_is_confirmed(self):
        role, other = self.env['offer.role'].create(
            [
                {'name': 'Technical contact', 'side': 'customer', 'is_required': True},
                {'name': 'Engineer', 'side': 'provider'},
            ]
        )
        self.workplace.offer_role_ids = role + other
        order = self._create_order()
        order.offer_add(self._configuration())
        message = '"Managed Workplace" needs somebody as "Technical contact"'
        self.assertIn(message, order.offer_warning)
        with self.assertRaisesRegex(UserError, message):
            order.with_user(self.salesperson).action_confirm()
        assignments = self.env['offer.role.assignment'].with_user(self.salesperson)
        ann, bob, eve = self.env['res.partner'].create(
            [{'name': name} for name in ('Ann', 'Bob', 'Eve')]
        )
        default = assignments.create(
            {'role_id': role.id, 'person_id': ann.id, 'partner_id': self.customer.id}
        )
        self.assertFalse(order.with_user(self.salesperson)._get_offer_role_errors())
        mine = assignments.create(
            {'role_id': role.id, 'person_id': bob.id, 'sale_order_id': order.id}
        )
        self.assertEqual(mine.partner_id, self.customer)
        order.action_confirm()
        subscription = order.offer_subscription_ids
        find = self.env['offer.role.assignment']._find
        self.assertEqual(find(role, self.customer), {role: default})
        self.assertEqual(find(role, self.customer, order), {role: mine})
        special = self.env['offer.role.assignment'].create(
            {'role_id': role.id, 'person_id': eve.id, 'subscription_id': subscription.id}
        )
        self.assertEqual(find(role, self.customer, order, subscription), {role: special})
        with self.assertRaisesRegex(ValidationError, 'plays the role'):
            default.copy()

    def test_a_service_that_needs_another(self):
        network = self._create_item('Managed Network', 0.0, 'service', type='service')
        self._create_price(80.0, network)
        self.workplace.offer_prerequisite_ids = network.product_tmpl_id
        message = '"Managed Workplace" needs "Managed Network": order it along.'
        self.assertEqual(self._get_errors(), [message])
        order = self._create_order()
        with self.assertRaisesRegex(UserError, 'order it along'):
            order.offer_add(self._configuration())
        # an order that is not saved says what stands on it
        unsaved = self.env['sale.order'].with_context(
            default_partner_id=self.customer.id, offer_template_ids=network.product_tmpl_id.ids
        )
        self.assertFalse(unsaved.offer_preview(self._configuration())['errors'])
        along = order.offer_add({'product_id': network.id, 'plan_id': self.plan.id})
        order.offer_add(self._configuration())
        along.unlink()
        with self.assertRaisesRegex(UserError, 'order it along'):
            order.action_confirm()
        other = self._create_order()
        other.offer_add({'product_id': network.id, 'plan_id': self.plan.id})
        other.action_confirm()
        self.assertFalse(self._get_errors())
        order.with_user(self.salesperson).action_confirm()
        with self.assertRaisesRegex(ValidationError, "can't be needed for itself"):
            self.workplace.offer_prerequisite_ids = self.workplace.product_tmpl_id
