"""A subscription goes on in another currency, or with another company of ours."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .test_subscription_transfer import DAY, TransferCommon


@tagged('post_install', '-at_install')
class TestTransferCurrency(TransferCommon):
    """1.00 is 2.00 in the other currency until 11 March, then 4.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_currency = cls.setup_other_currency(
            'EUR', rates=[('2020-01-01', 2.0), ('2027-03-11', 4.0)]
        )
        cls.euros = {'currency_id': cls.other_currency.id}

    def setUp(self):
        super().setUp()
        self.subscription = self._begin()
        self.line, self.backup_line = self.subscription.line_ids.sorted('sequence')

    def _propose(self, **values):
        return self.subscription.propose_transfer_prices(DAY, values or self.euros)

    def test_prices_are_proposed_at_the_rate_of_the_day(self):
        self.assertEqual(
            self._propose(),
            [
                {'line_id': self.line.id, 'price_unit': 160.0},
                {'line_id': self.backup_line.id, 'price_unit': 20.0},
            ],
        )
        self.assertEqual([it['price_unit'] for it in self._propose(**self.takeover)], [40.0, 5.0])
        self.subscription.change('2027-02-01', [{'line_id': self.line.id, 'price_unit': 0.001}])
        self.other_currency.rate_ids.filtered(lambda it: it.name == DAY).rate = 0.5
        self._assert_refused('would cost nothing', self._propose)

    def test_each_price_is_confirmed(self):
        prices = self._propose()
        self._assert_refused('Say what', lambda: self._transfer(self.subscription, **self.euros))
        self._assert_refused(
            'Say what "Remote Backup" costs',
            lambda: self._transfer(self.subscription, **self.euros, lines=prices[:1]),
        )
        prices[0]['price_unit'] = 150.0
        new = self._transfer(self.subscription, **self.euros, lines=prices)
        self.assertEqual((new.currency_id, new.partner_id), (self.other_currency, self.customer))
        self.assertEqual([it[2] for it in self._lines_on(new, DAY)], [150.0, 20.0])
        move = new.bill('2027-03-11')
        # 21 of 31 days of 450.00 and of 20.00
        self.assertEqual((move.currency_id, move.amount_untaxed), (
            self.other_currency, 304.84 + 13.55))  # fmt: skip
        self._assert_movements_add_up(new)
        self._assert_movements_add_up(self.subscription)

    def test_a_change_is_quoted_in_the_currency_of_what_goes_on(self):
        new = self._transfer(self.subscription, **self.euros, lines=self._propose())
        order = new.with_user(self.salesperson)._create_change_order(date(2027, 4, 1))
        self.assertEqual(order.currency_id, self.other_currency)
        line = order.order_line.filtered(lambda it: it.product_id == self.workplace)
        self.assertEqual(line.price_unit, 160.0)
        configuration = self.env['offer.configuration']._configuration_of(line)
        order.offer_add({**configuration, 'quantity': 5}, line_id=line.id)
        order.action_confirm()
        self.assertEqual(self._lines_on(new, '2027-04-01')[0][1:], (5, 160.0))

    def test_planned_prices_are_withdrawn_before(self):
        self.subscription.change('2027-05-01', [{'line_id': self.line.id, 'quantity': 5}])
        self.subscription.change('2027-06-01', [{'line_id': self.line.id, 'price_unit': 42}])
        wish = {**self.euros, 'lines': self._propose()}
        self._assert_refused(
            'withdraw it before', lambda: self._transfer(self.subscription, **wish)
        )
        (act,) = self._get_acts(self.subscription).filtered(lambda it: str(it.date) == '2027-06-01')
        self.subscription.withdraw(act.id)
        new = self._transfer(self.subscription, **wish)
        self.assertEqual(self._lines_on(new, '2027-06-01')[0][1:], (5, 160.0))

    def test_a_currency_without_a_rate_or_archived_is_refused(self):
        yen = self.env.ref('base.JPY')
        yen.active = True
        yen.rate_ids.unlink()
        wish = {'currency_id': yen.id}
        self._assert_refused('no rate', lambda: self._propose(**wish))
        lines = [{'line_id': line.id, 'price_unit': 1} for line in self.subscription.line_ids]
        self._assert_refused(
            'no rate', lambda: self._transfer(self.subscription, **wish, lines=lines)
        )
        self.other_currency.active = False
        self._assert_refused(
            'is archived', lambda: self._transfer(self.subscription, **self.euros, lines=lines)
        )

    def test_the_revenue_moves_within_at_the_rate_of_the_day(self):
        new = self._transfer(self.subscription, **self.euros, lines=self._propose())
        moved = [row for row in self._movements(self.subscription + new) if row[0] == str(DAY)]
        self.assertEqual(
            sorted((row[2], row[3]) for row in moved), [('transfer', -125.0), ('transfer', 500.0)]
        )
        back = self._transfer(
            new,
            date(2027, 4, 1),
            currency_id=self.company.currency_id.id,
            lines=[
                {'line_id': new.line_ids[0].id, 'price_unit': 50.0},
                {'line_id': new.line_ids[1].id, 'price_unit': 5.0},
            ],
        )
        moved = [row for row in self._movements(new + back) if row[0] == '2027-04-01']
        self.assertEqual(
            sorted((row[2], row[3]) for row in moved),
            [('expansion', 30.0), ('transfer', -500.0), ('transfer', 125.0)],
        )
        self._assert_movements_add_up(back)

    def test_rates_that_move_are_no_revenue_of_a_takeover(self):
        lines = self._propose()
        foreign = self._transfer(self.subscription, date(2027, 2, 1), **self.euros, lines=lines)
        taken = self._transfer(foreign, date(2027, 4, 1))
        moved = (foreign + taken).event_ids.filtered(lambda it: str(it.date) == '2027-04-01')
        self.assertEqual(set(moved.filtered('mrr_change').mapped('movement')), {'transfer'})
        self.assertEqual(sum(moved.mapped('mrr_company')), 0.0)


