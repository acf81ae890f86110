"""The Python packages: a virtual environment, one a Python version and pin list."""

import hashlib
import os
import sys

from apt import install
from common import CACHE, CHECKOUT, SetupError, remove, run, say

REQUIREMENTS = CHECKOUT / 'dev' / 'requirements.txt'


def ensure_venv():
    """:return: the virtual environment's Python
    :raise SetupError: if this Python is too old or too new, or the packages can't be fetched
    """
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = '.'.join(map(str, sys.version_info[:2]))
        raise SetupError(
            f'Python {found} found; Odoo 19 needs 3.11 to 3.13: PYTHON=python3.13 make …'
        )
    key = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:8]
    folder = CACHE / f'venv-{sys.version_info[0]}.{sys.version_info[1]}-{key}'
    python = folder / 'bin' / 'python'
    complete = folder / '.complete'
    if complete.exists() and python.exists():
        return python
    say('Installing the Python packages into a virtual environment …')
    # a virtual environment can't be moved, so a half-made one is made again in its place
    remove(folder)
    _create(folder)
    hint = 'Check the network and run the same command again.'
    pip = [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    run([*pip, '-r', REQUIREMENTS], what='install the Python packages', hint=hint)
    complete.touch()
    return python


def _create(folder):
    command = [sys.executable, '-m', 'venv', folder]
    try:
        run(command, what='make a virtual environment')
    except SetupError:
        remove(folder)
        # Debian keeps ensurepip in a package of its own
        if not install(['python3-venv'], 'install python3-venv'):
            raise SetupError(
                'Python can make no virtual environment here: install python3-venv and run again.'
            ) from None
        run(
            command, what='make a virtual environment', hint='Is python3-venv of this Python there?'
        )


def environment(odoo, **extra):
    """The environment in which Odoo runs."""
    env = {key: value for key, value in os.environ.items() if not key.startswith('PYTHON')}
    return {**env, 'PYTHONPATH': str(odoo.root), 'PYTHONUNBUFFERED': '1', **extra}
