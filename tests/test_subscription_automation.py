"""What a Service does by itself, after the change is committed."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestAutomation(OfferLifeCommon):
    def _get_automated(self, subscription):
        """:return: how far it is, of each event that has something to do"""
        return [*filter(None, subscription.event_ids.mapped('automation_state'))]

    def _automate(self, **values):
        return self.env['offer.automation'].create(
            {'product_tmpl_id': self.workplace.product_tmpl_id.id, **values}
        )

    def test_an_activity_for_a_role_a_mail_and_an_action(self):
        role = self.env['offer.role'].create({'name': 'Engineer'})
        self.env['offer.role.assignment'].create(
            {
                'role_id': role.id,
                'person_id': self.accountant.partner_id.id,
                'partner_id': self.customer.id,
            }
        )
        self._automate(
            activity_type_id=self.env.ref('mail.mail_activity_data_todo').id,
            activity_summary='Set it up',
            role_id=role.id,
        )
        mail = self.env['mail.template'].create(
            {
                'name': 'Welcome',
                'model_id': self.env['ir.model']._get_id('offer.subscription'),
                'subject': 'Welcome',
                'body_html': '<p>Hello</p>',
                'partner_to': '{{ object.partner_id.id }}',
                'use_default_to': False,
            }
        )
        self._automate(action='mail', mail_template_id=mail.id)
        server = self.env['ir.actions.server'].create(
            {
                'name': 'Note',
                'model_id': self.env['ir.model']._get_id('offer.subscription'),
                'state': 'code',
                'code': "record.write({'client_order_ref': 'automatic'})",
            }
        )
        self._automate(action='server', server_action_id=server.id)
        subscription = self._live()
        # not before the change is committed
        self.assertFalse(subscription.activity_ids)
        self.assertEqual(self._get_automated(subscription), ['pending'])
        self._run_job('ir_cron_automate')
        self.assertEqual(self._get_automated(subscription), ['done'])
        activity = subscription.activity_ids
        self.assertEqual((activity.summary, activity.user_id), ('Set it up', self.accountant))
        self.assertTrue(subscription.message_ids.filtered(lambda m: m.subject == 'Welcome'))
        self.assertEqual(subscription.client_order_ref, 'automatic')
        self._run_job('ir_cron_automate')
        self.assertEqual(len(subscription.activity_ids), 1)

    @mute_logger('odoo.addons.sale_offer.models.subscription.offer_subscription_automation')
    def test_one_that_fails_is_said_and_blocks_nothing(self):
        server = self.env['ir.actions.server'].create(
            {
                'name': 'Broken',
                'model_id': self.env['ir.model']._get_id('offer.subscription.event'),
                'state': 'code',
                'code': 'raise UserError("the network is down")',
            }
        )
        self._automate(action='server', server_action_id=server.id)
        self._automate(activity_type_id=self.env.ref('mail.mail_activity_data_todo').id)
        subscription = self._live()
        self._run_job('ir_cron_automate')
        self.assertEqual(self._get_automated(subscription), ['failed'])
        self.assertIn('network is down', subscription.message_ids[0].body)
        self.assertTrue(subscription.activity_ids)
        self.assertTrue(subscription.bill('2027-01-01'))

    def test_what_happens_is_named(self):
        self._assert_refused('Say which activity', lambda: self._automate(action='mail'))

    def test_odoos_own_automation_sees_events(self):
        # ordinary records, with what rules can be made of
        event = self._get_acts(self._live())
        self.assertEqual(
            (event.kind, event.service_id), ('activated', self.workplace.product_tmpl_id)
        )
        self._assert_refused('not deleted', event.sudo().unlink)
        with self.assertRaises(AccessError):
            event.with_user(self.accountant).write({'mrr_change': 5})

    def test_copies_of_a_service_act_alike(self):
        self._automate(activity_type_id=self.env.ref('mail.mail_activity_data_todo').id)
        copy = self.workplace.product_tmpl_id.copy()
        self.assertEqual(len(copy.offer_automation_ids), 1)
