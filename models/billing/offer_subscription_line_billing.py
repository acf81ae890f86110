"""What is due of a subscription line, and the invoice line that it becomes (design §5)."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.periods import ONE_DAY, period_index, period_of
from ...tools.proration import piece_price
from ...tools.reconciliation import due_charges, due_credits, next_due
from .due_row import DueRow


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS: DUE === #

    def _update_next_due(self, forward=False, charged=None):
        """Write the first day on which something can be due, on lines and subscriptions.

        :param bool forward: days were only added to what is settled: what lies before the hint
            needn't be read again
        :param dict charged: the last charged day of lines that were just charged for all that is
            due; days beyond it that are settled already only make the hint early
        """
        charged = charged or {}
        by_facts = self.filtered(lambda line: line.subscription_id._goes_by_facts())
        by_facts._update_hints()
        self -= by_facts
        settled = self.filtered(lambda line: line not in charged)._get_settled(forward)

        def get_day(line):
            if line in charged:
                terms, anchor, _first, last = line._get_entitlement()
                closing = line.subscription_id.date_end or None
                return next_due(terms, anchor, charged[line] + ONE_DAY, last, [], closing)
            return line._get_next_due(settled[line], forward)

        for day, lines in self.grouped(lambda line: get_day(line) or False).items():
            lines.filtered(lambda line, day=day: line.date_next_due != day).date_next_due = day
        self.subscription_id._update_next_due()

    def _get_next_due(self, settled, forward):
        subscription = self.subscription_id
        if subscription.state == 'pending' or not self.date_start:
            return None
        entitlement = terms, anchor, first, last = self._get_entitlement()
        if forward:
            first = self._get_open_since(entitlement)
        return next_due(terms, anchor, first, last, settled, subscription.date_end or None)

    def _get_open_since(self, entitlement=None):
        """:return: the first day that may not be settled: nothing is due before the hint, so no
        period that ended before it has a gap. The past of a long life is not read again.
        """
        terms, anchor, first, _last = entitlement or self._get_entitlement()
        if not self.date_next_due or not anchor:
            return first
        return max(first, period_of(terms, anchor, self.date_next_due - ONE_DAY).first)

    def _get_settled(self, forward=True):
        """What is settled of these lines.

        :param bool forward: without what can't matter, since it lies before the hint
        :rtype: dict[offer.subscription.line, list[Settled]]
        """
        domain = [('subscription_line_id', 'in', self.ids)]
        started = self.filtered('date_start')
        if forward and started:
            # days beyond an end may come back, however old they are
            # lines that begin, are counted and wait alike are open since the same day
            alike = {
                (
                    line.subscription_id.plan_id,
                    line.subscription_id.date_anchor,
                    line.date_start,
                    line.date_next_due,
                ): line
                for line in started
            }
            days = [line._get_open_since() for line in alike.values()]
            days += started.filtered('date_end').mapped('date_end')
            domain.append(('date_to', '>=', min(days)))
        found = self.env['offer.billing.entry'].search(domain).grouped('subscription_line_id')
        nothing = self.env['offer.billing.entry']
        return {line: found.get(line, nothing)._as_settled() for line in self}

    def _get_entitlement(self):
        """:return: terms, anchor, first and last entitled day (None: no end)"""
        self.ensure_one()
        subscription = self.subscription_id
        lasts = [*filter(None, (self.date_end, subscription._get_certain_end()))]
        return (
            subscription.plan_id._get_terms(),
            subscription.date_anchor,
            self.date_start,
            min(lasts, default=None),
        )

    def _get_due_rows(self, until, settled=None):
        """What is due of one line, oldest first: the difference of what the customer is entitled
        to and what is settled.

        :param datetime.date until: up to and including this day
        :param settled: what `_get_settled` gives for it, read for many lines at once
        :rtype: list[DueRow]
        """
        self.ensure_one()
        entitlement = terms, anchor, _first, last = self._get_entitlement()
        settled = self._get_settled()[self] if settled is None else settled
        first = self._get_open_since(entitlement)
        closing = self.subscription_id.date_end or None
        charges = due_charges(terms, anchor, first, last, settled, until, closing)
        credits = due_credits(terms, anchor, last, settled, until)
        return [self._prepare_due_row('credit', due) for due in credits] + [
            self._prepare_due_row('charge', due) for due in charges
        ]

    def _prepare_due_row(self, kind, due):
        quantity = -self.quantity if kind == 'credit' else self.quantity
        price_unit = self._get_piece_price(due.period, due.first, due.last)
        amount = self._get_amount(quantity, price_unit)
        return DueRow(self, kind, due, quantity, price_unit, amount)

    def _get_piece_price(self, period, first, last):
        """:return: price per unit of some days of a period, in the product's taxes"""
        price = self._get_period_price(period)
        if self.subscription_id.plan_id.proration == 'none':
            return price
        return float(piece_price(price, period, first, last, self.currency_id.rounding))

    def _get_period_price(self, period):
        """:return: price per unit of a whole period: less in the first ones, if that was agreed"""
        subscription = self.subscription_id
        if not subscription.intro_periods or not subscription.date_start:
            return self.price_unit
        terms, anchor = subscription.plan_id._get_terms(), subscription.date_anchor
        begun = period_index(terms, anchor, subscription.date_start)
        if period_index(terms, anchor, period.first) - begun >= subscription.intro_periods:
            return self.price_unit
        price = self.price_unit * subscription.intro_percent / 100
        return self.env['offer.price']._round(price, self.currency_id)

    # === BUSINESS METHODS: INVOICE LINES === #

    def _prepare_invoice_line_values(self, row, fiscal_position, sign):
        """Values of the invoice line for one due row.

        :param DueRow row: of this line
        :param fiscal_position: of the invoice
        :param int sign: -1 on a credit note, whose quantities are positive
        """
        self.ensure_one()
        if row.charge:
            return row.charge._prepare_invoice_line_values(row, fiscal_position, sign)
        if row.content:
            return self._prepare_ledger_line_values(row, fiscal_position, sign)
        due = row.due
        lang = self.subscription_id.partner_id.lang
        days = (self._format_day(day, lang) for day in (due.first, due.last))
        values = {
            'product_id': self.product_id.id,
            'name': f'{self.name}\n{" – ".join(days)}',
            'quantity': sign * row.quantity,
            'product_uom_id': self.product_uom_id.id,
            'discount': self.discount,
            **self._prepare_deferral_values(due),
            'offer_billing_entry_ids': [
                fields.Command.create(
                    {
                        'subscription_line_id': self.id,
                        'kind': row.kind,
                        'date_from': due.first,
                        'date_to': due.last,
                        'origin_id': due.origin,
                    }
                )
            ],
        }
        if row.kind == 'credit':
            return {**values, **self._prepare_credit_values(row)}
        taxes = self._get_taxes()
        price_unit = self.product_id._get_tax_included_unit_price_from_price(
            row.price_unit, product_taxes=taxes, fiscal_position=fiscal_position
        )
        if self.analytic_distribution:
            values['analytic_distribution'] = self.analytic_distribution
        values.update(
            price_unit=price_unit, tax_ids=[fields.Command.set(fiscal_position.map_tax(taxes).ids)]
        )
        return values

    def _format_day(self, day, lang):
        """:return: a day as a language writes it; invoices of a run name the same days again"""
        known = self.env.cr.cache.setdefault('sale_offer.days', {})
        if (day, lang) not in known:
            known[day, lang] = format_date(self.env, day, lang_code=lang)
        return known[day, lang]

    def _get_taxes(self):
        """:return: the product's own taxes in the company of the subscription
        :rtype: account.tax
        :raise UserError: if the only ones are archived
        """
        return self._get_taxes_of(self.product_id)

    def _get_taxes_of(self, product):
        """:return: an item's own taxes in the company of the subscription
        :rtype: account.tax
        :raise UserError: if the only ones are archived: nothing must be billed without taxes by
            accident
        """
        named = self._get_named_taxes(product)
        taxes = named.filtered('active')
        if named and not taxes:
            raise UserError(
                self.env._(
                    'The tax "%(tax)s" of "%(item)s" is archived: give the item another one.',
                    tax=named[0].name,
                    item=product.display_name,
                )
            )
        return taxes

    def _get_named_taxes(self, product):
        """:return: an item's own taxes in the company of the subscription, also archived ones
        :rtype: account.tax
        """
        # asked of the template: what a variant shows of it is cached as whoever asked first saw
        # it, without what is archived
        template = product.product_tmpl_id.with_context(active_test=False)
        return template.taxes_id._filter_taxes_by_company(self.company_id)

    def _prepare_deferral_values(self, due):
        """Days of service for the deferred revenues of Odoo Enterprise, where it is installed."""
        values = {'deferred_start_date': due.first, 'deferred_end_date': due.last}
        known = self.env['account.move.line']._fields
        return {name: value for name, value in values.items() if name in known}

    def _prepare_credit_values(self, row):
        """A credit repeats the invoice line that it takes back, also if taxes or accounts have
        changed since."""
        origin = self.env['offer.billing.entry'].browse(row.due.origin)
        charged = origin.invoice_line_id
        price_unit = row.price_unit
        full = origin._get_full_price()
        if self.currency_id.compare_amounts(charged.price_unit, full) and full:
            # the price was taken into other taxes then; the same share of it comes back
            price_unit = charged.price_unit * price_unit / full
        return {
            'price_unit': price_unit,
            'discount': charged.discount,
            'tax_ids': [fields.Command.set(charged.tax_ids.ids)],
            'account_id': charged.account_id.id,
            'analytic_distribution': charged.analytic_distribution,
        }
