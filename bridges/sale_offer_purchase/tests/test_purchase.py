"""What a subscription buys from vendors: what was added, once."""

from odoo import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.sale_offer.tests.change_case import OfferChangeCommon
from odoo.addons.sale_offer.tests.common import OfferPortalCommon


@tagged('post_install', '-at_install')
class TestPurchase(OfferChangeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        vendor = cls.env['res.partner'].create({'name': 'Wholesaler'})
        bought = cls.workplace + cls.backup
        bought.seller_ids = [Command.create({'partner_id': vendor.id, 'price': 7.0})]
        bought.service_to_purchase = True

    def _bought(self):
        """:return: what was ordered in all, by item
        :rtype: dict
        """
        lines = self.env['purchase.order.line'].sudo().search([])
        return {
            product.name: sum(mine.mapped('product_qty'))
            for product, mine in lines.grouped('product_id').items()
        }

    def test_an_order_buys_what_it_sells(self):
        self._live(quantity=3)
        self.assertEqual(self._bought(), {'Managed Workplace': 3})

    def test_a_change_buys_what_it_adds(self):
        self._change(self._live(quantity=3), quantity=5)
        self.assertEqual(self._bought(), {'Managed Workplace': 5})

    def test_what_continues_is_not_bought_again(self):
        subscription = self._live(quantity=3)
        for values in ({}, {'quantity': 2}, {'tier_id': self.gold.id}):
            self._change(subscription, **values)
            self.assertEqual(self._bought(), {'Managed Workplace': 3}, values)

    def test_a_new_component_is_bought(self):
        self._change(self._live(quantity=3), options=[self.both[1]])
        self.assertEqual(self._bought(), {'Managed Workplace': 3, 'Remote Backup': 2})

    def test_another_plan_buys_what_it_adds(self):
        yearly = self._create_plan('Yearly', interval_unit='year')
        self._create_price(400.0, plan_id=yearly.id)
        self._change(self._live(quantity=3), quantity=4, plan_id=yearly.id)
        self.assertEqual(self._bought(), {'Managed Workplace': 4})

    def test_a_later_change_counts_from_the_one_before(self):
        subscription = self._live(quantity=3)
        self._change(subscription, quantity=5)
        self._change(subscription, day='2027-06-01', quantity=6)
        self.assertEqual(self._bought(), {'Managed Workplace': 6})

    def test_dozens_are_compared_with_pieces(self):
        """24 pieces become 3 dozens: a dozen more is bought."""
        subscription = self._live(quantity=24)
        order = self._quote_change(subscription)
        dozen = self.env.ref('uom.product_uom_dozen')
        self.workplace.uom_ids = dozen
        order.order_line.write({'product_uom_id': dozen.id, 'product_uom_qty': 3})
        order.action_confirm()
        self.assertEqual(self._bought(), {'Managed Workplace': 36})


@tagged('post_install', '-at_install')
class TestPortal(OfferPortalCommon, HttpCase):
    def test_the_catalogue_is_no_purchase_order(self):
        self._visit('own')
        for url in ('/my/offers', f'/my/offers/{self.notebook.product_tmpl_id.id}'):
            page = self.url_open(url).text
            self.assertIn('Notebook', page)
            self.assertNotIn('/my/purchase', page)
