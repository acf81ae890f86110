"""Bill by two real servers while servers and PostgreSQL are killed: what comes out is what a dry
run said before, line by line, whatever was killed when.

`make chaos`; by variables: DUE (subscriptions), KILLS (of a server), CRASHES (of PostgreSQL), SEED.
"""

import contextlib
import os
import random
import re
import secrets
import signal
import subprocess
import time

from common import CHECKOUT, STATE, SetupError, locked, remove, run, say
from postgres import SETTINGS, Cluster

SERVERS = 2
# twice what Odoo's own scheduler sleeps between two looks, and a bit
PATIENCE = 150
# nothing may be lost but what a crash itself loses
DURABLE = {**SETTINGS, 'fsync': 'on', 'synchronous_commit': 'on', 'full_page_writes': 'on'}

BILLED = """
    SELECT count(*) FROM account_move WHERE id > (SELECT last_move FROM chaos_facts)
"""
DUE = """
    SELECT count(*) FROM chaos_expected x
     WHERE x.subscription_id <> (SELECT poisoned FROM chaos_facts)
       AND NOT EXISTS (
           SELECT FROM offer_billing_entry e JOIN account_move_line i ON i.id = e.invoice_line_id
            WHERE e.subscription_line_id = x.line_id AND e.kind = x.kind
              AND e.date_from = x.date_from AND i.move_id > (SELECT last_move FROM chaos_facts))
"""
WRITTEN = """
    SELECT e.subscription_line_id AS line_id, e.kind, e.date_from, e.date_to,
           round((s.sign * i.quantity)::numeric, 6) AS quantity,
           s.sign * i.price_subtotal AS amount
      FROM offer_billing_entry e
      JOIN account_move_line i ON i.id = e.invoice_line_id
      JOIN account_move m ON m.id = i.move_id
     CROSS JOIN LATERAL (
           SELECT CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS sign) s
     WHERE m.id > (SELECT last_move FROM chaos_facts)
"""
SAID = """
    SELECT line_id, kind, date_from, date_to, round(quantity, 6) AS quantity,
           round(amount, 2) AS amount
      FROM chaos_expected WHERE subscription_id <> (SELECT poisoned FROM chaos_facts)
"""
# what is to have no row at all
FAULTS = {
    'said, but not billed': f'({SAID}) EXCEPT ALL ({WRITTEN})',
    'billed, but not said': f'({WRITTEN}) EXCEPT ALL ({SAID})',
    'days charged twice': """
        SELECT a.id, b.id FROM offer_billing_entry a
          JOIN offer_billing_entry b ON b.subscription_line_id = a.subscription_line_id
               AND b.id > a.id AND b.date_from <= a.date_to AND a.date_from <= b.date_to
         WHERE a.kind IN ('charge', 'external') AND b.kind IN ('charge', 'external')
           AND a.is_taken_back IS NOT TRUE AND b.is_taken_back IS NOT TRUE
           AND a.is_void IS NOT TRUE AND b.is_void IS NOT TRUE""",
    'invoices that are not posted': """
        SELECT id FROM account_move WHERE state <> 'posted' OR name IS NULL OR name = '/'""",
    'invoice lines without their days': """
        SELECT i.id FROM account_move_line i JOIN account_move m ON m.id = i.move_id
         WHERE i.display_type = 'product' AND m.id > (SELECT last_move FROM chaos_facts)
           AND NOT EXISTS (SELECT FROM offer_billing_entry e WHERE e.invoice_line_id = i.id)""",
    'days without an invoice line': """
        SELECT id FROM offer_billing_entry WHERE invoice_line_id IS NULL""",
    'invoices that do not balance, or not with their lines': """
        SELECT m.id FROM account_move m JOIN account_move_line i ON i.move_id = m.id
         GROUP BY m.id, m.amount_untaxed
        HAVING sum(i.balance) <> 0 OR m.amount_untaxed <>
               coalesce(sum(i.price_subtotal) FILTER (WHERE i.display_type = 'product'), 0)""",
    'numbers with a gap': """
        SELECT journal_id, sequence_prefix FROM account_move
         GROUP BY 1, 2 HAVING count(DISTINCT sequence_number) <> count(*)
            OR max(sequence_number) - min(sequence_number) + 1 <> count(*)""",
    'parked without a fault, or broken and not parked': """
        SELECT id FROM offer_subscription
         WHERE (parked_reason IS NOT NULL) <> (id = (SELECT poisoned FROM chaos_facts))""",
    'days of the broken one': """
        SELECT e.id FROM offer_billing_entry e
          JOIN offer_subscription_line l ON l.id = e.subscription_line_id
          JOIN account_move_line i ON i.id = e.invoice_line_id
         WHERE l.subscription_id = (SELECT poisoned FROM chaos_facts)
           AND i.move_id > (SELECT last_move FROM chaos_facts)""",
    'told otherwise than its responsible, once': """
        SELECT count(*) FROM mail_activity a, chaos_facts f
        HAVING count(*) <> 1 OR bool_or(a.res_model <> 'offer.subscription'
               OR a.res_id <> f.poisoned OR a.user_id <> f.responsible)""",
    'other than as many invoices as said': f"""
        SELECT invoices, ({BILLED}) FROM chaos_facts WHERE invoices <> ({BILLED})""",
    'jobs that Odoo counts as failed': """
        SELECT id FROM ir_cron WHERE active IS NOT TRUE AND id IN (
               SELECT res_id FROM ir_model_data WHERE module = 'sale_offer'
                  AND name IN ('ir_cron_bill', 'ir_cron_bill_lane_2'))""",
}


