"""Many at once: revisions of an offer, counted quantities, automation."""

import csv

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import file_open, mute_logger

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
        prices = [subscription.line_ids[-1].price_unit for subscription in three]
        self.assertEqual(prices, [44.0, 40.0, 42.0])
        self._run_job('ir_cron_revise')
        self.assertEqual(len(three.line_ids), 5)
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
        self.assertEqual((revision.state, len(three.line_ids)), ('done', 6))

    def test_one_that_fails_says_why_and_is_tried_again(self):
        three = self._three()
        three[1].change('2027-08-01', [{'line_id': three[1].line_ids.id, 'quantity': 9}])
        revision = self._revise()
        self._apply(revision)
        failed = revision.line_ids.filtered(lambda line: line.subscription_id == three[1])
        self.assertEqual((failed.state, revision.count_failed), ('failed', 1))
        self.assertIn('changes on', failed.error)
        self.assertEqual(revision.count_done, 2)

    def test_it_is_undone_before_the_day(self):
        three = self._three()
        three[2].change('2027-07-01', [{'line_id': three[2].line_ids.id, 'quantity': 3}])
        before = [s._get_mrr(self._to_day('2027-08-01')) for s in three]
        revision = self._revise()
        self._apply(revision)
        revision.action_undo()
        self.assertEqual(revision.state, 'undone')
        self.assertEqual([s._get_mrr(self._to_day('2027-08-01')) for s in three], before)
        self.assertEqual([len(s.line_ids) for s in three], [1, 1, 2])
        for subscription in three:
            events = subscription.event_ids.filtered(lambda event: event.kind == 'revised')
            taken = subscription.event_ids.filtered(lambda event: event.kind == 'withdrawn')
            self.assertEqual(events.mrr_change, -taken.mrr_change)
            self.assertEqual(events.movement, taken.movement)

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
        line = subscription.line_ids.filtered(lambda line: line.tier_id == self.gold)
        self.assertEqual((line.price_unit, line.previous_line_id.tier_id), (50.0, self.bronze))
        self.assertIn('around the clock', line.name)
        cloud = self._create_item('Cloud Backup', 0.0, False, type='service')
        self._apply(
            self._revise(
                product_id=self.backup.id, to_product_id=cloud.id, price_mode='fixed', price=6.5
            )
        )
        part = subscription.line_ids.filtered(lambda line: line.product_id == cloud)
        self.assertEqual((part.price_unit, part.name), (6.5, 'Cloud Backup'))
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
            subscription.line_ids.filtered(lambda line: line._is_running_on(july)).mapped(
                'product_id'
            ),
            version.product_variant_ids + cloud,
        )
        # nothing changed for the customer as a whole
        events = subscription.event_ids.filtered(lambda e: str(e.date) == '2027-08-01')
        self.assertEqual(sorted(events.mapped('mrr_change')), [-100.0, 100.0])
        self.assertEqual(set(events.mapped('movement')), {'transfer'})

    def test_a_revision_says_what_changes(self):
        self._assert_refused('Say what changes', lambda: self._revise(price_mode='keep'))
        self._assert_refused('0 or more', lambda: self._revise(percent=-100))
        self._assert_refused('Nobody', lambda: self._revise().action_apply())
        with self.assertRaises(AccessError):
            self.env['offer.revision'].with_user(self.salesperson).search([])


@tagged('post_install', '-at_install')
class TestCount(OfferLifeCommon):
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
        self.assertFalse(first.next_line_ids)
        counts = self.env['offer.count'].search([])
        counts.action_apply()
        self.assertEqual(set(counts.mapped('state')), {'applied'})
        self.assertEqual(first.next_line_ids.quantity, 5.0)
        self.assertEqual(counts.filtered(lambda c: c.reference == 'A1').difference, 3.0)
        event = first.subscription_id.event_ids.sorted('id')[-1]
        self.assertIn('A1', event.name)
        self.assertEqual(event.mrr_change, 120.0)

    def test_a_count_that_comes_twice_is_the_same(self):
        line = self._live().line_ids
        once = self._record((line.id, 5, '2027-03-01', 'A1'))
        self.env['offer.count'].search([]).action_apply()
        again = self._record((line.id, 5, '2027-03-01', 'A1'))
        self.assertEqual(once[0]['id'], again[0]['id'])
        self.assertEqual(again[0]['state'], 'applied')
        self.env['offer.count'].search([]).action_apply()
        self.assertEqual(len(line._get_chain()), 2)
        self._assert_refused('come before', lambda: self._record((line.id, 6, '2027-03-01', 'A1')))

    def test_each_month_names_the_same_line(self):
        line = self._live().line_ids
        for month, quantity in ((3, 5), (4, 4), (5, 7)):
            self._record((line.id, quantity, f'2027-{month:02}-01', f'M{month}'))
            self.env['offer.count'].search([('state', '=', 'draft')]).action_apply()
        self.assertEqual([line.quantity for line in line._get_chain()], [2.0, 5.0, 4.0, 7.0])

    def test_one_that_fails_keeps_nobody_else(self):
        first, second = self._live().line_ids, self._live().line_ids
        first.subscription_id.end('2027-02-28', 'moved')
        self._record((first.id, 5, '2027-03-01', 'A1'), (second.id, 1, '2027-03-01', 'A2'))
        counts = self.env['offer.count'].search([], order='reference')
        counts.action_apply()
        self.assertEqual(counts.mapped('state'), ['failed', 'applied'])
        self.assertIn('does not run', counts[0].error)

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


