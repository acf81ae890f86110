from datetime import timedelta

from odoo import Command, fields
from odoo.tests import Form, tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestQuotedAgain(OfferCommon):
    """Quotations that expired, are for another customer, or hold what was withdrawn."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.workplace.product_tmpl_id
        cls.manager = cls._new_user('manager', 'product.group_product_manager,base.group_user')
        cls.other = cls.env['res.partner'].create({'name': 'Mill Tal'})

    def _quote(self):
        order = self._create_order(require_signature=True)
        self._add_bundle(order)
        order.action_quotation_sent()
        return order

    def _prices(self, order):
        return [line.price_unit for line in order.order_line.sorted('sequence')]

    def _raise_prices(self):
        """To 45.00 a month, Gold 12.00 more, a backup 6.00, with a fee."""
        for row, amount in zip(self.template.offer_price_ids, (45.0, 12.0, 6.0), strict=True):
            row.amount = amount

    # === EXPIRED === #

    def test_an_expired_quotation_asks_how_it_is_meant(self):
        order = self._quote()
        self._raise_prices()
        order.validity_date = fields.Date.today() - timedelta(days=1)
        order.invalidate_recordset()
        self.assertFalse(order._has_to_be_signed())
        self.assertIn('The quotation expired on', order.offer_requote_text)
        sales = order.with_user(self.salesperson)
        self._assert_refused('press "Extend as Quoted" or "Update Prices"', sales.action_confirm)
        sales.action_offer_extend()
        self.assertTrue(order._has_to_be_signed())
        self.assertEqual(self._prices(order), [50.0, 900.0, 5.0])
        sales.action_confirm()
        self.assertEqual(order.offer_subscription_ids.line_ids.mapped('price_unit'), [50.0, 5.0])

    def test_an_expired_quotation_is_updated_to_the_prices_of_today(self):
        order = self._quote()
        self._raise_prices()
        self.notebook_option.quantity = 2.0
        order.validity_date = fields.Date.today() - timedelta(days=1)
        order.invalidate_recordset()
        order.with_user(self.salesperson).action_update_prices()
        self.assertEqual(self._prices(order), [57.0, 900.0, 6.0])
        self.assertEqual(order.order_line.mapped('product_uom_qty'), [3.0, 6.0, 2.0])
        self.assertFalse(order.offer_requote_text)
        order.action_confirm()
        self.assertEqual(order.state, 'sale')

    def test_an_expired_quotation_of_plain_items_is_left_to_odoo(self):
        order = self._create_order(
            order_line=[Command.create({'product_id': self.backup.id})],
            validity_date='2020-01-01',
        )
        self.assertFalse(order.offer_requote_text)
        order.action_confirm()
        self.assertEqual(order.state, 'sale')

    def test_what_no_longer_fits_is_said_and_can_not_be_confirmed(self):
        order = self._quote()
        self.backup_option.write({'min_quantity': 5.0, 'quantity': 5.0, 'max_quantity': 9.0})
        order.action_update_prices()
        self.assertIn('can have 5 to 9', order.message_ids[:2].mapped('body')[0])
        self.assertIn('can have 5 to 9', order.offer_warning)
        self._assert_refused('can have 5 to 9', order.action_confirm)

    def test_a_salesperson_sees_what_would_cost_something_else_today(self):
        order = self._quote()
        self.assertFalse(order.offer_requote_text)
        self._raise_prices()
        self.assertFalse(order.offer_requote_text)
        order.date_order = fields.Datetime.now() - timedelta(days=3)
        order.invalidate_recordset()
        self.assertEqual(
            order.with_user(self.salesperson).offer_requote_text.replace('\xa0', ' '),
            'Prices have changed since it was quoted:\n'
            'Managed Workplace: $ 50.00, today $ 57.00\n'
            'Remote Backup: $ 5.00, today $ 6.00',
        )
        self.assertEqual(self._prices(order), [50.0, 900.0, 5.0])
        # it tells, and keeps nobody from confirming
        order.action_confirm()
        self.assertEqual(self._prices(order), [50.0, 900.0, 5.0])

    # === ANOTHER CUSTOMER === #

    def _agree_own(self):
        """The bakery calls it "Till" and pays 30.00 a month with Gold."""
        self._create_price(20.0, partner_id=self.customer.id)
        self.env['offer.customer.profile'].create(
            {
                'partner_id': self.customer.id,
                'product_tmpl_id': self.template.id,
                'name': 'Till of Berg',
                'description': 'As agreed with Ms Berg.',
            }
        )

    def test_another_customer_gets_neither_price_nor_text_of_the_first(self):
        self._agree_own()
        order = self._quote()
        self.assertEqual(self._prices(order)[0], 30.0)
        self.assertIn('Till of Berg', order.order_line[0].name)
        order.with_user(self.salesperson).partner_id = self.other
        self.assertNotIn('Berg', order.order_line[0].name)
        self.assertIn('was priced for Bakery Berg', order.offer_requote_text)
        self.assertFalse(order._has_to_be_signed())
        self._assert_refused('press "Update Prices"', order.action_confirm)
        order.with_user(self.salesperson).action_update_prices()
        self.assertEqual(self._prices(order), [50.0, 900.0, 5.0])
        self.assertFalse(order.offer_requote_text)
        order.action_confirm()

    def test_another_contact_of_the_customer_changes_nothing(self):
        self._agree_own()
        self.customer.is_company = True
        contact = self.env['res.partner'].create({'name': 'Anna', 'parent_id': self.customer.id})
        order = self._quote()
        order.partner_id = contact
        self.assertFalse(order.offer_requote_text)
        self.assertEqual(self._prices(order)[0], 30.0)

    def test_the_form_offers_to_update_prices_at_once(self):
        self._agree_own()
        order = self._quote()
        with Form(order) as form:
            form.partner_id = self.other
            self.assertIn('was priced for Bakery Berg', form.offer_requote_text)
        self.assertEqual(self._prices(order)[0], 30.0)
        self.assertNotIn('Berg', order.order_line[0].name)
        draft = order.new({'partner_id': self.customer.id}, origin=order)
        draft._onchange_offer_customer()
        self.assertTrue(draft.show_update_pricelist)

    def test_a_customer_chosen_last_gets_its_own_prices(self):
        self._agree_own()
        with Form(self.env['sale.order'].with_user(self.salesperson)) as form:
            form.partner_id = self.other
            with form.order_line.new() as line:
                line.product_id = self.workplace
                line.offer_configuration = self._configuration(options=self.both)
            form.partner_id = self.customer
        order = form.record
        self.assertEqual(self._prices(order), [30.0, 900.0, 5.0])
        self.assertIn('Till of Berg', order.order_line[0].name)
        self.assertFalse(order.offer_requote_text)
        order.action_confirm()

    # === WITHDRAWN === #

    def _withdraw(self, item, reason='The price was wrong.'):
        dialog = (
            self.env['offer.quotation.withdrawal']
            .with_user(self.manager)
            .with_context(active_ids=item.product_tmpl_id.ids)
            .create({'reason': reason})
        )
        count = dialog.order_count
        dialog.action_apply()
        return count

    def test_what_was_withdrawn_is_not_accepted_until_it_is_quoted_again(self):
        order, running = self._quote(), self._subscribe()
        self.assertEqual(self._withdraw(self.workplace), 1)
        self._raise_prices()
        self.assertEqual(
            order._get_offer_portal_blocks(),
            ['"Managed Workplace" was withdrawn: The price was wrong.'],
        )
        self.assertFalse(order._has_to_be_signed())
        self.assertIn('Update Prices', order.message_ids[0].body)
        self.assertIn('The price was wrong.', order.offer_requote_text)
        self._assert_refused('The price was wrong', order.action_confirm)
        self.assertEqual(running.state, 'active')
        order.with_user(self.salesperson).action_update_prices()
        self.assertEqual(self._prices(order), [57.0, 900.0, 6.0])
        self.assertTrue(order._has_to_be_signed())
        order.action_confirm()

    def test_what_was_withdrawn_is_quoted_again_in_the_configurator(self):
        for door in ('call', 'form'):
            with self.subTest(door):
                order = self._quote()
                line = order.order_line[0]
                self._withdraw(self.backup)
                self.template.offer_price_ids[2].amount += 1.0
                price = self.template.offer_price_ids[2].amount
                configuration = self.env['offer.configuration']._configuration_of(line)
                preview = order.offer_preview(configuration)
                self.assertEqual(preview['lines'][2]['price_unit'], price)
                if door == 'call':
                    order.offer_add(configuration, line_id=line.id)
                else:
                    with Form(order) as form, form.order_line.edit(0) as row:
                        row.offer_configuration = configuration
                self.assertEqual(self._prices(order), [50.0, 900.0, price])
                self.assertFalse(order._get_offer_blocks())
                self.assertTrue(line.offer_quoted)

    def test_a_discontinued_item_is_left_out(self):
        order = self._quote()
        self._withdraw(self.backup, 'It is not made any more.')
        self.backup.sale_ok = False
        order.action_update_prices()
        self._assert_refused('not made any more', order.action_confirm)
        line = order.order_line[0]
        configuration = self.env['offer.configuration']._configuration_of(line)
        configuration['options'] = configuration['options'][:1]
        order.offer_add(configuration, line_id=line.id)
        order.action_confirm()
        self.assertEqual(len(order.offer_subscription_ids.line_ids), 1)

    def test_a_withdrawn_item_by_itself_is_updated_or_deleted(self):
        order = self._create_order(
            order_line=[
                Command.create({'product_id': self.notebook.id}),
                Command.create({'product_id': self.backup.id}),
            ]
        )
        self._withdraw(self.notebook)
        self._assert_refused('"Notebook" was withdrawn', order.action_confirm)
        self.notebook.list_price = 950.0
        order.action_update_prices()
        self.assertEqual(order.order_line[0].price_unit, 950.0)
        order.action_confirm()

    def test_nobody_lifts_a_withdrawal_by_writing(self):
        order = self._quote()
        self._withdraw(self.workplace)
        self._raise_prices()
        line = order.order_line[0]
        line.write({'offer_withdrawn_reason': False})
        order.write({'order_line': [Command.update(line.id, {'offer_withdrawn_reason': False})]})
        self.assertTrue(line.offer_withdrawn_reason)
        self._assert_refused('was withdrawn', order.action_confirm)
