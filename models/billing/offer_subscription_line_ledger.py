"""The invoice line of days that are charged or credited by the facts."""

from odoo import fields, models

from ...tools.amounts import HUNDRED, shortest_price, to_decimal


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS === #

    def _prepare_ledger_line_values(self, row, fiscal_position, sign):
        """Values of the invoice line for one row.

        :param DueRow row: of this line, with its content
        :param fiscal_position: of the invoice
        :param int sign: -1 on a credit note, whose quantities are positive
        """
        self.ensure_one()
        content, due = row.content, row.due
        quantity, discount, price = self._get_written_price(
            abs(to_decimal(row.amount)), content.quantity, content.discount
        )
        if row.quantity < 0:
            quantity = -quantity
        product = self.env['product.product'].browse(content.item)
        values = {
            'product_id': content.item,
            'name': self._get_ledger_text(row),
            'quantity': sign * quantity,
            'product_uom_id': content.unit,
            'price_unit': price,
            'discount': discount,
            **self._prepare_deferral_values(due),
            'offer_billing_entry_ids': [
                fields.Command.create(self._prepare_ledger_entry_values(row))
            ],
        }
        charged = self.env['offer.billing.entry'].browse(due.origin or []).invoice_line_id
        if charged:
            return {**values, **self._prepare_taken_back_values(row, charged, sign)}
        taxes = self._get_taxes_of(product)
        if self.analytic_distribution:
            values['analytic_distribution'] = self.analytic_distribution
        return {
            **values,
            'price_unit': product._get_tax_included_unit_price_from_price(
                price, product_taxes=taxes, fiscal_position=fiscal_position
            ),
            'tax_ids': [fields.Command.set(fiscal_position.map_tax(taxes).ids)],
        }

    def _get_written_price(self, amount, quantity, discount):
        """How an amount is written on an invoice line.

        :param Decimal amount: not less than 0
        :return: quantity, discount in percent and price per unit, which give the amount
        :rtype: tuple[float, float, float]
        """
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        shown = round(quantity, digits)
        rounding = to_decimal(self.currency_id.rounding)
        price = shortest_price(amount, shown, discount, rounding)
        if price is None:
            # no price of so few digits gives it
            return 1.0, 0.0, float(amount)
        return float(shown), float(discount), float(price)

    def _prepare_ledger_entry_values(self, row):
        due = row.due
        return {
            'subscription_line_id': self.id,
            'kind': row.kind,
            'date_from': due.first,
            'date_to': due.last,
            'origin_id': due.origin,
            **self.env['offer.billing.entry']._prepare_content_values(
                row.content, to_decimal(self.currency_id.rounding)
            ),
        }

    def _prepare_taken_back_values(self, row, charged, sign):
        """A credit repeats the invoice line that it takes back, also if people edited it, or taxes
        and accounts have changed since."""
        quantity, discount, price = self._get_written_price(
            abs(to_decimal(row.amount)),
            abs(to_decimal(charged.quantity)),
            to_decimal(charged.discount),
        )
        return {
            'product_id': charged.product_id.id,
            'product_uom_id': charged.product_uom_id.id,
            'quantity': -sign * quantity,
            'price_unit': price,
            'discount': discount,
            'tax_ids': [fields.Command.set(charged.tax_ids.ids)],
            'account_id': charged.account_id.id,
            'analytic_distribution': charged.analytic_distribution,
        }

    def _get_ledger_text(self, row):
        """:return: what, which days, and for a part of a period by which rule
        :rtype: str
        """
        content, due = row.content, row.due
        lang = self.subscription_id.partner_id.lang
        days = (self._format_day(day, lang) for day in (due.first, due.last))
        text = f'{row.text}\n{" – ".join(days)}'
        plan = self.subscription_id.plan_id.with_context(lang=lang)
        part = (due.last - due.first).days + 1
        rules = []
        if plan.proration != 'none' and part != due.period.days:
            rules.append(
                plan.env._(
                    '%(quantity)g × %(price)s %(period)s, %(part)s of %(days)s days',
                    quantity=content.quantity,
                    price=self.currency_id.format(float(content.price)),
                    period=plan._get_period_text(),
                    part=part,
                    days=due.period.days,
                )
            )
        if content.introductory != HUNDRED:
            rules.append(plan.env._('introductory price: %g %%', float(content.introductory)))
        return '\n'.join([text, ', '.join(rules)]) if rules else text
