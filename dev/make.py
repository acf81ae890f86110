"""What the Makefile calls: fetch what is missing, start it, do the work, stop it again.

Needs nothing but Python's own library until the virtual environment is there.
"""

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from bench_due import bench_due
from bench_scheduler import print_scheduler
from browser import ensure_chromium, ensure_wkhtmltopdf
from chaos import run_chaos
from common import CACHE, CHECKOUT, STATE, SetupError, fail, locked, own_folder, remove, run, say
from database import ADDON, BRIDGES, Databases, check_port, serving
from odoo_source import find_odoo
from odoo_tests import SUITES, run_suites
from peers import WITH, ensure_packages
from postgres import Cluster, postgres
from python_env import ensure_venv

from bench import bench_quoting, run_bench

# what tests write is rolled back: counted in between, the tables are empty, and the next queries
# are planned for tables without rows
KEEP_UNCOUNTED = """
    DO $$
    DECLARE found record;
    BEGIN
        FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('ALTER TABLE %I SET (autovacuum_enabled = off)', found.tablename);
        END LOOP;
    END $$
"""
# with another app, but without what makes it one with us
NO_BRIDGES = '--no-bridges'
NOT_IN_WHEEL = {'dev', 'bench', 'bridges', 'Makefile', 'CONTRIBUTING.md', 'eslint.config.mjs'}


class Project:
    """The machine made ready: Odoo and its Python packages."""

    def __init__(self):
        own_folder(STATE, 0o711)
        CACHE.mkdir(parents=True, exist_ok=True)
        with locked(CACHE / 'fetch.lock'):
            self.odoo = find_odoo()
            self.python = ensure_venv()
        if Path(sys.prefix) != self.python.parent.parent:
            # go on inside the virtual environment: it has the database driver
            os.execv(self.python, [str(self.python), *sys.argv])
        say(f'Odoo: {self.odoo.build}')

    def databases(self, server):
        return Databases(self.odoo, self.python, server)


def demo():
    project = Project()
    wkhtmltopdf, chromium = ensure_wkhtmltopdf(), None
    if not wkhtmltopdf:
        chromium = ensure_chromium()
    with postgres() as server, locked(STATE / 'work.lock'):
        databases = project.databases(server)
        name = databases.ensure_demo()
        _run_demo(databases, name, 'records', STATE / 'demo')
        if wkhtmltopdf or chromium:
            with serving(databases, name) as (url, _process):
                _run_demo(databases, name, 'documents', STATE / 'demo', url, chromium or '')
        else:
            say('No PDFs: this machine has neither wkhtmltopdf nor Chromium.')
        _run_demo(databases, name, 'summary', STATE / 'demo')


