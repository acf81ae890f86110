"""What offers cost a customer at least, for many at once: the catalogue's "from" prices."""

from dataclasses import replace

from ...tools.terms import monthly
from .pricing import Asked, Pricing


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
        self.pricing = Pricing(templates.env, self.context)
        self.configurations = self.env['offer.configuration']
        self.profiles = self.env['offer.customer.profile']._find(
            self.context.partner, self.context.company, self.context.day
        )

    def get(self):
        """:return: by template, see `product.template._get_offer_prices_from`"""
        items = self.templates.product_variant_ids | self._get_required_parts(self.templates)
        self.pricing.prepare(items)
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
        once = self.env['offer.plan']
        is_service = template.offer_kind == 'service'
        plans = [once]
        if is_service:
            plans += self.configurations._get_plans_of(template, self.context.company, profile)
        found = []
        for item in template.product_variant_ids or [template]:
            for plan in plans:
                cost = self._get_cost_from(item, plan, profile)
                if cost is not None:
                    found.append((cost, item, plan))
        if not found:
            return {'amount': None, 'plan': once, 'is_least': False}
        amount, item, plan = min(found, key=self._get_rank)
        return {
            'amount': self._show_taxes(item, amount),
            'plan': plan,
            'is_least': is_service,
        }

    def _get_rank(self, found):
        amount, _item, plan = found
        if not plan:
            return (1, amount)
        return (0, monthly(amount, plan.interval_count, plan.interval_unit))

    def _get_cost_from(self, item, plan, profile):
        """:return: the cost of one unit in the least quantity in which it is sold; None: never"""
        asked = self._ask(item, plan, max(1.0, profile.min_quantity))
        cost = self._get_cost(asked, profile)
        if cost is None and asked.template.offer_kind == 'service':
            least = self.pricing.get_least(asked)
            cost = self._get_cost(self._ask(item, plan, least), profile) if least else None
        return cost

    def _ask(self, item, plan, quantity, option=None, above=None):
        if item._name == 'product.product':
            values = self.configurations._get_preset_values(item)
            item = item.with_context(**item._get_product_price_context(values))
        return Asked(
            item=item,
            plan=plan,
            quantity=quantity,
            uom=item.uom_id,
            tier=self.env['offer.sla.tier'],
            option=option or self.env['offer.option'],
            above=above,
        )

    def _get_cost(self, asked, profile=None):
        """:return: what one unit costs per period (or once) with the cheapest service level and
        what it can't be had without; None: it isn't sold so
        """
        total = self._get_own_cost(asked, profile)
        if total is None or asked.template.offer_kind != 'service':
            return total
        for part in asked.template._get_offer_options():
            if not part.is_required or part.is_recurring != bool(asked.plan):
                continue
            many = part.quantity * (asked.quantity if part.quantity_mode == 'per_unit' else 1.0)
            cost = self._get_cost(self._ask(part.product_id, asked.plan, many, part, asked))
            if cost is None:
                return None
            total += cost * many / asked.quantity
        return total

    def _get_own_cost(self, asked, profile):
        costs = [
            price.amount
            for tier in self._get_tiers(asked.template, profile)
            if (price := self.pricing.get(replace(asked, tier=tier))).is_sold
        ]
        if not costs:
            price = self.pricing.get(asked)
            return price.amount if price.is_sold else None
        return min(costs)

    def _get_tiers(self, template, profile):
        tiers = template.offer_tier_ids.filtered('active')
        return tiers & profile.tier_ids if profile and profile.tier_ids else tiers

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
