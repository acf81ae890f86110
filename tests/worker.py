"""A process of its own on a database of its own: what commits, races and dies in the tests.

Called as: worker.py CONFIG DATABASE COMMAND [ARGUMENT]
"""

import functools
import os
import signal
import sys
import time
import traceback

# this file is run, not imported
from worker_base import environment, tell
from worker_install import install, uninstall
from worker_jobs import install_jobs, perform_jobs, schedule_jobs, shift_jobs
from worker_trouble import administrate, fill_disk, free_disk, hurt

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.sql_db import close_all
from odoo.tools import SQL, config

DAY = '2027-01-01'
# statements between one moment of death and the next
MOMENTS = 9


def prepare(registry, payers):
    """Two active subscriptions of one line each, 10.00 a month, for each payer."""
    with registry.cursor() as cr:
        env = environment(cr)
        env['account.chart.template'].try_loading('generic_coa', env.company, install_demo=False)
        plan = env['offer.plan'].create({'name': 'Monthly'})
        service = env['product.product'].create(
            {
                'name': 'Managed Workplace',
                'type': 'service',
                'offer_kind': 'service',
                'taxes_id': [Command.clear()],
            }
        )
        for number in range(int(payers)):
            partner = env['res.partner'].create({'name': f'Payer {number}'})
            for _twice in range(2):
                _agree(partner, plan, service)


def _agree(partner, plan, service):
    """:return: a subscription that is active, 10.00 a month"""
    line = {'product_id': service.id, 'price_unit': 10.0}
    subscription = partner.env['offer.subscription'].create(
        {'partner_id': partner.id, 'plan_id': plan.id, 'line_ids': [Command.create(line)]}
    )
    subscription.activate(DAY)
    return subscription


def bill(registry, until=DAY):
    with registry.cursor() as cr:
        environment(cr)['offer.subscription']._cron_bill(until)


def start_run(registry):
    """Ask the scheduler to bill, as the button does."""
    with registry.cursor() as cr:
        environment(cr)['offer.billing.run'].create({'date': DAY}).action_start()


def _set_batch(payers):
    # the addon is found once the registry is loaded
    from odoo.addons.sale_offer.models.billing import offer_subscription_scheduler

    # each has two lines
    offer_subscription_scheduler.MOST_LINES = 2 * payers


def _fork(act):
    """Let a process of its own act, with connections of its own.

    :return: its number
    """
    close_all()
    child = os.fork()
    if not child:
        status = 1
        try:
            act()
            status = 0
        finally:
            # whatever happened, the parent's clean-up is not the child's
            traceback.print_exc() if status else None
            os._exit(status)
    return child


def bill_at_once(registry, workers):
    """Let so many processes bill at once, two payers a batch."""
    _set_batch(2)
    children = [_fork(lambda: bill(registry)) for _worker in range(int(workers))]
    for child in children:
        tell(str(os.waitpid(child, 0)[1]))


def bill_and_die(registry, moments):
    """Be killed, `kill -9`, just before a statement or a commit, at so many moments.

    Each child is a process with a connection of its own; it bills payer by payer.
    """
    _set_batch(1)

    def bill_until(statements):
        with registry.cursor() as cr:
            _kill_before(cr, statements)
            environment(cr)['offer.subscription']._cron_bill(DAY)

    for moment in range(1, int(moments) + 1):
        child = _fork(functools.partial(bill_until, MOMENTS * moment))
        status = os.waitpid(child, 0)[1]
        tell('killed' if os.WIFSIGNALED(status) else f'ended with {status}')


def _kill_before(cr, statements):
    left = statements

    def counted(act):
        def count(*arguments, **keywords):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return act(*arguments, **keywords)

        return count

    cr.execute, cr.commit = counted(cr.execute), counted(cr.commit)


def bill_and_stop(registry):
    """Bill payer by payer with time for two batches only, as at the scheduler's limit."""
    _set_batch(1)
    with registry.cursor() as cr:
        env = environment(cr)
        # the beginning and two calls of the look at what is shown come before
        crons, left = type(env['ir.cron']), [1, 1, 1, 1, 1, 1, 0]

        def commit_progress(self, processed=0, *, remaining=None, deactivate=False):
            # as the scheduler's own does
            self.env.cr.commit()  # pylint: disable=invalid-commit
            return left.pop(0)

        crons._commit_progress = commit_progress
        env['offer.subscription']._cron_bill(DAY)


def bill_in_trouble(registry, kind):
    """Bill while the server has a trouble, two payers a batch, say what was billed, and heal."""
    _set_batch(2)
    database, folder = SQL.identifier(registry.db_name), None
    if kind == 'time-out':
        hurt(registry, 'PERFORM pg_sleep(30);')
        administrate(SQL("ALTER DATABASE %s SET statement_timeout = '2s'", database))
    elif kind == 'deadlock':
        hurt(registry, "RAISE EXCEPTION USING ERRCODE = '40P01';")
    elif kind == 'lost connection':
        hurt(registry, 'PERFORM pg_terminate_backend(pg_backend_pid());')
    elif kind == 'read-only':
        # as after a fail-over: whatever is written next is refused
        what = "PERFORM set_config('transaction_read_only', 'on', true);"
        hurt(registry, what, 'offer_subscription', 'SELECT name FROM res_partner')
    elif kind == 'full disk':
        folder = fill_disk(registry)
    status = os.waitpid(_fork(lambda: bill(registry)), 0)[1]
    administrate(SQL('ALTER DATABASE %s RESET statement_timeout', database))
    with registry.cursor() as cr:
        cr.execute('SELECT count(*) FROM account_move')
        billed = cr.fetchone()[0]
        cr.execute('SELECT count(*) FROM offer_subscription WHERE parked_reason IS NOT NULL')
        parked = cr.fetchone()[0]
        cr.execute('SELECT count(*) FROM mail_activity')
        told = cr.fetchone()[0]
    free_disk(registry, folder)
    tell(f'{billed} {parked} {told} {bool(status)} {bool(folder)}')


