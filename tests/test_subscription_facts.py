"""Acts as facts: what was agreed stays as it was said, whatever other acts do."""

from datetime import date

from odoo.tests import tagged

from .common import OfferCommon


class FactsCommon(OfferCommon):
    """Three workplaces with Gold (150.00 a month) and one backup (5.00), from 1 January 2027."""

    @classmethod
    def _start(cls, order_values=None, **values):
        """:return: the subscription, as it is read anew"""
        subscription = cls._subscribe(order_values, **values)
        subscription.invalidate_recordset()
        return subscription


@tagged('post_install', '-at_install')
class TestFacts(FactsCommon):
    def setUp(self):
        super().setUp()
        self.subscription = self._start()
        self.line, self.backup_line = self.subscription.line_ids.sorted('sequence')

    def _get_act(self, kind):
        acts = self._get_acts(self.subscription)
        return acts.filtered(lambda event: event.kind == kind)[-1:]

    # === ACTIVATION === #

    def test_a_line_begins_with_all_that_was_agreed(self):
        self.assertEqual(self.subscription.state, 'active')
        self.assertEqual(self._get_content(self.line, date(2027, 1, 1)), (3, 50))
        self.assertEqual(self._get_content(self.backup_line, date(2027, 1, 1)), (1, 5))
        self.assertFalse(self._get_content(self.line, date(2026, 12, 31)))
        (phase,) = self.line.phase_ids
        self.assertTrue(phase.is_beginning)
        self.assertEqual(phase.event_id.kind, 'activated')
        self.assertEqual(phase.sale_line_id, self.line.sale_line_id)

    def test_the_revenue_of_a_start_is_its_movement(self):
        act = self._get_act('activated')
        self.assertEqual(self.subscription._get_mrr(date(2027, 1, 1)), 155)
        movements = self.subscription.event_ids.filtered('movement')
        self.assertEqual(movements.act_id, act)
        self.assertEqual(movements.mapped('mrr_change'), [155])
        self.assertEqual(movements.movement, 'new')

    # === CHANGE === #

    def test_a_change_says_what_was_named_and_nothing_else(self):
        self.subscription.change('2027-07-01', [{'line_id': self.line.id, 'price_unit': 52}])
        self.subscription.change('2027-06-01', [{'line_id': self.line.id, 'quantity': 8}])
        self.assertEqual(self._get_content(self.line, date(2027, 5, 31)), (3, 50))
        self.assertEqual(self._get_content(self.line, date(2027, 6, 1)), (8, 50))
        self.assertEqual(self._get_content(self.line, date(2027, 7, 1)), (8, 52))
        phase = self.line.phase_ids.filtered(lambda phase: phase.date_start == date(2027, 6, 1))
        self.assertEqual((phase.says_quantity, phase.says_price_unit), (True, False))

    def test_a_change_can_be_withdrawn_and_what_it_covered_counts_again(self):
        self.subscription.change('2027-06-01', [{'line_id': self.line.id, 'quantity': 8}])
        act = self._get_act('changed')
        self.subscription.withdraw(act.id)
        self.assertEqual(self._get_content(self.line, date(2027, 6, 1)), (3, 50))
        self.assertEqual(act.withdrawn_by_id, self._get_act('withdrawn'))
        self.assertEqual(self.subscription._get_mrr(date(2027, 6, 1)), 155)
        self._assert_refused('withdrawn already', lambda: self.subscription.withdraw(act.id))

    def test_what_is_dropped_and_added_keeps_its_line(self):
        self.subscription.change(
            '2027-03-01',
            [
                {'line_id': self.backup_line.id, 'quantity': 0},
                {'product_id': self.backup.id, 'quantity': 2, 'price_unit': 4},
            ],
        )
        added = self.subscription.line_ids - self.line - self.backup_line
        self.assertFalse(self._get_content(self.backup_line, date(2027, 3, 1)))
        self.assertEqual(self._get_content(added, date(2027, 3, 1)), (2, 4))
        self.assertEqual(self.backup_line.date_end, date(2027, 2, 28))
        self._assert_refused(
            'does not run on',
            lambda: self.subscription.change(
                '2027-04-01', [{'line_id': self.backup_line.id, 'quantity': 3}]
            ),
        )
        self.subscription.withdraw(self._get_act('changed').id)
        self.assertEqual(self._get_content(self.backup_line, date(2027, 3, 1)), (1, 5))
        self.assertFalse(self._get_content(added, date(2027, 3, 1)))

    def test_another_level_says_its_price_too(self):
        self.subscription.change('2027-07-01', [{'line_id': self.line.id, 'price_unit': 52}])
        self.subscription.change(
            '2027-06-01',
            [{'line_id': self.line.id, 'tier_id': self.bronze.id, 'price_unit': 40}],
        )
        self.assertEqual(self._get_content(self.line, date(2027, 7, 1)), (3, 40))
        self.subscription.withdraw(self._get_act('changed').id)
        self.assertEqual(self._get_content(self.line, date(2027, 7, 1)), (3, 52))

    # === PAUSE === #

    def test_a_notice_that_is_withdrawn_in_a_pause_leaves_the_pause_alone(self):
        end = self.subscription.give_notice('2027-01-10')
        self.assertEqual(end, date(2027, 12, 31))
        self.subscription.pause('2027-02-01')
        self.assertEqual(len(self.line.phase_ids), 1, 'no act writes what another agreed')
        self.subscription.withdraw_notice()
        self.assertFalse(self.subscription.date_end)
        self.assertFalse(self.subscription.date_notice)
        self.assertFalse(self._get_content(self.line, date(2027, 4, 1)))
        self.subscription.resume('2027-05-01')
        self.assertEqual(self._get_content(self.line, date(2027, 5, 1)), (3, 50))
        self.assertEqual(self.subscription._get_mrr(date(2027, 4, 30)), 0)
        self.assertEqual(self.subscription._get_mrr(date(2027, 5, 1)), 155)

    def test_a_pause_may_state_its_last_day(self):
        self.subscription.pause('2027-02-01', until='2027-02-28')
        self.assertFalse(self._get_content(self.line, date(2027, 2, 28)))
        self.assertTrue(self._get_content(self.line, date(2027, 3, 1)))
        self._assert_refused('is not paused on', lambda: self.subscription.resume('2027-03-01'))

    def test_a_change_before_a_planned_pause_counts_after_it(self):
        self.subscription.pause('2027-07-01')
        self.subscription.change('2027-06-01', [{'line_id': self.line.id, 'quantity': 8}])
        self.subscription.resume('2027-08-01')
        self.assertEqual(self._get_content(self.line, date(2027, 8, 1)), (8, 50))

    def test_a_withdrawn_resumption_lets_the_pause_go_on(self):
        self.subscription.pause('2027-02-01')
        self.subscription.resume('2027-03-01')
        self.subscription.withdraw(self._get_act('resumed').id)
        self.assertFalse(self._get_content(self.line, date(2027, 3, 1)))

    # === END === #

    def test_withdrawing_one_end_leaves_the_others(self):
        self.subscription.give_notice('2027-01-10')
        self.subscription.end('2027-08-31', 'moved away')
        self.assertEqual(self.subscription.date_end, date(2027, 8, 31))
        self.assertEqual(self.subscription.end_reason, 'moved away')
        self.subscription.withdraw(self._get_act('ended').id)
        self.assertEqual(self.subscription.date_end, date(2027, 12, 31))
        self.assertFalse(self.subscription.end_reason)

    def test_an_item_dropped_under_notice_stays_dropped_when_it_is_withdrawn(self):
        self.subscription.give_notice('2027-01-10')
        self.subscription.change('2027-03-01', [{'line_id': self.backup_line.id, 'quantity': 0}])
        self.subscription.withdraw_notice()
        self.assertFalse(self._get_content(self.backup_line, date(2028, 2, 1)))
        self.assertTrue(self._get_content(self.line, date(2028, 2, 1)))

    def test_an_end_whose_day_has_passed_stays(self):
        subscription = self._start(date_start='2024-01-01')
        subscription.end('2024-06-30', 'closed')
        self.assertEqual(subscription.state, 'closed')
        act = subscription.event_ids.filtered(lambda event: event.kind == 'ended')[-1:]
        self._assert_refused('until its day has passed', lambda: subscription.withdraw(act.id))

    # === WAIVER === #

    def test_a_waiver_is_a_fact_that_changes_do_not_end(self):
        self.subscription.with_user(self.accountant).waive(
            self.line.id, '2027-03-01', '2027-03-31', 'Launch delayed'
        )
        self.subscription.change('2027-02-15', [{'line_id': self.line.id, 'quantity': 4}])
        timeline = self.subscription._get_timeline()
        owed = [(span.first, span.last) for span in timeline.get_owed(self.line.id)][:2]
        self.assertEqual(
            owed,
            [(date(2027, 1, 1), date(2027, 2, 14)), (date(2027, 2, 15), date(2027, 2, 28))],
        )
        self.assertEqual(self.subscription._get_mrr(date(2027, 3, 15)), 205, 'it is delivered')

    # === REVENUE === #

    def test_movements_add_up_however_acts_are_nested(self):
        self.subscription.change('2027-06-01', [{'line_id': self.line.id, 'quantity': 8}])
        self.subscription.pause('2027-04-01')
        self.subscription.give_notice('2027-01-10')
        self.subscription.resume('2027-05-01')
        self.subscription.change('2027-05-15', [{'line_id': self.line.id, 'price_unit': 45}])
        self.subscription.withdraw_notice()
        self.subscription.withdraw(self._get_act('paused').id)
        self._assert_movements_add_up(self.subscription)

    def test_revenue_leaves_out_the_tax_that_a_price_includes(self):
        home, _abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = home
        subscription = self._start(options=[], tier_id=self.bronze.id, quantity=1)
        subscription.change('2027-01-01', [
            {'line_id': subscription.line_ids.id, 'price_unit': 121},
        ])  # fmt: skip
        self.assertEqual(subscription._get_mrr(date(2027, 1, 1)), 100)
