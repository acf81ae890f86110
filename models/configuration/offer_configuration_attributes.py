"""Variants and attributes of a Service inside its configuration."""

from odoo import api, models


class OfferConfiguration(models.AbstractModel):
    _inherit = 'offer.configuration'

    @api.model
    def _with_values(self, configuration, value_ids):
        """Take another combination of attribute values; a dynamic variant is made if need be.

        :param list value_ids: `product.template.attribute.value` ids, one an attribute
        :rtype: dict
        """
        is_ids = isinstance(value_ids, list) and all(
            isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31
            for number in value_ids
        )
        number = configuration.get('product_id')
        if not is_ids or not isinstance(number, int):
            return configuration
        template = self.env['product.product'].browse(number).exists().product_tmpl_id
        values = self.env['product.template.attribute.value'].browse(value_ids).exists()
        values = values.filtered(lambda value: value.product_tmpl_id == template)
        product = template._get_variant_for_combination(values)
        if not product and template.has_dynamic_attributes():
            # a salesperson may not make items; a combination that is offered may be sold all the
            # same, as Odoo's own configurator does
            product = template.sudo()._create_product_variant(values).sudo(self.env.su)
        kept = set(values.filtered(lambda value: value.is_custom).ids)
        return {
            **configuration,
            'product_id': product.id or number,
            'no_variant_value_ids': (values - values._without_no_variant_attributes()).ids,
            'custom_values': [
                value
                for value in configuration.get('custom_values') or []
                if isinstance(value, dict)
                and value.get('custom_product_template_attribute_value_id') in kept
            ],
        }

    @api.model
    def _get_attribute_data(self, node):
        """What Odoo's own component shows of each attribute that leaves a choice.

        :rtype: list[dict]
        """
        template = node.product.product_tmpl_id
        lines = template.valid_product_template_attribute_line_ids
        if node.option:
            # inside another Service the variant is given; what makes no variant can be chosen
            lines = lines.filtered(lambda line: line.attribute_id.create_variant == 'no_variant')
        values = self.env['product.template.attribute.value']
        selected = node.product.product_template_attribute_value_ids + values.browse(
            node.no_variant_value_ids
        )
        excluded = set()
        exclusions = template._get_attribute_exclusions(combination_ids=selected.ids)
        for number in selected.ids:
            excluded.update(exclusions['exclusions'].get(number, []))
        custom = {
            value['custom_product_template_attribute_value_id']: value['custom_value']
            for value in node.custom_values
        }
        found = []
        for line in lines:
            mine = line.product_template_value_ids._only_active()
            gone = (line.product_template_value_ids & self._get_quoted_values(node)) - mine
            mine |= gone
            chosen = mine & selected
            is_custom = any(mine.mapped('is_custom'))
            if len(mine) < 2 and not is_custom and line.attribute_id.display_type != 'multi':
                continue
            found.append(
                {
                    'id': line.id,
                    'attribute': {
                        'id': line.attribute_id.id,
                        'name': line.attribute_id.name,
                        'display_type': line.attribute_id.display_type,
                    },
                    'attribute_values': [
                        {
                            'id': value.id,
                            'name': (
                                self.env._('%s (no longer offered)', value.name)
                                if value in gone
                                else value.name
                            ),
                            'html_color': value.html_color or False,
                            'image': bool(value.image),
                            'is_custom': value.is_custom,
                            'price_extra': value.price_extra,
                            'excluded': value.id in excluded,
                        }
                        for value in mine
                    ],
                    'selected_attribute_value_ids': chosen.ids,
                    'create_variant': line.attribute_id.create_variant,
                    'customValue': next(
                        (custom[number] for number in chosen.ids if number in custom), False
                    ),
                }
            )
        return found
