"""What promotions count, discount and give away."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.sale_offer.tests.common import OfferCommon


@tagged('post_install', '-at_install')
class TestPromotion(OfferCommon):
    """Three workplaces and two backups for 160.00 a month, three notebooks with them for 2,700.00
    once, a cable (a plain item) for 100.00, a notebook by itself (a Product) for 900.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cable = cls._create_item('Cable', 100.0, False, type='consu')
        cls.env['loyalty.program'].search([]).active = False

    def _create_program(self, kind='promo_code', rule=None, **reward):
        code = {'mode': 'with_code', 'code': 'SUMMER'} if kind == 'promo_code' else {}
        values = {'reward_type': 'discount', 'discount': 10, 'discount_mode': 'percent', **reward}
        rule = {'minimum_qty': 0, 'reward_point_amount': 1, **code, **(rule or {})}
        return self.env['loyalty.program'].create(
            {
                'name': 'Summer',
                'program_type': kind,
                'trigger': 'with_code' if code else 'auto',
                'applies_on': 'current',
                'rule_ids': [Command.create(rule)],
                'reward_ids': [Command.create(values)],
            }
        )

    def _sell(self, *products, with_service=False, **service):
        order = self._create_order(
            order_line=[Command.create({'product_id': product.id}) for product in products]
        )
        if with_service:
            self._add_bundle(order, **service)
        return order.with_user(self.salesperson)

    def _redeem(self, order, code='SUMMER'):
        """Do as a salesperson who enters the code.

        :return: the lines of the reward
        """
        status = order._try_apply_code(code)
        self.assertNotIn('error', status)
        for coupon, rewards in status.items():
            order._apply_program_reward(rewards[0], coupon)
        order._update_programs_and_rewards()
        return order.order_line.filtered('reward_id')

    def _discounts(self, order, amount, text=None):
        lines = self._redeem(order)
        self.assertEqual(round(sum(lines.mapped('price_unit')), 2), -amount)
        if text is not None:
            self.assertEqual(lines.name, text)

    # === PRODUCTS === #

    def test_a_product_is_not_discounted(self):
        self._create_program()
        self._discounts(
            self._sell(self.notebook, self.cable),
            10,
            '10% on your order (Products at fixed prices excepted)',
        )

    def test_nothing_is_promised_for_products_alone(self):
        self._create_program()
        self.assertFalse(self._redeem(self._sell(self.notebook)))

    def test_a_product_is_not_discounted_by_name(self):
        self._create_program(
            discount_applicability='specific',
            discount_product_ids=[Command.set((self.notebook + self.cable).ids)],
        )
        self._discounts(self._sell(self.notebook, self.cable), 10)

    def test_the_cheapest_one_is_none_at_a_fixed_price(self):
        self._create_program(discount_applicability='cheapest', discount=50)
        self.notebook.list_price = 60
        self._discounts(self._sell(self.notebook, self.cable), 50)

    def test_an_amount_is_at_most_what_is_discounted(self):
        self._create_program(discount_mode='per_order', discount=500)
        self._discounts(self._sell(self.notebook, self.cable), 100)

    def test_a_product_is_given_away(self):
        self._create_program(
            reward_type='product', reward_product_id=self.notebook.id, required_points=1
        )
        order = self._sell(self.cable)
        line = self._redeem(order)
        self.assertEqual(
            (line.product_id, line.price_unit, line.discount), (self.notebook, 900, 100)
        )
        order.action_confirm()
        self.assertEqual(order.amount_untaxed, 100)

    def test_a_reward_is_no_way_to_another_price(self):
        """What is no reward of the program stays at its price, whatever a call says."""
        program = self._create_program(
            reward_type='product', reward_product_id=self.cable.id, required_points=1
        )
        order = self._sell(self.cable)
        coupon = self.env['loyalty.card'].create({'program_id': program.id, 'points': 1})
        values = {
            'product_id': self.notebook.id,
            'name': 'A gift',
            'discount': 100,
            'reward_id': program.reward_ids.id,
            'coupon_id': coupon.id,
        }
        self._assert_refused(
            'is a Product: it costs',
            lambda: order.write({'order_line': [Command.create(values)]}),
        )

    def test_a_gift_card_pays_products(self):
        order = self._sell(self.notebook, self.cable, with_service=True)
        self.assertEqual(order.amount_untaxed, 900 + 100 + 2700 + 160)
        program = self.env['loyalty.program'].create(
            {
                'name': 'Gift cards',
                'program_type': 'gift_card',
                'applies_on': 'future',
                'trigger': 'auto',
                'reward_ids': [
                    Command.create(
                        {
                            'reward_type': 'discount',
                            'discount': 1,
                            'discount_mode': 'per_point',
                            'discount_applicability': 'order',
                            'required_points': 1,
                        }
                    )
                ],
            }
        )
        card = self.env['loyalty.card'].create({'program_id': program.id, 'points': 5000})
        lines = self._redeem(order, card.code)
        # not what recurs: it has invoices of its own
        self.assertEqual(sum(lines.mapped('price_unit')), -3700)

    # === WHAT RECURS === #

    def test_what_recurs_is_not_discounted(self):
        """10 % of 2,700.00 and 100.00, not of 160.00 a month."""
        self._create_program()
        order = self._sell(self.cable, with_service=True)
        self._discounts(order, 280, '10% on your order (of what is paid once)')
        order.action_confirm()
        invoice = order.sudo()._create_invoices()
        self.assertEqual(invoice.amount_untaxed, 2520)
        first = order.sudo().offer_subscription_ids.bill('2027-01-01')
        self.assertEqual(first.amount_untaxed, 160)

    def test_nothing_is_promised_where_all_recurs(self):
        self._create_program()
        order = self._sell(with_service=True, options=[])
        self.assertFalse(self._redeem(order))

    def test_what_recurs_is_no_part_of_a_minimum_amount(self):
        """2,700.00 and 160.00 a month are not 2,750.00; with a notebook more it is reached."""
        self._create_program(rule={'minimum_amount': 2750})
        order = self._sell(with_service=True)
        self.assertIn('error', order._try_apply_code('SUMMER'))
        order.write({'order_line': [Command.create({'product_id': self.notebook.id})]})
        self._discounts(order, 270)

    def test_points_are_earned_with_what_is_paid_once(self):
        """A point for each dollar: 2,800.00, not 2,960.00."""
        self._create_program(rule={'reward_point_mode': 'money'}, required_points=2801)
        self.assertFalse(self._redeem(self._sell(self.cable, with_service=True)))

    def test_a_service_is_no_reward(self):
        for values in (
            {'reward_product_id': self.workplace.id},
            {'reward_product_tag_id': self._tag(self.cable + self.workplace).id},
        ):
            with self.assertRaisesRegex(ValidationError, 'is a Service'), self.env.cr.savepoint():
                self._create_program(reward_type='product', **values)

    def test_a_service_is_made_no_reward_later(self):
        tag = self._tag(self.cable)
        self._create_program(reward_type='product', reward_product_tag_id=tag.id)
        self.workplace.additional_product_tag_ids = tag
        self.cable.additional_product_tag_ids = False
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, 'is a Service'):
            self._redeem(self._sell(self.cable))

    def _tag(self, products):
        return self.env['product.tag'].create(
            {'name': 'Rewards', 'product_product_ids': [Command.set(products.ids)]}
        )

    # === PLAIN ITEMS === #

    def test_plain_items_are_discounted_as_ever(self):
        self._create_program()
        self._discounts(self._sell(self.cable), 10, '10% on your order')
