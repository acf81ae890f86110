"""Exports the terms to translate, and brings them into what is translated already."""

import re
import subprocess

import polib
from common import CHECKOUT, say
from database import ADDON, BRIDGES

DATES = re.compile('^"(POT-Creation|PO-Revision)-Date: .*$', re.MULTILINE)


def export_terms(databases):
    """Write the .pot of the addon and of each bridge anew, and add to each language what it
    lacks."""
    name = f'{databases.prefix}_terms'
    databases.clone(databases.ensure_template(), name)
    _export(databases, name, ADDON, CHECKOUT)
    say(f'Installing {", ".join(BRIDGES)} …')
    databases.install(name, ','.join(BRIDGES))
    for bridge in BRIDGES:
        _export(databases, name, bridge, CHECKOUT / 'bridges' / bridge)
    databases.drop(name)


def _export(databases, database, module, folder):
    (folder / 'i18n').mkdir(exist_ok=True)
    pot = folder / 'i18n' / f'{module}.pot'
    before = pot.read_text() if pot.exists() else ''
    command = [databases.python, '-m', 'odoo', 'i18n', 'export', '-c', databases.config]
    command += ['-d', database, module, '-o', pot]
    subprocess.run([str(part) for part in command], env=databases.environment(), check=True)
    pot.write_text(_leave_out(pot.read_text(), f'#: code:addons/{module}/bridges/'))
    if DATES.sub('', before) == DATES.sub('', pot.read_text()):
        # nobody is to merge a date
        pot.write_text(before)
    for path in sorted((CHECKOUT / 'i18n').glob('*.po')):
        _complete(pot, pot.parent / path.name)


def _leave_out(text, place):
    """Leave out of a .pot what is only said below a place: Odoo takes a bridge's code, which lies
    in the addon's folder, for the addon's own."""
    kept = []
    for block in text.split('\n\n'):
        lines = [line for line in block.split('\n') if not line.startswith(place)]
        if '#: ' not in block or any(line.startswith('#: ') for line in lines):
            kept.append('\n'.join(lines))
    return '\n\n'.join(kept).rstrip('\n') + '\n'


def _complete(pot, path):
    """Bring the terms of a .pot into a language's file, with what it has translated."""
    language, known = polib.pofile(pot), {}
    if path.exists():
        before = polib.pofile(path)
        language.metadata = before.metadata
        known = {entry.msgid: entry.msgstr for entry in before}
    for entry in language:
        entry.msgstr = known.get(entry.msgid, '')
    language.save(path)
    missing = [entry.msgid for entry in language if not entry.msgstr]
    say(f'{path.relative_to(CHECKOUT)}: {len(missing)} terms to translate')
    for msgid in missing:
        print(f'  {msgid}')