def bill_behind_a_snapshot(registry):
    """A worker whose snapshot is older than another's commit must fail, not bill again."""
    with registry.cursor() as late, registry.cursor() as early:
        late.execute('SELECT count(*) FROM offer_billing_entry')
        environment(early)['offer.subscription'].search([]).bill(DAY)
        early.commit()
        try:
            moves = environment(late)['offer.subscription'].search([]).bill(DAY)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            tell(type(error).__name__)
            late.rollback()
        else:
            tell(f'billed {len(moves)} again')


def _act(name, subscription):
    line = subscription.line_ids.sorted('id')[0]
    changed = subscription.event_ids.filtered(lambda act: act.kind == 'changed' and not act.act_id)
    return {
        'bill': lambda: subscription.bill(DAY),
        'run': lambda: subscription._bill_payers(
            subscription.company_id.id,
            subscription.partner_invoice_id.ids,
            subscription._to_day(DAY),
        ),
        'change': lambda: subscription.change('2027-01-15', [{'line_id': line.id, 'quantity': 3}]),
        'pause': lambda: subscription.pause('2027-01-15'),
        'end': lambda: subscription.end('2027-01-14', 'moved'),
        'transfer': lambda: subscription.transfer(
            '2027-01-15',
            {'partner_id': subscription.env['res.partner'].create({'name': 'Heir'}).id},
        ),
        'waive': lambda: subscription.waive(line.id, '2027-01-15', '2027-01-31', 'a gift'),
        'withdraw': lambda: subscription.withdraw(changed.id),
    }[name]()


def race(registry, when, *races):
    """Two act on one subscription, in transactions of their own; each race has its own payer.

    :param str when: 'behind': the second acts when the first has committed, in an older snapshot;
        'beside': it acts before
    :param str races: what the first to commit does and what the other one does, with a comma
    """
    for acts in races:
        with registry.cursor() as cr:
            env = environment(cr)
            partner = env['res.partner'].create({'name': acts})
            service = env['product.product'].search([('offer_kind', '=', 'service')])
            subscription = _agree(partner, env['offer.plan'].search([]), service)
            if 'withdraw' in acts:
                _act('change', subscription)
        _race(registry, when, *acts.split(','), subscription.id)


def _race(registry, when, first, second, subscription_id):
    with registry.cursor() as before, registry.cursor() as after:
        subscription = environment(before)['offer.subscription'].browse(subscription_id)
        late = environment(after)['offer.subscription'].browse(subscription_id)
        late.line_ids.billing_entry_ids.mapped('date_to')
        _act(first, subscription)
        if when == 'behind':
            before.commit()
        try:
            # whoever waits for the other one would wait for ever: both are this process
            after.execute("SET LOCAL lock_timeout = '200ms'")
            visited = _act(second, late)
            after.commit()
            # a run leaves out what somebody holds
            outcome = 'left out' if second == 'run' and not visited else 'nobody noticed'
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, UserError):
            after.rollback()
            outcome = 'tried again'
        if when == 'beside':
            before.commit()
        if outcome != 'nobody noticed':
            late.env.invalidate_all()
            try:
                # as Odoo does with whoever was too late
                _act(second, late)
                after.commit()
            except UserError as refusal:
                after.rollback()
                outcome = f'refused: {refusal}'
    with registry.cursor() as cr:
        subscription = environment(cr)['offer.subscription'].browse(subscription_id)
        subscription.bill('2027-02-01')
        moves = subscription._get_invoices()
        total = sum(-move.direction_sign * move.amount_untaxed for move in moves)
        # what hints would hide
        rows = subscription._find_ledger_rows(subscription._to_day('2027-02-01'), audits=True)
        tell(f'{first},{second};{outcome};{total:.2f};{len(rows)}')


def hold_one(registry, seconds):
    """Hold the first payer's second subscription, as somebody who works on it does."""
    with registry.cursor() as cr:
        subscription = environment(cr)['offer.subscription'].search([], order='id', limit=2)[1]
        subscription.lock_for_update()
        tell('held')
        time.sleep(float(seconds))


COMMANDS = {
    command.__name__: command
    for command in (
        prepare,
        bill,
        bill_and_die,
        bill_at_once,
        bill_and_stop,
        bill_in_trouble,
        install_jobs,
        perform_jobs,
        schedule_jobs,
        shift_jobs,
        bill_behind_a_snapshot,
        hold_one,
        start_run,
        race,
        install,
        uninstall,
    )
}

if __name__ == '__main__':
    config_file, database, name, *arguments = sys.argv[1:]
    config.parse_config(['-c', config_file, '-d', database, '--log-level', 'error'])
    COMMANDS[name](Registry(database), *arguments)
