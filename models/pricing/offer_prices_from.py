"""What offers cost a customer at least, for many at once: the catalogue's "from" prices."""

from ...tools.terms import monthly


class OfferPricesFrom:
    """Works out "from" prices for many offers at once.

    :param templates: product.template records
    :param order: an order in memory, for whom and when it would be
    """

    def __init__(self, templates, order):
        self.env = templates.env
        self.templates = templates
        self.order = order
        self.context = order._get_offer_price_context()
        self.prices = self.env['offer.price']
        self.configurations = self.env['offer.configuration']
        self.profiles = self.env['offer.customer.profile']._find(
            self.context.partner, self.context.company, self.context.day
        )

    def get(self):
        variants = self.templates.product_variant_ids
        pricelist = self.context.pricelist
        # Odoo's own prices: of Products, and of Services that are sold once without a row
        self.own_prices = pricelist._get_products_price(
            variants, 1.0, currency=self.context.currency, date=self.context.day
        )
        parts = self._get_required_parts(self.templates)
        self.rules = pricelist._get_applicable_rules(
            variants | parts, self.context.day, offer_base_price=0.0
        )
        return {template: self._get_price(template) for template in self.templates}

    def _get_required_parts(self, templates):
        """:return: the items that come with these Services whatever is chosen"""
        found = self.env['product.product']
        while templates:
            options = templates._get_offer_options().filtered('is_required')
            new = options.product_id - found
            found |= new
            templates = new.product_tmpl_id
        return found

    def _get_price(self, template):
        profile = self.profiles.get(template, self.env['offer.customer.profile'])
        variants = template.product_variant_ids or [template]
        quantity = max(1.0, profile.min_quantity)
        if template.offer_kind != 'service':
            found = [(self._get_own_price(variants[0]), variants[0], None)]
        else:
            found = [
                (self._get_amount(variant, plan, quantity, profile), variant, plan)
                for variant in variants
                for plan in self._get_plans(template, profile)
            ]
            found = [row for row in found if row[0] is not None]
        if not found:
            return {'amount': None, 'plan': self.env['offer.plan'], 'is_least': False}
        amount, variant, plan = min(found, key=self._get_rank)
        return {
            'amount': self._show_taxes(variant, amount),
            'plan': plan or self.env['offer.plan'],
            'is_least': template.offer_kind == 'service',
        }

    def _get_rank(self, found):
        amount, _variant, plan = found
        if not plan:
            return (1, amount)
        return (0, monthly(amount, plan.interval_count, plan.interval_unit))

    def _get_plans(self, template, profile):
        plans = template._get_offer_plans()
        if profile.plan_ids:
            plans &= profile.plan_ids
        return [*plans, *([plans.browse()] if template._is_offer_sold_once() else [])]

    def _get_amount(self, product, plan, quantity, profile=None, option=None):
        """
        :param product: the variant, or the template where variants are made when they are sold
        :return: what one unit costs per period with the cheapest service level and what it can't
            be had without; None: it isn't sold so
        """
        template = self._get_template(product)
        tier = self._get_cheapest_tier(product, plan, quantity, profile)
        own_row = self.prices._find_row(template, plan, self.context, product=product, qty=quantity)
        if not own_row:
            if option:
                return 0.0
            return None if plan else self._get_own_price(product)
        rows = own_row
        if tier:
            rows += self.prices._find_row(
                template, plan, self.context, product=product, tier=tier, qty=quantity
            )
        own, total, base = 0.0, 0.0, 0.0
        for row in rows:
            if row.amount_type == 'percent':
                total += own * row.amount / 100
                continue
            amount = row._get_amount(product, None, self.context)
            if row._is_final():
                total += amount
            else:
                base += amount
                amount = self._apply_rules(product, amount, quantity)
            own = own or amount
        total += self._apply_rules(product, base, quantity) if base else 0.0
        for part in template._get_offer_options():
            if part.is_required and part.is_recurring and plan:
                many = part.quantity * (quantity if part.quantity_mode == 'per_unit' else 1.0)
                cost = self._get_part_amount(part, plan, many, own)
                total += cost * many / quantity
        return total

    def _get_own_price(self, item):
        if item._name == 'product.template':
            return self.prices._convert(item.list_price, item.currency_id, self.context)
        return self.own_prices[item.id]

    def _get_part_amount(self, option, plan, quantity, own):
        """:return: what one unit of a component costs"""
        if option.price_mode == 'own':
            return self._get_amount(option.product_id, plan, quantity, option=option)
        row = self.prices._find_rows_of(self.context, option.product_id, quantity, plan, option)
        if row.amount_type == 'percent':
            return own * row.amount / 100
        amount = row and row._get_amount(option.product_id, None, self.context)
        if not row or row._is_final():
            return amount or 0.0
        return self._apply_rules(option.product_id, amount, quantity)

    def _get_template(self, item):
        return item if item._name == 'product.template' else item.product_tmpl_id

    def _get_cheapest_tier(self, product, plan, quantity, profile):
        template = self._get_template(product)
        tiers = template.offer_tier_ids.filtered('active')
        if profile and profile.tier_ids:
            tiers &= profile.tier_ids
        if not (template.offer_default_tier_id or (profile and profile.default_tier_id)):
            # it can be had without
            return tiers.browse()

        def cost(tier):
            row = self.prices._find_row(
                template,
                plan,
                self.context,
                product=product,
                tier=tier,
                qty=quantity,
            )
            if not row:
                return (0, 0.0)
            if row.amount_type == 'percent':
                return (1 if row.amount else 0, row.amount)
            return (1 if row.amount else 0, row._get_amount(product, None, self.context))

        return min(tiers, key=cost, default=tiers)

    def _apply_rules(self, product, amount, quantity):
        """:return: the amount after the percentages of the customer's pricelist"""
        for rule in self.rules:
            if rule._is_applicable_for(product, quantity):
                price = rule._compute_price(
                    product,
                    quantity,
                    product.uom_id,
                    date=self.context.day,
                    currency=self.context.currency,
                    offer_base_price=amount,
                )
                return self.prices._round(price, self.context.currency)
        return amount

    def _show_taxes(self, item, amount):
        """:return: an amount in the item's own taxes as the company shows its prices"""
        position, company = self.order.fiscal_position_id, self.context.company
        own = item.taxes_id._filter_taxes_by_company(company)
        if not own:
            return amount
        taxes = position.map_tax(own) if position else own
        product = item if item._name == 'product.product' else item.product_variant_id
        price = product._get_tax_included_unit_price_from_price(
            amount, own, fiscal_position=position
        )
        totals = taxes.compute_all(
            price, currency=self.context.currency, product=product, partner=self.context.partner
        )
        with_taxes = company.account_price_include == 'tax_included'
        return totals['total_included' if with_taxes else 'total_excluded']
