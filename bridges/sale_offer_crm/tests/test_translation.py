from odoo.tests import TransactionCase, tagged

from odoo.addons.sale_offer.tests.terms_case import TermsMixin


@tagged('post_install', '-at_install')
class TestTranslation(TermsMixin, TransactionCase):
    MODULE = 'sale_offer_crm'
