"""Find an Odoo 19.0 Community: ODOO=, what an earlier run fetched, Debian's package."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from apt import KEYRING, Apt, mirror, unpack
from common import CACHE, SetupError, remove, replaced, say

PACKAGE = 'odoo-19'
# Odoo's tree links into these; without jQuery every portal page answers 500.
COMPANIONS = [
    'libjs-jquery',
    'libjs-jquery-form',
    'libjs-underscore',
    'fonts-font-awesome',
    'fonts-inconsolata',
    'fonts-montserrat',
    'fonts-ocr-b',
    'fonts-roboto-unhinted',
]
HINT = 'Check the network, or name a checkout of Odoo 19.0 with ODOO=/path/to/odoo.'


@dataclass
class Odoo:
    root: Path  # goes onto PYTHONPATH
    build: str  # which build it is, to print

    @property
    def addons_path(self):
        core = self.root / 'odoo' / 'addons'
        # a checkout keeps its addons beside the core, Debian's package has all in one folder
        return [core] if _has_sale(core) else [core, self.root / 'addons']


def _has_sale(folder):
    return (folder / 'sale' / '__manifest__.py').is_file()


def find_odoo():
    """:rtype: Odoo
    :raise SetupError: if none is to be had
    """
    if os.environ.get('ODOO'):
        root = Path(os.environ['ODOO']).expanduser().resolve()
        return Odoo(root, f'{_checked_version(root)} in {root}')
    earlier = sorted((CACHE / 'odoo').glob('*/.complete'), key=lambda path: path.stat().st_mtime)
    folder = earlier[-1].parent if earlier else _fetch()
    root = folder / 'usr/lib/python3/dist-packages'
    return Odoo(root, f'{_checked_version(root)}, Debian package {PACKAGE} {folder.name}')


def _checked_version(root):
    release = root / 'odoo' / 'release.py'
    if not release.is_file():
        raise SetupError(f'ODOO={root} is no Odoo: it has no odoo/release.py.')
    found = re.search(r'^version_info = \((\d+), (\d+)', release.read_text(), re.M)
    version = '.'.join(found.groups()) if found else 'unknown'
    if version != '19.0':
        raise SetupError(f'ODOO={root} is Odoo {version}, but this addon needs Odoo 19.0.')
    if not any(_has_sale(folder) for folder in (root / 'odoo' / 'addons', root / 'addons')):
        raise SetupError(f'ODOO={root} has no addon "sale": it must be a whole Odoo 19.0.')
    return f'Odoo {version}'


def _fetch():
    say(f"Fetching Odoo 19.0: Debian's package {PACKAGE} from unstable (about 125 MB) …")
    signed = f'[signed-by={KEYRING}] ' if Path(KEYRING).exists() else ''
    apt = Apt('unstable', f'deb {signed}{mirror()} unstable main\n')
    apt.update(hint=f'The mirror may lack "unstable". {HINT}')
    version = apt.version(PACKAGE)
    debs = apt.download([PACKAGE, *COMPANIONS], HINT)
    target = CACHE / 'odoo' / version
    with replaced(target) as folder:
        unpack(debs, folder)
        _fill_gaps(folder / 'usr/lib/python3/dist-packages/odoo/addons')
        (folder / '.complete').touch()
    for deb in debs:
        remove(deb)
    return target


def _fill_gaps(addons):
    # Debian leaves this file out, Odoo's asset bundle names it: every page logs an error and
    # every tour fails without it. It blurs the background in video calls, so empty is enough.
    gap = addons / 'mail/static/lib/selfie_segmentation/selfie_segmentation.js'
    if not gap.exists():
        gap.parent.mkdir(parents=True, exist_ok=True)
        gap.write_text('/* stand-in: background blur in calls is not available */\n')
