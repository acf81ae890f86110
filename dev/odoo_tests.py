"""Odoo's own test suites, with and without the addon: what differs is our doing."""

import subprocess
import xml.etree.ElementTree as ElementTree

from common import STATE, SetupError, say

SUITES = ('product', 'sale', 'sale_management')


def run_suites(databases, browser, suites=SUITES):
    """Run the suites on a clone without the addon and on one with it; print what differs.

    :return: whether everything that passes without the addon passes with it
    """
    databases.ensure_base()
    results = {}
    for label, source in (('without', databases.base), ('with', databases.ensure_template())):
        name = f'{databases.prefix}_suites'
        databases.clone(source, name)
        databases.install(name, ','.join(suites))
        say(f'Running {", ".join(suites)} {label} the addon …')
        results[label] = _run(databases, name, label, browser, suites)
        databases.drop(name)
        if 'passed' not in results[label].values():
            raise SetupError(f'No test of Odoo passed {label} the addon; see {STATE}/suites-*.log')
        counts = {}
        for outcome in results[label].values():
            counts[outcome] = counts.get(outcome, 0) + 1
        say(', '.join(f'{count} {outcome}' for outcome, count in sorted(counts.items())))
    return _compare(results['without'], results['with'])


def _run(databases, name, label, browser, suites):
    report = STATE / f'suites-{label}.xml'
    folders = [
        folder / suite / 'tests'
        for suite in suites
        for folder in databases.odoo.addons_path
        if (folder / suite / 'tests').is_dir()
    ]
    command = [databases.python, '-m', 'pytest', '-q', '-p', 'no:cacheprovider']
    command += [f'--odoo-config={databases.config}', f'--odoo-database={name}']
    command += ['--odoo-http'] if browser else []
    command += [f'--junitxml={report}', *folders]
    log = STATE / f'suites-{label}.log'
    with open(log, 'w') as output:
        subprocess.run(
            [str(part) for part in command],
            env=databases.environment(),
            cwd=STATE,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if not report.exists():
        raise SetupError(f'The suites could not be run {label} the addon; see {log}')
    return _outcomes(report)


def _outcomes(report):
    outcomes = {}
    for case in ElementTree.parse(report).iter('testcase'):
        kinds = {child.tag for child in case}
        outcome = 'failed' if kinds & {'failure', 'error'} else 'passed'
        if 'skipped' in kinds:
            outcome = 'skipped'
        outcomes[f'{case.get("classname")}.{case.get("name")}'] = outcome
    return outcomes


def _compare(without, with_addon):
    worse = False
    for name in sorted(without.keys() | with_addon.keys()):
        before, after = without.get(name, 'absent'), with_addon.get(name, 'absent')
        if before != after:
            say(f'{name}: {before} without, {after} with the addon')
            worse = worse or before == 'passed'
    if not worse:
        say('Nothing that passes without the addon fails with it.')
    return not worse
