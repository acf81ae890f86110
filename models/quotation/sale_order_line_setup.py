"""The setup fee of what is ordered, and that everything on a quotation is sold as it stands."""

import uuid

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..configuration.marks import CONFIGURING, SAVING


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_setup(self):
        if CONFIGURING.is_on(self):
            return
        for line in self.filtered('offer_is_setup'):
            service = line._get_offer_service_line()
            if service and service not in self and service.state in ('draft', 'sent'):
                raise UserError(
                    self.env._(
                        'The setup fee belongs to "%s". To waive it, set its price to 0 if you may'
                        ' set prices.',
                        service.product_id.display_name,
                    )
                )

    # === BUSINESS METHODS === #

    def _is_offer_priced(self):
        """:return: whether it is configured, and priced by the price function"""
        self.ensure_one()
        return bool(self.offer_plan_id or self.offer_option_id or self._get_offer_parts())

    def _get_offer_edited(self):
        """:return: what the price function prices and does not stand as it was quoted"""
        roots = self.filtered(lambda line: not line._is_offer_part() and line._is_offer_priced())
        edited = roots.filtered(lambda line: not line._is_offer_as_quoted())
        lines = edited.union(*(line._get_offer_descendants() for line in edited))
        return lines.filtered(lambda line: not line.offer_is_setup)

    def _follow_offer_price(self):
        """Let the setup fees follow what was changed on a quotation.

        :raise UserError: if something on it is not sold any more as it stands now
        """
        lines = self.union(*(line._get_offer_descendants() for line in self))
        lines = lines.filtered(lambda line: line.state in ('draft', 'sent'))
        priced = lines.filtered(lambda line: not line.offer_is_setup and line._is_offer_priced())
        priced.filtered('product_uom_qty')._check_offer_sold()
        if not SAVING.is_on(self):
            priced._follow_offer_setup()

    def _follow_offer_setup(self):
        """Add the setup fees that are due, and remove those that aren't."""
        values = []
        for line in self:
            fee = line._get_offer_parts().filtered('offer_is_setup')
            is_due = line._is_offer_setup_due()
            if is_due and not fee:
                line.virtual_id = line.virtual_id or str(uuid.uuid4())
                values.append({'order_id': line.order_id.id, **line._prepare_offer_setup_values()})
            # of two doors that add it one is enough
            gone = fee[1:] if is_due else fee
            CONFIGURING.on(gone).unlink()
        CONFIGURING.on(self).create(values)

    def _get_offer_setup_commands(self):
        """As :meth:`_follow_offer_setup`, for lines that may not be saved.

        :return: commands for the lines of the order
        """
        commands = []
        for line in self:
            fee = line._get_offer_parts().filtered('offer_is_setup')
            is_due = line._is_offer_setup_due()
            if is_due and not fee:
                line.virtual_id = line.virtual_id or str(uuid.uuid4())
                commands.append(Command.create(line._prepare_offer_setup_values()))
            elif fee and not is_due:
                commands += [Command.delete(each.id) for each in fee]
        return commands

    def _is_offer_setup_due(self):
        """:return: whether a setup fee stands beside its price; what continues was set up"""
        self.ensure_one()
        if self._get_offer_held() or not self.product_uom_qty:
            return False
        price = self._get_offer_list_price()
        return bool(price and price.is_sold and price.setup)

    def _prepare_offer_setup_values(self):
        product = self.company_id._get_offer_setup_product()
        return {
            'product_id': product.id,
            'product_uom_qty': 1.0,
            'product_uom_id': product.uom_id.id,
            'offer_is_setup': True,
            'sequence': self.sequence,
            'virtual_id': str(uuid.uuid4()),
            'linked_line_id': self._origin.id,
            'linked_virtual_id': self.virtual_id,
        }


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _recompute_prices(self):
        """Let setup fees follow today's prices too; refuse what is not sold any more."""
        res = super()._recompute_prices()
        for order in self:
            lines = order.order_line.filtered(
                lambda line: line.offer_kind == 'service' and not line.offer_option_id
            )
            lines._follow_offer_price()
        return res
