"""The addon comes and goes, on a database of its own."""

# this file is run, not imported
from worker_base import environment, tell

from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import SQL


def install(registry):
    """Install the addon on a database that has lived: no row that was there is touched.

    The item of the setup fee is the one row that the addon adds to them.
    """
    tables = (
        'product_template',
        'product_product',
        'product_pricelist_item',
        'sale_order',
        'sale_order_line',
        'account_move',
        'account_move_line',
    )
    state = ' UNION ALL '.join(
        f"SELECT '{table}', count(*), max(xmin::text::bigint)::text,"
        f" (SELECT relfilenode::text FROM pg_class WHERE oid = '{table}'::regclass) FROM {table}"
        f' WHERE id <= %({table})s'
        for table in tables
    )
    with registry.cursor() as cr:
        env = environment(cr)
        env['account.chart.template'].try_loading('generic_coa', env.company, install_demo=False)
        product = env['product.product'].create({'name': 'Cable', 'invoice_policy': 'order'})
        env['product.pricelist'].create({'name': 'List', 'item_ids': [Command.create({})]})
        partner = env['res.partner'].create({'name': 'Bakery Berg'})
        lines = [Command.create({'product_id': product.id, 'tax_ids': [Command.clear()]})]
        order = env['sale.order'].create({'partner_id': partner.id, 'order_line': lines})
        order.action_confirm()
        order._create_invoices().action_post()
        module = env['ir.module.module'].search([('name', '=', 'sale_offer')])
        # a transaction of its own, so that what the installation touches shows
        cr.commit()  # pylint: disable=invalid-commit
        last = {}
        for table in tables:
            cr.execute(SQL('SELECT max(id) FROM %s', SQL.identifier(table)))
            last[table] = cr.fetchone()[0]
        cr.execute(state, last)
        before = cr.fetchall()
        assert all(row[1] for row in before), before
        module.button_immediate_install()
    with Registry(registry.db_name).cursor() as cr:
        cr.execute(state, last)
        after = cr.fetchall()
        assert after == before, (before, after)
        env = environment(cr)
        assert 'offer.plan' in env
        assert not env['product.template'].search([('offer_kind', '!=', False)])
        tell('no row was touched')


def uninstall(registry):
    """Sell under a plan, uninstall the addon, and open what is left."""
    with registry.cursor() as cr:
        env = environment(cr)
        plan = env['offer.plan'].create({'name': 'Monthly'})
        service = env['product.product'].create(
            {
                'name': 'Managed Workplace',
                'type': 'service',
                'offer_kind': 'service',
                'offer_state': 'published',
                'invoice_policy': 'order',
                'taxes_id': [Command.clear()],
                'offer_price_ids': [Command.create({'amount': 40.0, 'plan_id': plan.id})],
            }
        )
        partner = env['res.partner'].create({'name': 'Bakery Berg'})
        order = env['sale.order'].create({'partner_id': partner.id})
        order.offer_add({'product_id': service.id, 'plan_id': plan.id})
        order.action_confirm()
        subscription = order.offer_subscription_ids
        invoice = subscription.bill(subscription.date_start)
        ids = order.id, invoice.id
        module = env['ir.module.module'].search([('name', '=', 'sale_offer')])
        module.button_immediate_uninstall()
    with Registry(registry.db_name).cursor() as cr:
        env = environment(cr)
        order, invoice = env['sale.order'].browse(ids[0]), env['account.move'].browse(ids[1])
        for record in (order, invoice, order.order_line.product_id.product_tmpl_id):
            arch = record.get_view(view_type='form')['arch']
            assert 'offer_' not in arch, record
            record.read()
        assert 'offer.plan' not in env
        assert order.locked and 'Monthly' in ''.join(order.message_ids.mapped('body'))
        assert order.amount_total == 40.0 and invoice.state == 'posted'
        assert order.invoice_status != 'to invoice' and not order._get_invoiceable_lines()
        tell('a working Odoo')
