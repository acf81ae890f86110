"""What keeps an item, an option or a choice from being sold, as plain sentences."""

from dataclasses import replace

from odoo import api, models


class OfferConfiguration(models.AbstractModel):
    _inherit = 'offer.configuration'

    # === WHAT THE CUSTOMER MAY HAVE === #

    @api.model
    def _get_offered_plans(self, reader, node):
        """:return: the plans under which the customer of a node can order its quantity today"""
        asked = replace(node.get_asked(), tier=node.tier.browse())
        template, company = node.product.product_tmpl_id, reader.context.company
        return self._get_plans_of(template, company, node.profile).filtered(
            lambda plan: reader.pricing.get(replace(asked, plan=plan)).is_sold
        )

    @api.model
    def _get_plans_of(self, template, company, profile):
        plans = template._get_offer_plans(company)
        return plans & profile.plan_ids if profile.plan_ids else plans

    @api.model
    def _get_plans(self, reader, node):
        """:return: the plans under which the customer of a node can have it"""
        return self._get_offered_plans(reader, node) | self._get_kept_plan(node)

    @api.model
    def _get_kept_plan(self, node):
        """:return: the plan that is agreed, on a change, and the one that was quoted"""
        held = node.held.subscription_id.plan_id.sudo(self.env.su)
        return held | held.browse((node.quoted and node.quoted.plan_id) or [])

    @api.model
    def _get_offered_tiers(self, reader, node):
        """:return: the service levels that a customer can order today under the plan"""
        tiers = node.product.product_tmpl_id.offer_tier_ids.filtered('active')
        tiers = tiers & node.profile.tier_ids if node.profile.tier_ids else tiers
        asked = replace(node.get_asked(), tier=node.tier.browse())
        if not node.plan and not reader.pricing.get(asked).is_sold:
            # nothing is sold before a plan is chosen
            return tiers
        return tiers.filtered(lambda tier: reader.pricing.get(replace(asked, tier=tier)).is_sold)

    @api.model
    def _get_tiers(self, reader, node):
        """:return: the service levels that the customer of a node can have under its plan"""
        return self._get_offered_tiers(reader, node) | self._get_held_tier(node)

    @api.model
    def _get_tiers_allowed(self, node):
        """:return: the service levels that the customer of a node can have, under some plan"""
        tiers = node.product.product_tmpl_id.offer_tier_ids.filtered('active')
        allowed = tiers & node.profile.tier_ids if node.profile.tier_ids else tiers
        return allowed | self._get_held_tier(node)

    @api.model
    def _get_held_tier(self, node):
        """:return: the service levels that are agreed, on a change, or were quoted"""
        held = self.env['offer.sla.tier'].browse(node.held_content.get('tier_id') or [])
        return held | held.browse((node.quoted and node.quoted.tier_id) or [])

    @api.model
    def _get_default_tier(self, reader, node):
        preset = node.profile.default_tier_id or node.product.product_tmpl_id.offer_default_tier_id
        if not preset:
            return preset
        tiers = self._get_tiers(reader, node)
        return preset & tiers or tiers[:1]

    # === OBSTACLES === #

    @api.model
    def _check_sellable(self, reader, product):
        obstacle = self._get_product_obstacle(reader, product)
        if obstacle:
            reader.error(obstacle)

    @api.model
    def _get_product_obstacle(self, reader, product):
        """Why an item can't be sold, by itself or inside a Service.

        :rtype: str | None
        """
        name = product.display_name
        company = reader.context.company
        if product.company_id and product.company_id not in company.sudo().parent_ids:
            return self.env._('"%s" belongs to another company.', name)
        if reader.quoted:
            return None
        if not product.active or not product.sale_ok:
            return self.env._('"%s" is not for sale any more.', name)
        if product.offer_kind and product.offer_state != 'published':
            if product.offer_state == 'retired':
                return self.env._('"%s" is retired and not sold any more.', name)
            return self.env._('"%s" is not published yet.', name)
        return None

    @api.model
    def _get_obstacle(self, reader, node):
        """Why an option can't be chosen under the plan, whatever else is chosen.

        :param Node node: of the option, in its Service
        :rtype: str
        """
        parent, option = node.above, node.option
        allowed = parent.profile._get_options()
        if allowed is not None and option not in allowed:
            return self.env._(
                '"%(option)s" is not among what %(customer)s can choose.',
                option=option.display_name,
                customer=parent.profile.partner_id.display_name,
            )
        obstacle = self._get_product_obstacle(reader, option.product_id)
        return obstacle or self._get_price_obstacle(reader, node)

    @api.model
    def _get_price_obstacle(self, reader, node):
        """:rtype: str"""
        parent, option = node.above, node.option
        if node.terms.is_recurring and not parent.plan:
            return self.env._(
                '"%(option)s" is billed per period: choose a plan for "%(service)s".',
                option=option.display_name,
                service=parent.product.display_name,
            )
        # its service levels have prices of their own
        asked = replace(node.get_asked(), tier=node.tier.browse())
        return reader.pricing.get(asked).refusal

    @api.model
    def _check_prerequisites(self, reader, node):
        """A customer needs some Services before others, or orders them along."""
        needed = node.product.product_tmpl_id.offer_prerequisite_ids
        if node.quoted:
            needed = needed.browse(node.quoted.prerequisite_ids).exists()
        for text in self._get_prerequisite_errors(reader.order, node.product, needed):
            reader.error(text, node, 'service')

    @api.model
    def _get_prerequisite_errors(self, order, product, needed):
        """
        :param product: what is to be sold
        :param needed: product.template that its customer has to have, or orders along
        :return: what is missing, as sentences
        :rtype: list[str]
        """
        errors = []
        if not needed:
            return errors
        along = order.order_line.product_id.product_tmpl_id
        if not order._origin:
            # of an order that is not saved the client says what stands on it
            along |= along.browse(self.env.context.get('offer_template_ids') or [])
        # sudo: what a customer has counts, also where another salesperson sold it
        lines = self.env['offer.subscription.line'].sudo()
        for service in needed - along:
            has = order.partner_id and lines.search_count(
                [
                    ('product_id.product_tmpl_id', '=', service.id),
                    ('subscription_id.state', 'in', ('pending', 'active', 'paused')),
                    (
                        'subscription_id.partner_id.commercial_partner_id',
                        '=',
                        order.partner_id.commercial_partner_id.id,
                    ),
                ],
                limit=1,
            )
            if not has:
                text = self.env._(
                    '"%(item)s" needs "%(service)s": order it along.',
                    item=product.display_name,
                    service=service.name,
                )
                errors.append(text)
        return errors

    @api.model
    def _check_profile_quantity(self, reader, node):
        least = node.profile.min_quantity
        if node.quoted and node.quoted.quantity == node.quantity:
            return
        if least and node.own_quantity < least:
            text = self.env._(
                'Of "%(item)s" %(customer)s takes at least %(least)g.',
                item=node.product.display_name,
                customer=node.profile.partner_id.display_name,
                least=least,
            )
            reader.error(text, node, 'quantity')

    # === GROUPS AND RULES === #

    @api.model
    def _check_groups(self, reader, node):
        chosen = {child.option for child in node.options}
        had = self._get_options_had(node)
        for group in node.product.product_tmpl_id.offer_option_group_ids:
            if self._is_group_as_quoted(node, group):
                continue
            count = sum(option.group_id == group for option in chosen)
            fulfilled = count + sum(option in had - chosen for option in group.option_ids)
            place = f'group_{group.id}'
            for option in group.option_ids:
                was_required = reader.quoted and node.had_to_have(option)
                is_required = option.is_required or was_required
                if is_required and option not in chosen | had:
                    text = self.env._(
                        '"%(service)s" needs "%(option)s".',
                        service=node.product.display_name,
                        option=option.display_name,
                    )
                    reader.error(text, node, f'option_{option.id}')
            if fulfilled < group.min_choices:
                text = self.env._(
                    'Choose at least %(least)s in "%(group)s".',
                    least=group.min_choices,
                    group=group.name,
                )
                reader.error(text, node, place)
            if group.max_choices and count > group.max_choices:
                text = self.env._(
                    'Choose at most %(most)s in "%(group)s".',
                    most=group.max_choices,
                    group=group.name,
                )
                reader.error(text, node, place)

    @api.model
    def _get_options_had(self, node):
        """On a change: options that are paid once, and were when it began.

        :rtype: set
        """
        if not node.held:
            return set()
        added = node.own_quantity > self._get_held_own_quantity(node)
        return {
            option
            for option in node.product.product_tmpl_id._get_offer_options()
            if not option.is_recurring and not (added and option.quantity_mode == 'per_unit')
        }

    @api.model
    def _check_rules(self, reader, node):
        """Options that require or exclude others."""
        chosen = self.env['offer.option'].union(*(child.option for child in node.options))
        had = chosen.union(*self._get_options_had(node))
        for option in chosen.filtered('requires_ids'):
            if self._is_need_as_quoted(node, option, had):
                continue
            needed = option.requires_ids.filtered('active')
            if option.requires_mode == 'any':
                missing = needed.browse() if needed & had else needed
                text = self.env._(
                    '"%(option)s" needs one of these: %(others)s.',
                    option=option.display_name,
                    others=', '.join(missing.mapped('display_name')),
                )
            else:
                missing = needed - had
                text = self.env._(
                    '"%(option)s" needs "%(others)s" too.',
                    option=option.display_name,
                    others='", "'.join(missing.mapped('display_name')),
                )
            if missing:
                reader.error(text, node, f'option_{option.id}')
        for option in chosen.filtered('excludes_ids'):
            for other in option.excludes_ids & chosen:
                if node.has_quoted(option) and node.has_quoted(other):
                    continue
                text = self.env._(
                    '"%(option)s" and "%(other)s" exclude each other.',
                    option=option.display_name,
                    other=other.display_name,
                )
                reader.error(text, node, f'option_{option.id}')
                reader.error(text, node, f'option_{other.id}')
