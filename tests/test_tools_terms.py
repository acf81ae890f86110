"""Ends and terms, worked out by hand and by an oracle that tries day by day."""

import datetime
from fractions import Fraction

from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.periods import Terms
from ..tools.terms import monthly, notice_end, term_end

D = datetime.date
UNITS = {'day': 'days', 'week': 'weeks', 'month': 'months', 'year': 'years'}
LETTERS = {'d': 'day', 'w': 'week', 'm': 'month'}
PLANS = {
    'monthly': Terms(1, 'month'),
    'calendar': Terms(1, 'month', alignment='calendar'),
    'yearly': Terms(1, 'year'),
    'weekly': Terms(1, 'week'),
}
# m: months, d: days, w: weeks
NOTICES = """
plan     start       given       notice  minimum  renewal  renewals  ends
# without a term: the end of the period in which the notice period is over
monthly  2027-01-01  2027-03-10  0d      0m       0m       0         2027-03-31
monthly  2027-01-01  2027-03-10  1m      0m       0m       0         2027-04-30
monthly  2027-01-15  2027-03-14  0d      0m       0m       0         2027-03-14
monthly  2027-01-15  2027-03-15  0d      0m       0m       0         2027-04-14
calendar 2027-01-15  2027-03-15  14d     0m       0m       0         2027-03-31
calendar 2027-01-15  2027-03-18  14d     0m       0m       0         2027-04-30
weekly   2027-01-04  2027-01-12  1w      0m       0m       0         2027-01-24
yearly   2027-02-01  2027-06-01  3m      0m       0m       0         2028-01-31
# the minimum term holds
monthly  2027-01-01  2027-03-10  1m      12m      0m       0         2027-12-31
monthly  2027-01-31  2027-03-10  1m      12m      0m       0         2028-01-30
# after it: period ends
monthly  2027-01-01  2028-03-10  1m      12m      0m       0         2028-04-30
# exactly in time, and a day too late, for a term that is renewed
monthly  2027-01-01  2027-09-30  3m      12m      12m      0         2027-12-31
monthly  2027-01-01  2027-10-01  3m      12m      12m      0         2028-12-31
monthly  2027-01-01  2027-12-15  1m      12m      3m       0         2028-03-31
monthly  2027-01-01  2028-02-01  1m      12m      3m       1         2028-03-31
monthly  2027-01-01  2028-03-01  1m      12m      3m       1         2028-06-30
# the 31st
monthly  2027-08-31  2028-01-30  1m      6m       6m       0         2028-08-30
monthly  2027-08-31  2028-01-28  1m      6m       6m       0         2028-02-28
"""


@tagged('post_install', '-at_install')
class TestTerms(BaseCase):
    def _notice_end(self, plan, start, day, notice, minimum, renewal, renewals):
        current = term_end(start, minimum, renewal, renewals)
        next_end = renewal[0] and (lambda k: term_end(start, minimum, renewal, renewals + k))
        return notice_end(PLANS[plan], start, day, notice, current, next_end or None)

    def test_the_first_end_that_a_notice_allows(self):
        for row in NOTICES.strip().split('\n')[1:]:
            if row.startswith('#'):
                continue
            plan, start, given_on, *terms, renewals, expected = row.split()
            found = self._notice_end(
                plan,
                D.fromisoformat(start),
                D.fromisoformat(given_on),
                *((int(term[:-1]), LETTERS[term[-1]]) for term in terms),
                int(renewals),
            )
            self.assertEqual((row, str(found)), (row, expected))

    @settings(max_examples=300, deadline=None)
    @given(
        start=st.dates(D(2026, 1, 1), D(2030, 12, 31)),
        after=st.integers(0, 1500),
        notice=st.tuples(st.integers(0, 6), st.sampled_from(['day', 'week', 'month'])),
        minimum=st.integers(1, 36),
        renewal=st.integers(1, 24),
    )
    def test_an_end_is_the_first_term_end_in_time(self, start, after, notice, minimum, renewal):
        day = start + datetime.timedelta(days=after)
        over = day + relativedelta(**{UNITS[notice[1]]: notice[0]})
        # term after term, from the first one on
        end, renewals = start + relativedelta(months=minimum, days=-1), 0
        while end < over or end < day:
            renewals += 1
            end = start + relativedelta(months=minimum + renewals * renewal, days=-1)
        current = 0
        while start + relativedelta(months=minimum + current * renewal, days=-1) < day:
            current += 1
        found = self._notice_end(
            'monthly', start, day, notice, (minimum, 'month'), (renewal, 'month'), current
        )
        self.assertEqual(found, end)

    def test_terms_never_drift(self):
        ends = [
            term_end(D(2027, 1, 31), (1, 'month'), (1, 'month'), renewals) for renewals in range(4)
        ]
        self.assertEqual(ends, [D(2027, 2, 27), D(2027, 3, 30), D(2027, 4, 29), D(2027, 5, 30)])
        self.assertIsNone(term_end(D(2027, 1, 31), (0, 'month'), (0, 'month'), 0))
        self.assertEqual(term_end(D(2027, 1, 1), (0, 'month'), (1, 'year'), 2), D(2028, 12, 31))

    def test_what_an_amount_comes_to_a_month(self):
        self.assertEqual(monthly(120.0, 1, 'year'), 10)
        self.assertEqual(monthly(30.0, 1, 'month'), 30)
        self.assertEqual(monthly(30.0, 3, 'month'), 10)
        # 365 days ÷ 12
        self.assertEqual(monthly(1.0, 1, 'day'), Fraction(365, 12))
        self.assertEqual(monthly(7.0, 1, 'week'), Fraction(365, 12))
