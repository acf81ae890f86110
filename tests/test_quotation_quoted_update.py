from odoo import Command
from odoo.tests import Form, tagged

from .common import OfferCommon

BY_HAND = ('name', 'price_unit', 'discount', 'tax_ids', 'product_uom_qty', 'sequence', 'write_date')


@tagged('post_install', '-at_install')
class TestQuotedUpdate(OfferCommon):
    """Configuring again writes only what changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.workplace.product_tmpl_id
        # a Service inside the Service, engraved
        cls.panel = cls._create_item('Panel', 0.0, 'service', type='service')
        attribute = cls.env['product.attribute'].create(
            {
                'name': 'Text',
                'create_variant': 'no_variant',
                'value_ids': [
                    Command.create({'name': 'Plain'}),
                    Command.create({'name': 'Engraved', 'is_custom': True}),
                ],
            }
        )
        row = cls.env['product.template.attribute.line'].create(
            {
                'product_tmpl_id': cls.panel.product_tmpl_id.id,
                'attribute_id': attribute.id,
                'value_ids': [Command.set(attribute.value_ids.ids)],
            }
        )
        cls.plain, cls.engraved = row.product_template_value_ids
        cls._create_price(7.0, cls.panel)
        cls.panel_option = cls.env['offer.option'].create(
            {'group_id': cls.group.id, 'product_id': cls.panel.id, 'is_recurring': True}
        )
        cls.group.max_choices = 0

    def _quote(self):
        """:return: the order of three workplaces with notebooks, backups and an engraved panel, on
        which somebody has edited what can be edited
        """
        panel = {
            'option_id': self.panel_option.id,
            'no_variant_value_ids': self.engraved.ids,
            'custom_values': [
                {
                    'custom_product_template_attribute_value_id': self.engraved.id,
                    'custom_value': 'Berg',
                }
            ],
        }
        line = self._add_bundle(options=[*self.both, panel])
        tax = self.env['account.tax'].create({'name': '5 %', 'amount': 5})
        for number, row in enumerate(line.order_id.order_line):
            row.write({'name': f'By hand {number}', 'tax_ids': tax.ids, 'discount': 5.0})
        line.price_unit = 33.0
        # today everything costs something else, and has a fee
        self.template.offer_price_ids.write({'amount': 99.0, 'setup_amount': 10.0})
        self.notebook.list_price = 999.0
        self.env.flush_all()
        return line.order_id

    def _read(self, order):
        order.order_line.invalidate_recordset()
        return [
            (*(row[name] for name in BY_HAND), self._get_typed(row))
            for row in order.order_line
            if not row.offer_is_setup
        ]

    @staticmethod
    def _get_typed(row):
        return row.product_custom_attribute_value_ids.mapped('custom_value')

    def _configuration_of(self, order):
        return self.env['offer.configuration']._configuration_of(order.order_line[0])

    def test_saved_unchanged_it_writes_nothing(self):
        order = self._quote()
        before = self._read(order)
        self.assertEqual(before[-1][-1], ['Berg'])
        order.offer_add(self._configuration_of(order), line_id=order.order_line[0].id)
        self.env.flush_all()
        self.assertEqual(self._read(order), before)

    def test_opened_and_saved_on_the_form_it_writes_nothing(self):
        order = self._quote()
        before = self._read(order)
        with Form(order) as form, form.order_line.edit(0) as line:
            line.offer_configuration = self._configuration_of(order)
        self.env.flush_all()
        self.assertEqual(self._read(order), before)

    def test_what_is_not_saved_yet_keeps_what_was_edited(self):
        with Form(self.env['sale.order'].with_user(self.salesperson)) as form:
            form.partner_id = self.customer
            configuration = self._configuration(options=self.both)
            with form.order_line.new() as line:
                line.product_id = self.workplace
                line.offer_configuration = configuration
            for number in range(3):
                with form.order_line.edit(number) as line:
                    line.name = f'By hand {number}'
            with form.order_line.edit(0) as line:
                line.price_unit = 33.0
            with form.order_line.edit(0) as line:
                line.offer_configuration = configuration
        self.assertEqual(
            [(row.name, row.price_unit) for row in form.record.order_line],
            [('By hand 0', 33.0), ('By hand 1', 900.0), ('By hand 2', 5.0)],
        )

    def test_only_what_is_changed_is_written(self):
        order = self._quote()
        before = self._read(order)
        configuration = self._configuration_of(order)
        configuration['options'][1]['quantity'] = 4
        order.offer_add(configuration, line_id=order.order_line[0].id)
        self.env.flush_all()
        after = self._read(order)
        self.assertEqual(after[:2], before[:2])
        # the panel makes room for the fee of the backups
        place = BY_HAND.index('sequence')
        self.assertEqual([*after[3][:place], after[3][-1]], [*before[3][:place], before[3][-1]])
        # a new quantity costs what it costs today
        self.assertEqual((after[2][4], after[2][1]), (4.0, 99.0))
        self.assertEqual(after[2][0], 'By hand 2')

    def test_the_preview_shows_what_will_be_saved(self):
        order = self._quote()
        line = order.order_line[0]
        for quantity, backups in ((3, 2), (3, 4), (5, 2)):
            with self.subTest(quantity=quantity, backups=backups):
                configuration = self._configuration_of(order)
                configuration['quantity'] = quantity
                configuration['options'][1]['quantity'] = backups
                preview = order.offer_preview(configuration)
                self.assertFalse(preview['errors'])
                order.offer_add(configuration, line_id=line.id)
                self.assertEqual(
                    [(row['quantity'], row['price_unit'], row['discount'])
                     for row in preview['lines']],
                    [(row.product_uom_qty, row.price_unit, row.discount)
                     for row in order.order_line.sorted('sequence')],
                )  # fmt: skip

    def test_other_lines_stay_where_they_are(self):
        order = self._quote()
        note = order.order_line.create(
            {'order_id': order.id, 'display_type': 'line_note', 'name': 'Note', 'sequence': 99}
        )
        configuration = self._configuration_of(order)
        with Form(order) as form, form.order_line.edit(0) as line:
            line.offer_configuration = configuration
        self.assertEqual(note.sequence, 99)

    def test_text_of_a_service_inside_is_kept_where_nothing_is_said_of_it(self):
        order = self._quote()
        configuration = self._configuration_of(order)
        del configuration['options'][2]['custom_values']
        order.offer_add(configuration, line_id=order.order_line[0].id)
        self.assertEqual(self._get_typed(order.order_line[-1]), ['Berg'])
        # another value says something
        configuration['options'][2].update(no_variant_value_ids=self.plain.ids, custom_values=[])
        order.offer_add(configuration, line_id=order.order_line[0].id)
        self.assertFalse(self._get_typed(order.order_line.filtered('offer_option_id')[-1]))
