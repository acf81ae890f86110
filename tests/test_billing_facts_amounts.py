"""How amounts are written on invoices; each is worked out by hand."""

from datetime import date
from unittest.mock import patch

from odoo.tests import tagged

from .test_billing_facts import BillingFactsCommon


@tagged('post_install', '-at_install')
class TestBillingFactsAmounts(BillingFactsCommon):
    def _create_currency(self, name, rounding):
        currency = self.env['res.currency'].create(
            {'name': name, 'symbol': name, 'rounding': rounding}
        )
        self.env['res.currency.rate'].create(
            {'currency_id': currency.id, 'rate': 1, 'name': '2026-01-01'}
        )
        return currency

    # === ADDING UP === #

    def test_the_invoice_gives_the_amount_whatever_digits_are_stored(self):
        for values, amount in (
            # 3,000 × 50.00 × 0.66667, though a line keeps two digits of a discount
            ({'quantity': 3000, 'price_unit': 50, 'discount': 33.333}, 100000.5),
            # 0.333333 × 3,000.00, though a line keeps two digits of a quantity
            ({'quantity': 0.333333, 'price_unit': 3000}, 1000),
            ({'quantity': 5000, 'price_unit': 0.0004}, 2),
        ):
            with self.subTest(values=values):
                subscription = self._start(options=[])
                line = subscription.line_ids
                subscription.change('2027-01-01', [{'line_id': line.id, **values}])
                self.assertEqual(self._bill('2027-01-01', subscription), amount)
                subscription.end('2026-12-31', 'never began')
                self.assertEqual(self._bill('2027-01-01', subscription), -amount)

    def test_an_invoice_line_stores_what_was_agreed_beside_it(self):
        self._change('2027-01-01', quantity=0.333333, price_unit=3000, discount=33.333)
        self._bill('2027-01-01')
        entry = self.line.billing_entry_ids
        self.assertEqual(
            (entry.quantity, entry.price_unit, entry.discount), (0.333333, 3000, 33.333)
        )
        self.assertEqual(entry.introductory_percent, 100)
        # 999.999 × 0.66667
        self.assertEqual(entry.period_amount, 666.67)

    def test_less_than_nothing_is_charged_and_comes_back(self):
        subscription = self._come_in({'quantity': 2, 'price_unit': -4})
        self.assertEqual(self._bill('2027-01-01', subscription), -8)
        subscription.end('2027-01-10', 'over')
        # 21 of 31 days
        self.assertEqual(self._bill('2027-01-11', subscription), 5.42)

    def test_currencies_of_other_digits(self):
        # 1,000 for 10 of 31 days: 322.5806…
        for name, rounding, amount in (('YYY', 1, 323), ('KKK', 0.001, 322.581)):
            with self.subTest(currency=name):
                subscription = self._come_in(
                    {'quantity': 1, 'price_unit': 1000},
                    currency_id=self._create_currency(name, rounding).id,
                )
                self.assertEqual(self._bill('2027-01-01', subscription), 1000)
                subscription.end('2027-01-10', 'over')
                self.assertAlmostEqual(self._bill('2027-01-11', subscription), amount - 1000)

    def test_prices_with_their_tax_add_up_to_the_cent(self):
        home, _abroad = self._create_taxes_of_home_and_abroad()
        self.workplace.taxes_id = home
        for quantity, price, day, charged in (
            (7, 9.99, '2027-01-10', 22.56),  # 69.93 × 10 ÷ 31
            (3, 33.33, '2027-01-07', 22.58),  # 99.99 × 7 ÷ 31
            (250, 0.19, '2027-01-29', 44.44),  # 47.50 × 29 ÷ 31
        ):
            with self.subTest(quantity=quantity):
                subscription = self._start(options=[])
                line = subscription.line_ids
                subscription.change(
                    '2027-01-01',
                    [{'line_id': line.id, 'quantity': quantity, 'price_unit': price}],
                )
                subscription.end(day, 'over')
                self.assertEqual(subscription.bill('2027-01-01').amount_total, charged)

    # === IN WORDS === #

    def test_a_part_of_a_period_says_its_rule(self):
        self._change('2027-01-01', quantity=5000, price_unit=0.10)
        self.subscription.end('2027-01-10', 'over')
        line = self.subscription.bill('2027-01-01').invoice_line_ids
        self.assertIn('5,000 × 0.10 per month, 10 of 31 days', line.name)
        self.assertIn('01/01/2027 – 01/10/2027', line.name)
        self.assertEqual((line.quantity, line.price_subtotal), (5000, 161.29))

    def test_the_rule_says_all_digits(self):
        self._change('2027-01-01', quantity=1234567, price_unit=0.0045)
        self.subscription.end('2027-01-10', 'over')
        line = self.subscription.bill('2027-01-01').invoice_line_ids
        self.assertIn('1,234,567 × 0.0045 per month', line.name)
        # 5,555.55 × 10 ÷ 31: no price of seven digits gives it for so many
        self.assertEqual((line.quantity, line.price_subtotal), (1, 1792.11))

    def test_a_whole_period_says_no_rule(self):
        line = self.subscription.bill('2027-01-01').invoice_line_ids
        self.assertNotIn('per month', line.name)
        self.assertEqual((line.quantity, line.price_unit), (3, 50))

    def test_an_introductory_price_says_so(self):
        subscription = self._start(
            {'offer_intro_periods': 1, 'offer_intro_percent': 50}, options=[]
        )
        line = subscription.bill('2027-01-01').invoice_line_ids
        self.assertIn('introductory price: 50 %', line.name)
        self.assertEqual(line.price_subtotal, 75)
        self.assertNotIn('introductory', subscription.bill('2027-02-01').invoice_line_ids.name)

    def test_the_name_is_that_of_the_days(self):
        self._change('2027-02-01', name='Renamed')
        moves = self.subscription.bill('2027-02-01')
        january, february = moves.sorted('id').invoice_line_ids.mapped('name')
        self.assertNotIn('Renamed', january)
        self.assertIn('Renamed', february)

    def test_in_full_the_name_is_that_of_the_first_day_even_inside_a_period(self):
        plan = self._create_plan('In Full', proration='none', alignment='calendar')
        subscription = self._come_in(
            {'quantity': 1, 'price_unit': 10, 'date_start': '2027-01-10', 'name': 'As it began'},
            plan,
            date_start='2027-01-10',
        )
        subscription.change('2027-02-01', [{'line_id': subscription.line_ids.id, 'name': 'Now'}])
        line = subscription.bill('2027-01-10').invoice_line_ids
        self.assertEqual(line.price_subtotal, 10)
        self.assertIn('As it began', line.name)

    def test_billing_many_asks_for_their_entries_at_once(self):
        both = self.subscription + self._start(options=[]) + self._start(options=[])
        both.bill('2027-01-01')
        entries = type(self.env['offer.billing.entry'])
        with patch.object(entries, 'search', autospec=True, side_effect=entries.search) as search:
            self.assertEqual(len(both._find_ledger_rows(date(2027, 2, 1))), 3)
        self.assertEqual(search.call_count, 1)

    # === NOTHING === #

    def test_an_invoice_of_nothing_is_not_made_and_its_days_are_settled(self):
        self._change('2027-01-01', price_unit=0)
        self.assertFalse(self.subscription.bill('2027-01-01'))
        entry = self.line.billing_entry_ids
        self.assertEqual((entry.kind, entry.quantity, entry.price_unit), ('charge', 3, 0))
        self.assertFalse(entry.invoice_line_id)
        self.assertEqual(str(self.line.settled_to), '2027-02-01')
        preview = self.env['offer.billing.run'].get_preview('2027-02-01', self.company.id)
        self.assertEqual(preview['count'], 0)
        # what is billed is no more free
        self._change('2027-01-01', price_unit=10)
        self.assertEqual(self._bill('2027-01-01'), 30)

    def test_what_costs_nothing_stands_beside_what_does(self):
        self.subscription.change(
            '2027-01-01', [{'product_id': self.backup.id, 'quantity': 2, 'price_unit': 0}]
        )
        invoice = self.subscription.bill('2027-01-01')
        self.assertEqual(sorted(invoice.invoice_line_ids.mapped('price_subtotal')), [0, 150])

    def test_an_invoice_of_nothing_whose_lines_are_not_is_made(self):
        self._bill('2027-01-01')
        # another item at the same price from the 11th on: 21 of 31 days of 150.00 each
        self._change('2027-01-11', product_id=self.backup.id, price_unit=50)
        invoice = self.subscription.bill('2027-01-11')
        self.assertEqual((invoice.amount_untaxed, invoice.state), (0, 'posted'))
        lines = {line.price_subtotal: line.name for line in invoice.invoice_line_ids}
        # each is called as it was
        self.assertEqual(lines.keys(), {-101.61, 101.61})
        self.assertIn('Managed Workplace', lines[-101.61])
        self.assertIn('Remote Backup', lines[101.61])
        # and without the promises of the one that it replaces
        self.assertIn('Gold', lines[-101.61])
        self.assertNotIn('Gold', lines[101.61])
        self.assertFalse(self.line._get_held_on(date(2027, 1, 11))['tier_id'])
