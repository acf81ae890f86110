from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class OfferCustomerProfile(models.Model):
    _name = 'offer.customer.profile'
    _description = 'Service as One Customer Gets It'
    _order = 'partner_id, product_tmpl_id, date_start, id'

    _min_quantity_not_negative = models.Constraint(
        'CHECK (min_quantity >= 0)', 'The least quantity is 0 or more.'
    )
    _dates_in_order = models.Constraint(
        'CHECK (date_end IS NULL OR date_start IS NULL OR date_start <= date_end)',
        'The profile ends before it starts: correct its dates.',
    )

    active = fields.Boolean(default=True)
    product_tmpl_id = fields.Many2one(
        comodel_name='product.template',
        string='Service',
        required=True,
        index=True,
        ondelete='cascade',
        domain=[('offer_kind', '=', 'service')],
    )
    partner_id = fields.Many2one(
        comodel_name='res.partner',
        string='Customer',
        required=True,
        index=True,
        ondelete='cascade',
        help='With all its contacts.',
    )
    company_id = fields.Many2one(comodel_name='res.company', help='Empty: in all companies.')
    date_start = fields.Date(string='Valid From')
    date_end = fields.Date(string='Valid Until')
    name = fields.Char(string="Customer's Name of It", translate=True)
    description = fields.Text(string="Customer's Text", translate=True)
    min_quantity = fields.Float(string='Least Quantity', digits='Product Unit')
    plan_ids = fields.Many2many(
        comodel_name='offer.plan', string='Plans', help='Empty: all plans of the Service.'
    )
    tier_ids = fields.Many2many(
        comodel_name='offer.sla.tier',
        string='Service Levels',
        domain="[('id', 'in', allowed_tier_ids)]",
        help='Empty: all levels of the Service.',
    )
    default_tier_id = fields.Many2one(
        comodel_name='offer.sla.tier',
        string='Preset Service Level',
        domain="[('id', 'in', allowed_tier_ids)]",
    )
    allowed_tier_ids = fields.Many2many(
        related='product_tmpl_id.offer_tier_ids', string="Service's Levels"
    )
    option_ids = fields.One2many(
        comodel_name='offer.customer.profile.option',
        inverse_name='profile_id',
        string='Options',
        copy=True,
        help='Empty: all options of the Service.',
    )

    # === COMPUTE METHODS === #

    @api.depends('product_tmpl_id', 'partner_id')
    def _compute_display_name(self):
        for profile in self:
            profile.display_name = (
                f'{profile.product_tmpl_id.name} · {profile.partner_id.display_name}'
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('product_tmpl_id', 'tier_ids', 'default_tier_id', 'plan_ids')
    def _check_belongs(self):
        for profile in self:
            service = profile.product_tmpl_id
            service._check_is_service(self.env._('customer profiles'))
            tier = profile.default_tier_id
            allowed = profile.tier_ids or service.offer_tier_ids
            strangers = (
                (profile.tier_ids - service.offer_tier_ids).mapped('name')
                + (profile.plan_ids - service._get_offer_plans()).mapped('name')
                + (tier - allowed).mapped('name')
            )
            if strangers:
                raise ValidationError(
                    self.env._(
                        '"%(name)s" does not belong to "%(service)s" as this customer gets it.',
                        name=strangers[0],
                        service=service.name,
                    )
                )

    @api.constrains('product_tmpl_id', 'partner_id', 'company_id', 'date_start', 'date_end')
    def _check_only_one(self):
        for profile in self.filtered('active'):
            customer = profile.partner_id.commercial_partner_id
            twins = self.search(
                [
                    ('id', '!=', profile.id),
                    ('product_tmpl_id', '=', profile.product_tmpl_id.id),
                    ('partner_id.commercial_partner_id', '=', customer.id),
                    ('company_id', 'in', (False, profile.company_id.id)),
                ]
            ).filtered(
                lambda twin, profile=profile: (
                    not (twin.date_end and profile.date_start)
                    or profile.date_start <= twin.date_end
                )
                and (
                    not (profile.date_end and twin.date_start)
                    or twin.date_start <= profile.date_end
                )
            )
            if twins:
                raise ValidationError(
                    self.env._(
                        'There is a profile for these days already: "%s". Change that one, or give'
                        ' this one other dates.',
                        twins[0].display_name,
                    )
                )

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, partner, company, day):
        """The profiles of a customer that hold on a day.

        :return: one profile a Service
        :rtype: dict[product.template, offer.customer.profile]
        """
        if not partner:
            return {}
        # of customers outside the user's reach too: what is agreed with them holds for everybody
        profiles = self.sudo().search(self._get_find_domain(partner, company, day))
        return {
            profile.product_tmpl_id.sudo(self.env.su): profile
            for profile in profiles.sorted('company_id')
        }

    @api.model
    def _get_find_domain(self, partner, company, day):
        return (
            Domain('partner_id.commercial_partner_id', '=', partner.commercial_partner_id.id)
            & Domain('company_id', 'in', (False, company.id))
            & (Domain('date_start', '=', False) | Domain('date_start', '<=', day))
            & (Domain('date_end', '=', False) | Domain('date_end', '>=', day))
        )

    def _get_options(self):
        """:return: the options that this customer may choose; None: all"""
        if not self.option_ids:
            return None
        options = self.product_tmpl_id.offer_option_group_ids.option_ids
        return self.option_ids.option_id | options.filtered('is_required')
