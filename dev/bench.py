"""Speed, as ratios to stock Odoo measured in one run: with and without the addon in turn."""

import json

from bench_billing import bench_billing, run_script
from bench_due import bench_due
from bench_portal import bench_portal
from bench_scheduler import bench_scheduler
from common import CHECKOUT, say
from database import ADDON

ROUNDS = 5
# what is measured, and the most that it may take, of what stock Odoo takes
CASES = {
    'price_products': ('price 1,000 Products under 1,000 rules', 1.0),
    'price_plain_items': ('price 1,000 items without a kind', 1.05),
    'price_mixed': ('price 500 Products and 500 items', 1.05),
    'add_order_lines': ('add 200 lines to an order', 1.05),
    # a case of ours, and the plain lines of stock Odoo that it is measured by
    'preview_service/preview_lines': ('preview 300 options in 20 groups / price 301 lines', 2.0),
    'open_dialog/preview_lines': ('open the dialog with 300 options / price 301 lines', 2.0),
    'add_service/create_lines': ('add a Service of 30 components / create 31 lines', 1.3),
    'open_plain': ('open a quotation of 180 plain lines', 1.05),
    'open_bundles/open_plain': ('open a quotation of 30 Services with 5 components', 1.3),
    'save_bundles/save_plain': ('save its reference', 1.3),
    'confirm_bundles/confirm_plain': ('confirm 10 Services with 4 components / 50 lines', 2.0),
}

QUOTING = (
    'preview_service/preview_lines',
    'open_dialog/preview_lines',
    'add_service/create_lines',
    'open_plain',
    'open_bundles/open_plain',
    'save_bundles/save_plain',
    'confirm_bundles/confirm_plain',
)
LARGE = (
    '''INSERT INTO product_template (name, type, active, sale_ok, purchase_ok, list_price, uom_id,
           service_tracking, tracking)
       SELECT jsonb_build_object('en_US', 'Item ' || number), 'consu', true, true, true, 10,
           (SELECT min(id) FROM uom_uom), 'no', 'none'
       FROM generate_series(1, 100000) AS number''',
    '''INSERT INTO product_pricelist (name, active, currency_id, sequence)
       SELECT jsonb_build_object('en_US', 'Large'), true, currency_id, 1
       FROM res_company LIMIT 1''',
    '''INSERT INTO product_pricelist_item (pricelist_id, applied_on, display_applied_on, base,
           product_tmpl_id, compute_price, fixed_price)
       SELECT (SELECT max(id) FROM product_pricelist), '1_product', '1_product', 'list_price',
           template.id, 'fixed', 5
       FROM product_template AS template, generate_series(1, 3)''',
)
# who wrote a row last, and in which file the table lies; the item of setup fees is a new one
WRITTEN = '''
    SELECT (SELECT count(*) FROM product_template WHERE type = 'consu'),
           (SELECT count(*) FROM product_pricelist_item),
           (SELECT max(xmin::text::bigint) FROM product_template WHERE type = 'consu'),
           (SELECT max(xmin::text::bigint) FROM product_pricelist_item),
           array_agg(relfilenode::bigint ORDER BY relname)
    FROM pg_class WHERE relname IN ('product_template', 'product_pricelist_item')
'''


def run_bench(databases):
    """Print the table, and write it as Markdown.

    :return: whether every ratio is in its bounds
    """
    good, cases = bench_cases(databases, CASES)
    untouched = _install_on_large(databases)
    good = good and untouched
    cheap, due = bench_due(databases)
    fast, billing = bench_billing(databases)
    busy, scheduler = bench_scheduler(databases)
    quick, portal = bench_portal(databases)
    good = good and cheap and fast and busy and quick
    table = cases
    table += '\n\nInstalling on 100,000 templates with 300,000 pricelist rules: ' + (
        'no row is written.' if untouched else 'ROWS ARE WRITTEN.'
    )
    text = f'Processor time, best of {ROUNDS} in turn, one run of `make bench`.'
    table += f'\n\n## The customer\'s pages\n\nBy the clock, through the web server.\n\n{portal}'
    table += f'\n\n## Finding what is due\n\n{due}'
    table += f'\n\n## Billing\n\n![Processor time of billing](billing.svg)\n\n{billing}'
    table += f'\n\n## Through the scheduler\n\n{scheduler}'
    (CHECKOUT / 'bench' / 'RESULTS.md').write_text(f'# Speed\n\n{text}\n\n{table}\n')
    print(table)
    return good


def bench_cases(databases, wanted):
    """
    :param wanted: of `CASES`
    :return: whether every ratio is in its bounds, and the table
    """
    databases.ensure_base()
    sources = {'stock': databases.base, 'addon': databases.ensure_template()}
    names = {label: f'{databases.prefix}_bench_{label}' for label in sources}
    for label, source in sources.items():
        databases.clone(source, names[label])
    rows, good = [], True
    for case in wanted:
        text, limit = CASES[case]
        ours, _, peer = case.partition('/')
        which = {'stock': peer or ours, 'addon': ours}
        best = {label: [] for label in sources}
        for _round in range(ROUNDS):
            for label in sources:
                best[label].append(_measure(databases, names[label], which[label]))
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
    return good, '\n'.join(head + rows)


def bench_quoting(databases):
    """Print what quotations cost by themselves.

    :return: whether every ratio is in its bounds
    """
    good, table = bench_cases(databases, QUOTING)
    print(table)
    return good


def _install_on_large(databases):
    """Install on 100,000 templates with 300,000 pricelist rules.

    :return: whether no row was written and no table rewritten
    """
    name = f'{databases.prefix}_bench_large'
    databases.clone(databases.base, name)
    for statement in LARGE:
        databases.server.execute(statement, database=name)
    before = databases.server.execute(WRITTEN, database=name)
    databases.install(name, ADDON)
    after = databases.server.execute(WRITTEN, database=name)
    databases.drop(name)
    say(f'installed on a large database: {before} before, {after} after')
    return before == after and before[0][0] >= 100_000 and before[0][1] >= 300_000


def _measure(databases, name, case):
    return json.loads(run_script(databases, 'measure.py', databases.config, name, case))
