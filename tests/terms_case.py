"""What holds of the terms of each addon of ours."""

import re
from base64 import b64decode
from collections import Counter

import polib

from odoo import Command
from odoo.modules.module import get_module_path

PLACE = re.compile(r'%\([a-z_]+\)[+.\d]*[a-z]|%\+?[sg]|%%|\{\{.*?\}\}|<[^>]+>')


class TermsMixin:
    """:cvar str MODULE: whose terms they are"""

    MODULE = 'sale_offer'

    def test_german_is_complete(self):
        folder = f'{get_module_path(self.MODULE)}/i18n'
        terms = {entry.msgid for entry in polib.pofile(f'{folder}/{self.MODULE}.pot')}
        german = polib.pofile(f'{folder}/de.po')
        self.assertEqual({entry.msgid for entry in german}, terms)
        self.assertFalse([entry.msgid for entry in german if not entry.translated()])
        for entry in german:
            places = (Counter(PLACE.findall(text)) for text in (entry.msgid, entry.msgstr))
            self.assertEqual(*places, entry.msgid)

    def test_the_terms_are_those_that_odoo_exports(self):
        """What was written since they were exported last would stay English."""
        module = self.env['ir.module.module'].search([('name', '=', self.MODULE)])
        wizard = self.env['base.language.export'].create(
            {'lang': '__new__', 'format': 'po', 'modules': [Command.set(module.ids)]}
        )
        wizard.act_getfile()
        # Odoo takes a bridge's code, which lies in the addon's folder, for the addon's own
        bridges = f'code:addons/{self.MODULE}/bridges/'
        exported = {
            entry.msgid
            for entry in polib.pofile(b64decode(wizard.data).decode())
            if not all(place.startswith(bridges) for place, _line in entry.occurrences)
        }
        path = f'{get_module_path(self.MODULE)}/i18n/{self.MODULE}.pot'
        self.assertEqual({entry.msgid for entry in polib.pofile(path)}, exported)
