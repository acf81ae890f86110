"""How facts are read for many subscriptions at once: the same as one by one, in few queries."""

from dataclasses import replace
from datetime import date

from odoo.tests import tagged

from odoo.addons.sale_offer.tools.ledger import find_due, find_pending
from odoo.addons.sale_offer.tools.timeline import Timeline

from .test_subscription_facts import FactsCommon


@tagged('post_install', '-at_install')
class TestReading(FactsCommon):
    def _live(self):
        """:return: a subscription with facts of every kind"""
        subscription = self._start()
        line, backup = subscription.line_ids.sorted('sequence')
        subscription.change('2027-02-01', [{'line_id': line.id, 'quantity': 5, 'name': 'Desks'}])
        subscription.change('2027-04-01', [{'line_id': line.id, 'price_unit': 40, 'discount': 5}])
        subscription.pause('2027-03-05', until='2027-03-09')
        subscription.pause('2027-05-01')
        subscription.resume('2027-05-11')
        subscription.waive(backup.id, '2027-01-10', '2027-01-12', 'outage')
        subscription.end('2028-12-31', 'moved')
        return subscription

    def _sort(self, facts):
        """Facts are in no order: the place of an act says which was said last."""
        lines = [
            replace(line, phases=tuple(sorted(line.phases, key=lambda phase: phase.said)))
            for line in facts.lines
        ]
        return replace(facts, lines=tuple(lines))

    def test_many_are_read_as_each_alone(self):
        subscriptions = self._live() + self._start()
        many = subscriptions.sudo()._read_many_facts()
        for subscription in subscriptions:
            alone = subscription.sudo()._read_facts()
            self.assertEqual(self._sort(many[subscription]), self._sort(alone))
        rich = many[subscriptions[0]]
        self.assertEqual(len(rich.lines[0].phases), 3)
        self.assertEqual((len(rich.pauses), len(rich.resumes)), (2, 1))
        self.assertTrue(rich.ends and rich.waivers)

    def test_what_is_not_written_yet_is_read(self):
        subscription = self._live()
        phase = subscription.line_ids.phase_ids.filtered('says_discount')[-1:]
        # behind the guards, and only in the cache
        phase.sudo().discount = 7
        subscription.pause_ids[:1].sudo().date_to = date(2027, 3, 8)
        facts = subscription.sudo()._read_many_facts()[subscription]
        said = [phase.says.get('discount') for line in facts.lines for phase in line.phases]
        self.assertIn(7, said)
        self.assertIn(date(2027, 3, 8), [pause.last for pause in facts.pauses])

    def test_a_column_without_a_value_says_what_its_field_says(self):
        subscription = self._live()
        self.env.flush_all()
        self.env.cr.execute(
            'UPDATE offer_subscription_phase'
            ' SET name = NULL, quantity = NULL, discount = NULL, tier_id = NULL'
        )
        self.env.invalidate_all()
        many = subscription.sudo()._read_many_facts()[subscription]
        alone = subscription.sudo()._read_facts()
        self.assertEqual(self._sort(many), self._sort(alone))

    def test_an_unsaved_one_is_read_from_its_form(self):
        subscription = self._live()
        form = subscription.new(origin=subscription)
        (timeline,) = form._get_timelines().values()
        self.assertEqual(len(timeline.facts.lines), 2)

    def test_what_lies_before_the_hint_may_be_left_out(self):
        subscription = self._live()
        facts = subscription._get_timeline().facts
        key = facts.lines[0].key
        for since in (date(2027, 1, 15), date(2027, 3, 7), date(2027, 6, 30), date(2029, 5, 1)):
            hints = {line.key: since for line in facts.lines}
            whole, part = Timeline(facts), Timeline(facts, since)
            for until in (date(2027, 6, 1), date(2029, 1, 1)):
                self.assertEqual(
                    find_due(part, [], until, hints), find_due(whole, [], until, hints)
                )
            self.assertEqual(find_pending(part, [], hints), find_pending(whole, [], hints))
        self.assertLess(
            len(Timeline(facts, date(2027, 6, 30)).get_spans(key)), len(whole.get_spans(key))
        )

    def _count(self, subscriptions, until):
        """:return: how many rows are due, and how many queries that takes"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        rows = subscriptions._get_due_rows(until)
        return len(rows), self.env.cr.sql_log_count - before

    def test_finding_what_is_due_of_many_takes_as_many_queries_as_of_few(self):
        few = self._live() + self._start()
        many = few + self._live() + self._live() + self._start()
        day = date(2027, 1, 1)
        (few_rows, few_queries), (rows, queries) = (self._count(it, day) for it in (few, many))
        self.assertEqual((few_rows, rows), (4, 10))
        self.assertEqual(queries, few_queries)
        self.assertLess(queries, 25)

    def test_where_nothing_is_due_no_fact_is_read(self):
        subscriptions = self._live() + self._start()
        subscriptions.bill('2027-01-01')
        rows, queries = self._count(subscriptions, date(2027, 1, 5))
        self.assertEqual(rows, 0)
        self.assertLess(queries, 5)
