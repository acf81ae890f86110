import calendar
import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_offer.tools.amounts import piece_amount, round_to
from odoo.addons.sale_offer.tools.periods import (
    Terms,
    add_interval,
    period_at,
    period_index,
    period_of,
    period_start,
)

from .oracle import DAY, begins_period, fair_share, period_around

# every shape of a plan: count, unit, alignment, day of the month
SHAPES = [
    (1, 'day', 'anniversary', 1),
    (10, 'day', 'anniversary', 1),
    (1, 'week', 'anniversary', 1),
    (2, 'week', 'calendar', 1),
    (1, 'month', 'anniversary', 1),
    (1, 'month', 'calendar', 1),
    (1, 'month', 'day', 15),
    (1, 'month', 'day', 31),
    (3, 'month', 'anniversary', 1),
    (3, 'month', 'calendar', 1),
    (3, 'month', 'day', 30),
    (5, 'month', 'calendar', 1),
    (6, 'month', 'calendar', 1),
    (1, 'year', 'anniversary', 1),
    (1, 'year', 'calendar', 1),
    (1, 'year', 'day', 31),
    (2, 'year', 'calendar', 1),
]
dates = st.dates(datetime.date(2023, 1, 1), datetime.date(2033, 12, 31))
shapes = st.sampled_from(SHAPES)


def terms_of(shape):
    count, unit, alignment, day = shape
    return Terms(count, unit, alignment=alignment, alignment_day=day)


@tagged('-at_install', 'post_install')
class TestPeriods(BaseCase):
    """Periods are contiguous, never drift and are what the calendar says."""

    def test_every_start_day_and_plan_gives_ten_contiguous_years(self):
        for shape in SHAPES:
            terms = terms_of(shape)
            for start in range(1, 32):
                anchor = datetime.date(2027, 1, start)
                index, day = 0, period_start(terms, anchor, 0)
                self.assertLessEqual(day, anchor, shape)
                while day.year < 2037:
                    period = period_at(terms, anchor, index)
                    self.assertEqual(period.first, day, (shape, anchor))
                    self.assertGreaterEqual(period.days, 1)
                    day, index = period.last + DAY, index + 1
                    if shape[1] in ('month', 'year') and shape[2] == 'anniversary':
                        last = calendar.monthrange(day.year, day.month)[1]
                        self.assertEqual(day.day, min(start, last), (shape, anchor))

    @settings(max_examples=400, deadline=None, database=None)
    @given(shapes, dates, st.integers(0, 1500))
    def test_the_period_of_a_day_is_the_oracles(self, shape, anchor, offset):
        day = anchor + datetime.timedelta(days=offset)
        period = period_of(terms_of(shape), anchor, day)
        expected = period_around(day, lambda day: begins_period(day, anchor, *shape))
        self.assertEqual((period.first, period.last), expected)

    @settings(max_examples=300, deadline=None, database=None)
    @given(shapes, dates, st.integers(-50, 200))
    def test_index_and_start_belong_together(self, shape, anchor, index):
        terms = terms_of(shape)
        period = period_at(terms, anchor, index)
        self.assertEqual(period_index(terms, anchor, period.first), index)
        self.assertEqual(period_index(terms, anchor, period.last), index)

    def test_the_31st_comes_back_after_february(self):
        terms = Terms(1, 'month')
        anchor = datetime.date(2027, 1, 31)
        starts = [period_start(terms, anchor, index).isoformat() for index in range(4)]
        self.assertEqual(starts, ['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30'])

    def test_leap_day_anniversaries(self):
        terms = Terms(1, 'year')
        anchor = datetime.date(2028, 2, 29)
        starts = [period_start(terms, anchor, index).isoformat() for index in (1, 4)]
        self.assertEqual(starts, ['2029-02-28', '2032-02-29'])

    def test_terms_are_added_to_a_day(self):
        day = datetime.date(2027, 1, 31)
        for count, unit, expected in [
            (12, 'month', '2028-01-31'),
            (1, 'month', '2027-02-28'),
            (2, 'week', '2027-02-14'),
            (90, 'day', '2027-05-01'),
            (1, 'year', '2028-01-31'),
            (-2, 'month', '2026-11-30'),
        ]:
            self.assertEqual(add_interval(day, count, unit).isoformat(), expected)


@tagged('-at_install', 'post_install')
class TestProration(BaseCase):
    """However a period is cut, its pieces add up to its amount."""

    @settings(max_examples=500, deadline=None, database=None)
    @given(
        shapes,
        dates,
        st.decimals(0, 100000, places=2),
        st.sampled_from(['0.01', '0.05', '1.0', '0.001']),
        st.lists(st.integers(1, 800), max_size=6),
    )
    def test_pieces_telescope(self, shape, anchor, price, rounding, cuts):
        period = period_at(terms_of(shape), anchor, 3)
        edges = sorted({0, period.days, *(cut for cut in cuts if cut < period.days)})
        rounding = Decimal(rounding)
        amount = round_to(price, rounding)
        pieces = [
            piece_amount(
                amount,
                period,
                period.first + datetime.timedelta(days=start),
                period.first + datetime.timedelta(days=end - 1),
                rounding,
            )
            for start, end in pairwise(edges)
        ]
        self.assertEqual(sum(pieces), amount)
        for (start, end), piece in zip(pairwise(edges), pieces, strict=True):
            fair = fair_share(amount, period.first, period.last, end - start)
            self.assertLessEqual(abs(Fraction(piece) - fair), Fraction(rounding))

    def test_days_outside_the_period_are_refused(self):
        period = period_of(Terms(1, 'month'), datetime.date(2027, 1, 1), datetime.date(2027, 1, 9))
        with self.assertRaises(ValueError):
            piece_amount(Decimal(1), period, period.first - DAY, period.last, Decimal('0.01'))
