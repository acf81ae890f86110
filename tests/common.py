"""The small portfolio on which all tests stand: a managed-service provider's."""

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class OfferCommon(AccountTestInvoicingCommon):
    """One Service (40.00 a month and workplace, Gold 10.00 more), one Product (a notebook of
    900.00), one plain item (remote backup, 5.00 a month as an option), one monthly plan."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data['company']
        cls.salesperson = cls._new_user('sales', 'sales_team.group_sale_salesman')
        cls.accountant = cls._new_user('accounts', 'account.group_account_invoice')
        cls.customer = cls.env['res.partner'].create({'name': 'Bakery Berg'})
        cls.plan = cls._create_plan('Monthly', minimum_term_count=12)
        cls.bronze, cls.gold = cls.env['offer.sla.tier'].create(
            [
                {
                    'name': 'Bronze',
                    'promise': 'answer on the next working day',
                    'is_included': True,
                },
                {
                    'name': 'Gold',
                    'promise': 'answer within 1 hour, around the clock',
                    # where it has no price
                    'is_included': True,
                },
            ]
        )
        cls.notebook = cls._create_item('Notebook', 900.0, 'product', type='consu')
        cls.notebook.is_storable = True
        cls.backup = cls._create_item('Remote Backup', 0.0, False, type='service')
        cls.workplace = cls._create_item(
            'Managed Workplace',
            0.0,
            'service',
            type='service',
            offer_tier_ids=[Command.set((cls.bronze + cls.gold).ids)],
            offer_default_tier_id=cls.bronze.id,
        )
        cls.group = cls.env['offer.option.group'].create(
            {
                'name': 'Extras',
                'product_tmpl_id': cls.workplace.product_tmpl_id.id,
                'max_choices': 2,
                'option_ids': [
                    Command.create({'product_id': cls.notebook.id, 'quantity_mode': 'per_unit'}),
                    Command.create(
                        {
                            'product_id': cls.backup.id,
                            'quantity_mode': 'free',
                            'max_quantity': 50,
                            'is_recurring': True,
                            'price_mode': 'priced',
                        }
                    ),
                ],
            }
        )
        cls.notebook_option, cls.backup_option = cls.group.option_ids
        # a configuration's options: a notebook for each workplace, and two backups
        cls.both = [
            {'option_id': cls.notebook_option.id},
            {'option_id': cls.backup_option.id, 'quantity': 2},
        ]
        cls._create_price(40.0)
        cls._create_price(10.0, tier_id=cls.gold.id)
        cls._create_price(5.0, option_id=cls.backup_option.id)

    @classmethod
    def get_default_groups(cls):
        groups = super().get_default_groups()
        for group in ('sales_team.group_sale_manager', 'product.group_product_manager'):
            groups |= cls.quick_ref(group)
        return groups

    @classmethod
    def _new_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create_plan(cls, name, **values):
        return cls.env['offer.plan'].create({'name': name, **values})

    @classmethod
    def _create_item(cls, name, price, kind, **values):
        return cls.env['product.product'].create(
            {
                'name': name,
                'list_price': price,
                'offer_kind': kind,
                'offer_state': kind and 'published',
                'invoice_policy': 'order',
                'taxes_id': [Command.clear()],
                'supplier_taxes_id': [Command.clear()],
                **values,
            }
        )

    @classmethod
    def _create_price(cls, amount, service=None, **values):
        values.setdefault('plan_id', cls.plan.id)
        return cls.env['offer.price'].create(
            {
                'product_tmpl_id': (service or cls.workplace).product_tmpl_id.id,
                'amount': amount,
                'currency_id': cls.company.currency_id.id,
                **values,
            }
        )

    @classmethod
    def _create_taxes_of_home_and_abroad(cls):
        """:return: 21 % included in the price, and a fiscal position that makes it 0 %"""
        home = cls.env['account.tax'].create(
            {'name': '21 %', 'amount': 21, 'price_include_override': 'tax_included'}
        )
        abroad = cls.env['account.fiscal.position'].create({'name': 'Abroad'})
        cls.env['account.tax'].create(
            {
                'name': '0 %',
                'amount': 0,
                'fiscal_position_ids': [Command.set(abroad.ids)],
                'original_tax_ids': [Command.set(home.ids)],
            }
        )
        return home, abroad

    @classmethod
    def _create_order(cls, **values):
        values = {
            'partner_id': cls.customer.id,
            'user_id': cls.salesperson.id,
            # no test depends on the day on which it runs
            'offer_start_is_fixed': True,
            **values,
        }
        return cls.env['sale.order'].create(values)

    @classmethod
    def _configuration(cls, **values):
        """Three workplaces with Gold and one backup, from 1 January 2027."""
        return {
            'product_id': cls.workplace.id,
            'quantity': 3,
            'plan_id': cls.plan.id,
            'tier_id': cls.gold.id,
            'date_start': '2027-01-01',
            'options': [{'option_id': cls.backup_option.id, 'quantity': 1}],
            **values,
        }

    @classmethod
    def _add_bundle(cls, order=None, **values):
        """:return: the Service's line of three workplaces (150.00 a month), three notebooks
        (2,700.00 once) and two backups (10.00 a month)"""
        order = order or cls._create_order()
        return order.offer_add(cls._configuration(**{'options': cls.both, **values}))

    @classmethod
    def _add_option(cls, name, **values):
        item = cls._create_item(name, 10.0, False, type='service')
        return cls.env['offer.option'].create(
            {'group_id': cls.group.id, 'product_id': item.id, **values}
        )

    def _get_errors(self, **values):
        return self._create_order().offer_preview(self._configuration(**values))['errors']

    @classmethod
    def _subscribe(cls, order_values=None, **values):
        """:return: the subscription of a confirmed order of the configuration above"""
        order = cls._create_order(**(order_values or {}))
        order.offer_add(cls._configuration(**values))
        order.action_confirm()
        return order.offer_subscription_ids

    def _assert_refused(self, message, act):
        """That an act ends in a sentence; what it wrote before is rolled back, as in real life."""
        with self.assertRaises(UserError) as caught:
            act()
        self.assertRegex(str(caught.exception), message)

    @classmethod
    def _entries(cls, subscription):
        """:return: what is settled, as (kind, first, last) in the order of the days"""
        entries = subscription.line_ids.billing_entry_ids.sorted(
            lambda entry: (entry.date_from, entry.subscription_line_id.sequence, entry.id)
        )
        return [
            (entry.kind, *map(fields.Date.to_string, (entry.date_from, entry.date_to)))
            for entry in entries
        ]

    def _come_in(self, line, plan=None, **values):
        """:return: a running agreement that comes in without an order, from 1 January 2027"""
        day = values.setdefault('date_start', '2027-01-01')
        line = {'product_id': self.workplace.id, 'date_start': day, **line}
        subscription = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': (plan or self.plan).id,
                'line_ids': [Command.create(line)],
                **values,
            }
        )
        subscription.activate(day)
        return subscription

    def _agree_policies(self, count, **values):
        """:return: so many subscriptions under a plan with every policy"""
        self.plan.write(
            {
                'minimum_term_count': 12,
                'renewal_count': 12,
                'renewal_percent': 3.0,
                'renewal_announce_days': 30,
                'renewal_quote_days': 40,
                'renewal_remind_days': 10,
                'unpaid_policy': 'suspend',
                'unpaid_days': 14,
                **values,
            }
        )
        found = self.env['offer.subscription']
        for _number in range(count):
            found |= self._subscribe(options=[])
        return found

    @classmethod
    def _get_acts(cls, subscription):
        """:return: what happened, without the movements of the revenue that refer to it"""
        return subscription.event_ids.filtered(lambda event: not event.act_id).sorted('id')

    def _get_content(self, line, day):
        """:return: quantity and price of what is delivered on a day, or None"""
        day = fields.Date.to_date(day)
        span = line.subscription_id._get_timeline().get_on(line.id, day)
        return span and (float(span.content.quantity), float(span.content.price))

    def _assert_movements_add_up(self, subscription):
        """That what was recorded up to a day is the monthly revenue of that day."""
        for day in subscription.event_ids.filtered('mrr_change').mapped('date'):
            recorded = subscription.event_ids.filtered(lambda event, day=day: event.date <= day)
            self.assertAlmostEqual(
                sum(recorded.mapped('mrr_change')), subscription._get_mrr(day), msg=day
            )

    def _run_scheduler(self, day, live=False):
        """Run the scheduler's entry, which commits, on a cursor of its own.

        :param bool live: only what the calendar asks for, without billing
        """
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr, user=self.ref('base.user_root'), su=True)
            subscriptions = env['offer.subscription']
            if live:
                company, today = (
                    env['res.company'].browse(self.company.id),
                    subscriptions._to_day(day),
                )
                subscriptions._renew_company(company, today)
                found = subscriptions._find_pursued(today).get(company.id, [])
                subscriptions._pursue_company(company, found, today)
            else:
                subscriptions._cron_bill(day)
        self.env.invalidate_all()

    def _run_job(self, xmlid):
        """Run a scheduled job as it is."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f'sale_offer.{xmlid}').method_direct_trigger()
        self.env.invalidate_all()