class Fleet:
    """Servers of the scheduler alone, at Odoo's own limits, that a supervisor starts again."""

    def __init__(self, databases, config, name, cluster):
        self.databases, self.config, self.name, self.cluster = databases, config, name, cluster
        self.log = STATE / 'chaos.log'
        self.log.unlink(missing_ok=True)
        self.servers = [self._start() for _number in range(SERVERS)]
        self.killed = self.crashed = self.revived = 0

    def _start(self):
        options = ['--no-http', '--max-cron-threads', 2, '--log-level', 'info']
        command = self.databases.odoo_command('-d', self.name, *options, config=self.config)
        return subprocess.Popen(
            [*map(str, command), '--logfile', str(self.log)],
            env=self.databases.environment(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self, number):
        os.killpg(self.servers[number].pid, signal.SIGKILL)
        self.servers[number].wait()

    def kill_one(self, number):
        self.kill(number)
        self.killed += 1
        self.servers[number] = self._start()

    def crash(self, seconds=60):
        """Kill PostgreSQL and start it again, as soon as what is left of it has ended."""
        self.cluster.kill()
        self.crashed += 1
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.cluster.start()
            except SetupError:
                # a connection that was just being made may live a moment longer
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def revive(self):
        """Start servers again whose scheduler did not survive a crash of PostgreSQL."""
        for number in range(SERVERS):
            self.kill(number)
            self.servers[number] = self._start()
        self.revived += 1

    def select(self, query, *args):
        """:return: rows; None: PostgreSQL is not there just now"""
        import psycopg2  # of the virtual environment

        with contextlib.suppress(psycopg2.OperationalError):
            return self.cluster.server.execute(query, *args, database=self.name)

    def find_busy(self):
        """:return: numbers of the servers that are at work in the database"""
        rows = self.select(
            'SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname ='
            " current_database() AND state <> 'idle' AND application_name LIKE 'odoo-%'"
        )
        names = {name for (name,) in rows or []}
        return [n for n, server in enumerate(self.servers) if f'odoo-{server.pid}' in names]

    def wake(self):
        """As whatever asks for a run does: workers listen on another database."""
        import psycopg2  # of the virtual environment

        with contextlib.suppress(psycopg2.OperationalError):
            self.cluster.server.execute("SELECT pg_notify('cron_trigger', %s)", self.name)

    def stop(self):
        for server in self.servers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def run_chaos(databases):
    """:return: whether all came out as the dry run said"""
    names = {'DUE': 200, 'KILLS': 4, 'CRASHES': 1, 'SEED': secrets.randbelow(10**6)}
    due, kills, crashes, seed = (int(os.environ.get(key, names[key])) for key in names)
    say(f'DUE={due} KILLS={kills} CRASHES={crashes} SEED={seed}')
    cluster = Cluster('chaos')
    with locked(STATE / 'chaos.lock'):
        remove(cluster.folder)
        cluster.start()
        fleet = None
        try:
            config, name = _move(databases, cluster)
            say(f'{due} subscriptions …')
            script = CHECKOUT / 'dev' / 'chaos_portfolio.py'
            command = [databases.python, script, config, name, due, seed]
            run(command, what='make the portfolio', env=databases.environment())
            cluster.stop()
            cluster.settings = DURABLE
            cluster.start()
            fleet = Fleet(databases, config, name, cluster)
            seconds, pause = _bill(fleet, kills, crashes, random.Random(seed))
            # a run that finds nothing more may not add anything
            fleet.wake()
            time.sleep(10)
            return _judge(fleet, seconds, pause)
        finally:
            if fleet:
                fleet.stop()
            cluster.stop()
            remove(cluster.folder)


def _move(databases, cluster):
    """Copy the database with the addon to a cluster of its own.

    :return: a configuration for it, and its name
    """
    source, name = databases.ensure_template(), f'{databases.prefix}_chaos'
    databases.clone(source, name)
    dump = cluster.folder / 'dump.sql'
    here, there = databases.server, cluster.server
    cluster.run('pg_dump', '-h', here.host, '-p', here.port, '-U', here.user, '-f', dump, name)
    cluster.run('createdb', '-h', there.host, '-U', there.user, '-T', 'template0', name)
    cluster.run('psql', '-h', there.host, '-U', there.user, '-q', '-d', name, '-f', dump)
    remove(dump)
    here.execute(f'DROP DATABASE "{name}"')
    config = STATE / 'odoo-chaos.conf'
    text = databases.config.read_text()
    config.write_text(re.sub(r'(?m)^db_host = .*$', f'db_host = {there.host}', text))
    config.chmod(0o600)
    return config, name


def _bill(fleet, kills, crashes, chance):
    """Let the servers bill, and kill at moments by chance, spread over what is billed.

    :return: seconds in all, and the longest time without a new invoice
    """
    total = fleet.select('SELECT invoices FROM chaos_facts')[0][0]
    acts = ['kill'] * kills + ['crash'] * crashes
    chance.shuffle(acts)
    moments = sorted(chance.uniform(0, 0.9) * total for _act in acts)
    plan, start = list(zip(moments, acts, strict=True)), time.monotonic()
    moved, last, longest, woken = start, 0, 0, 0
    while True:
        time.sleep(0.2)
        rows, now = fleet.select(BILLED), time.monotonic()
        if rows and rows[0][0] != last:
            last, longest, moved = rows[0][0], max(longest, now - moved), now
        if now - woken > 5:
            # a server that was just started sleeps for a minute unless it is woken
            fleet.wake()
            woken = now
        if rows and plan and last >= plan[0][0]:
            time.sleep(chance.uniform(0, 2))
            busy = fleet.find_busy()
            if not busy:
                continue
            _moment, act = plan.pop(0)
            fleet.crash() if act == 'crash' else fleet.kill_one(chance.choice(busy))
            say(f'{act} after {last} of {total} invoices')
            if act == 'crash':
                time.sleep(1)
                fleet.revive()
        elif not plan and fleet.select(DUE) == [(0,)]:
            return now - start, longest
        if now - moved > PATIENCE:
            say(f'Nothing more was billed for {PATIENCE} s, at {last} of {total} invoices')
            return now - start, now - moved


def _judge(fleet, seconds, pause):
    """Compare by SQL that shares no code with the addon, and print.

    :return: whether no fault was found
    """
    faults = {what: rows for what, query in FAULTS.items() if (rows := fleet.select(query)) != []}
    for what, rows in faults.items():
        say(f'FAULT: {what}: {len(rows or [])} rows, such as {(rows or [])[:5]}')
    rows = fleet.select(
        f"""SELECT (SELECT count(*) FROM ({SAID}) s), ({BILLED}), (SELECT count(DISTINCT
            partner_invoice_id) FROM offer_subscription), (SELECT count(*) FROM offer_subscription)
        """
    )[0]
    text = fleet.log.read_text()
    say(
        f'{rows[3]} subscriptions of {rows[2]} payers: {rows[1]} invoices with {rows[0]} lines in'
        f' {seconds:.0f} s, longest pause {pause:.0f} s; {fleet.killed} kills of a server,'
        f' {fleet.crashed} of PostgreSQL; {len(re.findall(r"Job .* starting", text))} runs,'
        f' {text.count("processed no record")} without a record,'
        f' {text.count("timed out")} counted as timed out.'
    )
    say('As the dry run said.' if not faults else f'Not as it should be; see {fleet.log}')
    return not faults
