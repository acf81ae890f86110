"""What entries settled and what comes back: each is wholly live or wholly taken back."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.amounts import piece_amount, round_to, share_of, to_decimal
from ...tools.facts import Content
from ...tools.ledger import CREDIT, Entry, split_days
from ...tools.periods import Period
from .offer_billing_entry import SETTLING_KINDS


class OfferBillingEntry(models.Model):
    _inherit = 'offer.billing.entry'

    # === BUSINESS METHODS === #

    def _as_entry(self):
        """:rtype: Entry"""
        self.ensure_one()
        return Entry(
            self.id,
            self.subscription_line_id.id,
            self.date_from,
            self.date_to,
            self.kind,
            Content(
                self.product_id.id,
                self.product_uom_id.id,
                to_decimal(self.quantity),
                to_decimal(self.price_unit),
                to_decimal(self.discount),
                to_decimal(self.introductory_percent),
            ),
        )

    def _filter_settling(self):
        """:return: those whose days are settled: charged or billed externally, and neither
        credited nor void
        """
        return self.filtered(
            lambda entry: entry.kind in SETTLING_KINDS
            and not entry.is_taken_back
            and not entry.is_void
        )

    def _get_pulled_days(self):
        """:return: by line, the first day that has to be looked at again when these entries come
            or go
        :rtype: dict
        """
        days = {}
        for entry in self.filtered(lambda entry: entry.kind != 'one_time'):
            line = entry.subscription_line_id
            days[line] = min(entry.date_from, days.get(line) or entry.date_from)
        return days

    @api.model
    def _look_again(self, lines, days):
        """Bring the hints up to date where entries have come or gone.

        :param lines: offer.subscription.line
        :param dict days: see `_get_pulled_days`
        """
        pulled = lines.browse().union(*days)
        # a run that still counts on these entries must not commit beside it
        pulled.subscription_id._lock_for_act()
        pulled._pull_settled_to(days)
        (lines - pulled)._update_hints()

    @api.model
    def _settle_nothing(self, groups):
        """Settle without an invoice what would take nothing back, and days of which every row of
        an invoice is nothing.

        :param dict groups: see `offer.subscription._group_due_rows`
        :return: the others
        :rtype: dict
        """
        shown, values = {}, []
        for key, rows in groups.items():
            is_shown = not all(row.is_nothing for row in rows)
            for row in rows:
                if is_shown and not (row.is_nothing and row.kind == CREDIT):
                    shown.setdefault(key, []).append(row)
                else:
                    values.append(row.line._prepare_entry_values(row))
        self.create(values)
        return shown

    def _split(self, taken):
        """Split these days where some of them are taken back, and mark those.

        :param taken: pairs of first and last day
        :return: the parts that are taken back, by first day
        :rtype: dict
        """
        self.ensure_one()
        parts, entry, found = split_days(self.date_from, self.date_to, taken), self, {}
        for first, last, is_taken in parts:
            values = {'date_from': first, 'date_to': last, 'is_taken_back': is_taken}
            if entry:
                entry.write(values)
                # the database's guard must see the days free before others take them
                entry.flush_recordset()
                made, entry = entry, None
            else:
                made = self.copy(values)
            if is_taken:
                found[first] = made
        self.env.flush_all()
        return found

    def _check_origins_as_credited(self):
        """Credits may be put back while what they take back has exactly their days, and is live.

        :raise UserError: if it was credited or billed again meanwhile
        """
        for credit in self.filtered('origin_id'):
            origin = credit.origin_id
            days = (credit.date_from, credit.date_to)
            if origin.is_taken_back or origin.is_void or (origin.date_from, origin.date_to) != days:
                raise UserError(
                    self.env._(
                        'The days of "%(line)s" from %(first)s on have been credited or billed'
                        ' again meanwhile: this document stays cancelled.',
                        line=origin.subscription_line_id.display_name,
                        first=format_date(self.env, credit.date_from),
                    )
                )

    def _take_back_again(self):
        """Let credits that are put back take these charges back."""
        self.is_taken_back = True
        self.flush_recordset(['is_taken_back'])

    def _check_origins_free(self):
        """:raise UserError: if days that these credits took back are billed again elsewhere"""
        credits = self.filtered(lambda entry: entry.origin_id and not entry.is_void)
        for origin in credits.origin_id - self:
            again = origin.subscription_line_id.billing_entry_ids._filter_settling().filtered(
                lambda entry, origin=origin: entry.date_from <= origin.date_to
                and origin.date_from <= entry.date_to
            )
            if again - self - origin:
                raise UserError(
                    self.env._(
                        'The days that this credit takes back have been billed again'
                        ' (%s): cancel that first.',
                        ', '.join((again - self - origin).move_id.mapped('display_name')),
                    )
                )

    def _get_agreed_amount(self, timeline, first=None, last=None):
        """What days of this entry came to as agreed, piece by piece of its periods.

        :rtype: Decimal
        """
        entry = self._as_entry()
        return timeline.get_content_amount(
            entry.content, first or self.date_from, last or self.date_to
        )

    def _get_credit_amounts(self, timeline, row, left):
        """What comes back of the invoice line of this entry: the share that the days had of what
        was invoiced, also where people edited it, and never more than is left.

        :param Timeline timeline: of the subscription
        :param Row row: days of this entry
        :param dict left: see `account.move.line._get_offer_creditable`
        :return: the amount of the row (a credit: less than 0) in the own taxes of the price, and
            what comes back in those of the invoice line, or None if there is none
        :rtype: tuple[Decimal, Decimal | None]
        """
        self.ensure_one()
        charged = self.invoice_line_id
        if not charged:
            return -self._get_agreed_amount(timeline, row.first, row.last), None
        weights, index = self._get_weights(timeline, row)
        rounding = timeline.facts.rounding
        share = share_of(charged._get_offer_amount(), weights, index, rounding)
        written = charged._get_offer_creditable(share, left)
        factor = self._get_tax_factor(charged, sum(weights))
        return -(written if factor == 1 else round_to(written * factor, rounding)), written

    def _get_weights(self, timeline, row):
        """:return: what each part of the invoice line of this entry came to as agreed, and the
            place of the row's days among them
        :rtype: tuple[list[Decimal], int]
        """
        parts, index = [], 0
        for entry in self.invoice_line_id.offer_billing_entry_ids.sorted('date_from'):
            if entry != self:
                parts.append((entry, entry.date_from, entry.date_to))
                continue
            days = split_days(entry.date_from, entry.date_to, [(row.first, row.last)])
            index = len(parts) + [is_taken for _first, _last, is_taken in days].index(True)
            parts += [(entry, first, last) for first, last, _is_taken in days]
        weights = [entry._get_agreed_amount(timeline, *days) for entry, *days in parts]
        if not any(weights):
            # it was agreed for nothing, and somebody charged it all the same
            weights = [to_decimal((last - first).days + 1) for _entry, first, last in parts]
        return weights, index

    def _get_booked_part(self, timeline, first, last, day):
        """What some days of this entry have of what its invoice line comes to in the books.

        :param Timeline timeline: of the subscription
        :param datetime.date first: first day
        :param datetime.date last: last day; in full a charged period counts by its days
        :param datetime.date day: credit notes by hand that were in the books on it are off
        :return: in the currency of the company, more than 0 for a charge
        :rtype: Decimal
        """
        self.ensure_one()
        booked, whole = self.invoice_line_id, Period(self.date_from, self.date_to)
        rounding = to_decimal(booked.company_currency_id.rounding)
        is_full = timeline.facts.terms.proration == 'none'
        weights, index = self._get_weights(timeline, whole if is_full else Period(first, last))
        part = share_of(booked._get_offer_booked(day), weights, index, rounding)
        return piece_amount(part, whole, first, last, rounding) if is_full else part

    def _get_tax_factor(self, charged, agreed):
        """:param charged: an invoice line, whose taxes may be others than those of the price
        :param Decimal agreed: what it came to, in the own taxes of the price
        :return: by which an amount of the invoice line becomes one in the taxes of the price
        :rtype: Decimal
        """
        product = self.product_id
        own = self.subscription_line_id._get_named_taxes(product)
        adapted = own._adapt_price_unit_to_another_taxes(
            float(agreed), product, own, charged.tax_ids
        )
        return agreed / to_decimal(adapted) if adapted else to_decimal(1)
