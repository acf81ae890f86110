"""What was withdrawn from open quotations: nobody accepts it until it is quoted again."""

from odoo import fields, models
from odoo.fields import Command


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === CRUD METHODS === #

    def write(self, vals):
        """Let the configurator quote again what was withdrawn, if it is as of today."""
        lifted = []
        for command in vals.get('order_line') or []:
            if command[0] == Command.UPDATE and 'offer_withdrawn_reason' in command[2]:
                lifted.append(command[1])
        res = super().write(vals)
        lines = self.order_line.filtered(lambda line: line.id in lifted)
        for line in lines.filtered('offer_withdrawn_reason'):
            line._lift_withdrawal()
        return res

    # === BUSINESS METHODS === #

    def _get_offer_withdrawn_errors(self):
        """:return: what was withdrawn, and why, as sentences"""
        return [
            self.env._(
                '"%(item)s" was withdrawn: %(reason)s',
                item=line.product_id.with_context(display_default_code=False).display_name,
                reason=line.offer_withdrawn_reason,
            )
            for line in self.order_line.filtered('offer_withdrawn_reason')
        ]


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # No default: a new column of Odoo's own table stays NULL for what is there.
    offer_withdrawn_reason = fields.Char(
        string='Withdrawn',
        copy=False,
        help='Why the item was withdrawn from this quotation, as the customer reads it.',
    )

    # === CRUD METHODS === #

    def write(self, vals):
        """Take nobody's word for what may be accepted again."""
        return super().write(
            {name: value for name, value in vals.items() if name != 'offer_withdrawn_reason'}
        )

    # === BUSINESS METHODS === #

    def _write_withdrawn(self, reason):
        """Write what no call from outside writes."""
        return super().write({'offer_withdrawn_reason': reason})  # pylint: disable=super-method-mismatch

    def _withdraw_offer(self, reason):
        """Block open quotations that hold these lines, and say so on them.

        :param str reason: as the customer reads it
        """
        for order, lines in self.grouped('order_id').items():
            lines._write_withdrawn(reason)
            names = lines.product_id.with_context(display_default_code=False)
            order.message_post(
                body=self.env._(
                    '%(items)s: withdrawn from open quotations. %(reason)s Press "Update Prices",'
                    ' or leave it out.',
                    items=', '.join(names.mapped('display_name')),
                    reason=reason,
                )
            )

    def _is_offer_on_sale(self):
        """:return: whether the line's item can be ordered today"""
        product = self.product_id
        is_published = not product.offer_kind or product.offer_state == 'published'
        return product.active and product.sale_ok and is_published

    def _has_withdrawn_parts(self):
        """:return: whether something in the bundle of this line was withdrawn"""
        withdrawn = self.order_id.order_line.filtered('offer_withdrawn_reason')
        root = self._get_offer_root()._origin if withdrawn else None
        return any(root and line._get_offer_root()._origin == root for line in withdrawn)

    def _lift_withdrawal(self):
        """Let be accepted again what is allowed and priced as of today."""
        root = self._get_offer_root()
        bundle = root | root._get_offer_descendants()
        configurations = self.env['offer.configuration']
        errors = configurations._read_configuration(
            self.order_id, configurations._configuration_of(root)
        )[1]
        today = self.order_id.new(origin=self.order_id).order_line
        for line in today.filtered(lambda it: it._origin in bundle):
            price = line._get_offer_price_today()
            before = line._origin.price_unit
            is_same = price is not None and not line.currency_id.compare_amounts(price, before)
            errors += [] if is_same else [line]
        if not errors:
            bundle._write_withdrawn(False)
            root._note_offer_quoted()

    def _requote_withdrawn(self):
        """Price a bundle again of which something was withdrawn, and let it be accepted."""
        bundle = self | self._get_offer_descendants()
        if any(bundle.mapped('offer_withdrawn_reason')):
            for line in bundle:
                line._price_offer_today()
            bundle._write_withdrawn(False)
