"""Two years of subscriptions by the public methods of 19.0.1.2.0: stories, and lives at random.

Called by `tests/old_edition.py` with that code: old_edition_life.py CONFIG DATABASE PREVIEWS
"""

import datetime
import json
import random
import sys
from collections import Counter
from pathlib import Path

from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import config

sys.path.insert(0, __file__.rpartition('/')[0])
from old_edition_portfolio import Portfolio, environment
from old_edition_stories import LAST, tell_stories

SEED, LIVES = 12, 14
FIRST = datetime.date(2025, 1, 1)
# up to when runs are previewed: the day on which the life ends, and much later
UNTIL = (LAST, datetime.date(2027, 12, 1))


class Diary:
    """What is to happen, day by day; each act commits, as in real life."""

    def __init__(self, cr):
        self.cr, self.pages, self.count = cr, [], Counter()

    def at(self, day, act, *arguments, **keywords):
        if isinstance(day, str):
            day = datetime.date.fromisoformat(day)
        self.pages.append((day, len(self.pages), act, arguments, keywords))

    def live(self, env, companies):
        day = FIRST
        while day <= LAST:
            # an act may write more pages
            for page in sorted(page for page in self.pages if page[0] == day):
                self._act(*page[2:])
            self.pages = [page for page in self.pages if page[0] != day]
            # not every day: what is late is billed in one run then, too; of the last days nothing
            if day.day in (1, 16):
                for company in companies:
                    environment(self.cr, company)['offer.subscription']._cron_bill(day)
            day += datetime.timedelta(days=1)

    def _act(self, act, arguments, keywords):
        try:
            with self.cr.savepoint():
                act(*arguments, **keywords)
            self.count[act.__name__] += 1
        except UserError:
            self.count[f'{act.__name__} refused'] += 1
        # an act is a transaction
        self.cr.commit()  # pylint: disable=invalid-commit


def live_at_random(diary, sold, chance):
    """One life: changes, pauses, notices, ends and withdrawals without sense or reason."""
    plan = chance.choice(sorted(set(sold.plans) - {'quoted', 'certain'}))
    day = FIRST + datetime.timedelta(days=chance.randrange(90))
    subscription = sold.sell(plan, day, chance.randint(1, 6), chance.randint(0, 3))
    paused = False
    for _act in range(chance.randint(2, 9)):
        day += datetime.timedelta(days=chance.randint(3, 110))
        if day > LAST:
            return
        on = day + datetime.timedelta(days=chance.choice((0, 0, 0, 5, 20, 60, -7)))
        kind = chance.choice(('change', 'change', 'price', 'drop', 'add', 'pause', 'notice', 'end'))
        if paused:
            kind, paused = chance.choice(('resume', 'resume', 'notice')), False
        if kind == 'pause':
            paused = True
        number, size = chance.randrange(3), chance.randint(1, 9)
        diary.at(day, _act_at_random, sold, subscription, kind, on, number, size)
        if kind == 'notice' and chance.random() < 0.8:
            diary.at(day + datetime.timedelta(days=4), subscription.withdraw_notice)


def _act_at_random(sold, subscription, kind, on, number, size):
    running = subscription.line_ids.filtered(lambda line: line._is_running_on(on)).sorted('id')
    line = running[number % len(running)] if running else running
    if kind == 'change':
        subscription.change(on, [{'line_id': line.id, 'quantity': size}])
    elif kind == 'price':
        subscription.change(on, [{'line_id': line.id, 'price_unit': size * 7.33, 'discount': 5.0}])
    elif kind == 'drop':
        subscription.change(on, [{'line_id': line.id, 'quantity': 0}])
    elif kind == 'add':
        row = {'product_id': sold.backup.id, 'quantity': size, 'price_unit': 4.25}
        subscription.change(on, [row])
    elif kind == 'pause':
        subscription.pause(on)
    elif kind == 'resume':
        subscription.resume(on)
    elif kind == 'notice':
        subscription.give_notice(on)
    elif kind == 'end':
        subscription.end(on, 'moves')


def preview(env):
    """:return: what this edition would bill: subscription, day of the run and rows"""
    found = env['offer.subscription'].with_context(active_test=False)
    return [
        [
            subscription.id,
            str(until),
            subscription.with_context(allowed_company_ids=subscription.company_id.ids).preview(
                until
            ),
        ]
        for subscription in found.search([('state', '!=', 'pending')])
        for until in UNTIL
    ]


def main(registry, previews):
    with registry.cursor() as cr:
        env = environment(cr)
        chance, diary, companies = random.Random(SEED), Diary(cr), []
        for name in ('', 'Branch'):
            sold = Portfolio(env, name)
            companies.append(sold.company)
            if not name:
                tell_stories(diary, sold)
            for _life in range(LIVES):
                live_at_random(diary, sold, chance)
        cr.commit()  # pylint: disable=invalid-commit
        diary.live(env, companies)
        Path(previews).write_text(json.dumps(preview(env)))
        sys.stdout.write(f'{dict(sorted(diary.count.items()))}\n')


if __name__ == '__main__':
    config_file, database, file = sys.argv[1:]
    config.parse_config(['-c', config_file, '-d', database, '--log-level', 'error'])
    main(Registry(database), file)
