"""Random lives of an agreement: what was agreed, in the order in which it was entered.

A life is a plain dict: plan, start, anchor, rounding, intro (last day and percentage, or None),
external (line -> last day billed elsewhere) and steps, which are acts (with an id: the order in
which they were said), bills and voids. Every choice comes from the Random that is given. The rules
of the door are kept: what a change is said for is what holds on its day when it is entered.
"""

import datetime
import itertools
from decimal import Decimal

from .oracle import DAY, begins_period, period_around
from .oracle_agreement import Facts, head_of

# item -> the unit it is sold in: whoever says the one says the other
UNITS = {'desk': 'seat', 'mail': 'seat', 'disk': 'tera', 'link': 'tera'}
TIERS = ('bronze', 'silver', 'gold')
TERMS = ('price', 'discount', 'name')
COUNTS = {'day': (1, 7, 10, 30), 'week': (1, 2, 4), 'month': (1, 1, 2, 3, 5, 6, 12), 'year': (1, 2)}
ALIGNMENTS = {
    'day': ('anniversary', 'calendar'),
    'week': ('anniversary', 'calendar'),
    'month': ('anniversary', 'calendar', 'day'),
    'year': ('anniversary', 'calendar', 'day'),
}
# fewest and most days from the start to the end
LENGTHS = {'day': (15, 120), 'week': (30, 400), 'month': (60, 900), 'year': (300, 1460)}
AHEAD = {'day': (0, 0, 5), 'week': (0, 0, 3, 10), 'month': (0, 0, 7, 14, 30), 'year': (0, 30, 60)}
# how often each act is said, and each kind of change
ACTS = {'change': 12, 'pause': 2, 'resume': 2, 'end': 1, 'waive': 2, 'withdraw': 3, 'add': 3}
CHANGES = {'quantity': 6, 'price': 3, 'several': 4, 'item': 4, 'tier': 5, 'zero': 2, 'same': 1}


