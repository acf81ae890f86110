"""Invoices an hour through Odoo's own scheduler: a real server, at Odoo's own limits."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time

from bench_billing import run_script
from bench_due import get_old_config
from common import STATE, SetupError, say
from database import ADDON

# the last commit whose runs end after ten seconds and wait to be called again
COMMIT = 'b5278fd'
DUE = 300
# so many take minutes to make: `make bench T='scheduler idle' DUE=100000` does
IDLE = 10_000
MOST_QUERIES = 15
MOST_SECONDS = 1.0
THREADS = 2
# a run that makes nothing for so long has stopped
PATIENCE = 180
LISTENING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = 'postgres' AND application_name LIKE 'odoo-%%' AND query IN ('COMMIT', %s)
"""
BILLED = "SELECT count(*) FROM account_move WHERE state = 'posted'"
# as ir.cron wakes the workers
WAKE = "SELECT pg_notify('cron_trigger', %s)"
KINDS = {
    'threads': ('two threads for scheduled jobs', ()),
    'prefork': ('`--workers 2`, two processes for scheduled jobs', ('--workers', 2)),
}


def bench_scheduler(databases, due=DUE, cases=('before threads', 'now threads', 'now prefork')):
    """
    :return: whether all was billed, and the table as Markdown
    """
    configs = {'before': get_old_config(databases, COMMIT), 'now': databases.config}
    rows, good, rates = [], True, {}
    for case in cases:
        which, kind = case.split()
        if not configs[which]:
            rows.append(f'| {which} | not measured: the repository lacks {COMMIT} | | | | |')
            continue
        one = _measure(databases, configs[which], which, kind, due)
        say(f'{case}: {one}')
        good = good and one['invoices'] == due and not one['warnings']
        rates[case] = 3600 * one['invoices'] / one['seconds']
        rows.append(
            f'| {which}, {KINDS[kind][0]} | {one["invoices"]:,} of {due:,} | {one["seconds"]:.0f} s'
            f' | {rates[case]:,.0f} | {one["processor"]:.0f} s | {one["gap"]:.0f} s |'
        )
    head = [
        'By the clock, PostgreSQL and all: one subscription of three lines with a tax a payer, due'
        f' today; before: {COMMIT}. A server of its own at Odoo\'s own limits, woken once; the'
        ' second lane is archived, as it is installed. Processor: of Odoo and PostgreSQL. Pause:'
        ' the longest time without a new invoice.',
        '',
        '| server | billed | by the clock | invoices an hour | processor | longest pause |',
        '| --- | --- | --- | --- | --- | --- |',
    ]
    quick, text = _measure_idle(databases)
    return good and quick, '\n'.join([*head, *rows, '', text])


def _measure_idle(databases, count=IDLE):
    """:return: whether a look at many with nothing to do is in its bounds, and a sentence"""
    name = f'{databases.prefix}_bench_idle'
    databases.clone(databases.ensure_template(), name)
    one = json.loads(run_script(databases, 'scheduler.py', databases.config, name, 'idle', count))
    databases.drop(name)
    say(f'idle: {one}')
    return one['queries'] <= MOST_QUERIES and one['seconds'] <= MOST_SECONDS, (
        f'{count:,} subscriptions under a plan with every policy, {one["invoices"]:,} invoices,'
        ' half of them open but not overdue, and nothing to do: a look at them takes'
        f' {one["queries"]} queries (at most {MOST_QUERIES}) and {one["seconds"]:.2f} s by the'
        f' clock (at most {MOST_SECONDS:.0f} s), {one["slowest"][0]:.2f} s of it for the slowest'
        ' query.'
    )


def print_scheduler(databases, due, cases):
    """:return: whether all was billed"""
    databases.ensure_base()
    if cases == ('idle',):
        good, table = _measure_idle(databases, due)
    else:
        good, table = bench_scheduler(databases, due, *([cases] if cases else []))
    print(table)
    return good


def _measure(databases, config, which, kind, due):
    name = f'{databases.prefix}_bench_scheduler'
    log = STATE / f'scheduler-{which}-{kind}.log'
    log.unlink(missing_ok=True)
    databases.clone(databases.base, name)
    databases.install(name, ADDON, config)
    run_script(databases, 'scheduler.py', config, name, 'due', due)
    with _server(databases, config, name, log, KINDS[kind][1]) as server:
        # the backends' time is lost with them, so it is read while they live
        start, used = time.monotonic(), _Processor(databases, server.pid, name)
        databases.server.execute(WAKE, name, database='postgres')
        billed, moved, gap = 0, start, 0
        while billed < due and time.monotonic() - moved < PATIENCE:
            time.sleep(0.25)
            used.look()
            before, (billed,) = billed, databases.server.execute(BILLED, database=name)[0]
            if billed > before:
                gap, moved = max(gap, time.monotonic() - moved), time.monotonic()
    databases.drop(name)
    text = log.read_text()
    return {
        'invoices': billed,
        'seconds': moved - start,
        'gap': gap,
        'processor': used.total(),
        'runs': len(re.findall(r"Job .* starting", text)),
        'warnings': re.findall(r'^.* (?:WARNING|ERROR|CRITICAL) .*$', text, re.M),
        'limits': len(re.findall(r'limit .* reached', text)),
    }


@contextlib.contextmanager
def _server(databases, config, name, log, options):
    """A server that does nothing but what is scheduled, once it listens."""
    command = databases.odoo_command('-d', name, '--no-http', config=config)
    command += ['--max-cron-threads', THREADS, '--logfile', log, '--log-level', 'info', *options]
    process = subprocess.Popen(
        list(map(str, command)),
        env=databases.environment(),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 120
        while databases.server.execute(LISTENING, 'LISTEN cron_trigger')[0][0] < THREADS:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SetupError(f"Odoo's server did not begin to listen. Its log: {log}")
            time.sleep(0.2)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class _Processor:
    """Seconds that a server and its connections to a database used, as long as they live."""

    def __init__(self, databases, group, name):
        self._databases, self._group, self._name = databases, group, name
        self._first, self._last = {}, {}
        self.look()

    def look(self):
        query = 'SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid != pg_backend_pid()'
        rows = self._databases.server.execute(query, self._name)
        pids = {pid for (pid,) in rows} | _find_group(self._group)
        for pid in pids:
            with contextlib.suppress(OSError):
                self._last[pid] = _read_stat(pid)[1]
                self._first.setdefault(pid, self._last[pid] if not self._first else 0)

    def total(self):
        return sum(seconds - self._first[pid] for pid, seconds in self._last.items())


def _find_group(group):
    found = set()
    for folder in os.listdir('/proc'):
        if folder.isdigit():
            with contextlib.suppress(OSError):
                if _read_stat(folder)[0] == group:
                    found.add(int(folder))
    return found


def _read_stat(pid):
    """:return: the process's group and the seconds of the processor that it used"""
    with open(f'/proc/{pid}/stat') as handle:
        fields = handle.read().rpartition(')')[2].split()
    return int(fields[2]), (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
