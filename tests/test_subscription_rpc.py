"""What runs is kept from another system: every act has an answer over XML-RPC, which knows no
None: a caller who gets an error for what was done would do it again.
"""

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestSubscriptionRPC(OfferLifeCommon, HttpCase):
    def test_each_act_has_an_answer(self):
        pending = self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'line_ids': [Command.create({'product_id': self.backup.id, 'price_unit': 9.5})],
            }
        )
        self.env.user.password = 'over-the-wire-1'
        line = pending.line_ids[0].id

        def call(method, *args):
            return self.xmlrpc_object.execute_kw(
                self.env.cr.dbname,
                self.env.uid,
                'over-the-wire-1',
                'offer.subscription',
                method,
                [pending.ids, *args],
            )

        self.assertIs(call('activate', '2027-01-01'), True)
        self.assertIs(call('change', '2027-02-01', [{'line_id': line, 'quantity': 5}]), True)
        self.assertIs(call('pause', '2027-05-01', '2027-05-31'), True)
        self.assertIs(call('pause', '2027-07-01'), True)
        self.assertIs(call('resume', '2027-08-01'), True)
        self.assertIs(call('waive', line, '2027-09-01', '2027-09-30', 'Outage'), True)
        act = pending.event_ids.filtered(lambda event: event.kind == 'waived')
        self.assertIs(call('withdraw', act.id), True)
        self.assertEqual(len(call('propose_transfer_prices', '2027-02-01', {})), 1)
        self.assertRegex(call('give_notice', '2027-02-01'), r'^\d{4}-\d\d-\d\d$')
        self.assertIs(call('withdraw_notice'), True)
        self.assertIs(call('end', '2027-12-31', 'Moved away'), True)
        heir = self.env['res.partner'].create({'name': 'Heir'})
        self.assertEqual(
            call('transfer', '2027-06-15', {'partner_id': heir.id}), pending.successor_ids.ids
        )
