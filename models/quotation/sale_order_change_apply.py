"""A change quotation is confirmed: what it says becomes one act of the subscription."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS: CONFIRMATION === #

    def _create_offer_subscriptions(self):
        """Apply a change instead of starting anew."""
        if not self.offer_change_subscription_id:
            return super()._create_offer_subscriptions()
        return self._apply_offer_change()

    def _apply_offer_change(self):
        """Make of the subscription what stands on the quotation.

        :return: a subscription that was started for another plan, if any
        """
        self.ensure_one()
        subscription_sudo = self._get_offer_changed().with_company(self.company_id)
        # of two who confirm two quotations at once the second finds what the first has done
        subscription_sudo.lock_for_update()
        errors = self._get_offer_change_errors()
        if errors:
            raise UserError('\n'.join(errors))
        if self.offer_is_renewal:
            subscription_sudo._renew_for_a_term(self)
        rows = self._get_offer_change_rows()
        name = self._get_offer_change_name(rows)
        return self._agree_offer_change(subscription_sudo, rows, name)

    def _get_offer_change_name(self, rows):
        """:return: what is confirmed, in words"""
        texts = [self._describe_offer_change(row) for row in rows if row.is_changed]
        return self.env._(
            'Changed by %(order)s from %(day)s on: %(changes)s',
            order=self.name,
            day=format_date(self.env, self.offer_change_date),
            changes='; '.join(texts) or self.env._('nothing'),
        )

    def _agree_offer_change(self, subscription, rows, name):
        """Let all that is quoted be one act: what stays under the plan, and what goes on under
        another one in a subscription of its own.

        :param subscription: that is changed, in sudo
        :param list rows: see `_get_offer_change_rows`
        :param str name: what happens, in words
        :return: subscriptions that were started, if any
        """
        day, changes = self.offer_change_date, self._get_offer_changes(rows)
        moves = self._get_offer_moves()
        if not moves:
            subscription._agree_change(day, changes, name=name, sale_order_id=self.id)
            return subscription.browse()
        with subscription._moving(day, changes, name, sale_order_id=self.id) as (act, moved):
            for plan, mine in moves.grouped('offer_plan_id').items():
                values = self._prepare_offer_subscription_values(plan, mine, day)
                moved.append(subscription._go_on_under(act, values))
        return subscription.union(*moved) - subscription

    def _get_offer_moves(self):
        """:return: lines that go on, or begin, under another plan
        :rtype: sale.order.line
        """
        plan = self._get_offer_changed().plan_id
        return self.order_line.filtered(
            lambda line: line.offer_plan_id not in (plan, plan.browse())
            and line.product_uom_qty > 0
        )

    def _action_cancel(self):
        """Keep a change that was applied: it is changed back by another."""
        applied = self.filtered(
            lambda order: order.offer_change_subscription_id and order.state == 'sale'
        )
        if applied:
            raise UserError(
                self.env._(
                    '%(order)s has changed %(subscription)s: change that back instead of'
                    ' cancelling.',
                    order=applied[0].name,
                    subscription=applied[0]._get_offer_changed().name,
                )
            )
        return super()._action_cancel()
