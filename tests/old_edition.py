"""A database that the code of 19.0.1.2.0 made, with two years of life in it.

The code is taken from the repository's history into an addons path of its own, and works in a
process of its own. It also says what it would bill.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from odoo.sql_db import close_db, db_connect

COMMIT = '5f1fe54'
HERE = Path(__file__).resolve()
LIFE = HERE.with_name('old_edition_life.py')


class OldEditionError(Exception):
    """Why the database can't be made, in one sentence."""


class Databases:
    """Of the server to which Odoo is connected.

    :param str stock: the name of one with Odoo alone
    """

    def __init__(self, stock):
        self.stock = stock

    def find(self, pattern):
        """:param str pattern: of SQL's LIKE"""
        return [name for (name,) in self._execute('SELECT datname FROM pg_database'
                ' WHERE datname LIKE %s', pattern)]  # fmt: skip

    def drop(self, name):
        close_db(name)
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def clone(self, source, target):
        self.drop(target)
        self._execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def rename(self, source, target):
        self._execute(f'ALTER DATABASE "{source}" RENAME TO "{target}"')

    @staticmethod
    def _execute(statement, *arguments):
        with db_connect('postgres').cursor() as cr:
            cr._cnx.autocommit = True
            cr.execute(statement, arguments or None)
            return cr.fetchall() if cr.description else []


class OldEdition:
    """Makes the database once for each state of these scripts, and keeps it as a template.

    :param Databases databases: where
    :param Path files: a folder for what the tests write
    :param Path config: Odoo's configuration file for the code of today
    """

    def __init__(self, databases, files, config):
        self.databases, self.files, self.config = databases, files, config

    @property
    def name(self):
        scripts = sorted(HERE.parent.glob('old_edition*.py'))
        text = ''.join(path.read_text() for path in scripts) + self.databases.stock
        return f'{self.databases.stock}_old_{hashlib.sha256(text.encode()).hexdigest()[:8]}'

    @property
    def bare(self):
        """:return: the name of a database with the addon and nothing in it"""
        return f'{self.name}_bare'

    @property
    def _previews(self):
        return self.files / f'{self.name}.json'

    def read_previews(self):
        """:return: what it would bill, by subscription and day of the run
        :rtype: dict
        """
        found = json.loads(self._previews.read_text())
        return {(key, until): rows for key, until, rows in found}

    def ensure(self):
        """:return: the name of the database, which nobody is connected to"""
        if self.name not in self.databases.find(self.name) or not self._previews.exists():
            for old in self.databases.find(f'{self.databases.stock}_old_%'):
                self.databases.drop(old)
            part = f'{self.databases.stock}_old_part'
            self.databases.clone(self.databases.stock, part)
            config = self._write_config()
            options = ['-d', part, '-i', 'sale_offer', '--stop-after-init', '--no-http']
            run([sys.executable, '-m', 'odoo', 'server', '-c', config, *options])
            self.databases.clone(part, self.bare)
            run([sys.executable, LIFE, config, part, self._previews])
            self.databases.rename(part, self.name)
        return self.name

    def _write_config(self):
        """:return: a configuration that finds the old code instead of today's"""
        addons = self._unpack()
        text = self.config.read_text()
        (line,) = re.findall(r'^addons_path = .*$', text, re.MULTILINE)
        paths = line.removeprefix('addons_path = ').split(',')
        others = [path for path in paths if not (Path(path) / 'sale_offer').exists()]
        path = self.files / 'old_edition.conf'
        path.write_text(text.replace(line, f'addons_path = {",".join([*others, str(addons)])}'))
        path.chmod(0o600)
        return path

    def _unpack(self):
        addons = self.files / f'addons_{COMMIT}'
        target = addons / 'sale_offer'
        target.mkdir(parents=True, exist_ok=True)
        command = ['git', '-C', str(HERE.parents[1]), 'archive', '--format=tar', COMMIT]
        archive = subprocess.run(command, capture_output=True, check=False)
        if archive.returncode:
            raise OldEditionError(
                f"The repository's history lacks the commit {COMMIT}, from which the database of"
                ' 19.0.1.2.0 is built: fetch the whole history (git fetch --unshallow).'
            )
        subprocess.run(['tar', '-x', '-C', str(target)], input=archive.stdout, check=True)
        return addons


def run(command, **environment):
    """Run a process of Odoo.

    :raise AssertionError: with its last lines, if it fails or logs an error
    :return: what it wrote and logged
    """
    result = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, sys.path)), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode or ' CRITICAL ' in result.stderr or ' ERROR ' in result.stderr:
        raise AssertionError(f'{command[1]} failed:\n{(result.stdout + result.stderr)[-4000:]}')
    return result.stdout + result.stderr
