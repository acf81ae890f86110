from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestSettling(OfferCommon):
    """Days given away, drafts under review, credits by hand, agreements that come in running."""

    # === DO NOT BILL === #

    def test_days_given_away_are_not_billed(self):
        subscription = self._subscribe(options=[], quantity=1)
        line = subscription.line_ids
        subscription.with_user(self.accountant).waive(
            line.id, '2027-01-01', '2027-01-10', 'moved in late'
        )
        waiver = line.waiver_ids
        self.assertEqual((waiver.reason, waiver.create_uid), ('moved in late', self.accountant))
        self.assertFalse(line.billing_entry_ids)
        self.assertIn('moved in late', subscription.message_ids[0].body)
        # 21 of 31 days of 50.00
        self.assertEqual(subscription.bill('2027-01-31').amount_untaxed, 33.87)
        self.assertFalse(subscription.bill('2027-01-31'))

    def test_days_that_are_charged_already_come_back_when_they_are_given_away(self):
        subscription = self._subscribe(options=[])
        subscription.bill('2027-01-01')
        line = subscription.line_ids
        subscription.waive(line.id, '2027-01-31', '2027-02-02', 'a gift')
        # 150.00 less 145.16 for 30 of 31 days
        self.assertEqual(subscription.bill('2027-01-31').amount_untaxed, 4.84)
        # 150.00 less 10.71 for 2 of 28 days
        self.assertEqual(subscription.bill('2027-02-03').amount_untaxed, 139.29)

    def test_what_can_not_be_given_away(self):
        subscription = self._subscribe(options=[])
        line = subscription.line_ids
        subscription.bill('2027-01-01')
        other = self._subscribe().line_ids[0]
        for arguments, sentence in (
            ((other.id, '2027-02-01', '2027-02-02', 'x'), 'no such line'),
            ((line.id, '2027-02-01', '2027-02-02', ' '), 'Say why'),
            ((line.id, '2027-02-01', '2027-02-02', None), 'Say why'),
            ((line.id, '2027-02-03', '2027-02-02', 'x'), 'end before they start'),
            ((line.id, '2026-12-31', '2027-02-02', 'x'), 'runs from'),
            ((line.id, 'soon', '2027-02-02', 'x'), 'not a date'),
        ):
            self._assert_refused(
                sentence, lambda arguments=arguments: subscription.waive(*arguments)
            )
        with self.assertRaises(AccessError):
            subscription.with_user(self.salesperson).waive(line.id, '2027-02-01', '2027-02-02', 'x')

    def test_giving_away_in_the_dialog(self):
        subscription = self._subscribe(options=[])
        subscription.bill('2027-01-01')
        context = subscription.action_waive()['context']
        form = Form(self.env['offer.waiver'].with_context(**context).with_user(self.accountant))
        self.assertEqual(str(form.date_from), '2027-02-01')
        form.date_to = '2027-02-28'
        form.reason = 'a gift'
        form.save().action_apply()
        self.assertEqual(str(subscription.date_next_due), '2027-03-01')

    # === DRAFTS === #

    def _draft(self, **values):
        self.plan.invoice_handling = 'draft'
        subscription = self._subscribe(**values)
        return subscription, subscription.bill('2027-01-01')

    def test_a_change_makes_an_untouched_draft_anew(self):
        subscription, draft = self._draft(options=[])
        line = subscription.line_ids
        subscription.change('2027-01-01', [{'line_id': line.id, 'quantity': 5}])
        self.assertFalse(draft.exists())
        again = subscription._get_invoices()
        self.assertEqual((again.state, again.amount_untaxed), ('draft', 250.0))
        subscription.end('2027-01-10', 'moved')
        # 10 of 31 days of 250.00
        self.assertEqual(subscription._get_invoices().amount_untaxed, 80.65)
        subscription.waive(line.id, '2027-01-01', '2027-01-05', 'late')
        # what is left begins on the 6th, and is due then
        self.assertFalse(subscription._get_invoices())
        # 80.65 less 40.32 for 5 of 31 days
        self.assertEqual(subscription.bill('2027-01-06').amount_untaxed, 40.33)
        self.assertEqual(self._entries(subscription), [('charge', '2027-01-06', '2027-01-10')])

    def test_a_change_and_its_correction_before_posting_are_one_draft(self):
        subscription = self._subscribe(options=[])
        line = subscription.line_ids
        posted = subscription.bill('2027-01-01')
        self.plan.invoice_handling = 'draft'
        subscription.change('2027-01-11', [{'line_id': line.id, 'quantity': 5}])
        first = subscription.bill('2027-01-11')
        # 250.00 less 150.00 for 21 of 31 days
        self.assertEqual((first.state, first.amount_untaxed), ('draft', 67.74))
        self.assertEqual(len(first.invoice_line_ids), 2)
        # it was four that were meant
        subscription.change('2027-01-11', [{'line_id': line.id, 'quantity': 4}])
        second = subscription._get_invoices() - posted
        self.assertEqual((len(second), second.state, second.amount_untaxed), (1, 'draft', 33.87))
        # or none at all
        for act in self._get_acts(subscription).filtered(lambda act: act.kind == 'changed'):
            subscription.withdraw(act.id)
        self.assertEqual(subscription._get_invoices(), posted)
        self.assertFalse(subscription.bill('2027-01-31'))
        # in two parts since, of one invoice line
        days = [('charge', '2027-01-01', '2027-01-10'), ('charge', '2027-01-11', '2027-01-31')]
        self.assertEqual(self._entries(subscription), days)

    def test_a_draft_that_somebody_worked_on_stays(self):
        subscription, draft = self._draft(options=[])
        draft.with_user(self.accountant).narration = 'Thank you'
        line = subscription.line_ids
        subscription.change('2027-01-01', [{'line_id': line.id, 'quantity': 5}])
        self.assertEqual((draft.state, draft.amount_untaxed), ('draft', 150.0))
        # 250.00 less the 150.00 of the draft
        self.assertEqual(subscription.bill('2027-01-01').amount_untaxed, 100.0)

    def test_a_draft_of_two_subscriptions_is_made_anew_for_both(self):
        self.plan.invoice_handling = 'draft'
        both = self._subscribe(options=[]) + self._subscribe(options=[])
        both.bill('2027-01-01')
        line = both[0].line_ids
        both[0].change('2027-01-01', [{'line_id': line.id, 'price_unit': 10.0}])
        self.assertEqual(both._get_invoices().amount_untaxed, 180.0)

    def test_a_deleted_line_of_a_draft_is_due_again(self):
        subscription, draft = self._draft()
        draft.invoice_line_ids[1].unlink()
        self.assertEqual(subscription.bill('2027-01-01').amount_untaxed, 5.0)

    # === CREDITS BY HAND === #

    def _credit(self, invoice, amount=None):
        note = invoice._reverse_moves([{'invoice_date': '2027-01-05', 'date': '2027-01-05'}])
        if amount is not None:
            note.invoice_line_ids.write({'price_unit': amount, 'quantity': 1})
        note.action_post()
        return note

    def test_a_credit_never_exceeds_what_is_left(self):
        subscription = self._subscribe(options=[])
        invoice = subscription.bill('2027-01-01')
        self._credit(invoice, 100.0)
        subscription.end('2027-01-10', 'moved')
        # 101.61 would come back, 50.00 are left
        rows = subscription.with_user(self.salesperson).preview('2027-01-11')
        self.assertEqual(rows[0]['amount'], -50.0)
        refund = subscription.bill('2027-01-11')
        self.assertEqual(refund.amount_untaxed, 50.0)
        self.assertFalse(subscription.bill('2028-01-01'))

    def test_what_was_credited_in_full_by_hand_is_not_credited_again(self):
        subscription = self._subscribe()
        invoice = subscription.bill('2027-01-01')
        self._credit(invoice)
        subscription.end('2027-01-10', 'moved')
        self.assertFalse(subscription.bill('2027-01-11'))
        kept, taken_back = ('2027-01-01', '2027-01-10'), ('2027-01-11', '2027-01-31')
        self.assertEqual(
            sorted(self._entries(subscription)),
            [('charge', *kept)] * 2 + [('charge', *taken_back)] * 2 + [('credit', *taken_back)] * 2,
        )
        self.assertFalse(subscription.date_next_due)

    def _reverse(self, invoice, method, **values):
        wizard = (
            self.env['account.move.reversal']
            .with_user(self.accountant)
            .with_context(active_model='account.move', active_ids=invoice.ids)
            .create({'journal_id': invoice.journal_id.id, **values})
        )
        getattr(wizard, method)()
        return wizard.new_move_ids

    def test_a_credit_note_gives_days_back_if_the_accountant_says_so(self):
        subscription = self._subscribe(options=[])
        invoice = subscription.bill('2027-01-01')
        self._reverse(invoice, 'refund_moves')
        self.assertFalse(subscription.preview('2027-01-01'))
        self._reverse(invoice, 'refund_moves', offer_bill_again=True)
        self.assertEqual(subscription.bill('2027-01-01').amount_untaxed, 150.0)

    def test_reverse_and_create_bills_nothing_twice(self):
        subscription = self._subscribe(options=[])
        invoice = subscription.bill('2027-01-01')
        again = self._reverse(invoice, 'modify_moves', offer_bill_again=True)
        self.assertEqual((again.state, again.amount_untaxed), ('draft', 150.0))
        self.assertFalse(subscription.preview('2027-01-31'))

    # === GOING LIVE === #

    def _bring_in(self, **line):
        """:return: an agreement since 15 March 2024, billed elsewhere until 14 December 2026"""
        line = {
            'product_id': self.workplace.id,
            'quantity': 2,
            'price_unit': 31.0,
            'billed_until': '2026-12-14',
            **line,
        }
        return self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'date_start': '2024-03-15',
                'minimum_term_count': 36,
                'line_ids': [Command.create(line)],
            }
        )

    def test_a_running_agreement_comes_in_without_an_order(self):
        subscription = self._bring_in()
        subscription.action_start()
        self.assertEqual(subscription.state, 'active')
        self.assertEqual(str(subscription.date_anchor), '2024-03-15')
        self.assertEqual(str(subscription.minimum_term_end), '2027-03-14')
        self.assertEqual(str(subscription.line_ids.billed_until), '2026-12-14')
        self.assertEqual(self._entries(subscription), [('external', '2024-03-15', '2026-12-14')])
        self.assertFalse(subscription.preview('2026-12-14'))
        moves = subscription.bill('2027-01-20')
        self.assertEqual(moves.mapped('amount_untaxed'), [62.0, 62.0])
        # what was billed elsewhere comes back as well: 62.00 less 33.07 for 16 of 30 days
        subscription.end('2026-11-30', 'left')
        credits = [row['amount'] for row in subscription.preview('2027-02-01')]
        self.assertEqual(credits, [-28.93, -62.0, -62.0])

    def test_in_the_middle_of_a_period_the_rest_is_billed(self):
        subscription = self._bring_in(billed_until='2026-11-30')
        subscription.action_start()
        # 14 of 30 days: 62.00 less 33.07
        self.assertEqual(subscription.bill('2026-12-01').amount_untaxed, 28.93)

    def test_agreements_come_in_by_odoos_import(self):
        template = self.env['offer.subscription'].get_import_templates()[0]['template']
        self.assertTrue(template.startswith('/sale_offer/static/'))
        fields_, rows = self._read_template(template)
        self.customer.name = 'Bakery Berg Import'
        result = self.env['offer.subscription'].load(
            fields_,
            [
                [
                    {
                        'Bakery Berg': 'Bakery Berg Import',
                        'Monthly': self.plan.name,
                        'Managed Workplace': 'Managed Workplace',
                        'Remote Backup': 'Remote Backup',
                    }.get(cell, cell)
                    for cell in row
                ]
                for row in rows
            ],
        )
        self.assertFalse(result['messages'])
        subscription = self.env['offer.subscription'].browse(result['ids'][0])
        subscription.action_start()
        self.assertEqual(len(subscription.line_ids), 2)
        self.assertEqual(set(subscription.line_ids.billing_entry_ids.mapped('kind')), {'external'})

    def _read_template(self, path):
        import csv

        from odoo.tools import file_open

        with file_open(path.lstrip('/'), 'r') as file:
            header, *rows = csv.reader(file)
        subscription = self.env['offer.subscription']
        lines = subscription.line_ids
        labels = {
            subscription._fields[name].string: name
            for name in ('partner_id', 'plan_id', 'date_start', 'client_order_ref', 'date_anchor')
        } | {'External ID': 'id'}
        names = []
        for label in header:
            if '/' in label:
                wanted = label.split('/')[1]
                found = (n for n, field in lines._fields.items() if field.string == wanted)
                name = 'id' if wanted == 'External ID' else next(found)
                names.append(f'line_ids/{name}')
            else:
                names.append(labels[label])
        return names, rows

    def test_bad_go_lives_are_met_with_a_sentence(self):
        self._assert_refused(
            'Say since when',
            lambda: self.env['offer.subscription'].create(
                {
                    'partner_id': self.customer.id,
                    'plan_id': self.plan.id,
                    'line_ids': [
                        Command.create(
                            {'product_id': self.workplace.id, 'billed_until': '2026-12-14'}
                        )
                    ],
                }
            ),
        )
        subscription = self._subscribe(options=[])
        subscription.bill('2027-01-01')
        self._assert_refused(
            'has been activated',
            lambda: subscription.line_ids.write({'billed_until': '2027-06-30'}),
        )
