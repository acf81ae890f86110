from odoo import Command
from odoo.tests import Form, tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestOptional(OfferCommon):
    """Services in the optional sections of Odoo: taken or not, as a whole."""

    def _quote(self):
        """:return: a quotation with one notebook, and optional: two workplaces (Gold, two notebooks
        and two backups), not taken
        """
        order = self._create_order(
            require_signature=True,
            order_line=[
                Command.create({'product_id': self.notebook.id, 'sequence': 1}),
                Command.create(
                    {
                        'display_type': 'line_section',
                        'name': 'Care',
                        'is_optional': True,
                        'sequence': 2,
                    }
                ),
            ],
        )
        self._add_bundle(order, quantity=2)
        order.order_line[-3].product_uom_qty = 0
        order.action_quotation_sent()
        return order

    def _quantities(self, order):
        lines = order.order_line.filtered('product_id').sorted('sequence')
        return lines.mapped('product_uom_qty')

    def _service(self, order):
        return order.order_line.filtered(lambda line: line.product_id == self.workplace)

    def test_what_is_not_taken_is_not_sold(self):
        order = self._quote()
        self.assertEqual(self._quantities(order), [1.0, 0.0, 0.0, 0.0])
        self.assertEqual(order.amount_untaxed, 900.0)
        self.assertFalse(order.offer_warning)
        order.with_user(self.salesperson).action_confirm()
        self.assertFalse(order.offer_subscription_ids)

    def test_a_customer_takes_it_as_it_was_configured(self):
        order = self._quote()
        service = self._service(order).sudo()
        self.assertTrue(service._can_be_edited_on_portal())
        service.product_uom_qty = 3
        # a notebook each, two backups in all
        self.assertEqual(self._quantities(order), [1.0, 3.0, 3.0, 2.0])
        prices = order.order_line.filtered('product_id').sorted('sequence').mapped('price_unit')
        self.assertEqual(prices, [900.0, 50.0, 900.0, 5.0])
        order._validate_order()
        lines = order.offer_subscription_ids.line_ids
        self.assertEqual(lines.mapped('quantity'), [3.0, 2.0])

    def test_it_is_taken_and_left_again(self):
        order = self._quote()
        service = self._service(order)
        for quantity, expected in (
            (3, [1.0, 3.0, 3.0, 2.0]),
            (0, [1.0, 0.0, 0.0, 0.0]),
            (1, [1.0, 1.0, 1.0, 2.0]),
            (0, [1.0, 0.0, 0.0, 0.0]),
        ):
            with self.subTest(quantity):
                service.product_uom_qty = quantity
                self.assertEqual(self._quantities(order), expected)

    def test_a_chosen_quantity_is_kept_while_it_is_not_taken(self):
        order = self._quote()
        service = self._service(order)
        service.product_uom_qty = 1
        backup = service._get_offer_components()[1]
        backup.product_uom_qty = 7
        service.product_uom_qty = 0
        service.product_uom_qty = 2
        self.assertEqual(self._quantities(order), [1.0, 2.0, 2.0, 7.0])

    def test_components_are_not_taken_by_themselves(self):
        order = self._quote()
        for component in self._service(order)._get_offer_components():
            self.assertFalse(component._can_be_edited_on_portal())
            component.product_uom_qty = 5
            self.assertEqual(component.product_uom_qty, 0.0)

    def test_a_service_that_is_not_optional_is_not_left_out(self):
        order = self._create_order()
        line = self._add_bundle(order)
        line.product_uom_qty = 0
        self._assert_refused('must be more than 0', order.action_confirm)

    def test_a_template_offers_it(self):
        template = self.env['sale.order.template'].create(
            {
                'name': 'Care',
                'sale_order_template_line_ids': [
                    Command.create(
                        {'display_type': 'line_section', 'name': 'Care', 'is_optional': True}
                    ),
                    Command.create(
                        {
                            'product_id': self.workplace.id,
                            'product_uom_qty': 0,
                            'offer_configuration': self._configuration(options=self.both),
                        }
                    ),
                ],
            }
        )
        self.salesperson.group_ids += self.quick_ref('sale_management.group_sale_order_template')
        with Form(self.env['sale.order'].with_user(self.salesperson)) as form:
            form.partner_id = self.customer
            form.sale_order_template_id = template
        order = form.record
        self.assertEqual(self._quantities(order), [0.0, 0.0, 0.0])
        self._service(order).product_uom_qty = 2
        self.assertEqual(self._quantities(order), [2.0, 2.0, 2.0])
        order.action_confirm()
        self.assertEqual(order.offer_subscription_ids.line_ids.mapped('quantity'), [2.0, 2.0])

    def test_it_is_left_out_on_the_form(self):
        order = self._quote()
        service = self._service(order)
        service.product_uom_qty = 2
        for quantity, expected in ((0, [1.0, 0.0, 0.0, 0.0]), (4, [1.0, 4.0, 4.0, 2.0])):
            with Form(order) as form:
                index = order.order_line.sorted('sequence').ids.index(service.id)
                with form.order_line.edit(index) as line:
                    line.product_uom_qty = quantity
            self.assertEqual(self._quantities(order), expected)
        order.action_confirm()

    def test_two_levels_per_unit_follow_on_a_form_that_is_not_saved(self):
        inner = self._create_item('Phone', 0.0, 'service', type='service')
        self._create_price(8.0, inner)
        group = self.env['offer.option.group'].create(
            {
                'name': 'Parts',
                'product_tmpl_id': inner.product_tmpl_id.id,
                'option_ids': [
                    Command.create(
                        {
                            'product_id': self.backup.id,
                            'quantity_mode': 'per_unit',
                            'quantity': 2.0,
                            'price_mode': 'included',
                        }
                    )
                ],
            }
        )
        phone = self.env['offer.option'].create(
            {
                'group_id': self.group.id,
                'product_id': inner.id,
                'quantity_mode': 'per_unit',
                'is_recurring': True,
            }
        )
        chosen = [{'option_id': phone.id, 'options': [{'option_id': group.option_ids.id}]}]
        with Form(self.env['sale.order'].with_user(self.salesperson)) as form:
            form.partner_id = self.customer
            with form.order_line.new() as line:
                line.product_id = self.workplace
                line.offer_configuration = self._configuration(options=chosen)
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 5
            shown = [form.order_line.edit(number) for number in range(3)]
            self.assertEqual([line.product_uom_qty for line in shown], [5.0, 5.0, 10.0])
        self.assertEqual(self._quantities(form.record), [5.0, 5.0, 10.0])
