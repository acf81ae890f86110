"""Who may not set prices sets none: by any field, flag, context, quantity or copy."""

from contextlib import suppress
from datetime import datetime

from psycopg2 import Error as DatabaseError

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import OfferCommon

# what changes a price on purpose, by what it is for: another quantity, item or customer is another
# sale, at its own price; taxes and the order's own data are Odoo's
AUTOMATIC = {'id', 'create_uid', 'create_date', 'write_uid', 'write_date'}
LEGITIMATE = {'product_uom_qty', 'product_id', 'tax_ids', 'order_id', 'offer_tier_id'}


@tagged('post_install', '-at_install')
class TestRights(OfferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workplace.product_tmpl_id._get_offer_own_prices().setup_amount = 99.0
        cls.company.sudo().offer_service_price_group_id = cls.env.ref(
            'sales_team.group_sale_manager'
        )
        cls.line = cls._add_bundle(cls._create_order(user_id=cls.salesperson.id))
        cls.order = cls.line.order_id
        cls.product_line = cls.env['sale.order.line'].create(
            {'order_id': cls.order.id, 'product_id': cls.notebook.id}
        )
        cls.strange = cls.env['offer.sla.tier'].create({'name': 'Other', 'is_included': True})
        cls.env.flush_all()

    def _get_money(self, order=None):
        """:return: what stands on the quotation, with what is charged for it"""
        order = (order or self.order).sudo()
        lines = sorted(
            (
                line.product_id.id,
                line.offer_plan_id.id,
                line.offer_is_setup,
                line.price_unit,
                line.discount,
                line.offer_intro_periods,
                line.offer_intro_percent,
            )
            for line in order.order_line
        )
        return [*lines, order.offer_intro_periods, order.offer_intro_percent]

    def _get_lies(self, field):
        """:return: values that a liar would try"""
        if field.type in ('float', 'monetary', 'integer'):
            return [False, 0, 1, 120]
        if field.type == 'boolean':
            return [True, False]
        if field.type in ('char', 'text', 'html'):
            return ['x', False]
        if field.type == 'many2one':
            found = self.env[field.comodel_name].search([], limit=2).ids
            return [False, *found]
        if field.type == 'selection':
            values = field.selection if isinstance(field.selection, list) else []
            return [False, *(value for value, _label in values)]
        if field.type == 'json':
            return [False, {}, {'product_id': self.notebook.id}]
        if field.type == 'date':
            return ['2020-01-01', False]
        if field.type == 'datetime':
            return [datetime(2020, 1, 1), False]
        return [[Command.clear()]] if field.type in ('one2many', 'many2many') else []

    def _try(self, record, vals):
        """Try a lie as a salesperson would by a remote call.

        :return: what stands on the quotation then, or None: it was refused
        """
        with self.env.cr.savepoint() as savepoint:
            try:
                record.with_user(self.salesperson).write(vals)
                self.env.flush_all()
                self.env.invalidate_all()
                return self.line.exists() and self._get_money()
            except (UserError, AccessError, ValueError, TypeError, DatabaseError):
                return None
            finally:
                savepoint.rollback()
                self.env.invalidate_all()

    def test_no_field_of_a_line_makes_a_price(self):
        """Every field that the registry lets a user write, with what a liar would put there."""
        before, tried = self._get_money(), 0
        lines = self.order.order_line
        for name, field in self.env['sale.order.line']._fields.items():
            if name in LEGITIMATE or not field.store or name in AUTOMATIC:
                continue
            for value in self._get_lies(field):
                for line in lines:
                    after = self._try(line, {name: value})
                    tried += 1
                    if after:
                        self.assertEqual(after, before, (name, value, line.product_id.name))
        self.assertGreater(tried, 300)

    def test_no_field_of_the_order_makes_a_price(self):
        before, tried = self._get_money(), 0
        for name, field in self.env['sale.order']._fields.items():
            # what is sold in which currency, when and by whom has prices of its own
            if name in ('order_line', 'company_id') or not field.store or name in AUTOMATIC:
                continue
            for value in self._get_lies(field):
                after = self._try(self.order, {name: value})
                tried += 1
                if after:
                    self.assertEqual(after, before, (name, value))
        self.assertGreater(tried, 100)

    def test_several_lies_at_once(self):
        mine = self.line.with_user(self.salesperson)
        fee = self.order.order_line.filtered('offer_is_setup')
        backup = self.line._get_offer_components()[1]
        for line, vals in (
            (self.line, {'price_unit': None}),
            (self.line, {'price_unit': 1.0, 'technical_price_unit': 1.0}),
            (self.line, {'price_unit': 1.0, 'product_uom_qty': 4}),
            (self.line, {'discount': 100.0, 'offer_technical_discount': 100.0}),
            (self.line, {'is_downpayment': True, 'price_unit': 1.0}),
            (self.line, {'is_expense': True, 'price_unit': 1.0}),
            (self.line, {'offer_is_setup': True, 'price_unit': 1.0}),
            (backup, {'product_id': self.notebook.id, 'price_unit': 1.0}),
            (backup, {'offer_option_id': self.notebook_option.id, 'price_unit': 1.0}),
            (self.line, {'offer_tier_id': False}),
            (self.line, {'offer_tier_id': self.strange.id}),
            (fee, {'price_unit': 0.0}),
            (fee, {'product_uom_qty': 0}),
            (self.product_line, {'product_id': self.backup.id, 'price_unit': 1.0}),
        ):
            with self.subTest(vals):
                after = self._try(line, vals)
                if vals == {'product_id': self.backup.id, 'price_unit': 1.0}:
                    # a plain item is Odoo's; it can't become an offer at that price again
                    continue
                self.assertIsNone(after)
        plain = mine.create({'order_id': self.order.id, 'product_id': self.backup.id})
        plain.price_unit = 1.0
        self._assert_refused('costs', lambda: plain.write({'product_id': self.notebook.id}))

    def test_no_context_opens_a_door(self):
        backup = self.line._get_offer_components()[1]
        for key in ('offer_configuring', 'offer_saving_order', 'force_price_recomputation'):
            for line, vals in (
                (backup, {'product_uom_qty': 99}),
                (backup, {'offer_option_id': False}),
                (self.line, {'price_unit': 1.0}),
                (self.line, {'offer_intro_periods': 120}),
            ):
                with self.subTest(key=key, vals=vals):
                    before = self._get_money()
                    after = self._try(line.with_context(**{key: True}), vals)
                    self.assertIn(after, (None, before))
        lines = self.env['sale.order.line'].with_user(self.salesperson)
        values = {'order_id': self.order.id, 'product_id': self.notebook.id}
        for context in ({'default_price_unit': 1.0}, {'default_discount': 50.0}):
            self._assert_refused(
                'it costs', lambda c=context: lines.with_context(**c).create(values)
            )
        order = self.order.with_user(self.salesperson)
        for context in (
            {'default_price_unit': 1.0},
            {'default_discount': 50.0},
            {'default_offer_intro_periods': 120},
        ):
            lying = order.with_context(**context)
            with self.env.cr.savepoint() as savepoint:
                with suppress(UserError):
                    line = lying.offer_add(self._configuration(options=[]))
                    self.assertEqual((line.price_unit, line.discount), (50.0, 0.0))
                    self.assertFalse(line.offer_intro_periods)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_introductory_periods_are_the_plans(self):
        order = self.order.with_user(self.salesperson)
        for vals in ({'offer_intro_periods': 120}, {'offer_intro_is_off': True}):
            self._assert_refused('may not agree', lambda v=vals: order.write(v))
        self._assert_refused(
            'may not agree',
            lambda: self.env['sale.order']
            .with_user(self.salesperson)
            .create({'partner_id': self.customer.id, 'offer_intro_periods': 12}),
        )
        self.plan.write({'intro_periods': 2, 'intro_percent': 50.0})
        line = order.offer_add(self._configuration(options=[]))
        self.assertEqual((line.offer_intro_periods, line.offer_intro_percent), (2, 50.0))

    def test_a_salesperson_duplicates_a_quotation_at_todays_prices(self):
        self.line.price_unit = 1.0
        self.product_line.discount = 0.0
        self.order.offer_intro_periods = 3
        copied = self.order.with_user(self.salesperson).copy()
        prices = {line.product_id: line.price_unit for line in copied.order_line}
        self.assertEqual(prices[self.workplace], 50.0)
        self.assertEqual(copied.offer_intro_periods, 0)

    def test_a_price_of_somebody_with_the_right_stays_when_others_edit(self):
        self.line.price_unit = 45.0
        mine = self.line.with_user(self.salesperson)
        mine.write({'product_uom_qty': 5, 'price_unit': 45.0})
        self.assertEqual((self.line.price_unit, self.line.product_uom_qty), (45.0, 5.0))
        self.order.with_user(self.salesperson).offer_add(
            self._configuration(quantity=2, options=[]), line_id=self.line.id
        )
        self.assertEqual(self.line.price_unit, 45.0)
