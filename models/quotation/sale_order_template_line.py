from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SaleOrderTemplateLine(models.Model):
    _inherit = 'sale.order.template.line'

    offer_kind = fields.Selection(related='product_id.offer_kind', string='Offer')
    offer_configuration = fields.Json(
        string='Configuration',
        help='As what the Service arrives on the quotation. Empty: as its default.',
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('offer_configuration', 'product_id')
    def _check_offer_configuration(self):
        for line in self.filtered('offer_configuration'):
            configuration = line.offer_configuration
            if (
                not isinstance(configuration, dict)
                or configuration.get('product_id') != line.product_id.id
            ):
                raise ValidationError(
                    self.env._(
                        'The configuration is not one of "%s": configure it anew.',
                        line.product_id.display_name,
                    )
                )

    # === ONCHANGE METHODS === #

    @api.onchange('product_id')
    def _onchange_offer_product_id(self):
        self.offer_configuration = False

    # === BUSINESS METHODS === #

    def _prepare_order_line_values(self):
        """Hand the configuration over, in the quantity of the template."""
        values = super()._prepare_order_line_values()
        if self.offer_kind == 'service' and self.offer_configuration:
            values['offer_configuration'] = {
                **self.offer_configuration,
                'quantity': self.product_uom_qty,
                # the day for which the template was written is nobody's start
                'date_start': False,
            }
        return values
