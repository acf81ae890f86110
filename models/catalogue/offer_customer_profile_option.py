from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OfferCustomerProfileOption(models.Model):
    _name = 'offer.customer.profile.option'
    _description = 'Option as One Customer Gets It'
    _order = 'profile_id, id'

    _option_once = models.UniqueIndex(
        '(profile_id, option_id)', 'A profile names each option once: change that row.'
    )
    _quantities_not_negative = models.Constraint(
        'CHECK (quantity >= 0 AND min_quantity >= 0)', 'Quantities are 0 or more.'
    )

    profile_id = fields.Many2one(
        comodel_name='offer.customer.profile', required=True, index=True, ondelete='cascade'
    )
    product_tmpl_id = fields.Many2one(related='profile_id.product_tmpl_id')
    option_id = fields.Many2one(
        comodel_name='offer.option',
        required=True,
        index=True,
        ondelete='cascade',
        domain="[('product_tmpl_id', '=', product_tmpl_id)]",
    )
    is_preset = fields.Boolean(string='Preset')
    quantity = fields.Float(
        string='Preset Quantity', digits='Product Unit', help="0: the option's own."
    )
    min_quantity = fields.Float(string='Least Quantity', digits='Product Unit')

    # === CONSTRAINT METHODS === #

    @api.constrains('profile_id', 'option_id')
    def _check_option(self):
        for row in self:
            if row.option_id.product_tmpl_id != row.profile_id.product_tmpl_id:
                raise ValidationError(
                    self.env._(
                        '"%(option)s" is no option of "%(service)s".',
                        option=row.option_id.display_name,
                        service=row.profile_id.product_tmpl_id.name,
                    )
                )