@tagged('post_install', '-at_install')
class TestAutomation(OfferLifeCommon):
    def _automate(self, **values):
        return self.env['offer.automation'].create(
            {'product_tmpl_id': self.workplace.product_tmpl_id.id, **values}
        )

    def test_an_activity_for_a_role_a_mail_and_an_action(self):
        role = self.env['offer.role'].create({'name': 'Engineer'})
        self.env['offer.role.assignment'].create(
            {
                'role_id': role.id,
                'person_id': self.accountant.partner_id.id,
                'partner_id': self.customer.id,
            }
        )
        self._automate(
            activity_type_id=self.env.ref('mail.mail_activity_data_todo').id,
            activity_summary='Set it up',
            role_id=role.id,
        )
        mail = self.env['mail.template'].create(
            {
                'name': 'Welcome',
                'model_id': self.env['ir.model']._get_id('offer.subscription'),
                'subject': 'Welcome',
                'body_html': '<p>Hello</p>',
                'partner_to': '{{ object.partner_id.id }}',
                'use_default_to': False,
            }
        )
        self._automate(action='mail', mail_template_id=mail.id)
        server = self.env['ir.actions.server'].create(
            {
                'name': 'Note',
                'model_id': self.env['ir.model']._get_id('offer.subscription'),
                'state': 'code',
                'code': "record.write({'client_order_ref': 'automatic'})",
            }
        )
        self._automate(action='server', server_action_id=server.id)
        subscription = self._live()
        # not before the change is committed
        self.assertFalse(subscription.activity_ids)
        self.assertEqual(subscription.event_ids.automation_state, 'pending')
        self._run_job('ir_cron_automate')
        self.assertEqual(subscription.event_ids.automation_state, 'done')
        activity = subscription.activity_ids
        self.assertEqual((activity.summary, activity.user_id), ('Set it up', self.accountant))
        self.assertTrue(subscription.message_ids.filtered(lambda m: m.subject == 'Welcome'))
        self.assertEqual(subscription.client_order_ref, 'automatic')
        self._run_job('ir_cron_automate')
        self.assertEqual(len(subscription.activity_ids), 1)

    @mute_logger('odoo.addons.sale_offer.models.offer_subscription_automation')
    def test_one_that_fails_is_said_and_blocks_nothing(self):
        server = self.env['ir.actions.server'].create(
            {
                'name': 'Broken',
                'model_id': self.env['ir.model']._get_id('offer.subscription.event'),
                'state': 'code',
                'code': 'raise UserError("the network is down")',
            }
        )
        self._automate(action='server', server_action_id=server.id)
        self._automate(activity_type_id=self.env.ref('mail.mail_activity_data_todo').id)
        subscription = self._live()
        self._run_job('ir_cron_automate')
        event = subscription.event_ids
        self.assertEqual(event.automation_state, 'failed')
        self.assertIn('network is down', subscription.message_ids[0].body)
        self.assertTrue(subscription.activity_ids)
        self.assertTrue(subscription.bill('2027-01-01'))

    def test_what_happens_is_named(self):
        self._assert_refused('Say which activity', lambda: self._automate(action='mail'))

    def test_odoos_own_automation_sees_events(self):
        # ordinary records, with what rules can be made of
        event = self._live().event_ids
        self.assertEqual(
            (event.kind, event.service_id), ('activated', self.workplace.product_tmpl_id)
        )
        self._assert_refused('not deleted', event.sudo().unlink)
        with self.assertRaises(AccessError):
            event.with_user(self.accountant).write({'mrr_change': 5})

    def test_copies_of_a_service_act_alike(self):
        self._automate(activity_type_id=self.env.ref('mail.mail_activity_data_todo').id)
        copy = self.workplace.product_tmpl_id.copy()
        self.assertEqual(len(copy.offer_automation_ids), 1)


