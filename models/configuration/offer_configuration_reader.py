"""Reads plain data from anywhere: what is wrong with it becomes a sentence, never a traceback."""

import datetime
import math
from dataclasses import dataclass, field

from odoo import fields, models

from ..pricing.pricing import Asked, Pricing
from .offer_quoted import OptionTerms, Quoted

KEYS = {
    'product_id',
    'quantity',
    'uom_id',
    'plan_id',
    'tier_id',
    'date_start',
    'no_variant_value_ids',
    'custom_values',
    'options',
    'line_id',
}
OPTION_KEYS = KEYS - {'plan_id', 'date_start', 'product_id', 'uom_id'} | {'option_id'}
# Bounds of what is read at all: more is no configuration that somebody sells.
MAX_DEPTH = 5
MAX_OPTIONS = 1000
MAX_QUANTITY = 10**8


@dataclass
class Node:
    """One item of a configuration: a Service, or an option of one.

    :param product: the variant that is sold
    :param float quantity: in `uom`
    :param uom: in which it stands on the order
    :param plan: empty: it is paid once
    :param option: empty: it is the Service itself
    :param above: the node of the Service in which it is an option, or none
    :param bool is_setup: it is a one-time fee beside an item
    :param setup: the node of that fee, or none
    :param held: on a change: the running line that goes on, or none
    :param held_on: the day of the change
    :param line: the order line that it edits, or none
    :param Quoted quoted: what that line was configured to, while it sells the same item, or None
    :param OptionTerms terms: of the option as which it is sold
    :param profile: how the customer gets this Service; empty: as everybody
    :param str obstacle: why the option can't be chosen
    :param dict notes: what is wrong, by the place where it belongs (`option_7`, `group_3`,
        `quantity`, `plan`, `tier`)
    """

    product: models.BaseModel
    quantity: float
    plan: models.BaseModel
    tier: models.BaseModel
    option: models.BaseModel
    uom: models.BaseModel
    above: 'Node | None' = None
    date_start: datetime.date | None = None
    line_id: int | None = None
    no_variant_value_ids: list = field(default_factory=list)
    custom_values: list = field(default_factory=list)
    options: list = field(default_factory=list)
    is_setup: bool = False
    setup: 'Node | None' = None
    profile: models.BaseModel | None = None
    held: models.BaseModel | None = None
    held_on: datetime.date | None = None
    line: models.BaseModel | None = None
    quoted: Quoted | None = None
    terms: OptionTerms = field(default_factory=OptionTerms)
    obstacle: str = ''
    notes: dict = field(default_factory=dict)

    @property
    def held_content(self):
        """What runs on the day of the change, see `offer.subscription.line._get_held`."""
        return self.held._get_held_on(self.held_on) if self.held else {}

    @property
    def is_as_quoted(self):
        """Whether it is sold as its line was configured, so that its price stays too."""
        quoted = self.quoted
        return bool(quoted) and (
            quoted.plan_id == self.plan.id
            and quoted.tier_id == self.tier.id
            and quoted.quantity == self.quantity
            and quoted.uom_id == self.uom.id
            and set(quoted.value_ids) == set(self.no_variant_value_ids)
        )

    def has_quoted(self, option):
        """Whether an option was among what its line was configured to."""
        return bool(self.quoted) and option.id in self.quoted.option_ids

    def had_to_have(self, option):
        """Whether an option was required when its line was configured."""
        return bool(self.quoted) and option.id in self.quoted.required_ids

    @property
    def own_quantity(self):
        """The quantity in the item's own unit, in which rules and prices count."""
        return self.get_asked().own_quantity

    def get_asked(self):
        """:return: what the price function is asked for it"""
        values = self.product.env['product.template.attribute.value']
        values = values.browse(self.no_variant_value_ids)
        return Asked(
            item=self.product.with_context(**self.product._get_product_price_context(values)),
            plan=self.plan,
            quantity=self.quantity,
            uom=self.uom,
            tier=self.tier,
            option=self.option,
            above=self.above and self.above.get_asked(),
        )

    @property
    def parts(self):
        """What gets a line of its own below this one: the setup fee, then the options."""
        return [self.setup, *self.options] if self.setup else self.options

    @property
    def size(self):
        """How many lines it takes, its own included."""
        return 1 + sum(part.size for part in self.parts)


