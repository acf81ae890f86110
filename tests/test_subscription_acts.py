"""Planned acts in plain words, what withdrawing them comes to, and who is offered that."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .test_subscription_shown import ShownCommon


class ActsCommon(ShownCommon):
    def _get_amounts(self, html):
        """:return: the rows of what an act comes to, as text: the amounts in their order"""
        texts = html.replace('\xa0', ' ').split('text-nowrap')[1:]
        return [text.split('>')[1].split('<')[0].strip() for text in texts]

    def _ask(self, act, user=None):
        """:return: the dialog that opens before an act is withdrawn"""
        action = act.action_withdraw()
        dialogs = self.env[action['res_model']].with_context(**action['context'])
        return dialogs.with_user(user or self.env.user).create({})

    def _open(self, act, **values):
        """:return: the dialog of a coming act"""
        action = self.subscription._get_act_action(act, '')
        dialogs = self.env['offer.subscription.act'].with_context(**action['context'])
        form = Form(dialogs.with_user(self.accountant))
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def _bill_on(self, *days):
        """:return: what is billed on some days; a credit counts less than 0"""
        total = 0.0
        for day in days:
            moves = self.subscription.bill(day)
            total += sum(-move.direction_sign * move.amount_untaxed for move in moves)
        return round(total, 2)


@tagged('post_install', '-at_install')
class TestPlannedActs(ActsCommon):
    def _get_planned(self):
        return self.subscription.planned_act_ids.mapped('summary')

    def test_each_planned_act_is_one_row_in_plain_words(self):
        subscription = self.subscription
        subscription.give_notice('2026-06-15')
        subscription.pause('2026-08-01', until='2026-08-31')
        subscription.change(
            '2026-07-01', [{'line_id': self.line.id, 'quantity': 8, 'price_unit': 32}]
        )
        subscription.change(
            '2026-09-01',
            [
                {'line_id': self.backup_line.id, 'quantity': 0},
                {'product_id': self.backup.id, 'quantity': 2, 'price_unit': 4},
            ],
        )
        subscription.with_user(self.accountant).waive(
            [self.line.id, self.backup_line.id], '2026-07-01', '2026-07-31', 'Outage'
        )
        self.assertEqual(
            self._get_planned(),
            [
                'From Jul 1, 2026: 8 × 32.00 Managed Workplace',
                'Not billed Jul 1, 2026 to Jul 31, 2026: Managed Workplace, Remote Backup (Outage)',
                'Paused Aug 1, 2026 to Aug 31, 2026',
                'From Sep 1, 2026: Remote Backup ends; 2 × 4.00 Remote Backup added',
                'Ends on Dec 31, 2026 (notice of Jun 15, 2026)',
            ],
        )

    def test_a_row_says_what_its_own_act_said(self):
        """Of two acts for one day the one entered last holds; the first one stays readable."""
        self.subscription.change('2026-07-01', [{'line_id': self.line.id, 'quantity': 8}])
        self.subscription.change('2026-07-01', [{'line_id': self.line.id, 'quantity': 9}])
        self.assertEqual(
            self._get_planned(),
            [
                'From Jul 1, 2026: 8 × 50.00 Managed Workplace',
                'From Jul 1, 2026: 9 × 50.00 Managed Workplace',
            ],
        )

    def test_an_open_pause_and_its_resumption_are_planned_each(self):
        self.subscription.pause('2026-08-01')
        self.subscription.resume('2026-09-01')
        self.assertEqual(self._get_planned(), ['Paused from Aug 1, 2026', 'Resumes on Sep 1, 2026'])

    def test_what_lies_beyond_the_end_is_said_to_be_moot(self):
        self.subscription.change('2026-09-01', [{'line_id': self.line.id, 'quantity': 8}])
        self.subscription.end('2026-08-15', 'moved away')
        change, end = self.subscription.planned_act_ids.sorted('date', reverse=True)
        self.assertEqual((change.is_moot, end.is_moot), (True, False))

    def test_of_two_ends_the_later_one_is_moot(self):
        self.subscription.give_notice('2026-06-15')
        self.subscription.end('2026-08-15', 'moved away')
        end, notice = self.subscription.planned_act_ids
        self.assertEqual((end.is_moot, notice.is_moot), (False, True))

    def test_what_was_is_told_newest_first_and_withdrawals_with_what_they_took_back(self):
        self.subscription.change('2026-03-01', [{'line_id': self.line.id, 'quantity': 5}])
        self.subscription.pause('2026-08-01')
        pause = self.subscription.planned_act_ids
        self.subscription.with_user(self.accountant).withdraw(pause.id)
        past = self.subscription.past_act_ids
        self.assertEqual(past.mapped('kind'), ['paused', 'changed', 'activated'])
        self.assertFalse(self.subscription.planned_act_ids)
        self.assertRegex(past[0].withdrawn_text, r'^Withdrawn by accounts .* on \w+ \d+, 20')
        self.assertEqual(past.mapped('is_withdrawable'), [False, True, False])

    def test_what_says_nothing_is_not_withdrawn(self):
        """An event of an older edition has no facts: withdrawing it would do nothing."""
        event = self.env['offer.subscription.event'].sudo().create(
            {
                'subscription_id': self.subscription.id,
                'kind': 'changed',
                'date': '2026-02-01',
                'name': 'Changed long ago',
            }
        )  # fmt: skip
        self.assertFalse(event.is_withdrawable)
        self._assert_refused("can't be withdrawn", lambda: self.subscription.withdraw(event.id))

    def _count_queries(self, act):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act()
        return self.env.cr.sql_log_count - before

    def test_more_acts_take_fewer_queries_than_there_are_more(self):
        def look():
            # read for itself, as a form is
            acts = self.subscription.browse(self.subscription.id).event_ids
            acts = acts.filtered(lambda event: not event.act_id)
            self.assertTrue(all(acts.mapped('summary')))
            return acts.mapped('is_withdrawable')

        self.subscription.change('2026-02-01', [{'line_id': self.line.id, 'quantity': 5}])
        self.subscription.pause('2026-09-01', until='2026-09-10')
        self.subscription.waive(self.line.id, '2026-03-01', '2026-03-02', 'outage')
        look()
        few = self._count_queries(look)
        for month in range(3, 12):
            day = f'2026-{month:02}-05'
            self.subscription.change(day, [{'line_id': self.line.id, 'quantity': month}])
            self.subscription.waive(self.line.id, day, day, 'outage')
        # 18 more acts; each for itself would take nine
        self.assertLess(self._count_queries(look) - few, 9)
        self.assertEqual(sum(look()), 3 + 2 * 9)

    def test_closed_books_keep_each_act_on_its_own_day(self):
        self.subscription.change('2026-02-01', [{'line_id': self.line.id, 'quantity': 5}])
        self.subscription.change('2026-05-01', [{'line_id': self.line.id, 'quantity': 6}])
        self.subscription.bill('2026-05-01')
        self.company.sudo().sale_lock_date = '2026-03-31'
        acts = self.subscription.event_ids.filtered(lambda event: event.kind == 'changed')
        self.env.invalidate_all()
        acts = acts.filtered(lambda event: not event.act_id).sorted('date')
        self.assertEqual(acts.mapped('is_withdrawable'), [False, True])

    # === RIGHTS === #

    def test_who_may_not_write_is_offered_no_withdrawal(self):
        self.subscription.pause('2026-08-01')
        pause = self.subscription.planned_act_ids
        self.assertTrue(pause.with_user(self.accountant).is_withdrawable)
        mine = self.subscription.with_user(self.salesperson)
        self.assertEqual(mine.planned_act_ids.mapped('summary'), ['Paused from Aug 1, 2026'])
        self.assertFalse(mine.planned_act_ids.is_withdrawable)
        for call in (
            lambda: self._ask(pause, self.salesperson),
            lambda: mine.withdraw(pause.id),
            lambda: mine.end('2026-08-31', 'mine'),
            lambda: mine.activate('2026-08-31'),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(self.subscription.planned_act_ids, pause)

    def test_a_portal_user_sees_nothing_of_it(self):
        portal = self._new_user('portal', 'base.group_portal')
        self.subscription.pause('2026-08-01')
        acts = self.subscription.planned_act_ids.with_user(portal)
        for call in (
            lambda: acts.read(['summary']),
            lambda: acts.search([]),
            lambda: self.env['offer.withdrawal'].with_user(portal).create({'event_id': acts.id}),
            lambda: self.subscription.with_user(portal).read(['planned_act_ids']),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_an_act_of_another_company_is_not_read_through_the_dialog(self):
        other = self._create_company(name='Elsewhere')
        stranger = self._new_user('stranger', 'account.group_account_invoice')
        stranger.write({'company_ids': other.ids, 'company_id': other.id})
        self.subscription.pause('2026-08-01')
        act = self.subscription.planned_act_ids
        dialogs = self.env['offer.withdrawal'].with_user(stranger)
        with self.assertRaises(AccessError):
            dialogs.create({'event_id': act.id}).read(['summary', 'amounts'])
        with self.assertRaises(AccessError):
            dialogs.create({'event_id': act.id}).action_apply()
        self.assertTrue(act._has_facts())


@tagged('post_install', '-at_install')
class TestEffects(ActsCommon):
    """What a dialog shows is what the next invoices differ by."""

    def test_withdrawing_a_planned_change_before_it_is_billed(self):
        self._bill_on('2026-06-15')
        self.subscription.change('2026-07-01', [{'line_id': self.line.id, 'quantity': 8}])
        dialog = self._ask(self.subscription.planned_act_ids, self.accountant)
        # 3 instead of 8 × 50.00, in July and in each month after it
        self.assertEqual(self._get_amounts(dialog.amounts), ['−$ 250.00', '−$ 250.00'])
        self.assertIn('due from Jul 1, 2026', dialog.amounts)
        dialog.action_apply()
        self.assertFalse(self.subscription.planned_act_ids)
        self.assertEqual(self._bill_on('2026-07-01'), 155)

    def test_withdrawing_a_change_that_was_billed(self):
        self.subscription.change('2026-05-11', [{'line_id': self.line.id, 'quantity': 8}])
        self._bill_on('2026-06-15')
        act = self.subscription.past_act_ids[:1]
        dialog = self._ask(act, self.accountant)
        # May: 8 × 50.00 for 21 of 31 days is 400.00 − 129.03, 3 × 50.00 is 150.00 − 48.39;
        # June: 400.00 − 150.00
        self.assertEqual(self._get_amounts(dialog.amounts), ['−$ 419.36', '−$ 250.00'])
        self.assertIn('on the next invoice', dialog.amounts)
        dialog.action_apply()
        self.assertEqual(self._bill_on('2026-06-15'), -419.36)

    def test_a_pause_in_the_dialog_is_what_it_comes_to(self):
        self._bill_on('2026-06-15')
        form = self._open('pause')
        form.date = '2026-06-21'
        form.date_to = '2026-07-10'
        # told of the days that change, though the rest of July is charged anew;
        # June: 10 of 30 days come back, 50.00 and 1.67; July: 10 of 31 days are not billed,
        # 48.39 and 1.61
        self.assertEqual(self._get_amounts(form.amounts), ['−$ 98.39', '−$ 3.28', '−$ 101.67'])
        self.assertIn('Jul 10, 2026', form.amounts)
        self.assertNotIn('Jul 31, 2026', form.amounts)
        form.save().action_apply()
        self.assertEqual(
            self.subscription.planned_act_ids.summary, 'Paused Jun 21, 2026 to Jul 10, 2026'
        )
        self.assertEqual(self._bill_on('2026-06-21', '2026-07-01', '2026-07-11'), 155 - 101.67)

    def test_an_open_pause_says_what_the_period_after_it_differs_by(self):
        self._bill_on('2026-06-15')
        form = self._open('pause')
        form.date = '2026-06-21'
        self.assertEqual(
            self._get_amounts(form.amounts), ['−$ 50.00', '−$ 1.67', '−$ 51.67', '−$ 155.00']
        )

    def test_what_is_refused_is_said_in_the_dialog(self):
        form = self._open('pause')
        form.date = '2026-06-21'
        form.date_to = '2026-06-01'
        self.assertEqual(form.effect, 'The pause ends before it starts.')
        self.assertFalse(form.amounts)
        form = self._open('resume')
        self.assertRegex(form.effect, 'is not paused on')

    def test_the_resume_dialog_says_when_the_pause_ends_by_itself(self):
        self._bill_on('2026-05-31')
        self.subscription.pause('2026-06-01', until='2026-07-31')
        form = self._open('resume')
        self.assertRegex(
            form.effect, 'Paused from Jun 1, 2026. It resumes by itself on Aug 1, 2026'
        )
        self.assertEqual(str(form.date), '2026-06-15')
        form.date = '2026-07-01'
        # all of July
        self.assertEqual(self._get_amounts(form.amounts), ['+$ 150.00', '+$ 5.00', '+$ 155.00'])
        form.save().action_apply()
        self.assertEqual(self._bill_on('2026-07-31'), 155)

    def test_a_notice_says_that_nothing_billed_changes_and_keeps_its_reason(self):
        self._bill_on('2026-06-15')
        form = self._open('notice', note='They move', send_letter=False)
        self.assertEqual(str(form.date_last), '2026-12-31')
        self.assertIn('Nothing that has been billed changes', form.amounts)
        form.save().action_apply()
        self.assertEqual(self.subscription.end_reason, 'They move')
        self.assertRegex(self.subscription.planned_act_ids.summary, 'They move$')
        self._show('2026-12-31')
        self.subscription.pause('2026-10-01')
        self.assertEqual(self.subscription.end_reason, 'They move', 'other acts keep it')

    def test_a_notice_gives_back_what_was_billed_beyond_its_end(self):
        self.subscription.write({'minimum_term_count': 0, 'renewal_count': 0, 'notice_count': 0})
        # July is billed ahead
        self._bill_on('2026-07-01')
        form = self._open('notice', send_letter=False)
        self.assertEqual(str(form.date_last), '2026-06-30')
        self.assertEqual(self._get_amounts(form.amounts), ['−$ 150.00', '−$ 5.00', '−$ 155.00'])
        self.assertIn('due from Jul 1, 2026', form.amounts)
        form.save().action_apply()
        self.assertEqual(self._bill_on('2026-07-01'), -155)

    def test_an_early_end_shows_its_fee_and_withdrawing_takes_it_back(self):
        self.subscription.write({'early_end': 'fee', 'early_end_percent': 50})
        self._bill_on('2026-06-15')
        form = self._open('end', send_letter=False)
        form.date = '2026-06-20'
        form.note = 'They move'
        # half of July to December (6 × 155.00) and of the last 10 days of June (51.67)
        self.assertEqual(
            self._get_amounts(form.amounts),
            ['−$ 50.00', '−$ 1.67', '+$ 490.84', '+$ 439.17'],
        )
        form.save().action_apply()
        self.assertEqual(self._bill_on('2026-06-21'), 439.17)
        self.env.invalidate_all()
        dialog = self._ask(self.subscription.planned_act_ids, self.accountant)
        self.assertEqual(
            self._get_amounts(dialog.amounts),
            ['+$ 50.00', '+$ 1.67', '−$ 490.84', '−$ 439.17'],
        )
        dialog.action_apply()
        # the fee comes back, the days of June are due again
        self.assertEqual(self._bill_on('2026-06-22'), -439.17)

    def test_days_that_are_waived_on_several_lines(self):
        self._bill_on('2026-06-15')
        action = self.subscription.action_waive()
        form = Form(
            self.env['offer.waiver'].with_context(**action['context']).with_user(self.accountant)
        )
        form.line_ids.add(self.line)
        form.line_ids.add(self.backup_line)
        form.date_from = '2026-06-01'
        form.date_to = '2026-06-30'
        form.reason = 'Outage'
        self.assertEqual(self._get_amounts(form.amounts), ['−$ 150.00', '−$ 5.00', '−$ 155.00'])
        form.save().action_apply()
        self.assertEqual(self._bill_on('2026-06-15'), -155)
        waiver = self.subscription.past_act_ids[:1]
        self.assertEqual(len(waiver.waiver_ids), 2)
        # whoever may not say what is not billed takes none of it back
        manager = self._new_user('boss', 'sales_team.group_sale_manager')
        with self.assertRaises(AccessError):
            self.subscription.with_user(manager).withdraw(waiver.id)
        self.assertFalse(waiver.with_user(manager).is_withdrawable)
        dialog = self._ask(waiver, self.accountant)
        self.assertEqual(self._get_amounts(dialog.amounts), ['+$ 150.00', '+$ 5.00', '+$ 155.00'])

    def test_a_line_of_another_subscription_is_not_waived_along(self):
        other = self._start(date_start='2026-01-01')
        ids = [self.line.id, other.line_ids[:1].id]
        mine = self.subscription.with_user(self.accountant)
        self._assert_refused(
            'no such line', lambda: mine.waive(ids, '2026-07-01', '2026-07-31', 'x')
        )

    def test_an_act_that_is_free_changes_nothing_that_is_billed(self):
        self.subscription.change(
            '2026-07-01', [{'line_id': self.line.id, 'tier_id': self.bronze.id}]
        )
        self.subscription.change('2026-07-01', [{'line_id': self.line.id, 'tier_id': self.gold.id}])
        dialog = self._ask(self.subscription.planned_act_ids[:1], self.accountant)
        self.assertIn('Nothing that has been billed changes', dialog.amounts)

    def test_what_stands_in_the_way_of_a_withdrawal_is_said(self):
        self.subscription.end('2026-05-31', 'moved away')
        dialog = self._ask(self.subscription.past_act_ids[:1], self.accountant)
        self.assertRegex(dialog.problem, 'until its day has passed')
        self.assertFalse(dialog.amounts)
