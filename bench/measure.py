"""Time what Odoo does on the database that is given; everything is rolled back.

Called by dev/bench.py in a process of its own as: measure.py CONFIG DATABASE CASE
Prints the processor's seconds and the number of queries as JSON.
"""

import json
import sys
import time

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config

ITEMS = RULES = 1000
LINES = 200


def prepare(env, kind):
    """1,000 items under a pricelist of 1,000 rules, most of which are for other items."""
    values = {'list_price': 100.0, 'taxes_id': [Command.clear()]}
    if kind and 'offer_kind' in env['product.template']._fields:
        values.update(offer_kind=kind, offer_state='published')
    items = env['product.template'].create(
        [{'name': f'Item {number}', **values} for number in range(ITEMS)]
    )
    category = env['product.category'].create({'name': 'Other'})
    rule = {'applied_on': '2_product_category', 'categ_id': category.id, 'compute_price': 'fixed'}
    pricelist = env['product.pricelist'].create(
        {
            'name': 'Thousand',
            'item_ids': [
                Command.create({**rule, 'min_quantity': number, 'fixed_price': 1.0})
                for number in range(RULES - 1)
            ]
            + [Command.create({'compute_price': 'percentage', 'percent_price': 10})],
        }
    )
    # the rules of another category are found only if the items are in it
    items.categ_id = env['product.category'].create({'name': 'Mine', 'parent_id': category.id})
    pricelist.item_ids[:-1].min_quantity = 1000
    return items.product_variant_ids, pricelist


def price_products(env):
    items, pricelist = prepare(env, 'product')
    return lambda: pricelist._get_products_price(items, 1.0)


def price_plain_items(env):
    items, pricelist = prepare(env, None)
    return lambda: pricelist._get_products_price(items, 1.0)


def price_mixed(env):
    items, pricelist = prepare(env, None)
    if 'offer_kind' in env['product.template']._fields:
        values = {'offer_kind': 'product', 'offer_state': 'published'}
        items[: ITEMS // 2].product_tmpl_id.write(values)
    return lambda: pricelist._get_products_price(items, 1.0)


def add_order_lines(env):
    items = prepare(env, None)[0]
    partner = env['res.partner'].create({'name': 'Bakery Berg'})
    order = env['sale.order'].create({'partner_id': partner.id})

    def add():
        order.order_line = [
            Command.create({'product_id': item.id, 'product_uom_qty': 2.0})
            for item in items[:LINES]
        ]
        env.flush_all()

    return add


CASES = {
    case.__name__: case
    for case in (price_products, price_plain_items, price_mixed, add_order_lines)
}


def main():
    config_file, database, name = sys.argv[1:]
    config.parse_config(['-c', config_file, '-d', database, '--log-level', 'error'])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        work = CASES[name](env)
        env.flush_all()
        env.invalidate_all()
        queries, start = cr.sql_log_count, time.process_time()
        work()
        seconds = time.process_time() - start
        sys.stdout.write(json.dumps({'cpu': seconds, 'queries': cr.sql_log_count - queries}))
        cr.rollback()


if __name__ == '__main__':
    main()
