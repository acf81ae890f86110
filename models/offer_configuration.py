"""The one place that reads, validates and prices a configuration (design §3)."""

from odoo import api, fields, models

from .offer_configuration_reader import KEYS, MAX_DEPTH, MAX_OPTIONS, OPTION_KEYS, Node, Reader


class OfferConfiguration(models.AbstractModel):
    _name = 'offer.configuration'
    _description = 'Configuration of a Service'

    # === BUSINESS METHODS === #

    @api.model
    def _read_configuration(self, order, configuration, quoted=False):
        """Read a configuration and check all rules of its Service.

        :param order: the order that it is meant for, saved or not
        :param dict configuration: plain data, see design §3
        :param bool quoted: it stands on a quotation already, which confirms as quoted, also if
            something was retired meanwhile
        :return: what could be read (None if not even the Service could), and what is wrong with
            it, as plain sentences
        :rtype: tuple[Node | None, list[str]]
        """
        reader = Reader(self.env, order, quoted)
        if not reader.keys(configuration, KEYS):
            return None, reader.errors
        product = reader.record(
            'product.product', configuration.get('product_id'), self.env._('The item')
        )
        if not product:
            return None, reader.errors
        self._check_sellable(reader, product)
        node = Node(
            product=product,
            quantity=reader.quantity(configuration.get('quantity', 1), product.display_name),
            plan=self._read_plan(reader, product, configuration),
            tier=self.env['offer.sla.tier'],
            option=self.env['offer.option'],
            date_start=reader.day(configuration.get('date_start')),
        )
        self._read_service(reader, node, configuration, depth=1)
        return node, reader.errors

    @api.model
    def _check_sellable(self, reader, product):
        name = product.display_name
        if product.company_id and product.company_id != reader.order.company_id:
            reader.error(self.env._('"%s" belongs to another company.', name))
        if reader.quoted:
            return
        if not product.active or not product.sale_ok:
            reader.error(self.env._('"%s" is not for sale any more.', name))
        elif product.offer_kind and product.offer_state != 'published':
            if product.offer_state == 'retired':
                reader.error(self.env._('"%s" is retired and not sold any more.', name))
            else:
                reader.error(self.env._('"%s" is not published yet.', name))

    @api.model
    def _read_plan(self, reader, product, configuration):
        template = product.product_tmpl_id
        plans = template._get_offer_plans()
        number = configuration.get('plan_id')
        if number in (None, False):
            if template.offer_kind == 'service' and not template._is_offer_sold_once():
                reader.error(self.env._('Choose a plan for "%s".', template.name))
            return plans.browse()
        plan = reader.record('offer.plan', number, self.env._('The plan'))
        if plan and plan not in plans:
            reader.error(
                self.env._(
                    '"%(item)s" is not sold under the plan "%(plan)s".',
                    item=template.name,
                    plan=plan.name,
                )
            )
        return plan & plans

    @api.model
    def _read_service(self, reader, node, data, depth):
        """Read what stands inside an item: tier, options, values of attributes."""
        if node.product.offer_kind != 'service':
            if data.get('options') or data.get('tier_id'):
                reader.error(
                    self.env._(
                        '"%s" is no Service, so it has neither options nor service levels.',
                        node.product.display_name,
                    )
                )
            return
        self._read_tier(reader, node, data)
        self._read_attributes(reader, node, data)
        chosen = data.get('options') or []
        if not isinstance(chosen, list):
            reader.error(self.env._('The options must be a list.'))
            return
        if depth >= MAX_DEPTH and chosen:
            reader.error(self.env._('Options are nested deeper than %s levels.', MAX_DEPTH))
            return
        reader.count += len(chosen)
        if reader.count > MAX_OPTIONS:
            reader.error(self.env._('More than %s options are chosen.', MAX_OPTIONS))
            return
        for child in chosen:
            self._read_option(reader, node, child, depth)
        # as the Service lists them, in whatever order they were chosen
        order = node.product.product_tmpl_id.offer_option_group_ids.option_ids
        node.options.sort(key=lambda child: order.ids.index(child.option.id))
        self._check_groups(reader, node)

    @api.model
    def _read_tier(self, reader, node, data):
        template = node.product.product_tmpl_id
        number = data.get('tier_id')
        if number in (None, False):
            node.tier = template.offer_default_tier_id
            return
        tier = reader.record('offer.sla.tier', number, self.env._('The service level'))
        if tier and tier not in template.offer_tier_ids:
            reader.error(
                self.env._(
                    '"%(tier)s" is no service level of "%(item)s".',
                    tier=tier.name,
                    item=template.name,
                )
            )
        node.tier = tier & template.offer_tier_ids

    @api.model
    def _read_attributes(self, reader, node, data):
        lines = node.product.product_tmpl_id.valid_product_template_attribute_line_ids
        values = lines.product_template_value_ids._only_active()
        wanted = reader.ids(data.get('no_variant_value_ids') or [], self.env._('Attribute values'))
        strangers = set(wanted) - set(values.ids)
        if strangers:
            reader.error(
                self.env._(
                    'The attribute value %(id)s does not belong to "%(item)s".',
                    id=min(strangers),
                    item=node.product.display_name,
                )
            )
        node.no_variant_value_ids = [number for number in wanted if number not in strangers]
        custom = data.get('custom_values') or []
        key = 'custom_product_template_attribute_value_id'
        for value in custom if isinstance(custom, list) else [None]:
            if not isinstance(value, dict) or value.get(key) not in values.ids:
                reader.error(
                    self.env._('A custom value does not belong to "%s".', node.product.display_name)
                )
                continue
            text = str(value.get('custom_value') or '')
            node.custom_values.append({key: value[key], 'custom_value': text})

    @api.model
    def _read_option(self, reader, parent, data, depth):
        if not reader.keys(data, OPTION_KEYS):
            return
        template = parent.product.product_tmpl_id
        option = reader.record('offer.option', data.get('option_id'), self.env._('The option'))
        if not option:
            return
        if option.product_tmpl_id != template or not option.active:
            reader.error(
                self.env._(
                    '"%(option)s" is no option of "%(service)s".',
                    option=option.display_name,
                    service=template.name,
                )
            )
            return
        if option in [node.option for node in parent.options]:
            reader.error(self.env._('"%s" is chosen twice.', option.display_name))
            return
        node = Node(
            product=option.product_id,
            quantity=self._read_option_quantity(reader, parent, option, data),
            plan=parent.plan if option.is_recurring else parent.plan.browse(),
            tier=self.env['offer.sla.tier'],
            option=option,
            date_start=parent.date_start,
            line_id=data.get('line_id') or None,
        )
        self._check_sellable(reader, node.product)
        self._check_option_price(reader, parent, node)
        self._read_service(reader, node, data, depth + 1)
        parent.options.append(node)

    @api.model
    def _read_option_quantity(self, reader, parent, option, data):
        """:return: the quantity in all, for the whole quantity of the Service"""
        name = option.display_name
        if option.quantity_mode == 'per_unit':
            return option.quantity * parent.quantity
        if option.quantity_mode == 'fixed':
            given = data.get('quantity', option.quantity)
            if reader.quantity(given, name) != option.quantity:
                reader.error(
                    self.env._(
                        'The quantity of "%(item)s" is fixed at %(quantity)g.',
                        item=name,
                        quantity=option.quantity,
                    )
                )
            return option.quantity
        quantity = reader.quantity(data.get('quantity', option.quantity), name)
        least, most = option.min_quantity, option.max_quantity
        if quantity < least or (most and quantity > most):
            reader.error(
                self.env._(
                    'Of "%(item)s" you can have %(least)g to %(most)s.',
                    item=name,
                    least=least,
                    most=f'{most:g}' if most else self.env._('any number'),
                )
            )
        return quantity

    @api.model
    def _check_option_price(self, reader, parent, node):
        option = node.option
        if option.is_recurring and not parent.plan:
            reader.error(
                self.env._(
                    '"%(option)s" is billed per period: choose a plan for "%(service)s".',
                    option=option.display_name,
                    service=parent.product.display_name,
                )
            )
            return
        context = reader.order._get_offer_price_context()
        if option.price_mode == 'priced':
            row = self.env['offer.price']._find_row(
                option.product_tmpl_id, node.plan, context, option=option, qty=node.quantity
            )
        elif option.price_mode == 'own' and node.plan:
            row = self.env['offer.price']._find_row(
                node.product.product_tmpl_id,
                node.plan,
                context,
                product=node.product,
                qty=node.quantity,
            )
        else:
            return
        if not row:
            reader.error(
                self.env._(
                    '"%(option)s" has no price for %(plan)s.',
                    option=option.display_name,
                    plan=node.plan.name or self.env._('one-time purchase'),
                )
            )

    @api.model
    def _check_groups(self, reader, node):
        chosen = [child.option for child in node.options]
        for group in node.product.product_tmpl_id.offer_option_group_ids:
            count = sum(option.group_id == group for option in chosen)
            missing = [
                option.display_name
                for option in group.option_ids
                if option.is_required and option not in chosen
            ]
            if missing:
                reader.error(
                    self.env._(
                        '"%(service)s" needs "%(option)s".',
                        service=node.product.display_name,
                        option=missing[0],
                    )
                )
            if count < group.min_choices:
                reader.error(
                    self.env._(
                        'Choose at least %(least)s in "%(group)s".',
                        least=group.min_choices,
                        group=group.name,
                    )
                )
            if group.max_choices and count > group.max_choices:
                reader.error(
                    self.env._(
                        'Choose at most %(most)s in "%(group)s".',
                        most=group.max_choices,
                        group=group.name,
                    )
                )

    # === DEFAULTS AND READING BACK === #

    @api.model
    def _default_configuration(self, product, quantity=1.0):
        """What a Service is sold with if nobody chooses.

        :rtype: dict
        """
        template = product.product_tmpl_id
        plans = template._get_offer_plans()
        return {
            'product_id': product.id,
            'quantity': quantity,
            'plan_id': False if template._is_offer_sold_once() else plans[:1].id,
            'tier_id': template.offer_default_tier_id.id,
            'options': self._default_options(template, depth=1),
        }

    @api.model
    def _complete_configuration(self, configuration):
        """Fill a configuration that names hardly more than its Service with the default.

        :rtype: dict
        """
        number = configuration.get('product_id')
        product = self.env['product.product']
        if isinstance(number, int) and not isinstance(number, bool):
            product = product.browse(number).exists()
        if not product:
            return configuration
        return {**self._default_configuration(product), **configuration}

    @api.model
    def _default_options(self, template, depth):
        options = template.offer_option_group_ids.option_ids.filtered(
            lambda option: option.is_required or option.is_default
        )
        return [
            {
                'option_id': option.id,
                'quantity': option.quantity,
                'tier_id': option.product_id.offer_default_tier_id.id,
                'options': self._default_options(option.product_id.product_tmpl_id, depth + 1)
                if depth < MAX_DEPTH
                else [],
            }
            for option in options
        ]

    @api.model
    def _configuration_of(self, line):
        """Read the configuration back from an order line and its components.

        :rtype: dict
        """
        configuration = self._node_of(line)
        configuration.update(
            product_id=line.product_id.id,
            plan_id=line.offer_plan_id.id,
            date_start=fields.Date.to_string(line.offer_date_start) or False,
        )
        return configuration

    @api.model
    def _node_of(self, line):
        data = {
            'quantity': line.product_uom_qty,
            'tier_id': line.offer_tier_id.id,
            'no_variant_value_ids': line.product_no_variant_attribute_value_ids._origin.ids,
            'custom_values': [
                {
                    'custom_product_template_attribute_value_id': (
                        value.custom_product_template_attribute_value_id.id
                    ),
                    'custom_value': value.custom_value,
                }
                for value in line.product_custom_attribute_value_ids
            ],
            'options': [
                {'option_id': child.offer_option_id.id, **self._node_of(child)}
                for child in line._get_offer_components()
            ],
        }
        if line._origin:
            data['line_id'] = line._origin.id
        return data
