"""The one place that reads, validates and prices a configuration."""

from odoo import api, models

from .offer_configuration_reader import KEYS, MAX_DEPTH, MAX_OPTIONS, OPTION_KEYS, Node, Reader
from .offer_quoted import OptionTerms


class OfferConfiguration(models.AbstractModel):
    _name = 'offer.configuration'
    _description = 'Configuration of a Service'

    # === BUSINESS METHODS === #

    @api.model
    def _read_configuration(self, order, configuration, quoted=False):
        """Read a configuration and check all rules of its Service.

        :param order: the order that it is meant for, saved or not
        :param dict configuration: plain data, see `sale.order.offer_preview`
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
        number = configuration.get('line_id')
        line = reader.line(number)
        node = self._new_node(
            reader,
            product,
            held=reader.held(number),
            line_id=number,
            line=line,
            quoted=line._get_offer_quoted_as(product),
        )
        if node.held_content.get('product_id') != product.id and not node.quoted:
            self._check_sellable(reader, product)
        node.uom = self._read_unit(reader, node, configuration.get('uom_id'))
        node.quantity = reader.quantity(
            configuration.get('quantity', 1), product.display_name, node
        )
        node.date_start = reader.day(configuration.get('date_start'))
        self._read_attributes(reader, node, configuration)
        self._read_plan(reader, node, configuration)
        self._read_service(reader, node, configuration, depth=1)
        return node, reader.errors

    @api.model
    def _new_node(self, reader, product, **values):
        return Node(
            product=product,
            quantity=values.pop('quantity', 1.0),
            held=values.pop('held', self.env['offer.subscription.line']),
            held_on=reader.order.offer_change_date,
            plan=values.pop('plan', self.env['offer.plan']),
            tier=self.env['offer.sla.tier'],
            option=values.pop('option', self.env['offer.option']),
            uom=product.uom_id,
            profile=reader.profile(product.product_tmpl_id),
            **values,
        )

    @api.model
    def _read_unit(self, reader, node, number):
        """:return: the unit of the item, of its packagings, of its line, or in which it is held
        :rtype: uom.uom
        """
        product = node.product
        known = product.uom_id
        if node.held_content.get('product_id') == product.id:
            known = known.browse(node.held_content['product_uom_id'])
        else:
            line = reader.line(node.line_id)
            if line.product_id == product:
                known = line.product_uom_id
        if number in (None, False):
            return known
        unit = reader.record('uom.uom', number, self.env._('The unit'))
        if unit and unit not in known | product.uom_id | product.uom_ids:
            text = self.env._(
                '"%(item)s" is not sold in %(unit)s.',
                item=product.display_name,
                unit=unit.name,
            )
            reader.error(text, node, 'quantity')
        return unit or known

    @api.model
    def _read_plan(self, reader, node, configuration):
        template = node.product.product_tmpl_id
        number = configuration.get('plan_id')
        if number in (None, False):
            if template.offer_kind == 'service' and not node.held:
                self._check_sold_once(reader, node)
            return
        plan = reader.record('offer.plan', number, self.env._('The plan'))
        if not plan:
            return
        kept = self._get_kept_plan(node)
        known = template._get_offer_plans(reader.context.company) | kept
        node.plan = plan & known
        allowed = self._get_plans_of(template, reader.context.company, node.profile)
        if plan not in allowed | kept:
            text = self.env._(
                '"%(item)s" is not sold under the plan "%(plan)s".',
                item=template.name,
                plan=plan.name,
            )
            reader.error(text, node, 'plan')

    @api.model
    def _check_sold_once(self, reader, node):
        if node.quoted and not node.quoted.plan_id:
            return
        price = reader.pricing.get(node.get_asked())
        if price.is_sold:
            return
        text = self.env._('Choose a plan for "%s".', node.product.product_tmpl_id.name)
        if not self._get_plans(reader, node):
            text = self.env._(
                '"%s" has no price, so it is not sold.', node.product.product_tmpl_id.name
            )
        reader.error(text, node, 'plan')

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
            self._read_price(reader, node)
            return
        self._read_tier(reader, node, data)
        self._read_price(reader, node)
        self._check_prerequisites(reader, node)
        self._check_profile_quantity(reader, node)
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
        self._read_options(reader, node, chosen, depth)
        self._check_groups(reader, node)
        self._check_rules(reader, node)

    @api.model
    def _read_tier(self, reader, node, data):
        template = node.product.product_tmpl_id
        number = data.get('tier_id')
        if number in (None, False):
            # a level that came later is none of what was quoted
            if node.quoted and not node.quoted.tier_id:
                return
            node.tier = self._get_default_tier(reader, node)
            if not node.tier and not node.held and self._get_tiers(reader, node):
                text = self.env._('Choose a service level for "%s".', template.name)
                reader.error(text, node, 'tier')
            return
        tier = reader.record('offer.sla.tier', number, self.env._('The service level'))
        if tier and tier not in self._get_tiers_allowed(node):
            text = self.env._(
                '"%(tier)s" is no service level of "%(item)s".',
                tier=tier.name,
                item=template.name,
            )
            reader.error(text, node, 'tier')
        node.tier = tier & (template.offer_tier_ids | self._get_held_tier(node))

    @api.model
    def _read_price(self, reader, node):
        """Refuse what has no price, and find the one-time fee that stands beside it."""
        has_fee = False
        if node.is_as_quoted:
            has_fee = any(part.offer_is_setup for part in node.line._get_offer_parts())
        elif node.option or node.product.offer_kind == 'service':
            asked = node.get_asked()
            price = reader.pricing.get(asked)
            keeps = node.held and node.held._keeps_price(node.held_on, asked, reader.pricing)
            is_asked = (node.plan or node.option) and not node.obstacle
            if is_asked and not price.is_sold and not keeps:
                reader.error(price.refusal, node, 'tier' if node.tier else 'plan')
            has_fee = bool(price.setup)
        # what continues was set up already
        if has_fee and not node.held:
            product = reader.context.company._get_offer_setup_product()
            node.setup = self._new_node(reader, product, is_setup=True)

    # === OPTIONS === #

    @api.model
    def _read_options(self, reader, node, chosen, depth):
        seen = set()
        chosen = [child for child in chosen if reader.keys(child, OPTION_KEYS)]
        numbers = [child.get('option_id') for child in chosen]
        records = reader.records('offer.option', numbers, self.env._('The option'))
        for child, option in zip(chosen, records, strict=True):
            if not option:
                continue
            held = reader.held(child.get('line_id'))
            is_option = option.active or option == held.option_id or node.has_quoted(option)
            if option.product_tmpl_id != node.product.product_tmpl_id or not is_option:
                reader.error(
                    self.env._(
                        '"%(option)s" is no option of "%(service)s".',
                        option=option.display_name,
                        service=node.product.product_tmpl_id.name,
                    )
                )
            elif option.id in seen:
                text = self.env._('"%s" is chosen twice.', option.display_name)
                reader.error(text, node, f'option_{option.id}')
            else:
                seen.add(option.id)
                part = self._read_option(reader, node, option, child, depth)
                # on a change nothing more of it may be needed
                if part.quantity or not node.held:
                    node.options.append(part)
        # as the Service lists them, in whatever order they were chosen
        node.options.sort(key=lambda child: child.option._get_place())

    @api.model
    def _read_option(self, reader, parent, option, data, depth):
        line, quoted = self._find_quoted_option(parent, option)
        terms = quoted.terms if quoted else OptionTerms.of(option)
        item = option.product_id.browse(quoted.product_id) if quoted else option.product_id
        node = self._new_node(
            reader,
            item,
            option=option,
            above=parent,
            plan=parent.plan if terms.is_recurring else parent.plan.browse(),
            date_start=parent.date_start,
            line_id=data.get('line_id') or None,
            held=reader.held(data.get('line_id')),
            line=line,
            quoted=quoted,
            terms=terms,
        )
        node.uom = self._read_unit(reader, node, None) if node.held else item.uom_id
        running = node.held and node.held._get_held_on(parent.held_on)['quantity']
        if running and data.get('quantity') in (None, running):
            # what runs goes on as it was agreed, whatever the option says today
            node.quantity = running
        else:
            node.quantity = self._read_option_quantity(reader, parent, node, data)
        if (
            node.terms.quantity_mode == 'per_unit'
            and node.held
            and node.held.parent_id == parent.held
        ):
            node.quantity = node.held._get_quantity_under(parent.held_on, parent.quantity)
        self._read_attributes(reader, node, data)
        if not node.held:
            node.obstacle = self._get_node_obstacle(reader, node)
        if node.obstacle:
            reader.error(node.obstacle, parent, f'option_{option.id}')
        self._read_service(reader, node, data, depth + 1)
        return node

    @api.model
    def _get_quantity_to_follow(self, parent, terms):
        """:return: for how many units of the Service an option is needed: on a change what is paid
        once only for those that are added
        """
        if parent.held and not terms.is_recurring:
            return max(0.0, parent.own_quantity - self._get_held_own_quantity(parent))
        return parent.own_quantity

    @api.model
    def _get_held_own_quantity(self, node):
        """:return: how much is held, in the own unit of the item that is to be"""
        content, own = node.held_content, node.product.uom_id
        unit = own.browse(content['product_uom_id'])
        return unit._compute_quantity(content['quantity'], own, round=False, raise_if_failure=False)

    @api.model
    def _read_option_quantity(self, reader, parent, node, data):
        """:return: the quantity in all, for the whole quantity of the Service"""
        option, terms, given = node.option, node.terms, data.get('quantity')
        name, place = option.display_name, f'option_{option.id}'
        if terms.quantity_mode == 'per_unit':
            return terms.quantity * self._get_quantity_to_follow(parent, terms)
        quantity = node.quoted.quantity if node.quoted else terms.quantity
        if given is not None:
            quantity = reader.quantity(given, name, parent, place)
        if node.quoted and quantity == node.quoted.quantity:
            return quantity
        if not reader.quoted:
            # configured again, by what holds today
            terms = node.terms = OptionTerms.of(option)
        if terms.quantity_mode == 'per_unit':
            return terms.quantity * self._get_quantity_to_follow(parent, terms)
        if terms.quantity_mode == 'fixed':
            if quantity != terms.quantity:
                text = self.env._(
                    'The quantity of "%(item)s" is fixed at %(quantity)g.',
                    item=name,
                    quantity=terms.quantity,
                )
                reader.error(text, parent, place)
            return terms.quantity
        least, most = terms.min_quantity, terms.max_quantity
        agreed = parent.profile.option_ids.filtered(lambda row: row.option_id == option)
        least = max(least, agreed.min_quantity)
        if quantity < least or (most and quantity > most):
            text = self.env._(
                'Of "%(item)s" you can have %(least)g to %(most)s.',
                item=name,
                least=least,
                most=f'{most:g}' if most else self.env._('any number'),
            )
            reader.error(text, parent, place)
        return quantity
