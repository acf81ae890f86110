"""Subscriptions that are due today, for a real server to bill: one a payer, three lines with a tax.

Called by dev/bench_scheduler.py as: scheduler.py CONFIG DATABASE COUNT
"""

import sys
from datetime import date

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

sys.path.insert(0, __file__.rpartition('/')[0])
import billing
from copies import copy_subscription


def prepare(env, count):
    # the scheduler goes by the clock
    billing.DAY = date.today()
    billing.prepare(env, 1)
    copy_subscription(env, env['offer.subscription'].search([]), count - 1)
    # nothing else is to be scheduled meanwhile; the second lane stays as it is installed
    env.cr.execute(
        "UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' + interval '1 day' WHERE id !="
        " (SELECT res_id FROM ir_model_data WHERE name = 'ir_cron_bill' AND module = 'sale_offer')"
    )


def main():
    config_file, database, count = sys.argv[1:]
    config.parse_config(['-c', config_file, '-d', database, '--log-level', 'error'])
    with Registry(database).cursor() as cr:
        prepare(api.Environment(cr, SUPERUSER_ID, {}), int(count))
        cr.commit()  # pylint: disable=invalid-commit
        cr.execute('ANALYZE')


if __name__ == '__main__':
    main()