def _run_demo(databases, name, step, *args):
    command = [databases.python, CHECKOUT / 'dev' / 'demo.py', databases.config, name, step, *args]
    result = subprocess.run(
        [str(part) for part in command],
        env=databases.environment(),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if result.returncode:
        raise SetupError(f'The demo\'s step "{step}" failed; "make clean" starts it afresh.')


def serve():
    port = _port()
    check_port(port)
    project = Project()
    with postgres() as server:
        databases = project.databases(server)
        with locked(STATE / 'work.lock'):
            name = databases.ensure_demo()
            _run_demo(databases, name, 'records', STATE / 'demo')
        # what a billing run or a revision asks for happens as it would in a company
        with serving(databases, name, port, crons=2) as (url, process):
            say(f'{url}/odoo  (login "admin", password "admin"); Ctrl-C ends it')
            process.wait()


def _port():
    text = os.environ.get('PORT', '8069')
    if not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise SetupError(f'PORT={text} is no port: choose a number from 1024 to 65535.')
    return int(text)


def deep(*args):
    """The random tests at their full sizes."""
    os.environ['SALE_OFFER_DEEP'] = '1'
    random_tests = [
        f'tests/{path.name}'
        for path in sorted((CHECKOUT / 'tests').glob('test_*.py'))
        if 'from .sizes import' in path.read_text()
    ]
    test(*(args or random_tests))


def test(*args):
    seed = os.environ.setdefault('SALE_OFFER_SEED', str(secrets.randbelow(10**6)))
    project = Project()
    say(f'Random cases: SALE_OFFER_SEED={seed} repeats them')
    chromium = ensure_chromium()
    with postgres() as server, locked(STATE / 'work.lock'):
        databases = project.databases(server)
        template = databases.ensure_template()
        name = f'{databases.prefix}_test'
        databases.clone(template, name)
        config = databases.config_alone if NO_BRIDGES in args else databases.config
        for modules in [arg.removeprefix('--with=') for arg in args if arg.startswith('--with=')]:
            # a bridge whose app was there before the addon doesn't install itself
            databases.install(name, ','.join(BRIDGES) if modules == 'bridges' else modules, config)
        server.execute(KEEP_UNCOUNTED, database=name)
        tests = databases.addons / ADDON / 'tests'
        args = [arg for arg in args if arg != NO_BRIDGES and not arg.startswith('--with=')]
        paths = [arg for arg in args if '.py' in arg or arg.split('/')[0] == 'bridges']
        options = [arg for arg in args if arg not in paths]
        command = [databases.python, '-m', 'pytest', '-p', 'no:cacheprovider']
        command += [f'--odoo-config={config}', f'--odoo-database={name}']
        command += ['--odoo-http'] if chromium else []
        command += options
        command += [databases.addons / ADDON / path for path in paths] or [tests]
        beside = ensure_packages(databases.python, WITH)
        env = databases.environment(
            SALE_OFFER_BESIDE=str(beside),
            SALE_OFFER_BESIDE_CONFIG=str(databases.config_with(beside)),
            SALE_OFFER_STOCK=databases.base,
            SALE_OFFER_TEMPLATE=template,
            SALE_OFFER_CONFIG=str(databases.config),
            SALE_OFFER_FILES=str(STATE / 'test'),
        )
        own_folder(STATE / 'test')
        result = subprocess.run(
            [str(part) for part in command], env=env, cwd=STATE, stdin=subprocess.DEVNULL
        )
        databases.drop(name)
        if result.returncode:
            raise SystemExit(result.returncode)


def odoo_tests(*suites):
    browser = '--no-browser' not in suites and ensure_chromium()
    suites = [suite for suite in suites if suite != '--no-browser']
    project = Project()
    with postgres() as server, locked(STATE / 'work.lock'):
        databases = project.databases(server)
        if not run_suites(databases, browser, suites or SUITES):
            raise SystemExit(1)


def bench(*parts):
    """:param str parts: none: all; 'due': only what finding it costs; 'quoting': only
        quotations; 'scheduler': only that, of
    DUE subscriptions
    """
    project = Project()
    with postgres() as server, locked(STATE / 'work.lock'):
        databases = project.databases(server)
        if 'scheduler' in parts:
            good = print_scheduler(databases, int(os.environ.get('DUE', 1000)), parts[1:])
        elif 'quoting' in parts:
            good = bench_quoting(databases)
        elif 'due' in parts:
            good, table = bench_due(databases)
            print(table)
        else:
            good = run_bench(databases)
    if not good:
        raise SystemExit(1)


def chaos():
    project = Project()
    with postgres() as server, locked(STATE / 'work.lock'):
        if not run_chaos(project.databases(server)):
            raise SystemExit(1)


def lint():
    python = ensure_venv()
    env = {**os.environ, 'PRE_COMMIT_HOME': str(CACHE / 'pre-commit')}
    command = [python, '-m', 'pre_commit', 'run', '--all-files', '--show-diff-on-failure']
    raise SystemExit(subprocess.run(list(map(str, command)), env=env, cwd=CHECKOUT).returncode)


def terms():
    project = Project()
    # it reads what is translated with a package of Odoo's environment
    from terms import export_terms

    with postgres() as server, locked(STATE / 'work.lock'):
        export_terms(project.databases(server))


def wheel():
    """Build the addon, and each bridge as a package of its own."""
    python, target = ensure_venv(), CHECKOUT / 'dist'
    remove(STATE / 'wheel')
    files = run(['git', 'ls-files', '-z'], what='list the files', cwd=CHECKOUT).split('\0')
    files = [Path(file) for file in files if file and not file.startswith('.')]
    folders = {ADDON: Path(), **{name: Path('bridges', name) for name in BRIDGES}}
    for name, folder in folders.items():
        # from a copy named after the addon: whool takes the wheel's name from the folder
        copy = STATE / 'wheel' / name
        for file in files:
            if file.is_relative_to(folder) and (folder.parts or file.parts[0] not in NOT_IN_WHEEL):
                copied = copy / file.relative_to(folder)
                copied.parent.mkdir(parents=True, exist_ok=True)
                copied.write_bytes((CHECKOUT / file).read_bytes())
        # whool asks git for a version's suffix and for nothing else
        command = [python, '-m', 'pip', 'wheel', '--quiet', '--no-deps', '-w', target, copy]
        run(command, what=f'build the wheel of {name}', hint='Check the network and run it again.')
    say(f'Built {", ".join(sorted(path.name for path in target.glob("*.whl")))} in dist/')


def clean():
    if (STATE / 'postgres' / 'data').exists():
        Cluster().stop()
    remove(STATE)
    say('Removed the databases, the demo and the logs (what was fetched stays in the cache).')


COMMANDS = {
    command.__name__.replace('_', '-'): command
    for command in (demo, serve, test, deep, odoo_tests, bench, chaos, lint, terms, wheel, clean)
}


def main():
    # "kill" is to us what Ctrl-C is: what was started is stopped again
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    command = COMMANDS[sys.argv[1]]
    try:
        command(*sys.argv[2:])
    except SetupError as problem:
        fail(problem)
    except KeyboardInterrupt:
        fail('interrupted; the same command goes on from here.')


if __name__ == '__main__':
    main()
