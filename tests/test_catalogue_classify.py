from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..wizard import offer_classify
from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestClassify(OfferCommon):
    """A kind is proposed for each item; nothing is written before somebody applies it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        templates = cls.env['product.template']
        cls.cable, cls.shirt, cls.deal, cls.deposit, cls.set_item = templates.create(
            [
                {'name': 'Cable', 'list_price': 10.0},
                {'name': 'Shirt', 'list_price': 20.0},
                {'name': 'Deal', 'list_price': 30.0},
                {'name': 'Deposit', 'type': 'service'},
                {'name': 'Set Item'},
            ]
        )
        attribute = cls.env['product.attribute'].create(
            {'name': 'Size', 'value_ids': [Command.create({'name': n}) for n in ('S', 'L')]}
        )
        cls.shirt.attribute_line_ids = [
            Command.create(
                {'attribute_id': attribute.id, 'value_ids': [Command.set(attribute.value_ids.ids)]}
            )
        ]
        rules = [
            Command.create({'compute_price': 'percentage', 'percent_price': 10}),
            Command.create(
                {
                    'applied_on': '1_product',
                    'product_tmpl_id': cls.deal.id,
                    'compute_price': 'fixed',
                    'fixed_price': 25.0,
                }
            ),
        ]
        cls.pricelist = cls.env['product.pricelist'].create({'name': 'Partners', 'item_ids': rules})
        cls.company.sale_discount_product_id = cls.deposit.product_variant_id
        cls.env['product.combo'].create(
            {
                'name': 'Menu',
                'combo_item_ids': [
                    Command.create({'product_id': cls.set_item.product_variant_id.id})
                ],
            }
        )
        cls.items = cls.cable + cls.shirt + cls.deal + cls.deposit + cls.set_item

    def _open(self, items=None):
        items = self.items if items is None else items
        wizards = self.env['offer.classify'].with_context(
            active_model='product.template', active_ids=items.ids
        )
        return self.env['offer.classify'].browse(wizards.action_open()['res_id'])

    def test_a_kind_is_proposed_and_what_odoo_uses_is_left_alone(self):
        wizard = self._open()
        proposed = {line.product_tmpl_id: (line.kind, line.reason) for line in wizard.line_ids}
        self.assertEqual(proposed[self.cable], ('product', 'plain'))
        self.assertEqual(proposed[self.shirt], ('service', 'has variants'))
        self.assertEqual(proposed[self.deal][0], 'service')
        self.assertEqual(proposed[self.deposit][0], False)
        self.assertIn('is used elsewhere', proposed[self.set_item][1])
        self.assertFalse(any(self.items.mapped('offer_kind')))
        self.assertEqual((wizard.count_left, wizard.count_alone, wizard.count_done), (3, 2, 0))

    def test_an_option_of_a_service_is_left_alone(self):
        line = self._open(self.backup.product_tmpl_id).line_ids
        self.assertEqual(
            (line.kind, line.reason), (False, 'is used elsewhere: Option of a Service')
        )

    def test_the_prices_that_change_are_shown_before(self):
        lines = {line.product_tmpl_id: line for line in self._open().line_ids}
        self.assertRegex(lines[self.cable].price_changes, r'Partners: .*9\.00 becomes .*10\.00')
        self.assertRegex(lines[self.deal].price_changes, r'25\.00 becomes .*30\.00')
        before = self.pricelist._get_product_price(self.cable, 1)
        lines[self.cable].wizard_id.action_apply()
        after = self.pricelist._get_product_price(self.cable, 1)
        self.assertEqual((before, after), (9.0, 10.0))

    def test_applying_classifies_and_publishes_the_chosen(self):
        wizard = self._open()
        wizard.line_ids.filtered(lambda line: line.product_tmpl_id == self.deal).kind = False
        wizard.action_apply()
        self.assertEqual(
            self.items.mapped('offer_kind'), ['product', 'service', False, False, False]
        )
        self.assertEqual((self.cable + self.shirt).mapped('offer_state'), ['published'] * 2)
        # customers see them as soon as somebody says so
        self.assertEqual((self.cable + self.shirt).mapped('offer_audience'), ['nobody'] * 2)
        self.assertFalse(self.deal.offer_state)
        self.assertEqual((wizard.count_left, wizard.count_done), (0, 2))

    def test_a_large_catalogue_goes_on_by_itself(self):
        self.patch(offer_classify, 'BATCH', 1)
        wizard = self._open()
        action = wizard.action_apply()
        self.assertEqual(wizard.count_done, 1)
        self.assertIn('2 to go', action['params']['message'])
        step = self.env.ref('sale_offer.offer_classify_action_continue')
        step = step.with_context(active_id=wizard.id, active_model='offer.classify')
        step.run()
        self.assertEqual(step.run()['res_model'], 'offer.classify')
        self.assertEqual(wizard.count_done, 3)

    def test_when_everything_has_a_kind(self):
        with self.assertRaisesRegex(UserError, 'has a kind already'):
            self._open(self.env['product.template'].browse(self.notebook.product_tmpl_id.id))
