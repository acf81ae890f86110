"""What a change quotation makes of one line, as it travels to texts and to the subscription."""

from dataclasses import dataclass, field

from odoo import models


@dataclass(frozen=True)
class ChangeRow:
    """
    :param line: sale.order.line; none: what was held ends
    :param held: offer.subscription.line in sudo that goes on; none: it is new
    :param dict content: what is held on the day of the change, see
        `offer.subscription.line._get_held`; empty: nothing
    :param float before: a period of it, in the own taxes of the price
    :param float after: a period of what is to be
    :param bool is_changed: whether anything differs
    :param dict said: what it says of the line, see `offer.subscription._agree_change`
    """

    line: models.BaseModel
    held: models.BaseModel
    content: dict
    before: float
    after: float
    is_changed: bool
    said: dict = field(default_factory=dict)
