from odoo.tests import tagged

from .common import OfferTourCommon


@tagged('post_install', '-at_install')
class TestTour(OfferTourCommon):
    """The whole slice by clicking, as a salesperson who also invoices."""

    def test_quote_a_service_and_bill_it(self):
        groups = 'sales_team.group_sale_manager,account.group_account_invoice'
        self._new_user('clicker', groups)
        self.start_tour('/odoo', 'sale_offer_quote_a_service', login='clicker')
        order = self.env['sale.order'].search([('partner_id', '=', self.customer.id)])
        self.assertRecordValues(
            order.order_line.sorted('sequence'),
            [
                {'product_id': self.workplace.id, 'product_uom_qty': 3, 'price_unit': 40.0},
                {'product_id': self.notebook.id, 'product_uom_qty': 3, 'price_unit': 900.0},
                {'product_id': self.backup.id, 'product_uom_qty': 2, 'price_unit': 5.0},
            ],
        )
        components = order.order_line.filtered('offer_option_id')
        self.assertEqual(components.linked_line_id, order.order_line - components)
        invoice = order.offer_subscription_ids._get_invoices()
        self.assertEqual((invoice.state, invoice.amount_untaxed), ('posted', 130.0))

    def test_an_optional_service_says_its_price_per_period(self):
        self._new_user('clicker', 'sales_team.group_sale_manager')
        self.notebook.product_tmpl_id.optional_product_ids = self.workplace.product_tmpl_id
        self.start_tour('/odoo', 'sale_offer_optional_service', login='clicker')
        order = self.env['sale.order'].search([('partner_id', '=', self.customer.id)])
        service = order.order_line.filtered(lambda line: line.product_id == self.workplace)
        self.assertEqual((service.offer_plan_id, service.price_unit), (self.plan, 40.0))

    def test_a_duplicated_section_keeps_no_start(self):
        self._new_user('clicker', 'sales_team.group_sale_manager')
        order = self._create_order()
        section = {'display_type': 'line_section', 'name': 'Berlin', 'sequence': 1}
        self.env['sale.order.line'].create({**section, 'order_id': order.id})
        line = order.offer_add(self._configuration())
        self.start_tour(
            f'/odoo/sales/{order.id}', 'sale_offer_section_total_and_copy', login='clicker'
        )
        copies = order.order_line.filtered(lambda it: it.product_id == self.workplace) - line
        self.assertEqual(len(copies), 1)
        self.assertFalse(copies.offer_date_start)
        self.assertTrue(line.offer_date_start)

    def test_publish_a_product_in_three_fields(self):
        groups = 'sales_team.group_sale_manager,product.group_product_manager'
        self._new_user('clicker', f'{groups},product.group_product_variant')
        self.start_tour('/odoo/offer-products', 'sale_offer_publish_a_product', login='clicker')
        product = self.env['product.template'].search([('name', '=', 'Label Printer')])
        self.assertRecordValues(
            product,
            [{'offer_kind': 'product', 'offer_state': 'published', 'list_price': 249.0}],
        )

    def test_publish_a_service(self):
        groups = 'sales_team.group_sale_manager,product.group_product_manager'
        self._new_user('clicker', groups)
        self.start_tour('/odoo/offer-services', 'sale_offer_publish_a_service', login='clicker')
        service = self.env['product.template'].search([('name', '=', 'Managed Printing')])
        self.assertEqual((service.offer_kind, service.offer_state), ('service', 'published'))
        self.assertRecordValues(
            service.offer_price_ids,
            [{'plan_id': self.plan.id, 'amount': 15.0, 'setup_amount': 99.0}],
        )

    def _create_bundle(self):
        """:return: three workplaces with Gold, three notebooks and a backup, as OFFER-1"""
        self._new_user('clicker', 'sales_team.group_sale_manager')
        self.notebook_option.requires_ids = self.backup_option
        self.group.max_choices = 0
        old = self._create_item('Old Dock', 10.0, 'product', type='service')
        self.env['offer.option'].create({'group_id': self.group.id, 'product_id': old.id})
        old.product_tmpl_id.action_offer_retire()
        order = self._create_order(name='OFFER-1')
        options = [{'option_id': option.id} for option in self.notebook_option + self.backup_option]
        order.offer_add(self._configuration(options=options))
        return order

    def test_edit_delete_and_copy_a_bundle(self):
        order = self._create_bundle()
        self.start_tour(f'/odoo/sales/{order.id}', 'sale_offer_edit_delete_copy', login='clicker')
        self.assertRecordValues(
            order.order_line,
            [{'product_id': self.workplace.id, 'product_uom_qty': 5, 'price_unit': 50.0}],
        )
        copy = self.env['sale.order'].search([('partner_id', '=', self.customer.id)]) - order
        self.assertFalse(copy.order_line)

    def test_duplicate_a_section(self):
        order = self._create_bundle()
        self.env['sale.order.line'].create(
            {
                'order_id': order.id,
                'display_type': 'line_section',
                'name': 'Care',
                'sequence': 1,
            }
        )
        self.backup_option.quantity = 4.0
        line = order.order_line.filtered(lambda line: line.product_id == self.backup)
        self.start_tour(
            f'/odoo/sales/{order.id}', 'sale_offer_duplicate_configured', login='clicker'
        )
        lines = order.order_line.sorted('sequence').filtered('product_id')
        self.assertEqual(
            [(it.product_id, it.product_uom_qty, it.price_unit) for it in lines],
            [
                (self.workplace, 3.0, 50.0),
                (self.notebook, 3.0, 900.0),
                (self.backup, line.product_uom_qty, 5.0),
            ]
            * 2,
        )

    def test_look_at_what_was_quoted(self):
        order = self._create_bundle()
        self.backup_option.action_archive()
        self.gold.action_archive()
        order.validity_date = '2026-01-01'
        self.start_tour(f'/odoo/sales/{order.id}', 'sale_offer_look_at_quoted', login='clicker')
        self.assertFalse(order.is_expired)
        order.action_confirm()

    def test_preview_and_start_a_billing_run(self):
        today = self.env['offer.subscription']._get_company_today(self.company)
        first = today.replace(day=1)
        subscription = self._subscribe(date_start=str(first))
        self._new_user('clicker', 'account.group_account_invoice')
        self.start_tour('/odoo/billing-runs/new', 'sale_offer_billing_run', login='clicker')
        run = self.env['offer.billing.run'].search([('state', '=', 'running')])
        self.assertEqual((run.date, run.count_total), (today, 1))
        self.assertFalse(subscription._get_invoices())

    def test_add_a_service_from_the_catalogue(self):
        self._new_user('clicker', 'sales_team.group_sale_manager')
        order = self._create_order()
        self.start_tour(f'/odoo/sales/{order.id}', 'sale_offer_catalogue', login='clicker')
        self.assertRecordValues(
            order.order_line,
            [{'product_id': self.workplace.id, 'offer_tier_id': self.gold.id, 'price_unit': 50.0}],
        )

    def test_change_what_a_customer_has(self):
        self._new_user('clicker', 'sales_team.group_sale_manager')
        subscription = self._subscribe(options=self.both)
        self.start_tour(
            f'/odoo/subscriptions/{subscription.id}', 'sale_offer_change', login='clicker'
        )
        order = subscription.change_order_ids
        self.assertEqual(order.state, 'sale')
        today = self.env['offer.subscription']._get_company_today(self.company)
        day = max(today, subscription.date_start)
        running = subscription.line_ids.filtered(lambda line: line._is_running_on(day))
        self.assertEqual(sorted(running.mapped('quantity')), [2.0, 5.0])

    def test_give_notice_and_withdraw_it(self):
        self._new_user('clicker', 'sales_team.group_sale_manager')
        subscription = self._subscribe(options=[])
        self.start_tour(
            f'/odoo/subscriptions/{subscription.id}', 'sale_offer_notice', login='clicker'
        )
        self.assertFalse(subscription.date_end or subscription.date_notice)
        self.assertEqual(
            self._get_acts(subscription).mapped('kind'), ['activated', 'notice', 'withdrawn']
        )


@tagged('post_install', '-at_install')
class TestTourOnAPhone(OfferTourCommon):
    browser_size = '375x667'
    touch_enabled = True

    def test_configure_on_a_phone(self):
        self._new_user('clicker', 'sales_team.group_sale_manager')
        order = self._create_order()
        order.offer_add(self._configuration())
        self.start_tour(f'/odoo/sales/{order.id}', 'sale_offer_phone', login='clicker')
        self.assertRecordValues(
            order.order_line.sorted('sequence'),
            [
                {'product_id': self.workplace.id, 'price_unit': 40.0},
                {'product_id': self.backup.id, 'price_unit': 5.0},
            ],
        )
