"""The day on which a term is looked at next is early, never late, whatever happens between."""

import random

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OfferLifeCommon

LIVES = 20
STEPS = 25
OF_ORDER = ['sign', 'cancel', 'cancel', 'draft', 'send', 'delete', 'delete', 'remind']


class _RolledBackError(Exception):
    """Ends a trial."""


@tagged('post_install', '-at_install')
class TestTermHint(OfferLifeCommon):
    def _get_traces(self, subscription):
        order = subscription.renewal_order_id
        return (
            len(subscription.event_ids),
            subscription.renewals,
            subscription.date_end,
            (order.id, order.state, order.offer_is_reminded),
        )

    def _look_too_early(self, subscription, day):
        """:return: what a look on that day would leave, before and after it"""
        before = self._get_traces(subscription)
        try:
            with self.env.cr.savepoint():
                subscription._follow_term(day)
                after = self._get_traces(subscription)
                raise _RolledBackError
        except _RolledBackError:
            self.env.invalidate_all()
        return before, after

    def _act(self, chance, subscription, day):
        order, terms = subscription.renewal_order_id, subscription.sudo()
        acts = {
            'notice': lambda: subscription.give_notice(day),
            'withdrawn': subscription.withdraw_notice,
            'mode': lambda: terms.write({'renewal_mode': chance.choice(['auto', 'quote', 'end'])}),
            'count': lambda: terms.write({'renewal_count': chance.choice([1, 3, 6])}),
            'percent': lambda: terms.write({'renewal_percent': chance.choice([0.0, 4.0])}),
            'minimum': lambda: terms.write({'minimum_term_count': chance.choice([1, 12, 14])}),
            'announce': lambda: self.plan.write({'renewal_announce_days': chance.choice([5, 90])}),
            'quote': lambda: self.plan.write({'renewal_quote_days': chance.choice([10, 90])}),
            'remind': lambda: self.plan.write({'renewal_remind_days': chance.choice([2, 9])}),
            'sign': order.action_confirm,
            'cancel': order._action_cancel,
            'draft': order.action_draft,
            'send': order.action_quotation_sent,
            'delete': order.unlink,
            'transfer': lambda: subscription.transfer(day, {'partner_id': self.partner_b.id}),
        }
        names = OF_ORDER if order and chance.random() < 0.7 else [*acts]
        name = chance.choice(names)
        try:
            with self.env.cr.savepoint():
                result = acts[name]()
        except UserError:
            return subscription, None
        return (result if name == 'transfer' else subscription), name

    def test_nothing_becomes_of_a_term_before_it_is_looked_at(self):
        for seed in range(LIVES):
            chance = random.Random(seed)
            self.plan.write(
                {
                    'renewal_mode': chance.choice(['auto', 'quote', 'quote']),
                    'renewal_count': chance.choice([1, 6]),
                    'renewal_percent': chance.choice([0.0, 5.0]),
                }
            )
            subscription, day, acts = self._live(), fields.Date.to_date('2027-11-01'), []
            for _step in range(STEPS):
                day = fields.Date.add(day, days=chance.choice([1, 2, 9]))
                if chance.random() < 0.6:
                    subscription, name = self._act(chance, subscription, day)
                    acts.append((str(day), name))
                look = subscription.date_next_renewal
                if look and look <= day:
                    subscription._follow_term(day)
                    acts.append((str(day), 'looked'))
                else:
                    before, after = self._look_too_early(subscription, day)
                    self.assertEqual(before, after, (seed, acts, look, day))
