"""A Product is flat, on every path: what it can't have is refused on the records themselves."""

from odoo import api, models
from odoo.exceptions import ValidationError


class ProductTemplateAttributeLine(models.Model):
    _inherit = 'product.template.attribute.line'

    @api.constrains('product_tmpl_id', 'active')
    def _check_offer_product(self):
        for line in self.filtered('active'):
            if line.product_tmpl_id.offer_kind == 'product':
                raise ValidationError(
                    self.env._(
                        '"%s" is a Product, which has no variants: make it a Service first.',
                        line.product_tmpl_id.name,
                    )
                )


class ProductComboItem(models.Model):
    _inherit = 'product.combo.item'

    @api.constrains('product_id')
    def _check_offer(self):
        for item in self:
            if item.product_id.offer_kind:
                raise ValidationError(
                    self.env._(
                        '"%s" is an offer, which can\'t be an item of a combo: make it an option'
                        ' of a Service.',
                        item.product_id.name,
                    )
                )
