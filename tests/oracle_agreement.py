"""What a customer owes by the facts of an agreement, counted day by day.

It keeps a map of day -> what is delivered and walks the calendar; of phases, spans or a ledger it
knows nothing, nor of `tools/`. Amounts are counted in coins (whole multiples of the rounding).
"""

import itertools
from fractions import Fraction

from .oracle import DAY, begins_period, period_around

# what each thing was said for: it counts only on days on which these are still so
SAID_FOR = {
    'item': (),
    'unit': (),
    'tier': ('item',),
    'quantity': ('unit',),
    'price': ('item', 'tier', 'unit'),
    'discount': ('item', 'tier', 'unit'),
    'name': ('item', 'tier', 'unit'),
}
# what money depends on, in the order in which `content_of` gives it
CONTENT = ('item', 'unit', 'quantity', 'price', 'discount', 'intro')
# how far an agreement without an end is looked at
SIX_YEARS = 6 * 365 * DAY


def days(first, last):
    """Every day from the first to the last, both included."""
    while first <= last:
        yield first
        first += DAY


def content_of(delivered):
    """The part of a delivered day that money depends on, as a tuple: see CONTENT."""
    return tuple(delivered[field] for field in CONTENT)


def number_of(quantity):
    """A quantity, or the ratio of one that is said per unit of the parent."""
    return quantity[1] if isinstance(quantity, tuple) else quantity


def _is_drop(field, value):
    """Whether it says that nothing is delivered: that counts in every unit."""
    return field == 'quantity' and not number_of(value)


def head_of(steps):
    """The acts at the beginning of a life that set up its first lines: what is known at go-live."""
    return list(itertools.takewhile(lambda step: step['act'] == 'add', steps))


class Facts:
    """What some acts say together.

    :param list acts: in any order; steps without an id (bills, voids) are no acts
    :param intro: None or last day and percentage of the introductory price
    :param last: the last day that is looked at, if no end comes before it
    :param dict external: line -> last day billed elsewhere, up to which no price is introductory
    """

    def __init__(self, acts, intro, last, external=()):
        acts = sorted((act for act in acts if 'id' in act), key=lambda act: act['id'])
        gone = {act['of'] for act in acts if act['act'] == 'withdraw'}
        self.standing = [act for act in acts if act['id'] not in gone]
        self.intro, self.external = intro, dict(external)
        self.end = self._end()
        self.last = last if self.end is None else min(last, self.end)
        self.off = self._days_off()
        self._delivered = {}

    def _of(self, *kinds):
        return [act for act in self.standing if act['act'] in kinds]

    def _end(self):
        """The last day of the subscription, or None."""
        # a later one replaces that of its own kind
        by_kind = {act['kind']: act['day'] for act in self._of('end')}
        return min(by_kind.values(), default=None)

    def _days_off(self):
        """The days of pauses that are not billed; a resumption ends those said before it."""
        off = set()
        for pause in self._of('pause'):
            lasts = [pause['until'] or self.last]
            lasts += [
                act['day'] - DAY
                for act in self._of('resume')
                if act['id'] > pause['id'] and act['day'] >= pause['day']
            ]
            if not pause['billed']:
                off.update(days(pause['day'], min(*lasts, self.last)))
        return off

    def waived(self, line):
        """The days of a line that nobody pays."""
        return {
            day
            for act in self._of('waive')
            if act['line'] == line
            for day in days(act['first'], act['last'])
        }

    def holds(self, line, day):
        """Every field that holds on a day, whether or not anything is delivered then.

        :raise LookupError: where a field was never said for what holds on that day
        """
        said = [a for a in self._of('add', 'change') if a['line'] == line and a['day'] <= day]
        # the latest day comes last, and on one day what was said last
        said.sort(key=lambda act: (act['day'], act['id']))
        held = {}
        for field, reasons in SAID_FOR.items():
            for act in said:
                said_for = act.get('for') or act['says']
                if field in act['says'] and (
                    _is_drop(field, act['says'][field])
                    or all(said_for[key] == held[key] for key in reasons)
                ):
                    held[field] = act['says'][field]
            if field not in held:
                raise LookupError(f'no {field} of {line} for {held} on {day}')
        return held

    def delivered(self, line):
        """What a line delivers: day -> item, unit, tier, name, quantity, price, discount, intro."""
        if line not in self._delivered:
            self._delivered[line] = dict(self._walk(line))
        return self._delivered[line]

    def _walk(self, line):
        adds = [act for act in self._of('add') if act['line'] == line]
        if not adds:
            return
        parent = adds[0]['parent']
        above = self.delivered(parent) if parent else None
        told = {a['day'] for a in self._of('add', 'change') if a['line'] == line}
        for day in days(adds[0]['day'], self.last):
            if day in told:
                held = self.holds(line, day)
                if not number_of(held['quantity']):
                    return
            if day not in self.off and (above is None or day in above):
                yield day, self._on(line, day, held, above)

    def _on(self, line, day, held, above):
        """What holds on a day, with numbers for what is said of the parent or of all lines."""
        quantity = held['quantity']
        if isinstance(quantity, tuple):
            quantity = quantity[1] * above[day]['quantity']
        is_intro = self.intro and day <= self.intro['last']
        if line in self.external and day <= self.external[line]:
            is_intro = False
        return {**held, 'quantity': quantity, 'intro': self.intro['percent'] if is_intro else 100}