class Reader:
    """Reads plain data from anywhere; what is wrong with it goes into `errors`."""

    def __init__(self, env, order, quoted):
        self.env = env
        self.order = order
        self.quoted = quoted
        self.errors = []
        self.count = 0
        self.context = order._get_offer_price_context()
        self.pricing = Pricing(env, self.context)
        self._profiles = self._lines = None
        self.is_change = bool(order.offer_change_subscription_id)

    def profile(self, template):
        """:return: how the customer gets a Service, or none"""
        profiles = self.env['offer.customer.profile']
        if self._profiles is None:
            context = self.context
            self._profiles = profiles._find(context.partner, context.company, context.day)
        return self._profiles.get(template, profiles)

    def held(self, line_id):
        """What of a running subscription a line of a change quotation goes on from.

        :return: offer.subscription.line in sudo, or none: what a customer has counts for everybody
            who quotes the change
        """
        line = self.line(line_id) if self.is_change else None
        return line._get_offer_held() if line else self.env['offer.subscription.line']

    def line(self, line_id):
        """:return: the line of the order that has an id, saved, or none"""
        if self._lines is None:
            self._lines = {line._origin.id: line for line in self.order.order_line}
        none = self.env['sale.order.line']
        return self._lines.get(line_id, none) if _is_id(line_id) else none

    def error(self, text, node=None, place=''):
        """
        :param Node node: the Service beside which it is shown
        :param str place: where in it, see :class:`Node`
        """
        if text not in self.errors:
            self.errors.append(text)
        if node and text not in node.notes.setdefault(place, []):
            node.notes[place].append(text)

    def keys(self, data, allowed):
        if not isinstance(data, dict):
            self.error(self.env._('The configuration is not readable: an object was expected.'))
            return False
        strangers = [key for key in data if key not in allowed]
        if strangers:
            self.error(
                self.env._('The configuration has an unknown entry: %s', str(strangers[0])[:40])
            )
        return True

    def record(self, model, number, what):
        """A record that exists and that the user may read, or none with an error."""
        return self.records(model, [number], what)[0]

    def records(self, model, numbers, what):
        """As :meth:`record`, for many in two queries.

        :return: a record or none for each number
        :rtype: list
        """
        empty = self.env[model]
        known = empty.browse({number for number in numbers if _is_id(number)}).exists()
        readable = known._filtered_access('read')
        ids, found = set(readable.ids), []
        for number in numbers:
            if not _is_id(number):
                text = self.env._('%(what)s "%(id)s" is not an id.', what=what, id=_short(number))
                self.error(text)
            elif number not in ids:
                self.error(self.env._('%(what)s %(id)s does not exist.', what=what, id=number))
            # of one prefetch: what is read of one is read of all
            is_known = _is_id(number) and number in ids
            found.append(empty.browse(number).with_prefetch(ids) if is_known else empty)
        return found

    def quantity(self, value, name, node=None, place='quantity'):
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.error(
                self.env._(
                    'The quantity "%(value)s" of "%(item)s" is not a number.',
                    value=_short(value),
                    item=name,
                ),
                node,
                place,
            )
        elif not math.isfinite(value) or value <= 0:
            self.error(
                self.env._(
                    'The quantity of "%(item)s" must be more than 0, not %(value)s.',
                    item=name,
                    value=_short(value),
                ),
                node,
                place,
            )
        elif value > MAX_QUANTITY:
            self.error(
                self.env._(
                    'The quantity of "%(item)s" must be at most %(most)s.',
                    item=name,
                    most=MAX_QUANTITY,
                ),
                node,
                place,
            )
        else:
            return float(value)
        return 1.0

    def day(self, value):
        if not value:
            return None
        try:
            return fields.Date.to_date(value)
        except (ValueError, TypeError, AttributeError):
            self.error(self.env._('The start date "%s" is not a date.', _short(value)))
            return None

    def ids(self, value, what):
        if not isinstance(value, list) or any(
            isinstance(number, bool) or not isinstance(number, int) for number in value
        ):
            self.error(self.env._('%s must be a list of ids.', what))
            return []
        return value


def _is_id(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def _short(value):
    return str(value)[:40]
