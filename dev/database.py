"""Databases: one with Odoo alone, from which the others are cloned within a second."""

import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import time

from common import CHECKOUT, STATE, SetupError, fingerprint, own_folder, remove, run, say
from postgres import wait_for_nobody
from python_env import environment

# `sale_stock` is no dependency of ours: it is here so that storable goods are tested too.
MODULES = 'sale_management,sale_stock'
ADDON = 'sale_offer'
# what makes other apps one with us: each an addon of its own, which installs itself with its app
BRIDGES = sorted(path.parent.name for path in CHECKOUT.glob('bridges/*/__manifest__.py'))
NOT_ADDON = {
    'dev',
    'bench',
    'bridges',
    'tests',
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'Makefile',
}


class Databases:
    def __init__(self, odoo, python, server):
        self.odoo, self.python, self.server = odoo, python, server
        own_folder(STATE, 0o711)
        self.addons = STATE / 'addons'
        self.addons.mkdir(exist_ok=True)
        # a link outside the checkout: the root is a Python package itself
        link = self.addons / ADDON
        remove(link)
        link.symlink_to(CHECKOUT)
        self.data = STATE / 'data'
        bridges = self.addons / ADDON / 'bridges'
        self.config = STATE / 'odoo.conf'
        self._write_config(self.config, bridges, self.addons)
        # for databases that are to know of no bridge: one that is known installs itself
        self.config_alone = STATE / 'odoo-alone.conf'
        self._write_config(self.config_alone, self.addons)
        key = hashlib.sha256(f'{odoo.root} {odoo.build} {MODULES}'.encode()).hexdigest()[:6]
        # on a server that is shared, another checkout's databases stay apart
        self.prefix = f'sale_offer_{STATE.name[-8:]}'
        self.base = f'{self.prefix}_odoo_{key}'

    def config_with(self, folder):
        """:return: a configuration that knows the addons of a folder, too"""
        config = STATE / f'odoo-{folder.name}.conf'
        self._write_config(config, self.addons, folder / 'odoo' / 'addons')
        return config

    def _write_config(self, config, *folders):
        path = ','.join(map(str, [*self.odoo.addons_path, *folders]))
        options = {
            **self.server.options(),
            'addons_path': path,
            'data_dir': self.data,
            'list_db': 'True',
            'log_level': 'warn',
            'max_cron_threads': 0,
            'http_interface': '127.0.0.1',
        }
        lines = [f'{key} = {value}' for key, value in options.items()]
        config.write_text('\n'.join(['[options]', *lines, '']))
        config.chmod(0o600)

    # --- Odoo's command line --------------------------------------------------------------

    def odoo_command(self, *args, config=None):
        return [self.python, '-m', 'odoo', 'server', '-c', config or self.config, *args]

    def environment(self, **extra):
        return environment(self.odoo, **extra)

    def _install(self, database, flag, modules, what, config=None):
        options = ['-d', database, flag, modules, '--stop-after-init', '--no-http']
        command = self.odoo_command(*options, config=config)
        log = STATE / f'{database.removeprefix(self.prefix + "_")}.log'
        text = run(command, what=what, hint=f'Its log: {log}', env=self.environment(), log=log)
        problems = [line for line in text.splitlines() if ' ERROR ' in line or 'CRITICAL' in line]
        if problems:
            raise SetupError(f'Could not {what}. Its log: {log}\n' + '\n'.join(problems[:10]))

    def install(self, database, modules, config=None):
        """Install modules; those that are there already cost a moment."""
        self._install(database, '-i', modules, f'install {modules}', config)

    # --- databases ------------------------------------------------------------------------

    def exists(self, name):
        return bool(self.server.execute('SELECT 1 FROM pg_database WHERE datname = %s', name))

    def drop(self, name):
        self.server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        remove(self.data / 'filestore' / name)

    def clone(self, source, target):
        """Copy a database that nobody is connected to, with its files."""
        wait_for_nobody(self.server, source)
        self.drop(target)
        # the files first: a database that is there has all of its own, also after a "kill"
        files = self.data / 'filestore' / source
        if files.is_dir():
            # Odoo never changes a file of its store, so a link is as good as a copy
            shutil.copytree(files, files.with_name(target), copy_function=os.link)
        self.server.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def rename(self, source, target):
        wait_for_nobody(self.server, source)
        self.drop(target)
        files = self.data / 'filestore' / source
        if files.is_dir():
            files.rename(files.with_name(target))
        self.server.execute(f'ALTER DATABASE "{source}" RENAME TO "{target}"')

    def ensure_base(self):
        if self.exists(self.base):
            return
        say(f'Making a database with Odoo ({MODULES}): about a minute, this once …')
        part = f'{self.base}_part'
        self.drop(part)
        self.server.execute(f'CREATE DATABASE "{part}" ENCODING \'UTF8\' TEMPLATE template0')
        self._install(part, '-i', MODULES, 'make the database', self.config_alone)
        self.rename(part, self.base)

    def addon_key(self):
        """Changes whenever the addon's own files do."""
        hidden = (path for path in CHECKOUT.iterdir() if not path.name.startswith('.'))
        return fingerprint(path for path in hidden if path.name not in NOT_ADDON)

    def ensure_template(self):
        """:return: the name of a database with the addon, without demo data, to clone from"""
        self.ensure_base()
        name = f'{self.prefix}_tpl_{self.addon_key()}'
        if not self.exists(name):
            pattern = f'{self.prefix}_tpl_%'
            for (old,) in self.server.execute(
                'SELECT datname FROM pg_database WHERE datname LIKE %s', pattern
            ):
                self.drop(old)
            say('Installing the addon …')
            part = f'{self.prefix}_tpl_part'
            self.clone(self.base, part)
            self._install(part, '-i', ADDON, 'install the addon', self.config_alone)
            script = CHECKOUT / 'dev' / 'warm.py'
            command = [self.python, script, self.config, part]
            run(command, what="make Odoo's bundles", env=self.environment())
            self.rename(part, name)
        return name

    def ensure_demo(self):
        """:return: the name of the demo database, with the addon up to date"""
        name, mark = f'{self.prefix}_demo', STATE / 'demo.key'
        key = self.addon_key()
        if not self.exists(name):
            template = self.ensure_template()
            self.clone(template, name)
        elif not mark.exists() or mark.read_text() != key:
            say('The addon has changed: updating the demo database …')
            self._install(name, '-u', ADDON, 'update the addon')
        mark.write_text(key)
        return name


@contextlib.contextmanager
def serving(databases, database, port=None, crons=0):
    """Run Odoo's web server on a database while the block runs.

    :param int crons: threads for scheduled jobs
    :return: its address
    """
    port = port or free_port()
    command = databases.odoo_command(
        '-d', database, '--http-port', port, '--max-cron-threads', crons
    )
    process = subprocess.Popen(
        [str(part) for part in command],
        env=databases.environment(),
        stdin=subprocess.DEVNULL,
    )
    try:
        _wait_for_port(process, port)
        yield f'http://127.0.0.1:{port}', process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def check_port(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', port))
        except OSError:
            raise SetupError(
                f'Port {port} is in use: choose another, as in "make serve PORT=8070".'
            ) from None


def _wait_for_port(process, port, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SetupError("Odoo's web server ended at once; its messages stand above.")
        with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port), 1):
            return
        time.sleep(0.2)
    raise SetupError("Odoo's web server did not answer within a minute.")
