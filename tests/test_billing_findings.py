"""What an update leaves to a person is seen by accountants, ticked off, and never edited."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestFindings(OfferLifeCommon):
    def setUp(self):
        super().setUp()
        # sudo: an update makes them
        self.env['offer.update.finding'].sudo().search([]).is_decided = True
        self.subscription = self._live()
        self.menu = self.env.ref('sale_offer.menu_update_findings')

    def _find(self, **values):
        findings_sudo = self.env['offer.update.finding'].sudo()
        finding_sudo = findings_sudo.create(
            {
                'subscription_id': self.subscription.id,
                'line_id': self.subscription.line_ids[0].id,
                'kind': 'twice',
                'date_from': '2026-03-01',
                'date_to': '2026-03-31',
                'amount': 40.0,
                'currency_id': self.subscription.currency_id.id,
                **values,
            }
        )
        return finding_sudo.sudo(False)

    def _is_in_the_menu(self):
        self.env.registry.clear_cache()
        menus = self.env['ir.ui.menu'].with_user(self.accountant).load_menus(False)
        return self.menu.id in menus

    def test_an_accountant_ticks_it_off_and_the_menu_goes(self):
        self.assertFalse(self._is_in_the_menu())
        finding = self._find().with_user(self.accountant)
        self.assertTrue(self._is_in_the_menu())
        self.assertIn('billed twice', finding.advice)
        self._assert_refused('is not edited', lambda: finding.write({'amount': 1.0}))
        self._assert_refused(
            'is not edited', lambda: finding.write({'amount': 1.0, 'is_decided': True})
        )
        finding.is_decided = True
        self.assertFalse(self._is_in_the_menu())
        self.assertEqual(finding.action_open()['res_id'], self.subscription.id)

    def test_nobody_else_writes_or_deletes_it(self):
        finding = self._find()
        for user, act in (
            (self.salesperson, lambda finding: finding.read(['kind'])),
            (self.accountant, lambda finding: finding.unlink()),
            (self.accountant, lambda finding: finding.copy()),
        ):
            with self.assertRaises(AccessError):
                act(finding.with_user(user))

    def test_another_company_does_not_see_it(self):
        finding = self._find()
        stranger = self._new_user('stranger', 'account.group_account_invoice')
        other = self.env['res.company'].create({'name': 'Other'})
        stranger.write({'company_ids': [(6, 0, other.ids)], 'company_id': other.id})
        self.assertNotIn(finding, self.env['offer.update.finding'].with_user(stranger).search([]))
        self.assertIn(
            finding, self.env['offer.update.finding'].with_user(self.accountant).search([])
        )

    def test_every_kind_has_its_advice(self):
        kinds = dict(self.env['offer.update.finding']._fields['kind'].selection)
        for kind in kinds:
            self.assertTrue(self._find(kind=kind).advice, kind)
