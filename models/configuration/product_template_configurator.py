"""Odoo's dialog of variants and optional products: what a Service costs there."""

from odoo import api, models
from odoo.tools import format_list


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    # === BUSINESS METHODS === #

    @api.model
    def _get_configurator_price(
        self, product_or_template, quantity, date, currency, pricelist, **kwargs
    ):
        """A Service has no price that could be added up with others: `price_info` says it."""
        if product_or_template.offer_kind == 'service':
            return 0.0, False
        return super()._get_configurator_price(
            product_or_template, quantity, date, currency, pricelist, **kwargs
        )

    @api.model
    def _get_additional_configurator_data(
        self, product_or_template, date, currency, pricelist, *, uom=None, **kwargs
    ):
        """Say what a Service costs, as it arrives on the order."""
        data = super()._get_additional_configurator_data(
            product_or_template, date, currency, pricelist, uom=uom, **kwargs
        )
        if product_or_template.offer_kind == 'service':
            order = self.env['sale.order'].new(
                {
                    'company_id': self.env.company.id,
                    'date_order': date,
                    'pricelist_id': pricelist.id,
                    'currency_id': currency.id,
                }
            )
            product = product_or_template
            if not product.is_product_variant:
                product = product.product_variant_id
            data['price_info'] = order._describe_offer_default(product)
        return data


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _describe_offer_default(self, product):
        """:param product: the variant of a Service
        :return: what it costs as it arrives on this order, in words
        """
        text = self.env._('Configured after adding')
        configurations = self.env['offer.configuration']
        if not product:
            return text
        configuration = configurations._default_configuration(product, order=self)
        preview = self.offer_preview(configuration)
        if preview['errors']:
            return text
        totals = preview['totals']
        parts = [(plan['amount'], plan['period']) for plan in totals['plans']]
        if totals['one_time']:
            parts.insert(0, (totals['one_time'], self.env._('once')))
        return format_list(
            self.env, [self._say_offer_amount(amount, period) for amount, period in parts]
        )
