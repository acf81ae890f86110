"""First invoice: what a quotation asks for first, and when: by itself, and by the first run that
bills what it starts ("what is shown is what is billed").
"""

import datetime
from dataclasses import dataclass

from odoo import models
from odoo.tools import format_amount, format_date

from ...tools.first import find_first_due
from ...tools.ledger import find_due
from .due_row import Due, DueRow


@dataclass(frozen=True)
class FirstInvoice:
    """In the currency of the order, with taxes.

    :param float once: what the order itself asks for
    :param float today: what of it is to be paid online to confirm; 0: nothing is
    :param float recurring: what the first run asks for
    :param untaxed: the same without taxes
    :param day: of that run; None: nothing is billed before something is delivered, if at all
    :param bool waits: something is billed only from its delivery on
    :param bool is_certain: the day is the same whenever it is confirmed
    """

    once: float = 0.0
    today: float = 0.0
    recurring: float = 0.0
    untaxed: float = 0.0
    day: datetime.date | None = None
    waits: bool = False
    is_certain: bool = True


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _get_offer_first_invoice(self, day=None, agreed=None):
        """
        :param datetime.date day: on which it is confirmed and the first run can be; None: today
        :param list agreed: what would start then, if it is known
        :rtype: FirstInvoice
        """
        self.ensure_one()
        day = day or self._get_offer_today()
        if self.offer_change_subscription_id:
            return FirstInvoice()
        if agreed is None:
            agreed = self._get_offer_agreed(self.order_line, day)
        starting = [it for it in agreed if not it.waits]
        found = [find_first_due(it.timeline) for it in starting]
        due = min(filter(None, found), default=None)
        run = due and max(due, day)
        total = untaxed = 0.0
        if run:
            total, untaxed = self._sum_offer_run(starting, run)
        return FirstInvoice(
            once=self._get_offer_one_time_total(),
            today=self._get_offer_due_today(),
            recurring=total,
            untaxed=untaxed,
            day=run,
            waits=len(starting) < len(agreed),
            is_certain=all(line._get_offer_agreed_start() for it in starting for line in it.lines),
        )

    def _get_offer_due_today(self):
        """:return: what is to be paid online to confirm the quotation, with taxes"""
        is_open = self.state in ('draft', 'sent') and self.require_payment
        return self._get_prepayment_required_amount() if is_open else 0.0

    def _sum_offer_run(self, agreed, day):
        """What the run of a day asks for, document by document.

        :param list agreed: see `_get_offer_agreed`
        :param datetime.date day: up to and including this day
        :return: with taxes, and without
        :rtype: tuple[float, float]
        """
        rows = [
            DueRow(
                line=it.lines[row.line],
                kind=row.kind,
                due=Due(row.first, row.last, row.period, row.due),
                quantity=float(row.content.quantity),
                price_unit=float(row.content.price),
                amount=float(row.amount),
                content=row.content,
            )
            for it in agreed
            for row in find_due(it.timeline, (), day)
        ]
        # sudo: whoever quotes need not be allowed to read subscriptions; nothing is written
        subscriptions_sudo = self.env['offer.subscription'].sudo()
        total = untaxed = 0.0
        for key, mine in subscriptions_sudo._group_due_rows(rows).items():
            totals = self._sum_offer_base_lines(
                [self._prepare_offer_base_line(row, key.position) for row in mine]
            )
            total += totals['total_amount_currency']
            untaxed += totals['base_amount_currency']
        return total, untaxed

    def _prepare_offer_base_line(self, row, position):
        """:param DueRow row: what would be due
        :param position: the fiscal position of its invoice
        :return: as `account.tax` has it
        """
        values = row.line._prepare_priced_values(row, position, 1)
        values['product_id'] = self.env['product.product'].browse(values['product_id'])
        values['product_uom_id'] = self.env['uom.uom'].browse(values['product_uom_id'])
        return self.env['account.tax']._prepare_base_line_for_taxes_computation(
            None,
            **values,
            partner_id=row.line.subscription_id.partner_invoice_id,
            currency_id=self.currency_id,
            rate=self.currency_rate,
        )

    # === BUSINESS METHODS: IN WORDS === #

    def _get_offer_first_invoice_texts(self, agreed=None):
        """:param list agreed: what would start today, if it is known
        :return: pairs of what is asked first, and how much, in words
        :rtype: list[tuple[str, str]]
        """
        if self.state not in ('draft', 'sent') or not self.order_line.offer_plan_id:
            return []
        first = self._get_offer_first_invoice(agreed=agreed)

        def amount_of(amount):
            return format_amount(self.env, amount, self.currency_id)

        texts = []
        if first.today:
            texts.append((self.env._('Due today'), amount_of(first.today)))
        rest = self.currency_id.round(first.once - first.today)
        if rest:
            texts.append((self.env._('First invoice, with the order'), amount_of(rest)))
        if first.day:
            label = self.env._('First invoice, on %s', format_date(self.env, first.day))
            if not first.is_certain:
                label = self.env._(
                    'First invoice, on %s at the earliest', format_date(self.env, first.day)
                )
            texts.append((label, amount_of(first.recurring)))
        return texts
