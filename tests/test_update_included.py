"""The update keeps what was sold at nothing, and says so ("nothing costs 0 by accident")."""

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sale_offer.update.included import write_included

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestUpdateIncluded(OfferCommon):
    def _update(self):
        self.env.flush_all()
        write_included(self.env)
        self.env.invalidate_all()

    def _get_note(self, service):
        return service.product_tmpl_id.message_ids[:1].body or ''

    def test_a_level_without_a_price_under_some_plan_is_included(self):
        (self.bronze | self.gold).is_included = False
        self._update()
        # Gold has a price under the only plan
        self.assertTrue(self.bronze.is_included)
        self.assertFalse(self.gold.is_included)
        self.assertIn('Bronze', self._get_note(self.workplace))
        yearly = self._create_plan('Yearly', interval_unit='year')
        self._create_price(400.0, plan_id=yearly.id)
        self._update()
        self.assertTrue(self.gold.is_included)
        line = self._create_order().offer_add(self._configuration(plan_id=yearly.id, options=[]))
        self.assertEqual(line.price_unit, 400.0)

    def test_a_component_at_nothing_is_included_and_others_stay(self):
        cable, hub = self._add_option('Cable'), self._add_option('Hub')
        cable.product_id.list_price = 0.0
        self._update()
        self.assertEqual((cable.price_mode, hub.price_mode), ('included', 'own'))
        self.assertIn('Cable', self._get_note(self.workplace))

    def test_a_service_without_any_price_is_sold_once_as_before(self):
        sold = self._create_item('Audit', 500.0, 'service', type='service')
        draft = self._create_item('Draft', 1.0, 'service', type='service', offer_state='draft')
        self._update()
        self.assertEqual(sold.product_tmpl_id.offer_price_ids.mapped('amount'), [500.0])
        self.assertFalse(draft.product_tmpl_id.offer_price_ids)
        line = self._create_order().offer_add({'product_id': sold.id})
        self.assertEqual(line.price_unit, 500.0)
        self.assertIn('Audit', self._get_note(sold))

    def test_a_special_price_without_a_fee_still_has_none(self):
        own = self.workplace.product_tmpl_id._get_offer_own_prices()
        own.setup_amount = 99.0
        special = self._create_price(30.0, partner_id=self.customer.id)
        other = self._create_price(
            5.0, partner_id=self.customer.id, option_id=self.backup_option.id
        )
        self._update()
        self.assertEqual(
            [row.is_setup_waived for row in (own, special, other)], [False, True, False]
        )
        order = self._create_order(order_line=[Command.clear()])
        order.offer_add(self._configuration())
        self.assertFalse(order.order_line.filtered('offer_is_setup'))
