"""German is complete, and customers read it."""

import re
from base64 import b64decode
from collections import Counter

import polib

from odoo import Command
from odoo.modules.module import get_module_path
from odoo.tests import HttpCase, tagged

from .common import OfferPortalCommon

PLACE = re.compile(r'%\([a-z_]+\)[+.\d]*[a-z]|%\+?[sg]|%%|\{\{.*?\}\}|<[^>]+>')


@tagged('post_install', '-at_install')
class TestTranslation(OfferPortalCommon, HttpCase):
    def test_german_is_complete(self):
        folder = f'{get_module_path("sale_offer")}/i18n'
        terms = {entry.msgid for entry in polib.pofile(f'{folder}/sale_offer.pot')}
        german = polib.pofile(f'{folder}/de.po')
        self.assertEqual({entry.msgid for entry in german}, terms)
        self.assertFalse([entry.msgid for entry in german if not entry.translated()])
        for entry in german:
            places = (Counter(PLACE.findall(text)) for text in (entry.msgid, entry.msgstr))
            self.assertEqual(*places, entry.msgid)

    def test_the_terms_are_those_that_odoo_exports(self):
        """What was written since they were exported last would stay English."""
        module = self.env['ir.module.module'].search([('name', '=', 'sale_offer')])
        wizard = self.env['base.language.export'].create(
            {'lang': '__new__', 'format': 'po', 'modules': [Command.set(module.ids)]}
        )
        wizard.act_getfile()
        exported = {entry.msgid for entry in polib.pofile(b64decode(wizard.data).decode())}
        path = f'{get_module_path("sale_offer")}/i18n/sale_offer.pot'
        self.assertEqual({entry.msgid for entry in polib.pofile(path)}, exported)

    def test_a_german_customer_reads_german(self):
        self.env['res.lang']._activate_lang('de_DE')
        self.env['ir.module.module'].search([('name', '=', 'sale_offer')])._update_translations(
            ['de_DE']
        )
        self.own.lang = 'de_DE'
        self._visit('own')
        self.assertIn('Ohne Steuern.', self.url_open('/my/offers').text)
        self.assertIn('Jetzt bestellen', self.url_open(self._url(self.notebook)).text)
        answer = self.url_open('/web/webclient/translations?lang=de_DE&mods=sale_offer').json()
        self.assertIn('Was es ausmacht', str(answer))
        # the form's own terms are among what the portal's pages load
        names = self.env['ir.http']._get_translation_frontend_modules_name()
        self.assertIn('sale_offer', names)
        self.assertIn('pro Monat', self.url_open(self._url(self.workplace)).text)

    def _url(self, offer):
        return f'/my/offers/{offer.product_tmpl_id.id}'
