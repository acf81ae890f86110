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

    @api.model
    def _read_attributes(self, reader, node, data):
        """Read the values that make no variant, and what was typed in; what nobody chose is
        preset.
        """
        lines = node.product.product_tmpl_id.valid_product_template_attribute_line_ids
        quoted = self._get_quoted_values(node)
        values = lines.product_template_value_ids._only_active() | quoted
        plain = lines.filtered(lambda line: line.attribute_id.create_variant == 'no_variant')
        wanted = data.get('no_variant_value_ids')
        if wanted is None:
            preset = quoted if node.quoted else self._get_preset_values(node.product)
            node.no_variant_value_ids = preset.ids
        else:
            wanted = reader.ids(wanted, self.env._('Attribute values'))
            known = (plain.product_template_value_ids._only_active() | quoted).ids
            if set(wanted) - set(known):
                text = self.env._(
                    'A chosen attribute value of "%s" is not available: choose another one.',
                    node.product.display_name,
                )
                reader.error(text, node, 'attributes')
            node.no_variant_value_ids = [number for number in wanted if number in known]
        is_as_quoted = node.quoted and set(quoted.ids) == set(node.no_variant_value_ids)
        if not node.held and not is_as_quoted:
            self._check_values(reader, node, plain)
        custom = self._get_custom_values(node, data)
        key = 'custom_product_template_attribute_value_id'
        for value in custom if isinstance(custom, list) else [None]:
            if not isinstance(value, dict) or value.get(key) not in values.ids:
                text = self.env._(
                    'A custom value does not belong to "%s".', node.product.display_name
                )
                reader.error(text, node, 'attributes')
                continue
            text = str(value.get('custom_value') or '')
            node.custom_values.append({key: value[key], 'custom_value': text})

    @api.model
    def _get_preset_values(self, product):
        """:return: the first value of each attribute that makes no variant, where it goes with
        those before it
        """
        chosen = product.product_template_attribute_value_ids
        found = chosen.browse()
        for line in product.product_tmpl_id.valid_product_template_attribute_line_ids:
            attribute = line.attribute_id
            if attribute.create_variant != 'no_variant' or attribute.display_type == 'multi':
                continue
            possible = line.product_template_value_ids._only_active().filtered(
                lambda value, others=chosen | found: not self._get_excluded(others | value)
            )
            found |= possible[:1]
        return found

    @api.model
    def _get_excluded(self, values):
        """:return: a pair of values that exclude each other, or none"""
        for value in values:
            # an exclusion holds for the item that it names: another one's parts, or itself
            own = value.exclude_for.filtered(
                lambda rule, value=value: rule.product_tmpl_id == value.product_tmpl_id
            )
            for other in own.value_ids & values:
                return value, other
        return None

    @api.model
    def _check_values(self, reader, node, lines):
        """One value of each attribute, and none that exclude each other."""
        chosen = self.env['product.template.attribute.value'].browse(node.no_variant_value_ids)
        item = node.product.display_name
        for line in lines.filtered(lambda line: line.attribute_id.display_type != 'multi'):
            count = len(chosen & line.product_template_value_ids)
            if not count:
                text = self.env._(
                    'Choose "%(attribute)s" for "%(item)s".',
                    attribute=line.attribute_id.name,
                    item=item,
                )
                reader.error(text, node, 'attributes')
            elif count > 1:
                text = self.env._(
                    'Choose only one "%(attribute)s" for "%(item)s".',
                    attribute=line.attribute_id.name,
                    item=item,
                )
                reader.error(text, node, 'attributes')
        pair = self._get_excluded(node.product.product_template_attribute_value_ids | chosen)
        if pair:
            text = self.env._(
                '"%(option)s" and "%(other)s" exclude each other.',
                option=pair[0].display_name,
                other=pair[1].display_name,
            )
            reader.error(text, node, 'attributes')
