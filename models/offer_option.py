from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OfferOption(models.Model):
    _name = 'offer.option'
    _description = 'Option of a Service'
    _order = 'sequence, id'
    _rec_name = 'product_id'

    _quantities_positive = models.Constraint(
        'CHECK (quantity > 0 AND min_quantity >= 0 AND max_quantity >= 0)',
        'The quantity of an option is more than 0.',
    )

    group_id = fields.Many2one(
        comodel_name='offer.option.group', required=True, index=True, ondelete='cascade'
    )
    product_tmpl_id = fields.Many2one(
        related='group_id.product_tmpl_id', string='Service', store=True, index=True
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    product_id = fields.Many2one(
        comodel_name='product.product',
        string='Item',
        required=True,
        index=True,
        ondelete='restrict',
        domain=[('sale_ok', '=', True), ('type', '!=', 'combo')],
    )
    is_required = fields.Boolean(string='Required')
    is_default = fields.Boolean(string='Preset')
    quantity_mode = fields.Selection(
        selection=[
            ('fixed', 'Fixed'),
            ('per_unit', 'Per unit of the Service'),
            ('free', 'Chosen'),
        ],
        string='Quantity Is',
        default='fixed',
        required=True,
    )
    quantity = fields.Float(default=1.0, digits='Product Unit', required=True)
    min_quantity = fields.Float(string='From', digits='Product Unit')
    max_quantity = fields.Float(string='To', digits='Product Unit', help='0: any quantity.')
    is_recurring = fields.Boolean(
        string='Recurring', help="Billed under the Service's plan, instead of once."
    )
    price_mode = fields.Selection(
        selection=[
            ('included', 'Included'),
            ('own', "The item's own price"),
            ('priced', 'Price of the option'),
        ],
        string='Price',
        default='own',
        required=True,
        help='Price of the option: a row of the Service’s prices that names this option.',
    )

    # === COMPUTE METHODS === #

    @api.depends('product_id')
    def _compute_display_name(self):
        for option in self:
            option.display_name = option.product_id.with_context(
                display_default_code=False
            ).display_name

    # === CONSTRAINT METHODS === #

    @api.constrains('product_id', 'group_id')
    def _check_not_itself(self):
        for option in self:
            if option.product_id.product_tmpl_id == option.product_tmpl_id:
                raise ValidationError(
                    self.env._('"%s" can\'t be an option of itself.', option.product_id.name)
                )

    @api.constrains('is_recurring', 'price_mode', 'product_id')
    def _check_recurring_price(self):
        for option in self:
            kind = option.product_id.offer_kind
            if option.is_recurring and option.price_mode == 'own' and kind != 'service':
                raise ValidationError(
                    self.env._(
                        '"%(item)s" has no price per period of its own: state the price of the'
                        ' option, include it, or let it be paid once.',
                        item=option.product_id.name,
                    )
                )

    @api.constrains('quantity_mode', 'quantity', 'min_quantity', 'max_quantity')
    def _check_quantities(self):
        for option in self:
            if option.quantity_mode != 'free':
                continue
            most = option.max_quantity or option.quantity
            if not option.min_quantity <= option.quantity <= most:
                raise ValidationError(
                    self.env._(
                        'The quantity %(quantity)g of "%(item)s" lies outside %(least)g to'
                        ' %(most)g.',
                        quantity=option.quantity,
                        item=option.product_id.name,
                        least=option.min_quantity,
                        most=option.max_quantity,
                    )
                )
