"""What a change quotation is about is fixed once it is made, by whichever way somebody writes."""

from datetime import date

from odoo.tests import tagged

from .test_quotation_doors import MARCH, DoorsCommon


@tagged('post_install', '-at_install')
class TestQuotationFixed(DoorsCommon):
    def setUp(self):
        super().setUp()
        stranger = self.env['res.partner'].create({'name': 'Stranger'})
        self.subscription = self._begin()
        self.second = self._begin()
        self.theirs = self._begin(order_values={'partner_id': stranger.id})
        self.order = self._quote(self.subscription, quantity=6).with_user(self.salesperson)

    def _assert_fixed(self, records, **values):
        for name, value in values.items():
            with self.subTest(name=name, value=value):
                self._assert_refused(
                    'is fixed', lambda name=name, value=value: records.write({name: value})
                )
                self.env.invalidate_all()

    def test_another_subscription_is_another_quotation(self):
        for other in (self.second, self.theirs, self.subscription.browse()):
            self._assert_fixed(self.order, offer_change_subscription_id=other.id)
            # whoever writes
            self._assert_fixed(self.order.sudo(), offer_change_subscription_id=other.id)
        plain = self._create_order()
        self._assert_fixed(plain, offer_change_subscription_id=self.subscription.id)

    def test_what_code_keeps_is_not_written_by_hand(self):
        self.subscription.change('2027-02-01', [{'line_id': self.subscription.line_ids[0].id,
                                                 'quantity': 5}])  # fmt: skip
        last = max(self.subscription.event_ids.ids)
        self._assert_fixed(self.order, offer_change_known_id=last, offer_is_renewal=True)
        self._assert_refused('changed since it was quoted', self.order.action_confirm)
        # what stands there already may be written, as forms do
        self.order.write(
            {
                'offer_change_subscription_id': self.subscription.id,
                'offer_is_renewal': False,
                'note': 'x',
            }
        )

    def test_a_quotation_that_is_made_by_call_is_about_its_customer(self):
        orders = self.env['sale.order'].with_user(self.salesperson)
        values = {'partner_id': self.customer.id, 'offer_change_date': '2027-03-01'}
        for more, sentence in (
            ({'offer_change_subscription_id': self.theirs.id}, 'only a quotation to them'),
            ({'offer_is_renewal': True}, 'changes no subscription'),
            (
                {'offer_change_subscription_id': self.subscription.id, 'offer_is_renewal': True},
                'not to be renewed',
            ),
            (
                {
                    'offer_change_subscription_id': self.subscription.id,
                    'offer_change_date': '9999-12-31',
                },
                'Choose a day',
            ),
        ):
            with self.subTest(**more):
                self._assert_refused(sentence, lambda more=more: orders.create({**values, **more}))
                self.env.invalidate_all()
        event = self.theirs.event_ids[0]
        order = orders.create(
            {
                **values,
                'offer_change_subscription_id': self.subscription.id,
                'offer_change_known_id': event.id,
            }
        )
        self.assertEqual(order.sudo().offer_change_known_id.subscription_id, self.subscription)
        self._assert_refused(
            'only a quotation to them',
            lambda: order.write({'partner_id': self.theirs.partner_id.id}),
        )

    def test_lines_go_on_from_lines_of_the_subscription(self):
        line = self.order.order_line[0]
        for other in (self.second, self.theirs):
            for records in (line, line.sudo()):
                self._assert_refused(
                    'another subscription',
                    lambda records=records, other=other: records.write(
                        {'offer_subscription_line_id': other.line_ids[0].id}
                    ),
                )
                self.env.invalidate_all()
        self._assert_refused(
            'another subscription',
            lambda: line.create(
                {
                    'order_id': self.order.id,
                    'product_id': self.workplace.id,
                    'offer_plan_id': self.plan.id,
                    'offer_subscription_line_id': self.theirs.line_ids[0].id,
                    'virtual_id': 'x',
                }
            ),
        )
        self.env.invalidate_all()
        self.order.action_confirm()
        self.assertEqual(self._lines_on(self.subscription, MARCH)[0][1], 6.0)
        self.assertEqual(self._lines_on(self.theirs, MARCH)[0][1], 3.0)

    def test_its_day_may_move(self):
        self.order.offer_change_date = date(2027, 4, 1)
        self._assert_refused(
            'Choose a day', lambda: self.order.write({'offer_change_date': '9999-12-31'})
        )
        self.env.invalidate_all()
        self.order.action_confirm()
        self.assertEqual(self._lines_on(self.subscription, '2027-04-01')[0][1], 6.0)
