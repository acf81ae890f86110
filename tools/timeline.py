"""Facts → what each line delivers on each day, and what of it is owed when.

What runs today, what a change comes to, what is due, forecast, revenue, fees, portal and reports
ask this and nothing else ("everything else is computed from the facts").
"""

import datetime
from dataclasses import dataclass, replace
from itertools import zip_longest
from operator import attrgetter

from .agreed import read_phases
from .amounts import piece_amount, to_decimal
from .facts import TERM, ZERO, Content, End, PerUnit, Span
from .intervals import FOREVER, InOrder, cut, day_after, subtract
from .periods import ONE_DAY, Period, period_at, period_index

# to so many digits a quantity per unit is exact
RATIO_DIGITS = 9


@dataclass(frozen=True)
class Piece:
    """Days of one period that are owed at one content, and from which day on they are due."""

    first: datetime.date
    last: datetime.date
    period: Period
    content: Content
    due: datetime.date


class Timeline:
    """What follows from the facts of one subscription; each answer is worked out once.

    :param Facts facts: what was agreed
    :param datetime.date since: what is delivered before the period of this day is not asked for,
        and left out; None: everything is worked out
    """

    def __init__(self, facts, since=None):
        self.facts = facts
        self._lines = {line.key: line for line in facts.lines}
        self._agreed, self._spans, self._owed = {}, {}, {}
        # lines ask for the same ones
        self._indexes, self._periods = {}, {}
        self._since = since and self.get_period(since).first
        #: the last day, or FOREVER; `set_end` leaves out where a term ends that may be renewed
        self.end = self._get_end(self.facts.ends)
        self.set_end = self._get_end(end for end in self.facts.ends if end.kind != TERM)
        #: pauses as they ended in the end: pairs of first and last day, and whether billed
        self.pauses = [(pause.first, self._get_pause_end(pause), pause) for pause in facts.pauses]
        self._holes = [(first, last) for first, last, pause in self.pauses if not pause.is_billed]

    # === WHAT IS DELIVERED === #

    def get_spans(self, key):
        """What a line delivers: days without a span are paused, before its start or after its end.

        :param key: of the line
        :rtype: tuple[Span, ...]
        """
        if key not in self._spans:
            self._spans[key] = self._make_spans(self._lines[key])
        return self._spans[key]

    def get_on(self, key, day):
        """:return: what a line delivers on a day, or None
        :rtype: Span | None
        """
        return next((span for span in self.get_spans(key) if span.first <= day <= span.last), None)

    @property
    def keys(self):
        """:return: the keys of the lines"""
        return self._lines.keys()

    @staticmethod
    def _get_end(ends):
        by_kind = {}
        for end in sorted(ends, key=lambda end: end.said):
            by_kind[end.kind] = end.last
        return min(by_kind.values(), default=FOREVER)

    def _get_pause_end(self, pause):
        resumed = [
            resume.day - ONE_DAY
            for resume in self.facts.resumes
            if resume.said > pause.said and resume.day >= pause.first
        ]
        return min([pause.last, *resumed])

    def _make_spans(self, line):
        agreed = self._get_agreed(line.key)
        if line.parent is not None:
            spans = [
                span
                for own in agreed
                for above in self.get_spans(line.parent)
                if (span := _get_common(own, above))
            ]
        else:
            spans = [span for own in agreed for span in self._get_running(own)]
        return _join(spans)

    def _get_running(self, span):
        """The part of a span that is neither paused nor after the end."""
        if span.first > self.end:
            return []
        runs = subtract(span.first, min(span.last, self.end), self._holes)
        settled = _settle_quantity(span, None)
        return [settled.on_days(first, last) for first, last in runs]

    def get_agreed_on(self, key, day):
        """What is agreed of a line for a day, whether or not it is delivered then: in a pause
        what would run, before its start its first content, after its end its last.

        :return: None: its beginning was withdrawn, or it never delivers
        :rtype: Span | None
        """
        line, held = self._lines[key], self._get_agreed_span(key, day)
        if not held:
            return None
        above = self.get_agreed_on(line.parent, day) if line.parent is not None else None
        return _settle_quantity(held, above)

    def get_ratio_on(self, key, day):
        """:return: how much of a line is agreed for each unit of what it hangs on, on a day; None:
            its quantity is its own, or nothing is agreed
        :rtype: Decimal | None
        """
        held = self._get_agreed_span(key, day)
        quantity = held and held.content.quantity
        return quantity.ratio if isinstance(quantity, PerUnit) else None

    def get_agreed_days(self, key):
        """From when to when a line and what it hangs on are agreed, whatever pauses or ends them
        all.

        :return: first and last day (FOREVER: no end), or None
        """
        spans, parent = self._get_agreed(key), self._lines[key].parent
        days = spans and (spans[0].first, spans[-1].last)
        if not days or parent is None:
            return days or None
        above = self.get_agreed_days(parent)
        if not above or above[1] < days[0] or days[1] < above[0]:
            return None
        return max(days[0], above[0]), min(days[1], above[1])

    def _get_agreed_span(self, key, day):
        spans = self._get_agreed(key)
        return next((span for span in reversed(spans) if span.first <= day), spans and spans[0])

    def _get_agreed(self, key):
        if key not in self._agreed:
            self._agreed[key] = tuple(read_phases(self._lines[key], self._since))
        return self._agreed[key]

    # === WHAT IS OWED === #

    def get_owed(self, key):
        """Days of a line that are owed: delivered, not waived, at introductory prices; of a line
        that is not agreed there are none.

        :return: runs of one content; none touches another of the same content
        :rtype: tuple[Span, ...]
        """
        if key not in self._owed:
            self._owed[key] = self._make_owed(key)
        return self._owed[key]

    def _make_owed(self, key):
        if key not in self._lines:
            return ()
        waived = [(w.first, w.last) for w in self.facts.waivers if w.line == key]
        intro, owed = self.facts.introduction, []
        # days billed externally are none of the introductory ones
        external_to = self._lines[key].external_to or datetime.date.min
        starts = [day_after(external_to), day_after(intro.last)] if intro else []
        for span in self.get_spans(key):
            for first, last in subtract(span.first, span.last, waived):
                for start, end in cut(first, last, starts):
                    content = span.content
                    if intro and external_to < start <= intro.last:
                        content = replace(content, introductory=intro.percent)
                    owed.append(Span(start, end, content))
        return _join(owed)

    def get_pieces(self, key, since=None):
        """The pieces in which a line is owed, oldest first, without an end where it has none.

        A piece is a run of one content in one period, cut where externally billed days end; in full
        a whole period at the largest amount on any of its owed days ("a started period is owed
        once").

        :param since: pieces of periods that end before this day are left out
        :return: iterator of Piece
        """
        runs = self.get_owed(key)
        if not runs:
            return
        is_full = self.facts.terms.proration == 'none'
        external_to = self._lines[key].external_to
        cuts = [day_after(external_to)] if external_to else []
        index = self._get_index(max(runs[0].first, since or runs[0].first))
        in_order = InOrder(runs)
        while runs[-1].last >= (period := self._get_period_at(index)).first:
            inside = in_order.get_touching(period.first, period.last)
            if inside and is_full:
                yield self._get_full_piece(period, inside)
            else:
                for run in inside:
                    yield from self._get_run_pieces(period, run, cuts)
            index += 1

    def _get_run_pieces(self, period, run, cuts):
        first, last = max(run.first, period.first), min(run.last, period.last)
        for start, end in cut(first, last, cuts):
            yield Piece(start, end, period, run.content, self.get_due_day(period, start))

    def _get_full_piece(self, period, runs):
        rounding = self.facts.rounding
        largest = max(runs, key=lambda run: run.content.get_amount(rounding))
        due = self.get_due_day(period, max(runs[0].first, period.first))
        return Piece(period.first, period.last, period, largest.content, due)

    def get_due_day(self, period, first):
        """In advance the first day of a piece less the days ahead, in arrears the day after the
        period or the end.

        :param Period period: in which the piece lies
        :param datetime.date first: first day of the piece
        :rtype: datetime.date
        """
        terms = self.facts.terms
        if terms.billing_mode == 'advance':
            return first - datetime.timedelta(days=terms.advance_days)
        return min(period.last, self.end) + ONE_DAY

    def get_period(self, day):
        """:return: the period that holds a day
        :rtype: Period
        """
        return self._get_period_at(self._get_index(day))

    def _get_index(self, day):
        if day not in self._indexes:
            self._indexes[day] = period_index(self.facts.terms, self.facts.anchor, day)
        return self._indexes[day]

    def _get_period_at(self, index):
        if index not in self._periods:
            self._periods[index] = period_at(self.facts.terms, self.facts.anchor, index)
        return self._periods[index]

    def get_content_amount(self, content, first, last):
        """What some days come to at one content, whatever is agreed of them.

        :param Content content: of all of the days
        :param datetime.date first: first day
        :param datetime.date last: last day; in full each period that is touched counts whole
        :rtype: Decimal
        """
        rounding, total = self.facts.rounding, ZERO
        amount = content.get_amount(rounding)
        while first <= last:
            period = self.get_period(first)
            end = min(last, period.last)
            if self.facts.terms.proration == 'none':
                total += amount
            else:
                total += piece_amount(amount, period, first, end, rounding)
            first = day_after(end)
        return total

    def ending_on(self, last, kind=None):
        """The same agreement, if it ended on a day.

        :param datetime.date last: its last day
        :param kind: ends of other kinds stand beside it; None: it is the only one
        :rtype: Timeline
        """
        others = [end for end in self.facts.ends if kind and end.kind not in (kind, TERM)]
        return Timeline(replace(self.facts, ends=(*others, End(last, 0, kind or 'agreed'))))


