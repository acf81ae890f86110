"""What was agreed, as facts ("acts only add or withdraw facts").

Nothing here knows Odoo: items, units, tiers and keys are whatever the caller takes for them.
`said` is the place of an act in the order in which acts were entered: where two of them say the
same, the one said last holds.
"""

import datetime
import sys
from dataclasses import dataclass, field, replace
from decimal import Decimal

from .amounts import HUNDRED, round_to
from .intervals import FOREVER
from .periods import Terms

ZERO = Decimal(0)
# the place of an act that is not entered yet
LAST = sys.maxsize
# the kind of an end that is one only until the term is renewed
TERM = 'term'


@dataclass(frozen=True)
class PerUnit:
    """A quantity that follows the parent: so much for each of its units."""

    ratio: Decimal


@dataclass(frozen=True)
class ItemKey:
    """What a price belongs to: it ends with the item, its unit or its service level."""

    item: object
    unit: object
    tier: object = None


@dataclass(frozen=True)
class Phase:
    """From a day on, what one act agreed about a line.

    :param start: the first day on which it counts
    :param said: see above
    :param says: what it names: some of 'item' (with its unit, as `ItemKey.item` and `.unit` have
        them), 'tier', 'quantity' (Decimal or PerUnit), 'price', 'discount', 'name'
    :param ItemKey belongs_to: the item, unit and tier for which it was said; of an act that says
        another one of these, the new ones
    :param begins: with it the line begins; it says everything
    """

    start: datetime.date
    said: int
    says: dict
    belongs_to: ItemKey
    begins: bool = False


@dataclass(frozen=True)
class Line:
    """One thing the customer has.

    :param parent: key of the line on which it hangs, or None
    :param external_to: the last day that was billed externally when it came in, or None
    """

    key: object
    phases: tuple[Phase, ...]
    parent: object = None
    external_to: datetime.date | None = None


@dataclass(frozen=True)
class Pause:
    """Days without delivery, of the whole subscription.

    :param last: last day without, as it was stated; FOREVER: open
    :param is_billed: the days are owed all the same: a suspension for non-payment
    """

    first: datetime.date
    said: int
    last: datetime.date = FOREVER
    is_billed: bool = False


@dataclass(frozen=True)
class Resume:
    """Ends every pause said before it that would still run on this day."""

    day: datetime.date
    said: int


@dataclass(frozen=True)
class End:
    """A last day. Of each kind the one said last counts, of all kinds the earliest."""

    last: datetime.date
    said: int
    kind: str = 'agreed'


@dataclass(frozen=True)
class Waiver:
    """Days of one line that nobody pays."""

    line: object
    first: datetime.date
    last: datetime.date
    said: int = 0


@dataclass(frozen=True)
class Introduction:
    """Up to and including a day, prices count at a percentage; not on days billed externally."""

    last: datetime.date
    percent: Decimal


@dataclass(frozen=True)
class Facts:
    """One subscription.

    :param anchor: the day from which the periods are counted
    :param rounding: the currency's, e.g. Decimal('0.01')
    """

    terms: Terms
    anchor: datetime.date
    rounding: Decimal
    lines: tuple[Line, ...] = ()
    pauses: tuple[Pause, ...] = ()
    resumes: tuple[Resume, ...] = ()
    ends: tuple[End, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    introduction: Introduction | None = None

    def without(self, said):
        """The same agreement, if one act had not been entered.

        :param int said: the place of the act
        :rtype: Facts
        """

        def keep(facts):
            return tuple(fact for fact in facts if fact.said != said)

        return replace(
            self,
            lines=tuple(replace(line, phases=keep(line.phases)) for line in self.lines),
            pauses=keep(self.pauses),
            resumes=keep(self.resumes),
            ends=keep(self.ends),
            waivers=keep(self.waivers),
        )

    def adding(self, phases=None, **facts):
        """The same agreement with more facts.

        :param dict phases: by key of a line, one more phase of it
        :param facts: some of `lines`, `pauses`, `resumes`, `ends`, `waivers`; `LAST` says them
            after all that was said
        :rtype: Facts
        """
        phases = phases or {}
        lines = tuple(
            replace(line, phases=(*line.phases, phases[line.key])) if line.key in phases else line
            for line in self.lines
        )
        known = replace(self, lines=lines)
        return replace(
            known, **{name: (*getattr(known, name), *more) for name, more in facts.items()}
        )


@dataclass(frozen=True)
class Content:
    """At what a day is owed. A tier or a name alone moves no money, so they are not part of it.

    :param price: per unit and period, in the price's own taxes
    :param discount: in percent
    :param introductory: percentage at which the price counts
    """

    item: object
    unit: object
    quantity: Decimal
    price: Decimal
    discount: Decimal = ZERO
    introductory: Decimal = HUNDRED

    def get_amount(self, rounding):
        """:return: what a whole period costs, rounded once
        :rtype: Decimal
        """
        amount = self.quantity * self.price * (HUNDRED - self.discount) * self.introductory
        return round_to(amount / HUNDRED / HUNDRED, rounding)


@dataclass(frozen=True)
class Span:
    """Days of a line on which the same is delivered.

    :param last: FOREVER: without an end
    :param content: before introductory prices
    """

    first: datetime.date
    last: datetime.date
    content: Content
    tier: object = field(default=None)
    name: str = field(default='')

    def on_days(self, first, last):
        """:return: the same on other days
        :rtype: Span
        """
        if first == self.first and last == self.last:
            return self
        return Span(first, last, self.content, self.tier, self.name)

    def delivers_as(self, other):
        """:return: whether the same is delivered on the days of another span
        :rtype: bool
        """
        return self.content == other.content and self.tier == other.tier and self.name == other.name
