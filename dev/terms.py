"""Exports the terms to translate, and brings them into what is translated already."""

import subprocess

import polib
from common import CHECKOUT, say
from database import ADDON


def export_terms(databases):
    """Write i18n/sale_offer.pot anew, and add to each language what it lacks."""
    name = f'{databases.prefix}_terms'
    databases.clone(databases.ensure_template(), name)
    pot = CHECKOUT / 'i18n' / f'{ADDON}.pot'
    command = [databases.python, '-m', 'odoo', 'i18n', 'export', '-c', databases.config]
    command += ['-d', name, ADDON, '-o', pot]
    subprocess.run([str(part) for part in command], env=databases.environment(), check=True)
    databases.drop(name)
    for path in sorted(pot.parent.glob('*.po')):
        known = {entry.msgid: entry.msgstr for entry in polib.pofile(path)}
        language = polib.pofile(pot)
        language.metadata = polib.pofile(path).metadata
        for entry in language:
            entry.msgstr = known.get(entry.msgid, '')
        language.save(path)
        missing = [entry.msgid for entry in language if not entry.msgstr]
        say(f'{path.name}: {len(missing)} terms to translate')
        for msgid in missing:
            print(f'  {msgid}')
