"""Whatever a call hands over is met with one sentence, and changes nothing."""

from datetime import date, datetime

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_quotation_doors import DoorsCommon

NO_DAYS = (
    True,
    '',
    'soon',
    '2027-13-01',
    '2027-02-30',
    '2027-3-1',
    '2027-03-01 and more',
    '2027-03-01\x00',
    datetime(2027, 3, 1, 12),
    '9999-12-31',
    date(9999, 12, 30),
    date.max,
    '0001-01-01',
    date.min,
    20270301,
    float('nan'),
    [],
    ['2027-03-01'],
    {},
    b'2027-03-01',
)
NO_IDS = (True, '', 'x', '5', -1, 0, 2**31, 2**63, 10**30, 10**5000, 1.0, float('nan'), [[1]], {})
NO_NUMBERS = (
    None,
    False,
    True,
    '5',
    -1,
    -0.01,
    float('nan'),
    float('inf'),
    float('-inf'),
    1e30,
    10**400,
    10**5000,
    [],
    {},
    [1],
)
NO_TEXTS = (True, 5.0, [], ['x'], {'x': 1}, '\x00', 'x\x00', 'x' * 10**5, b'x', ' ')
MARCH, APRIL = '2027-03-01', '2027-04-01'


@tagged('post_install', '-at_install')
class TestValues(DoorsCommon):
    def setUp(self):
        super().setUp()
        self.subscription = self._begin()
        self.subscription.bill('2027-02-01')
        self.subscription.pause('2027-09-01')
        self.pending = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'line_ids': [(0, 0, {'product_id': self.workplace.id, 'price_unit': 3.0})],
            }
        )
        stranger = self.env['res.partner'].create({'name': 'Stranger'})
        self.theirs = self._begin(order_values={'partner_id': stranger.id})

    def _get_state(self):
        """:return: how many of everything there are that an act or billing makes"""
        names = ('event', 'phase', 'pause', 'resume', 'end', 'waiver', 'charge', 'line')
        models = [f'offer.subscription.{name}' for name in names]
        models += ['offer.billing.entry', 'offer.count', 'account.move']
        return [self.env[name].sudo().search_count([]) for name in models]

    def _assert_sentences(self, calls, values):
        before = self._get_state()
        for subscription in (self.subscription, self.pending):
            for name, call in calls(subscription, subscription.line_ids[0]).items():
                for value in values:
                    case = f'{subscription.state} {name} {type(value)} {repr(value)[:40]}' if (
                        not isinstance(value, int) or value < 10**400
                    ) else f'{name} huge'  # fmt: skip
                    with self.subTest(case), self.env.cr.savepoint() as savepoint:
                        with self.assertRaises(UserError) as caught:
                            call(value)
                        sentence = str(caught.exception)
                        self.assertTrue(sentence and len(sentence) < 250, sentence)
                        savepoint.rollback()
                    self.env.invalidate_all()
        self.assertEqual(self._get_state(), before)

    def _record(self, line, **values):
        row = {'line_id': line.id, 'quantity': 7, 'date': MARCH, 'reference': 'V', **values}
        return self.env['offer.count'].record([row])

    def test_days(self):
        def calls(it, line):
            return {
                'change': lambda day: it.change(day, [{'line_id': line.id, 'quantity': 7}]),
                'pause': it.pause,
                'until': lambda day: it.pause(MARCH, day),
                'resume': it.resume,
                'end': lambda day: it.end(day, 'moved'),
                'notice': it.give_notice,
                'bill': it.bill,
                'preview': it.preview,
                'first': lambda day: it.waive(line.id, day, APRIL, 'kind'),
                'last': lambda day: it.waive(line.id, MARCH, day, 'kind'),
                'count': lambda day: self._record(line, date=day),
                'activate': it.activate,
            }

        self._assert_sentences(calls, NO_DAYS)

    def test_ids(self):
        theirs = self.theirs.line_ids[0].id, self.theirs.event_ids[0].id

        def calls(it, line):
            return {
                'line': lambda id_: it.change(MARCH, [{'line_id': id_, 'quantity': 7}]),
                'item': lambda id_: it.change(MARCH, [{'line_id': line.id, 'product_id': id_}]),
                'new': lambda id_: it.change(MARCH, [{'product_id': id_, 'price_unit': 1}]),
                'level': lambda id_: it.change(MARCH, [{'line_id': line.id, 'tier_id': id_}]),
                'lines': lambda id_: it.change(MARCH, id_),
                'row': lambda id_: it.change(MARCH, [id_]),
                'waive': lambda id_: it.waive(id_, MARCH, APRIL, 'kind'),
                'waived': lambda id_: it.waive([line.id, id_], MARCH, APRIL, 'kind'),
                'withdraw': it.withdraw,
                'count': lambda id_: self._record(line, line_id=id_),
                'counts': lambda id_: self.env['offer.count'].record([id_]),
            }

        self._assert_sentences(calls, NO_IDS)

        def foreign(it, line):
            calls_ = calls(it, line)
            return {name: calls_[name] for name in ('line', 'waive', 'waived', 'withdraw')}

        self._assert_sentences(foreign, theirs)

    def test_numbers(self):
        def calls(it, line):
            found = {
                name: lambda number, name=name: it.change(
                    MARCH, [{'line_id': line.id, name: number}]
                )
                for name in ('quantity', 'price_unit', 'discount')
            }
            return found | {
                'new': lambda number: it.change(
                    MARCH, [{'product_id': self.backup.id, 'price_unit': 1, 'quantity': number}]
                ),
                'count': lambda number: self._record(line, quantity=number),
            }

        self._assert_sentences(calls, NO_NUMBERS)

        def tiny(it, line):
            return {name: calls(it, line)[name] for name in ('quantity', 'new', 'count')}

        # less than the unit can show is no quantity, and not the end of a line either
        self._assert_sentences(tiny, (1e-12, 1e-300, 0.004))

    def test_texts(self):
        def calls(it, line):
            return {
                'name': lambda text: it.change(MARCH, [{'line_id': line.id, 'name': text}]),
                'waive': lambda text: it.waive(line.id, MARCH, APRIL, text),
                'end': lambda text: it.end('2027-06-01', text),
                'count': lambda text: self._record(line, reference=text),
            }

        self._assert_sentences(calls, NO_TEXTS)

    def test_terms_that_leave_the_calendar_and_fees_below_nothing(self):
        def calls(it, _line):
            return {
                'fee': lambda number: it.write({'early_end_percent': number}),
                'rise': lambda number: it.write({'renewal_percent': 100 * number}),
                'term': lambda number: it.write({'minimum_term_count': int(10 * number)}),
                'notice': lambda number: it.write({'notice_count': int(10 * number)}),
            }

        self._assert_sentences(calls, (-1.5, 1e6))
        self._assert_refused('100 years', lambda: self._create_plan('X', interval_count=10**6))

    def test_days_and_numbers_of_revisions_and_counts_on_forms(self):
        revisions = self.env['offer.revision']
        values = {'name': 'R', 'product_id': self.workplace.id, 'date': '2027-05-01'}
        for more in (
            {'percent': -100},
            {'percent': 1e9},
            {'price_mode': 'fixed', 'price': -1},
            {'price_mode': 'fixed', 'price': 1e30},
            {'price_mode': 'fixed', 'price': float('nan')},
            {'percent': 1, 'date': '9999-12-31'},
        ):
            with self.subTest(**more), self.assertRaises(UserError):
                revisions.create({**values, **more})
        revision = revisions.create({**values, 'percent': 1})
        revision.action_find()
        for price in (-1, 1e30, float('inf')):
            with self.subTest(price), self.assertRaises(UserError):
                revision.line_ids[0].price_after = price
            self.env.invalidate_all()
        for more in ({'quantity': -1}, {'quantity': 1e12}, {'date': '9999-12-31'}):
            with self.subTest(**more), self.assertRaises(UserError):
                self.env['offer.count'].create(
                    {
                        'subscription_line_id': self.subscription.line_ids[0].id,
                        'reference': 'F',
                        'quantity': 1,
                        'date': MARCH,
                        **more,
                    }
                )

    def test_days_of_dialogs(self):
        action = self.subscription.action_change_directly()
        dialogs = self.env[action['res_model']].with_context(**action['context'])
        dialog = dialogs.create({'date': '9999-12-31'})
        self._assert_refused('Choose a day|correct a quantity', dialog.action_apply)
        for act in ('pause', 'resume', 'notice', 'end'):
            with self.subTest(act):
                dialog = self.env['offer.subscription.act'].create(
                    {
                        'subscription_id': self.subscription.id,
                        'act': act,
                        'date': '9999-12-31',
                        'note': 'x',
                    }
                )
                self.assertIn('Choose a day', dialog.effect)
                self._assert_refused('Choose a day', dialog.action_apply)
        waiver = self.env['offer.waiver'].create(
            {
                'subscription_id': self.subscription.id,
                'line_ids': self.subscription.line_ids.ids,
                'date_from': MARCH,
                'date_to': '9999-12-30',
                'reason': 'x',
            }
        )
        self.assertIn('Choose a day', waiver.amounts)