@tagged('post_install', '-at_install')
class TestServiceLevelKept(OfferLifeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Monday to Friday, 8 to 17 with an hour's break, in Berlin
        cls.hours = cls.env['resource.calendar'].create(
            {
                'name': 'Office hours',
                'tz': 'Europe/Berlin',
                'attendance_ids': [
                    Command.create(
                        {'name': 'x', 'dayofweek': str(day), 'hour_from': first, 'hour_to': last}
                    )
                    for day in range(5)
                    for first, last in ((8, 12), (13, 17))
                ],
            }
        )
        cls.platinum = cls.env['offer.sla.tier'].create(
            {
                'name': 'Platinum',
                'availability': 99.5,
                'credit_cap': 20,
                'credit_ids': [
                    Command.create({'availability': 99.5, 'percent': 5}),
                    Command.create({'availability': 98.75, 'percent': 10}),
                    Command.create({'availability': 90, 'percent': 50}),
                ],
                'target_ids': [
                    Command.create({'priority': '1', 'response_hours': 1, 'credit_percent': 4})
                ],
            }
        )
        cls.workplace.offer_tier_ids = [Command.link(cls.platinum.id)]
        cls._create_price(60.0, tier_id=cls.platinum.id)

    def _platinum(self):
        """:return: the line of a Service at 100.00 a month"""
        return self._live(quantity=1, tier_id=self.platinum.id).line_ids

    def _report(self, line, month='2027-03-15', **values):
        return self.env['offer.sla.report'].create(
            {'subscription_line_id': line.id, 'date': month, **values}
        )

    def test_bands_and_their_edges(self):
        line = self._platinum()
        for index, (availability, percent) in enumerate(
            (
                (100, 0),
                (99.5, 0),  # exactly on the edge is kept
                (99.4999, 5),
                (98.75, 5),
                (98.7499, 10),
                (90, 10),
                (89.99, 20),  # 50 %, capped
                (0, 20),
            )
        ):
            report = self._report(
                line, f'2028-{index + 1:02}-01', availability_entered=availability
            )
            self.assertEqual((availability, report.percent), (availability, percent))
            self.assertEqual(report.credit, percent)

    def _outage(self, first, last):
        return Command.create({'date_start': first, 'date_end': last})

    def test_downtime_counts_in_service_hours_only(self):
        self.platinum.calendar_id = self.hours
        self.hours.global_leave_ids = [
            Command.create(
                # Good Friday and Easter Monday, all day in Berlin
                {
                    'name': 'x',
                    'date_from': f'2027-03-{day - 1} 23:00:00',
                    'date_to': f'2027-03-{day} 22:59:59',
                }
            )
            for day in (26,)
        ]
        report = self._report(
            self._platinum(),
            outage_ids=[
                # Monday 6:00 to 10:00 in Berlin: two hours of it
                self._outage('2027-03-01 05:00:00', '2027-03-01 09:00:00'),
                # overlaps with it: half an hour more
                self._outage('2027-03-01 08:30:00', '2027-03-01 09:30:00'),
                # a weekend, a holiday and a lunch break
                self._outage('2027-03-06 00:00:00', '2027-03-07 20:00:00'),
                self._outage('2027-03-26 08:00:00', '2027-03-26 15:00:00'),
                self._outage('2027-03-02 11:00:00', '2027-03-02 12:00:00'),
                # after the change to summer time 10:00 to 11:00 is 8:00 to 9:00 UTC
                self._outage('2027-03-30 08:00:00', '2027-03-30 09:00:00'),
                # the next month does not count
                self._outage('2027-04-01 08:00:00', '2027-04-01 12:00:00'),
            ],
        )
        # 23 working days less one holiday, 8 hours each
        self.assertAlmostEqual(report.service_hours, 176.0)
        self.assertAlmostEqual(report.downtime_hours, 3.5)
        self.assertAlmostEqual(report.availability, 100 * 172.5 / 176, 4)
        self.assertEqual((report.percent, report.credit), (10, 10.0))

    def test_around_the_clock_without_a_calendar(self):
        report = self._report(
            self._platinum(),
            outage_ids=[self._outage('2027-03-06 00:00:00', '2027-03-06 07:26:24')],
        )
        # 7.44 of 744 hours: 99 %
        self.assertEqual((report.service_hours, report.availability), (744.0, 99.0))
        self.assertEqual(report.percent, 5)

    def test_missed_targets_add_up_and_the_cap_holds(self):
        miss = {'target_id': self.platinum.target_ids.id, 'what': 'response'}
        line = self._platinum()
        report = self._report(line, miss_ids=[Command.create({**miss, 'count': 2})])
        self.assertEqual((report.percent, report.credit), (8, 8.0))
        report = self._report(line, '2027-04-01', miss_ids=[Command.create({**miss, 'count': 9})])
        self.assertEqual(report.percent, 20)
        self.assertIn('credit of 4 % for each miss', self.platinum.promise_text)

    def test_an_approved_credit_is_one_line_of_the_next_invoice(self):
        line = self._platinum()
        subscription = line.subscription_id
        subscription.bill('2027-03-01')
        report = self._report(line, availability_entered=99.0)
        self.assertEqual(report.state, 'draft')
        self.assertFalse(subscription.charge_ids)
        report.action_approve()
        self._assert_refused('was decided', report.action_approve)
        # it waits for the next invoice
        self.assertFalse(subscription.bill('2027-03-31'))
        invoice = subscription.bill('2027-04-01')
        self.assertEqual(invoice.amount_untaxed, 95.0)
        credit = invoice.invoice_line_ids.filtered(lambda line: line.price_subtotal < 0)
        self.assertEqual(
            credit.name,
            'Platinum, service credit for March 2027: availability 99 % instead of 99.5 %',
        )
        self.assertEqual(report.move_id, invoice)
        self._bills(subscription, ('2027-05-01', 100.0))
        self._assert_refused('was decided', lambda: report.write({'availability_entered': 50}))
        self._assert_refused('was decided', lambda: report.outage_ids.create(
            {'report_id': report.id, 'date_start': '2027-03-06', 'date_end': '2027-03-07'}
        ))  # fmt: skip
        self._assert_refused('stays', report.unlink)

    def test_a_deleted_invoice_brings_the_credit_back(self):
        self.plan.invoice_handling = 'draft'
        line = self._platinum()
        subscription = line.subscription_id
        self._report(line, availability_entered=99.0).action_approve()
        self._bills(subscription, ('2027-04-01', 395.0))
        subscription._get_invoices().unlink()
        self._bills(subscription, ('2027-04-01', 395.0))

    def test_after_the_end_it_is_a_credit_note(self):
        line = self._platinum()
        subscription = line.subscription_id
        subscription.bill('2027-03-01')
        subscription.end('2027-03-31', 'moved')
        self._bills(subscription, ('2027-04-01', 0.0))
        self._report(line, availability_entered=99.0).action_approve()
        self._bills(subscription, ('2027-04-02', -5.0), ('2027-05-01', 0.0))

    def test_the_fee_is_of_the_days_that_it_ran(self):
        line = self._platinum()
        line.subscription_id.change('2027-03-11', [{'line_id': line.id, 'quantity': 3}])
        # 10 of 31 days
        self.assertEqual(self._report(line).fee, 32.26)
        # 21 of 31 days, 67.74 each
        self.assertEqual(self._report(line.next_line_ids).fee, 203.22)

    def test_a_month_is_reported_once(self):
        line = self._platinum()
        self._report(line)
        self._assert_refused('reported already', lambda: self._report(line, '2027-03-31'))
        self._assert_refused('does not run', lambda: self._report(line, '2026-03-31'))
        bare = self._subscribe().line_ids[1]
        self._assert_refused('promises no', lambda: self._report(bare))
        with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation):
            self._report(line, '2027-05-01', availability_entered=101)

    def test_reports_are_imported(self):
        line = self._platinum()
        result = self.env['offer.sla.report'].load(
            ['subscription_line_id/.id', 'date', 'availability_entered'],
            [[str(line.id), '2027-03-01', '99.0'], [str(line.id), '2027-04-01', '100']],
        )
        self.assertFalse(result['messages'])
        reports = self.env['offer.sla.report'].browse(result['ids'])
        self.assertEqual(reports.mapped('credit'), [5.0, 0.0])
