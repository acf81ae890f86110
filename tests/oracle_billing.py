"""What a subscription line must be billed, counted day by day; it knows no `tools/`."""

import datetime
from decimal import ROUND_HALF_UP, Decimal

from .oracle import DAY, begins_period, period_around

CENT = Decimal('0.01')


def bill_by_days(plan, start, last, until, price, since=None):
    """The pieces that a line owes up to a day, one a period.

    :param dict plan: count, unit, mode, alignment, day, proration, ahead
    :param start: first day of the agreement, also its anchor
    :param last: last day of the agreement as it is known when it is billed, or None
    :param until: day of the run
    :param Decimal price: of a period
    :param since: the line's first day, if it began after the agreement
    :return: first day, last day and price of each piece
    """

    def begins(day):
        return begins_period(
            day, start, plan['count'], plan['unit'], plan['alignment'], plan['day']
        )

    pieces, day = [], since or start
    while last is None or day <= last:
        first, final = period_around(day, begins)
        stop = final if last is None else min(final, last)
        if plan['mode'] == 'advance':
            due = day - datetime.timedelta(days=plan['ahead'])
        else:
            due = stop + DAY
        if due > until:
            break
        pieces.append((day, stop, _share(plan, price, first, final, day, stop)))
        day = stop + DAY
    return pieces


def _share(plan, price, first, final, day, stop):
    if plan['proration'] == 'none':
        return price
    total = before = after = 0
    counted = first
    while counted <= final:
        total += 1
        before += counted < day
        after += counted <= stop
        counted += DAY
    return _cents(price, after, total) - _cents(price, before, total)


def _cents(price, days, total):
    return (price * days / total).quantize(CENT, ROUND_HALF_UP) if days < total else price


def balance_by_days(plan, start, charged_last, new_last, price):
    """What a charge up to `charged_last` leaves once the agreement ends on `new_last`: by day."""
    everything = bill_by_days(plan, start, charged_last, charged_last + 4000 * DAY, price)
    kept = bill_by_days(plan, start, new_last, new_last + 4000 * DAY, price)
    if plan['proration'] == 'none':
        begun = {piece[0] for piece in everything if piece[0] <= new_last}
        return sum((piece[2] for piece in everything if piece[0] in begun), Decimal(0))
    return sum((piece[2] for piece in kept), Decimal(0))
