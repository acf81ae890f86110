"""The main job on demo data, inside Odoo: quote, order, subscribe, invoice, and show it.

Called by dev/make.py as: demo.py CONFIG DATABASE STEP FOLDER [URL CHROMIUM]
"""

import datetime
import subprocess
import sys
from pathlib import Path

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config
from odoo.tools.convert import convert_file

REFERENCE = 'PO-4711'
MODULE = 'sale_offer'
STOREABLE = ('notebook', 'docking', 'monitor', 'switch', 'firewall_box')


def main():
    config_file, database, step, folder, *rest = sys.argv[1:]
    config.parse_config(
        ['-c', config_file, '-d', database, '--log-level', 'error'], setup_logging=True
    )
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        admin = env.ref('base.user_admin')
        env = env(user=admin, context={'lang': 'en_US', 'tz': 'UTC'})
        STEPS[step](env, Path(folder), *rest)


# --- records ------------------------------------------------------------------------------------


def make_records(env, _folder):
    company = env.company
    if company.name != 'Northlight IT':
        company.write({'name': 'Northlight IT', 'street': '5 Beacon Road', 'city': 'Portland'})
        company.partner_id.country_id = env.ref('base.us')
        env['account.chart.template'].sudo().try_loading('generic_coa', company, install_demo=False)
        _load_demo_files(env)
        if 'odoobot_state' in env.user._fields:
            # no chat window in front of the demo
            env.user.odoobot_state = 'disabled'
    if not _order(env):
        _sell(env)
    _bill(env)


def _load_demo_files(env):
    root = Path(odoo.modules.module.get_module_path(MODULE))
    manifest = odoo.modules.module.get_manifest(MODULE)
    for file in manifest['demo']:
        assert (root / file).exists(), file
        convert_file(env(su=True), MODULE, file, {}, mode='init', noupdate=True)
    if 'is_storable' in env['product.product']._fields:
        for name in STOREABLE:
            env.ref(f'{MODULE}.product_{name}').is_storable = True


def _order(env):
    # whoever tries it out may have quoted changes since
    domain = [('client_order_ref', '=', REFERENCE), ('offer_change_subscription_id', '=', False)]
    return env['sale.order'].search(domain, limit=1)


def _sell(env):
    """Three workplaces with notebooks for a bakery, with Gold, from the 12th two months ago."""
    today = datetime.date.today()
    start = (today.replace(day=1) - datetime.timedelta(days=32)).replace(day=12)
    ref = lambda name: env.ref(f'{MODULE}.{name}')  # noqa: E731
    order = env['sale.order'].create(
        {
            'partner_id': ref('partner_bakery').id,
            'client_order_ref': REFERENCE,
            # it was agreed then, and is entered today
            'offer_start_is_fixed': True,
        }
    )
    configuration = {
        'product_id': ref('service_workplace').id,
        'quantity': 3,
        'plan_id': ref('plan_monthly').id,
        'tier_id': ref('tier_gold').id,
        'date_start': start.isoformat(),
        'options': [
            {'option_id': ref('option_notebook').id},
            {'option_id': ref('option_protection').id},
            {'option_id': ref('option_backup').id, 'quantity': 2},
        ],
    }
    errors = order.offer_preview(configuration)['errors']
    if errors:
        raise SystemExit('\n'.join(errors))
    order.offer_add(configuration)
    order.action_confirm()


def _bill(env):
    """As the scheduler would have: on the first of each month up to today."""
    subscription = _order(env).offer_subscription_ids
    day, today = subscription.date_start, datetime.date.today()
    while day <= today:
        subscription.bill(day)
        day = (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


# --- documents ----------------------------------------------------------------------------------


def make_documents(env, folder, url, chromium=''):
    folder.mkdir(parents=True, exist_ok=True)
    env['ir.config_parameter'].sudo().set_param('report.url', url)
    order = _order(env)
    documents = [('sale.report_saleorder', order, f'quotation-{order.name}')]
    for invoice in order.offer_subscription_ids._get_invoices():
        name = invoice.name.replace('/', '-')
        documents.append(('account.report_invoice', invoice, f'invoice-{name}'))
    for report, record, name in documents:
        target = folder / f'{name}.pdf'
        if not target.exists():
            content = _render(env, report, record, url, chromium)
            target.with_suffix('.part').write_bytes(content)
            target.with_suffix('.part').rename(target)


def _render(env, report, record, url, chromium):
    reports = env['ir.actions.report']
    if not chromium:
        return reports.with_context(force_report_rendering=True)._render_qweb_pdf(
            report, record.ids
        )[0]
    html = reports._render_qweb_html(report, record.ids)[0].decode()
    # the page on screen has wide margins, paper has its own
    style = '@page{margin:12mm}main,.container{max-width:none!important;padding:0!important}'
    html = html.replace('<head>', f'<head><base href="{url}"/>', 1)
    html = html.replace('</head>', f'<style>{style}</style></head>', 1)
    page = Path(config['data_dir']) / 'demo-page.html'
    pdf = page.with_suffix('.pdf')
    page.write_text(html)
    subprocess.run(
        [
            chromium,
            '--headless',
            '--no-sandbox',
            '--disable-gpu',
            '--no-pdf-header-footer',
            f'--print-to-pdf={pdf}',
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
    )
    return pdf.read_bytes()


# --- summary ------------------------------------------------------------------------------------


def print_summary(env, folder):
    order = _order(env)
    subscription = order.offer_subscription_ids
    invoices = subscription._get_invoices().sorted(lambda move: (move.invoice_date, move.id))
    if not (order and subscription and invoices):
        raise SystemExit('The demo left no order, no subscription or no invoice behind.')
    if set(invoices.mapped('state')) != {'posted'}:
        raise SystemExit('Not every invoice of the demo is posted.')
    money = order.currency_id.format

    print(f'\nQuotation {order.name} for {order.partner_id.name} ({order.client_order_ref})')
    for line in order.order_line:
        what = line.offer_plan_id.name or 'once'
        level = '  ' if line.offer_option_id or line.offer_is_setup else ''
        print(
            f'  {level + line.product_id.name:<34}{line.product_uom_qty:>5g} ×'
            f' {money(line.price_unit):>11} {money(line.price_subtotal):>12}  {what}'
        )
    print(f'  {order.offer_recurring_summary} (without taxes)')
    print(f'  {order.offer_terms_text}')

    print(
        f'\nSubscription {subscription.name}: {subscription.state} since'
        f' {subscription.date_start}, minimum term until {subscription.minimum_term_end},'
        f' next invoice on {subscription.date_next_due}'
    )
    print('\nInvoices')
    for invoice in invoices:
        entries = invoice.invoice_line_ids.offer_billing_entry_ids
        days = f'{min(entries.mapped("date_from"))} to {max(entries.mapped("date_to"))}'
        print(
            f'  {invoice.name}  {invoice.invoice_date}  for {days}'
            f'  {money(invoice.amount_untaxed):>10} + taxes = {money(invoice.amount_total):>10}'
        )
    pdfs = sorted(folder.glob('*.pdf'))
    if pdfs:
        print(f'\nPDFs in {folder}')
        for pdf in pdfs:
            print(f'  {pdf.name}')
    print('\nBilling once more finds nothing:', len(subscription.bill(invoices[-1].invoice_date)))


STEPS = {'records': make_records, 'documents': make_documents, 'summary': print_summary}

if __name__ == '__main__':
    main()
