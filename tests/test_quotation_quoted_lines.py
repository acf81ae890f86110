from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestQuotedLines(OfferCommon):
    """What lines of a quotation keep, and what the configurator makes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.workplace.product_tmpl_id

    def _quote(self, **values):
        """:return: the lines of three workplaces, three notebooks and two backups"""
        line = self._add_bundle(**values)
        return (line, *line._get_offer_components())

    def _open(self, line, **values):
        """:return: what the pencil shows"""
        configuration = self.env['offer.configuration']._configuration_of(line)
        order = line.order_id.with_user(self.salesperson)
        return order.offer_configurator({**configuration, **values})

    def _get_option(self, answer, option):
        return next(
            row
            for group in answer['service']['groups']
            for row in group['options']
            if row['id'] == option.id
        )

    # === LINES === #

    def test_components_follow_as_quoted(self):
        line, notebook, backup = self._quote()
        self.notebook_option.quantity = 2.0
        line.product_uom_qty = 5
        self.assertEqual((notebook.product_uom_qty, backup.product_uom_qty), (5.0, 2.0))
        self.notebook_option.quantity_mode = 'fixed'
        line.product_uom_qty = 7
        self.assertEqual(notebook.product_uom_qty, 7.0)
        line.order_id.action_confirm()
        subscription = line.order_id.offer_subscription_ids
        self.assertEqual(subscription.line_ids.mapped('quantity'), [7.0, 2.0])

    def test_what_was_per_unit_stays_so_in_the_subscription(self):
        self.backup_option.quantity_mode = 'per_unit'
        line, _notebook, backup = self._quote()
        self.assertEqual(backup.product_uom_qty, 3.0)
        self.backup_option.write({'quantity_mode': 'fixed', 'max_quantity': 0.0})
        line.order_id.action_confirm()
        subscription = line.order_id.offer_subscription_ids
        service, part = subscription.line_ids
        subscription.change('2027-03-01', [{'line_id': service.id, 'quantity': 4}])
        self.assertEqual(self._get_content(part, '2027-03-01'), (4.0, 5.0))

    def test_quantities_stay_within_what_was_quoted(self):
        _line, _notebook, backup = self._quote()
        self.backup_option.write({'min_quantity': 5.0, 'quantity': 5.0, 'max_quantity': 9.0})
        backup.product_uom_qty = 50
        self._assert_refused('0 to 50', lambda: backup.write({'product_uom_qty': 51}))
        backup.order_id.action_confirm()
        self.assertEqual(backup.order_id.state, 'sale')

    def test_what_was_required_stays(self):
        self.backup_option.is_required = True
        _line, notebook, backup = self._quote()
        self.backup_option.is_required = False
        self.notebook_option.is_required = True
        self._assert_refused('delete the Service', backup.unlink)
        notebook.unlink()
        self.assertFalse(notebook.exists())

    def test_what_is_edited_by_hand_is_checked_by_the_rules_of_that_day(self):
        line, notebook, _backup = self._quote()
        self.template.offer_price_ids.filtered(lambda row: not row.tier_id).unlink()
        self.assertFalse(line._get_offer_errors())
        # what nobody sells any more has no price for another quantity
        mine = line.with_user(self.salesperson)
        self._assert_refused(
            'is not sold under the plan "Monthly"', lambda: mine.write({'product_uom_qty': 5})
        )
        self.assertFalse(line._get_offer_errors())
        self.assertEqual((line.product_uom_qty, notebook.product_uom_qty), (3.0, 3.0))

    def test_an_edit_by_hand_that_is_allowed_is_quoted_from_then_on(self):
        line, notebook, _backup = self._quote()
        line.product_uom_qty = 4
        notebook.unlink()
        self.env['offer.customer.profile'].create(
            {
                'partner_id': self.customer.id,
                'product_tmpl_id': self.template.id,
                'min_quantity': 10,
            }
        )
        self.group.min_choices = 2
        line.order_id.action_confirm()
        self.assertEqual(line.order_id.offer_subscription_ids.line_ids[0].quantity, 4.0)

    def test_a_service_that_came_bare_says_why_it_cannot_be_confirmed(self):
        self.group.min_choices = 1
        order = self._create_order(
            order_line=[Command.create({'product_id': self.workplace.id, 'product_uom_qty': 2})]
        )
        self.assertFalse(order.order_line.offer_quoted)
        self.assertIn('Choose a plan', order.offer_warning)
        self.assertIn('at least 1 in "Extras"', order.offer_warning)
        self._assert_refused('Choose a plan', order.action_confirm)

    def test_nobody_writes_what_was_configured(self):
        line, _notebook, _backup = self._quote()
        before = line.offer_quoted
        line.write({'offer_quoted': {**before, 'quantity': 99}})
        self.assertEqual(line.offer_quoted, before)
        other = self.env['sale.order.line'].create(
            {
                'order_id': self._create_order().id,
                'product_id': self.backup.id,
                'offer_quoted': before,
            }
        )
        self.assertFalse(other.offer_quoted)

    def test_a_quotation_that_was_not_saved_keeps_it_too(self):
        with Form(self.env['sale.order'].with_user(self.salesperson)) as form:
            form.partner_id = self.customer
            with form.order_line.new() as line:
                line.product_id = self.workplace
                line.offer_configuration = self._configuration(options=self.both)
        order = form.record
        self.assertEqual([bool(line.offer_quoted) for line in order.order_line], [True, True, True])
        (self.backup_option + self.notebook_option).action_archive()
        order.action_confirm()
        self.assertEqual(order.state, 'sale')

    def test_a_quotation_of_before_goes_by_the_catalogue_of_today(self):
        line, _notebook, _backup = self._quote()
        self.env.flush_all()
        self.env.cr.execute('UPDATE sale_order_line SET offer_quoted = NULL')
        self.env.invalidate_all()
        self.assertFalse(line._get_offer_errors())
        self.backup_option.action_archive()
        self._assert_refused('no option of', line.order_id.action_confirm)
        self.backup_option.action_unarchive()
        line.order_id.action_confirm()

    def test_what_stands_on_a_quotation_is_not_deleted(self):
        line, _notebook, _backup = self._quote()
        for record in (self.backup_option, self.gold, self.plan):
            with (
                self.subTest(record),
                mute_logger('odoo.sql_db'),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                record.unlink()
        self.assertTrue(line.exists())

    # === WHAT THE CUSTOMER HAS === #

    def test_what_the_customer_has_is_asked_when_it_is_confirmed(self):
        desk = self._create_item('Help Desk', 0.0, 'service', type='service')
        self._create_price(20.0, desk)
        self.template.offer_prerequisite_ids = desk.product_tmpl_id
        day = {'quantity': 1, 'options': [], 'tier_id': False}
        subscription = self._subscribe(product_id=desk.id, **day)
        line, _notebook, _backup = self._quote()
        self.template.offer_prerequisite_ids = False
        self.assertFalse(line._get_offer_errors())
        subscription.sale_order_id._action_cancel()
        self.assertIn('needs "Help Desk"', line._get_offer_errors()[0])

    def test_roles_are_those_of_the_quotation(self):
        role = self.env['offer.role'].create({'name': 'Owner', 'is_required': True})
        self.template.offer_role_ids = role
        line, _notebook, _backup = self._quote()
        later = self.env['offer.role'].create({'name': 'Buyer', 'is_required': True})
        self.template.offer_role_ids = later
        self._assert_refused('as "Owner"', line.order_id.action_confirm)
        self.env['offer.role.assignment'].create(
            {
                'role_id': role.id,
                'person_id': self.customer.id,
                'sale_order_id': line.order_id.id,
            }
        )
        line.order_id.action_confirm()

    # === CONFIGURATOR === #

    def test_the_configurator_marks_what_is_no_longer_offered_and_keeps_it(self):
        line, notebook, backup = self._quote()
        self.backup_option.action_archive()
        self.gold.action_archive()
        self.plan.action_archive()
        self.notebook_option.quantity = 2.0
        self.template.action_offer_retire()
        answer = self._open(line)
        self.assertFalse(answer['errors'])
        self.assertIn('No longer offered', answer['service']['kept'])
        kept = self._get_option(answer, self.backup_option)['kept']
        self.assertIn('No longer offered', kept)
        self.assertFalse(self._get_option(answer, self.notebook_option)['kept'])
        levels = {tier['id']: tier['kept'] for tier in answer['service']['tiers']}
        self.assertEqual(levels, {self.bronze.id: False, self.gold.id: True})
        plans = [(plan['id'], plan['kept']) for plan in answer['service']['plans']]
        self.assertEqual(plans, [(self.plan.id, True)])
        # taken out of the dialog it can be chosen again, until that is saved
        rest = [row for row in answer['configuration']['options'] if row['quantity'] == 3]
        answer = self._open(line, options=rest)
        self.assertFalse(answer['errors'])
        self.assertTrue(self._get_option(answer, self.backup_option)['kept'])
        again = [*rest, {'option_id': self.backup_option.id}]
        self.assertFalse(self._open(line, options=again)['errors'])
        configuration = self.env['offer.configuration']._configuration_of(line)
        line.order_id.offer_add({**configuration, 'options': again}, line_id=line.id)
        self.assertEqual((notebook.product_uom_qty, backup.product_uom_qty), (3.0, 2.0))
        line.order_id.offer_add({**configuration, 'options': rest}, line_id=line.id)
        self.assertFalse(backup.exists())
        self.assertEqual(
            self._open(line, options=again)['errors'],
            ['"Remote Backup" is no option of "Managed Workplace".'],
        )
        line.order_id.action_confirm()

    def test_what_is_changed_in_the_configurator_goes_by_the_rules_of_today(self):
        line, _notebook, _backup = self._quote()
        self.backup_option.write({'min_quantity': 5.0, 'quantity': 5.0, 'max_quantity': 9.0})
        options = [dict(self.both[0]), {'option_id': self.backup_option.id, 'quantity': 3}]
        errors = self._open(line, options=options)['errors']
        self.assertEqual(errors, ['Of "Remote Backup" you can have 5 to 9.'])
        options[1]['quantity'] = 2
        self.assertFalse(self._open(line, options=options)['errors'])
        options[1]['quantity'] = 6
        self.assertFalse(self._open(line, options=options)['errors'])

    def test_an_option_quoted_under_another_plan_needs_a_price_there(self):
        line, _notebook, _backup = self._quote()
        yearly = self._create_plan('Yearly', interval_unit='year')
        self._create_price(400.0, plan_id=yearly.id)
        self.assertEqual(
            self._open(line, plan_id=yearly.id, tier_id=self.bronze.id)['errors'],
            ['"Remote Backup" has no price for Yearly.'],
        )

    def test_a_level_that_came_later_is_none_of_what_was_quoted(self):
        desk = self._create_item('Help Desk', 0.0, 'service', type='service')
        self._create_price(20.0, desk)
        line = self._create_order().offer_add(
            self._configuration(product_id=desk.id, tier_id=False, options=[])
        )
        desk.product_tmpl_id.write(
            {'offer_tier_ids': self.gold.ids, 'offer_default_tier_id': self.gold.id}
        )
        answer = self._open(line)
        self.assertFalse(answer['errors'])
        self.assertFalse(answer['lines'][0]['tier_id'])
        line.order_id.action_confirm()

    # === RUNNING === #

    def test_a_removed_attribute_value_does_not_block_a_change(self):
        colour = self.env['product.attribute'].create(
            {
                'name': 'Colour',
                'create_variant': 'no_variant',
                'value_ids': [Command.create({'name': name}) for name in ('Black', 'White')],
            }
        )
        row = self.env['product.template.attribute.line'].create(
            {
                'product_tmpl_id': self.template.id,
                'attribute_id': colour.id,
                'value_ids': [Command.set(colour.value_ids.ids)],
            }
        )
        black, white = row.product_template_value_ids
        subscription = self._subscribe(no_variant_value_ids=black.ids)
        row.value_ids = [Command.unlink(black.product_attribute_value_id.id)]
        order = subscription._create_change_order(subscription._to_day('2027-03-01'))
        line = order.order_line[0]
        answer = self._open(line, quantity=4)
        self.assertFalse(answer['errors'])
        names = [value['name'] for value in answer['service']['attributes'][0]['attribute_values']]
        self.assertEqual(names, ['White', 'Black (no longer offered)'])
        line.product_uom_qty = 4
        order.action_confirm()
        self.assertEqual(self._get_content(subscription.line_ids[0], '2027-03-01'), (4.0, 50.0))
        # nobody takes it up again
        with self.assertRaises(UserError):
            self._create_order().offer_add(self._configuration(no_variant_value_ids=black.ids))
        self.assertTrue(white.exists())
