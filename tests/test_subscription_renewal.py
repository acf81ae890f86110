"""What the calendar brings: terms that end, renewed or not, announced before."""

from odoo import fields
from odoo.tests import tagged

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestRenewal(OfferLifeCommon):
    def _agree(self, **values):
        """:return: a subscription of 80.00 a month since 2027 for 12 months, renewed for 6"""
        self.plan.write({'renewal_count': 6, **values})
        return self._live()

    def _go_on(self, *days):
        for day in days:
            self._run_scheduler(day, live=True)

    def _letters(self, subscription, word):
        return subscription.message_ids.filtered(lambda m: word in (m.subject or ''))

    def test_it_is_renewed_for_a_term_once(self):
        subscription = self._agree()
        self._go_on('2027-12-31')
        self.assertEqual(str(subscription.date_term_end), '2027-12-31')
        self._go_on('2028-01-01', '2028-01-01', '2028-01-02')
        self.assertEqual(str(subscription.date_term_end), '2028-06-30')
        self.assertEqual(self._get_acts(subscription).mapped('kind'), ['activated', 'renewed'])

    def test_a_scheduler_that_was_away_renews_every_term(self):
        subscription = self._agree()
        self._go_on('2029-03-15')
        self.assertEqual(str(subscription.date_term_end), '2029-06-30')
        self.assertEqual(subscription.renewals, 3)

    def test_without_a_renewal_term_it_runs_on(self):
        subscription = self._agree(renewal_count=0)
        self._go_on('2028-01-01')
        self.assertFalse(subscription.date_end or subscription.renewals)

    def test_it_ends_where_that_was_agreed(self):
        subscription = self._agree(renewal_mode='end')
        self._go_on('2028-01-01')
        self.assertEqual(str(subscription.date_end), '2027-12-31')
        self.assertEqual(subscription.end_ids.kind, 'not_renewed')
        # known from the start: nobody is billed beyond such a term
        self.assertEqual(
            self._movements(subscription),
            [('2027-01-01', 'activated', 'new', 80.0), ('2028-01-01', 'ended', 'churn', -80.0)],
        )

    def test_nobody_is_billed_beyond_a_term_that_needs_a_signature(self):
        for mode in ('end', 'quote'):
            subscription = self._agree(renewal_mode=mode)
            # also billed late, ahead, or before the scheduler has looked
            subscription.bill('2028-03-15')
            days = subscription.line_ids.billing_entry_ids.mapped('date_to')
            self.assertEqual(str(max(days)), '2027-12-31')
            self.assertFalse(subscription.date_next_due)

    def test_a_signature_makes_the_next_term_due(self):
        subscription = self._agree(renewal_mode='quote')
        subscription.bill('2027-12-01')
        self._go_on('2027-12-10')
        subscription.renewal_order_id.action_confirm()
        self.assertEqual(str(subscription.date_next_due), '2028-01-01')
        self._bills(subscription, ('2028-01-01', 80.0))

    def test_the_scheduler_renews_before_it_bills(self):
        subscription = self._agree(renewal_percent=5.0)
        self._run_scheduler('2027-12-01')
        self._run_scheduler('2028-01-01')
        invoice = subscription._get_invoices().sorted('id')[-1]
        self.assertEqual((str(invoice.invoice_date), invoice.amount_untaxed), ('2028-01-01', 84.0))
        self.assertEqual(len(invoice.invoice_line_ids), 1)

    def test_a_notice_ends_it_before_it_is_renewed(self):
        subscription = self._agree()
        subscription.give_notice('2027-05-01')
        self._go_on('2028-01-01')
        self.assertFalse(subscription.renewals)

    # === PRICES === #

    def test_prices_rise_at_the_renewal_if_it_was_announced(self):
        subscription = self._agree(renewal_percent=5.0, renewal_announce_days=60)
        # 60 days before 1 January
        self._go_on('2027-11-01')
        self.assertFalse(self._letters(subscription, 'new prices'))
        self._go_on('2027-11-02', '2027-11-03')
        letter = self._letters(subscription, 'new prices')
        self.assertEqual(len(letter), 1)
        self.assertIn('+5', letter.body)
        self._go_on('2028-01-01')
        # 40.00 and 5 %
        line = subscription.line_ids
        self.assertEqual(self._get_content(line, '2027-12-31'), (2, 40))
        self.assertEqual(self._get_content(line, '2028-01-01'), (2, 42))
        self.assertEqual(sum(subscription.event_ids.mapped('mrr_change')), 84)
        self._assert_movements_add_up(subscription)
        self._bills(subscription, ('2027-12-01', 960.0), ('2028-01-01', 84.0))

    def test_movements_of_an_announced_rise_are_the_revenue(self):
        subscription = self._agree(renewal_percent=5.0, renewal_announce_days=60)
        # a planned rise that the renewal replaces, and one that replaces it
        line = {'line_id': subscription.line_ids.id}
        subscription.change('2028-01-01', [{**line, 'price_unit': 44.0}])
        self._go_on('2027-12-01', '2028-01-01')
        # 2 × 44.00 and 5 %
        self.assertEqual(subscription._get_mrr(fields.Date.to_date('2028-01-01')), 92.4)
        self._assert_movements_add_up(subscription)
        subscription.change('2028-01-01', [{**line, 'price_unit': 42.0}])
        self.assertEqual(
            self._movements(subscription),
            [
                ('2027-01-01', 'activated', 'new', 80.0),
                ('2028-01-01', 'changed', 'expansion', 8.0),
                ('2028-01-01', 'renewed', 'expansion', 4.4),
                ('2028-01-01', 'changed', 'contraction', -8.4),
            ],
        )
        self._assert_movements_add_up(subscription)
        self.assertEqual(subscription._get_mrr(fields.Date.to_date('2028-01-01')), 84)

    def test_nobody_pays_more_who_was_not_told(self):
        subscription = self._agree(renewal_percent=5.0)
        self._go_on('2028-01-01')
        self.assertEqual(subscription.renewals, 1)
        self.assertEqual(self._get_content(subscription.line_ids, '2028-01-01'), (2, 40))

    # === BY QUOTATION === #

    def test_a_quotation_renews(self):
        subscription = self._agree(renewal_mode='quote', renewal_quote_days=60)
        self._go_on('2027-10-31')
        self.assertFalse(subscription.renewal_order_id)
        self._go_on('2027-11-01', '2027-11-02')
        order = subscription.renewal_order_id
        self.assertEqual((order.state, str(order.validity_date)), ('sent', '2027-12-31'))
        self.assertIn(order.get_portal_url(), self._letters(subscription, 'your renewal').body)
        # reminded once
        self._go_on('2027-12-17', '2027-12-18', '2027-12-19')
        self.assertEqual(len(self._letters(subscription, 'ends on')), 1)
        title, what = order.offer_change_text.replace('\xa0', ' ').split('\n')
        self.assertEqual(title, f'Renewal of {subscription.name} from 01/01/2028 until 06/30/2028')
        # 2 × 40.00 for the first month of the next term
        self.assertEqual(what, 'For 01/01/2028 to 01/31/2028: +$ 80.00, on the next invoice')
        order.order_line.price_unit = 45.0
        text = order.offer_change_text.replace('\xa0', ' ')
        self.assertIn('Difference per month: +$ 10.00', text)
        self.assertIn('01/31/2028: +$ 90.00, on', text)
        order.action_confirm()
        self.assertEqual(order.offer_change_text, title)
        self.assertEqual(str(subscription.date_term_end), '2028-06-30')
        prices = [self._lines_on(subscription, day)[0][2] for day in ('2027-12-31', '2028-01-01')]
        self.assertEqual(prices, [40.0, 45.0])
        self._go_on('2028-01-01')
        self.assertFalse(subscription.date_end)
        self._bills(subscription, ('2027-12-31', 960), ('2028-01-01', 90))
        # and once more for the next term
        self._go_on('2028-05-15')
        self.assertEqual(subscription.renewal_order_id, subscription.change_order_ids - order)

    def test_a_quotation_that_was_deleted_is_made_again(self):
        for reminded in (False, True):
            subscription = self._agree(renewal_mode='quote', renewal_quote_days=60)
            self._go_on('2027-11-01', *(['2027-12-18'] if reminded else []))
            order = subscription.renewal_order_id
            order._action_cancel()
            order.unlink()
            self._go_on('2027-12-20')
            self.assertEqual(subscription.renewal_order_id.state, 'sent', reminded)

    def test_a_quotation_that_was_taken_up_again_is_reminded_of(self):
        subscription = self._agree(renewal_mode='quote', renewal_quote_days=60)
        self._go_on('2027-11-01')
        order = subscription.renewal_order_id
        order._action_cancel()
        self._go_on('2027-12-17', '2027-12-18')
        self.assertFalse(self._letters(subscription, 'ends on'))
        order.action_draft()
        order.action_quotation_sent()
        self._go_on('2027-12-20')
        self.assertEqual(len(self._letters(subscription, 'ends on')), 1)

    def test_a_short_term_that_ends_soon_is_announced_at_once(self):
        subscription = self._agree(renewal_count=1, renewal_percent=5.0, renewal_announce_days=20)
        # nobody looked for a month: the term that has begun ends today
        self._go_on('2028-01-31', '2028-02-01')
        told = subscription.event_ids.filtered(lambda event: event.kind == 'announced')
        self.assertEqual(str(told.date), '2028-02-01')
        self.assertEqual(self._get_content(subscription.line_ids, '2028-02-01'), (2, 42))

    def test_it_ends_without_a_signature(self):
        subscription = self._agree(renewal_mode='quote')
        self._go_on('2027-12-01', '2028-01-01')
        self.assertEqual(str(subscription.date_end), '2027-12-31')
        self._assert_refused('ends on', subscription.renewal_order_id.action_confirm)

    def test_a_plan_by_quotation_needs_a_term(self):
        self._assert_refused(
            'say for how long', lambda: self._create_plan('X', renewal_mode='quote')
        )

    # === COMING IN === #

    def test_what_comes_in_running_is_in_its_term(self):
        self.plan.write({'renewal_count': 6})
        subscription = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'date_start': '2024-03-15',
                'line_ids': [
                    (0, 0, {
                        'product_id': self.workplace.id,
                        'price_unit': 31.0,
                        'billed_until': '2026-12-14',
                    })
                ],
            }
        )  # fmt: skip
        subscription.action_start()
        # 12 months, then 6 each: until 14 March 2027
        self.assertEqual(str(subscription.date_term_end), '2027-03-14')
        self.assertEqual(self._get_acts(subscription).mapped('kind'), ['activated'])

    # === LETTERS === #

    def test_letters_can_be_saved_whatever_a_subscription_lacks(self):
        # Odoo tries a template out on any record of its model when it is written, at updates too
        self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self._create_plan('Bare').id,
                'line_ids': [(0, 0, {'product_id': self.workplace.id})],
            }
        )
        templates = self.env['mail.template'].search([('model', '=', 'offer.subscription')])
        self.assertEqual(len(templates), 6)
        for template in templates.sudo():
            template.body_html = template.body_html
            template.subject = template.subject
            template._check_can_be_rendered()

    # === FAILURES === #

    def test_one_that_fails_keeps_nobody_else(self):
        # the one that was made last is looked at first
        sound, broken = self._agree(renewal_percent=5.0), self._live()
        # a letter that can't be written for one of them
        template = self.env.ref('sale_offer.mail_template_announcement').sudo()
        template.subject = '{{ 1 / (0 if object.client_order_ref else 1) }}'
        broken.client_order_ref = 'PO 17'
        self._go_on('2027-12-01')
        self.assertEqual(self._get_acts(broken).mapped('kind'), ['activated'])
        self.assertEqual(self._get_acts(sound).mapped('kind'), ['activated', 'announced'])
        self.assertIn('asked for on 12/01/2027 failed', broken.message_ids[0].body)
