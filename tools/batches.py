"""Batches that a worker can lose: bounded by lines, and by the time that the last ones took.

Nothing here knows Odoo, or what is worked on.
"""

from collections import deque

FIRST_LINES = 100
MOST_LINES = 1000
# of a job, whose time nobody measures
JOB_LINES = 200
# a worker that is killed loses about so much work
SECONDS = 4.0
# so many in a row that fail by themselves: it is the server, and no use to go on
MOST_FAILURES = 3


class Batches:
    """Takes its items in order; each is taken once, unless its batch has to be split."""

    def __init__(self, sizes, most_lines=MOST_LINES, seconds=SECONDS):
        """:param dict sizes: lines by item
        :param int most_lines: of a batch; an item of more is a batch of its own
        :param float seconds: that a batch should take at most
        """
        self._sizes, self._waiting = sizes, deque(sizes)
        self._most_lines, self._seconds = most_lines, seconds
        self._lines = min(FIRST_LINES, most_lines)
        self._failures = 0

    def take(self):
        """:return: the next items; empty: there are none left
        :rtype: list
        """
        batch, lines = [], 0
        while self._waiting and (not batch or lines + self._sizes[self._waiting[0]] <= self._lines):
            batch.append(self._waiting.popleft())
            lines += self._sizes[batch[-1]]
        return batch

    def count(self, batch, seconds):
        """Learn from a batch that is done how large the next one may be.

        :param float seconds: that it took
        """
        self._failures = 0
        lines = sum(self._sizes[item] for item in batch)
        fitting = lines * self._seconds / seconds if seconds else self._most_lines
        # twice at most: a few that were fast say little of many
        self._lines = int(max(1, min(fitting, 2 * self._lines, self._most_lines)))

    def split(self, batch):
        """Let the halves of a failed batch be taken next; one item by itself is left.

        :return: whether it is worth going on
        :rtype: bool
        """
        if len(batch) == 1:
            self._failures += 1
            return self._failures < MOST_FAILURES
        middle = len(batch) // 2
        self._waiting.extendleft(reversed(batch))
        self._lines = max(1, sum(self._sizes[item] for item in batch[:middle]))
        return True
