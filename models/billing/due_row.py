"""One row of what is due, as it travels from what was found to the invoice that shows it."""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal

from odoo import models

from ...tools.facts import Content
from ...tools.periods import Period


@dataclass(frozen=True)
class Due:
    """Days to charge, or of a charge to credit.

    :param Period period: in which they lie
    :param on: the day from which on it is due
    :param origin: for a credit the entry that it takes back
    """

    first: datetime.date
    last: datetime.date
    period: Period
    on: datetime.date
    origin: object = None


@dataclass(frozen=True)
class DueRow:
    """Days of a line, or a one-time amount, that are to be charged or credited.

    :param line: offer.subscription.line
    :param kind: of the entry that it becomes: charge, credit or one_time
    :param Due due: the days, since when they are due, and of a credit the entry it takes back
    :param float quantity: less than 0 for a credit
    :param float price_unit: per unit, in the own taxes of the price
    :param float amount: less than 0 for a credit; in the own taxes of the price
    :param charge: the offer.subscription.charge of a one-time amount, or None
    :param written: of a credit, what comes back in the taxes of the invoice line that it takes back
        (Decimal, not less than 0 unless that line is); None: there is none
    :param content: at what the days are settled; None: a one-time amount
    :param str text: what an invoice calls it, where that follows from the facts
    """

    line: models.BaseModel
    kind: str
    due: Due
    quantity: float
    price_unit: float
    amount: float
    charge: models.BaseModel | None = None
    written: Decimal | None = None
    content: Content | None = None
    text: str = ''

    @property
    def name(self):
        """:return: what people call it in a list
        :rtype: str
        """
        return self.charge.name if self.charge else self.line.display_name

    @property
    def product(self):
        """:return: for what it is
        :rtype: product.product
        """
        product = self.line.product_id
        return product.browse(self.content.item) if self.content else product

    @property
    def is_nothing(self):
        """:return: whether its days are settled without anything to pay
        :rtype: bool
        """
        return bool(self.content) and not self.amount

    def taking_back(self, origin):
        """:param int origin: the entry that it takes back
        :rtype: DueRow
        """
        return replace(self, due=replace(self.due, origin=origin))
