"""German is complete, and customers read it."""

from odoo.tests import HttpCase, tagged

from .common import OfferPortalCommon
from .terms_case import TermsMixin


@tagged('post_install', '-at_install')
class TestTranslation(TermsMixin, OfferPortalCommon, HttpCase):
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
