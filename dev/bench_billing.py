"""Billing as ratios: ours, the floor and the peers, each on a fresh database, in turn."""

import json
import subprocess

from common import CHECKOUT, SetupError, say
from database import ADDON
from peers import PEERS, ensure_packages

INVOICES = 300
ROUNDS = 4
SCALE = (1_000, 10_000, 100_000)
# what bills, what is installed for it, and the most that it may take of the floor
CASES = {
    'floor': ('the floor: one `create` and one post a batch of 50', ADDON, None),
    'ours': ('sale_offer', ADDON, 1.05),
    'contract': ('OCA contract', 'contract', None),
    'subscription_oca': ('OCA subscription_oca', 'subscription_oca', None),
}
COLOURS = {
    'floor': '#9aa0a6',
    'ours': '#714b67',
    'contract': '#c9b3c3',
    'subscription_oca': '#c9b3c3',
}


def bench_billing(databases, invoices=INVOICES):
    """:return: whether the ratios are in their bounds, and the table as Markdown"""
    beside = ensure_packages(databases.python, PEERS)
    config = databases.config_with(beside)
    prepared = {}
    for module in dict.fromkeys(module for _text, module, _limit in CASES.values()):
        name = f'{databases.prefix}_bench_{module}'
        say(f'{invoices} agreements for {module} …')
        databases.clone(databases.base, name)
        databases.install(name, module, config)
        _work(databases, config, name, 'prepare', invoices)
        prepared[module] = name
    best = {}
    for _round in range(ROUNDS):
        for case, (_text, module, limit) in CASES.items():
            if limit is None and case != 'floor' and case in best:
                continue  # a peer is measured once: its ratio is far from ours
            result = _run(databases, config, prepared[module], case)
            say(f'{case}: {result}')
            best[case] = min(best.get(case, result), result, key=lambda one: one['cpu'])
    more = _more(databases, config, prepared[ADDON], best, invoices)
    for name in prepared.values():
        databases.drop(name)
    good, rows = True, []
    floor = best['floor']
    for case, (text, _module, limit) in CASES.items():
        one = best[case]
        ratio = one['cpu'] / one['invoices'] / (floor['cpu'] / floor['invoices'])
        good = good and one['invoices'] == invoices and (limit is None or ratio <= limit)
        rows.append(
            f'| {text} | {one["cpu"]:.1f} s | {one["wall"]:.1f} s | {_mark(ratio, limit)} |'
            f' {limit or "—"} |'
            f' {one["queries"] / one["invoices"]:.1f} | {one["memory"]} MiB |'
        )
    _draw(best)
    head = [
        f'Best of {ROUNDS} in turn; the peers once. Processor time is Odoo\'s: PostgreSQL\'s own is'
        ' not in it, but in the time by the clock. What misses its bound is bold.',
        '',
        f'| {invoices:,} invoices of 3 lines with a tax | processor | by the clock | of the floor |'
        ' at most | queries an invoice | memory |',
        '| --- | --- | --- | --- | --- | --- | --- |',
    ]
    return good, '\n'.join([*head, *rows, '', *more])


def _mark(ratio, limit):
    """:return: the ratio, bold if it misses its bound"""
    text = f'{ratio:.2f}'
    return f'**{text}**' if limit and ratio > limit else text


def _more(databases, config, prepared, best, invoices):
    """:return: what else was measured of ours, as sentences"""
    rows, first = [], None
    for count in SCALE:
        name = f'{databases.prefix}_bench_scale'
        databases.clone(prepared, name)
        if count > invoices:
            _work(databases, config, name, 'multiply', count)
        one = _run(databases, config, name, 'ours_a_part')
        each = one['cpu'] / one['invoices']
        first = first or each
        rows.append(
            f'| {count:,} | {one["invoices"]:,} | {1000 * each:.0f} ms | {each / first:.2f} |'
            f' {one["memory"]} MiB |'
        )
        say(f'{count:,} due: {one}')
        dry = _run(databases, config, name, 'dry_run')
        say(f'{count:,} due, a dry run: {dry}')
        rows[-1] += f' {dry["cpu"]:.1f} s |'
        databases.drop(name)
    broken = _run(databases, config, prepared, 'ours_with_one_broken')
    say(f'one broken: {broken}')
    two = _run(databases, config, prepared, 'ours_two')
    say(f'two processes: {two}')
    ratio = broken['cpu'] / best['ours']['cpu']
    return [
        'Of many that are due the first batches are billed, and all are found:',
        '',
        '| due | billed | an invoice | of the first | memory | a dry run of all |',
        '| --- | --- | --- | --- | --- | --- |',
        *rows,
        '',
        f'With one of {invoices:,} broken, {broken["invoices"]:,} are billed, {broken["parked"]} is'
        f' parked, and it takes {ratio:.2f} of the time.'
        f' Two processes on two cores bill {best["ours"]["wall"] / two["wall"]:.2f} times as much.',
    ]


def _run(databases, config, prepared, case):
    name = f'{databases.prefix}_bench_run'
    databases.clone(prepared, name)
    result = json.loads(_work(databases, config, name, case))
    databases.drop(name)
    return result


def _work(databases, config, name, *arguments):
    return run_script(databases, 'billing.py', config, name, *arguments)


def run_script(databases, script, *arguments):
    """Run a script of bench/ in a process of its own.

    :return: what it prints
    :raise SetupError: if it fails, with the end of its messages
    """
    command = [databases.python, CHECKOUT / 'bench' / script, *arguments]
    result = subprocess.run(
        [str(part) for part in command],
        env=databases.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        what = ' '.join(map(str, arguments[2:]))
        raise SetupError(f'{script} could not {what}:\n{result.stderr[-2000:]}')
    return result.stdout


def _draw(best):
    """Write the bars as a picture: processor time an invoice, of the floor."""
    floor = best['floor']['cpu'] / best['floor']['invoices']
    rows, height = [], 34
    for number, (case, (text, _module, _limit)) in enumerate(CASES.items()):
        ratio = best[case]['cpu'] / best[case]['invoices'] / floor
        top = 10 + number * height
        rows.append(
            f'<text x="200" y="{top + 16}" text-anchor="end">{text.split(":")[0]}</text>'
            f'<rect x="210" y="{top}" width="{ratio * 180:.0f}" height="22" rx="3"'
            f' fill="{COLOURS[case]}"/>'
            f'<text x="{218 + ratio * 180:.0f}" y="{top + 16}">{ratio:.2f}</text>'
        )
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{20 + height * len(CASES)}"'
        ' font-family="sans-serif" font-size="14" role="img"'
        ' aria-label="Processor time of billing, of the floor">'
        '<rect width="100%" height="100%" fill="#fff"/>' + ''.join(rows) + '</svg>\n'
    )
    (CHECKOUT / 'bench' / 'billing.svg').write_text(picture)
