"""The invoice line of days that are charged or credited, or of a one-time amount."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ...tools.amounts import HUNDRED, shortest_price, to_decimal
from ...tools.ledger import CREDIT

MOST_DIGITS_SHOWN = 6


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS === #

    def _prepare_invoice_line_values(self, row, fiscal_position, sign):
        """Values of the invoice line for one row.

        :param DueRow row: of this line
        :param fiscal_position: of the invoice
        :param int sign: -1 on a credit note, whose quantities are positive
        """
        self.ensure_one()
        if row.charge:
            return row.charge._prepare_invoice_line_values(row, fiscal_position, sign)
        values = {
            'name': self._get_invoice_line_name(row),
            **self._prepare_deferral_values(row.due),
            'offer_billing_entry_ids': [fields.Command.create(self._prepare_entry_values(row))],
        }
        charged = self.env['offer.billing.entry'].browse(row.due.origin or []).invoice_line_id
        if charged:
            return {**values, **self._prepare_taken_back_values(row, charged, sign)}
        if self.analytic_distribution:
            values['analytic_distribution'] = self.analytic_distribution
        priced = self._prepare_priced_values(row, fiscal_position, sign)
        return {**values, **priced, 'tax_ids': [fields.Command.set(priced['tax_ids'].ids)]}

    def _prepare_priced_values(self, row, fiscal_position, sign):
        """What of an invoice line its amount depends on; the taxes as records.

        :param DueRow row: of this line, and no credit of an invoice line
        :param fiscal_position: of the invoice
        :param int sign: -1 on a credit note, whose quantities are positive
        :rtype: dict
        """
        content = row.content
        product = self.env['product.product'].browse(content.item)
        taxes = self._get_taxes_of(product)
        towards = -1 if row.kind == CREDIT else 1
        quantity, discount, price = self._get_written_price(
            towards * to_decimal(row.amount), content.quantity, content.discount
        )
        return {
            'product_id': content.item,
            'product_uom_id': content.unit,
            'quantity': sign * towards * quantity,
            'discount': discount,
            'price_unit': product._get_tax_included_unit_price_from_price(
                price, product_taxes=taxes, fiscal_position=fiscal_position
            ),
            'tax_ids': fiscal_position.map_tax(taxes),
        }

    def _get_written_price(self, amount, quantity, discount):
        """How an amount is written on an invoice line, which keeps only so many digits.

        :param Decimal amount: of the line
        :param Decimal quantity: not less than 0
        :param Decimal discount: in percent
        :return: quantity, discount in percent and price per unit, which give the amount
        :rtype: tuple[float, float, float]
        """
        digits = self.env['decimal.precision'].precision_get
        quantity = round(quantity, digits('Product Unit'))
        discount = round(discount, digits('Discount'))
        rounding = to_decimal(self.currency_id.rounding)
        price = shortest_price(abs(amount), quantity, discount, rounding)
        if price is None:
            # no price of so few digits gives it
            return 1.0, 0.0, float(amount)
        return float(quantity), float(discount), float(price.copy_sign(amount))

    def _prepare_entry_values(self, row):
        """:param DueRow row: of this line
        :return: values of the entry that settles its days
        :rtype: dict
        """
        entries = self.env['offer.billing.entry']
        return {
            'subscription_line_id': self.id,
            'kind': row.kind,
            'date_from': row.due.first,
            'date_to': row.due.last,
            'origin_id': row.due.origin,
            **entries._prepare_row_content(row),
        }

    def _prepare_taken_back_values(self, row, charged, sign):
        """A credit repeats the invoice line that it takes back, also if people edited it, or taxes
        and accounts have changed since.

        :param DueRow row: a credit
        :param charged: the invoice line
        :param int sign: -1 on a credit note, whose quantities are positive
        """
        quantity, discount, price = self._get_written_price(
            row.written, abs(to_decimal(charged.quantity)), to_decimal(charged.discount)
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

    def _get_invoice_line_name(self, row):
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
                    '%(quantity)s × %(price)s %(period)s, %(part)s of %(days)s days',
                    quantity=self._format_exactly(content.quantity, 0, lang),
                    price=self._format_exactly(
                        content.price, self.currency_id.decimal_places, lang
                    ),
                    period=plan._get_period_text(),
                    part=part,
                    days=due.period.days,
                )
            )
        if content.introductory != HUNDRED:
            percent = self._format_exactly(content.introductory, 0, lang)
            rules.append(plan.env._('introductory price: %s %%', percent))
        return '\n'.join([text, ', '.join(rules)]) if rules else text

    def _format_exactly(self, number, fewest, lang):
        """:param Decimal number: as it was agreed
        :param int fewest: digits after the point that are written at least
        :return: the number with all of its digits, as a language writes it
        :rtype: str
        """
        digits = max(fewest, min(-number.normalize().as_tuple().exponent, MOST_DIGITS_SHOWN))
        return formatLang(self.with_context(lang=lang).env, float(number), digits=digits)

    def _format_day(self, day, lang):
        """:return: a day as a language writes it; invoices of a run name the same days again"""
        known = self.env.cr.cache.setdefault('sale_offer.days', {})
        if (day, lang) not in known:
            known[day, lang] = format_date(self.env, day, lang_code=lang)
        return known[day, lang]

    # === BUSINESS METHODS: TAXES === #

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
