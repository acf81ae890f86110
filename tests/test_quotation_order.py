from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestOrder(OfferCommon):
    """From the quotation to the subscription."""

    def test_a_configured_service_becomes_lines_with_prices(self):
        order = self._create_order()
        configuration = self._configuration(
            options=[
                {'option_id': self.notebook_option.id},
                {'option_id': self.backup_option.id, 'quantity': 2},
            ]
        )
        line = order.with_user(self.salesperson).offer_add(configuration)
        # 3 × (40 + 10) a month, 3 notebooks once, 2 × 5 a month
        self.assertRecordValues(
            order.order_line.sorted('sequence'),
            [
                {'product_id': self.workplace.id, 'product_uom_qty': 3, 'price_unit': 50.0},
                {'product_id': self.notebook.id, 'product_uom_qty': 3, 'price_unit': 900.0},
                {'product_id': self.backup.id, 'product_uom_qty': 2, 'price_unit': 5.0},
            ],
        )
        components = order.order_line - line
        self.assertEqual(components.linked_line_id, line)
        self.assertEqual(line.offer_plan_id, self.plan)
        self.assertFalse(components.filtered(lambda c: c.product_id == self.notebook).offer_plan_id)
        self.assertIn('around the clock', line.name)
        self.assertNotIn('Option for', ''.join(components.mapped('name')))

    def test_preview_says_the_same_and_writes_nothing(self):
        order = self._create_order()
        configuration = self._configuration(
            options=[
                {'option_id': self.notebook_option.id},
                {'option_id': self.backup_option.id, 'quantity': 2},
            ]
        )
        preview = order.with_user(self.salesperson).offer_preview(configuration)
        self.assertFalse(order.order_line)
        self.assertEqual(preview['errors'], [])
        self.assertEqual(
            [(row['level'], row['price_unit'], row['subtotal']) for row in preview['lines']],
            [(0, 50.0, 150.0), (1, 900.0, 2700.0), (1, 5.0, 10.0)],
        )
        self.assertEqual(preview['totals']['one_time'], 2700.0)
        self.assertEqual(preview['totals']['plans'][0]['amount'], 160.0)
        order.offer_add(configuration)
        self.assertEqual(order._get_offer_totals(order.order_line), preview['totals'])

    def test_preview_works_on_an_order_that_is_not_saved(self):
        orders = self.env['sale.order'].with_context(default_partner_id=self.customer.id)
        preview = orders.offer_preview(self._configuration())
        self.assertEqual(preview['errors'], [])
        self.assertEqual(preview['totals']['plans'][0]['amount'], 155.0)

    def test_changing_a_line_keeps_it_and_what_was_made_by_hand(self):
        order = self._create_order()
        line = order.offer_add(self._configuration())
        backup = order.order_line - line
        backup.price_unit = 4.0
        changed = order.offer_add(
            self._configuration(
                quantity=5,
                tier_id=self.bronze.id,
                options=[
                    {'option_id': self.notebook_option.id},
                    {'option_id': self.backup_option.id, 'quantity': 7},
                ],
            ),
            line_id=line.id,
        )
        self.assertEqual(changed, line)
        self.assertEqual((line.product_uom_qty, line.price_unit), (5, 40.0))
        self.assertEqual((backup.product_uom_qty, backup.price_unit), (7, 4.0))
        notebook = order.order_line - line - backup
        self.assertEqual((notebook.product_uom_qty, notebook.price_unit), (5, 900.0))
        order.offer_add(self._configuration(options=[]), line_id=line.id)
        self.assertEqual(order.order_line, line)

    def test_a_configuration_is_read_back_from_its_lines(self):
        order = self._create_order()
        line = order.offer_add(self._configuration())
        configuration = self.env['offer.configuration']._configuration_of(line)
        self.assertEqual(configuration['options'][0]['option_id'], self.backup_option.id)
        self.assertEqual(configuration['date_start'], '2027-01-01')
        other = self._create_order()
        configuration['options'][0].pop('line_id')
        configuration.pop('line_id')
        copied = other.offer_add(configuration)
        self.assertEqual(
            other._get_offer_totals(other.order_line), order._get_offer_totals(order.order_line)
        )
        self.assertEqual(copied.offer_tier_id, self.gold)

    def test_a_copied_order_keeps_its_components(self):
        order = self._create_order()
        order.offer_add(self._configuration())
        copy = order.copy()
        line = copy.order_line.filtered(lambda line: not line.offer_option_id)
        self.assertEqual(line._get_offer_components(), copy.order_line - line)

    def test_confirming_starts_one_subscription_a_plan(self):
        order = self._create_order(client_order_ref='PO 17')
        order.offer_add(self._configuration(options=[{'option_id': self.notebook_option.id}]))
        order.with_user(self.salesperson).action_confirm()
        subscription = order.offer_subscription_ids
        self.assertRecordValues(
            subscription,
            [
                {
                    'state': 'active',
                    'plan_id': self.plan.id,
                    'partner_id': self.customer.id,
                    'client_order_ref': 'PO 17',
                    'date_start': self._day('2027-01-01'),
                    'minimum_term_count': 12,
                    'minimum_term_end': self._day('2027-12-31'),
                    'date_next_due': self._day('2027-01-01'),
                }
            ],
        )
        self.assertRecordValues(
            subscription.line_ids,
            [{'product_id': self.workplace.id, 'quantity': 3, 'price_unit': 50.0}],
        )

    def test_confirming_again_starts_nothing_twice(self):
        order = self._create_order()
        order.offer_add(self._configuration())
        order.action_confirm()
        order._action_confirm()
        self.assertEqual(len(order.offer_subscription_ids), 1)

    def test_cancelling_closes_what_was_not_billed_and_is_refused_for_what_was(self):
        subscription = self._subscribe()
        order = subscription.sale_order_id
        order.with_user(self.salesperson)._action_cancel()
        self.assertEqual((order.state, subscription.state), ('cancel', 'closed'))
        self.assertFalse(subscription.preview('2028-01-01'))
        order.action_draft()
        order.action_confirm()
        again = order.offer_subscription_ids - subscription
        self.assertEqual((again.state, len(again.line_ids)), ('active', 2))
        again.bill('2027-01-01')
        with self.assertRaisesRegex(UserError, 'end it instead of cancelling'):
            order._action_cancel()
        self.assertEqual((order.state, again.state), ('sale', 'active'))

    def test_a_service_that_can_not_be_configured_by_itself_says_so(self):
        self.group.write({'min_choices': 1})
        order = self._create_order(order_line=[Command.create({'product_id': self.workplace.id})])
        self.assertIn('Choose a plan for "Managed Workplace"', order.offer_warning)
        with self.assertRaisesRegex(UserError, 'Choose at least 1 in "Extras"'):
            order.action_confirm()
        self.assertEqual(order.state, 'draft')
        self.assertFalse(order.offer_subscription_ids)

    def test_a_service_that_comes_another_way_gets_its_default_configuration(self):
        self.backup_option.is_default = True
        self.notebook.product_tmpl_id.optional_product_ids = self.workplace.product_tmpl_id
        templates = self.env.ref('sale_management.group_sale_order_template')
        self.env.user.sudo().group_ids += templates
        template = self.env['sale.order.template'].create(
            {
                'name': 'Branch',
                'sale_order_template_line_ids': [
                    Command.create({'product_id': self.workplace.id, 'product_uom_qty': 4})
                ],
            }
        )
        by_form = self._create_order()
        with Form(by_form) as form, form.order_line.new() as line:
            line.product_id = self.workplace
            line.product_uom_qty = 4
        by_template = self._create_order()
        with Form(by_template) as form:
            form.sale_order_template_id = template
        with_notebook = self._create_order()
        main = self.env['sale.order.line'].create(
            {'order_id': with_notebook.id, 'product_id': self.notebook.id}
        )
        self.env['sale.order.line'].create(
            {
                'order_id': with_notebook.id,
                'product_id': self.workplace.id,
                'product_uom_qty': 4,
                'linked_line_id': main.id,
            }
        )
        for order in (by_form, by_template, with_notebook):
            service = order.order_line.filtered(lambda line: line.product_id == self.workplace)
            self.assertEqual((service.offer_plan_id, service.price_unit), (self.plan, 40.0))
            self.assertEqual(service.offer_tier_id, self.bronze)
            self.assertEqual(service._get_offer_components().product_id, self.backup)
            self.assertFalse(order.offer_warning)
            order.action_confirm()
            self.assertEqual(order.offer_subscription_ids.amount_period, 165.0)

    def test_what_recurs_is_not_invoiced_by_the_order(self):
        order = self._create_order()
        order.offer_add(self._configuration(options=[{'option_id': self.notebook_option.id}]))
        order.action_confirm()
        self.assertEqual(order.amount_to_invoice, 2700.0)
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.product_id, self.notebook)
        self.assertEqual(invoice.amount_untaxed, 2700.0)
        invoice.action_post()
        self.assertEqual(order.amount_to_invoice, 0.0)
        with self.assertRaises(UserError):
            order._create_invoices()

    def test_what_recurs_stays_out_of_an_automatic_invoice(self):
        order = self._create_order()
        order.offer_add(self._configuration(options=[{'option_id': self.notebook_option.id}]))
        order.action_confirm()
        order._force_lines_to_invoice_policy_order()
        self.assertEqual(order._get_invoiceable_lines().product_id, self.notebook)

    def test_what_was_sold_is_not_edited_on_the_order(self):
        subscription = self._subscribe()
        line = subscription.sale_order_id.order_line[0]
        for values in ({'product_uom_qty': 9}, {'price_unit': 1.0}, {'offer_tier_id': False}):
            with self.assertRaisesRegex(UserError, 'billed by its subscription'):
                line.write(values)
        line.write({'product_uom_qty': 3, 'name': 'Workplaces'})
        self.assertEqual((line.product_uom_qty, line.price_unit), (3, 50.0))

    def test_what_runs_is_not_configured_on_its_order_again(self):
        subscription = self._subscribe()
        order = subscription.sale_order_id
        line = order.order_line.filtered(lambda line: not line.offer_option_id)
        with self.assertRaisesRegex(UserError, 'press "Change" on its subscription'):
            order.offer_add(self._configuration(), line_id=line.id)

    def test_a_locked_order_takes_nothing_more(self):
        order = self._subscribe().sale_order_id
        order.action_lock()
        with self.assertRaisesRegex(UserError, 'locked or cancelled'):
            order.offer_add(self._configuration())

    def test_an_order_confirms_as_quoted_after_its_service_was_retired(self):
        order = self._create_order()
        order.offer_add(self._configuration())
        self.workplace.product_tmpl_id.action_offer_retire()
        order.action_confirm()
        self.assertEqual(order.offer_subscription_ids.state, 'active')

    @staticmethod
    def _day(text):
        from odoo import fields

        return fields.Date.to_date(text)
