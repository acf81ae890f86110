from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OfferOptionGroup(models.Model):
    _name = 'offer.option.group'
    _description = 'Choice inside a Service'
    _order = 'sequence, id'

    _choices_not_negative = models.Constraint(
        'CHECK (min_choices >= 0 AND max_choices >= 0)',
        'The least and the most number of choices are 0 or more.',
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    product_tmpl_id = fields.Many2one(
        comodel_name='product.template',
        string='Service',
        required=True,
        index=True,
        ondelete='cascade',
    )
    min_choices = fields.Integer(string='At Least')
    max_choices = fields.Integer(string='At Most', default=1, help='0: any number.')
    option_ids = fields.One2many(
        comodel_name='offer.option', inverse_name='group_id', string='Options', copy=True
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('min_choices', 'max_choices', 'option_ids')
    def _check_choices(self):
        for group in self:
            most = group.max_choices or len(group.option_ids)
            if group.max_choices and group.min_choices > group.max_choices:
                raise ValidationError(
                    self.env._(
                        'In "%(group)s" at least %(least)s of at most %(most)s can be chosen:'
                        ' lower the one or raise the other.',
                        group=group.name,
                        least=group.min_choices,
                        most=group.max_choices,
                    )
                )
            if group.min_choices > len(group.option_ids):
                raise ValidationError(
                    self.env._(
                        'In "%(group)s" at least %(least)s must be chosen, but it has only'
                        ' %(count)s options.',
                        group=group.name,
                        least=group.min_choices,
                        count=len(group.option_ids),
                    )
                )
            if len(group.option_ids.filtered('is_required')) > most:
                raise ValidationError(
                    self.env._(
                        'In "%(group)s" more options are required than the %(most)s that can be'
                        ' chosen.',
                        group=group.name,
                        most=most,
                    )
                )

    @api.constrains('min_choices', 'max_choices')
    def _check_rules(self):
        for template in self.product_tmpl_id:
            template._check_offer_rules()

    @api.constrains('product_tmpl_id')
    def _check_service(self):
        for group in self:
            group.product_tmpl_id._check_is_service(self.env._('options'))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse to add to a Service that has been sold."""
        groups = super().create(vals_list)
        groups.product_tmpl_id._check_offer_not_sold()
        return groups

    def write(self, vals):
        """Refuse to change how many choices a sold Service has."""
        names = vals.keys() & {'min_choices', 'max_choices'}
        if any(vals[name] != group[name] for group in self for name in names):
            self.product_tmpl_id._check_offer_not_sold()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sold(self):
        self.product_tmpl_id._check_offer_not_sold()
