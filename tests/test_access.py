from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import OfferCommon

OURS = [
    'offer.plan',
    'offer.price',
    'offer.option.group',
    'offer.option',
    'offer.sla.tier',
    'offer.sla.target',
    'offer.sla.credit',
    'offer.role',
    'offer.role.assignment',
    'offer.customer.profile',
    'offer.customer.profile.option',
    'offer.subscription',
    'offer.subscription.line',
    'offer.billing.entry',
    'offer.subscription.event',
    'offer.subscription.charge',
    'offer.end.reason',
    'offer.count',
    'offer.revision',
    'offer.revision.line',
    'offer.sla.report',
    'offer.sla.outage',
    'offer.sla.miss',
    'offer.automation',
    'offer.subscription.phase',
    'offer.subscription.pause',
    'offer.subscription.resume',
    'offer.subscription.end',
    'offer.subscription.waiver',
    'offer.subscription.line.alias',
    'offer.update.finding',
]


@tagged('post_install', '-at_install')
class TestAccess(OfferCommon):
    """Who may do what, with the lowest rights that the act needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, login='customer', groups='base.group_portal')
        cls.colleague = cls._new_user('colleague', 'sales_team.group_sale_salesman')
        cls.subscription = cls._subscribe()
        cls.subscription.bill('2027-01-01')

    def test_a_portal_user_reads_nothing_and_calls_nothing(self):
        for model in OURS:
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.portal).search_read([])
        order = self.subscription.sale_order_id.with_user(self.portal)
        subscription = self.subscription.with_user(self.portal)
        for call in (
            lambda: order.offer_preview(self._configuration()),
            lambda: order.offer_configurator(self._configuration()),
            lambda: order.offer_add(self._configuration()),
            lambda: self.workplace.product_tmpl_id.with_user(self.portal).get_offer_first_variant(),
            lambda: self.workplace.product_tmpl_id.with_user(
                self.portal
            ).action_offer_new_version(),
            lambda: self.gold.with_user(self.portal).action_new_version(),
            lambda: self.plan.with_user(self.portal).action_new_version(),
            lambda: subscription.preview('2027-02-01'),
            lambda: subscription.bill('2027-02-01'),
            lambda: subscription.end('2027-02-01', 'mine'),
            lambda: subscription.activate('2027-02-01'),
            lambda: subscription.action_retry(),
            lambda: subscription.change('2027-02-01', [{'product_id': self.backup.id}]),
            lambda: subscription.pause('2027-02-01'),
            lambda: subscription.resume('2027-02-01'),
            lambda: subscription.give_notice('2027-02-01'),
            lambda: subscription.withdraw_notice(),
            lambda: subscription.waive(1, '2027-02-01', '2027-02-01', 'mine'),
            lambda: subscription.withdraw(1),
            lambda: subscription.action_start(),
            lambda: self.env['offer.count'].with_user(self.portal).record([]),
            lambda: self.env['offer.subscription.act']
            .with_user(self.portal)
            .create({'subscription_id': self.subscription.id, 'act': 'pause'}),
            lambda: self.env['offer.revision'].with_user(self.portal).create({}),
            lambda: self.env['offer.classify'].with_user(self.portal).action_open(),
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertEqual(self.subscription.state, 'active')
        # without an order nothing is to be had either: what they may not read doesn't exist
        preview = order.browse().offer_preview(self._configuration())
        self.assertEqual(preview['lines'], [])
        self.assertRegex(preview['errors'][0], 'does not exist')

    def test_a_salesperson_sees_the_own_and_keeps_nothing(self):
        mine = self.subscription.with_user(self.salesperson)
        self.assertEqual(mine.preview('2027-02-01')[0]['amount'], 150.0)
        others = self.subscription.with_user(self.colleague)
        self.assertFalse(others.search([]))
        with self.assertRaises(AccessError):
            others.preview('2027-02-01')
        for call in (
            lambda: mine.end('2027-02-01', 'tired of it'),
            lambda: mine.withdraw(mine.event_ids[0].id),
            lambda: mine.write({'client_order_ref': 'x'}),
            lambda: mine.line_ids.billing_entry_ids.unlink(),
            lambda: self.env['offer.price'].with_user(self.salesperson).create({}),
            lambda: self.plan.with_user(self.salesperson).write({'name': 'x'}),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_a_salesperson_does_not_say_when_charging_starts(self):
        self.workplace.offer_start = 'delivery'
        pending = self._subscribe().with_user(self.salesperson)
        self.assertEqual(pending.state, 'pending')
        with self.assertRaises(AccessError):
            pending.activate('2027-02-01')

    def test_an_auditor_opens_a_subscription(self):
        role = self.env['offer.role'].create({'name': 'Contact', 'side': 'customer'})
        self.env['offer.role.assignment'].create(
            {
                'role_id': role.id,
                'person_id': self.customer.id,
                'subscription_id': self.subscription.id,
            }
        )
        auditor = self._new_user('auditor', 'account.group_account_readonly')
        form = Form(self.subscription.with_user(auditor))
        self.assertEqual(len(form.role_assignment_ids), 1)

    def test_nobody_settles_days_by_hand(self):
        entries = self.subscription.line_ids.billing_entry_ids
        for user in (self.accountant, self.env.user):
            with self.assertRaises(AccessError):
                entries.with_user(user).write({'date_to': '2027-12-31'})
            with self.assertRaises(AccessError):
                entries.with_user(user).unlink()

    def test_nobody_writes_facts_by_hand(self):
        self.subscription.pause('2027-03-01')
        self.subscription.resume('2027-04-01')
        self.subscription.end('2027-12-31', 'moved')
        line = self.subscription.line_ids[0]
        self.subscription.waive(line.id, '2027-02-01', '2027-02-28', 'a gift')
        for facts in (
            line.phase_ids,
            line.waiver_ids,
            self.subscription.pause_ids,
            self.subscription.resume_ids,
            self.subscription.end_ids,
        ):
            self.assertEqual(len(facts), 1)
            for user in (self.accountant, self.env.user):
                for act in (
                    lambda fact: fact.write({'event_id': fact.event_id.id}),
                    lambda fact: fact.unlink(),
                    lambda fact: fact.copy(),
                ):
                    with self.assertRaises(AccessError):
                        act(facts.with_user(user))

    def test_another_companys_subscriptions_do_not_exist(self):
        stranger = self.env['res.company'].sudo().create({'name': 'Elsewhere'})
        user = new_test_user(
            self.env,
            login='elsewhere',
            groups='sales_team.group_sale_manager,account.group_account_invoice',
            company_id=stranger.id,
            company_ids=stranger.ids,
        )
        for model in (
            'offer.subscription',
            'offer.subscription.line',
            'offer.billing.entry',
            'offer.subscription.event',
        ):
            self.assertFalse(self.env[model].with_user(user).search([]))
        with self.assertRaises(AccessError):
            self.subscription.with_user(user).bill('2027-02-01')
