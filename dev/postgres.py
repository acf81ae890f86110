"""PostgreSQL: the server that PGHOST names, or a private cluster on a unix socket."""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from apt import Apt, install, unpack
from common import CACHE, STATE, SetupError, locked, own_folder, remove, replaced, say

ROLE = 'odoo'
MIN_VERSION = 15
PORT = 5432  # names the socket's file only: the cluster listens on no network port
SETTINGS = {
    'listen_addresses': '',
    'port': PORT,
    'max_connections': 200,
    'shared_buffers': '256MB',
    # a test database may be lost with the machine: not waiting for the disk makes it faster
    'fsync': 'off',
    'synchronous_commit': 'off',
    'full_page_writes': 'off',
    'jit': 'off',
}


class Server:
    """What Odoo and we need to connect."""

    def __init__(self, host, port, user, password=None):
        self.host, self.port, self.user, self.password = host, port, user, password

    def connect(self, database='postgres'):
        import psycopg2  # of the virtual environment

        connection = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=database,
            connect_timeout=10,
        )
        connection.autocommit = True
        return connection

    def execute(self, statement, *args, database='postgres'):
        connection = self.connect(database)
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute(statement, args or None)
            return cursor.fetchall() if cursor.description else []

    def options(self):
        """As lines of Odoo's configuration file."""
        pairs = {'db_host': self.host, 'db_port': self.port, 'db_user': self.user}
        if self.password:
            pairs['db_password'] = self.password
        return pairs


@contextlib.contextmanager
def postgres():
    """Give a running server; a private cluster is stopped again by the last who leaves."""
    if os.environ.get('PGHOST'):
        yield _named_server()
        return
    with locked(STATE / 'postgres.lock', shared=True) as handle:
        cluster = Cluster()
        with locked(STATE / 'postgres-start.lock'):
            cluster.start()
        try:
            yield cluster.server
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                cluster.stop()


def _named_server():
    user = os.environ.get('PGUSER') or pwd.getpwuid(os.getuid()).pw_name
    if user == 'postgres':
        raise SetupError('Odoo refuses the database user "postgres": name another with PGUSER=….')
    server = Server(
        os.environ['PGHOST'], os.environ.get('PGPORT', '5432'), user, os.environ.get('PGPASSWORD')
    )
    import psycopg2  # of the virtual environment

    try:
        version = server.execute('SHOW server_version_num')[0][0]
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise SetupError(f'PostgreSQL at PGHOST={server.host} does not answer: {reason}') from None
    if int(version) < MIN_VERSION * 10000:
        raise SetupError(
            f'PostgreSQL {MIN_VERSION} or later is needed, PGHOST={server.host} is older.'
        )
    return server


