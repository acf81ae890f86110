"""Three years of a customer, told as one story; every invoice is worked out by hand."""

from odoo.tests import tagged

from .common import OfferLifeCommon


@tagged('post_install', '-at_install')
class TestYears(OfferLifeCommon):
    def test_three_years_of_a_customer(self):
        self.plan.write({'notice_count': 1, 'renewal_count': 12, 'minimum_term_count': 12})
        subscription = self._live(date_start='2027-01-31')
        line = subscription.line_ids
        self._bills(subscription, ('2027-01-31', 80.0))
        # two more seats: 13 of 28 days, 74.29 (160.00 less 85.71) less 37.14 (80.00 less 42.86)
        subscription.change('2027-02-15', [{'line_id': line.id, 'quantity': 4}])
        self._bills(subscription, ('2027-02-15', 37.15), ('2027-02-28', 160.0))
        self._bills(subscription, ('2027-03-31', 160.0))
        # a level up, with the next period
        subscription.change(
            '2027-04-30', [{'line_id': line.id, 'tier_id': self.gold.id, 'price_unit': 50.0}]
        )
        self._bills(subscription, ('2027-04-30', 200.0), ('2027-05-31', 200.0))
        # 20 of 30 days come back (200.00 less 66.67); then 11 of 31 days (200.00 less 129.03)
        subscription.pause('2027-06-10')
        self._bills(subscription, ('2027-06-10', -133.33), ('2027-06-30', 0.0))
        subscription.resume('2027-07-20')
        self._bills(subscription, ('2027-07-20', 70.97), ('2027-07-31', 200.0))
        # a notice ends the minimum term; it is withdrawn
        self.assertEqual(str(subscription.give_notice('2027-09-01')), '2028-01-30')
        subscription.withdraw_notice()
        self._bills(subscription, ('2027-08-31', 200.0), ('2027-09-30', 200.0))
        self._revise('2027-10-31', 10.0)
        self._bills(subscription, ('2027-10-31', 220.0), ('2027-11-30', 220.0))
        self._bills(subscription, ('2027-12-31', 220.0))
        self._run_scheduler('2028-01-31', live=True)
        self.assertEqual(str(subscription.date_term_end), '2029-01-30')
        self._bills(
            subscription,
            *((f'2028-{month:02}-{day}', 220.0) for month, day in self._ends_of_2028()),
        )
        self.assertEqual(str(subscription.give_notice('2028-12-15')), '2029-01-30')
        self._bills(subscription, ('2028-12-31', 220.0), ('2029-01-31', 0.0))
        self._run_scheduler('2029-01-31')
        self.assertEqual(subscription.state, 'closed')
        self.assertFalse(subscription.preview('2035-12-31'))
        self.assertEqual(
            self._movements(subscription),
            [
                ('2027-01-31', 'activated', 'new', 80.0),
                ('2027-02-15', 'changed', 'expansion', 80.0),
                ('2027-04-30', 'changed', 'expansion', 40.0),
                ('2027-06-10', 'paused', 'contraction', -200.0),
                ('2027-07-20', 'resumed', 'reactivation', 200.0),
                ('2028-01-31', 'notice', 'churn', -200.0),
                ('2028-01-31', 'withdrawn', 'churn', 200.0),
                ('2027-10-31', 'revised', 'expansion', 20.0),
                ('2029-01-31', 'notice', 'churn', -220.0),
            ],
        )

    @staticmethod
    def _ends_of_2028():
        # billed from the 31st on, on the last day of shorter months
        days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30]
        return zip(range(1, 12), days, strict=True)

    def _revise(self, day, percent):
        revision = self.env['offer.revision'].create(
            {'name': 'Prices', 'product_id': self.workplace.id, 'date': day, 'percent': percent}
        )
        revision.action_find()
        revision.action_apply()
        self._run_job('ir_cron_revise')
        return revision
