from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestProduct(OfferCommon):
    """A Product is flat; an item without a kind is Odoo's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pricelist = cls.env['product.pricelist'].create(
            {
                'name': 'Half',
                'item_ids': [Command.create({'compute_price': 'percentage', 'percent_price': 50})],
            }
        )

    def test_a_product_ignores_pricelists(self):
        self.assertEqual(self.pricelist._get_product_price(self.notebook, 10), 900.0)
        order = self._create_order(
            pricelist_id=self.pricelist.id,
            order_line=[Command.create({'product_id': self.notebook.id, 'product_uom_qty': 10})],
        )
        self.assertEqual(order.order_line.price_unit * (1 - order.order_line.discount), 900.0)

    def test_a_plain_item_follows_pricelists(self):
        self.backup.list_price = 20.0
        self.assertEqual(self.pricelist._get_product_price(self.backup, 1), 10.0)

    def test_only_a_service_has_choices_prices_and_levels(self):
        template = self.notebook.product_tmpl_id
        for values in (
            {'offer_option_group_ids': [Command.create({'name': 'Colour'})]},
            {'offer_price_ids': [Command.create({'amount': 1.0, 'plan_id': self.plan.id})]},
        ):
            with self.assertRaisesRegex(ValidationError, 'Only a Service can have'):
                template.write(values)
        with self.assertRaisesRegex(
            ValidationError, 'since it has: choices, prices per plan, service levels'
        ):
            self.workplace.offer_kind = 'product'

    def test_an_offer_begins_as_a_draft_and_a_plain_item_has_no_state(self):
        item = self.env['product.template'].create({'name': 'Cable'})
        self.assertFalse(item.offer_state)
        item.offer_kind = 'product'
        self.assertEqual(item.offer_state, 'draft')
        item.action_offer_publish()
        self.assertEqual(item.offer_state, 'published')
        with self.assertRaisesRegex(ValidationError, 'Say first whether'):
            self.env['product.template'].create({'name': 'Mouse'}).action_offer_publish()

    def test_new_columns_stay_empty_for_what_is_there(self):
        self.env.cr.execute(
            "SELECT count(*) FROM information_schema.columns WHERE table_name = 'product_template'"
            " AND column_name LIKE 'offer%' AND column_default IS NOT NULL"
        )
        self.assertEqual(self.env.cr.fetchone(), (0,))
        plain = self.env['product.template'].search([('offer_kind', '=', False)])
        self.assertFalse(plain.filtered('offer_state'))
