"""Whatever is configured: preview, dialog, lines, copies, what is opened and saved again and what
is priced again all say the same money; and what is not sold is never sold for nothing.
"""

from contextlib import suppress

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import OfferCommon
from .random_offers import RandomOffers
from .sizes import get_randoms

# of how many configurations a Service is tried
EACH = 5


@tagged('post_install', '-at_install')
class TestFuzz(OfferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.yearly = cls._create_plan('Yearly', interval_unit='year')
        cls.tiers = cls.env['offer.sla.tier'].create(
            [{'name': f'Level {number}', 'is_included': not number} for number in range(4)]
        )
        cls.elsewhere = cls.env['res.company'].create({'name': 'Elsewhere'})
        cls.euro = cls.setup_other_currency('EUR', rates=[('2020-01-01', 0.8)])
        percentage = {'compute_price': 'percentage', 'percent_price': 12.5}
        cls.pricelists = cls.env['product.pricelist'].create(
            [
                {'name': 'List'},
                {'name': 'Partners', 'item_ids': [Command.create(percentage)]},
                {'name': 'Euro', 'currency_id': cls.euro.id},
                {'name': 'Own', 'item_ids': [Command.create({**percentage, 'percent_price': 3})]},
            ]
        )
        cls.env['res.config.settings'].create({'group_product_pricelist': True}).execute()

    def _read(self, order):
        """:return: what stands on an order, line by line, and what it comes to"""
        lines = [
            (
                line.product_id.id,
                line.product_uom_qty,
                line.product_uom_id.id,
                line.price_unit,
                line.discount,
                line.price_subtotal,
                line.offer_plan_id.id,
                line.offer_tier_id.id,
            )
            for line in order.order_line.sorted(lambda line: (line.sequence, line.id))
        ]
        return lines, order._get_offer_totals(order.order_line)

    def _show(self, preview):
        return [
            (
                row['product_id'],
                row['quantity'],
                row['price_unit'],
                row['discount'],
                row['subtotal'],
            )
            for row in preview['lines']
        ]

    def test_all_doors_say_the_same_money(self):
        sold = 0
        for case, dice in get_randoms('fuzz', 10, 120):
            offers = RandomOffers(self, dice)
            service = None
            with suppress(ValidationError), self.env.cr.savepoint():
                service = offers.create_service()
            if not service:
                # rules that contradict each other are refused
                self.env.invalidate_all()
                continue
            for number in range(EACH):
                customer = dice.choice((self.customer, self.partner_a))
                pricelist = dice.choice((*self.pricelists, self.pricelists.browse()))
                configuration = offers.configure(service)
                if not number:
                    # nobody chooses
                    configuration = self.env['offer.configuration']._default_configuration(service)
                with self.subTest(case=f'{case}/{number}', configuration=configuration):
                    order = self._create_order(partner_id=customer.id, pricelist_id=pricelist.id)
                    sold += self._try(order, configuration)
        self.assertTrue(sold)

    def _try(self, order, configuration):
        """:return: whether it was sold"""
        preview = order.offer_preview(configuration)
        dialog = order.offer_configurator(configuration)
        self.assertEqual(dialog['errors'], preview['errors'])
        self.assertEqual(dialog['totals'], preview['totals'])
        if preview['errors']:
            with self.assertRaises(UserError) as caught:
                order.offer_add(configuration)
            self.assertEqual(caught.exception.args[0], '\n'.join(preview['errors']))
            self.assertFalse(order.order_line)
            return False
        line = order.offer_add(configuration)
        before = lines, totals = self._read(order)
        # preview = lines
        self.assertEqual(self._show(preview), [(it[0], it[1], it[3], it[4], it[5]) for it in lines])
        self.assertEqual(preview['totals'], totals)
        self._check_not_for_nothing(order)
        # an order that is not saved yet
        unsaved = self.env['sale.order'].with_context(
            default_partner_id=order.partner_id.id,
            default_company_id=order.company_id.id,
            default_pricelist_id=order.pricelist_id.id,
            default_currency_id=order.currency_id.id,
        )
        self.assertEqual(unsaved.offer_preview(configuration)['totals'], totals)
        # opened and saved without a change
        again = self.env['offer.configuration']._configuration_of(line)
        order.offer_add(again, line_id=line.id)
        self.assertEqual(self._read(order), before)
        # priced again
        order.action_update_prices()
        self.assertEqual(self._read(order), before)
        # copied
        self.assertEqual(self._read(order.copy()), before)
        # the quotation confirms as it stands
        self.assertFalse(order._get_offer_errors())
        return True

    def _check_not_for_nothing(self, order):
        for line in order.order_line:
            option = line.offer_option_id
            is_free = option.price_mode == 'included' or line.discount == 100
            price = line._get_offer_list_price()
            # each of its rows says 0, or a percentage of what is free
            is_said = bool(price and price.rows) and all(
                not row.amount or row.amount_type == 'percent' for row in price.rows
            )
            if not line.price_unit:
                self.assertTrue(is_free or is_said, line.display_name)
