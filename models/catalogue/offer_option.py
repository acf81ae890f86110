from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.rules import Rule, find_cycle, find_impossible

# what a sold Service is made of; a new version changes it
SOLD_FIELDS = (
    'group_id',
    'product_id',
    'is_required',
    'quantity_mode',
    'quantity',
    'min_quantity',
    'max_quantity',
    'is_recurring',
    'price_mode',
    'requires_ids',
    'requires_mode',
    'excludes_ids',
)


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
    # not copied: a copy's rules name the options of the copy
    requires_ids = fields.Many2many(
        comodel_name='offer.option',
        relation='offer_option_requires_rel',
        column1='option_id',
        column2='required_id',
        copy=False,
        domain="[('product_tmpl_id', '=', product_tmpl_id), ('id', '!=', id)]",
    )
    requires_mode = fields.Selection(
        selection=[('all', 'All of them'), ('any', 'One of them')],
        string='Requires Of Them',
        default='all',
        required=True,
    )
    excludes_ids = fields.Many2many(
        comodel_name='offer.option',
        relation='offer_option_excludes_rel',
        column1='option_id',
        column2='excluded_id',
        copy=False,
        domain="[('product_tmpl_id', '=', product_tmpl_id), ('id', '!=', id)]",
        help='Neither can be chosen beside the other; it is enough to say it on one of them.',
    )
    price_ids = fields.One2many(
        comodel_name='offer.price', inverse_name='option_id', string='Prices'
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
            inside = option.product_id.product_tmpl_id
            if inside == option.product_tmpl_id:
                raise ValidationError(
                    self.env._('"%s" can\'t be an option of itself.', option.product_id.name)
                )
            seen = inside.browse()
            while inside:
                seen |= inside
                inside = inside.offer_option_group_ids.option_ids.product_id.product_tmpl_id - seen
                if option.product_tmpl_id in inside:
                    raise ValidationError(
                        self.env._(
                            '"%(item)s" holds "%(service)s" itself, so it can\'t be an option'
                            ' of it.',
                            item=option.product_id.name,
                            service=option.product_tmpl_id.name,
                        )
                    )

    @api.constrains(
        'requires_ids', 'requires_mode', 'excludes_ids', 'is_required', 'group_id', 'active'
    )
    def _check_rules(self):
        for template in self.product_tmpl_id:
            template._check_offer_rules()

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

    @api.constrains('active', 'group_id')
    def _check_group(self):
        self.group_id._check_choices()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse to add to a Service that has been sold."""
        options = super().create(vals_list)
        options.product_tmpl_id._check_offer_not_sold()
        return options

    def write(self, vals):
        """Refuse to change what a sold Service is made of."""
        if any(self._is_changed(option, vals) for option in self):
            self.product_tmpl_id._check_offer_not_sold()
        return super().write(vals)

    @api.model
    def _is_changed(self, record, vals):
        return any(
            record._fields[name].convert_to_cache(vals[name], record)
            != record._fields[name].convert_to_cache(record[name], record)
            for name in SOLD_FIELDS
            if name in vals and name in record._fields
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        self.product_tmpl_id._check_offer_not_sold()

    def unlink(self):
        """Refuse to leave a group with fewer options than must be chosen."""
        groups = self.group_id
        res = super().unlink()
        groups.exists()._check_choices()
        return res

    # === BUSINESS METHODS === #

    def _get_place(self):
        """:return: by which options of a Service are sorted as it lists them
        :rtype: tuple
        """
        self.ensure_one()
        return self.group_id.sequence, self.group_id.id, self.sequence, self.id

    def _as_rules(self):
        """:rtype: list[odoo.addons.sale_offer.tools.rules.Rule]"""
        return [
            Rule(
                key=option.id,
                group=option.group_id.id,
                required=option.is_required,
                requires=frozenset(option.requires_ids.ids),
                any=option.requires_mode == 'any',
                excludes=frozenset(option.excludes_ids.ids),
            )
            for option in self
        ]

    def _get_clash(self):
        """:return: what is wrong with the rules of these options of one Service, as a sentence
        :rtype: str | None
        """
        for option in self:
            named = option.requires_ids | option.excludes_ids
            if option in named:
                return self.env._('"%s" can\'t require or exclude itself.', option.display_name)
            strangers = named.filtered(
                lambda other, option=option: other.product_tmpl_id != option.product_tmpl_id
            )
            if strangers:
                return self.env._(
                    '"%(other)s" is no option of "%(service)s".',
                    other=strangers[0].display_name,
                    service=option.product_tmpl_id.name,
                )
            both = option.requires_ids & option.excludes_ids
            if both:
                return self.env._(
                    '"%(option)s" requires and excludes "%(other)s".',
                    option=option.display_name,
                    other=both[0].display_name,
                )
        rules = self._as_rules()
        cycle = self.browse(find_cycle(rules))
        if cycle:
            return self.env._(
                'These options require each other in a circle: %s.',
                ' → '.join(option.display_name for option in [*cycle, cycle[0]]),
            )
        groups = {group.id: (group.min_choices, group.max_choices) for group in self.group_id}
        impossible = find_impossible(rules, groups)
        if impossible is None:
            return None
        if not impossible:
            return self.env._(
                'The required options and the rules between the options contradict each other.'
            )
        return self.env._(
            '"%s" could never be chosen: what it requires and excludes contradict each other.',
            self.browse(impossible).display_name,
        )
