"""To whom an offer is published, and what a customer sees of it in the portal."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    # No default: a new column of Odoo's own table stays NULL for what is there.
    offer_audience = fields.Selection(
        selection=[
            ('everyone', 'Every customer'),
            ('customers', 'Chosen customers'),
            ('tags', 'Contacts with one of these tags'),
            ('profile', 'Customers with a profile of it'),
            ('nobody', 'Nobody: salespeople sell it'),
        ],
        string='In the Portal For',
        tracking=True,
        help='Who finds the offer in the portal and can order it there, as soon as it is published.'
        ' Empty: nobody.',
    )
    offer_audience_partner_ids = fields.Many2many(
        comodel_name='res.partner',
        relation='offer_audience_partner_rel',
        column1='product_tmpl_id',
        column2='partner_id',
        string='Customers',
        help='With all their contacts.',
    )
    offer_audience_tag_ids = fields.Many2many(
        comodel_name='res.partner.category',
        relation='offer_audience_tag_rel',
        column1='product_tmpl_id',
        column2='category_id',
        string='Contact Tags',
        help='Of the contact itself or its company.',
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('offer_audience', 'offer_kind')
    def _check_offer_audience(self):
        for template in self:
            if template.offer_audience == 'profile' and template.offer_kind == 'product':
                raise ValidationError(
                    self.env._(
                        '"%s" is a Product, which has no customer profiles: choose another'
                        ' audience.',
                        template.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Show what is published from the start."""
        templates = super().create(vals_list)
        templates._set_offer_audience()
        return templates

    def write(self, vals):
        """Show to every customer what is published and was given no audience."""
        res = super().write(vals)
        if vals.get('offer_state') == 'published' and 'offer_audience' not in vals:
            self._set_offer_audience()
        return res

    def _set_offer_audience(self):
        self.filtered(
            lambda template: template.offer_kind
            and template.offer_state == 'published'
            and not template.offer_audience
        ).offer_audience = 'everyone'

    # === BUSINESS METHODS === #

    @api.model
    def _get_offer_catalogue_domain(self, partner, company, day):
        """What a customer finds in the portal's catalogue.

        :param partner: the customer's contact
        :param company: the company that serves it
        :param datetime.date day: on which its profiles hold
        :rtype: Domain
        """
        customer = partner.commercial_partner_id
        tags = (partner | customer).category_id
        audience = Domain('offer_audience', '=', 'everyone')
        audience |= Domain('offer_audience', '=', 'customers') & Domain(
            'offer_audience_partner_ids.commercial_partner_id', '=', customer.id
        )
        if tags:
            audience |= Domain('offer_audience', '=', 'tags') & Domain(
                'offer_audience_tag_ids', 'in', tags.ids
            )
        profiles = self.env['offer.customer.profile']._get_find_domain(partner, company, day)
        audience |= Domain('offer_audience', '=', 'profile') & Domain(
            'offer_profile_ids', 'any', profiles
        )
        return (
            self._get_offer_published_domain()
            & Domain('company_id', 'in', [False, *company.sudo().parent_ids.ids])
            & (
                Domain('offer_kind', '=', 'service')
                | Domain('product_variant_ids.active', '=', True)
            )
            & audience
        )

    @api.model
    def _get_offer_published_domain(self):
        """:return: what somebody may find in the portal"""
        return (
            Domain('offer_kind', '!=', False)
            & Domain('offer_state', '=', 'published')
            & Domain('offer_audience', 'not in', [False, 'nobody'])
            & Domain('sale_ok', '=', True)
        )

    def _get_offer_portal_variant(self):
        """:return: the variant with which the order form opens, made if it is a dynamic one
        :rtype: product.product
        """
        self.ensure_one()
        product = self.env['product.product'].browse(self._get_first_possible_variant_id() or [])
        if not product and self.has_dynamic_attributes():
            product = self._create_first_product_variant()
        return product

    def _read_portal_quantity(self, text):
        """Read how many of a Product a customer wants.

        :param str text: as it was typed
        :return: a configuration
        :rtype: dict
        :raise UserError: if it is no number
        """
        try:
            quantity = float(str(text).replace(',', '.'))
        except ValueError:
            raise UserError(self.env._('"%s" is not a number.', str(text)[:20])) from None
        return {'product_id': self.product_variant_id.id, 'quantity': quantity}
