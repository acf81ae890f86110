"""All that the configurator's dialog shows, in one request."""

from dataclasses import replace

from odoo import api, models
from odoo.exceptions import UserError

from .offer_configuration_reader import Reader
from .offer_quoted import OptionTerms


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    @api.readonly
    def offer_configurator(self, configuration, value_ids=None):
        """All that the configurator shows of a configuration, in one request.

        :param dict configuration: plain data; without `plan_id`: the Service's default
        :param list value_ids: values of attributes that the Service is to have: its variant and
            `no_variant_value_ids` are taken from them
        :return: what :meth:`offer_preview` gives, the `configuration` itself, the `currency_id`,
            whether it `is_change` of what runs, on the day of its quotation, and the `service`: its
            plans, service levels, groups and options with their prices
        :rtype: dict
        :raise UserError: if the configuration names no item
        """
        order = self._get_offer_order()
        configurations = self.env['offer.configuration']
        if isinstance(configuration, dict):
            if 'plan_id' not in configuration:
                configuration = configurations._complete_configuration(configuration, order)
            if value_ids:
                configuration = configurations._with_values(configuration, value_ids)
        node, errors = configurations._read_configuration(order, configuration)
        if not node:
            raise UserError('\n'.join(errors))
        lines = order._preview_offer_lines(node)
        by_node = {id(child): line for _level, child, line in lines}
        reader = Reader(self.env, order, False)
        return {
            **order._get_offer_preview(lines, errors),
            'configuration': configuration,
            'is_change': bool(order.offer_change_subscription_id),
            'currency_id': reader.context.currency.id,
            'service': order._get_offer_structure(reader, node, by_node),
        }

    def _get_offer_structure(self, reader, node, by_node):
        """What can be chosen of a Service, with the price of each option as it would be.

        :param dict by_node: the line of each chosen node, by the node's identity
        """
        configurations = self.env['offer.configuration']
        template = node.product.product_tmpl_id
        once = replace(node.get_asked(), plan=node.plan.browse(), tier=node.tier.browse())
        allowed = node.profile._get_options()
        chosen = {child.option: child for child in node.options}
        groups = []
        for group in template.offer_option_group_ids:
            quoted = [
                option
                for option in group.with_context(active_test=False).option_ids - group.option_ids
                if node.has_quoted(option)
            ]
            options = [
                self._get_offer_option_data(reader, node, option, chosen.get(option), by_node)
                for option in [*group.option_ids, *quoted]
                # what this customer can't have is no choice; what was chosen says why it can't stay
                if allowed is None
                or option in allowed
                or option in chosen
                or node.has_quoted(option)
            ]
            if options:
                groups.append(
                    {
                        'id': group.id,
                        'name': group.name,
                        'min': group.min_choices,
                        'max': group.max_choices,
                        'notes': node.notes.get(f'group_{group.id}', []),
                        'options': options,
                    }
                )
        plans = configurations._get_offered_plans(reader, node)
        is_gone = node.quoted and configurations._get_product_obstacle(reader, node.product)
        return {
            'kept': self._get_offer_kept_text() if is_gone and not node.option else '',
            'name': node.product.with_context(display_default_code=False).display_name,
            'product_tmpl_id': template.id,
            'plans': [
                {
                    'id': plan.id,
                    'name': plan.name,
                    'term': plan._get_term_text(),
                    'kept': bool(node.quoted) and plan not in plans,
                }
                for plan in self._get_offer_shown_plans(reader, node)
            ],
            'sold_once': reader.pricing.get(once).is_sold,
            'tiers': self._get_offer_tier_data(reader, node),
            'attributes': configurations._get_attribute_data(node),
            'groups': groups,
            'notes': {
                place: texts
                for place, texts in node.notes.items()
                if not place.startswith(('group_', 'option_'))
            },
        }

    def _get_offer_shown_plans(self, reader, node):
        """:return: what can be chosen, and what is chosen, also where its quantity doesn't fit"""
        configurations = self.env['offer.configuration']
        return (configurations._get_plans(reader, node) | node.plan).sorted()

    def _get_offer_tier_data(self, reader, node):
        configurations = self.env['offer.configuration']
        offered = configurations._get_offered_tiers(reader, node)
        found = []
        bare = node.get_asked()
        bare = replace(bare, tier=bare.tier.browse())
        own = reader.pricing.get(bare)
        for tier in configurations._get_tiers(reader, node).sorted():
            price = reader.pricing.get(replace(bare, tier=tier))
            row = (price.rows - own.rows) if price.rows else price.rows
            found.append(
                {
                    'id': tier.id,
                    'name': tier.name,
                    'promise': tier._get_promise_text(),
                    'price': row.amount
                    if row.amount_type == 'percent'
                    else max(0.0, price.amount - own.amount),
                    'percent': row.amount_type == 'percent',
                    'kept': bool(node.quoted) and tier not in offered,
                }
            )
        return found

    def _get_offer_option_data(self, reader, parent, option, child, by_node):
        configurations = self.env['offer.configuration']
        quoted = configurations._find_quoted_option(parent, option)[1]
        terms = child.terms if child else quoted.terms if quoted else OptionTerms.of(option)
        shown = child or configurations._new_option_node(reader, parent, option)
        obstacle = configurations._get_obstacle(reader, shown)
        is_gone = quoted and (
            obstacle or not option.active or option.product_id.id != quoted.product_id
        )
        if quoted:
            # what stands there may stay; where it can't, its notes say why
            obstacle = None
        line = by_node.get(id(shown))
        is_service = option.product_id.offer_kind == 'service'
        agreed = parent.profile.option_ids.filtered(lambda row: row.option_id == option)
        return {
            'id': option.id,
            'name': shown.product.with_context(display_default_code=False).display_name,
            'kept': self._get_offer_kept_text() if is_gone else '',
            'required': option.is_required and not is_gone,
            'recurring': terms.is_recurring,
            'included': option.price_mode == 'included',
            'quantity_mode': terms.quantity_mode,
            'quantity': shown.quantity,
            'min': max(option.min_quantity, agreed.min_quantity),
            'max': option.max_quantity,
            'price': line.price_unit if line else self._get_offer_shown_price(reader, shown),
            'obstacle': obstacle or '',
            'is_sold': bool(quoted)
            or not configurations._get_product_obstacle(reader, option.product_id),
            'notes': [
                text for text in parent.notes.get(f'option_{option.id}', []) if text != obstacle
            ],
            'service': child and is_service and self._get_offer_structure(reader, child, by_node),
        }

    def _get_offer_kept_text(self):
        return self.env._('No longer offered. It stays as quoted until you change it.')

    def _get_offer_shown_price(self, reader, node):
        """:return: what an option would cost, in the taxes of the order"""
        product = node.product
        taxes = product.taxes_id._filter_taxes_by_company(reader.context.company)
        return product._get_tax_included_unit_price_from_price(
            reader.pricing.get(node.get_asked()).amount,
            product_taxes=taxes,
            fiscal_position=self.fiscal_position_id,
        )