class OfferLifeCommon(OfferCommon):
    """What happens to a subscription over the years."""

    def _live(self, **values):
        """:return: a subscription of two workplaces with Bronze, 80.00 a month"""
        values = {'quantity': 2, 'tier_id': self.bronze.id, 'options': [], **values}
        return self._subscribe(**values)

    def _bills(self, subscription, *expected):
        """Bill on each day, and compare; a credit note counts less than 0."""
        for day, amount in expected:
            moves = subscription.bill(day)
            found = sum(-move.direction_sign * move.amount_untaxed for move in moves)
            self.assertEqual((day, round(found, 2)), (day, amount))

    def _lines_on(self, subscription, day):
        """:return: item, quantity and price of what is agreed for a day, as it is sorted"""
        day = fields.Date.to_date(day)
        held = [
            line._get_held_on(day)
            for line in subscription.line_ids.sorted(lambda line: (line.sequence, line.id))
            if line._is_running_on(day)
        ]
        items = self.env['product.product']
        return [(items.browse(it['product_id']), it['quantity'], it['price_unit']) for it in held]

    def _movements(self, subscription):
        events = subscription.event_ids.sorted('id')
        return [
            (str(event.date), event.kind, event.movement, event.mrr_change)
            for event in events
            if event.mrr_change
        ]