@tagged('post_install', '-at_install')
class TestTransferCompany(TransferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.setup_other_company(name='Second')['company']
        cls.other_company.currency_id = cls.company.currency_id

    def setUp(self):
        super().setUp()
        self.subscription = self._begin()
        self.wish = {'company_id': self.other_company.id}

    def _allow(self):
        self.accountant.company_ids = [Command.link(self.other_company.id)]

    def test_another_company_of_ours_delivers_and_bills(self):
        self._allow()
        self.subscription.journal_id = self.company_data['default_journal_sale']
        new = self._transfer(self.subscription, **self.wish)
        self.assertEqual((new.company_id, new.partner_id), (self.other_company, self.customer))
        self.assertEqual(new.line_ids.company_id, self.other_company)
        self.assertFalse(new.journal_id)
        move = new.with_company(self.other_company).bill('2027-03-11')
        self.assertEqual((move.company_id, move.amount_untaxed), (self.other_company, 84.68))
        moved = (self.subscription + new).event_ids.filtered(
            lambda it: it.date == DAY and it.mrr_change
        )
        self.assertEqual(set(moved.mapped('movement')), {'transfer'})
        self.subscription.withdraw(self._get_act(self.subscription).id)
        self.assertEqual((self.subscription.state, new.state), ('active', 'closed'))
        self._assert_movements_add_up(new)

    def test_a_company_that_is_not_the_user_s_is_refused(self):
        self._assert_refused(
            'not one of your companies', lambda: self._transfer(self.subscription, **self.wish)
        )

    def test_what_belongs_to_another_company_does_not_go_along(self):
        self._allow()
        for record in (self.plan, self.backup, self.customer):
            with self.subTest(record=record), self.cr.savepoint() as savepoint:
                record.company_id = self.company
                self._assert_refused(
                    'belongs to another company',
                    lambda: self._transfer(self.subscription, **self.wish),
                )
                savepoint.rollback()
                self.env.invalidate_all()
        self.buyer.company_id = self.other_company
        self._assert_refused(
            'belongs to another company', lambda: self._transfer(self.subscription)
        )
        new = self._transfer(self.subscription, **self.takeover, **self.wish)
        self.assertEqual((new.partner_id, new.company_id), (self.buyer, self.other_company))
