"""Time billing runs: ours, the floor and the peers, each in a process and a database of its own.

Called by dev/bench.py as: billing.py CONFIG DATABASE COMMAND [NUMBER]
Prints the processor's seconds, the number of queries and the peak of memory as JSON.
"""

import json
import os
import resource
import sys
import time
from datetime import date

from odoo import SUPERUSER_ID, api, sql_db
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config, split_every

sys.path.insert(0, __file__.rpartition('/')[0])
from copies import copy_subscription

DAY = date(2026, 1, 1)
BATCH = 50
# so many invoices of a long run are timed
PART = 200
LINES = 3


def environment(cr):
    return api.Environment(cr, SUPERUSER_ID, {})


def prepare(env, count):
    """So many customers and three Services with a tax; every customer subscribes to them all."""
    env['account.chart.template'].try_loading('generic_coa', env.company, install_demo=False)
    tax = env['account.tax'].search([('type_tax_use', '=', 'sale')], limit=1)
    account = env['account.account'].search([('account_type', '=', 'income')], limit=1)
    services = env['product.product'].create(
        [
            {
                'name': f'Service {number}',
                'property_account_income_id': account.id,
                'type': 'service',
                'list_price': 10.0 * number,
                'taxes_id': [Command.set(tax.ids)],
            }
            for number in range(1, LINES + 1)
        ]
    )
    for numbers in split_every(1000, range(int(count))):
        partners = env['res.partner'].create([{'name': f'Customer {n}'} for n in numbers])
        subscribe(env, partners, services)
        env.cr.commit()
        env.invalidate_all()


def subscribe(env, partners, services):
    if 'offer.subscription' in env:
        subscribe_offer(env, partners, services)
    if 'contract.contract' in env:
        subscribe_contract(env, partners, services)
    if 'sale.subscription' in env:
        subscribe_oca(env, partners, services)


def subscribe_offer(env, partners, services):
    plan = env['offer.plan'].search([('name', '=', 'Bench')], limit=1)
    plan = plan or env['offer.plan'].create({'name': 'Bench'})
    subscriptions = (
        env['offer.subscription']
        .with_context(tracking_disable=True)
        .create(
            [
                {
                    'partner_id': partner.id,
                    'plan_id': plan.id,
                    'line_ids': [
                        Command.create({'product_id': service.id, 'price_unit': service.list_price})
                        for service in services
                    ],
                }
                for partner in partners
            ]
        )
    )
    subscriptions.activate(DAY)


def subscribe_contract(env, partners, services):
    env['contract.contract'].with_context(tracking_disable=True).create(
        [
            {
                'name': partner.name,
                'partner_id': partner.id,
                'line_recurrence': False,
                'recurring_rule_type': 'monthly',
                'recurring_invoicing_type': 'pre-paid',
                'date_start': DAY,
                'recurring_next_date': DAY,
                'contract_line_ids': [
                    Command.create(
                        {
                            'product_id': service.id,
                            'name': service.name,
                            'price_unit': service.list_price,
                            'quantity': 1,
                            'recurring_next_date': DAY,
                            'date_start': DAY,
                        }
                    )
                    for service in services
                ],
            }
            for partner in partners
        ]
    )


def subscribe_oca(env, partners, services):
    template = env['sale.subscription.template'].search([('name', '=', 'Bench')], limit=1)
    template = template or env['sale.subscription.template'].create(
        {
            'name': 'Bench',
            'recurring_interval': 1,
            'recurring_rule_type': 'months',
            # it posts where it also makes PDFs, which nobody else here does
            'invoicing_mode': 'draft',
        }
    )
    pricelist = env['product.pricelist'].search([], limit=1) or env['product.pricelist'].create(
        {'name': 'Bench'}
    )
    stage = env['sale.subscription.stage'].search([('type', '=', 'in_progress')], limit=1)
    for partner in partners:
        env['sale.subscription'].create(
            {
                'partner_id': partner.id,
                'template_id': template.id,
                'pricelist_id': pricelist.id,
                'date_start': DAY,
                'recurring_next_date': DAY,
                'stage_id': stage.id,
                'in_progress': True,
                'sale_subscription_line_ids': [
                    Command.create({'product_id': service.id, 'product_uom_qty': 1})
                    for service in services
                ],
            }
        )