class Agreement:
    """A second opinion on one life: see `lives.py` for how a life is written.

    :param dict life: its plan, start, anchor, rounding, intro, external days and steps
    :param horizon: last day that is looked at; without it the end, or six years
    """

    def __init__(self, life, horizon=None):
        self.life = life
        self.plan = life['plan']
        self.is_in_full = self.plan['proration'] == 'none'
        self.lines = [step['line'] for step in life['steps'] if step['act'] == 'add']
        self.now = self._read(life['steps'], horizon or life['start'] + SIX_YEARS)
        elsewhere = max(life['external'].values(), default=life['start'])
        self.at_go_live = self._read(head_of(life['steps']), elsewhere)
        self.periods = self._calendar(max(self.now.last, elsewhere))
        self._coins = {}

    def _read(self, acts, last):
        return Facts(acts, self.life['intro'], last, self.life['external'])

    def _calendar(self, until):
        """First and last day of its period, for every day from the start."""
        plan = self.plan
        shape = [plan[key] for key in ('count', 'unit', 'alignment', 'alignment_day')]
        periods, day = {}, self.life['start']
        while day <= until:
            period = period_around(day, lambda one: begins_period(one, self.life['anchor'], *shape))
            periods.update(dict.fromkeys(days(*period), period))
            day = period[1] + DAY
        return periods

    # === WHAT IS DELIVERED AND OWED === #

    def what(self, line, day, acts=None):
        """What a line delivers on a day by all acts or by some of them, or None."""
        facts = self.now if acts is None else self._read(acts, day)
        return facts.delivered(line).get(day)

    def owed_days(self, line):
        """day -> content that is owed; in full: under every day of each period that is owed."""
        counted = self._counted(line)
        return self._whole_periods(counted, self._amount) if self.is_in_full else counted

    def recorded_days(self, line):
        """day -> content that counts as billed elsewhere, as it was agreed at go-live."""
        last = self.life['external'].get(line)
        if last is None:
            return {}
        delivered = self.at_go_live.delivered(line)
        recorded = {day: content_of(what) for day, what in delivered.items() if day <= last}
        # nothing is worth more than the first day's content: it counts for the whole period
        return self._whole_periods(recorded, lambda _: 0) if self.is_in_full else recorded

    def _counted(self, line):
        """day -> content, for each day that is delivered and not waived."""
        waived = self.now.waived(line)
        delivered = self.now.delivered(line)
        return {day: content_of(what) for day, what in delivered.items() if day not in waived}

    def _whole_periods(self, counted, worth):
        """The content worth most in each period, the earlier of equals, under all its days."""
        best = {}
        for day, content in counted.items():
            period = self.periods[day]
            if period not in best or worth(content) > worth(best[period]):
                best[period] = content
        return {day: content for period, content in best.items() for day in days(*period)}

    # === WHEN IT IS DUE === #

    def due_day(self, line, day):
        """The day on which an owed day is due."""
        return self._due_days(line)[day]

    def owed_days_due(self, line, until):
        """day -> content, only of what is due on a day or before it."""
        due = self._due_days(line)
        return {day: content for day, content in self.owed_days(line).items() if due[day] <= until}

    def _due_days(self, line):
        if self.plan['mode'] == 'arrears':
            end = self.now.end
            lasts = {day: self.periods[day][1] for day in self.owed_days(line)}
            return {day: min(last, end or last) + DAY for day, last in lasts.items()}
        begun = self._begun_in_full(line) if self.is_in_full else self._begun_daily(line)
        return {day: first - self.plan['ahead'] * DAY for day, first in begun.items()}

    def _begun_in_full(self, line):
        """For each owed day the first day of its period that is delivered and not waived."""
        first = {}
        for day in self._counted(line):
            first.setdefault(self.periods[day], day)
        return {day: first[self.periods[day]] for day in self.owed_days(line)}

    def _begun_daily(self, line):
        """For each owed day the first day of its run of one content in one period."""
        owed, begun = self.owed_days(line), {}
        for day, content in owed.items():
            before = day - DAY
            goes_on = (
                owed.get(before) == content
                and self.periods[before] == self.periods[day]
                and self.life['external'].get(line) != before
            )
            begun[day] = begun[before] if goes_on else day
        return begun

    # === MONEY === #

    def total(self, line):
        """What the customer pays here for a line in the end, in currency."""
        return self.value(self.owed_days(line)) - self.value(self.recorded_days(line))

    def grand_total(self):
        """What the customer pays here for everything in the end, in currency."""
        return sum((self.total(line) for line in self.lines), 0 * self.life['rounding'])

    def mrr(self, line, day):
        """What a line is worth a period (not a month) on a day, in currency."""
        what = self.what(line, day)
        coins = self._amount(content_of({**what, 'intro': 100})) if what else 0
        return coins * self.life['rounding']

    def value(self, owed):
        """What some days come to, each at its content, in currency.

        :param dict owed: day -> content; whole periods where a plan bills in full
        """
        coins = 0
        for day, content in owed.items():
            first, last = self.periods[day]
            amount, before, length = self._amount(content), (day - first).days, (last - first).days
            coins += self._running(amount, before + 1, length + 1)
            coins -= self._running(amount, before, length + 1)
        return coins * self.life['rounding']

    @staticmethod
    def _running(amount, count, length):
        """The share of the first days of a period, in coins, half up."""
        return (2 * amount * count + length) // (2 * length)

    def _amount(self, content):
        """The amount of a whole period at a content, in coins, half up."""
        if content not in self._coins:
            _, _, quantity, price, discount, intro = map(self._exact, content)
            exact = quantity * price * (100 - discount) * intro / 10000
            self._coins[content] = int(exact / Fraction(self.life['rounding']) + Fraction(1, 2))
        return self._coins[content]

    @staticmethod
    def _exact(value):
        return value if isinstance(value, str) else Fraction(value)
