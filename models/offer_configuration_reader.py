"""Reads plain data from anywhere: what is wrong with it becomes a sentence, never a traceback."""

import datetime
import math
from dataclasses import dataclass, field

from odoo import fields, models

KEYS = {
    'product_id',
    'quantity',
    'plan_id',
    'tier_id',
    'date_start',
    'no_variant_value_ids',
    'custom_values',
    'options',
    'line_id',
}
OPTION_KEYS = KEYS - {'plan_id', 'date_start', 'product_id'} | {'option_id'}
# Bounds of what is read at all: more is no configuration that somebody sells.
MAX_DEPTH = 5
MAX_OPTIONS = 1000
MAX_QUANTITY = 10**8


@dataclass
class Node:
    """One item of a configuration: a Service, or an option of one.

    :param product: the variant that is sold
    :param float quantity: in its own unit
    :param plan: empty: it is paid once
    :param option: empty: it is the Service itself
    """

    product: models.BaseModel
    quantity: float
    plan: models.BaseModel
    tier: models.BaseModel
    option: models.BaseModel
    date_start: datetime.date | None = None
    line_id: int | None = None
    no_variant_value_ids: list = field(default_factory=list)
    custom_values: list = field(default_factory=list)
    options: list = field(default_factory=list)


class Reader:
    """Reads plain data from anywhere; what is wrong with it goes into `errors`."""

    def __init__(self, env, order, quoted):
        self.env = env
        self.order = order
        self.quoted = quoted
        self.errors = []
        self.count = 0

    def error(self, text):
        if text not in self.errors:
            self.errors.append(text)

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
        empty = self.env[model]
        if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 2**31:
            self.error(self.env._('%(what)s "%(id)s" is not an id.', what=what, id=_short(number)))
            return empty
        record = empty.browse(number).exists()
        if record and record.has_access('read'):
            return record
        self.error(self.env._('%(what)s %(id)s does not exist.', what=what, id=number))
        return empty

    def quantity(self, value, name):
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.error(
                self.env._(
                    'The quantity "%(value)s" of "%(item)s" is not a number.',
                    value=_short(value),
                    item=name,
                )
            )
        elif not math.isfinite(value) or value <= 0:
            self.error(
                self.env._(
                    'The quantity of "%(item)s" must be more than 0, not %(value)s.',
                    item=name,
                    value=_short(value),
                )
            )
        elif value > MAX_QUANTITY:
            self.error(
                self.env._(
                    'The quantity of "%(item)s" must be at most %(most)s.',
                    item=name,
                    most=MAX_QUANTITY,
                )
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


def _short(value):
    return str(value)[:40]