def pick(rng, weights):
    """One of the keys of a dict, as often as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def random_life(rng):
    """A whole life: adds, 4 to 14 acts with bills and voids between them, an end, the last bill."""
    teller = _Teller(rng)
    teller.begin()
    for _ in range(rng.randint(4, 14)):
        teller.go_on()
        teller.act(pick(rng, ACTS))
        teller.bill()
    teller.close()
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        teller.go_on()
        teller.act(pick(rng, ACTS))
        teller.bill()
    return teller.finish()


def random_facts(rng, count):
    """A life of adds, some acts that `orders` may permute, an end and one bill."""
    teller = _Teller(rng)
    teller.begin()
    weights = {kind: ACTS[kind] for kind in ('change', 'pause', 'resume', 'end', 'waive')}
    for _ in range(count):
        teller.go_on()
        teller.act(pick(rng, weights))
    teller.close()
    return teller.finish()


def orders(life):
    """The life of `random_facts` in each order of its acts that says the same (the given first)."""
    head = head_of(life['steps'])
    acts, tail = life['steps'][len(head) : -2], life['steps'][-2:]
    ids = [act['id'] for act in acts]
    bound = [pair for pair in itertools.combinations(range(len(acts)), 2) if _bind(acts, *pair)]
    for order in itertools.permutations(range(len(acts))):
        if all(order.index(one) < order.index(other) for one, other in bound):
            middle = [{**acts[at], 'id': id_} for at, id_ in zip(order, ids, strict=True)]
            yield {**life, 'steps': [*head, *middle, *tail]}


def _bind(acts, *pair):
    """Whether the order of two acts is part of what they say."""
    one, other = (acts[at] for at in pair)
    kinds = {one['act'], other['act']}
    if kinds == {'change'}:
        same_day = (one['line'], one['day']) == (other['line'], other['day'])
        return same_day and bool(set(one['says']) & set(other['says']))
    if kinds == {'end'}:
        return one['kind'] == other['kind']
    if kinds == {'pause', 'resume'}:
        pause, resume = (one, other) if one['act'] == 'pause' else (other, one)
        return pause['day'] <= resume['day']
    return False


def describe(life):
    """A life as text of several lines, for messages."""
    texts = [f'{key}: {_text(life[key])}' for key in life if key != 'steps']
    for step in life['steps']:
        said = {key: value for key, value in step.items() if key not in ('id', 'act')}
        texts.append(f'{step.get("id", ""):>4} {step["act"]:<8} {_text(said)}')
    return '\n'.join(texts)


def _text(value):
    if isinstance(value, dict):
        return ' '.join(
            f'{key}=({_text(one)})' if isinstance(one, dict) else f'{key}={_text(one)}'
            for key, one in value.items()
        )
    if isinstance(value, tuple):
        return f'{value[1]} {value[0]}'
    return str(value)


class _Teller:
    """Tells one life, step by step; `today` is the day on which the next act is entered."""

    def __init__(self, rng):
        self.rng = rng
        unit = pick(rng, {'day': 1, 'week': 2, 'month': 5, 'year': 2})
        self.start = self.today = self._random_start()
        self.length = rng.randint(*LENGTHS[unit])
        self.last = self.start + self.length * DAY
        self.plan = self._random_plan(unit)
        self.anchor = self.start
        if rng.random() < 0.2:
            self.anchor += rng.randint(-45, 45) * DAY
        self.steps, self.external, self.closing = [], {}, None
        self.intro = self._random_intro()
        # the lines that are still to be added
        self.names = ['a', 'b', 'c', 'd'][: rng.choice((1, 2, 3, 3, 4, 4))]

    # === THE FRAME === #

    def _random_start(self):
        day = datetime.date(2024, 1, 1) + self.rng.randrange(4 * 365) * DAY
        # the ends of months are where calendars go wrong
        while self.rng.random() < 0.5 and 2 <= day.day <= 28:
            day += DAY
        return day

    def _random_plan(self, unit):
        mode = self.rng.choice(('advance', 'advance', 'arrears'))
        return {
            'count': self.rng.choice(COUNTS[unit]),
            'unit': unit,
            'mode': mode,
            'alignment': self.rng.choice(ALIGNMENTS[unit]),
            'alignment_day': self.rng.choice((1, 15, 28, 29, 30, 31, self.rng.randint(1, 31))),
            'proration': self.rng.choice(('daily', 'daily', 'none')),
            'ahead': self.rng.choice(AHEAD[unit]) if mode == 'advance' else 0,
        }

    def _random_intro(self):
        if self.rng.random() >= 0.25:
            return None
        last = self._day_from(self.start)
        # so many full periods are agreed; days inside one only try the timeline harder
        if self.plan['proration'] == 'none' or self.rng.random() < 0.6:
            last = self._period(last)[1]
        return {'last': last, 'percent': Decimal(self.rng.choice(('0', '50', '33.3', '90')))}

    def _period(self, day):
        shape = [self.plan[key] for key in ('count', 'unit', 'alignment', 'alignment_day')]
        return period_around(day, lambda one: begins_period(one, self.anchor, *shape))

    def begin(self):
        """Add the first lines; in a third of lives some of their days were billed elsewhere."""
        for _ in range(self.rng.randint(1, len(self.names))):
            self._add(self.start + self.rng.choice((0, 0, 0, self.rng.randint(0, 40))) * DAY)
        if self.rng.random() < 0.34:
            adds = [step for step in self.steps if self.rng.random() < 0.7] or self.steps[:1]
            for add in adds:
                last = add['day'] + self.rng.randint(0, self.length // 3) * DAY
                if self.rng.random() < 0.4:
                    last = self._period(last)[1]
                self.external[add['line']] = last
            self.today = max(self.external.values()) + self.rng.randint(-5, 5) * DAY

    def close(self):
        """Set the end that is never withdrawn."""
        self.closing = self._enter({'act': 'end', 'day': self.last, 'kind': 'agreed'})

    def finish(self):
        """The whole life, with a last bill for everything."""
        self.steps.append({'act': 'bill', 'until': self.start + 5 * 365 * DAY})
        return {
            'plan': self.plan,
            'start': self.start,
            'anchor': self.anchor,
            'rounding': Decimal(self.rng.choice(('0.01', '0.01', '0.01', '1', '0.001'))),
            'intro': self.intro,
            'external': self.external,
            'steps': self.steps,
        }

    # === STEPS === #

    def go_on(self):
        """Let some days pass."""
        self.today += self.rng.randint(0, max(1, self.length // 5)) * DAY
        self.today = min(self.today, self.last + 30 * DAY)

    def act(self, kind):
        """Enter an act of a kind, or of another one where there is nothing to do it to."""
        if kind == 'add' and not self.names:
            kind = 'change'
        if kind in ('change', 'waive') and not self._lines():
            kind = 'pause'
        getattr(self, f'_{kind}')()

    def bill(self):
        """Perhaps bill: for today, an earlier, a later or the day billed last; perhaps void."""
        bills = [step for step in self.steps if step['act'] == 'bill']
        for _ in range(self.rng.choice((0, 1, 1, 2))):
            until = self.today + self.rng.choice((0, 0, 0, -20, -90, 15, 40)) * DAY
            if bills and self.rng.random() < 0.2:
                until = bills[-1]['until']
            bills.append({'act': 'bill', 'until': until})
            self.steps.append(bills[-1])
        if bills and self.rng.random() < 0.12:
            self.steps.append({'act': 'void', 'nth': self.rng.randrange(30)})

    def _enter(self, act):
        said = {'act': act['act'], 'id': sum('id' in step for step in self.steps) + 1}
        self.steps.append({**said, **act})
        return said['id']

    def _acts(self, *kinds):
        """The standing acts of some kinds."""
        gone = {step['of'] for step in self.steps if step['act'] == 'withdraw'}
        return [s for s in self.steps if s['act'] in kinds and s['id'] not in gone]

    def _lines(self):
        return [act['line'] for act in self._acts('add')]

    def _add_of(self, line):
        return next(step for step in self.steps if step['act'] == 'add' and step['line'] == line)

    def _day_from(self, earliest):
        """A day for an act: of another act, a period's edge, on time, late, early, far away."""
        rng, today = self.rng, self.today
        named = sorted({step['day'] for step in self.steps if 'day' in step})
        first, last = self._period(today)
        day = rng.choice(
            (
                rng.choice(named or [today]),
                rng.choice((first, last, last + DAY)),
                today,
                today - rng.randint(1, 20) * DAY,
                today + rng.randint(1, 40) * DAY,
                self.start + rng.randint(0, self.length) * DAY,
            )
        )
        return max(earliest, min(day, self.last))

    # === ACTS === #

    def _add(self, day=None):
        """Add the next line, perhaps as a component of one that has less than two above it."""
        above = [act for act in self._acts('add') if self._depth(act) < 2]
        parent = self.rng.choice(above) if above and self.rng.random() < 0.6 else None
        earliest = parent['day'] if parent else self.start
        day = max(day, earliest) if day else self._day_from(earliest)
        item = self.rng.choice(list(UNITS))
        line = self.names.pop(0)
        says = {'item': item, 'unit': UNITS[item], 'tier': self.rng.choice(TIERS)}
        says |= self._values(('quantity', *TERMS), bool(parent))
        said_for = {key: says[key] for key in ('item', 'tier', 'unit')}
        act = {'act': 'add', 'line': line, 'parent': parent and parent['line'], 'day': day}
        self._enter({**act, 'says': says, 'for': said_for})

    def _depth(self, add):
        return 1 + self._depth(self._add_of(add['parent'])) if add['parent'] else 0

    def _change(self):
        """Change a line, in a fifth of cases again what was changed of it on a day before."""
        line, like = self.rng.choice(self._lines()), None
        changes = [act for act in self._acts('change') if act['line'] in self._lines()]
        if changes and self.rng.random() < 0.2:
            like = self.rng.choice(changes)
            line, day = like['line'], like['day']
        else:
            day = self._day_from(self._add_of(line)['day'])
        held = Facts(self.steps, self.intro, day).holds(line, day)
        says = self._says(line, held, like)
        said_for = {key: says.get(key, held[key]) for key in ('item', 'tier', 'unit')}
        self._enter({'act': 'change', 'line': line, 'day': day, 'says': says, 'for': said_for})

    def _says(self, line, held, like):
        kind = pick(self.rng, CHANGES)
        add = self._add_of(line)
        is_part = bool(add['parent'])
        if like and not {'item', 'tier'} & set(like['says']):
            return self._values(like['says'], is_part)
        if kind == 'item':
            return self._item(held['item'], add['says']['unit'], is_part)
        if kind == 'tier':
            tier = self.rng.choice([one for one in TIERS if one != held['tier']])
            return {'tier': tier, **self._values(TERMS, is_part)}
        if kind == 'zero':
            return {'quantity': self.rng.choice((Decimal(0), self._part(0, is_part)))}
        several = self.rng.sample(('quantity', *TERMS), self.rng.randint(1, 3))
        if kind == 'same':
            return {field: held[field] for field in several}
        return self._values(several if kind == 'several' else [kind], is_part)

    def _item(self, item, unit, is_part):
        """Another item with all that is said with it.

        The quantity too where it may be the first that is said in its unit: also where the unit
        stays, unless the line began with it, as the act that came to it may be withdrawn.
        """
        new = self.rng.choice([one for one in UNITS if one != item])
        says = {'item': new, 'unit': UNITS[new], 'tier': self.rng.choice(TIERS)}
        is_counted = UNITS[new] != UNITS[item] or UNITS[new] != unit or self.rng.random() < 0.3
        return says | self._values(('quantity', *TERMS) if is_counted else TERMS, is_part)

    def _values(self, fields, is_part):
        return {field: self._value(field, is_part) for field in fields}

    def _value(self, field, is_part):
        rng = self.rng
        if field == 'quantity':
            number = rng.choice(('0.5', '1', '1.25', '2', '3', rng.randint(1, 250)))
            return rng.choice((Decimal(number), self._part(number, is_part)))
        if field == 'price':
            digits = rng.choice((0, 0, 1, 2, 2, 3, 4))
            most = rng.choice((9, 99, 9999)) * 10**digits
            return Decimal(rng.randint(0, most)).scaleb(-digits)
        if field == 'discount':
            return Decimal(rng.choice(('0', '0', '0', '10', '12.5', '33.33', '100')))
        return f'{field} {len(self.steps) + 1}'

    @staticmethod
    def _part(number, is_part):
        """A quantity; of a component so many per unit of its parent."""
        return ('per_unit', Decimal(number)) if is_part else Decimal(number)

    def _pause(self):
        day = self._day_from(self.start)
        until = None if self.rng.random() < 0.2 else day + self.rng.randint(0, 60) * DAY
        self._enter({'act': 'pause', 'day': day, 'until': until, 'billed': self.rng.random() < 0.3})

    def _resume(self):
        """Mostly on a day on which a pause runs."""
        pauses = self._acts('pause')
        is_near = pauses and self.rng.random() < 0.7
        earliest = self.rng.choice(pauses)['day'] if is_near else self.start
        self._enter({'act': 'resume', 'day': self._day_from(earliest)})

    def _end(self):
        # mostly late: what has ended has few stories left
        part = self.rng.choice((0, 2, 3))
        day = self._day_from(self.start + self.length * part // 4 * DAY)
        kind = self.rng.choice(('notice', 'notice', 'agreed', 'not_renewed', 'unpaid'))
        self._enter({'act': 'end', 'day': day, 'kind': kind})

    def _waive(self):
        """Waive some days; where a plan bills in full mostly whole periods."""
        line = self.rng.choice(self._lines())
        earliest = self._add_of(line)['day']
        first = self._day_from(earliest)
        last = first + self.rng.choice((0, 5, 30, 60)) * DAY
        whole = 0.7 if self.plan['proration'] == 'none' else 0.2
        if self.rng.random() < whole:
            first, last = max(earliest, self._period(first)[0]), self._period(last)[1]
        self._enter({'act': 'waive', 'line': line, 'first': first, 'last': last})

    def _withdraw(self):
        """Take back any standing act but the closing end, seldom the beginning of a line."""
        kinds = ['change', 'pause', 'resume', 'end', 'waive']
        if self.rng.random() < 0.1:
            kinds.append('add')
        ids = [act['id'] for act in self._acts(*kinds) if act['id'] != self.closing]
        if ids:
            self._enter({'act': 'withdraw', 'of': self.rng.choice(ids)})
