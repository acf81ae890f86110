from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestIntro(OfferCommon):
    """Introductory periods: full ones, from the plan or agreed, said as dates and amounts."""

    def _quote(self, **values):
        order = self._create_order(**values)
        self._add_bundle(order)
        return order

    def _say(self, order):
        return order.offer_intro_text.replace('\xa0', ' ')

    def test_a_quotation_takes_them_from_the_plan(self):
        self.plan.write({'intro_periods': 2})
        order = self._quote()
        self.assertEqual(self._say(order), 'Free through 02/28/2027, then $ 160.00 per month')
        order.action_confirm()
        subscription = order.offer_subscription_ids
        self.assertEqual((subscription.intro_periods, subscription.intro_percent), (2, 0))
        self.assertEqual(str(subscription.date_introduction_end), '2027-02-28')

    def test_a_stub_is_free_with_them(self):
        self.plan.write({'intro_periods': 2, 'alignment': 'calendar'})
        order = self._create_order()
        self._add_bundle(order, date_start='2027-01-20')
        self.assertEqual(self._say(order), 'Free through 03/31/2027, then $ 160.00 per month')
        order.action_confirm()
        self.assertFalse(order.offer_subscription_ids.bill('2027-03-31'))
        self.assertEqual(order.offer_subscription_ids.bill('2027-04-01').amount_untaxed, 160.0)

    def test_a_part_of_the_price(self):
        self.plan.write({'intro_periods': 1, 'intro_percent': 25})
        self.assertEqual(
            self._say(self._quote()),
            '$ 40.00 per month through 01/31/2027, then $ 160.00 per month',
        )

    def test_what_is_quoted_stays_when_the_plan_changes(self):
        self.plan.write({'intro_periods': 2})
        order = self._quote()
        self.plan.write({'intro_periods': 0})
        line = order.order_line[0]
        order.offer_add(self._configuration(quantity=4, options=self.both), line_id=line.id)
        self.assertIn('Free through 02/28/2027', order.offer_intro_text)
        order.action_confirm()
        self.assertEqual(order.offer_subscription_ids.intro_periods, 2)

    def test_each_plan_has_its_own(self):
        yearly = self._create_plan('Yearly', interval_unit='year')
        self._create_price(400.0, plan_id=yearly.id)
        self.plan.write({'intro_periods': 2})
        order = self._quote()
        self._add_bundle(order, plan_id=yearly.id, options=[], tier_id=self.bronze.id)
        self.assertEqual(
            self._say(order), 'Monthly: Free through 02/28/2027, then $ 160.00 per month'
        )
        order.action_confirm()
        by_plan = order.offer_subscription_ids.grouped('plan_id')
        self.assertEqual(by_plan[self.plan].intro_periods, 2)
        self.assertEqual(by_plan[yearly].intro_periods, 0)

    def test_others_can_be_agreed_or_none(self):
        self.plan.write({'intro_periods': 2})
        order = self._quote(offer_intro_periods=1, offer_intro_percent=50)
        self.assertIn('$ 80.00', self._say(order))
        order.offer_intro_is_off = True
        self.assertFalse(order.offer_intro_text)
        order.action_confirm()
        self.assertEqual(order.offer_subscription_ids.intro_periods, 0)
        with self.assertRaises(ValidationError):
            order.offer_intro_is_off = False

    def test_who_may_not_set_prices_has_those_of_the_plan(self):
        self.plan.write({'intro_periods': 2})
        group = self.env['res.groups'].create({'name': 'Prices'})
        self.company.offer_service_price_group_id = group
        order = (
            self.env['sale.order']
            .with_user(self.salesperson)
            .create({'partner_id': self.customer.id})
        )
        order.offer_add(self._configuration())
        self.assertTrue(order.offer_intro_is_fixed)
        self.assertIn('Free through 02/28/2027', order.offer_intro_text)
        self.salesperson.group_ids += group
        order.invalidate_recordset()
        self.assertFalse(order.offer_intro_is_fixed)

    def test_the_preview_says_the_same_before_it_is_saved(self):
        self.plan.write({'intro_periods': 2})
        order = self._create_order()
        configuration = self._configuration(options=self.both)
        preview = order.offer_preview(configuration)
        order.offer_add(configuration)
        self.assertEqual(preview['totals'], order._get_offer_totals(order.order_line))
        # 2,700 once, ten months at 160
        self.assertEqual(preview['totals']['first_year'], 4300.0)

    def test_until_it_is_confirmed_the_days_are_those_of_today(self):
        self.plan.write({'intro_periods': 1})
        order = self._create_order(offer_start_is_fixed=False)
        self._add_bundle(order, date_start=False)
        self.assertRegex(self._say(order), r'^Free through .* \(if it starts on .*\)$')

    def test_a_change_has_no_introduction_of_the_new_plan(self):
        subscription = self._subscribe()
        other = self._create_plan('Other', intro_periods=3)
        self._create_price(40.0, plan_id=other.id)
        self._create_price(10.0, plan_id=other.id, tier_id=self.gold.id)
        self._create_price(5.0, plan_id=other.id, option_id=self.backup_option.id)
        order = subscription._create_change_order(subscription.date_start)
        line = order.order_line[0]
        order.offer_add(
            self._configuration(
                plan_id=other.id,
                line_id=line.id,
                options=[
                    {
                        'option_id': self.backup_option.id,
                        'quantity': 1,
                        'line_id': order.order_line[1].id,
                    }
                ],
            ),
            line_id=line.id,
        )
        self.assertEqual(set(order.order_line.mapped('offer_intro_periods')), {0})