def floor(env):
    """One `create` and one `_post` a batch: what the same invoices cost whoever makes them."""
    partners = env['res.partner'].search([('name', '=like', 'Customer %')])
    services = env['product.product'].search([('name', '=like', 'Service %')], order='id')
    tax = services[0].taxes_id
    for batch in split_every(BATCH, partners.ids):
        moves = env['account.move'].create(
            [
                {
                    'move_type': 'out_invoice',
                    'partner_id': partner_id,
                    'invoice_date': DAY,
                    'invoice_line_ids': [
                        Command.create(
                            {
                                'product_id': service.id,
                                'name': f'{service.name}\n01/01/2026 – 01/31/2026',
                                'quantity': 1,
                                'price_unit': service.list_price,
                                'tax_ids': [Command.set(tax.ids)],
                            }
                        )
                        for service in services
                    ],
                }
                for partner_id in batch
            ]
        )
        moves._post(soft=False)
        env.cr.commit()


def ours(env):
    env['offer.subscription']._cron_bill(DAY)


def ours_with_one_broken(env):
    """One agreement in the middle can't be billed: an account is archived, as posting notices."""
    subscriptions = env['offer.subscription'].search([], order='id')
    line = subscriptions[len(subscriptions) // 2].line_ids[0]
    account = env['account.account'].search([('account_type', '=', 'income')], limit=1)
    broken = account.copy({'code': 'X999'})
    line.product_id = line.product_id.copy({'property_account_income_id': broken.id})
    broken.active = False
    env.cr.commit()
    ours(env)


def ours_a_part(env):
    """The first batches of a run: what an invoice costs where there are many more to bill."""
    left = [1.0] * (1 + PART // BATCH)

    def commit_progress(self, processed=0, *, remaining=None, deactivate=False):
        # as the scheduler's own does
        self.env.cr.commit()  # pylint: disable=invalid-commit
        return left.pop() if left else 0.0

    type(env['ir.cron'])._commit_progress = commit_progress
    ours(env)


def ours_two(env):
    """Two processes at once, each with its own connection."""
    name = env.cr.dbname
    children = []
    for _worker in range(2):
        child = os.fork()
        if not child:
            # the parent's connections are not the child's
            sql_db._Pool = None
            registry = Registry(name)
            registry._db = sql_db.db_connect(name)
            with registry.cursor() as cr:
                ours(environment(cr))
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def multiply(env, count):
    """Copy the first customer and its agreement in SQL, up to so many."""
    subscriptions = env['offer.subscription'].search([], order='id')
    copy_subscription(env, subscriptions[0], int(count) - len(subscriptions))


def dry_run(env):
    subscriptions = env['offer.subscription'].search([('date_next_due', '<=', DAY)])
    subscriptions.preview(DAY)


def contract(env):
    contracts = env['contract.contract'].search([('recurring_next_date', '<=', DAY)])
    for batch in split_every(BATCH, contracts.ids, contracts.browse):
        moves = batch._recurring_create_invoice(DAY)
        moves.filtered(lambda move: move.state == 'draft')._post(soft=False)
        env.cr.commit()


def subscription_oca(env):
    env['sale.subscription'].cron_subscription_management()
    for move in env['account.move'].search([('state', '=', 'draft')]):
        move.action_post()


COMMANDS = {
    command.__name__: command
    for command in (
        floor,
        ours,
        ours_a_part,
        ours_two,
        ours_with_one_broken,
        dry_run,
        contract,
        subscription_oca,
    )
}


def main():
    config_file, database, name, *arguments = sys.argv[1:]
    config.parse_config(['-c', config_file, '-d', database, '--log-level', 'error'])
    with Registry(database).cursor() as cr:
        env = environment(cr)
        if name in ('prepare', 'multiply'):
            {'prepare': prepare, 'multiply': multiply}[name](env, *arguments)
            cr.commit()  # pylint: disable=invalid-commit
            cr.execute('ANALYZE')
            return
        queries, start, wall = cr.sql_log_count, time.process_time(), time.time()
        COMMANDS[name](env)
        env.flush_all()
        cr.commit()  # pylint: disable=invalid-commit
        seconds, wall = time.process_time() - start, time.time() - wall
        queries = cr.sql_log_count - queries
        # what others committed shows in a new transaction
        cr.rollback()
        cr.execute("SELECT count(*) FROM account_move WHERE state = 'posted'")
        result = {
            'cpu': seconds,
            'wall': wall,
            'queries': queries,
            'invoices': cr.fetchone()[0],
            'parked': env['offer.subscription'].search_count([('parked_reason', '!=', False)])
            if 'offer.subscription' in env
            else 0,
            'memory': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        sys.stdout.write(json.dumps(result))


if __name__ == '__main__':
    main()
