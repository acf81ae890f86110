"""Counted quantities: shown as a difference, applied once by reference."""

import csv
from datetime import date

from odoo.tests import tagged
from odoo.tools import file_open

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestCount(OfferLifeCommon):
    def _get_quantity(self, line, day):
        return self._lines_on(line.subscription_id, day)[0][1]

    def _record(self, *rows):
        names = ('line_id', 'quantity', 'date', 'reference')
        counts = self.env['offer.count'].with_user(self.accountant)
        return counts.record([dict(zip(names, row, strict=True)) for row in rows])

    def test_counts_come_in_one_call_and_are_shown_before_they_count(self):
        first, second = self._live().line_ids, self._live().line_ids
        rows = self._record((first.id, 5, '2027-03-01', 'A1'), (second.id, 1, '2027-03-01', 'A2'))
        self.assertEqual(
            [(row['before'], row['difference'], row['amount']) for row in rows],
            [(2.0, 3.0, 120.0), (2.0, -1.0, -40.0)],
        )
        self.assertEqual(self._get_quantity(first, '2027-03-01'), 2.0)
        counts = self.env['offer.count'].search([])
        counts.action_apply()
        self.assertEqual(set(counts.mapped('state')), {'applied'})
        self.assertEqual(self._get_quantity(first, '2027-03-01'), 5.0)
        self.assertEqual(counts.filtered(lambda c: c.reference == 'A1').difference, 3.0)
        event = first.subscription_id.event_ids.sorted('id')[-1]
        self.assertIn('A1', event.name)
        self.assertEqual((event.act_id.kind, event.mrr_change), ('changed', 120.0))

    def test_a_count_that_comes_twice_is_the_same(self):
        line = self._live().line_ids
        once = self._record((line.id, 5, '2027-03-01', 'A1'))
        self.env['offer.count'].search([]).action_apply()
        again = self._record((line.id, 5, '2027-03-01', 'A1'))
        self.assertEqual(once[0]['id'], again[0]['id'])
        self.assertEqual(again[0]['state'], 'applied')
        self.env['offer.count'].search([]).action_apply()
        self.assertEqual(len(line.phase_ids), 2)
        self._assert_refused('come before', lambda: self._record((line.id, 6, '2027-03-01', 'A1')))

    def test_each_month_names_the_same_line(self):
        line = self._live().line_ids
        for month, quantity in ((3, 5), (4, 4), (5, 7)):
            self._record((line.id, quantity, f'2027-{month:02}-01', f'M{month}'))
            self.env['offer.count'].search([('state', '=', 'draft')]).action_apply()
        days = ('2027-02-28', '2027-03-01', '2027-04-01', '2027-05-01')
        self.assertEqual([self._get_quantity(line, day) for day in days], [2.0, 5.0, 4.0, 7.0])

    def test_one_that_fails_keeps_nobody_else(self):
        first, second = self._live().line_ids, self._live().line_ids
        first.subscription_id.end('2027-02-28', 'moved')
        self._record((first.id, 5, '2027-03-01', 'A1'), (second.id, 1, '2027-03-01', 'A2'))
        counts = self.env['offer.count'].search([], order='reference')
        counts.action_apply()
        self.assertEqual(counts.mapped('state'), ['failed', 'applied'])
        self.assertIn('ends on', counts[0].error)

    def test_bad_counts_are_met_with_a_sentence(self):
        line = self._live().line_ids
        for row, sentence in (
            ((10**9, 5, '2027-03-01', 'A'), 'does not exist'),
            ((line.id, '5', '2027-03-01', 'A'), 'is a number'),
            ((line.id, 5, 'soon', 'A'), 'not a date'),
            ((line.id, 5, '2027-03-01', ' '), 'needs a reference'),
        ):
            self._assert_refused(sentence, lambda row=row: self._record(row))
        counts = self.env['offer.count']
        self._assert_refused('as a list', lambda: counts.record('x'))
        self._assert_refused('A count has', lambda: counts.record([{'line_id': line.id}]))
        self.assertFalse(counts.search([]))

    def test_what_was_withdrawn_may_come_again(self):
        line = self._live().line_ids
        self._record((line.id, 5, '2027-03-01', 'A1'))
        count = self.env['offer.count'].search([])
        count.action_apply()
        line.subscription_id.withdraw(count.event_id.id)
        self.assertEqual((count.state, count.event_id.id), ('withdrawn', False))
        self.assertEqual(self._get_quantity(line, '2027-03-01'), 2.0)
        # who applies all that waits does not mean it
        count.action_apply()
        self.assertEqual(self._get_quantity(line, '2027-03-01'), 2.0)
        # what was counted wrong comes again with the same reference
        again = self._record((line.id, 6, '2027-03-01', 'A1'))[0]
        self.assertEqual((again['id'], again['state'], again['before']), (count.id, 'draft', 2.0))
        count.action_apply()
        self.assertEqual(self._get_quantity(line, '2027-03-01'), 6.0)
        self._assert_refused('come before', lambda: self._record((line.id, 7, '2027-03-01', 'A1')))

    def test_a_change_of_the_plan_that_was_withdrawn_takes_no_counts(self):
        yearly = self._create_plan('Yearly', interval_unit='year')
        self._create_price(400.0, plan_id=yearly.id)
        subscription = self._live()
        line = subscription.line_ids
        order = subscription._create_change_order(date(2027, 2, 1))
        order.order_line.offer_plan_id = yearly
        order.action_confirm()
        self._record((line.id, 5, '2027-03-01', 'A1'))
        self.assertEqual(
            self.env['offer.count'].search([])._get_current_line(), line.continued_by_ids
        )
        act = self._get_acts(subscription).filtered(lambda act: act.kind == 'changed')
        subscription.withdraw(act.id)
        self.env['offer.count'].search([]).action_apply()
        self.assertEqual(self._get_quantity(line, '2027-03-01'), 5.0)

    def test_counts_are_imported(self):
        line = self._live().line_ids
        template = self.env['offer.count'].get_import_templates()[0]['template']
        with file_open(template.lstrip('/')) as file:
            _header, *rows = csv.reader(file)
        result = self.env['offer.count'].load(
            ['reference', 'subscription_line_id/.id', 'date', 'quantity'],
            [[rows[0][0], str(line.id), *rows[0][2:]]],
        )
        self.assertFalse(result['messages'])
        self.assertEqual(self.env['offer.count'].browse(result['ids']).quantity, float(rows[0][3]))
