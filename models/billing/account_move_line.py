from odoo import fields, models

from ...tools.amounts import HUNDRED, round_to, to_decimal
from ...tools.facts import ZERO


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    # not copied: the period stands in the entry, so a duplicate settles nothing
    offer_billing_entry_ids = fields.One2many(
        comodel_name='offer.billing.entry', inverse_name='invoice_line_id', copy=False
    )

    # === BUSINESS METHODS === #

    def _get_offer_left_to_credit(self, whole_move):
        """What credit notes, by hand or the engine's, have left of an invoice line.

        :param bool whole_move: of the whole invoice; else of its lines with the same item and
            text, since a credit note doesn't say which line it takes back
        :return: untaxed, in the currency of the invoice
        :rtype: float
        """
        self.ensure_one()
        move = self.move_id

        def same(line):
            return whole_move or (line.product_id == self.product_id and line.name == self.name)

        # what an invoice gives back beside it is no part of what it charges
        charged = move.invoice_line_ids.filtered(
            lambda line: same(line) and line.price_subtotal > 0
        )
        by_hand = move._get_offer_notes_by_hand().invoice_line_ids.filtered(same)
        engine = charged.offer_billing_entry_ids.credit_ids.filtered(
            lambda credit: not credit.is_void
        ).invoice_line_id
        taken = sum(by_hand.mapped('price_subtotal'))
        for line in engine:
            # a credit is a negative line of an invoice, or a positive one of a credit note
            sign = 1 if line.move_id.move_type == 'out_refund' else -1
            taken += sign * line.price_subtotal
        return sum(charged.mapped('price_subtotal')) - taken

    def _get_offer_booked(self, day):
        """What the line comes to in the books, less what credit notes by hand took back of it.

        :param datetime.date day: as of which day
        :return: in the currency of the company, more than 0 for revenue
        :rtype: Decimal
        """
        self.ensure_one()
        notes = self.move_id._get_offer_notes_by_hand().filtered(
            lambda note: note.state == 'posted' and note.date <= day
        )
        # a credit note doesn't say which line it takes back, see above
        alike, taken = (
            sum(
                to_decimal(line.balance)
                for line in moves.invoice_line_ids
                if line.product_id == self.product_id and line.name == self.name
            )
            for moves in (self.move_id, notes)
        )
        balance = to_decimal(self.balance)
        if not alike or not taken:
            return -balance
        rounding = to_decimal(self.company_currency_id.rounding)
        return -round_to(balance + taken * balance / alike, rounding)

    def _get_offer_amount(self):
        """:return: what the line charges: quantity × price less discount, in its own taxes
        :rtype: Decimal
        """
        self.ensure_one()
        # on a credit note what is charged is a negative line
        sign = -1 if self.move_id.move_type == 'out_refund' else 1
        factor = sign * (HUNDRED - to_decimal(self.discount)) / HUNDRED
        amount = to_decimal(self.quantity) * to_decimal(self.price_unit) * factor
        return round_to(amount, to_decimal(self.currency_id.rounding))

    def _get_offer_creditable(self, share, left):
        """:param Decimal share: that is to come back, in the line's own taxes
        :param dict left: what credit notes by hand have left of invoices and of their lines,
            untaxed; it is filled here, and what is granted goes off it
        :return: how much of the share is left
        :rtype: Decimal
        """
        move = self.move_id
        if share <= 0 or move.move_type != 'out_invoice' or not move._get_offer_notes_by_hand():
            return share
        whole, subtotal = self._get_offer_amount(), to_decimal(self.price_subtotal)
        if not whole or not subtotal:
            return ZERO
        keys = {move: True, (move, self.product_id, self.name): False}
        for key, whole_move in keys.items():
            if key not in left:
                left[key] = to_decimal(self._get_offer_left_to_credit(whole_move))
        # what is left is untaxed, the share is in the line's taxes
        most = max(ZERO, min(left[key] for key in keys)) * whole / subtotal
        granted = round_to(min(share, most), to_decimal(self.currency_id.rounding))
        for key in keys:
            left[key] -= granted * subtotal / whole
        return granted

    def _eligible_for_stock_account(self):
        """Keep what recurs out of the valuation of stock: a rented item is sold but once.

        Only `stock_account` asks, which is loaded before this addon where it is installed.
        """
        self.ensure_one()
        # sudo: entries are the engine's; an accountant posts
        return not self.sudo().offer_billing_entry_ids and super()._eligible_for_stock_account()

    # === CRUD METHODS === #

    def unlink(self):
        """Make the days of deleted lines due again."""
        if self:  # Odoo deletes nothing thousands of times
            # an accountant deletes a draft's line; its entry is the engine's
            self.sudo().offer_billing_entry_ids.unlink()
        return super().unlink()
