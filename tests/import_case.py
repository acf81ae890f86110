"""Running agreements that come in."""

from datetime import date

from odoo import Command

from .test_subscription_facts import FactsCommon

SHOWN = ('name', 'kind', 'date_from', 'date_to', 'date_due', 'quantity', 'price_unit', 'amount')


class ImportCommon(FactsCommon):
    """Two workplaces at 31.00 a month since 15 March 2024, billed elsewhere until 14 December
    2026, unless said."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['ir.default'].set('offer.subscription', 'company_id', cls.company.id)

    def _come_in(self, *lines, **values):
        lines = lines or ({},)
        return self.env['offer.subscription'].create(
            {
                'partner_id': self.customer.id,
                'plan_id': self.plan.id,
                'date_start': '2024-03-15',
                'line_ids': [
                    Command.create(
                        {
                            'product_id': self.workplace.id,
                            'quantity': 2,
                            'price_unit': 31,
                            'billed_until': '2026-12-14',
                            **line,
                        }
                    )
                    for line in lines
                ],
                **values,
            }
        )

    def _get_rows(self, subscription, until):
        return [[row[name] for name in SHOWN] for row in subscription.preview(until)]

    def _bill(self, subscription, day):
        """:return: what the invoices of a run come to, untaxed"""
        moves = subscription.bill(day)
        return round(sum(-move.direction_sign * move.amount_untaxed for move in moves), 3)

    def _assert_billed_as_shown(self, subscription, until):
        """That a preview of what is pending is what is billed after it was activated.

        :return: the amounts
        """
        before = self._get_rows(subscription, until)
        self.assertFalse(subscription.bill(until), 'nothing is billed before it is activated')
        subscription.action_start()
        self.assertEqual(self._get_rows(subscription, until), before)
        lines = subscription.bill(until).invoice_line_ids
        entries = lines.offer_billing_entry_ids
        billed = [(entry.date_from, entry.date_to) for entry in entries]
        shown = [(date.fromisoformat(row[2]), date.fromisoformat(row[3])) for row in before]
        self.assertEqual(sorted(billed), sorted(shown))
        amounts = [row[-1] for row in before]
        self.assertAlmostEqual(
            sum(line.price_subtotal * -line.move_id.direction_sign for line in lines), sum(amounts)
        )
        self.assertFalse(subscription.preview(until))
        return amounts
