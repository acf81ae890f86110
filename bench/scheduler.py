"""What the scheduler finds: subscriptions that are due today, or many with nothing to do.

Called by dev/bench_scheduler.py as: scheduler.py CONFIG DATABASE COMMAND COUNT
`due`: one a payer, three lines with a tax, for a real server to bill. `idle`: under a plan with
every policy, billed, and paid or open; prints the queries and seconds of a look at them as JSON.
"""

import json
import sys
import time
from datetime import date

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

sys.path.insert(0, __file__.rpartition('/')[0])
import billing
from copies import copy_subscription

# a plan with all that may become of a subscription by itself
POLICIES = {
    'minimum_term_count': 12,
    'renewal_count': 12,
    'renewal_percent': 3.0,
    'unpaid_policy': 'suspend',
    'unpaid_days': 14,
}
OVERDUE = 365


def due(env, count):
    # the scheduler goes by the clock
    billing.DAY = date.today()
    billing.prepare(env, 1)
    copy_subscription(env, env['offer.subscription'].search([]), count - 1)
    # nothing else is to be scheduled meanwhile; the second lane stays as it is installed
    env.cr.execute(
        "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' + interval '1 day' WHERE id !="
        " (SELECT res_id FROM ir_model_data WHERE name = 'ir_cron_bill' AND module = 'sale_offer')"
    )


def idle(env, count):
    billing.DAY = date.today()
    env['offer.plan'].create({'name': 'Bench', **POLICIES})
    billing.prepare(env, 1)
    subscription = env['offer.subscription'].search([])
    move = subscription.bill(billing.DAY)
    # paid long ago: of an open one there would be something to do
    env.flush_all()
    env.cr.execute(
        "UPDATE account_move SET payment_state = 'paid', amount_residual = 0,"
        ' invoice_date_due = invoice_date_due - %s WHERE id = %s',
        [OVERDUE, move.id],
    )
    env.invalidate_all()
    copy_subscription(env, subscription, count - 1, invoices=True)
    # half of them are open, as long as they may be
    env.cr.execute(
        "UPDATE account_move SET payment_state = 'not_paid', amount_residual = amount_total,"
        ' invoice_date_due = invoice_date_due + %s WHERE id %% 2 = 0',
        [OVERDUE],
    )
    env.cr.commit()  # pylint: disable=invalid-commit
    env.cr.execute('ANALYZE')
    best = None
    for _round in range(3):
        env.invalidate_all()
        statements = _watch(env.cr)
        queries, start = env.cr.sql_log_count, time.perf_counter()
        env['offer.subscription']._cron_bill()
        seconds = time.perf_counter() - start
        one = [seconds, env.cr.sql_log_count - queries, max(statements)]
        best = min(best or one, one)
    env.cr.execute('SELECT count(*) FROM account_move')
    result = dict(zip(('seconds', 'queries', 'slowest'), best, strict=True))
    result['invoices'] = env.cr.fetchone()[0]
    sys.stdout.write(json.dumps(result))


def _watch(cr):
    """:return: a list that gets each statement's seconds and text"""
    seen, execute = [], type(cr).execute

    def timed(query, *args, **keywords):
        start = time.perf_counter()
        result = execute(cr, query, *args, **keywords)
        text = getattr(query, 'code', query)
        seen.append((time.perf_counter() - start, ' '.join(text.split())[:300]))
        return result

    cr.execute = timed
    return seen


def main():
    config_file, database, name, count = sys.argv[1:]
    config.parse_config(['-c', config_file, '-d', database, '--log-level', 'error'])
    with Registry(database).cursor() as cr:
        {'due': due, 'idle': idle}[name](api.Environment(cr, SUPERUSER_ID, {}), int(count))
        cr.commit()  # pylint: disable=invalid-commit
        cr.execute('ANALYZE')


if __name__ == '__main__':
    main()