class OfferPortalCommon(OfferLifeCommon):
    """Who visits the portal: the customer's people, others, and nobody."""

    VISITORS = ('nobody', 'own', 'colleague', 'other', 'elsewhere', 'employee')

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.is_company = True
        cls.own = cls._portal_user('own', cls.customer)
        cls.colleague = cls._portal_user('colleague', cls.customer)
        other = cls.env['res.partner'].create({'name': 'Other', 'is_company': True})
        cls.other = cls._portal_user('other', other)
        company = cls.env['res.company'].sudo().create({'name': 'Elsewhere'})
        cls.elsewhere = new_test_user(
            cls.env,
            login='elsewhere',
            groups='base.group_portal',
            company_id=company.id,
            company_ids=company.ids,
        )
        cls.employee = cls._new_user('employee', 'base.group_user')

    @classmethod
    def _portal_user(cls, login, parent):
        user = new_test_user(cls.env, login=login, groups='base.group_portal')
        user.partner_id.parent_id = parent
        return user

    def _visit(self, visitor):
        self.authenticate(
            *((None, None) if visitor == 'nobody' else (visitor, visitor.ljust(8, 'x')))
        )


class OfferTourCommon(OfferCommon, HttpCase):
    """Tests in a browser, on a machine that may be slow: it is no error to wait."""

    # a request that waits longer for the one before it fails, and its page with it
    test_cursor_lock_timeout = 300

    def start_tour(self, url_path, tour_name, timeout=300, **kwargs):
        return super().start_tour(url_path, tour_name, timeout=timeout, **kwargs)
