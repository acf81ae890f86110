"""Speed, as ratios to stock Odoo measured in one run: with and without the addon in turn."""

import json
import subprocess

from common import CHECKOUT, SetupError, say

ROUNDS = 5
# what is measured, and the most that it may take, of what stock Odoo takes
CASES = {
    'price_products': ('price 1,000 Products under 1,000 rules', 1.0),
    'price_plain_items': ('price 1,000 items without a kind', 1.05),
    'price_mixed': ('price 500 Products and 500 items', 1.05),
    'add_order_lines': ('add 200 lines to an order', 1.05),
}


def run_bench(databases):
    """Print the table, and write it as Markdown.

    :return: whether every ratio is in its bounds
    """
    databases.ensure_base()
    sources = {'stock': databases.base, 'addon': databases.ensure_template()}
    names = {label: f'{databases.prefix}_bench_{label}' for label in sources}
    for label, source in sources.items():
        databases.clone(source, names[label])
    rows, good = [], True
    for case, (text, limit) in CASES.items():
        best = {label: [] for label in sources}
        for _round in range(ROUNDS):
            for label in sources:
                best[label].append(_measure(databases, names[label], case))
        stock, addon = (min(best[label], key=lambda m: m['cpu']) for label in ('stock', 'addon'))
        ratio = addon['cpu'] / stock['cpu']
        good = good and ratio <= limit
        rows.append(
            f'| {text} | {stock["cpu"]:.3f} s | {addon["cpu"]:.3f} s | {ratio:.2f} | {limit:.2f} |'
            f' {stock["queries"]} → {addon["queries"]} |'
        )
        say(rows[-1].strip('| '))
    for name in names.values():
        databases.drop(name)
    head = ['| | stock Odoo | with the addon | ratio | at most | queries |']
    head.append('| --- | --- | --- | --- | --- | --- |')
    table = '\n'.join(head + rows)
    text = f'Processor time, best of {ROUNDS} in turn, one run of `make bench`.'
    (CHECKOUT / 'bench' / 'RESULTS.md').write_text(f'# Speed\n\n{text}\n\n{table}\n')
    print(table)
    return good


def _measure(databases, name, case):
    command = [databases.python, CHECKOUT / 'bench' / 'measure.py', databases.config, name, case]
    result = subprocess.run(
        [str(part) for part in command],
        env=databases.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise SetupError(f'Could not measure {case}:\n{result.stderr[-2000:]}')
    return json.loads(result.stdout)
