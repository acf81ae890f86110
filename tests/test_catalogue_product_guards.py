from lxml import etree

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestProductGuards(OfferCommon):
    """A Product is flat on every path, and only published offers are quoted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env['product.template'].browse(cls.notebook.product_tmpl_id.id)
        cls.size = cls.env['product.attribute'].create(
            {'name': 'Size', 'value_ids': [Command.create({'name': n}) for n in ('S', 'L')]}
        )
        cls.pricelist = cls.env['product.pricelist'].create({'name': 'Partners'})

    def _attribute_line(self, **values):
        return {
            'attribute_id': self.size.id,
            'value_ids': [Command.set(self.size.value_ids.ids)],
            **values,
        }

    def _rule(self, **values):
        return {'compute_price': 'fixed', 'fixed_price': 1.0, **values}

    def test_what_a_product_can_not_have_is_refused_on_every_path(self):
        env, template = self.env, self.template
        item = {'product_tmpl_id': template.id}
        variant = {'applied_on': '0_product_variant', 'product_id': self.notebook.id, **item}
        whole = {'applied_on': '1_product', **item}
        lines = env['product.template.attribute.line']
        table = {
            'attribute, on the item': lambda: template.write(
                {'attribute_line_ids': [Command.create(self._attribute_line())]}
            ),
            'attribute, by itself': lambda: lines.create(self._attribute_line(**item)),
            'attribute, by import': lambda: self._import(
                'product.template',
                ['.id', 'attribute_line_ids/attribute_id', 'attribute_line_ids/value_ids'],
                [str(template.id), 'Size', 'S,L'],
            ),
            'rule, on the pricelist': lambda: self.pricelist.write(
                {'item_ids': [Command.create(self._rule(**whole))]}
            ),
            'rule, by itself': lambda: env['product.pricelist.item'].create(
                self._rule(pricelist_id=self.pricelist.id, **whole)
            ),
            'rule, of the variant': lambda: env['product.pricelist.item'].create(
                self._rule(pricelist_id=self.pricelist.id, **variant)
            ),
            'rule, turned towards it': lambda: env['product.pricelist.item']
            .create(self._rule(pricelist_id=self.pricelist.id))
            .write(whole),
            'service level': lambda: template.write(
                {'offer_tier_ids': [Command.link(self.gold.id)]}
            ),
            'price': lambda: env['offer.price'].create({'amount': 1.0, **item}),
            'choice': lambda: env['offer.option.group'].create({'name': 'Colour', **item}),
            'combo': lambda: template.write(
                {
                    'type': 'combo',
                    'is_storable': False,
                    'combo_ids': [Command.create(self._combo(self.backup))],
                }
            ),
            'combo item': lambda: env['product.combo'].create(self._combo(self.notebook)),
        }
        for name, act in table.items():
            with self.subTest(name), self.assertRaises(UserError) as caught:
                act()
            self.assertRegex(str(caught.exception), 'Notebook', name)

    def _combo(self, product):
        return {'name': 'Set', 'combo_item_ids': [Command.create({'product_id': product.id})]}

    def _import(self, model, names, row):
        result = self.env[model].load(names, [row])
        if not result['ids']:
            raise UserError('\n'.join(message['message'] for message in result['messages']))

    def test_a_service_becomes_a_product_only_when_nothing_stands_in_the_way(self):
        service = self.env['product.template'].create(
            {'name': 'Firewall', 'offer_kind': 'service', 'offer_state': 'published'}
        )
        service.attribute_line_ids = [Command.create(self._attribute_line())]
        self.pricelist.item_ids = [
            Command.create(self._rule(applied_on='1_product', product_tmpl_id=service.id))
        ]
        self.pricelist.active = False
        self._create_price(5.0, service.product_variant_ids[0])
        with self.assertRaisesRegex(
            ValidationError, 'prices per plan, the attribute "Size", a rule in the pricelist "Par'
        ):
            service.offer_kind = 'product'
        service.offer_price_ids.unlink()
        service.attribute_line_ids.unlink()
        self.pricelist.item_ids.unlink()
        service.offer_kind = 'product'
        service.offer_kind = 'service'
        self.assertEqual(service.offer_state, 'published')

    def test_a_running_service_stays_one(self):
        audit = self._create_item('Audit', 10.0, 'service', type='service')
        self._create_price(10.0, audit)
        order = self._create_order()
        order.offer_add({'product_id': audit.id, 'plan_id': self.plan.id})
        order.action_confirm()
        audit.offer_price_ids.unlink()
        with self.assertRaisesRegex(ValidationError, '1 running subscription lines'):
            audit.product_tmpl_id.offer_kind = 'product'

    def test_the_price_of_a_product_is_not_made_by_hand(self):
        order = self._create_order()
        line = {'product_id': self.notebook.id, 'order_id': order.id}
        lines = self.env['sale.order.line'].with_user(self.salesperson)
        for values in (
            {'price_unit': 1.0},
            {'discount': 5.0},
            {'price_unit': 1.0, 'technical_price_unit': 1.0},
        ):
            with self.assertRaisesRegex(UserError, 'costs .*900.00, for everybody'):
                lines.create({**line, **values})
        added = lines.create({**line, 'price_unit': 900.0})
        for values in ({'price_unit': 899.0}, {'discount': 1.0}):
            with self.assertRaisesRegex(UserError, 'for everybody'):
                added.write(values)
        added.product_uom_qty = 7
        self.assertEqual((added.price_unit, added.discount), (900.0, 0.0))
        added.write({'price_unit': 900.0, 'discount': 0.0})

    def test_a_copied_order_has_todays_price_of_a_product(self):
        order = self._create_order(order_line=[Command.create({'product_id': self.notebook.id})])
        self.notebook.list_price = 950.0
        self.assertEqual(order.order_line.price_unit, 900.0)
        self.assertEqual(order.copy().order_line.price_unit, 950.0)

    def test_a_group_may_make_it_where_the_company_says_so(self):
        order = self._create_order(order_line=[Command.create({'product_id': self.notebook.id})])
        line = order.order_line.with_user(self.salesperson)
        self.company.sudo().offer_product_price_group_id = self.env.ref('base.group_user')
        line.write({'price_unit': 850.0, 'discount': 10.0})
        self.assertEqual((line.price_unit, line.discount), (850.0, 10.0))

    def test_the_price_field_is_read_only_in_the_form(self):
        order = self._create_order()
        with Form(order) as form, form.order_line.new() as line:
            line.product_id = self.notebook
            with self.assertRaises(AssertionError):
                line.price_unit = 1.0

    def test_the_forms_of_a_product_hide_what_it_can_not_have(self):
        groups = 'product.group_product_variant', 'product.group_product_pricelist'
        for group in groups:
            self.env.user.sudo().group_ids += self.env.ref(group)
        for model, view, pages in (
            (
                'product.template',
                'product.product_template_only_form_view',
                {
                    'variants': "offer_kind == 'product'",
                    'sales_price': "offer_kind == 'product'",
                    'offer': "offer_kind != 'service'",
                },
            ),
            (
                'product.product',
                'product.product_normal_form_view',
                {'sales_price': "offer_kind == 'product'"},
            ),
        ):
            arch = etree.fromstring(self.env[model].get_view(self.env.ref(view).id, 'form')['arch'])
            for page, condition in pages.items():
                (node,) = arch.xpath(f"//page[@name='{page}']")
                self.assertIn(condition, node.get('invisible'), (view, page))

    def test_a_component_costs_what_its_option_says(self):
        self._create_price(500.0, option_id=self.notebook_option.id, plan_id=False)
        self.notebook_option.price_mode = 'priced'
        order = self._create_order()
        line = order.offer_add(
            self._configuration(options=[{'option_id': self.notebook_option.id}])
        )
        component = line._get_offer_components()
        self.assertEqual(component.price_unit, 500.0)
        component.price_unit = 450.0

    def test_discounts_for_all_leave_products_alone_and_say_so(self):
        self.env['res.config.settings'].create({'group_discount_per_so_line': True}).execute()
        order = self._create_order(
            order_line=[
                Command.create({'product_id': self.notebook.id}),
                Command.create({'product_id': self.backup.id, 'price_unit': 100.0}),
            ]
        )
        wizards = self.env['sale.order.discount'].with_context(active_id=order.id)
        action = wizards.create(
            {'discount_type': 'sol_discount', 'discount_percentage': 0.1}
        ).action_apply_discount()
        self.assertEqual(order.order_line.mapped('discount'), [0.0, 10.0])
        self.assertIn('Notebook', action['params']['message'])
        wizards.create(
            {'discount_type': 'so_discount', 'discount_percentage': 0.5}
        ).action_apply_discount()
        # half of 90.00, nothing of 900.00
        self.assertEqual(order.order_line[2:].mapped('price_subtotal'), [-45.0])

    def test_a_product_costs_the_same_everywhere(self):
        currency = self.setup_other_currency('EUR', rates=[('2020-01-01', 0.5)])
        base = self.env['product.pricelist'].create(
            {
                'name': 'Half',
                'item_ids': [Command.create({'compute_price': 'percentage', 'percent_price': 50})],
            }
        )
        chain = {'compute_price': 'formula', 'base': 'pricelist', 'base_pricelist_id': base.id}
        chained = base.copy({'item_ids': [Command.clear(), Command.create(chain)]})
        category = {
            'applied_on': '2_product_category',
            'categ_id': self.env.ref('product.product_category_goods').id,
        }
        by_category = base.copy(
            {'item_ids': [Command.clear(), Command.create(self._rule(**category))]}
        )
        abroad = base.copy({'currency_id': currency.id})
        self.notebook.categ_id = self.env.ref('product.product_category_goods')
        for pricelist in (base, chained, by_category):
            for item in (self.notebook, self.template):
                self.assertEqual(pricelist._get_product_price(item, 100), 900.0)
                self.assertEqual(pricelist._get_products_price(item, 1), {item.id: 900.0})
        self.assertEqual(abroad._get_product_price(self.notebook, 1), 450.0)
        dozen = self.env.ref('uom.product_uom_dozen')
        self.assertEqual(base._get_product_price(self.notebook, 1, uom=dozen), 10800.0)
        with_pricelist = self.template.with_context(pricelist=base.id)
        self.assertEqual(with_pricelist._get_contextual_price(), 900.0)
        order = self._create_order(pricelist_id=base.id)
        data = order._get_product_catalog_order_data(self.notebook)[self.notebook.id]
        self.assertEqual(data['price'], 900.0)
        order.order_line = [Command.create({'product_id': self.notebook.id})]
        self.assertEqual(order.order_line.price_unit, 900.0)
        today = fields.Datetime.now()
        configurator = self.template._get_configurator_display_price(
            self.notebook, 5, today, order.currency_id, base
        )
        self.assertEqual(configurator[0], 900.0)
        report = self.env['report.product.report_pricelist']._get_report_data(
            {'active_model': 'product.template', 'active_ids': self.template.ids, 'quantities': [9]}
            | {'pricelist_id': base.id}
        )
        self.assertEqual(report['products'][0]['price'], {9: 900.0})

    def test_a_fiscal_position_changes_a_products_price_as_any(self):
        home, abroad = self._create_taxes_of_home_and_abroad()
        self.notebook.write({'taxes_id': [Command.set(home.ids)], 'list_price': 121.0})
        line = {'product_id': self.notebook.id}
        order = self._create_order(fiscal_position_id=abroad.id, order_line=[Command.create(line)])
        self.assertEqual(order.order_line.price_unit, 100.0)
        order.order_line.write({'price_unit': 100.0})
        with self.assertRaisesRegex(UserError, 'for everybody'):
            order.order_line.write({'price_unit': 121.0})

    def test_drafts_and_retired_offers_are_not_quoted_anew(self):
        order = self._create_order()
        for state, message in (('draft', 'not published yet'), ('retired', 'is retired')):
            self.template.offer_state = state
            with self.assertRaisesRegex(ValidationError, message):
                order.order_line = [Command.create({'product_id': self.notebook.id})]
        domain = self.env['sale.order.line']._domain_product_id()
        self.assertNotIn(self.notebook, self.env['product.product'].search(domain))
        self.assertIn(self.backup, self.env['product.product'].search(domain))

    def test_a_quotation_confirms_as_quoted_and_warns_the_salesperson(self):
        order = self._create_order(order_line=[Command.create({'product_id': self.notebook.id})])
        self.assertFalse(order.offer_warning)
        self.template.action_offer_retire()
        order.invalidate_recordset()
        self.assertIn('Notebook', order.offer_warning)
        order.validity_date = fields.Date.to_date('2020-01-01')
        with self.assertRaisesRegex(UserError, 'press "Extend as Quoted" or "Update Prices"'):
            order.action_confirm()
        order.action_offer_extend()
        order.action_confirm()
        self.assertEqual((order.state, order.offer_warning), ('sale', False))

    def test_orders_of_yesterday_do_not_change_with_the_kind(self):
        pricelist = self.env['product.pricelist'].create(
            {
                'name': 'Half',
                'item_ids': [Command.create({'compute_price': 'percentage', 'percent_price': 50})],
            }
        )
        self.backup.list_price = 20.0
        order = self._create_order(
            pricelist_id=pricelist.id, order_line=[Command.create({'product_id': self.backup.id})]
        )
        sold = order.copy()
        sold.action_confirm()
        plain = self._create_item('Mouse', 8.0, False)
        plain.product_tmpl_id.write({'offer_kind': 'product', 'offer_state': 'published'})
        self.backup.product_tmpl_id.write({'offer_kind': 'service', 'offer_state': 'published'})
        self.assertEqual((order + sold).order_line.mapped('price_unit'), [10.0, 10.0])
        self.assertEqual((order + sold).mapped('amount_untaxed'), [10.0, 10.0])

    def test_a_quotation_template_gives_a_product_at_its_price(self):
        self.env.user.sudo().group_ids += self.env.ref('sale_management.group_sale_order_template')
        self.pricelist.item_ids = [
            Command.create({'compute_price': 'percentage', 'percent_price': 50})
        ]
        template = self.env['sale.order.template'].create(
            {
                'name': 'Desk',
                'sale_order_template_line_ids': [
                    Command.create({'product_id': self.notebook.id, 'product_uom_qty': 2})
                ],
            }
        )
        order = self._create_order(pricelist_id=self.pricelist.id)
        with Form(order) as form:
            form.sale_order_template_id = template
        self.assertEqual(order.order_line.mapped('price_subtotal'), [1800.0])

    def test_offers_are_published_and_retired_in_bulk(self):
        both = (self.notebook + self.workplace).product_tmpl_id
        context = {'active_model': 'product.template', 'active_ids': both.ids}
        for action, state in (('retire', 'retired'), ('publish', 'published')):
            actions = self.env.ref(f'sale_offer.product_template_action_{action}')
            actions.with_context(**context).run()
            self.assertEqual(both.mapped('offer_state'), [state] * 2)

    def test_the_portfolio_is_searched_by_kind_state_plan_level_and_tag(self):
        tag = self.env['product.tag'].create({'name': 'Bestseller'})
        self.workplace.product_tmpl_id.product_tag_ids = tag
        arch = self.env['product.template'].get_view(
            self.env.ref('product.product_template_search_view').id, 'search'
        )['arch']
        templates = self.env['product.template']
        service = self.workplace.product_tmpl_id
        for name, domain in (
            ('offer_services', [('offer_kind', '=', 'service')]),
            ('offer_published', [('offer_state', '=', 'published')]),
            ('offer_price_ids', [('offer_price_ids.plan_id', 'ilike', 'Monthly')]),
            ('offer_tier_ids', [('offer_tier_ids', 'ilike', 'Gold')]),
            ('product_tag_ids', [('product_tag_ids', 'ilike', 'Bestseller')]),
        ):
            self.assertIn(f'name="{name}"', arch)
            self.assertIn(service, templates.search(domain))
