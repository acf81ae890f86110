"""Finding what is due, as ratios to the code before facts, measured in one run."""

import json
import re
import subprocess

from bench_billing import run_script
from common import CHECKOUT, STATE, remove, say
from database import ADDON

# the last commit whose code goes by chains of lines: version 19.0.1.2.0
COMMIT = '5f1fe54'
ROUNDS = 4
# no more than before; the rest is what two runs of the same code differ by
LIMIT = 1.05
CASES = {
    'first': 'the first period of all',
    'second': 'the second period of all',
    'changed': 'a period after 19 changes of each line',
    'old': 'a period after ten years of invoices',
    'nothing': 'nothing, after one invoice',
    'nothing_old': 'nothing, after ten years of invoices',
    'run': 'a whole run of all 4,000 on a day without anything due',
}


def bench_due(databases):
    """
    :return: whether all is in its bounds, and the table as Markdown
    """
    config = get_old_config(databases, COMMIT)
    if not config:
        return True, (
            f"Not measured: the repository's history lacks {COMMIT}, with which it is compared."
        )
    configs = {'before': config, 'now': databases.config}
    names = {label: f'{databases.prefix}_bench_due_{label}' for label in configs}
    for label, name in names.items():
        say(f'Thousands of subscriptions as they are {label} …')
        databases.clone(databases.base, name)
        databases.install(name, ADDON, configs[label])
        _work(databases, configs[label], name, 'prepare')
    rounds = []
    for _round in range(ROUNDS):
        rounds.append(
            {
                label: json.loads(_work(databases, configs[label], name, 'measure'))
                for label, name in names.items()
            }
        )
    for name in names.values():
        databases.drop(name)
    rows, good = [], True
    for case, text in CASES.items():
        before, now = (
            min((one[label][case] for one in rounds), key=lambda one: one['cpu'])
            for label in configs
        )
        ratio = now['cpu'] / before['cpu']
        good = good and ratio <= LIMIT and now['rows'] == before['rows']
        rows.append(
            f'| {text} | {before["cpu"]:.3f} s | {now["cpu"]:.3f} s | {ratio:.2f} | {LIMIT:.2f} |'
            f' {before["queries"]} → {now["queries"]} |'
        )
        say(f'{rows[-1].strip("| ")} | {before["rows"]} → {now["rows"]} rows')
    head = [
        '1,000 subscriptions of 3 lines, by 50 as a run takes them; before: 19.0.1.2.0. Processor'
        f' time, best of {ROUNDS} in turn.',
        '',
        '| due | before | now | ratio | at most | queries |',
        '| --- | --- | --- | --- | --- | --- |',
    ]
    return good, '\n'.join([*head, *rows])


def get_old_config(databases, commit):
    """:return: a configuration that finds the old code instead of today's, or None without it"""
    command = ['git', '-C', CHECKOUT, 'archive', '--format=tar', commit]
    archive = subprocess.run(command, capture_output=True, check=False)
    if archive.returncode:
        return None
    addons = STATE / f'addons_{commit}'
    remove(addons)
    (addons / ADDON).mkdir(parents=True)
    subprocess.run(['tar', '-x', '-C', addons / ADDON], input=archive.stdout, check=True)
    text = databases.config_alone.read_text()
    own = re.escape(str(databases.addons))
    config = STATE / f'odoo-{commit}.conf'
    config.write_text(re.sub(rf'(addons_path = .*){own}', rf'\g<1>{addons}', text))
    config.chmod(0o600)
    return config


def _work(databases, config, name, command):
    return run_script(databases, 'due.py', config, name, command)
