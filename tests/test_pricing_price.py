from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestPrice(OfferCommon):
    """The price of a Service: the first rule that answers."""

    def _prices(self, order_values=None, **values):
        """:return: price and discount of the Service's line"""
        order = self._create_order(**(order_values or {}))
        line = order.offer_add(self._configuration(options=[], **values))
        return line.price_unit, line.discount

    def _pricelist(self, *rules, **values):
        return self.env['product.pricelist'].create(
            {'name': 'List', 'item_ids': [Command.create(rule) for rule in rules], **values}
        )

    def _enable_discounts(self):
        self.env['res.config.settings'].create({'group_discount_per_so_line': True}).execute()

    def test_the_customers_own_price_is_final(self):
        half = self._pricelist({'compute_price': 'percentage', 'percent_price': 50})
        self._create_price(30.0, partner_id=self.customer.id)
        contact = self.env['res.partner'].create({'name': 'Ann', 'parent_id': self.customer.id})
        bronze = {'tier_id': self.bronze.id}
        for partner, expected in ((self.customer, 30.0), (contact, 30.0), (self.partner_b, 20.0)):
            values = {'partner_id': partner.id, 'pricelist_id': half.id}
            self.assertEqual(self._prices(values, **bronze)[0], expected)

    def test_a_pricelists_row_is_final_and_comes_second(self):
        half = self._pricelist({'compute_price': 'percentage', 'percent_price': 50})
        self._create_price(35.0, pricelist_id=half.id)
        values = {'pricelist_id': half.id}
        self.assertEqual(self._prices(values, tier_id=self.bronze.id)[0], 35.0)
        self._create_price(33.0, partner_id=self.customer.id)
        self.assertEqual(self._prices(values, tier_id=self.bronze.id)[0], 33.0)

    def test_percentages_of_the_pricelist_apply_on_a_row(self):
        half = self._pricelist({'compute_price': 'percentage', 'percent_price': 50})
        self.assertEqual(self._prices({'pricelist_id': half.id}), (25.0, 0.0))

    def test_percentages_are_shown_as_a_discount_where_odoo_does(self):
        self._enable_discounts()
        half = self._pricelist({'compute_price': 'percentage', 'percent_price': 50})
        self.assertEqual(self._prices({'pricelist_id': half.id}), (50.0, 50.0))

    def test_rules_that_say_nothing_about_a_plan_drop_out_first(self):
        pricelist = self._pricelist(
            {'compute_price': 'fixed', 'fixed_price': 7.0, 'min_quantity': 3},
            {'compute_price': 'formula', 'base': 'standard_price', 'min_quantity': 2},
            {'compute_price': 'percentage', 'percent_price': 10},
        )
        self.assertEqual(self._prices({'pricelist_id': pricelist.id})[0], 45.0)

    def test_a_chain_of_pricelists(self):
        half = self._pricelist({'compute_price': 'percentage', 'percent_price': 50})
        chained = self._pricelist(
            {
                'compute_price': 'percentage',
                'percent_price': 20,
                'base': 'pricelist',
                'base_pricelist_id': half.id,
            }
        )
        self.assertEqual(self._prices({'pricelist_id': chained.id})[0], 20.0)

    def test_a_final_price_and_a_level_under_the_pricelist(self):
        half = self._pricelist({'compute_price': 'percentage', 'percent_price': 50})
        self._create_price(30.0, partner_id=self.customer.id)
        # 30.00 is final, half of Gold's 10.00 comes on top
        self.assertEqual(self._prices({'pricelist_id': half.id}), (35.0, 0.0))

    def test_larger_quantities_and_later_dates_win(self):
        self._create_price(38.0, min_quantity=10)
        self._create_price(36.0, min_quantity=10, date_start='2026-01-01')
        self._create_price(30.0, min_quantity=50)
        self._create_price(1.0, date_start='2199-01-01')
        self._create_price(2.0, date_start='2001-01-01', date_end='2001-12-31')
        bronze = {'tier_id': self.bronze.id}
        for quantity, expected in ((9, 40.0), (10, 36.0), (50, 30.0)):
            self.assertEqual(self._prices(quantity=quantity, **bronze)[0], expected)

    def test_a_quantity_that_is_changed_on_the_line_is_priced_anew(self):
        self._create_price(30.0, min_quantity=10)
        order = self._create_order()
        line = order.offer_add(self._configuration(tier_id=self.bronze.id))
        line.product_uom_qty = 12
        self.assertEqual(line.price_unit, 30.0)

    def test_percent_of_the_services_own_price(self):
        self.env['offer.price'].search([('tier_id', '=', self.gold.id)]).write(
            {'amount_type': 'percent', 'amount': 15}
        )
        self.env['offer.price'].search([('option_id', '=', self.backup_option.id)]).write(
            {'amount_type': 'percent', 'amount': 12.5}
        )
        half = self._pricelist({'compute_price': 'percentage', 'percent_price': 50})
        order = self._create_order(pricelist_id=half.id)
        line = order.offer_add(self._configuration())
        # (40 + 15 % of 40) / 2; 12.5 % of 20
        self.assertEqual(line.price_unit, 23.0)
        self.assertEqual((order.order_line - line).price_unit, 2.5)

    def test_another_currency_is_converted(self):
        currency = self.setup_other_currency('EUR', rates=[('2020-01-01', 0.5)])
        pricelist = self._pricelist(currency_id=currency.id)
        self.assertEqual(self._prices({'pricelist_id': pricelist.id})[0], 25.0)

    def test_a_variant_before_its_template_and_else_its_extra_price(self):
        attribute = self.env['product.attribute'].create(
            {'name': 'Size', 'value_ids': [Command.create({'name': n}) for n in ('S', 'L')]}
        )
        # a record without the context in which Odoo makes a variant alone
        template = self.env['product.template'].browse(self.workplace.product_tmpl_id.id)
        template.attribute_line_ids = [
            Command.create(
                {
                    'attribute_id': attribute.id,
                    'value_ids': [Command.set(attribute.value_ids.ids)],
                }
            )
        ]
        small, large = template.product_variant_ids
        large.product_template_attribute_value_ids.price_extra = 8.0
        bronze = {'tier_id': self.bronze.id}
        self.assertEqual(self._prices(product_id=small.id, **bronze)[0], 40.0)
        self.assertEqual(self._prices(product_id=large.id, **bronze)[0], 48.0)
        self._create_price(55.0, large, product_id=large.id)
        self.assertEqual(self._prices(product_id=large.id, **bronze)[0], 55.0)

    def test_a_service_is_sold_once_by_a_row_without_a_plan(self):
        service = self._create_item('Audit', 1.0, 'service', type='service')
        order = self._create_order()
        self._assert_refused(
            '"Audit" has no price', lambda: order.offer_add({'product_id': service.id})
        )
        self._create_price(500.0, service, plan_id=False)
        line = order.offer_add({'product_id': service.id, 'quantity': 2})
        self.assertEqual((line.price_unit, line.offer_plan_id.id), (500.0, False))

    def test_an_included_option_costs_nothing(self):
        self.backup_option.price_mode = 'included'
        order = self._create_order()
        line = order.offer_add(self._configuration())
        self.assertEqual((order.order_line - line).price_unit, 0.0)

    def test_a_row_that_would_answer_the_same_is_refused(self):
        with self.assertRaisesRegex(ValidationError, 'There is such a price already'):
            self._create_price(41.0)

    def test_rows_that_make_no_sense_are_refused(self):
        other = self._create_item('Firewall', 1.0, 'service', type='service')
        for values, message in (
            ({'option_id': self.backup_option.id}, 'does not belong'),
            ({'tier_id': self.gold.id}, 'does not belong'),
            ({'product_id': self.workplace.id}, 'does not belong'),
            ({'amount_type': 'percent'}, 'needs an amount'),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self._create_price(5.0, other, **values)
