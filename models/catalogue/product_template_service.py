"""What a Service has beyond prices: rules, roles, prerequisites, profiles, versions."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    offer_role_ids = fields.Many2many(
        comodel_name='offer.role',
        relation='offer_role_product_template_rel',
        column1='product_tmpl_id',
        column2='role_id',
        string='Roles',
    )
    offer_prerequisite_ids = fields.Many2many(
        comodel_name='product.template',
        relation='offer_prerequisite_rel',
        column1='product_tmpl_id',
        column2='prerequisite_id',
        string='Needs',
        domain=[('offer_kind', '=', 'service')],
        help='Only a customer who has these Services, or orders them along, can order this one.',
    )
    offer_replaced_by_id = fields.Many2one(
        comodel_name='product.template',
        string='New Version',
        copy=False,
        readonly=True,
        index='btree_not_null',
        ondelete='set null',
        help='Publishing it retires this one.',
    )
    offer_show_components = fields.Selection(
        selection=[
            ('prices', 'Components with their prices'),
            ('names', 'Components without prices'),
            ('none', 'One line'),
        ],
        string='The Customer Sees',
        help='On the quotation, as PDF and in the portal. Empty: components with their prices.',
    )
    offer_profile_ids = fields.One2many(
        comodel_name='offer.customer.profile',
        inverse_name='product_tmpl_id',
        string='Customer Profiles',
    )
    offer_profile_count = fields.Integer(compute='_compute_offer_profile_count')

    # === COMPUTE METHODS === #

    @api.depends('offer_profile_ids')
    def _compute_offer_profile_count(self):
        for template in self:
            template.offer_profile_count = len(template.offer_profile_ids)

    # === CONSTRAINT METHODS === #

    @api.constrains('offer_prerequisite_ids')
    def _check_offer_prerequisites(self):
        for template in self:
            if template in template.offer_prerequisite_ids:
                raise ValidationError(
                    self.env._('"%s" can\'t be needed for itself.', template.name)
                )

    # === CRUD METHODS === #

    def copy(self, default=None):
        """Copy prices and the rules between the options too."""
        copies = super().copy(default)
        for template, copy in zip(self, copies, strict=True):
            if template.offer_kind == 'service':
                template._copy_offer_parts(copy)
        return copies

    # === ACTION METHODS === #

    def action_offer_publish(self):
        """Retire what the new version replaces."""
        res = super().action_offer_publish()
        # sudo: a version of another company's catalogue is not left behind on sale
        replaced = self.sudo().search(
            [('offer_replaced_by_id', 'in', self.ids), ('offer_state', '=', 'published')]
        )
        replaced.action_offer_retire()
        return res

    def action_offer_new_version(self):
        """Copy a Service; publishing the copy retires this one."""
        self.ensure_one()
        self._check_is_service(self.env._('versions'))
        if not self.offer_replaced_by_id:
            version = self.copy({'name': self.name})
            self._copy_offer_profiles(version)
            self.offer_replaced_by_id = version
            link = version._get_html_link()
            self.message_post(body=self.env._('A new version was made: %s', link))
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'product.template',
            'res_id': self.offer_replaced_by_id.id,
            'views': [(False, 'form')],
        }

    def action_offer_profiles(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'sale_offer.offer_customer_profile_action'
        )
        action['domain'] = [('product_tmpl_id', '=', self.id)]
        action['context'] = {'default_product_tmpl_id': self.id}
        return action

    # === BUSINESS METHODS === #

    def get_offer_first_variant(self):
        """The variant with which a Service goes to its configurator, which shows its attributes.

        :return: its id, made if it is a dynamic one; False: Odoo's own configurator is asked
        :rtype: int | bool
        """
        self.ensure_one()
        self.check_access('read')
        if self.offer_kind != 'service' or self.optional_product_ids:
            return False
        product_id = self._get_first_possible_variant_id()
        if not product_id and self.has_dynamic_attributes():
            # a salesperson may not make items, but sells every combination that is offered
            product_id = self.sudo()._create_first_product_variant().id
        return product_id

    def _check_offer_rules(self):
        """:raise ValidationError: if the rules between the options can't be kept"""
        for template in self:
            clash = template.offer_option_group_ids.option_ids._get_clash()
            if clash:
                raise ValidationError(clash)

    def _check_offer_not_sold(self):
        """:raise UserError: if somebody has bought one of these Services"""
        if self.env.context.get('install_mode'):
            return
        for template in self:
            if template._is_offer_sold():
                raise UserError(
                    self.env._(
                        '"%s" has been sold: its choices stay as they were. Make a new version and'
                        ' change that one.',
                        template.name,
                    )
                )

    def _is_offer_sold(self):
        self.ensure_one()
        # sudo: to customers of every company and salesperson, whoever asks
        lines = self.env['sale.order.line'].sudo()
        domain = [
            ('product_id', 'in', self.with_context(active_test=False).product_variant_ids.ids),
            ('state', '=', 'sale'),
        ]
        return bool(lines.search_count(domain, limit=1))

    def _get_offer_options(self):
        """:rtype: offer.option"""
        return self.offer_option_group_ids.option_ids

    def _get_offer_option_copies(self, copy):
        """:return: the option of a copy by the option that it was copied from
        :rtype: dict
        """
        # copies are made in the order of the ids
        pairs = {}
        groups = zip(
            self.offer_option_group_ids.sorted('id'),
            copy.offer_option_group_ids.sorted('id'),
            strict=True,
        )
        for old_group, new_group in groups:
            options = old_group.option_ids.sorted('id'), new_group.option_ids.sorted('id')
            pairs.update(zip(*options, strict=True))
        return pairs

    def _copy_offer_parts(self, copy):
        pairs = self._get_offer_option_copies(copy)
        for old, new in pairs.items():
            for name in ('requires_ids', 'excludes_ids'):
                others = [pairs[other].id for other in old[name] if other in pairs]
                if others:
                    new[name] = others
        for row in self.offer_price_ids:
            variant = self._get_offer_variant_copy(row.product_id, copy)
            gone = (row.option_id and row.option_id not in pairs) or (
                row.product_id and not variant
            )
            if not gone:
                row.copy(
                    {
                        'product_tmpl_id': copy.id,
                        'product_id': variant.id,
                        'option_id': row.option_id and pairs[row.option_id].id,
                    }
                )

    def _get_offer_variant_copy(self, variant, copy):
        def values_of(product):
            return product.product_template_attribute_value_ids.product_attribute_value_id

        return copy.product_variant_ids.filtered(
            lambda product: variant and values_of(product) == values_of(variant)
        )[:1]

    def _copy_offer_profiles(self, copy):
        pairs = self._get_offer_option_copies(copy)
        for profile in self.offer_profile_ids:
            new = profile.copy({'product_tmpl_id': copy.id, 'option_ids': []})
            for row in profile.option_ids:
                if row.option_id in pairs:
                    row.copy({'profile_id': new.id, 'option_id': pairs[row.option_id].id})
