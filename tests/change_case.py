"""A running subscription that is changed by a quotation."""

from odoo import fields

from .common import OfferLifeCommon


class OfferChangeCommon(OfferLifeCommon):
    def _quote_change(self, subscription, day='2027-03-11', **changes):
        """:param changes: what the configurator changes of the Service
        :return: the change quotation
        """
        order = subscription._create_change_order(fields.Date.to_date(day))
        line = order.order_line.filtered(
            lambda line: line.offer_kind == 'service' and not line.offer_option_id
        )
        configuration = self.env['offer.configuration']._configuration_of(line)
        configuration.update(changes)
        order.offer_add(configuration, line_id=line.id)
        return order

    def _change(self, subscription, **values):
        """As above, confirmed."""
        order = self._quote_change(subscription, **values)
        order.action_confirm()
        return order
