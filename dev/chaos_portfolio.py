"""A portfolio that is due today, what a dry run says of it, and one subscription that is broken.

Called by dev/chaos.py as: chaos_portfolio.py CONFIG DATABASE COUNT SEED
"""

import random
import sys
from datetime import timedelta

from odoo import SUPERUSER_ID, api
from odoo.fields import Command, Date
from odoo.modules.registry import Registry
from odoo.tools import config

MOST_LINES = 5
BATCH = 100
PLANS = (
    {'name': 'Monthly'},
    {'name': 'Monthly, by calendar', 'alignment': 'calendar'},
    {'name': 'Monthly, in arrears', 'billing_mode': 'arrears'},
    {'name': 'Quarterly', 'interval_count': 3, 'is_consolidated': False},
    {'name': 'Yearly, on the 15th', 'interval_unit': 'year', 'alignment': 'day'},
    {'name': 'Weekly, in full', 'interval_unit': 'week', 'proration': 'none'},
)
# what the dry run says, as plain rows
EXPECTED = """
    CREATE TABLE chaos_expected (
        subscription_id integer, line_id integer, kind text, date_from date, date_to date,
        quantity numeric, price_unit numeric, amount numeric);
    CREATE TABLE chaos_facts (
        day date, invoices integer, last_move integer, poisoned integer, responsible integer)
"""


class Portfolio:
    def __init__(self, env, count, seed):
        self.env, self.count, self.random = env, count, random.Random(seed)
        self.today = Date.today()

    def make(self):
        env = self.env
        env['account.chart.template'].try_loading('generic_coa', env.company, install_demo=False)
        env.company.offer_responsible_id = env.ref('base.user_admin')
        other = env['res.currency'].with_context(active_test=False)
        other = other.search([('name', '=', 'CHF')])
        other.active = True
        other.rate_ids = [Command.create({'name': '2020-01-01', 'rate': 0.9})]
        self.currencies = [env.company.currency_id, env.company.currency_id, other]
        self.plans = env['offer.plan'].create([{'alignment_day': 15, **plan} for plan in PLANS])
        self.services = env['product.product'].create(
            [
                {
                    'name': f'Service {number}',
                    'type': 'service',
                    'list_price': 9.99 * number,
                    'taxes_id': [Command.set(self._find_tax(number).ids)],
                }
                for number in range(1, 8)
            ]
        )
        payers = [
            {'name': f'Payer {number}', 'is_company': bool(number % 3)}
            for number in range(max(1, self.count * 2 // 5))
        ]
        self.payers = env['res.partner'].create(payers)
        account = env['account.account'].search([('account_type', '=', 'income')], limit=1)
        account = account.copy({'code': 'X999'})
        self.broken = self.services.create(
            {
                'name': 'Broken Service',
                'type': 'service',
                'list_price': 10.0,
                'property_account_income_id': account.id,
            }
        )
        self.broken_line = env['offer.subscription.line']
        for first in range(0, self.count, BATCH):
            found = self._agree(first, min(BATCH, self.count - first))
            if not first:
                self.broken_line = found[-1].line_ids[0]
            env.cr.commit()  # pylint: disable=invalid-commit
            env.invalidate_all()

    def _find_tax(self, number):
        taxes = self.env['account.tax'].search([('type_tax_use', '=', 'sale')], limit=1)
        return taxes if number % 4 else taxes.browse()

    def _agree(self, first, count):
        """So many more, under one plan, from one day on; of some there is more to tell."""
        plan = self.random.choice(self.plans)
        start = self.today - timedelta(days=self.random.randrange(40))
        if plan.billing_mode == 'arrears':
            start -= timedelta(days=31)
        found = self.env['offer.subscription'].create(
            [
                {
                    'partner_id': self.random.choice(self.payers).id,
                    'plan_id': plan.id,
                    'currency_id': self.random.choice(self.currencies).id,
                    'line_ids': [
                        Command.create(
                            {
                                'product_id': self._choose(number).id,
                                'quantity': self.random.randint(1, 20),
                                'price_unit': self.random.randrange(100, 20000) / 100,
                                'discount': self.random.choice((0, 0, 0, 5, 12.5)),
                            }
                        )
                        for _line in range(self.random.randint(1, MOST_LINES))
                    ],
                }
                for number in range(first, first + count)
            ]
        )
        found.activate(start)
        for subscription in found[: count // 10]:
            # what was billed is due to come back, in part
            subscription.bill(start)
            line = subscription.line_ids[0]
            day = min(start + timedelta(days=5), self.today)
            change = {'line_id': line.id, 'quantity': self.random.randint(1, 20)}
            subscription.change(day, [change])
        for subscription in found[count // 10 : count // 5]:
            subscription.pause(start + timedelta(days=2), start + timedelta(days=4))
        return found

    def _choose(self, number):
        """:return: an item; the one that breaks for the last of the first batch"""
        is_broken = number == min(BATCH, self.count) - 1
        return self.broken if is_broken else self.random.choice(self.services)

    def keep_dry_run(self):
        """:return: subscriptions that are due"""
        env, day = self.env, self.today
        due = env['offer.subscription'].search([('state', '!=', 'pending')])
        rows = due.preview(day)
        due = due.browse({row['subscription_id'] for row in rows})
        env.cr.execute(EXPECTED)
        names = ('subscription_id', 'line_id', 'kind', 'date_from', 'date_to')
        names += ('quantity', 'price_unit', 'amount')
        for row in rows:
            env.cr.execute(
                'INSERT INTO chaos_expected VALUES (%s, %s, %s, %s, %s, %s, %s, %s)',
                [row[name] for name in names],
            )
        return due

    def poison(self, due):
        """Break the one: only posting finds that an account is archived."""
        env = self.env
        broken = self.broken_line.subscription_id
        sound = due - broken
        groups = sound._group_due_rows(sound._get_due_rows(self.today))
        self.broken_line.product_id.property_account_income_id.active = False
        env.flush_all()
        env.cr.execute(
            'INSERT INTO chaos_facts SELECT %s, %s, (SELECT max(id) FROM account_move), %s, %s',
            [self.today, len(groups), broken.id, broken._get_responsible().id],
        )
        env.cr.execute(
            "UPDATE ir_cron SET active = true, nextcall = now() AT TIME ZONE 'UTC' WHERE id IN"
            ' (SELECT res_id FROM ir_model_data WHERE'
            " name IN ('ir_cron_bill', 'ir_cron_bill_lane_2') AND module = 'sale_offer')"
        )


def main():
    config_file, database, count, seed = sys.argv[1:]
    config.parse_config(['-c', config_file, '-d', database, '--log-level', 'error'])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {'tracking_disable': True})
        portfolio = Portfolio(env, int(count), int(seed))
        portfolio.make()
        portfolio.poison(portfolio.keep_dry_run())
        cr.commit()  # pylint: disable=invalid-commit
        cr.execute('ANALYZE')


if __name__ == '__main__':
    main()