class Cluster:
    def __init__(self, name='postgres', settings=SETTINGS):
        """
        :param str name: of its folder
        """
        self.folder, self.settings = STATE / name, settings
        self.data = self.folder / 'data'
        self.binaries, self.libraries = _binaries()
        self.user = _cluster_user()
        self.server = Server(str(self.folder), PORT, ROLE)

    def start(self):
        own_folder(STATE, 0o711)
        self.folder.mkdir(exist_ok=True)
        if self.user:
            shutil.chown(self.folder, self.user.pw_name)
        self.folder.chmod(0o700)
        if self._ctl('status', check=False):
            return
        if not (self.data / 'PG_VERSION').exists():
            say('Making a private PostgreSQL cluster …')
            part = self.folder / 'data.part'
            remove(part)
            self.run('initdb', '-D', part, '-U', ROLE, '-A', 'trust', '-E', 'UTF8')
            part.rename(self.data)
        settings = ' '.join(f"-c {key}='{value}'" for key, value in self.settings.items())
        self._ctl('start', '-w', '-l', self.folder / 'log', '-o', f'-k {self.folder} {settings}')

    def stop(self):
        self._ctl('stop', '-m', 'fast', '-w', check=False)

    def kill(self, seconds=60):
        """End it as a crash does: the first process at once, the others when they notice.

        :raise SetupError: if they do not
        """
        first = int((self.data / 'postmaster.pid').read_text().splitlines()[0])
        others = [pid for pid, parent in _parents() if parent == first]
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + seconds
        # one that nobody has reaped yet would pass for one that runs
        while any(Path(f'/proc/{pid}').exists() for pid in (first, *others)):
            if time.monotonic() > deadline:
                raise SetupError('PostgreSQL was killed, but did not end.')
            time.sleep(0.1)

    def _ctl(self, action, *args, check=True):
        try:
            self.run('pg_ctl', action, '-D', self.data, *args)
        except SetupError:
            if check:
                raise
            return False
        return True

    def run(self, program, *args):
        """Run one of PostgreSQL's programs as the cluster's user.

        :raise SetupError: if it fails
        """
        env = {'PATH': os.environ.get('PATH', ''), 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC'}
        if self.libraries:
            env['LD_LIBRARY_PATH'] = self.libraries
        as_user = {}
        if self.user:
            as_user = {'user': self.user.pw_uid, 'group': self.user.pw_gid, 'extra_groups': []}
        result = subprocess.run(
            [str(part) for part in (self.binaries / program, *args)],
            env=env,
            cwd='/',
            stdin=subprocess.DEVNULL,
            # pg_ctl's server would keep a pipe open for ever
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **as_user,
        )
        if result.returncode:
            hint = f'See {self.folder / "log"}; "make clean" removes the cluster.'
            raise SetupError(f'Could not run {program} {args[0]} for PostgreSQL. {hint}')


def _parents():
    """:return: processes, each with its parent"""
    for folder in Path('/proc').glob('[0-9]*'):
        with contextlib.suppress(OSError):
            text = (folder / 'stat').read_text()
            yield int(folder.name), int(text.rpartition(')')[2].split()[1])


def _cluster_user():
    """PostgreSQL refuses to run as root, so root lends it another user."""
    if os.getuid():
        return None
    for name in ('postgres', 'nobody'):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SetupError('PostgreSQL refuses to run as root, and there is no other user to run it as.')


def _binaries():
    """:return: the folder of initdb and pg_ctl, and the libraries' folders if they need any"""
    unpacked = CACHE / 'postgresql'
    for _attempt in range(2):
        found = _newest(Path('/usr/lib/postgresql'))
        if found:
            return found, None
        found = _newest(unpacked / 'usr/lib/postgresql')
        if found and (unpacked / '.complete').exists() and os.getuid():
            libraries = sorted({str(path.parent) for path in unpacked.rglob('*.so.*')})
            return found, ':'.join(libraries)
        say('Fetching PostgreSQL …')
        if os.getuid():
            _unpack(unpacked)
        else:
            _install()
    raise SetupError(
        'No PostgreSQL is to be had: install postgresql, or name a server with PGHOST=….'
    )


def _newest(folder):
    versions = [path for path in folder.glob('*/bin/initdb') if path.with_name('postgres').exists()]
    versions = [path.parent for path in versions if int(path.parts[-3]) >= MIN_VERSION]
    return max(versions, key=lambda path: int(path.parts[-2]), default=None)


def _install():
    install(['postgresql-common'], 'install postgresql-common')
    # without this, Debian's package would make and start a cluster of its own
    config = Path('/etc/postgresql-common/createcluster.conf')
    text = config.read_text() if config.exists() else ''
    wanted = re.sub(r'(?m)^\s*#?\s*create_main_cluster\b.*$', '', text)
    config.write_text(wanted.rstrip() + '\ncreate_main_cluster = false\n')
    try:
        install(['postgresql'], 'install PostgreSQL')
    finally:
        config.write_text(text)


def _unpack(target):
    hint = 'Install postgresql, or name a server with PGHOST=….'
    apt = Apt('machine', status='/var/lib/dpkg/status')
    apt.update(hint)
    debs = apt.missing(['postgresql'], hint)
    with replaced(target) as folder:
        unpack(debs, folder)
        (folder / '.complete').touch()


def wait_for_nobody(server, database, seconds=30):
    """Wait until no session holds a database: PostgreSQL clones only such a one."""
    deadline = time.monotonic() + seconds
    query = 'SELECT count(*) FROM pg_stat_activity WHERE datname = %s'
    while server.execute(query, database)[0][0]:
        if time.monotonic() > deadline:
            raise SetupError(f'The database {database} is in use; stop "make serve" and run again.')
        time.sleep(0.2)
