"""Debian packages, fetched without touching the machine's own apt and packages."""

import os
import re
from pathlib import Path

from common import CACHE, SetupError, remove, run

KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'


def mirror():
    """The Debian mirror that the machine's own apt configuration names.

    :rtype: str
    :raise SetupError: if it names none
    """
    if os.environ.get('DEBIAN_MIRROR'):
        return os.environ['DEBIAN_MIRROR']
    folder = Path('/etc/apt/sources.list.d')
    for path in [Path('/etc/apt/sources.list'), *sorted(folder.glob('*'))]:
        if not path.is_file():
            continue
        text = path.read_text(errors='replace')
        if path.suffix == '.sources':
            found = [_stanza(stanza) for stanza in re.split(r'\n\s*\n', text)]
        else:
            found = [_line(line) for line in text.splitlines()]
        for uri, suite, components in found:
            if uri and 'main' in components and '-' not in suite and suite in _suites():
                return uri
    raise SetupError(
        "This machine's apt configuration names no Debian mirror: name one with"
        ' DEBIAN_MIRROR=…, or a checkout of Odoo 19.0 with ODOO=/path/to/odoo.'
    )


def _suites():
    release = Path('/etc/os-release').read_text()
    codename = re.search(r'VERSION_CODENAME=(\w+)', release)
    return {'stable', 'oldstable', 'testing', 'unstable', 'sid', codename and codename[1]}


def _stanza(text):
    lines = [line for line in text.splitlines() if not line.startswith('#')]
    fields = dict(line.split(':', 1) for line in lines if ':' in line and line[0] not in ' \t')
    fields = {key.lower(): value.split() for key, value in fields.items()}
    if 'deb' not in fields.get('types', []) or fields.get('enabled') == ['no']:
        return None, '', []
    suites = fields.get('suites') or ['']
    return (fields.get('uris') or [None])[0], suites[0], fields.get('components', [])


def _line(text):
    match = re.match(r'deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)', text.strip())
    return (match[1], match[2], match[3].split()) if match else (None, '', [])


class Apt:
    """An apt of our own: own source list, own state, own cache; no root needed."""

    def __init__(self, name, source_list=None, status=os.devnull):
        """
        :param source_list: the text of its source list; None: the machine's own sources
        :param status: the dpkg status file that says what counts as installed
        """
        self.folder = CACHE / 'apt' / name
        for sub in ('lists/partial', 'archives/partial'):
            (self.folder / sub).mkdir(parents=True, exist_ok=True)
        options = {
            'Dir::State::lists': self.folder / 'lists',
            'Dir::State::status': status,
            'Dir::Cache': self.folder,
            'Dir::Cache::archives': self.folder / 'archives',
            'APT::Sandbox::User': 'root',
            'Debug::NoLocking': '1',
            'Acquire::Languages': 'none',
        }
        if source_list:
            (self.folder / 'sources.list').write_text(source_list)
            options['Dir::Etc::sourcelist'] = self.folder / 'sources.list'
            options['Dir::Etc::sourceparts'] = '-'
            options['APT::Update::Error-Mode'] = 'any'
        self.options = [part for key, value in options.items() for part in ('-o', f'{key}={value}')]

    def update(self, hint):
        run(['apt-get', *self.options, 'update'], what='read the Debian mirror', hint=hint)

    def download(self, names, hint):
        """Download packages; apt checks the signature of the list and the hash of each file.

        :return: the paths of the .deb files
        """
        folder = self.folder / 'deb'
        remove(folder)
        folder.mkdir()
        run(
            ['apt-get', *self.options, 'download', *names],
            what=f'download {", ".join(names)}',
            hint=hint,
            cwd=folder,
        )
        return sorted(folder.glob('*.deb'))

    def missing(self, names, hint):
        """Download packages with everything of theirs that this machine lacks."""
        run(
            [
                *('apt-get', *self.options, 'install', *names),
                *('-y', '--no-install-recommends', '--download-only'),
            ],
            what=f'download {", ".join(names)}',
            hint=hint,
        )
        return sorted((self.folder / 'archives').glob('*.deb'))

    def version(self, name):
        text = run(['apt-cache', *self.options, 'show', name], what=f'find {name}')
        return re.search(r'^Version: (\S+)', text, re.M)[1]


def unpack(debs, root):
    for deb in debs:
        run(['dpkg-deb', '-x', deb, root], what=f'unpack {deb.name}')


def install(names, what):
    """Install packages of the machine's own release; root only.

    :return: whether they are installed now
    """
    if os.getuid():
        return False
    env = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    hint = f'Install {", ".join(names)} by hand and run again.'
    run(['apt-get', 'update'], what='read the Debian mirror', hint=hint, env=env)
    command = ['apt-get', 'install', '-y', '--no-install-recommends', *names]
    run(command, what=what, hint=hint, env=env)
    return True
