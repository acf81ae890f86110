import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo.tests import BaseCase, tagged

MAKE = Path(__file__).resolve().parent.parent / 'dev' / 'make.py'


@tagged('post_install', '-at_install')
class TestMake(BaseCase):
    """What stands in the way is said in one sentence, and what to do about it."""

    def setUp(self):
        super().setUp()
        if not MAKE.exists():
            self.skipTest('the installed addon comes without its Makefile')
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def _assert_stops(self, command, *sentence, **env):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(('PYTHON', 'PG', 'ODOO'))}
        result = subprocess.run(
            [sys.executable, str(MAKE), command],
            env={**clean, **env},
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        message = result.stderr.partition('Stopped: ')[2]
        for part in sentence:
            self.assertIn(part, message)
        self.assertNotIn('Traceback', result.stderr)

    def _checkout(self, version_info):
        (self.folder / 'odoo').mkdir()
        (self.folder / 'odoo' / 'release.py').write_text(f'version_info = {version_info}\n')
        return str(self.folder)

    def test_odoo_that_is_no_odoo(self):
        self._assert_stops('demo', 'is no Odoo', ODOO=str(self.folder))

    def test_odoo_of_another_version(self):
        odoo = self._checkout("(18, 0, 0, FINAL, 0, '')")
        self._assert_stops('demo', 'is Odoo 18.0', 'needs Odoo 19.0', ODOO=odoo)

    def test_half_an_odoo(self):
        odoo = self._checkout("(19, 0, 0, FINAL, 0, '')")
        self._assert_stops('demo', 'has no addon "sale"', ODOO=odoo)

    def test_no_network(self):
        nowhere = 'http://127.0.0.1:9/debian'
        self._assert_stops(
            'demo',
            'Could not read the Debian mirror',
            'ODOO=/path',
            DEBIAN_MIRROR=nowhere,
            XDG_CACHE_HOME=str(self.folder),
        )

    def test_no_postgresql(self):
        self._assert_stops('demo', 'does not answer', PGHOST=str(self.folder), PGUSER='odoo')
        self._assert_stops('demo', 'name another with PGUSER', PGHOST='x', PGUSER='postgres')

    def test_a_port_in_use_or_no_port(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            port = taken.getsockname()[1]
            self._assert_stops('serve', f'Port {port} is in use', PORT=str(port))
        self._assert_stops('serve', 'is no port', PORT='web')
