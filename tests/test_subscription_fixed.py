"""After activation only acts change what was agreed, whichever way somebody tries."""

from functools import partial

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import Form, tagged

from ..models.subscription import offer_subscription_protecting as protecting
from .test_subscription_facts import FactsCommon

# what people write of a subscription and of its lines at any time; it moves no money
FREE = {
    'active',
    'name',
    'partner_invoice_id',
    'partner_shipping_id',
    'payment_term_id',
    'journal_id',
    'user_id',
    'team_id',
    'client_order_ref',
    'sale_order_id',
    'renewal_order_id',
    'end_reason',
    'end_reason_id',
    'parked_reason',
    'date_last_act',
    'date_last_run',
    'date_calendar_failed',
    'date_paused',
    'date_resume',
}
LINE_FREE = {'sequence', 'analytic_distribution', 'company_id', 'partner_id'}


@tagged('post_install', '-at_install')
class TestFixed(FactsCommon):
    def setUp(self):
        super().setUp()
        self.subscription = self._start()
        self.line, self.part = self.subscription.line_ids.sorted('sequence')

    def _get_others(self):
        """:return: another value for what is fixed"""
        eur = self.env.ref('base.EUR') + self.env.ref('base.USD')
        eur.active = True
        return {
            'company_id': self.setup_other_company()['company'].id,
            'partner_id': self.env['res.partner'].create({'name': 'Other'}).id,
            'currency_id': (eur - self.subscription.currency_id)[0].id,
            'plan_id': self._create_plan('Other').id,
            'date_start': '2026-12-01',
            'date_anchor': '2027-01-15',
            'date_end': '2027-01-31',
            'intro_periods': 3,
            'intro_percent': 50,
        }

    def _get_line_others(self):
        other = self._start()
        other_line = other.line_ids[0]
        return {
            'subscription_id': other.id,
            'parent_id': self.part.id,
            'option_id': self.notebook_option.id,
            'sale_line_id': other_line.sale_line_id.id,
            'product_id': self.notebook.id,
            'product_uom_id': self.env.ref('uom.product_uom_dozen').id,
            'tier_id': self.bronze.id,
            'name': 'Something else',
            'quantity': 4,
            'price_unit': 1,
            'discount': 100,
            'date_start': '2026-12-01',
            'date_end': '2027-01-31',
            'billed_until': '2027-01-31',
            'continues_line_id': other_line.id,
        }

    def _get_kept(self):
        return {
            'state': 'pending',
            'renewals': 7,
            'date_term_end': '2027-01-31',
            'date_term_start': '2026-01-31',
            'date_introduction_end': '2030-01-31',
            'date_notice': '2027-01-31',
            'date_next_due': '2099-01-01',
            'date_next_shown': '2099-01-01',
            'date_next_renewal': '2099-01-01',
        }

    # === WRITING === #

    def test_what_decides_money_is_refused_field_by_field(self):
        others = self._get_others()
        self.assertEqual(others.keys(), protecting.FIXED)
        for user in (self.accountant, self.env.user):
            subscription = self.subscription.with_user(user).sudo(user == self.env.user)
            for name, value in (others | self._get_kept()).items():
                before = subscription[name]
                with self.subTest(field=name, user=user.login):
                    self._assert_refused(
                        'since it was activated|use "End"|not set by hand',
                        partial(subscription.write, {name: value}),
                    )
                    self.assertEqual(subscription[name], before)
        self.assertEqual(self._get_kept().keys(), protecting.KEPT)

    def test_what_phases_say_is_refused_field_by_field(self):
        others = self._get_line_others()
        self.assertEqual(others.keys(), protecting.LINE_FIXED)
        for user in (self.accountant, self.env.user):
            line = self.line.with_user(user).sudo(user == self.env.user)
            for name, value in others.items():
                with self.subTest(field=name, user=user.login):
                    self._assert_refused(
                        'change ".*" with "Change" instead',
                        partial(line.write, {name: value}),
                    )
            for name in sorted(protecting.LINE_KEPT):
                with self.subTest(field=name):
                    self._assert_refused(
                        'not set by hand', partial(line.write, {name: '2099-01-01'})
                    )
        self.assertEqual(self.subscription.bill('2027-01-01').amount_untaxed, 155)

    def test_each_field_is_fixed_kept_agreed_or_free(self):
        """A new field of ours has to say which."""
        for model, known in (
            (self.subscription, protecting.FIXED | protecting.KEPT | protecting.TERMS | FREE),
            (self.line, protecting.LINE_FIXED | protecting.LINE_KEPT | LINE_FREE),
        ):
            found = {
                name
                for name, field in model._fields.items()
                if field.store
                and field.type not in ('one2many', 'many2many')
                and name not in MAGIC_COLUMNS
                and 'sale_offer' in field._modules
            }
            self.assertEqual(found - known, set())

    def test_the_same_values_change_nothing(self):
        """An import of the same file again writes every column."""
        self.subscription.write(
            {
                'date_start': '2027-01-01',
                'partner_id': self.customer.id,
                'state': 'active',
                'line_ids': [Command.update(self.line.id, {'quantity': 3, 'name': self.line.name})],
            }
        )
        self.assertEqual(self.line.quantity, 3)

    def test_what_moves_no_money_stays_open(self):
        subscription = self.subscription.with_user(self.accountant)
        journal = self.company_data['default_journal_sale'].copy()
        other = self.env['res.partner'].create({'name': 'Other'})
        analytic = self.env['account.analytic.account'].create(
            {'name': 'Now', 'plan_id': self.env['account.analytic.plan'].create({'name': 'P'}).id}
        )
        subscription.write(
            {
                'partner_invoice_id': other.id,
                'partner_shipping_id': other.id,
                'client_order_ref': 'PO 1',
                'journal_id': journal.id,
                'payment_term_id': self.pay_terms_a.id,
                'user_id': self.accountant.id,
                'line_ids': [
                    Command.update(
                        self.line.id,
                        {'sequence': 99, 'analytic_distribution': {str(analytic.id): 100}},
                    )
                ],
            }
        )
        move = subscription.bill('2027-01-01')
        self.assertEqual((move.partner_id, move.ref, move.journal_id), (other, 'PO 1', journal))

    # === ADDING AND DELETING === #

    def test_lines_come_and_go_by_change_alone(self):
        lines, new = self.subscription.line_ids, {'product_id': self.backup.id, 'price_unit': 1}
        own = {**new, 'subscription_id': self.subscription.id}
        pending = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'line_ids': [Command.create(new)],
            }
        )
        other = pending.line_ids
        ways = {
            'create': lambda: lines.create(own),
            'superuser': lambda: lines.sudo().create(own),
            'default': lambda: lines.with_context(default_subscription_id=self.subscription.id)
            .create(new),
            'command': lambda: self.subscription.write({'line_ids': [Command.create(new)]}),
            'copy': lambda: self.part.copy(),
            'link': lambda: self.subscription.write({'line_ids': [Command.link(other.id)]}),
            'move': lambda: other.write({'subscription_id': self.subscription.id}),
            'unlink': lambda: self.part.unlink(),
            'delete': lambda: self.subscription.write({'line_ids': [Command.delete(self.part.id)]}),
            'clear': lambda: self.subscription.write({'line_ids': [Command.clear()]}),
            'import': lambda: self._load(['.id', 'line_ids/product_id/.id', 'line_ids/price_unit'],
                                         self.subscription.id, self.backup.id, 1),
        }  # fmt: skip
        for name, way in ways.items():
            with self.subTest(way=name):
                self._assert_refused('with "Change" instead', way)
        self.assertEqual(self.subscription.line_ids, lines)

    def _load(self, names, *row):
        result = self.env['offer.subscription'].load(names, [[str(cell) for cell in row]])
        if result['messages']:
            raise UserError(result['messages'][0]['message'])

    def test_an_import_is_refused_with_the_same_sentence(self):
        for names, value in (
            (['.id', 'date_anchor'], '2027-01-15'),
            (['.id', 'plan_id/.id'], self._create_plan('Other').id),
            (['.id', 'currency_id/.id'], self.env.ref('base.CHF').id),
        ):
            load = partial(self._load, names, self.subscription.id, value)
            self._assert_refused('since it was activated', load)

    def test_what_runs_is_ended_and_not_deleted(self):
        self._assert_refused('end it instead', self.subscription.unlink)

    def test_a_copy_is_pending_and_open(self):
        copied = self.subscription.copy()
        copied.line_ids[0].quantity = 7
        self.assertEqual((copied.state, copied.line_ids.mapped('quantity')), ('pending', [7, 1]))
        copied.unlink()

    def test_nothing_begins_by_hand(self):
        values = {'partner_id': self.customer.id, 'plan_id': self.plan.id}
        for name, value in (self._get_kept() | {'state': 'active'}).items():
            with self.subTest(field=name):
                self._assert_refused(
                    'not set by hand',
                    lambda name=name, value=value: self.subscription.create(
                        {**values, name: value}
                    ),
                )
        for name in protecting.LINE_KEPT:
            line = {'product_id': self.backup.id, name: '2099-01-01'}
            self._assert_refused(
                'not set by hand',
                lambda line=line: self.subscription.create(
                    {**values, 'date_start': '2027-01-01', 'line_ids': [Command.create(line)]}
                ),
            )
        pending = self.subscription.create(values)
        self._assert_refused('not set by hand', lambda: pending.write({'state': 'active'}))
        with self.assertRaises(AccessError):
            pending.with_user(self.salesperson).activate('2027-01-01')

    def test_a_line_hangs_on_one_of_its_own_subscription(self):
        lines = [{'product_id': self.backup.id}, {'product_id': self.notebook.id}]
        pending = self.subscription.create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'line_ids': [Command.create(line) for line in lines],
            }
        )
        first, second = pending.line_ids
        self._assert_refused('hang on', lambda: first.write({'parent_id': self.line.id}))
        second.parent_id = first
        self._assert_refused('hang on', lambda: first.write({'parent_id': second.id}))

    def test_the_form_offers_nothing_that_is_refused(self):
        with Form(self.subscription) as form:
            for name in ('partner_id', 'plan_id', 'date_start', 'date_anchor', 'intro_periods'):
                with self.assertRaises(AssertionError, msg=name):
                    setattr(form, name, form[name])
            with self.assertRaises(AssertionError), form.line_ids.edit(0) as line:
                line.quantity = 9

    # === TERMS === #

    def test_other_terms_are_an_act(self):
        plan = self._create_plan('Until Signed', renewal_mode='end', minimum_term_count=12)
        self._create_price(40.0, plan_id=plan.id)
        subscription = self._start(plan_id=plan.id, tier_id=self.bronze.id, options=[])
        self.assertEqual(subscription.bill('2027-12-01')[-1].amount_untaxed, 120)
        self.assertFalse(subscription.date_next_due, 'nobody is billed beyond the term')
        subscription.with_user(self.accountant).write({'minimum_term_count': 18, 'notice_count': 3})
        act = subscription.event_ids.filtered(lambda event: event.kind == 'terms')
        act = act.filtered(lambda event: not event.act_id)
        self.assertRegex(act.name, 'Minimum Term: 12 → 18')
        self.assertEqual(str(subscription.date_next_due), '2028-01-01')
        self._assert_movements_add_up(subscription)
        moves = subscription.bill('2028-12-01')
        self.assertEqual(sum(moves.mapped('amount_untaxed')), 720)
        subscription.write({'minimum_term_count': 18})
        self.assertEqual(
            len(subscription.event_ids.filtered(lambda it: it.kind == 'terms' and not it.act_id)), 1
        )
        self._assert_refused("can't be withdrawn", lambda: subscription.withdraw(act.id))
        self.company.fiscalyear_lock_date = '2028-06-30'
        self._assert_refused(
            'books are locked', lambda: subscription.write({'minimum_term_count': 12})
        )
        self.assertEqual(subscription.minimum_term_count, 18)
