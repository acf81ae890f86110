"""What an item costs a customer: the one place that says it, for everybody who shows a price."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from odoo import models
from odoo.tools import float_compare, format_amount


@dataclass(frozen=True)
class PriceContext:
    """For whom and when something is priced.

    :param partner: the customer; its commercial entity decides
    :param currency: in which the answer is given
    :param moment: the same day as Odoo's pricelists want to know it; None: the day
    """

    company: models.BaseModel
    partner: models.BaseModel
    pricelist: models.BaseModel
    currency: models.BaseModel
    day: date
    moment: datetime | None = None


@dataclass(frozen=True)
class Asked:
    """What is to be priced.

    :param item: a variant, or a template where variants are made when they are sold
    :param plan: empty: it is paid once
    :param float quantity: in `uom`
    :param uom: in which it is sold
    :param tier: its service level, if any
    :param option: the option as which it is sold; empty: by itself
    :param above: what it is a component of, of which percentages are taken
    """

    item: models.BaseModel
    plan: models.BaseModel
    quantity: float
    uom: models.BaseModel
    tier: models.BaseModel
    option: models.BaseModel
    above: 'Asked | None' = None

    @property
    def template(self):
        is_template = self.item._name == 'product.template'
        return self.item if is_template else self.item.product_tmpl_id

    @property
    def own_quantity(self):
        """The quantity in the item's own unit."""
        own = self.item.uom_id
        if not self.uom or self.uom == own:
            return self.quantity
        return self.uom._compute_quantity(self.quantity, own, round=False, raise_if_failure=False)


@dataclass(frozen=True)
class Price:
    """What it costs, in the currency of the context and in the item's own taxes.

    :param float amount: per unit and period, after the pricelist
    :param float own: the same without its service level
    :param float setup: the one-time fee beside it, whatever the quantity
    :param rows: the rows of `offer.price` that answered
    :param base: what the rules of the pricelist start from; None: they keep off it
    :param bool is_odoo: it has no rows: Odoo itself prices it
    :param str refusal: why it is not sold so, as a sentence; empty: it is sold
    """

    amount: float = 0.0
    own: float = 0.0
    setup: float = 0.0
    rows: models.BaseModel | None = None
    base: float | None = None
    is_odoo: bool = False
    refusal: str = ''

    @property
    def is_sold(self):
        return not self.refusal


class NotSoldError(Exception):
    """Why something is not sold, as a sentence."""


