"""The recurring revenue that follows from the facts ("revenue is reconciled too")."""

from odoo import models

from ...tools.amounts import to_decimal
from ...tools.intervals import FOREVER, cut, day_after
from ...tools.terms import monthly
from .movement_history import MovementHistory


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _get_revenue_jumps(self, timeline):
        """What the monthly recurring revenue changes by, and when: what is delivered counts,
        whoever pays for it; a pause that is not billed is 0.

        :param Timeline timeline: of this subscription
        :return: untaxed, a month, in the subscription's currency, by Service and day
        :rtype: dict[tuple, float]
        """
        self.ensure_one()
        jumps = {}
        # sudo: revenue counts whatever the one who looks may see of the lines
        for line in self.sudo().line_ids.filtered(lambda line: line.id in timeline.keys):
            for first, last, service, mrr in line._get_revenue_runs(timeline):
                jumps[service, first] = jumps.get((service, first), 0.0) + mrr
                if last < FOREVER:
                    after = service, day_after(last)
                    jumps[after] = jumps.get(after, 0.0) - mrr
        return {key: jump for key, jump in jumps.items() if not self.currency_id.is_zero(jump)}

    def _get_monthly_revenue(self, product, content):
        """:param product: product.product that is delivered
        :param Content content: at what; before introductory prices
        :return: what it comes to a month, untaxed
        :rtype: float
        """
        plan = self.plan_id
        amount = float(content.get_amount(to_decimal(self.currency_id.rounding)))
        untaxed = self._get_untaxed(product, amount)
        mrr = float(monthly(untaxed, plan.interval_count, plan.interval_unit))
        return self.currency_id.round(mrr)

    def _get_untaxed(self, product, amount):
        """:param float amount: in the own taxes of an item
        :return: without those of them that the price includes
        :rtype: float
        """
        # sudo: whoever asks need not be allowed to read taxes
        taxes = product.sudo().taxes_id._filter_taxes_by_company(self.company_id)
        if not amount or not any(taxes.flatten_taxes_hierarchy().mapped('price_include')):
            return amount
        details = taxes.compute_all(amount, self.currency_id, product=product)
        return details['total_excluded']


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS === #

    def _get_revenue_runs(self, timeline):
        """:return: first and last day, Service and monthly revenue of what the line delivers"""
        subscription, root = self.subscription_id, self._get_root()
        above = timeline.get_spans(root.id)
        for span in timeline.get_spans(self.id):
            product = self.env['product.product'].browse(span.content.item)
            mrr = subscription._get_monthly_revenue(product, span.content)
            # a Service may get a new version while its components stay
            for first, last in cut(span.first, span.last, [over.first for over in above]):
                over = timeline.get_on(root.id, first)
                item = self.env['product.product'].browse(over.content.item)
                yield first, last, item.product_tmpl_id, mrr


class OfferSubscriptionEvent(models.Model):
    _inherit = 'offer.subscription.event'

    # === BUSINESS METHODS === #

    def _reconcile_revenue(self, joined=()):
        """Record what is missing between the revenue that the facts give and the movements that
        were recorded before, so that they add up however acts are nested.

        :param joined: other subscriptions that each of these acts concerns
        :return: by act, what the revenue of its own subscription and day changes by
        :rtype: dict
        """
        subscriptions = self.subscription_id.union(*joined)
        missing = self._get_missing_jumps(subscriptions)
        history, values, effects = MovementHistory(subscriptions), [], {}
        # as if they had been entered in the order of their days
        for act in self.sorted('date'):
            jumps = {
                (subscription, service, day): jump
                for subscription in [act.subscription_id, *joined]
                for (service, day), jump in missing[subscription].items()
            }
            values += history.make_movements(
                jumps, act.kind, act.date, {'name': act.name, 'act_id': act.id}
            )
            effects[act] = sum(
                jump
                for (subscription, _service, day), jump in jumps.items()
                if subscription == act.subscription_id and day == act.date
            )
        self.create(values)
        return effects

    def _get_missing_jumps(self, subscriptions):
        """:param subscriptions: offer.subscription
        :return: by subscription, what is missing by Service and day
        :rtype: dict
        """
        missing = {
            subscription: subscription._get_revenue_jumps(timeline)
            for subscription, timeline in subscriptions._get_timelines().items()
        }
        recorded = self._read_group(
            [('subscription_id', 'in', subscriptions.ids), ('mrr_change', '!=', 0)],
            ['subscription_id', 'service_id', 'date:day'],
            ['mrr_change:sum'],
        )
        for subscription, service, day, amount in recorded:
            jumps = missing[subscription]
            jumps[service, day] = jumps.get((service, day), 0.0) - amount
        return {
            subscription: {
                key: subscription.currency_id.round(jump)
                for key, jump in jumps.items()
                if not subscription.currency_id.is_zero(jump)
            }
            for subscription, jumps in missing.items()
        }

    def _withdraw_facts(self):
        """Delete the facts of this act; what was charged for it is credited."""
        self.ensure_one()
        for name in ('phase_ids', 'pause_ids', 'resume_ids', 'end_ids', 'waiver_ids'):
            self[name].unlink()
        for charge in self.charge_ids:
            charge._withdraw()
        for entered in ('offer.count', 'offer.revision.line'):
            self.env[entered]._note_withdrawn(self)
