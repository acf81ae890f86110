"""What is asked first of an agreement, and what it comes to piece by piece."""

from dataclasses import replace

from .facts import HUNDRED
from .ledger import get_piece_amount

# of an amount so small that a part of a period rounds to nothing, a whole one is looked at too
MOST_PIECES = 3


def find_first_due(timeline):
    """The first day on which something is due that is not nothing: free days are settled without
    an invoice.

    :rtype: datetime.date | None
    """
    found = (_find_first_due_of(timeline, line.key) for line in timeline.facts.lines)
    return min(filter(None, found), default=None)


def _find_first_due_of(timeline, key):
    introduction, left = timeline.facts.introduction, MOST_PIECES
    for piece in timeline.get_pieces(key):
        if get_piece_amount(timeline, piece.content, piece):
            return piece.due
        if not introduction or piece.first > introduction.last or introduction.percent:
            left -= 1
            if not left:
                break
    return None


def get_owed_amounts(timeline, key, last):
    """What a line owes for the days up to and including one, whoever settled them.

    :param datetime.date last: in full, a period that begins up to it counts whole
    :return: iterator of Decimal, one a piece
    """
    for piece in timeline.get_pieces(key):
        if piece.period.first > last or piece.first > last:
            break
        if timeline.facts.terms.proration != 'none' and piece.last > last:
            piece = replace(piece, last=last)
        yield get_piece_amount(timeline, piece.content, piece)


def get_period_amounts(timeline, key):
    """What a line that begins to run comes to per period.

    :return: at the introductory price, and after it; both are the same without one
    :rtype: tuple[Decimal, Decimal]
    """
    spans, facts = timeline.get_spans(key), timeline.facts
    content = spans[0].content
    percent = facts.introduction.percent if facts.introduction else HUNDRED
    introductory = replace(content, introductory=percent)
    return introductory.get_amount(facts.rounding), content.get_amount(facts.rounding)
