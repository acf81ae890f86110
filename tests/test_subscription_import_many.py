"""Many agreements come in at once: activated in sets, and by Odoo's own import."""

import csv
import io
from datetime import date, timedelta
from itertools import count

from odoo.tests import tagged
from odoo.tools import file_open

from .import_case import ImportCommon


@tagged('post_install', '-at_install')
class TestImportMany(ImportCommon):
    # === IN SETS === #

    def _count_queries(self, number, **context):
        """:return: what it costs to activate so many subscriptions of as many customers"""
        names = (f'Customer {number}' for number in count(1))
        subscriptions = self.env['offer.subscription'].union(
            *(
                self._come_in(
                    {},
                    {'product_id': self.backup.id, 'billed_until': '2027-01-20'},
                    partner_id=self.env['res.partner'].create({'name': next(names)}).id,
                    date_start=date(2024, 1, 1) + timedelta(days=each),
                )
                for each in range(number)
            )
        )
        self.env.flush_all()
        self.cr.precommit.run()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        subscriptions.with_context(**context).action_start()
        self.env.flush_all()
        self.cr.precommit.run()
        return self.cr.sql_log_count - before

    def test_many_are_activated_in_few_queries(self):
        self._count_queries(1)
        self.assertEqual(self._count_queries(35), self._count_queries(5))
        tracking = {'tracking_disable': False, 'mail_notrack': False}
        few, many = self._count_queries(5, **tracking), self._count_queries(35, **tracking)
        self.assertLessEqual((many - few) / 30, 2, 'of Odoo, which tracks the status')

    def test_each_of_many_has_its_own_act_movement_and_hint(self):
        other = self.env['res.partner'].create({'name': 'Butcher'})
        subscriptions = (
            self._come_in()
            + self._come_in({'billed_until': '2026-06-14'}, date_start='2024-04-15')
            + self._come_in({'price_unit': 0}, partner_id=other.id)
            + self._come_in({'billed_until': False}, partner_id=other.id, date_start='2027-01-01')
        )
        subscriptions.action_start()
        self.assertEqual(set(subscriptions.mapped('state')), {'active'})
        acts = subscriptions.event_ids.filtered(lambda event: not event.act_id).sorted('id')
        self.assertEqual(acts.mapped('kind'), ['activated'] * 4)
        self.assertEqual(acts.subscription_id, subscriptions)
        movements = subscriptions.event_ids.filtered('act_id').sorted('id')
        self.assertEqual(
            [(str(it.date), it.movement, it.mrr_change, it.act_id) for it in movements],
            [
                ('2024-03-15', 'new', 62, acts[0]),
                ('2024-04-15', 'expansion', 62, acts[1]),
                ('2027-01-01', 'new', 62, acts[3]),
            ],
        )
        self.assertEqual(
            [str(it.date_next_due) for it in subscriptions],
            ['2026-12-15', '2026-06-15', '2026-12-15', '2027-01-01'],
        )
        for subscription in subscriptions:
            self._assert_movements_add_up(subscription)
            texts = ' '.join(subscription.message_ids.mapped('body'))
            self.assertIn('Activated from', texts)
        self.assertIn('62.00', ' '.join(subscriptions[0].message_ids.mapped('body')))

    def test_one_that_cannot_start_keeps_all_pending(self):
        sound, empty = self._come_in(), self._come_in()
        empty.line_ids.unlink()
        self._assert_refused('has no lines', lambda: (sound + empty).action_start())
        self.assertEqual(sound.state, 'pending')
        sound.action_start()
        self._assert_refused('activated already', lambda: sound.action_start())

    # === ODOO'S OWN IMPORT === #

    def _import(self, rows, header=None):
        """Import as a person does: Odoo finds out by itself what each column is.

        :return: the result of Odoo's import
        """
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerows([header or self.header, *rows])
        dialog = self.env['base_import.import'].create(
            {
                'res_model': 'offer.subscription',
                'file': file.getvalue().encode(),
                'file_type': 'text/csv',
                'file_name': 'offer_subscription.csv',
            }
        )
        options = {'has_headers': True, 'quoting': '"', 'separator': ',', 'encoding': 'utf-8',
                   'advanced': True}  # fmt: skip
        found = dialog.parse_preview(options)
        self.assertFalse(found.get('error'))
        names = ['/'.join(found['matches'].get(i, ())) for i in range(len(found['headers']))]
        self.assertNotIn('', names, found['headers'])
        return dialog.execute_import(names, found['headers'], found['options'] | options)

    def _read_template(self):
        template = self.env['offer.subscription'].get_import_templates()[0]['template']
        with file_open(f'sale_offer{template.removeprefix("/sale_offer")}', 'r') as file:
            self.header, *rows = csv.reader(file)
        self.plan.name = 'Monthly Import'
        self.customer.name = 'Bakery Berg Import'
        ours = {'Bakery Berg': self.customer.name, 'Monthly': self.plan.name}
        return [[ours.get(cell, cell) for cell in row] for row in rows]

    def test_agreements_come_in_by_odoos_import_and_are_corrected_by_it(self):
        rows = self._read_template()
        result = self._import(rows)
        self.assertFalse(result['messages'])
        subscription = self.env['offer.subscription'].browse(result['ids'])
        self.assertEqual(len(subscription), 1)
        self.assertFalse(subscription.line_ids.billing_entry_ids)
        self.assertEqual(subscription.mapped('line_ids.billed_until'), [date(2026, 12, 14)] * 2)
        # the same file again, with another quantity and another day
        cells = [[{'2': '4', '2026-12-14': '2026-11-14'}.get(it, it) for it in row] for row in rows]
        for _twice in range(2):
            result = self._import(cells)
            self.assertFalse(result['messages'])
            self.assertEqual(result['ids'], subscription.ids)
        self.env.invalidate_all()
        self.assertEqual(subscription.line_ids.mapped('quantity'), [4, 1])
        self.assertEqual(self._assert_billed_as_shown(subscription, '2026-11-15'), [160, 5])
        # once it is activated, the same file changes nothing, and another one is refused
        self.assertFalse(self._import([row[:6] for row in cells], self.header[:6])['messages'])
        refused = self._import(rows)
        self.assertIn('has been activated', refused['messages'][0]['message'])
        self.assertEqual(subscription.line_ids.mapped('quantity'), [4, 1])
