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
from odoo.tests import Form
from odoo.tools import config

ITEMS = RULES = 1000
LINES = 200
OPTIONS = 300
COMPONENTS = 30


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


def prepare_plain_lines(env, count):
    items = env['product.product'].create(
        [{'name': f'Item {number}', 'list_price': 10.0} for number in range(count)]
    )
    partner = env['res.partner'].create({'name': 'Bakery Berg'})
    order = env['sale.order'].create({'partner_id': partner.id})
    return order, [{'product_id': item.id, 'product_uom_qty': 2.0} for item in items]


def preview_lines(env, count=OPTIONS + 1):
    order, values = prepare_plain_lines(env, count)

    def preview():
        lines = [env['sale.order.line'].new({**vals, 'order_id': order}) for vals in values]
        env['sale.order.line'].union(*lines).mapped('price_subtotal')

    return preview


def create_lines(env):
    order, values = prepare_plain_lines(env, COMPONENTS + 1)

    def create():
        env['sale.order.line'].create([{**vals, 'order_id': order.id} for vals in values])
        env.flush_all()

    return create


def prepare_service(env, options, groups=20):
    """A Service with so many options in groups, each with a price for the plan.

    :return: an order, and the configuration that chooses every option
    """
    plan = env['offer.plan'].create({'name': 'Monthly'})
    values = {'type': 'service', 'offer_kind': 'service', 'offer_state': 'published'}
    service = env['product.product'].create({'name': 'Service', **values})
    template = service.product_tmpl_id
    items = env['product.product'].create(
        [{'name': f'Item {number}', 'type': 'service'} for number in range(options)]
    )
    group_records = env['offer.option.group'].create(
        [
            {'name': f'Group {number}', 'product_tmpl_id': template.id, 'max_choices': 0}
            for number in range(groups)
        ]
    )
    records = env['offer.option'].create(
        [
            {
                'group_id': group_records[number % groups].id,
                'product_id': item.id,
                'is_recurring': True,
                'price_mode': 'priced',
                'quantity_mode': 'per_unit',
            }
            for number, item in enumerate(items)
        ]
    )
    price = {'product_tmpl_id': template.id, 'plan_id': plan.id}
    env['offer.price'].create(
        [{**price, 'amount': 40.0}]
        + [{**price, 'amount': 10.0, 'option_id': option.id} for option in records]
    )
    partner = env['res.partner'].create({'name': 'Bakery Berg'})
    order = env['sale.order'].create({'partner_id': partner.id})
    return order, {
        'product_id': service.id,
        'quantity': 2,
        'plan_id': plan.id,
        'options': [{'option_id': option.id} for option in records],
    }


def preview_service(env, options=OPTIONS):
    order, configuration = prepare_service(env, options)
    return lambda: order.offer_preview(configuration)


def preview_small_service(env):
    return preview_service(env, 30)


def open_dialog(env):
    order, configuration = prepare_service(env, OPTIONS)
    configuration['options'] = configuration['options'][:10]
    return lambda: order.offer_configurator(configuration)


def add_service(env):
    order, configuration = prepare_service(env, COMPONENTS, 3)

    def add():
        order.offer_add(configuration)
        env.flush_all()

    return add


def prepare_bundles(env, bundles, components):
    """:return: a quotation with so many Services of so many components each"""
    order, configuration = prepare_service(env, components, 1)
    for _bundle in range(bundles):
        order.offer_add(configuration)
    return order


def prepare_plain_order(env, count):
    order, values = prepare_plain_lines(env, count)
    env['sale.order.line'].create([{**vals, 'order_id': order.id} for vals in values])
    return order


def read_form(order):
    """Open a quotation as its form does."""
    return lambda: Form(order)


def save_reference(order):
    def save():
        with Form(order) as form:
            form.client_order_ref = 'Berg 7'
        order.env.flush_all()

    return save


def confirm(order):
    def confirm_order():
        order.action_confirm()
        order.env.flush_all()

    return confirm_order


def open_bundles(env):
    return read_form(prepare_bundles(env, 30, 5))


def open_plain(env):
    return read_form(prepare_plain_order(env, 180))


def save_bundles(env):
    return save_reference(prepare_bundles(env, 30, 5))


def save_plain(env):
    return save_reference(prepare_plain_order(env, 180))


def confirm_bundles(env):
    return confirm(prepare_bundles(env, 10, 4))


def confirm_plain(env):
    return confirm(prepare_plain_order(env, 50))


CASES = {
    case.__name__: case
    for case in (
        price_products,
        price_plain_items,
        price_mixed,
        add_order_lines,
        preview_lines,
        create_lines,
        preview_service,
        preview_small_service,
        open_dialog,
        add_service,
        open_bundles,
        open_plain,
        save_bundles,
        save_plain,
        confirm_bundles,
        confirm_plain,
    )
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
