"""Make customers and what they see in the portal, to time its pages.

Called by dev/bench_portal.py as: portal.py CONFIG DATABASE
Works without the addon too: then there is a customer, and nothing more.
Prints the number of the offer with 300 options as JSON.
"""

import json
import sys

from measure import prepare_service

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config

OFFERS = 2000
# a customer whom so few of them are for
FEW = 20


def make_customer(env, login):
    company = env['res.partner'].create({'name': f'Company {login}', 'is_company': True})
    partner = env['res.partner'].create({'name': login, 'parent_id': company.id})
    env['res.users'].with_context(no_reset_password=True).create(
        {
            'login': login,
            'password': login,
            'partner_id': partner.id,
            'group_ids': [Command.set(env.ref('base.group_portal').ids)],
        }
    )
    return company


def make_offers(env, few):
    """Half of them Products, half Services with two plans and a service level."""
    plans = env['offer.plan'].create(
        [{'name': 'Monthly'}, {'name': 'Yearly', 'interval_unit': 'year'}]
    )
    tier = env['offer.sla.tier'].create({'name': 'Gold'})
    offers = env['product.template'].create(
        [
            {
                'name': f'Offer {number:04}',
                'type': 'service',
                'list_price': 10.0,
                'offer_kind': 'service' if number % 2 else 'product',
                'offer_state': 'published',
                # the first are for a customer who finds no other
                'offer_audience': 'customers',
                'offer_audience_partner_ids': [
                    Command.set((few['few'] | few['many'] if number < FEW else few['many']).ids)
                ],
                'offer_tier_ids': [Command.set(tier.ids if number % 2 else [])],
                'offer_default_tier_id': tier.id if number % 2 else False,
            }
            for number in range(OFFERS)
        ]
    )
    env['offer.price'].create(
        [
            {'product_tmpl_id': offer.id, 'plan_id': plan.id, 'amount': 5.0}
            for offer in offers
            if offer.offer_kind == 'service'
            for plan in plans
        ]
    )


def main():
    config_file, database = sys.argv[1:]
    config.parse_config(['-c', config_file, '-d', database, '--log-level', 'error'])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        customers = {login: make_customer(env, login) for login in ('few', 'many')}
        number = None
        if 'offer.plan' in env:
            make_offers(env, customers)
            _order, configuration = prepare_service(env, 300)
            service = env['product.product'].browse(configuration['product_id']).product_tmpl_id
            number = service.id
    sys.stdout.write(json.dumps(number))


if __name__ == '__main__':
    main()
