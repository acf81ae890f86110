"""Whose turn it is where something fails again and again: nobody waits for it for ever."""

import random
import time

from psycopg2.errors import DeadlockDetected

from odoo.tests import tagged, test_cursor

from odoo.addons.sale_offer.models.billing.offer_subscription_scheduler import _TroubleError

from .common import OfferCommon


@tagged('post_install', '-at_install')
class TestTurns(OfferCommon):
    def test_trouble_in_one_company_keeps_no_other(self):
        mine = self._agree_policies(1, minimum_term_count=0)
        other = self.env['res.company'].create({'name': 'Other'})
        subscriptions, billed = self.env.registry['offer.subscription'], []
        self.patch(
            subscriptions,
            '_get_companies_with',
            lambda _self, field, _day: mine.company_id + other
            if field.endswith('due')
            else other[:0],
        )

        def bill(_self, company, _day, _run):
            if company == mine.company_id:
                raise _TroubleError
            billed.append(company)
            return True

        self.patch(subscriptions, '_bill_company', bill)
        for turn in (0, 1):
            # whichever comes first
            turns = iter([turn, 1 - turn])
            self.patch(random, 'random', lambda turns=turns: next(turns))
            with self.assertRaises(_TroubleError):
                mine.sudo()._run_tasks('2027-01-01')
        self.assertEqual(billed, [other, other])

    def test_those_that_always_fail_are_not_always_first(self):
        found = self._agree_policies(1, minimum_term_count=0)
        partners = self.env['res.partner'].create([{'name': str(number)} for number in range(3)])
        for partner in partners:
            found |= self._subscribe({'partner_id': partner.id}, options=[])
        subscriptions, tried = self.env.registry['offer.subscription'], []

        def fail(_self, _company, payers, _day, _run):
            tried.append(payers)
            return 0, DeadlockDetected()

        self.patch(subscriptions, '_try_chunk', fail)
        self.env.flush_all()
        firsts = set()
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            for seed in range(8):
                random.seed(seed)
                tried.clear()
                self.env(cr=cr, su=True)['offer.subscription']._cron_bill('2027-01-01')
                firsts.add(tried[0][0])
        self.assertGreater(len(firsts), 1)

    def test_trouble_takes_no_more_time_than_there_is(self):
        found = self._agree_policies(1, minimum_term_count=0)
        found |= self._subscribe({'partner_id': self.partner_b.id}, options=[])
        tried, end = [], time.monotonic() + 1000

        def fail(_self, _company, payers, _day, _run):
            tried.append(payers)
            # as a statement that takes as long as it may
            self.patch(time, 'monotonic', lambda: end + 1)
            return 0, DeadlockDetected()

        self.patch(self.env.registry['offer.subscription'], '_try_chunk', fail)
        scheduled = found.sudo().with_context(cron_end_time=end)
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            scheduled = scheduled.with_env(self.env(cr=cr, su=True, context=scheduled.env.context))
            day = found._to_day('2027-01-01')
            runs = scheduled.env['offer.billing.run']
            self.assertFalse(scheduled._bill_company(scheduled.company_id, day, runs))
        self.assertEqual(len(tried), 1)

    def test_one_that_always_meets_trouble_keeps_none_of_its_batch(self):
        found = self._agree_policies(4, renewal_percent=0)
        unlucky = found[1]
        renew = self.env.registry['offer.subscription']._follow_term

        def follow(subscriptions, day):
            if unlucky.id in subscriptions.ids:
                raise DeadlockDetected
            return renew(subscriptions, day)

        self.patch(self.env.registry['offer.subscription'], '_follow_term', follow)
        rollbacks = []
        self.patch(test_cursor.TestCursor, 'rollback', lambda _cr: rollbacks.append(1))
        self._run_scheduler('2028-01-01', live=True)
        self.assertEqual((found - unlucky).mapped('renewals'), [1, 1, 1])
        self.assertFalse(unlucky.renewals)
        self.assertTrue(rollbacks)

    def test_what_cannot_be_said_keeps_nobody(self):
        broken, sound = self._agree_policies(2, renewal_percent=0)
        renew = self.env.registry['offer.subscription']._follow_term

        def follow(subscriptions, day):
            if broken.id in subscriptions.ids:
                raise ZeroDivisionError
            return renew(subscriptions, day)

        def post(*_args, **_kwargs):
            raise ValueError('no mail here')

        self.patch(self.env.registry['offer.subscription'], '_follow_term', follow)
        self.patch(self.env.registry['offer.subscription'], 'message_post', post)
        with self.assertLogs('odoo.addons.sale_offer', 'ERROR'):
            self._run_scheduler('2028-01-01', live=True)
        self.assertEqual((broken.renewals, sound.renewals), (0, 1))
        self.assertEqual(str(broken.date_calendar_failed), '2028-01-01')