class Pricing:
    """Prices items for one customer at one time. The first rule that answers wins: the customer's
    own row, a row of the pricelist, any other row under the plan (variant before template, larger
    quantity, later date) with the percentages of the pricelist; what is no Service and is paid
    once has Odoo's own price. Nothing costs 0 unless somebody said so.

    :param env: whose rights and language count
    :param PriceContext context: for whom and when
    """

    def __init__(self, env, context):
        self.env = env
        self.context = context
        self.prices = env['offer.price']
        self._rules = {True: {}, False: {}}
        self._rates = {}

    def prepare(self, items):
        """Read the rules of the pricelist for many items at once."""
        for has_rows in (True, False):
            rules = self._find_rules(items, has_rows)
            self._rules[has_rows].update(dict.fromkeys(items, rules))

    def get(self, asked):
        """
        :param Asked asked: what is to be priced
        :rtype: Price
        """
        try:
            return self._get(asked)
        except NotSoldError as reason:
            return Price(rows=self.prices, refusal=str(reason))

    def _get(self, asked):
        option = asked.option
        if option and option.price_mode == 'included':
            return Price(rows=self.prices)
        if option and option.price_mode == 'priced':
            found = self._find(option.product_tmpl_id, asked, option=option)
            if not found:
                raise NotSoldError(self._get_option_refusal(asked))
            return self._get_by_rows(asked, found, self.prices)
        if asked.template.offer_kind != 'service':
            return self._get_by_odoo(asked)
        found = self._find(asked.template, asked)
        if not found:
            raise NotSoldError(self._get_refusal(asked))
        of_tier = self.prices
        if asked.tier:
            of_tier = self._find(asked.template, asked, tier=asked.tier)
            if not of_tier and not asked.tier.is_included:
                raise NotSoldError(self._get_tier_refusal(asked))
        return self._get_by_rows(asked, found, of_tier)

    # === ROWS === #

    def _find(self, template, asked, option=None, tier=None):
        """:return: the rows that answer, the one that counts first"""
        product = asked.item if asked.item._name == 'product.product' else None
        return self.prices._find_all(
            template,
            asked.plan,
            self.context,
            product=product,
            option=option,
            tier=tier,
            qty=asked.own_quantity,
        )

    def _get_by_rows(self, asked, found, of_tier):
        rows = found[:1] + of_tier[:1]
        parts = []
        for row in rows:
            amount, is_final = row.amount, row._is_final()
            if row.amount_type == 'fixed':
                amount = self._get_amount(row, asked)
            else:
                if not parts and not asked.above:
                    # a copy that does not hang on its Service yet
                    raise NotSoldError(self._get_option_refusal(asked))
                # a Service's own price, as an option sees it, holds the pricelist already
                own, is_final = parts[0] if parts else (self._get_own_of(asked.above), True)
                amount = self._round(own * row.amount / 100)
                self._check_not_lost(asked, own * row.amount, amount)
            parts.append((amount, is_final))
        own = self._apply_if_open(asked, *parts[0])
        setup = self._get_setup(asked, found) + self._get_setup(asked, of_tier)
        if any(is_final for _amount, is_final in parts):
            total = own + sum(self._apply_if_open(asked, *part) for part in parts[1:])
            return Price(amount=total, own=own, setup=setup, rows=rows)
        base = sum(amount for amount, _is_final in parts)
        # as Odoo does, which shows the percentages of some pricelists as a discount
        total = self._apply_rules(asked, base, is_rounded=False)
        return Price(amount=total, own=own, setup=setup, rows=rows, base=base)

    def _get_own_of(self, above):
        """:return: what one unit of a Service costs by itself, of which percentages are taken"""
        own = replace(
            above, quantity=above.own_quantity, uom=above.item.uom_id, tier=above.tier.browse()
        )
        return self._get(own).own

    def _get_amount(self, row, asked):
        amount = self._convert(row.amount, row.currency_id, asked)
        if not (row.product_id or row.option_id or row.tier_id):
            extra = asked.item._get_attributes_extra_price()
            amount += self._convert(extra, asked.item.currency_id, asked)
        if asked.uom and asked.uom != asked.item.uom_id:
            amount = asked.item.uom_id._compute_price(amount, asked.uom)
        return amount

    def _get_setup(self, asked, rows):
        """:return: the fee of the first row that says something of it"""
        row = rows.filtered(lambda row: row.setup_amount or row.is_setup_waived)[:1]
        if not row or row.is_setup_waived:
            return 0.0
        return self._convert(row.setup_amount, row.currency_id, asked)

    # === ODOO === #

    def _get_by_odoo(self, asked):
        """What is no Service has Odoo's own price, and is paid once."""
        if asked.plan:
            raise NotSoldError(self._get_refusal(asked))
        self._check_rate(asked.item.currency_id, asked)
        rule = self.env['product.pricelist.item']
        if asked.template.offer_kind != 'product':
            rule = self._get_rule(asked, has_rows=False)
        amount = rule._compute_price(
            asked.item,
            asked.quantity,
            asked.uom or asked.item.uom_id,
            date=self._get_moment(),
            currency=self.context.currency,
        )
        if asked.option and not amount:
            # as a component nothing is free that isn't called so
            raise NotSoldError(self._get_option_refusal(asked))
        return Price(amount=amount, own=amount, rows=self.prices, is_odoo=True)

    # === PRICELIST === #

    def _apply_if_open(self, asked, amount, is_final):
        return amount if is_final else self._apply_rules(asked, amount)

    def _apply_rules(self, asked, amount, is_rounded=True):
        """:return: the amount after the percentages of the customer's pricelist"""
        rule = self._get_rule(asked, has_rows=True) if amount else None
        if not rule:
            return amount
        price = rule._compute_price(
            asked.item,
            asked.quantity,
            asked.uom or asked.item.uom_id,
            date=self._get_moment(),
            currency=self.context.currency,
            offer_base_price=amount,
        )
        rounded = self._round(price)
        if not rule._is_offer_free():
            self._check_not_lost(asked, amount, rounded)
        return rounded if is_rounded else price

    def _get_rule(self, asked, has_rows):
        rules = self._rules[has_rows].get(asked.item)
        if rules is None:
            rules = self._rules[has_rows][asked.item] = self._find_rules(asked.item, has_rows)
        for rule in rules:
            if rule._is_applicable_for(asked.item, asked.own_quantity):
                return rule
        return rules.browse()

    def _find_rules(self, items, has_rows):
        pricelist = self.context.pricelist
        if not pricelist or not items:
            return self.env['product.pricelist.item']
        kwargs = {'offer_base_price': 0.0} if has_rows else {}
        return pricelist._get_applicable_rules(items, self._get_moment(), **kwargs)

    def _get_moment(self):
        return self.context.moment or self.context.day

    # === MONEY === #

    def _convert(self, amount, currency, asked):
        if currency == self.context.currency or not amount:
            return amount
        self._check_rate(currency, asked)
        converted = self._round(
            currency._convert(
                amount, self.context.currency, self.context.company, self.context.day, round=False
            )
        )
        self._check_not_lost(asked, amount, converted)
        return converted

    def _check_rate(self, currency, asked):
        """Where a rate is missing Odoo takes 1."""
        if currency == self.context.currency:
            return
        for each in (currency, self.context.currency):
            if not self._has_rate(each):
                raise NotSoldError(
                    self.env._(
                        'There is no exchange rate for %(currency)s: enter one, or state the price'
                        ' of "%(item)s" in %(other)s.',
                        currency=each.name,
                        item=asked.item.display_name,
                        other=self.context.currency.name,
                    )
                )

    def _has_rate(self, currency):
        if currency not in self._rates:
            # sudo: who quotes may not read rates, and prices depend on them all the same
            company = self.context.company.sudo().root_id
            rates = self.env['res.currency.rate'].sudo()
            domain = [
                ('currency_id', '=', currency.id),
                ('company_id', 'in', [False, company.id]),
            ]
            self._rates[currency] = currency == company.currency_id or bool(
                rates.search_count(domain, limit=1)
            )
        return self._rates[currency]

    def _check_not_lost(self, asked, before, after):
        """Refuse what becomes 0, or less, by calculation."""
        if before > 0 and after <= 0:
            raise NotSoldError(
                self.env._(
                    'The price of "%(item)s" comes to %(price)s: state it in %(currency)s.',
                    item=asked.item.display_name,
                    price=format_amount(self.env, after, self.context.currency),
                    currency=self.context.currency.name,
                )
            )

    def _round(self, amount):
        return self.prices._round(amount, self.context.currency)

    # === REFUSALS === #

    def _get_refusal(self, asked):
        name = asked.template.name
        if not asked.plan and not asked.option:
            return self.env._('"%s" is not sold without a plan: choose one.', name)
        least = self.get_least(asked)
        if least and asked.plan:
            return self.env._(
                'Under the plan "%(plan)s" you can have "%(item)s" from a quantity of %(least)g.',
                item=name,
                plan=asked.plan.name,
                least=least,
            )
        if asked.option:
            return self._get_option_refusal(asked)
        return self.env._(
            '"%(item)s" is not sold under the plan "%(plan)s".',
            item=name,
            plan=asked.plan.name,
        )

    def get_least(self, asked):
        """:return: from which quantity on it is sold under this plan, if more would be"""
        product = asked.item if asked.item._name == 'product.product' else None
        rows = self.prices._find_all(asked.template, asked.plan, self.context, product=product)
        least = min(rows.mapped('min_quantity'), default=0.0)
        return least if float_compare(least, asked.own_quantity, precision_digits=6) > 0 else 0.0

    def _get_tier_refusal(self, asked):
        return self.env._(
            '"%(tier)s" is not sold with "%(item)s" (%(plan)s): it has no price.',
            tier=asked.tier.name,
            item=asked.template.name,
            plan=asked.plan.name or self.env._('one-time purchase'),
        )

    def _get_option_refusal(self, asked):
        return self.env._(
            '"%(option)s" has no price for %(plan)s.',
            option=asked.option.display_name,
            plan=asked.plan.name or self.env._('one-time purchase'),
        )
