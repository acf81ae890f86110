from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    # not copied: the period stands in the entry, so a duplicate settles nothing (design §5)
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

        charged = move.invoice_line_ids.filtered(same)
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
