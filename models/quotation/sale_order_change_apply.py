"""A change quotation is confirmed: what it says becomes one act of the subscription."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.periods import ONE_DAY


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
        if subscription_sudo._goes_by_facts():
            return self._agree_offer_change(subscription_sudo, rows, name)
        stays, moves, ends = self._sort_offer_change(subscription_sudo)
        day = self.offer_change_date
        drafts = subscription_sudo.line_ids._get_untouched_drafts()
        with subscription_sudo._recording('changed', day, name, sale_order_id=self.id) as found:
            subscription_sudo = subscription_sudo.with_context(offer_recording=True)
            with drafts._rebuilding_offer_drafts():
                self._apply_offer_stays(subscription_sudo, day, stays, ends)
                moved = self._move_offer_lines(subscription_sudo, day, moves)
            found += moved.with_context(offer_recording=False)
        return moved

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

    def _sort_offer_change(self, subscription):
        """:return: order lines that stay under the plan, those of other plans, and what ends"""
        lines = self.order_line.filtered(lambda line: line.offer_plan_id)
        stays = lines.filtered(
            lambda line: line.offer_plan_id == subscription.plan_id and line.product_uom_qty > 0
        )
        moves = (lines - stays).filtered(lambda line: line.product_uom_qty > 0)
        kept = (stays + moves)._get_offer_held()
        return stays, moves, self._get_offer_held_lines() - kept

    def _apply_offer_stays(self, subscription, day, stays, ends):
        changes = [(held, {'quantity': 0}) for held in ends]
        changes += [
            (
                line._get_offer_held(),
                line._prepare_offer_change_values(subscription),
            )
            for line in stays
            if line.offer_subscription_line_id
        ]
        if changes:
            subscription._change(day, changes)
        made = {}
        for line in stays.filtered(lambda line: not line.offer_subscription_line_id).sorted(
            'sequence'
        ):
            values = line._prepare_offer_subscription_line_values(day)
            parent = line._get_offer_service_line()
            above = made.get(parent) or parent._get_offer_held()
            values['parent_id'] = above._get_first().id if above else False
            values['date_end'] = subscription.date_end
            values['ends_with_subscription'] = bool(subscription.date_end)
            values['subscription_id'] = subscription.id
            made[line] = subscription.line_ids.create(values)

    def _move_offer_lines(self, subscription, day, moves):
        """Let what changes to another plan go on in a subscription of its own."""
        moved = subscription.browse()
        for plan in moves.offer_plan_id:
            mine = moves.filtered(lambda line, plan=plan: line.offer_plan_id == plan)
            held = mine._get_offer_held()
            held.date_end = day - ONE_DAY
            values = self._prepare_offer_subscription_values(plan, mine, day)
            # the same days of the month, whatever the plan (design §5)
            values['date_anchor'] = subscription.date_anchor
            new = subscription.create(values)
            self._hang_offer_lines(new.line_ids)
            for line in new.line_ids:
                before = line.sale_line_id._get_offer_held()
                if before:
                    line.write({'previous_line_id': before.id, 'first_id': before._get_first().id})
            new.activate(day)
            new.message_post(body=self.env._('It goes on from %s.', subscription._get_html_link()))
            moved += new
        running = subscription.line_ids.filtered(
            lambda line: not line.date_end or line.date_end >= day
        )
        if moved and not running:
            subscription.write(
                {
                    'date_end': day - ONE_DAY,
                    'end_reason': self.env._('It goes on as %s.', ', '.join(moved.mapped('name'))),
                }
            )
        return moved

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
