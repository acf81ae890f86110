"""What a part of a period costs.

The pieces of a period telescope: each is the difference of two rounded running totals, so that
however a period is cut, its pieces add up to its price, per unit and to the cent (design §5).
"""

from decimal import ROUND_HALF_UP, Decimal


def piece_price(price, period, first, last, rounding):
    """Price per unit of the days `first` to `last` of a period.

    :param price: price per unit of the whole period
    :type price: float or Decimal
    :param Period period: the whole period
    :param datetime.date first: first day of the piece, inside the period
    :param datetime.date last: last day of the piece, included
    :param rounding: the currency's rounding, e.g. 0.01; a price that is finer keeps its own
    :type rounding: float or Decimal
    :rtype: Decimal
    :raise ValueError: if the piece doesn't lie in the period
    """
    if not period.first <= first <= last <= period.last:
        raise ValueError(f'{first} to {last} is no piece of {period}')
    price, rounding = _decimal(price), _decimal(rounding)
    unit = rounding if price % rounding == 0 else min(rounding, _last_digit(price))
    before = (first - period.first).days
    after = (last - period.first).days + 1
    return _running(price, after, period.days, unit) - _running(price, before, period.days, unit)


def _running(price, days, total, unit):
    if days == total:
        return price
    return (price * days / total / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


def _last_digit(price):
    return Decimal(1).scaleb(price.as_tuple().exponent)


def _decimal(number):
    # the shortest text that gives the float back: 19.9 is meant, not 19.89999999999999857…
    return number if isinstance(number, Decimal) else Decimal(repr(number))
