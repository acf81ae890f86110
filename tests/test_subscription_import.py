"""Running agreements come in: entered, corrected, looked at, activated."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .import_case import ImportCommon


@tagged('post_install', '-at_install')
class TestImport(ImportCommon):
    # === CORRECTED AND DELETED === #

    def test_billed_until_is_corrected_until_it_is_activated(self):
        subscription = self._come_in()
        line = subscription.line_ids
        self.assertFalse(line.billing_entry_ids, 'nothing is settled before it is activated')
        for day in ('2026-11-30', False, '2026-12-31'):
            line.billed_until = day
            line.invalidate_recordset()
            self.assertEqual(line.billed_until, day and date.fromisoformat(day))
        line.write({'quantity': 3, 'price_unit': 30})
        subscription.action_start()
        self.assertEqual(self._entries(subscription), [('external', '2024-03-15', '2026-12-31')])
        self.assertEqual(line.billed_until, date(2026, 12, 31))
        # 90.00 less 17 of 31 days
        self.assertEqual(self._bill(subscription, '2027-01-01'), 40.65)

    def test_a_line_and_a_subscription_go_before_they_are_activated(self):
        subscription = self._come_in({}, {'product_id': self.backup.id})
        subscription.with_user(self.accountant).line_ids[1].unlink()
        self.assertEqual(len(subscription.line_ids), 1)
        subscription.unlink()
        self.assertFalse(subscription.exists())

    def test_days_billed_elsewhere_need_a_start(self):
        self._assert_refused('Say since when', lambda: self._come_in(date_start=False))
        self.assertTrue(self._come_in({'billed_until': False}, date_start=False))
        subscription = self._come_in()
        self._assert_refused('Say since when', lambda: subscription.write({'date_start': False}))

    # === WHAT COMES BACK OF DAYS BILLED ELSEWHERE === #

    def test_a_company_that_gives_nothing_back_refuses_what_would(self):
        subscription = self._come_in()
        subscription.action_start()
        line = subscription.line_ids

        def change(day, **values):
            subscription.change(day, [{'line_id': line.id, **values}])

        refused = {
            'pause': lambda: subscription.pause('2026-12-01'),
            'end': lambda: subscription.end('2026-12-10', 'moved'),
            'fewer': lambda: change('2026-12-01', quantity=1),
            'waived': lambda: subscription.waive(line.id, '2026-12-14', '2026-12-20', 'gift'),
        }
        self.company.offer_external_policy = 'refuse'
        acts = len(subscription.event_ids)
        for name, act in refused.items():
            with self.subTest(name):
                self._assert_refused('was billed externally until', act)
        subscription.invalidate_recordset()
        self.assertEqual(len(subscription.event_ids), acts)
        # 43.40 for 3 less 28.93 for 2, and then what begins after those days
        change('2026-12-01', quantity=3)
        self.assertEqual(self._bill(subscription, '2026-12-14'), 14.47)
        change('2026-12-15', quantity=1)
        subscription.pause('2027-01-15')
        # of the month from 15 December on: 31.00
        self.assertEqual(self._bill(subscription, '2027-01-15'), 31)

    def test_without_that_setting_less_comes_back(self):
        subscription = self._come_in()
        subscription.action_start()
        subscription.pause('2026-12-01')
        # 2 × 31.00 a month: 14 of the 30 days from 15 November on
        self.assertEqual(self._bill(subscription, '2026-12-15'), -28.93)

    # === WHAT IS SHOWN IS WHAT IS BILLED === #

    def test_a_preview_shows_what_activation_will_bill(self):
        plans = {
            'months': ({}, '2027-02-20'),
            'calendar': ({'alignment': 'calendar'}, '2027-02-20'),
            'on the 20th': ({'alignment': 'day', 'alignment_day': 20}, '2027-02-20'),
            'arrears': ({'billing_mode': 'arrears'}, '2027-03-20'),
            'ahead': ({'advance_days': 10}, '2027-02-20'),
            'weeks': ({'interval_unit': 'week', 'interval_count': 2}, '2027-02-20'),
            'a year': ({'interval_unit': 'year', 'alignment': 'calendar'}, '2028-02-20'),
            'in full': ({'proration': 'none', 'alignment': 'calendar'}, '2027-02-20'),
            'renewed by quotation': ({'renewal_mode': 'quote', 'renewal_count': 12,
                                      'minimum_term_count': 34}, '2027-12-31'),
        }  # fmt: skip
        for intro in ({}, {'intro_periods': 2, 'intro_percent': 50}):
            for name, (values, until) in plans.items():
                with self.subTest(plan=name, intro=intro):
                    subscription = self._come_in(
                        {'discount': 10, 'quantity': 3},
                        {'product_id': self.backup.id, 'billed_until': '2027-01-20'},
                        {'product_id': self.notebook.id, 'billed_until': False,
                         'date_start': '2027-02-03'},
                        plan_id=self._create_plan(name, **values).id,
                        **intro,
                    )  # fmt: skip
                    self.assertTrue(self._assert_billed_as_shown(subscription, until))

    def test_a_preview_in_other_currencies_is_billed_too(self):
        self.env['res.currency.rate'].search([]).unlink()
        for rounding, amount in ((1.0, 107), (0.001, 107.048)):
            with self.subTest(rounding=rounding):
                currency = self.env['res.currency'].create(
                    {
                        'name': f'X{rounding}'[:3],
                        'symbol': 'x',
                        'rounding': rounding,
                        'rate_ids': [Command.create({'name': '2024-01-01', 'rate': 2})],
                    }
                )
                subscription = self._come_in(
                    {'price_unit': 66.37, 'billed_until': '2026-12-20'}, currency_id=currency.id
                )
                amounts = self._assert_billed_as_shown(subscription, '2026-12-21')
                # 25 of 31 days of 132.74
                self.assertEqual(amounts, [amount])

    def test_a_preview_of_another_company_is_billed_there(self):
        company = self.setup_other_company()['company']
        self.env.user.company_ids |= company
        env = self.env(context={'allowed_company_ids': (company + self.company).ids})
        plan = env['offer.plan'].create({'name': 'Theirs', 'company_id': company.id})
        subscription = self._come_in(
            company_id=company.id, plan_id=plan.id, currency_id=company.currency_id.id
        ).with_env(env)
        self.assertEqual(self._assert_billed_as_shown(subscription, '2026-12-15'), [62])
        self.assertEqual(subscription._get_invoices().company_id, company)

    def test_who_may_only_read_sees_what_activation_will_bill(self):
        subscription = self._come_in(user_id=self.salesperson.id)
        rows = self._get_rows(subscription.with_user(self.salesperson), '2026-12-15')
        self.assertEqual([row[-1] for row in rows], [62])

    def test_an_item_that_is_archived_meanwhile_is_billed_as_shown(self):
        subscription = self._come_in()
        self.workplace.active = False
        self.assertEqual(self._assert_billed_as_shown(subscription, '2026-12-15'), [62])

    def test_billed_until_may_lie_ahead_or_before_the_start(self):
        ahead = self._come_in({'billed_until': '2030-12-31'})
        self.assertFalse(self._assert_billed_as_shown(ahead, '2030-12-31'))
        # 15 of 31 days: 14 are left
        self.assertEqual(self._bill(ahead, '2031-01-01'), 28)
        before = self._come_in({'billed_until': '2024-01-31'}, date_start='2026-12-01')
        self.assertEqual(self._assert_billed_as_shown(before, '2026-12-01'), [62])

    def test_what_is_sold_per_unit_is_shown_and_billed_alike(self):
        subscription = self._come_in()
        line = subscription.line_ids
        subscription.line_ids = [
            Command.create(
                {
                    'product_id': self.notebook.id,
                    'option_id': self.notebook_option.id,
                    'parent_id': line.id,
                    'quantity': 2,
                    'price_unit': 10,
                    'billed_until': '2026-12-14',
                }
            )
        ]
        amounts = self._assert_billed_as_shown(subscription, '2026-12-15')
        self.assertEqual(amounts, [62, 20])
        subscription.change('2027-01-15', [{'line_id': line.id, 'quantity': 5}])
        self.assertEqual(self._bill(subscription, '2027-01-15'), 205)

    # === ENDS THAT WERE PLANNED BEFORE === #

    def test_an_end_that_comes_in_is_kept(self):
        subscription = self._come_in(
            {},
            {'product_id': self.backup.id, 'price_unit': 5, 'date_end': '2027-01-31'},
            minimum_term_count=48,
            early_end='fee',
            early_end_percent=100,
            date_end='2027-02-14',
        )
        # 10.00 less from 1 February: 17 of 31 days; nothing from 15 February, and no fee
        amounts = self._assert_billed_as_shown(subscription, '2027-03-31')
        self.assertEqual(amounts, [62, 10, 62, 5.48])
        self.assertEqual(subscription.date_end, date(2027, 2, 14))
        self.assertEqual(subscription.line_ids[1].date_end, date(2027, 1, 31))
        self.assertFalse(subscription.charge_ids)
        self._assert_movements_add_up(subscription)

    # === INTRODUCTORY PERIODS === #

    def test_days_billed_elsewhere_are_no_introductory_ones(self):
        subscription = self._come_in(
            {'billed_until': '2026-11-30'}, intro_periods=2, intro_percent=50
        )
        # 14 of 30 days, then two full periods
        amounts = self._assert_billed_as_shown(subscription, '2027-02-20')
        self.assertEqual(amounts, [14.47, 31, 31, 62])
        self.assertEqual(subscription.date_introduction_end, date(2027, 2, 14))
        self.assertEqual(subscription.line_ids.billing_entry_ids.sorted('date_from')[0]
                         .introductory_percent, 100)  # fmt: skip
        subscription.change('2026-11-15', [{'line_id': subscription.line_ids.id, 'quantity': 1}])
        # 16 of 30 days billed elsewhere: 33.07 less 16.53; 14 of 30 days at half: 14.47 less 7.23;
        # two months at half, one at the price
        self.assertAlmostEqual(
            self._bill(subscription, '2027-02-20'), -16.54 - 7.24 - 15.5 - 15.5 - 31
        )

    def test_the_earliest_day_billed_here_begins_the_introduction(self):
        subscription = self._come_in(
            {'billed_until': '2027-03-14'},
            {'product_id': self.backup.id, 'billed_until': '2027-01-14'},
            intro_periods=2,
            intro_percent=0,
        )
        subscription.action_start()
        self.assertEqual(subscription.date_introduction_end, date(2027, 3, 14))

    def test_in_full_the_first_period_that_is_billed_begins_it(self):
        plan = self._create_plan('In Full', proration='none', alignment='calendar')
        subscription = self._come_in(plan_id=plan.id, intro_periods=1, intro_percent=50)
        amounts = self._assert_billed_as_shown(subscription, '2027-02-01')
        self.assertEqual(amounts, [31, 62])

    def test_without_days_billed_elsewhere_it_begins_with_the_subscription(self):
        subscription = self._come_in(
            {'billed_until': False, 'date_start': '2027-02-20'},
            date_start='2027-01-15',
            intro_periods=2,
            intro_percent=50,
        )
        subscription.action_start()
        self.assertEqual(subscription.date_introduction_end, date(2027, 3, 14))
