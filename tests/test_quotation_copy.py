from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestCopy(OfferCommon):
    """A copied quotation or order is priced at one moment, for its own customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.workplace.product_tmpl_id
        cls.other = cls.env['res.partner'].create({'name': 'Mill Tal'})

    def _prices(self, order):
        lines = order.order_line.sorted('sequence')
        return [(line.product_id, line.price_unit) for line in lines]

    def _raise_prices(self):
        for row, amount in zip(self.template.offer_price_ids, (45.0, 12.0, 6.0), strict=True):
            row.amount = amount
        self.notebook.list_price = 950.0

    def _expected(self, *prices):
        return list(zip((self.workplace, self.notebook, self.backup), prices, strict=True))

    def test_a_copy_is_priced_as_of_today(self):
        order = self._add_bundle().order_id
        self._raise_prices()
        copy = order.copy()
        self.assertEqual(self._prices(copy), self._expected(57.0, 950.0, 6.0))
        self.assertEqual(self._prices(order), self._expected(50.0, 900.0, 5.0))
        copy.action_confirm()

    def test_a_salesperson_without_the_right_to_prices_copies_too(self):
        self.company.offer_service_price_group_id = self.quick_ref('base.group_system')
        order = self._add_bundle().order_id
        self._raise_prices()
        copy = order.with_user(self.salesperson).copy()
        self.assertEqual(self._prices(copy), self._expected(57.0, 950.0, 6.0))

    def test_a_price_by_hand_is_copied(self):
        line = self._add_bundle()
        line.write({'price_unit': 33.0, 'discount': 5.0})
        self._raise_prices()
        copy = line.order_id.copy()
        self.assertEqual(self._prices(copy), self._expected(33.0, 950.0, 6.0))
        self.assertEqual(copy.order_line[0].discount, 5.0)

    def test_a_copy_for_another_customer_tells_nothing_of_the_first(self):
        self._create_price(20.0, partner_id=self.customer.id)
        self.env['offer.customer.profile'].create(
            {
                'partner_id': self.customer.id,
                'product_tmpl_id': self.template.id,
                'name': 'Till of Berg',
            }
        )
        order = self._add_bundle().order_id
        self.assertEqual(self._prices(order)[0][1], 30.0)
        copy = order.copy({'partner_id': self.other.id})
        self.assertEqual(self._prices(copy), self._expected(50.0, 900.0, 5.0))
        self.assertNotIn('Berg', copy.order_line[0].name)
        self.assertFalse(copy.offer_requote_text)
        copy.action_confirm()

    def test_a_copy_goes_by_the_rules_of_today(self):
        order = self._add_bundle().order_id
        self.notebook_option.quantity = 2.0
        self.assertEqual(order.copy().order_line.mapped('product_uom_qty'), [3.0, 6.0, 2.0])
        self.backup_option.action_archive()
        copy = order.copy()
        self.assertIn('no option of', copy.offer_warning)
        self._assert_refused('no option of', copy.action_confirm)

    def test_a_fee_of_today_is_on_the_copy(self):
        order = self._add_bundle().order_id
        self.template.offer_price_ids[0].setup_amount = 80.0
        copy = order.copy()
        fee = copy.order_line.filtered('offer_is_setup')
        self.assertEqual(fee.price_unit, 80.0)
        self.assertFalse(order.order_line.filtered('offer_is_setup'))

    def test_a_copied_order_begins_when_it_is_confirmed(self):
        order = self._add_bundle(date_start='2025-01-01').order_id
        copy = order.copy()
        self.assertFalse(any(copy.order_line.mapped('offer_date_start')))

    def test_a_change_is_not_copied_as_one(self):
        subscription = self._subscribe()
        change = subscription._create_change_order(subscription._to_day('2027-03-01'))
        self.template.offer_price_ids[0].amount = 45.0
        copy = change.copy()
        self.assertFalse(copy.offer_change_subscription_id)
        self.assertFalse(copy.order_line.offer_subscription_line_id)
        self.assertEqual(copy.order_line[0].price_unit, 55.0)
        copy.action_confirm()
        self.assertNotEqual(copy.offer_subscription_ids, subscription)

    def test_a_withdrawn_quotation_is_copied_as_of_today(self):
        line = self._add_bundle()
        line._withdraw_offer('The price was wrong.')
        copy = line.order_id.copy()
        self.assertFalse(copy._get_offer_blocks())
