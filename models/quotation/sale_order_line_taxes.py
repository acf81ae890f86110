"""The price of a line in other taxes."""

from odoo import models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _follow_offer_taxes(self, taxes, price):
        """Keep what the line costs where its taxes have changed.

        :param account.tax taxes: which it had
        :param float price: per unit, in these taxes
        """
        self.ensure_one()
        if taxes == self.tax_ids:
            return
        own = self._get_offer_price_in_own_taxes(taxes, price)
        price = self.env['offer.price']._round(
            self._adapt_offer_price(own, self.tax_ids), self.currency_id
        )
        names = ['price_unit', 'technical_price_unit']
        by_hand = self.price_unit - self.technical_price_unit
        # the same price in other taxes is no price by hand, which a write would be
        with self.env.protecting([self._fields[name] for name in names], self):
            self.price_unit = price
            self.technical_price_unit = price - by_hand
        self.modified(names)

    def _get_offer_price_in_own_taxes(self, taxes, price):
        """:return: the price in the taxes of the item, from that in the taxes of an order
        :rtype: float
        """
        # taken at prices so high that the currency's rounding doesn't show
        low, high = (self._adapt_offer_price(it, taxes) for it in (1e6, 2e6))
        return 1e6 + (price - low) / ((high - low) / 1e6) if high != low else price

    def _adapt_offer_price(self, price, taxes):
        """:return: a price in the taxes of the item, in other taxes
        :rtype: float
        """
        return self.product_id._get_tax_included_unit_price_from_price(
            price,
            product_taxes=self._get_offer_product_taxes(),
            product_taxes_after_fp=taxes,
        )
