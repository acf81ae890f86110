"""What is sound of what calls and forms hand over; nothing here knows Odoo."""

import datetime
import math
import re

MAX_NUMBER = 10**9
MAX_ID = 2**31
MOST_LETTERS = 10_000
# days beyond these are typing errors, and what is counted from them would leave the calendar
FIRST_DAY, LAST_DAY = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)
DAYS = {'day': 1, 'week': 7, 'month': 31, 'year': 366}
MOST_DAYS = 100 * 366
ISO_DAY = re.compile(r'\d{4}-\d{2}-\d{2}')


def is_span(count, unit):
    """:return: whether so many days, weeks, months or years stay in the calendar"""
    return not count or 0 < count * DAYS[unit] <= MOST_DAYS


def is_amount(value, least=0.0, most=MAX_NUMBER):
    """:return: whether a number is one that money can be counted with"""
    return math.isfinite(value) and least <= value <= most


def is_id(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < MAX_ID


def show_value(value):
    """:return: what was handed over, as far as a sentence can show it"""
    try:
        return str(value).replace('\x00', '')[:40]
    except ValueError:
        # a number of thousands of digits
        return type(value).__name__


def read_day(value):
    """:param value: a date, or its ISO text
    :return: the date; None: it is none
    :rtype: datetime.date | None
    """
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
        return None
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        return None