def find_first_change(before, after, key):
    """The first day on which two timelines of a subscription owe something else of a line, or owe
    it on another due day.

    :param Timeline before: without an act
    :param Timeline after: with it
    :return: None: the act doesn't touch the line
    :rtype: datetime.date | None
    """
    old, new = before.get_owed(key), after.get_owed(key)
    days = _find_moved_due(before, after, old), _find_owed_change(old, new)
    return min(filter(None, days), default=None)


def _find_moved_due(before, after, owed):
    """In arrears the days of the period in which it ends are due after the end, so an end moves
    their due day also where they are owed as before.
    """
    if before.facts.terms.billing_mode != 'arrears' or before.end == after.end:
        return None
    period = before.get_period(min(before.end, after.end))
    inside = (run for run in owed if run.first <= period.last and period.first <= run.last)
    return next((max(run.first, period.first) for run in inside), None)


def _find_owed_change(old, new):
    for a, b in zip_longest(old, new):
        if a == b:
            continue
        if not a or not b:
            return (a or b).first
        if a.first != b.first or a.content != b.content:
            return min(a.first, b.first)
        return min(a.last, b.last) + ONE_DAY
    return None


def _settle_quantity(span, above):
    """:return: the span with the quantity that a PerUnit comes to under its parent"""
    quantity = span.content.quantity
    if not isinstance(quantity, PerUnit):
        return span
    units = above.content.quantity if above else ZERO
    # a third of three is one; and as a column keeps it, so that what was settled compares equal
    quantity = to_decimal(float(round(quantity.ratio * units, RATIO_DIGITS)))
    return replace(span, content=replace(span.content, quantity=quantity))


def _get_common(own, above):
    """The part of a component's span in which its parent delivers."""
    first, last = max(own.first, above.first), min(own.last, above.last)
    if first > last:
        return None
    return _settle_quantity(own, above).on_days(first, last)


def _join(spans):
    """Spans, oldest first; neighbours that deliver the same are one."""
    joined = []
    for span in sorted(spans, key=attrgetter('first')):
        if joined and day_after(joined[-1].last) == span.first:
            before = joined[-1]
            if before.delivers_as(span):
                joined[-1] = before.on_days(before.first, span.last)
                continue
        joined.append(span)
    return tuple(joined)
