"""When an agreement can end, and what it comes to a month."""

from fractions import Fraction

from .periods import ONE_DAY, add_interval, period_at, period_index, period_of, period_start

# a year has 12 months and 365 days: a day is 12/365 of a month, whichever it lies in
MONTHS_OF = {
    'day': Fraction(12, 365),
    'week': Fraction(84, 365),
    'month': Fraction(1),
    'year': Fraction(12),
}


def term_end(start, minimum, renewal, renewals):
    """Last day of a term. Terms are counted from the start, so that the 31st never drifts.

    :param datetime.date start: the first day of the agreement
    :param tuple minimum: minimum term as count and unit
    :param tuple renewal: renewal term as count and unit
    :param int renewals: how often it has been renewed
    :return: None: there is no term
    :rtype: datetime.date | None
    """
    if not minimum[0] and not (renewal[0] and renewals):
        return None
    after = add_interval(start, *minimum) if minimum[0] else start
    if renewal[0] and renewals:
        if minimum[0] and renewal[1] == minimum[1]:
            after = add_interval(start, minimum[0] + renewals * renewal[0], renewal[1])
        else:
            after = add_interval(after, renewals * renewal[0], renewal[1])
    return after - ONE_DAY


def notice_end(terms, anchor, given, notice, current, next_end):
    """The first last day that a notice allows.

    A notice period of a month that is given on the 15th is over on the 15th of the next month: the
    day on which it is given doesn't count.

    :param Terms terms: the plan
    :param datetime.date anchor: the day from which the periods are counted
    :param datetime.date given: the day of the notice
    :param tuple notice: notice period as count and unit
    :param current: last day of the current term; None: there is none
    :param next_end: gives the last day of the term after k more renewals; None: it is not renewed
    :rtype: datetime.date
    """
    earliest = add_interval(given, *notice) if notice[0] else given
    if current is not None and next_end is not None:
        index, end = 0, current
        while end < earliest:
            index += 1
            end = next_end(index)
        return end
    if current is not None and earliest <= current:
        return current
    return period_of(terms, anchor, earliest).last


def monthly(amount, count, unit):
    """What an amount per period comes to a month (MRR).

    :param amount: per period
    :type amount: float | Fraction
    :param int count: length of the period, in unit
    :rtype: Fraction
    """
    return Fraction(str(amount)) / (count * MONTHS_OF[unit])


def introduction_end(terms, anchor, start, periods):
    """Last day of the introductory periods: so many full ones, and a stub before them.

    :param Terms terms: the plan
    :param datetime.date anchor: the day from which the periods are counted
    :param datetime.date start: first day of the agreement
    :param int periods: how many full ones, 1 or more
    :rtype: datetime.date
    """
    index = period_index(terms, anchor, start)
    is_stub = period_start(terms, anchor, index) < start
    return period_at(terms, anchor, index + is_stub + periods - 1).last
