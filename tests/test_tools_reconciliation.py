import datetime
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.sale_offer.tools.periods import Terms
from odoo.addons.sale_offer.tools.reconciliation import (
    Settled,
    due_charges,
    due_credits,
    next_due,
)

from .oracle import DAY

START = datetime.date(2027, 1, 15)
terms = st.sampled_from(
    [
        Terms(1, 'month'),
        Terms(1, 'month', billing_mode='arrears'),
        Terms(1, 'month', alignment='calendar'),
        Terms(3, 'month', alignment='day', alignment_day=31),
        Terms(2, 'week'),
        Terms(1, 'year', billing_mode='arrears', alignment='calendar'),
    ]
)
# a history: run on a day, or set the end to a day (None: no end), in any order
days = st.integers(0, 900)
histories = st.lists(
    st.one_of(
        st.tuples(st.just('run'), days),
        st.tuples(st.just('end'), st.one_of(st.none(), days)),
        st.tuples(st.just('lose'), days),
    ),
    max_size=12,
)


class Ledger:
    """Settles what the reconciliation says, as the engine does."""

    def __init__(self, terms):
        self.terms = terms
        self.end = None
        self.entries = []

    def run(self, until):
        made = due_charges(self.terms, START, START, self.end, self.entries, until)
        credits = due_credits(self.terms, START, self.end, self.entries, until)
        for credit in credits:
            self.entries = [
                replace(entry, last=credit.first - DAY) if entry.key == credit.origin else entry
                for entry in self.entries
            ]
        for charge in made:
            key = object()
            self.entries.append(Settled(key, 'charge', charge.first, charge.last))
        return made, credits

    def charged_days(self):
        found = []
        for entry in self.entries:
            day = entry.first
            while day <= entry.last:
                found.append(day)
                day += DAY
        return found


@tagged('-at_install', 'post_install')
class TestReconciliation(BaseCase):
    """What is due is the difference of what is entitled and what is settled."""

    @settings(max_examples=300, deadline=None, database=None)
    @given(terms, histories)
    def test_any_history_ends_with_every_entitled_day_charged_once(self, terms, history):
        ledger = Ledger(terms)
        for what, offset in history:
            day = offset is not None and START + datetime.timedelta(days=offset)
            if what == 'run':
                ledger.run(day)
            elif what == 'end':
                ledger.end = day or None
            elif ledger.entries:
                # somebody deletes a draft invoice
                ledger.entries.pop(offset % len(ledger.entries))
        ledger.end = ledger.end or START + datetime.timedelta(days=1000)
        far = START + datetime.timedelta(days=2000)
        ledger.run(far)
        charged = sorted(ledger.charged_days())
        entitled = [
            START + datetime.timedelta(days=number)
            for number in range((ledger.end - START).days + 1)
        ]
        self.assertEqual(charged, entitled)
        self.assertEqual(ledger.run(far), ([], []))
        self.assertIsNone(next_due(terms, START, START, ledger.end, ledger.entries))

    @settings(max_examples=200, deadline=None, database=None)
    @given(terms, st.integers(0, 400), st.integers(0, 400))
    def test_the_next_due_day_is_never_late(self, terms, run, later):
        ledger = Ledger(terms)
        ledger.run(START + datetime.timedelta(days=run))
        hint = next_due(terms, START, START, None, ledger.entries)
        day = START + datetime.timedelta(days=run + later)
        self.assertEqual(bool(ledger.run(day)[0]), day >= hint)

    def test_started_periods_in_full(self):
        terms = Terms(1, 'month', proration='none')
        first, last = START, datetime.date(2027, 3, 20)
        charges = due_charges(terms, START, first, last, [], datetime.date(2028, 1, 1))
        self.assertEqual(
            [(charge.first.isoformat(), charge.last.isoformat()) for charge in charges],
            [
                ('2027-01-15', '2027-02-14'),
                ('2027-02-15', '2027-03-14'),
                ('2027-03-15', '2027-03-20'),
            ],
        )
        settled = [Settled(1, 'charge', datetime.date(2027, 1, 15), datetime.date(2027, 2, 14))]
        self.assertEqual(due_credits(terms, START, datetime.date(2027, 1, 20), settled, None), [])
        # a period that never started comes back
        credits = due_credits(terms, START, datetime.date(2027, 1, 14), settled, None)
        self.assertEqual(credits[0].first, datetime.date(2027, 1, 15))

    def test_arrears_of_an_agreement_that_ended_do_not_wait_for_the_period(self):
        terms = Terms(1, 'month', billing_mode='arrears')
        last = datetime.date(2027, 1, 20)
        due = due_charges(terms, START, START, last, [], None, closing=last)
        self.assertEqual(due[0].on, datetime.date(2027, 1, 21))
        due = due_charges(terms, START, START, last, [], None)
        self.assertEqual(due[0].on, datetime.date(2027, 2, 15))
