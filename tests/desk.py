"""The pure core at work: acts become facts, billing becomes entries, nothing of Odoo is needed."""

from dataclasses import replace
from decimal import Decimal
from itertools import count

from odoo.addons.sale_offer.tools.facts import (
    End,
    Facts,
    Introduction,
    ItemKey,
    Line,
    Pause,
    PerUnit,
    Phase,
    Resume,
    Waiver,
)
from odoo.addons.sale_offer.tools.intervals import FOREVER
from odoo.addons.sale_offer.tools.ledger import (
    CREDIT,
    EXTERNAL,
    Entry,
    find_due,
    find_external,
    find_pending,
    split_days,
)
from odoo.addons.sale_offer.tools.periods import ONE_DAY, Terms
from odoo.addons.sale_offer.tools.timeline import Timeline

CENT = Decimal('0.01')


def read_plan(plan):
    """:return: a life's plan as `Terms`"""
    return Terms(
        plan['count'],
        plan['unit'],
        billing_mode=plan['mode'],
        alignment=plan['alignment'],
        alignment_day=plan['alignment_day'],
        proration=plan['proration'],
        advance_days=plan['ahead'],
    )


class Desk:
    """One subscription: takes acts as `tests/lives.py` writes them, and bills.

    Entries live on between the runs; facts are made anew from the acts that stand.
    """

    def __init__(self, terms, anchor, rounding=CENT, intro=None):
        self.terms, self.anchor, self.rounding, self.intro = terms, anchor, rounding, intro
        self.acts, self.added, self.entries, self.invoices, self.external = {}, {}, [], [], {}
        self.keys = count(1)

    # === ACTS === #

    def act(self, step):
        """Take one act: a fact comes, or goes."""
        if step['act'] == 'withdraw':
            del self.acts[step['of']]
        else:
            self.acts[step['id']] = step
            if step['act'] == 'add':
                # a line stays when its beginning is withdrawn: what was charged comes back
                self.added[step['line']] = step

    def go_live(self, external):
        """Enter what was billed externally, at what is agreed now.

        :param dict external: last day by line
        """
        self.external = external
        timeline = self.get_timeline()
        for line, last in external.items():
            for first, end, content in find_external(timeline, line, last):
                self.entries.append(Entry(next(self.keys), line, first, end, EXTERNAL, content))

    def get_facts(self):
        # the order of facts says nothing: the place of an act does
        acts = list(reversed(self.acts.values()))
        return Facts(
            self.terms,
            self.anchor,
            self.rounding,
            lines=tuple(self._make_line(add) for add in self.added.values()),
            pauses=tuple(
                Pause(act['day'], act['id'], act['until'] or FOREVER, act['billed'])
                for act in acts
                if act['act'] == 'pause'
            ),
            resumes=tuple(Resume(act['day'], act['id']) for act in acts if act['act'] == 'resume'),
            ends=tuple(
                End(act['day'], act['id'], act['kind']) for act in acts if act['act'] == 'end'
            ),
            waivers=tuple(
                Waiver(act['line'], act['first'], act['last'], act['id'])
                for act in acts
                if act['act'] == 'waive'
            ),
            introduction=self.intro and Introduction(self.intro['last'], self.intro['percent']),
        )

    def _make_line(self, add):
        phases = [
            self._make_phase(act)
            for act in reversed(self.acts.values())
            if act['act'] in ('add', 'change') and act['line'] == add['line']
        ]
        return Line(add['line'], tuple(phases), add['parent'], self.external.get(add['line']))

    def _make_phase(self, act):
        says = dict(act['says'])
        if isinstance(says.get('quantity'), tuple):
            says['quantity'] = PerUnit(says['quantity'][1])
        begins = act['act'] == 'add'
        key = act['says'] if begins else act['for']
        key = ItemKey(key['item'], key['unit'], key['tier'])
        return Phase(act['day'], act['id'], says, key, begins)

    def get_timeline(self):
        return Timeline(self.get_facts())

    # === BILLING === #

    def preview(self, until, since=None, keys=None):
        """:rtype: list[Row]"""
        # as a run does: what lies before the first day that is asked for is left out
        first = min((since or {}).values(), default=None)
        return find_due(Timeline(self.get_facts(), first), self.entries, until, since, keys)

    def bill(self, until, since=None, keys=None):
        """Settle what is due, as the engine does.

        :return: the rows of the invoice
        """
        rows = self.preview(until, since, keys)
        taken = {}
        for row in rows:
            if row.kind == CREDIT:
                taken.setdefault(row.origin, []).append((row.first, row.last))
        for entry, days in taken.items():
            self.entries.remove(entry)
            for first, last, is_taken in split_days(entry.first, entry.last, days):
                if not is_taken:
                    self.entries.append(replace(entry, key=next(self.keys), first=first, last=last))
        made = [
            Entry(next(self.keys), row.line, row.first, row.last, row.kind, row.content)
            for row in rows
            if row.kind != CREDIT
        ]
        self._check_no_overlap(made)
        self.entries += made
        if rows:
            self.invoices.append((rows, made))
        return rows

    def _check_no_overlap(self, made):
        """What the database's constraint says."""
        for new in made:
            for old in [*self.entries, *(other for other in made if other is not new)]:
                if old.line == new.line and old.first <= new.last and new.first <= old.last:
                    raise AssertionError(f'{new} overlaps {old}')

    def void(self, nth):
        """Delete an invoice, if nothing on it was taken back since and it takes nothing back."""
        if not self.invoices:
            return
        rows, made = self.invoices[nth % len(self.invoices)]
        live = all(entry in self.entries for entry in made)
        if live and not any(row.kind == CREDIT for row in rows):
            self.entries = [entry for entry in self.entries if entry not in made]
            self.invoices.remove((rows, made))

    def find_pending(self):
        return find_pending(self.get_timeline(), self.entries)

    # === WHAT CAME OF IT === #

    def get_total(self, line=None):
        """:return: what all invoices come to, of one line or of all"""
        rows = [row for rows, _made in self.invoices for row in rows]
        return sum((row.amount for row in rows if line in (None, row.line)), Decimal(0))

    def get_settled(self, line):
        """:return: content by day
        :rtype: dict
        """
        days = {}
        for entry in self.entries:
            day = entry.first
            while entry.line == line and day <= entry.last:
                days[day] = entry.content
                day += ONE_DAY
        return days
