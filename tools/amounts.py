"""Amounts of a period and of its parts ("pieces add up on the amount").

Everything is decimal: a quantity, price or discount is what is written, never a binary float.
"""

from decimal import ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)
FEWEST_DIGITS = 2
MOST_DIGITS = 7
NEAR = Decimal('0.01')
SAFE = Decimal('0.4')


def to_decimal(number):
    """The number that is meant: 19.9, not 19.89999999999999857…

    :type number: int | float | str | Decimal
    :rtype: Decimal
    """
    return number if isinstance(number, Decimal) else Decimal(str(number))


def round_to(amount, rounding):
    """Half up, as Odoo rounds money.

    :param Decimal amount: any
    :param Decimal rounding: the currency's, e.g. 0.01 or 0.05
    :rtype: Decimal
    """
    return (amount / rounding).quantize(Decimal(1), ROUND_HALF_UP) * rounding


def piece_amount(amount, period, first, last, rounding):
    """What the days `first` to `last` of a period cost, of an amount for the whole of it.

    It is the difference of two rounded running totals, so that however a period is cut, the
    pieces of one amount add up to it.

    :param Decimal amount: of the whole period, rounded
    :param Period period: the whole period
    :param datetime.date first: first day of the piece
    :param datetime.date last: last day of the piece, included
    :param Decimal rounding: the currency's
    :rtype: Decimal
    :raise ValueError: if the piece doesn't lie in the period
    """
    if not period.first <= first <= last <= period.last:
        raise ValueError(f'{first} to {last} is no piece of {period}')
    before = (first - period.first).days
    after = (last - period.first).days + 1
    total = period.days
    return _running(amount, after, total, rounding) - _running(amount, before, total, rounding)


def _running(amount, days, total, rounding):
    return amount if days == total else round_to(amount * days / total, rounding)


def share_of(amount, weights, index, rounding):
    """The part of an amount that falls on one of several weights, in running totals.

    :param Decimal amount: to be shared out, e.g. what was invoiced for a charge
    :param weights: what each part came to as agreed, in order
    :type weights: list[Decimal]
    :param int index: which part
    :param Decimal rounding: the currency's
    :rtype: Decimal
    """
    total = sum(weights)
    if not total:
        return Decimal(0)
    before, after = sum(weights[:index]), sum(weights[: index + 1])
    if after == total:
        return amount - round_to(amount * before / total, rounding)
    return round_to(amount * after / total, rounding) - round_to(amount * before / total, rounding)


def shortest_price(amount, quantity, discount, rounding):
    """The unit price with the fewest digits that gives an amount on an invoice line.

    :param Decimal amount: of the line, not less than 0
    :param Decimal quantity: more than 0
    :param Decimal discount: in percent
    :param Decimal rounding: the currency's
    :return: so near that many lines add up too; None: no price of so few digits gives it
    :rtype: Decimal | None
    """
    share = quantity * (HUNDRED - discount) / HUNDRED
    if not share:
        return None if amount else Decimal(0)
    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        price = (amount / share).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        missing = abs(price * share - amount)
        # a document may add up what its lines come to before they are rounded
        if missing <= rounding * NEAR:
            return price
    # not by a hair: whoever multiplies in binary must round to the same
    return price if missing <= rounding * SAFE else None
