"""Who pays: one company is one payer, whoever of it ordered."""

from odoo.tests import tagged

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestPayers(OfferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env['res.partner']
        cls.firm = partners.create({'name': 'Berg AG', 'is_company': True})
        cls.clerk = partners.create(
            {'name': 'Clara Clerk', 'parent_id': cls.firm.id, 'email': 'clara@example.com'}
        )

    def _order_for(self, partner, **values):
        return self._subscribe({'partner_id': partner.id, **values}, options=[])

    def test_a_contacts_order_stands_on_its_companys_invoice(self):
        both = self._order_for(self.clerk) + self._order_for(self.firm)
        invoice = both.bill('2027-01-01')
        self.assertEqual((len(invoice), invoice.amount_untaxed), (1, 300.0))
        self.assertEqual(invoice.partner_id, self.firm)

    def test_what_is_created_without_an_order_goes_by_the_same_rule(self):
        line = {'quantity': 3, 'price_unit': 50.0}
        self.assertEqual(
            self._come_in(line, partner_id=self.clerk.id).partner_invoice_id, self.firm
        )

    def test_an_invoice_address_pays(self):
        books = self.firm.create({'name': 'Books', 'parent_id': self.firm.id, 'type': 'invoice'})
        for partner in (self.clerk, self.firm):
            self.assertEqual(self._order_for(partner).partner_invoice_id, books)

    def test_who_was_chosen_by_hand_pays(self):
        other = self.clerk.create({'name': 'Otto Other', 'parent_id': self.firm.id})
        chosen = self._order_for(self.clerk, partner_invoice_id=other.id)
        self.assertEqual(chosen.partner_invoice_id, other)

    def test_a_branch_that_is_a_company_pays_for_itself_and_its_people(self):
        branch = self.firm.create(
            {'name': 'Berg South', 'parent_id': self.firm.id, 'is_company': True}
        )
        person = self.firm.create({'name': 'Sue South', 'parent_id': branch.id})
        self.assertEqual(self._order_for(branch).partner_invoice_id, branch)
        self.assertEqual(self._order_for(person).partner_invoice_id, branch)
        named = self._order_for(branch, partner_invoice_id=self.firm.id)
        self.assertEqual(named.partner_invoice_id, self.firm)

    def test_private_persons_pay_as_before(self):
        parent = self.firm.create({'name': 'Pia Parent'})
        child = self.firm.create({'name': 'Carl Child', 'parent_id': parent.id})
        self.assertEqual(self._order_for(child).partner_invoice_id, child)

    def test_a_company_may_leave_it_to_contacts(self):
        self.company.offer_payer_policy = 'contact'
        self.assertEqual(self._order_for(self.clerk).partner_invoice_id, self.clerk)

    def test_a_changed_plan_keeps_who_pays(self):
        subscription = self._order_for(self.clerk, partner_invoice_id=self.partner_b.id)
        yearly = self._create_plan('Yearly', interval_unit='year')
        self._create_price(500.0, plan_id=yearly.id)
        self._create_price(100.0, plan_id=yearly.id, tier_id=self.gold.id)
        order = subscription._create_change_order(subscription._to_day('2027-03-01'))
        root = order.order_line.filtered(lambda line: line.offer_kind == 'service')
        order.offer_add(self._configuration(plan_id=yearly.id, options=[]), root.id)
        order.action_confirm()
        moved = order.offer_subscription_ids - subscription
        self.assertEqual(moved.partner_invoice_id, self.partner_b)

    def test_the_company_of_a_contact_that_takes_over_pays(self):
        subscription = self._order_for(self.partner_b)
        new = subscription.transfer('2027-02-01', {'partner_id': self.clerk.id})
        self.assertEqual((new.partner_id, new.partner_invoice_id), (self.clerk, self.firm))

    def _get_recipients(self, invoice):
        sending = self.env['account.move.send']
        template = invoice._get_mail_template()
        return sending._get_default_mail_partner_ids(invoice, template, 'en_US')

    def test_the_mail_goes_to_the_company_else_to_who_ordered(self):
        self.plan.invoice_handling = 'send'
        invoice = self._order_for(self.clerk).bill('2027-01-01')
        self.assertEqual(self._get_recipients(invoice), self.clerk)
        self.firm.email = 'books@example.com'
        self.assertEqual(self._get_recipients(invoice), self.firm)

    def test_what_is_not_ours_is_mailed_as_odoo_does(self):
        invoice = self.init_invoice('out_invoice', partner=self.firm, amounts=[10.0], post=True)
        self.assertFalse(self._get_recipients(invoice))
