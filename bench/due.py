"""Time how what is due is found, by today's code or by that of an older version.

Called by dev/bench_due.py in a process of its own as: due.py CONFIG DATABASE COMMAND
`prepare` makes the subscriptions, `measure` prints the processor's seconds and the number of
queries of each case as JSON.
"""

import json
import sys
import time
from datetime import date

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config, split_every
from odoo.tools.date_utils import add

sys.path.insert(0, __file__.rpartition('/')[0])
from copies import copy_subscription

COUNT = 1000
# as many as a run bills in one transaction
BATCH = 50
LINES = 3
ROUNDS = 3
# on the first day nobody owes anything new, on the second all do
BEFORE, DAY = date(2025, 12, 15), date(2026, 1, 1)
# by portfolio: its start, and how many changes each line has had
PORTFOLIOS = {
    'first': (DAY, 0),
    'second': (date(2025, 12, 1), 0),
    'changed': (date(2024, 5, 1), 19),
    'old': (date(2016, 1, 1), 0),
}
# what is measured: portfolio, and up to which day
CASES = {
    'first': ('first', DAY),
    'second': ('second', DAY),
    'changed': ('changed', DAY),
    'old': ('old', DAY),
    'nothing': ('second', BEFORE),
    'nothing_old': ('old', BEFORE),
}


def prepare(env):
    """A portfolio for each case: one subscription by its public methods, the others copied."""
    env['account.chart.template'].try_loading('generic_coa', env.company, install_demo=False)
    account = env['account.account'].search([('account_type', '=', 'income')], limit=1)
    services = env['product.product'].create(
        [
            {
                'name': f'Service {number}',
                'type': 'service',
                'list_price': 10.0 * number,
                'taxes_id': [Command.clear()],
                'property_account_income_id': account.id,
            }
            for number in range(1, LINES + 1)
        ]
    )
    plan = env['offer.plan'].create({'name': 'Bench'})
    for name, (start, changes) in PORTFOLIOS.items():
        subscription = env['offer.subscription'].create(
            {
                'partner_id': env['res.partner'].create({'name': f'Customer {name}'}).id,
                'client_order_ref': name,
                'plan_id': plan.id,
                'line_ids': [
                    Command.create({'product_id': service.id, 'price_unit': service.list_price})
                    for service in services
                ],
            }
        )
        subscription.activate(start)
        live(subscription, start, changes)
        copy_subscription(env, subscription, COUNT - 1)


def live(subscription, start, changes):
    """Bill each month up to the last day, after a change of all lines."""
    lines, month = subscription.line_ids.ids, start
    while month < DAY:
        if month > start and changes:
            subscription.change(
                month, [{'line_id': line, 'quantity': 1 + month.month % 5} for line in lines]
            )
        subscription.bill(month)
        month = add(month, months=1)


def find(env, portfolio, until):
    """:return: how many rows are due"""
    found = env['offer.subscription'].search([('client_order_ref', '=', portfolio)], order='id')
    env.invalidate_all()
    return sum(
        len(batch._get_due_rows(until)) for batch in split_every(BATCH, found.ids, found.browse)
    )


def run(env):
    """A whole run on a day on which nothing is due."""
    env['offer.subscription']._cron_bill(BEFORE)
    return 0


def measure(env):
    """:return: the best of some rounds, by case"""
    cases = {
        case: lambda portfolio=portfolio, until=until: find(env, portfolio, until)
        for case, (portfolio, until) in CASES.items()
    }
    cases['run'] = lambda: run(env)
    results = {}
    for case, act in cases.items():
        for _round in range(ROUNDS):
            env.invalidate_all()
            queries, start, wall = env.cr.sql_log_count, time.process_time(), time.perf_counter()
            rows = act()
            one = {
                'cpu': time.process_time() - start,
                'wall': time.perf_counter() - wall,
                'queries': env.cr.sql_log_count - queries,
                'rows': rows,
            }
            results[case] = min(results.get(case, one), one, key=lambda one: one['cpu'])
    return results


def main():
    config_file, database, command = sys.argv[1:]
    config.parse_config(['-c', config_file, '-d', database, '--log-level', 'error'])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if command == 'prepare':
            prepare(env)
            cr.commit()  # pylint: disable=invalid-commit
            cr.execute('ANALYZE')
            return
        sys.stdout.write(json.dumps(measure(env)))


if __name__ == '__main__':
    main()
