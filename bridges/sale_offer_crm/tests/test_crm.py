"""What an opportunity learns from its orders."""

from odoo import Command
from odoo.tests import tagged

from odoo.addons.sale_offer.tests.change_case import OfferChangeCommon


@tagged('post_install', '-at_install')
class TestOpportunity(OfferChangeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.monthly, cls.yearly = cls.env['crm.recurring.plan'].create(
            [
                {'name': 'By month', 'number_of_months': 1},
                {'name': 'By year', 'number_of_months': 12},
            ]
        )
        (cls.env['crm.recurring.plan'].search([]) - cls.monthly - cls.yearly).active = False
        cls.env.ref('base.group_user').sudo().implied_ids += cls.env.ref(
            'crm.group_use_recurring_revenues'
        )

    def _lead(self, **values):
        return self.env['crm.lead'].create(
            {
                'name': 'Berg',
                'type': 'opportunity',
                'partner_id': self.customer.id,
                'company_id': self.company.id,
                **values,
            }
        )

    def _win(self, lead, **values):
        order = self._create_order(opportunity_id=lead.id)
        self._add_bundle(order, **values)
        order.action_confirm()
        return order

    def _assert_expected(self, lead, once, recurring, plan):
        self.assertRecordValues(
            lead,
            [
                {
                    'expected_revenue': once,
                    'recurring_revenue': recurring,
                    'recurring_plan': plan.id,
                }
            ],
        )

    def test_once_and_a_month_are_apart(self):
        lead = self._lead()
        self._win(lead)
        self._assert_expected(lead, 2700, 160, self.monthly)
        self.assertEqual((lead.sale_amount_total, lead.sale_order_count), (2700, 1))

    def test_a_yearly_plan_is_told_a_year(self):
        plan = self._create_plan('Yearly', interval_unit='year')
        self._create_price(400.0, plan_id=plan.id)
        self._create_price(100.0, plan_id=plan.id, tier_id=self.gold.id)
        lead = self._lead()
        self._win(lead, plan_id=plan.id, options=[])
        self._assert_expected(lead, 0, 1500, self.yearly)

    def test_another_period_is_told_a_month(self):
        plan = self._create_plan('Quarterly', interval_count=3)
        self._create_price(90.0, plan_id=plan.id)
        lead = self._lead()
        self._win(lead, plan_id=plan.id, options=[], tier_id=self.bronze.id)
        self._assert_expected(lead, 0, 90, self.monthly)

    def test_what_was_expected_is_not_lowered(self):
        lead = self._lead(
            expected_revenue=5000, recurring_revenue=3000, recurring_plan=self.yearly.id
        )
        self._win(lead)
        self._assert_expected(lead, 5000, 3000, self.yearly)

    def test_a_change_counts_with_what_it_adds(self):
        """Five workplaces instead of three: 100.00 a month more, of 250.00."""
        subscription = self._subscribe(options=[])
        lead = self._lead()
        order = self._quote_change(subscription, quantity=5)
        order.opportunity_id = lead
        order.action_confirm()
        self._assert_expected(lead, 0, 100, self.monthly)

    def test_a_change_that_adds_nothing_says_nothing(self):
        subscription = self._subscribe(options=[])
        lead = self._lead()
        order = self._quote_change(subscription, quantity=2)
        order.opportunity_id = lead
        order.action_confirm()
        self._assert_expected(lead, 0, 0, self.monthly.browse())

    def test_an_order_without_a_service_is_as_ever(self):
        lead = self._lead()
        order = self._create_order(opportunity_id=lead.id)
        order.write({'order_line': [Command.create({'product_id': self.notebook.id})]})
        order.action_confirm()
        self._assert_expected(lead, 900, 0, self.monthly.browse())
