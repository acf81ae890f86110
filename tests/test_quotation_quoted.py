from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestQuoted(OfferCommon):
    """What was quoted is confirmed as quoted, whatever became of the catalogue since."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.workplace.product_tmpl_id
        cls.color = cls.env['product.attribute'].create(
            {
                'name': 'Colour',
                'create_variant': 'no_variant',
                'value_ids': [Command.create({'name': name}) for name in ('Black', 'White')],
            }
        )
        line = cls.env['product.template.attribute.line'].create(
            {
                'product_tmpl_id': cls.template.id,
                'attribute_id': cls.color.id,
                'value_ids': [Command.set(cls.color.value_ids.ids)],
            }
        )
        cls.black, cls.white = line.product_template_value_ids
        cls.service = cls._create_item('Help Desk', 0.0, 'service', type='service')
        cls.yearly = cls._create_plan('Yearly', interval_unit='year')
        cls._create_price(400.0, plan_id=cls.yearly.id)
        cls.other = cls._add_option('Antivirus', price_mode='included')

    def _quote(self):
        """:return: three workplaces with Gold (150.00 a month), three notebooks (2,700.00 once)
        and two backups (10.00 a month), in black
        """
        order = self._create_order()
        self._add_bundle(order, no_variant_value_ids=self.black.ids)
        return order

    def _edit_option(self, **values):
        self.backup_option.write(values)

    def _get_edits(self):
        """:return: what became of the catalogue after it was quoted, by name"""
        template, option, note = self.template, self.backup_option, self.notebook_option
        prices = template.offer_price_ids

        def profile(**values):
            self.env['offer.customer.profile'].create(
                {'partner_id': self.customer.id, 'product_tmpl_id': template.id, **values}
            )

        def change_profile():
            profile()
            template.offer_profile_ids.write({'min_quantity': 20})

        def replace_levels():
            template.offer_default_tier_id = self.bronze
            template.offer_tier_ids = self.bronze

        return {
            'option archived': option.action_archive,
            'required option archived': note.action_archive,
            'level archived': self.gold.action_archive,
            'level left out': replace_levels,
            'plan archived': self.plan.action_archive,
            'prices deleted': prices.unlink,
            'prices raised': lambda: prices.write({'amount': 99.0, 'setup_amount': 50.0}),
            'requires added': lambda: option.write({'requires_ids': self.other.ids}),
            'excludes added': lambda: option.write({'excludes_ids': note.ids}),
            'bounds changed': lambda: option.write(
                {'min_quantity': 5.0, 'quantity': 5.0, 'max_quantity': 9.0}
            ),
            'per unit changed': lambda: note.write({'quantity': 2.0}),
            'mode changed': lambda: note.write({'quantity_mode': 'fixed'}),
            'paid per period': lambda: note.write({'is_recurring': True, 'price_mode': 'included'}),
            'paid once': lambda: option.write({'is_recurring': False}),
            'another item': lambda: option.write({'product_id': self.service.id}),
            'option required': lambda: self.other.write({'is_required': True}),
            'more to choose': lambda: self.group.write({'max_choices': 3, 'min_choices': 3}),
            'fewer to choose': lambda: self.group.write({'max_choices': 1}),
            'profile added': lambda: profile(min_quantity=10, plan_ids=self.yearly.ids),
            'profile with options': lambda: profile(
                option_ids=[Command.create({'option_id': note.id})], tier_ids=self.bronze.ids
            ),
            'profile changed': change_profile,
            'prerequisite added': lambda: template.write(
                {'offer_prerequisite_ids': self.service.product_tmpl_id.ids}
            ),
            'role added': lambda: template.write(
                {'offer_role_ids': [Command.create({'name': 'Owner', 'is_required': True})]}
            ),
            'attribute value removed': lambda: template.attribute_line_ids.write(
                {'value_ids': [Command.unlink(self.black.product_attribute_value_id.id)]}
            ),
            'attribute removed': template.attribute_line_ids.unlink,
            'item unpublished': lambda: self.template.write({'offer_state': 'draft'}),
            'item retired': template.action_offer_retire,
            'item archived': self.template.action_archive,
            'item not for sale': lambda: template.write({'sale_ok': False}),
            'component retired': self.notebook.product_tmpl_id.action_offer_retire,
            'component not for sale': lambda: self.backup.write({'sale_ok': False}),
            'default level changed': lambda: template.write(
                {'offer_default_tier_id': self.gold.id}
            ),
            'terms of the plan': lambda: self.plan.write(
                {'minimum_term_count': 36, 'notice_count': 6}
            ),
        }

    def _assert_sold_as_quoted(self, order):
        """That what was quoted starts and bills: 160.00 a month."""
        lines = [(line.product_uom_qty, line.price_unit) for line in order.order_line]
        self.assertEqual(lines, [(3.0, 50.0), (3.0, 900.0), (2.0, 5.0)])
        subscription = order.offer_subscription_ids
        self.assertEqual(subscription.minimum_term_count, 12)
        self.assertEqual(subscription.notice_count, 0)
        self.assertEqual(sum(subscription.bill('2027-02-01').mapped('amount_untaxed')), 320.0)

    def test_each_later_edit_lets_staff_confirm_as_quoted(self):
        self.assertGreaterEqual(len(self._get_edits()), 18)
        self._try_edits(lambda order: order.action_confirm())

    def test_each_later_edit_lets_the_customer_sign_as_quoted(self):
        public = self.env.ref('base.public_user')

        def sign(order):
            # as the portal does it
            signed = order.with_user(public).sudo()
            self.assertTrue(signed._has_to_be_signed())
            signed.write({'signed_by': 'Anna', 'signed_on': '2026-12-01'})
            signed._validate_order()

        self._try_edits(sign)

    def _try_edits(self, confirm):
        failed = {}
        for name in self._get_edits():
            try:
                self._try_edit(name, confirm)
            except (AssertionError, UserError) as error:
                failed[name] = str(error)
        self.assertFalse(failed)

    def _try_edit(self, name, confirm):
        order = self._quote()
        order.require_signature = True
        order.action_quotation_sent()
        point = self.env.cr.savepoint()
        try:
            self._get_edits()[name]()
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertFalse(order._get_offer_errors())
            confirm(order.with_user(self.salesperson))
            self._assert_sold_as_quoted(order)
        finally:
            point.rollback()
            point.close()
            self.env.invalidate_all()
