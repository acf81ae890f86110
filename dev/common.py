"""What every step of `make` needs: where things lie, how to run and how to fail."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'sale_offer'
# PostgreSQL runs as another user when we are root, and root's home is closed to it; a unix
# socket's path has at most 107 bytes. So the state lies in /var/tmp, one folder a checkout.
_CHECKOUT_KEY = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
STATE = Path(f'/var/tmp/sale_offer-{os.getuid()}-{_CHECKOUT_KEY}')


class SetupError(Exception):
    """Something the person at the keyboard has to mend; its text is one clear sentence."""


def say(text):
    print(f'==> {text}', flush=True)


def run(command, *, what, hint='', env=None, log=None, **kwargs):
    """Run a command quietly.

    :param what: what it does, in the infinitive, for the message of a failure
    :param hint: what to do next if it fails
    :raise SetupError: if it ends with another status than 0, with its last lines
    """
    result = subprocess.run(
        [str(part) for part in command],
        env=env and {key: str(value) for key, value in env.items()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors='replace',
        **kwargs,
    )
    if log:
        log.write_text(result.stdout)
    if result.returncode:
        tail = '\n'.join(result.stdout.strip().splitlines()[-15:])
        raise SetupError(f'Could not {what}.{" " + hint if hint else ""}\n{tail}')
    return result.stdout


def own_folder(path, mode=0o700):
    """Make a folder that is ours; another user's folder of that name is refused."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    if path.stat().st_uid != os.getuid() or path.is_symlink():
        raise SetupError(f'{path} belongs to another user; remove it and run again.')
    path.chmod(mode)
    return path


def remove(path):
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


@contextlib.contextmanager
def replaced(target):
    """Give a folder to fill; it takes the target's place only when the block ends well, so
    that an interrupted step is simply done again."""
    part = target.with_name(target.name + '.part')
    remove(part)
    part.mkdir(parents=True)
    yield part
    remove(target)
    part.rename(target)


@contextlib.contextmanager
def locked(path, shared=False):
    """Hold a file lock, which the kernel gives back however we end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'a') as handle:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            say('Another make of this project is at work; waiting for it …')
            fcntl.flock(handle, kind)
        yield handle


def fingerprint(paths):
    """A short hash of what the given files and folders hold (no byte code, no hidden files)."""
    digest = hashlib.sha256()
    for root in sorted(paths):
        files = [root] if root.is_file() else sorted(root.rglob('*'))
        for path in files:
            if path.is_file() and path.suffix != '.pyc':
                digest.update(str(path.relative_to(CHECKOUT)).encode() + b'\0')
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def on_path(*names):
    return next((found for name in names if (found := shutil.which(name))), None)


def fail(problem):
    print(f'\nStopped: {problem}', file=sys.stderr, flush=True)
    raise SystemExit(1)
