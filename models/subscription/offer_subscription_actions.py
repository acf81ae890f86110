"""Buttons of a subscription: they open dialogs, or call what is public."""

from odoo import models
from odoo.exceptions import UserError


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === ACTION METHODS === #

    def action_view_invoices(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'account.action_move_out_invoice_type'
        )
        action['domain'] = [('id', 'in', self._get_invoices().ids)]
        action['context'] = {'create': False}
        return action

    def action_start(self):
        """Activate what is pending, from the day on that was agreed, or today."""
        self._activate(
            {
                subscription: subscription.date_start
                or self._get_company_today(subscription.company_id)
                for subscription in self
            }
        )

    def _get_act_action(self, act, name):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': name,
            'res_model': 'offer.subscription.act',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_subscription_id': self.id, 'default_act': act},
        }

    def action_activate(self):
        return self._get_act_action('activate', self.env._('Activate'))

    def action_change(self):
        return self._get_act_action('change', self.env._('Change'))

    def action_pause(self):
        return self._get_act_action('pause', self.env._('Pause'))

    def action_resume(self):
        return self._get_act_action('resume', self.env._('Resume'))

    def action_notice(self):
        return self._get_act_action('notice', self.env._('Notice'))

    def action_end(self):
        return self._get_act_action('end', self.env._('End'))

    def action_change_directly(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Change Directly'),
            'res_model': 'offer.direct.change',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_subscription_id': self.id},
        }

    def action_transfer(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Transfer'),
            'res_model': 'offer.transfer',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_subscription_id': self.id},
        }

    def action_view_successors(self):
        """Open what continues this one."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'sale_offer.offer_subscription_action'
        )
        found = self.successor_ids
        if len(found) == 1:
            return {**action, 'views': [(False, 'form')], 'res_id': found.id}
        return {**action, 'domain': [('id', 'in', found.ids)]}

    def action_view_change_orders(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('sale.action_quotations')
        return {
            **action,
            'domain': [('offer_change_subscription_id', '=', self.id)],
            'context': {'create': False},
        }

    def action_bill_today(self):
        """Bill what is due today."""
        self.ensure_one()
        moves = self.bill(self._get_company_today(self.company_id))
        if not moves:
            raise UserError(
                self.env._(
                    'Nothing is due: the next invoice is due on %s.', self.date_next_due or '—'
                )
            )
        return self.action_view_invoices()
