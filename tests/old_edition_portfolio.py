"""What is sold in the database of the old edition: companies, currencies, plans, items."""

from odoo import SUPERUSER_ID, api
from odoo.fields import Command

START = '2025-01-01'


def environment(cr, company=None):
    context = {'tracking_disable': True, 'mail_notrack': True, 'mail_create_nolog': True}
    env = api.Environment(cr, SUPERUSER_ID, context)
    company = company or env.company
    return env(context={**context, 'allowed_company_ids': [company.id]})


class Portfolio:
    """One company's: a Service with components, a few items, plans of each kind.

    :param str name: of the company; empty: the main one
    :param str currency: in which it sells beside its own
    """

    def __init__(self, env, name=''):
        company = env.company
        if name:
            company = env['res.company'].create(
                {'name': name, 'currency_id': env.ref('base.EUR').id}
            )
        self.env = environment(env.cr, company)
        self.env['account.chart.template'].try_loading('generic_coa', company, install_demo=False)
        env.user.company_ids |= company
        self.company, self.partners = self.env.company, []
        # what is late stands on one invoice: fewer of them to make
        self.company.offer_late_policy = 'single'
        self.env.ref('base.EUR').active = True
        self.foreign = self.env.ref('base.EUR' if company.currency_id.name == 'USD' else 'base.USD')
        self.env['res.currency.rate'].create(
            {
                'currency_id': self.foreign.id,
                'company_id': company.id,
                'name': '2024-01-01',
                'rate': 0.8,
            }
        )
        self._create_plans()
        self._create_items()

    def _create_plans(self):
        kinds = {
            'month': {},
            'term': {'minimum_term_count': 12, 'notice_count': 1, 'renewal_count': 12},
            'year': {'interval_unit': 'year', 'advance_days': 20, 'early_end': 'credit'},
            'raised': {
                'interval_unit': 'year',
                'minimum_term_count': 12,
                'renewal_count': 12,
                'renewal_percent': 5.0,
                'renewal_announce_days': 60,
            },
            'arrears': {'billing_mode': 'arrears', 'alignment': 'calendar'},
            'full': {'proration': 'none'},
            'full_calendar': {'proration': 'none', 'alignment': 'calendar', 'interval_count': 3},
            'full_arrears': {'proration': 'none', 'billing_mode': 'arrears'},
            'on_day': {'alignment': 'day', 'alignment_day': 15},
            'week': {'interval_unit': 'week', 'interval_count': 2},
            'fee': {'minimum_term_count': 24, 'early_end': 'fee', 'early_end_percent': 50.0},
            'keep': {'minimum_term_count': 24, 'early_end': 'keep', 'interval_count': 3},
            'certain': {'minimum_term_count': 18, 'renewal_mode': 'end'},
            'quoted': {'minimum_term_count': 12, 'renewal_count': 12, 'renewal_mode': 'quote'},
            'draft': {'invoice_handling': 'draft'},
        }
        self.plans = {
            key: self.env['offer.plan'].create(
                {'name': f'{key} {self.company.name}', 'company_id': self.company.id, **values}
            )
            for key, values in kinds.items()
        }

    def _create_items(self):
        self.bronze, self.gold = self.env['offer.sla.tier'].create(
            [{'name': 'Bronze', 'promise': 'tomorrow'}, {'name': 'Gold', 'promise': 'at once'}]
        )
        self.backup = self._create_item('Remote Backup', '')
        self.antivirus = self._create_item('Antivirus', '')
        self.hosting = self._create_item('Hosting', 'service')
        self.hosting_new = self._create_item('Hosting 2', 'service')
        self.workplace = self._create_item(
            'Managed Workplace',
            'service',
            offer_tier_ids=[Command.set((self.bronze + self.gold).ids)],
            offer_default_tier_id=self.bronze.id,
        )
        self.included_tax = self.env['account.tax'].create(
            {
                'name': f'21 % {self.company.name}',
                'amount': 21,
                'price_include_override': 'tax_included',
                'company_id': self.company.id,
            }
        )
        self.taxed = self._create_item(
            'Taxed', 'service', taxes_id=[Command.set(self.included_tax.ids)]
        )
        group = self.env['offer.option.group'].create(
            {
                'name': 'Extras',
                'product_tmpl_id': self.workplace.product_tmpl_id.id,
                'max_choices': 2,
                'option_ids': [
                    Command.create(
                        {
                            'product_id': item.id,
                            'quantity_mode': mode,
                            'max_quantity': 50,
                            'is_recurring': True,
                            'price_mode': 'priced',
                        }
                    )
                    for item, mode in ((self.backup, 'free'), (self.antivirus, 'per_unit'))
                ],
            }
        )
        self.backup_option, self.antivirus_option = group.option_ids
        for plan in self.plans.values():
            factor = 12 if plan.interval_unit == 'year' else 1
            self._create_price(plan, 40.0 * factor)
            self._create_price(plan, 10.0 * factor, tier_id=self.gold.id)
            self._create_price(plan, 35.0 * factor, min_quantity=5)
            self._create_price(plan, 5.0 * factor, option_id=self.backup_option.id)
            self._create_price(plan, 1.1 * factor, option_id=self.antivirus_option.id)

    def _create_item(self, name, kind, **values):
        return self.env['product.product'].create(
            {
                'name': f'{name} {self.company.name}',
                'type': 'service',
                'list_price': 0.0,
                'offer_kind': kind,
                'offer_state': kind and 'published',
                'invoice_policy': 'order',
                'company_id': self.company.id,
                'taxes_id': [Command.clear()],
                'supplier_taxes_id': [Command.clear()],
                **values,
            }
        )

    def _create_price(self, plan, amount, **values):
        self.env['offer.price'].create(
            {
                'product_tmpl_id': self.workplace.product_tmpl_id.id,
                'plan_id': plan.id,
                'amount': amount,
                'currency_id': self.company.currency_id.id,
                'company_id': self.company.id,
                **values,
            }
        )

    # === SELLING === #

    def get_partner(self):
        """:return: one of a few: what is due of several stands on one invoice"""
        if len(self.partners) < 4:
            name = f'Customer {len(self.partners)} {self.company.name}'
            self.partners.append(self.env['res.partner'].create({'name': name}))
        self.partners.append(self.partners.pop(0))
        return self.partners[-1]

    def subscribe(self, plan, name='', lines=None, alone=False, **values):
        """:return: a pending subscription, entered by hand
        :param str name: of its story
        :param list[dict] lines: values of its lines; None: three times hosting at 30.00
        """
        lines = lines or [{'product_id': self.hosting.id, 'quantity': 3, 'price_unit': 30.0}]
        return self.env['offer.subscription'].create(
            {
                'partner_id': self.get_partner().id,
                # an invoice of its own has one
                'client_order_ref': name if alone else False,
                'plan_id': self.plans[plan].id,
                'company_id': self.company.id,
                'line_ids': [Command.create(line) for line in lines],
                **values,
            }
        )

    def sell(self, plan, day, quantity=3, backups=2):
        """:return: the subscription of an order: a Service with two components"""
        order = self.env['sale.order'].create({'partner_id': self.get_partner().id})
        options = [{'option_id': self.antivirus_option.id}]
        if backups:
            options.append({'option_id': self.backup_option.id, 'quantity': backups})
        order.offer_add(
            {
                'product_id': self.workplace.id,
                'quantity': quantity,
                'plan_id': self.plans[plan].id,
                'tier_id': self.bronze.id,
                'date_start': day,
                'options': options,
            }
        )
        order.action_confirm()
        return order.offer_subscription_ids

    def quote_change(self, subscription, day, confirm=True, **changes):
        """Change the Service by a quotation; other lines stay, unless its plan changes."""
        order = subscription._create_change_order(subscription._to_day(day))
        line = order.order_line.filtered(
            lambda line: line.offer_kind == 'service' and not line.offer_option_id
        )[:1]
        configuration = self.env['offer.configuration']._configuration_of(line)
        configuration.update(changes)
        order.offer_add(configuration, line_id=line.id)
        if confirm:
            order.action_confirm()
        return order
