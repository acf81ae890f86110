from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestBundle(OfferCommon):
    """The lines of a Service stay together: by hand, unsaved, copied, from a template, over RPC."""

    # --- by hand --------------------------------------------------------------------------

    def test_components_follow_their_service(self):
        line = self._add_bundle()
        notebook, backup = line._get_offer_components()
        line.product_uom_qty = 8
        self.assertEqual((notebook.product_uom_qty, backup.product_uom_qty), (8, 2))
        with Form(line.order_id) as form, form.order_line.edit(0) as service:
            service.product_uom_qty = 4
        self.assertEqual((notebook.product_uom_qty, backup.product_uom_qty), (4, 2))
        self.assertFalse(line._get_offer_errors())

    def test_a_share_of_a_unit_follows_too(self):
        self.notebook_option.quantity = 0.33
        line = self._add_bundle(quantity=2.5)
        notebook = line._get_offer_components()[0]
        # 2.5 × 0.33, as finely as quantities are written
        self.assertEqual(notebook.product_uom_qty, 0.83)
        line.order_id.action_confirm()
        self.assertEqual(line.order_id.state, 'sale')

    def test_a_component_is_not_edited_into_nonsense(self):
        self.backup_option.is_required = True
        line = self._add_bundle()
        notebook, backup = line._get_offer_components()
        self._assert_refused('can have 0 to 50', lambda: backup.write({'product_uom_qty': 51}))
        self._assert_refused('can have 0 to 50', lambda: backup.write({'product_uom_qty': 0}))
        self._assert_refused(
            'a part of "Managed Workplace"', lambda: backup.write({'product_id': self.notebook.id})
        )
        notebook.product_uom_qty = 17
        self.assertEqual(notebook.product_uom_qty, 3)
        backup.product_uom_qty = 4
        self.assertFalse(line._get_offer_errors())
        other = self._create_plan('Yearly', interval_unit='year')
        self._assert_refused(
            'a part of "Managed Workplace"', lambda: backup.write({'offer_plan_id': other.id})
        )
        self._assert_refused(
            'a part of "Managed Workplace"', lambda: line.write({'offer_plan_id': other.id})
        )
        self._assert_refused('delete the Service', backup.unlink)
        notebook.unlink()
        line.unlink()
        self.assertFalse(backup.exists())

    def test_another_service_on_the_line_takes_the_components_away(self):
        other = self._create_item('Managed Network', 0.0, 'service', type='service')
        self._create_price(80.0, other)
        line = self._add_bundle()
        with Form(line.order_id) as form, form.order_line.edit(0) as service:
            service.product_id = other
        self.assertEqual(line.order_id.order_line.product_id, other)
        line = self._add_bundle()
        line.product_id = other
        self.assertEqual(line.order_id.order_line, line)

    def test_deleting_the_service_on_the_form_deletes_its_components(self):
        order = self._add_bundle().order_id
        with Form(order) as form:
            form.order_line.remove(0)
        self.assertFalse(order.order_line)

    def test_who_may_price_services_by_hand(self):
        line = self._add_bundle(self._create_order(user_id=self.salesperson.id))
        mine = line.with_user(self.salesperson)
        mine.price_unit = 45.0
        self.assertTrue(line.offer_price_is_manual)
        line.order_id.with_user(self.salesperson).offer_add(
            self._configuration(quantity=9, options=[]), line_id=line.id
        )
        self.assertEqual(line.price_unit, 45.0)
        line.price_unit = 50.0
        self.company.sudo().offer_service_price_group_id = self.env.ref(
            'sales_team.group_sale_manager'
        )
        self.assertTrue(mine.offer_price_is_fixed)
        for values in ({'price_unit': 45.0}, {'discount': 10.0}):
            self._assert_refused('it costs', lambda v=values: mine.write(v))
        mine.write({'price_unit': 50.0, 'discount': 0.0})
        self.assertFalse(line.offer_price_is_fixed)
        line.discount = 10.0
        self.assertEqual(line.discount, 10.0)

    # --- two levels, unsaved, copied, from a template -------------------------------------

    def _nest(self):
        """:return: an option that is a Service (20.00 a month) with an option of its own"""
        firewall = self._create_item('Managed Firewall', 0.0, 'service', type='service')
        self._create_price(20.0, firewall, setup_amount=15.0)
        ports = self.env['offer.option.group'].create(
            {
                'name': 'Ports',
                'product_tmpl_id': firewall.product_tmpl_id.id,
                'option_ids': [
                    Command.create({'product_id': self.notebook.id, 'quantity_mode': 'per_unit'})
                ],
            }
        )
        outer = self.env['offer.option'].create(
            {
                'group_id': self.group.id,
                'product_id': firewall.id,
                'is_recurring': True,
                'quantity_mode': 'per_unit',
            }
        )
        inner = {'option_id': ports.option_ids.id}
        return [{'option_id': outer.id, 'options': [inner]}, self.both[1]]

    def _levels(self, order):
        """:return: each line's item, quantity and price, by how deep it hangs"""
        return [
            (
                line._get_offer_display()['level'],
                line.product_id.name,
                line.product_uom_qty,
                line.price_unit,
            )
            for line in order.order_line.sorted('sequence')
        ]

    def test_a_service_inside_a_service_on_saved_and_unsaved_orders(self):
        expected = [
            (0, 'Managed Workplace', 3, 50.0),
            (1, 'Remote Backup', 2, 5.0),
            (1, 'Managed Firewall', 3, 20.0),
            (2, 'Setup Fee', 1, 15.0),
            (2, 'Notebook', 3, 900.0),
            (0, 'Notebook', 1, 900.0),
        ]
        configuration = self._configuration(options=self._nest())
        saved = self._create_order()
        line = saved.offer_add(configuration)
        self.env['sale.order.line'].create(
            {'order_id': saved.id, 'product_id': self.notebook.id, 'sequence': line.sequence + 1}
        )
        # changed in place: what stands below keeps its place below
        saved.offer_add(configuration, line_id=line.id)
        self.assertEqual(self._levels(saved), expected)
        with Form(self.env['sale.order']) as form:
            form.partner_id = self.customer
            with form.order_line.new() as row:
                row.product_id = self.workplace
            with form.order_line.new() as row:
                row.product_id = self.notebook
            with form.order_line.edit(0) as row:
                row.virtual_id = 'one'
                row.offer_configuration = configuration
        unsaved = form.save()
        self.assertEqual(self._levels(unsaved), expected)
        copy = saved.copy()
        self.assertEqual(self._levels(copy), expected)
        read = self.env['offer.configuration']._configuration_of
        for order in (saved, unsaved, copy):
            service = order.order_line.sorted('sequence')[0]
            service.product_uom_qty = 5
            quantities = [row[2] for row in self._levels(order)]
            self.assertEqual(quantities, [5, 2, 5, 1, 5, 1])
            self.assertEqual(read(service)['options'][1]['options'][0]['quantity'], 5)
            self.assertFalse(service._get_offer_errors())

    def test_a_template_keeps_the_configuration(self):
        self.env.user.sudo().group_ids += self.env.ref('sale_management.group_sale_order_template')
        configuration = self._configuration(options=self.both)
        template = self.env['sale.order.template'].create(
            {
                'name': 'Branch',
                'sale_order_template_line_ids': [
                    Command.create(
                        {
                            'product_id': self.workplace.id,
                            'product_uom_qty': 4,
                            'offer_configuration': configuration,
                        }
                    )
                ],
            }
        )
        with Form(self.env['sale.order']) as form:
            form.partner_id = self.customer
            form.sale_order_template_id = template
        order = form.save()
        self.assertEqual(
            self._levels(order),
            [
                (0, 'Managed Workplace', 4, 50.0),
                (1, 'Notebook', 4, 900.0),
                (1, 'Remote Backup', 2, 5.0),
            ],
        )
        copied = template.copy().sale_order_template_line_ids
        self.assertEqual(copied.offer_configuration, configuration)
        line = template.sale_order_template_line_ids
        for bad in ({'product_id': self.notebook.id}, [1], 'x'):
            self._assert_refused(
                'configure it anew', lambda bad=bad: line.write({'offer_configuration': bad})
            )

    def test_the_catalogue_leaves_components_alone(self):
        order = self._add_bundle().order_id
        notebook = order.order_line.filtered(lambda line: line.product_id == self.notebook)
        self.assertTrue(notebook._get_product_catalog_lines_data()['readOnly'])

    def test_components_deliver_and_carry_analytics_as_any_line(self):
        plan = self.env['account.analytic.plan'].create({'name': 'Sites'})
        site = self.env['account.analytic.account'].create({'name': 'Berg', 'plan_id': plan.id})
        line = self._add_bundle()
        notebook, backup = line._get_offer_components()
        backup.analytic_distribution = notebook.analytic_distribution = {str(site.id): 100}
        order = line.order_id
        order.action_confirm()
        if 'picking_ids' in order:
            self.assertEqual(order.picking_ids.move_ids.product_id, self.notebook)
            self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 3)
        invoiced = order._create_invoices().invoice_line_ids
        billed = order.offer_subscription_ids.line_ids.filtered(
            lambda line: line.product_id == self.backup
        )
        for record in (invoiced, billed):
            self.assertEqual(record.analytic_distribution, {str(site.id): 100})

    # --- bad input ------------------------------------------------------------------------

    def test_what_a_remote_caller_may_send(self):
        order = self._create_order()
        backup = self.backup_option.id
        deep = {'option_id': backup}
        for _level in range(50):
            deep = {'option_id': backup, 'options': [deep]}
        gone = self._create_item('Gone', 0.0, 'service', type='service')
        number = gone.id
        gone.unlink()
        for values in (
            {'options': [{'option_id': backup}] * 10_000},
            {'options': [deep]},
            {'quantity': float('nan')},
            {'quantity': '3'},
            {'quantity': 10**9},
            {'product_id': number},
            {'product_id': [1]},
            {'tier_id': {'id': 1}},
            {'plan_id': 'monthly'},
            {'options': [{'option_id': backup, 'quantity': '2'}]},
            {'options': [{'option_id': backup, 'line_id': 'x'}] * 2},
            {'custom_values': [{'custom_product_template_attribute_value_id': 'x'}]},
        ):
            with self.subTest(str(values)[:60]):
                configuration = self._configuration(**values)
                self.env.flush_all()
                before = self.env.cr.sql_log_count
                errors = order.with_user(self.salesperson).offer_preview(configuration)['errors']
                self.assertTrue(errors)
                self.assertTrue(all('\n' not in error for error in errors))
                self.assertLess(self.env.cr.sql_log_count - before, 100)
                with self.assertRaises(UserError):
                    order.offer_add(configuration)
                self.assertFalse(order.order_line)

    def test_bad_answers_of_the_configurator(self):
        order = self._create_order()
        for configuration in (None, [], {}, {'product_id': 'x'}, {'product_id': 10**8}):
            with self.assertRaises(UserError):
                order.offer_configurator(configuration)
        for values in ('x', [None], [10**8], [True], {}):
            answer = order.offer_configurator(self._configuration(), value_ids=values)
            self.assertEqual(answer['configuration']['product_id'], self.workplace.id)
