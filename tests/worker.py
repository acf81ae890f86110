"""A process of its own on a database of its own: what commits, races and dies in the tests.

Called as: worker.py CONFIG DATABASE COMMAND [ARGUMENT]
"""

import contextlib
import functools
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from psycopg2.errors import DiskFull

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.sql_db import close_all, db_connect
from odoo.tools import SQL, config

DAY = '2027-01-01'
# statements between one moment of death and the next
MOMENTS = 9


def environment(cr):
    return api.Environment(cr, SUPERUSER_ID, {'tracking_disable': True})


def tell(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()


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


def _administrate(*statements):
    """Say something that takes effect for connections to come."""
    with db_connect('postgres').cursor() as cr:
        cr._cnx.autocommit = True
        for statement in statements:
            cr.execute(statement)
    close_all()


def _hurt(registry, what, table='account_move', whose="'Payer 3'"):
    """Let the server do something to whoever writes for a payer: an invoice of the fourth one.

    :param str whose: names of payers, in SQL
    """
    payer = 'partner_id' if table == 'account_move' else 'partner_invoice_id'
    with registry.cursor() as cr:
        cr.execute(
            SQL(
                """
                CREATE FUNCTION hurt() RETURNS trigger LANGUAGE plpgsql AS %s;
                CREATE TRIGGER hurt BEFORE INSERT OR UPDATE ON %s
                   FOR EACH ROW EXECUTE FUNCTION hurt()
                """,
                f"""BEGIN
                    IF (SELECT name FROM res_partner WHERE id = NEW.{payer}) IN ({whose}) THEN
                        {what}
                    END IF;
                    RETURN NEW;
                END""",
                SQL.identifier(table),
            )
        )


def _heal(registry):
    with registry.cursor() as cr:
        cr.execute('DROP FUNCTION IF EXISTS hurt() CASCADE')


def _fill_disk(registry):
    """Let a disk run full: invoice lines on a small one, and something else that takes its room.

    :return: the folder where it is mounted; False: only root can mount, so the server says what it
        would
    """
    with registry.cursor() as cr:
        cr.execute('SHOW data_directory')
        owner = os.stat(cr.fetchone()[0])
    folder = tempfile.mkdtemp()
    mount = ['mount', '-t', 'tmpfs', '-o', f'size=24m,uid={owner.st_uid},mode=0700']
    if subprocess.run([*mount, 'tmpfs', folder], check=False, capture_output=True).returncode:
        os.rmdir(folder)
        _hurt(registry, "RAISE EXCEPTION USING ERRCODE = '53100';")
        return False
    space = f'small_{os.path.basename(folder)}'
    _administrate(SQL('CREATE TABLESPACE %s LOCATION %s', SQL.identifier(space), folder))
    with registry.cursor() as cr:
        cr.execute(SQL('ALTER TABLE account_move_line SET TABLESPACE %s', SQL.identifier(space)))
        cr.execute(SQL('CREATE TABLE filler (t text) TABLESPACE %s', SQL.identifier(space)))
    for size in (10000, 1):
        _fill(registry, size)
    return folder


def _fill(registry, rows):
    """Write until there is no room for so many more."""
    with contextlib.suppress(DiskFull):
        while True:
            with registry.cursor() as cr:
                cr.execute(
                    "INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, %s)",
                    [rows],
                )


def _free_disk(registry, folder):
    _heal(registry)
    if not folder:
        return
    with registry.cursor() as cr:
        cr.execute('DROP TABLE filler')
        cr.execute('ALTER TABLE account_move_line SET TABLESPACE pg_default')
    space = f'small_{os.path.basename(folder)}'
    _administrate(SQL('DROP TABLESPACE %s', SQL.identifier(space)))
    subprocess.run(['umount', folder], check=True)
    os.rmdir(folder)


def bill_in_trouble(registry, kind):
    """Bill while the server has a trouble, two payers a batch, say what was billed, and heal."""
    _set_batch(2)
    database, folder = SQL.identifier(registry.db_name), None
    if kind == 'time-out':
        _hurt(registry, 'PERFORM pg_sleep(30);')
        _administrate(SQL("ALTER DATABASE %s SET statement_timeout = '2s'", database))
    elif kind == 'deadlock':
        _hurt(registry, "RAISE EXCEPTION USING ERRCODE = '40P01';")
    elif kind == 'lost connection':
        _hurt(registry, 'PERFORM pg_terminate_backend(pg_backend_pid());')
    elif kind == 'read-only':
        # as after a fail-over: whatever is written next is refused
        what = "PERFORM set_config('transaction_read_only', 'on', true);"
        _hurt(registry, what, 'offer_subscription', 'SELECT name FROM res_partner')
    elif kind == 'full disk':
        folder = _fill_disk(registry)
    status = os.waitpid(_fork(lambda: bill(registry)), 0)[1]
    _administrate(SQL('ALTER DATABASE %s RESET statement_timeout', database))
    with registry.cursor() as cr:
        cr.execute('SELECT count(*) FROM account_move')
        billed = cr.fetchone()[0]
        cr.execute('SELECT count(*) FROM offer_subscription WHERE parked_reason IS NOT NULL')
        parked = cr.fetchone()[0]
        cr.execute('SELECT count(*) FROM mail_activity')
        told = cr.fetchone()[0]
    _free_disk(registry, folder)
    tell(f'{billed} {parked} {told} {bool(status)} {bool(folder)}')


def install_jobs(registry):
    with registry.cursor() as cr:
        modules = environment(cr)['ir.module.module']
        modules.update_list()
        modules.search([('name', '=', 'queue_job')]).button_immediate_install()


def perform_jobs(registry):
    """Perform what waits in the queue, as its runner does."""
    from odoo.addons.queue_job.job import Job

    with registry.cursor() as cr:
        env = environment(cr)
        jobs = env['queue.job'].search([('state', '=', 'pending')])
        tell(f'{len(jobs)} jobs of {set(jobs.mapped("method_name"))}')
        for uuid in jobs.mapped('uuid'):
            job = Job.load(env, uuid)
            job.perform()
            job.set_done()
            job.store()
            # a job's transaction ends with it
            cr.commit()  # pylint: disable=invalid-commit


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


def install(registry):
    """Install the addon on a database that has lived: no row that was there is touched.

    The item of the setup fee is the one row that the addon adds to them.
    """
    tables = (
        'product_template',
        'product_product',
        'product_pricelist_item',
        'sale_order',
        'sale_order_line',
        'account_move',
        'account_move_line',
    )
    state = ' UNION ALL '.join(
        f"SELECT '{table}', count(*), max(xmin::text::bigint)::text,"
        f" (SELECT relfilenode::text FROM pg_class WHERE oid = '{table}'::regclass) FROM {table}"
        f' WHERE id <= %({table})s'
        for table in tables
    )
    with registry.cursor() as cr:
        env = environment(cr)
        env['account.chart.template'].try_loading('generic_coa', env.company, install_demo=False)
        product = env['product.product'].create({'name': 'Cable', 'invoice_policy': 'order'})
        env['product.pricelist'].create({'name': 'List', 'item_ids': [Command.create({})]})
        partner = env['res.partner'].create({'name': 'Bakery Berg'})
        lines = [Command.create({'product_id': product.id, 'tax_ids': [Command.clear()]})]
        order = env['sale.order'].create({'partner_id': partner.id, 'order_line': lines})
        order.action_confirm()
        order._create_invoices().action_post()
        module = env['ir.module.module'].search([('name', '=', 'sale_offer')])
        # a transaction of its own, so that what the installation touches shows
        cr.commit()  # pylint: disable=invalid-commit
        last = {}
        for table in tables:
            cr.execute(SQL('SELECT max(id) FROM %s', SQL.identifier(table)))
            last[table] = cr.fetchone()[0]
        cr.execute(state, last)
        before = cr.fetchall()
        assert all(row[1] for row in before), before
        module.button_immediate_install()
    with Registry(registry.db_name).cursor() as cr:
        cr.execute(state, last)
        after = cr.fetchall()
        assert after == before, (before, after)
        env = environment(cr)
        assert 'offer.plan' in env
        assert not env['product.template'].search([('offer_kind', '!=', False)])
        tell('no row was touched')


def uninstall(registry):
    """Sell under a plan, uninstall the addon, and open what is left."""
    with registry.cursor() as cr:
        env = environment(cr)
        plan = env['offer.plan'].create({'name': 'Monthly'})
        service = env['product.product'].create(
            {
                'name': 'Managed Workplace',
                'type': 'service',
                'offer_kind': 'service',
                'offer_state': 'published',
                'invoice_policy': 'order',
                'taxes_id': [Command.clear()],
                'offer_price_ids': [Command.create({'amount': 40.0, 'plan_id': plan.id})],
            }
        )
        partner = env['res.partner'].create({'name': 'Bakery Berg'})
        order = env['sale.order'].create({'partner_id': partner.id})
        order.offer_add({'product_id': service.id, 'plan_id': plan.id})
        order.action_confirm()
        subscription = order.offer_subscription_ids
        invoice = subscription.bill(subscription.date_start)
        ids = order.id, invoice.id
        module = env['ir.module.module'].search([('name', '=', 'sale_offer')])
        module.button_immediate_uninstall()
    with Registry(registry.db_name).cursor() as cr:
        env = environment(cr)
        order, invoice = env['sale.order'].browse(ids[0]), env['account.move'].browse(ids[1])
        for record in (order, invoice, order.order_line.product_id.product_tmpl_id):
            arch = record.get_view(view_type='form')['arch']
            assert 'offer_' not in arch, record
            record.read()
        assert 'offer.plan' not in env
        assert order.locked and 'Monthly' in ''.join(order.message_ids.mapped('body'))
        assert order.amount_total == 40.0 and invoice.state == 'posted'
        assert order.invoice_status != 'to invoice' and not order._get_invoiceable_lines()
        tell('a working Odoo')


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
