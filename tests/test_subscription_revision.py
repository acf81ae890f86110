"""Revisions: running subscriptions move to another price, level, component or version."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestRevision(OfferLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.others = cls.env['res.partner'].create([{'name': 'Anna'}, {'name': 'Carl'}])

    def _three(self):
        """:return: subscriptions of 80.00 a month of three customers"""
        return self._live() + self._live(
            order_values={'partner_id': self.others[0].id}
        ) + self._live(order_values={'partner_id': self.others[1].id})  # fmt: skip

    def _revise(self, **values):
        revision = self.env['offer.revision'].create(
            {
                'name': 'Prices 2027',
                'product_id': self.workplace.id,
                'date': '2027-07-01',
                'percent': 10.0,
                **values,
            }
        )
        revision.action_find()
        return revision

    def _apply(self, revision):
        revision.action_apply()
        self._run_job('ir_cron_revise')

    def test_a_revision_shows_everybody_before_it_moves_anybody(self):
        three = self._three()
        closed = self._live()
        closed.end('2027-03-31', 'moved')
        revision = self._revise()
        self.assertEqual(revision.line_ids.subscription_id, three)
        line = revision.line_ids[0]
        self.assertEqual(
            (line.price_before, line.price_after, line.amount_change, line.mrr_change),
            (40.0, 44.0, 8.0, 8.0),
        )
        self.assertEqual(revision.mrr_text, '+$\xa024.00')
        self.assertEqual(len(three.line_ids), 3)

    def test_everybody_moves_once_but_who_is_left_out(self):
        three = self._three()
        revision = self._revise()
        lines = revision.line_ids.sorted(lambda line: line.subscription_id.id)
        lines[1].is_excluded = True
        lines[2].price_after = 42.0
        self._apply(revision)
        self.assertEqual((revision.state, revision.count_done), ('done', 2))
        prices = [self._lines_on(it, '2027-07-01')[0][2] for it in three]
        self.assertEqual(prices, [44.0, 40.0, 42.0])
        self._run_job('ir_cron_revise')
        self.assertEqual(len(three.line_ids.phase_ids), 5)
        self._bills(three[0], ('2027-06-01', 480.0), ('2027-07-01', 88.0))
        self._assert_refused('stays', lambda: lines[0].write({'price_after': 1}))
        self._assert_refused('past that', revision.action_apply)

    def test_it_goes_on_where_it_stopped(self):
        three = self._three()
        revision = self._revise()
        revision.action_apply()
        # as if the scheduler had been stopped after the first
        revision.line_ids[0]._apply()
        self._run_job('ir_cron_revise')
        self.assertEqual((revision.state, len(three.line_ids.phase_ids)), ('done', 6))

    def test_one_that_fails_says_why_and_is_tried_again(self):
        three = self._three()
        revision = self._revise()
        three[1].end('2027-06-30', 'moved')
        self._apply(revision)
        failed = revision.line_ids.filtered(lambda line: line.subscription_id == three[1])
        self.assertEqual((failed.state, revision.count_failed), ('failed', 1))
        self.assertIn('ends on', failed.error)
        self.assertEqual((revision.state, revision.count_done), ('done', 2))

    def test_what_is_planned_is_in_nobodys_way(self):
        line = self._live().line_ids
        line.subscription_id.change('2027-08-01', [{'line_id': line.id, 'quantity': 9}])
        self._apply(self._revise())
        days = ('2027-06-30', '2027-07-01', '2027-08-01')
        agreed = [self._lines_on(line.subscription_id, day)[0][1:] for day in days]
        self.assertEqual(agreed, [(2.0, 40.0), (2.0, 44.0), (9.0, 44.0)])

    def test_it_is_undone_before_the_day(self):
        three = self._three()
        three[2].change('2027-07-01', [{'line_id': three[2].line_ids.id, 'quantity': 3}])
        before = [s._get_mrr(self._to_day('2027-08-01')) for s in three]
        revision = self._revise()
        self._apply(revision)
        revision.action_undo()
        self.assertEqual(revision.state, 'undone')
        self.assertEqual([s._get_mrr(self._to_day('2027-08-01')) for s in three], before)
        self.assertEqual([len(s.line_ids.phase_ids) for s in three], [1, 1, 2])
        for subscription in three:
            moved = subscription.event_ids.filtered('act_id')
            revised = moved.filtered(lambda event: event.act_id.kind == 'revised')
            taken = moved.filtered(lambda event: event.act_id.kind == 'withdrawn')
            self.assertEqual(revised.mrr_change, -taken.mrr_change)
            self.assertEqual(revised.movement, taken.movement)

    def test_todays_prices_come_with_todays_discount(self):
        agreed = self._live()
        agreed.change('2027-01-01', [{'line_id': agreed.line_ids.id, 'discount': 50.0}])
        day = self._to_day('2027-07-01')
        for values, expected in (({}, (44.0, 50.0)), ({'price_mode': 'list'}, (40.0, 0.0))):
            revision = self._revise(**values)
            # half of 8.00; then 80.00 instead of half of 88.00
            change = 4.0 if not values else 36.0
            self.assertEqual(revision.line_ids.amount_change, change)
            self._apply(revision)
            held = agreed.line_ids._get_held_on(day)
            self.assertEqual((held['price_unit'], held['discount']), expected)
        self._assert_movements_add_up(agreed)

    def test_what_was_withdrawn_is_entered_again(self):
        three = self._three()
        revision = self._revise()
        self._apply(revision)
        line = revision.line_ids.filtered(lambda line: line.subscription_id == three[1])
        three[1].withdraw(line.event_id.id)
        self.assertEqual((line.state, line.event_id.id), ('undone', False))
        self._apply(revision)
        self.assertEqual((revision.state, line.state), ('done', 'done'))
        self.assertEqual([self._lines_on(it, '2027-07-01')[0][2] for it in three], [44.0] * 3)
        self.assertEqual([len(it.line_ids.phase_ids) for it in three], [2, 2, 2])
        # undone as a whole, also where somebody has withdrawn a part of it
        three[2].withdraw(
            revision.line_ids.filtered(lambda line: line.subscription_id == three[2]).event_id.id
        )
        revision.action_undo()
        self.assertEqual([self._lines_on(it, '2027-07-01')[0][2] for it in three], [40.0] * 3)
        revision.action_find()
        self._apply(revision)
        self.assertEqual([self._lines_on(it, '2027-07-01')[0][2] for it in three], [44.0] * 3)

    def _to_day(self, text):
        return self.env['offer.subscription']._to_day(text)

    def test_it_is_not_undone_once_it_counts(self):
        today = self.env['offer.subscription']._get_company_today(self.company)
        self._live(date_start='2026-01-01')
        revision = self._revise(date=today)
        self._apply(revision)
        self._assert_refused('counts since', revision.action_undo)

    def test_customers_are_told_once(self):
        subscription = self._live()
        revision = self._revise()
        revision.action_announce()
        revision.action_announce()
        letters = subscription.message_ids.filtered(lambda m: 'what changes' in (m.subject or ''))
        self.assertEqual(len(letters), 1)
        self.assertIn('44.00 instead of', letters.body)

    def test_another_level_component_or_version(self):
        subscription = self._subscribe(quantity=2, tier_id=self.bronze.id)
        self._apply(
            self._revise(
                from_tier_id=self.bronze.id, to_tier_id=self.gold.id, price_mode='list',
            )
        )  # fmt: skip
        line, part = subscription.line_ids
        held = line._get_held_on(self._to_day('2027-07-01'))
        self.assertEqual((held['price_unit'], held['tier_id']), (50.0, self.gold.id))
        self.assertIn('around the clock', held['name'])
        before = line._get_held_on(self._to_day('2027-06-30'))
        self.assertEqual((before['price_unit'], before['tier_id']), (40.0, self.bronze.id))
        cloud = self._create_item('Cloud Backup', 0.0, False, type='service')
        self._apply(
            self._revise(
                product_id=self.backup.id, to_product_id=cloud.id, price_mode='fixed', price=6.5
            )
        )
        held = part._get_held_on(self._to_day('2027-07-01'))
        self.assertEqual((held['price_unit'], held['name']), (6.5, 'Cloud Backup'))
        template = self.env['product.template'].browse(self.workplace.product_tmpl_id.id)
        version = template.copy({'name': 'Workplace 2'})
        version.action_offer_publish()
        self._apply(
            self._revise(
                to_product_id=version.product_variant_ids.id, price_mode='keep', date='2027-08-01'
            )
        )
        action = self.env.ref('sale_offer.offer_version_action')
        self.assertEqual(action.res_model, 'offer.subscription.line')
        july = self._to_day('2027-08-01')
        self.assertEqual(
            [item for item, _quantity, _price in self._lines_on(subscription, july)],
            [version.product_variant_ids, cloud],
        )
        # nothing changed for the customer as a whole
        events = subscription.event_ids.filtered(
            lambda event: str(event.date) == '2027-08-01' and event.mrr_change
        )
        # with what hangs on it: 2 × 50.00 and 6.50
        self.assertEqual(sorted(events.mapped('mrr_change')), [-106.5, 106.5])
        self.assertEqual(set(events.mapped('movement')), {'transfer'})

    def test_a_revision_says_what_changes(self):
        self._assert_refused('Say what changes', lambda: self._revise(price_mode='keep'))
        self._assert_refused('0 or more', lambda: self._revise(percent=-100))
        self._assert_refused('Nobody', lambda: self._revise().action_apply())
        with self.assertRaises(AccessError):
            self.env['offer.revision'].with_user(self.salesperson).search([])
