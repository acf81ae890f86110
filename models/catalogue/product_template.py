from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    # No defaults on these: a new column of Odoo's own table stays NULL for what is there.
    offer_kind = fields.Selection(
        selection=[
            ('product', 'Fixed offer (Product)'),
            ('service', 'Configurable offer (Service)'),
        ],
        tracking=True,
        index='btree_not_null',
        help='Simple, with one fixed price: a Product. With choices, service levels, prices per'
        ' plan or customer: a Service. Empty: an item of Odoo as it always was.',
    )
    offer_state = fields.Selection(
        selection=[('draft', 'Draft'), ('published', 'Published'), ('retired', 'Retired')],
        string='Offer Status',
        tracking=True,
        copy=False,
        help='Published offers can be ordered. Retired ones are sold no more; who has them keeps'
        ' them.',
    )
    offer_option_group_ids = fields.One2many(
        comodel_name='offer.option.group',
        inverse_name='product_tmpl_id',
        string='Choices',
        copy=True,
    )
    offer_price_ids = fields.One2many(
        comodel_name='offer.price', inverse_name='product_tmpl_id', string='Prices per Plan'
    )
    offer_tier_ids = fields.Many2many(
        comodel_name='offer.sla.tier',
        relation='offer_sla_tier_product_template_rel',
        column1='product_tmpl_id',
        column2='tier_id',
        string='Service Levels',
    )
    offer_default_tier_id = fields.Many2one(
        comodel_name='offer.sla.tier',
        string='Preset Service Level',
        domain="[('id', 'in', offer_tier_ids)]",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('offer_default_tier_id', 'offer_tier_ids')
    def _check_offer_default_tier(self):
        for template in self:
            tier = template.offer_default_tier_id
            if tier and tier not in template.offer_tier_ids:
                raise ValidationError(
                    self.env._(
                        '"%(tier)s" is no service level of "%(service)s": choose one of its own as'
                        ' the preset.',
                        tier=tier.name,
                        service=template.name,
                    )
                )

    @api.constrains(
        'offer_kind',
        'type',
        'offer_tier_ids',
        'attribute_line_ids',
        'offer_role_ids',
        'offer_prerequisite_ids',
    )
    def _check_offer_kind(self):
        for template in self:
            obstacles = template._get_offer_obstacles()
            if obstacles:
                kinds = dict(self._fields['offer_kind']._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        '"%(item)s" can\'t be %(kind)s, since it has: %(parts)s.'
                        ' Remove that first.',
                        item=template.name,
                        kind=kinds.get(template.offer_kind) or self.env._('an item without a kind'),
                        parts=', '.join(obstacles),
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Let a new offer begin as a draft."""
        for vals in vals_list:
            if vals.get('offer_kind') and not vals.get('offer_state'):
                vals['offer_state'] = 'draft'
        return super().create(vals_list)

    def write(self, vals):
        """Let an item that becomes an offer begin as a draft."""
        res = super().write(vals)
        if vals.get('offer_kind') and not vals.get('offer_state'):
            self.filtered(lambda template: not template.offer_state).offer_state = 'draft'
        return res

    # === ACTION METHODS === #

    def action_offer_publish(self):
        self._check_offer_publishable()
        self.offer_state = 'published'

    def action_offer_retire(self):
        self.filtered('offer_kind').offer_state = 'retired'

    def action_offer_open_details(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'product.template',
            'res_id': self.id,
            'views': [(self.env.ref('product.product_template_only_form_view').id, 'form')],
        }

    # === BUSINESS METHODS === #

    def _check_is_service(self, what):
        """:param str what: what only a Service can have, for the message
        :raise ValidationError: if one of these is no Service
        """
        for template in self:
            if template.offer_kind != 'service':
                raise ValidationError(
                    self.env._(
                        'Only a Service can have %(what)s: make "%(item)s" a Service first.',
                        what=what,
                        item=template.name,
                    )
                )

    def _get_offer_obstacles(self):
        """What this item has that its kind can't have.

        :rtype: list[str]
        """
        self.ensure_one()
        kind = self.offer_kind
        found = []
        if kind and self.type == 'combo':
            found.append(self.env._('the type "Combo"'))
        if kind:
            found += self._get_offer_combo_obstacles()
        if kind != 'service':
            found += self._get_offer_service_obstacles()
        if kind == 'product':
            found += self._get_offer_flat_obstacles()
        return found

    def _get_offer_combo_obstacles(self):
        combos = self.env['product.combo.item'].search(
            [('product_id.product_tmpl_id', '=', self.id)]
        )
        return [self.env._('a place in the combo "%s"', combo.name) for combo in combos.combo_id]

    def _get_offer_service_obstacles(self):
        found = []
        if self.offer_option_group_ids:
            found.append(self.env._('choices'))
        if self.offer_price_ids:
            found.append(self.env._('prices per plan'))
        if self.offer_tier_ids:
            found.append(self.env._('service levels'))
        if self.offer_role_ids:
            found.append(self.env._('roles'))
        if self.offer_prerequisite_ids:
            found.append(self.env._('Services that it needs'))
        # also those of companies and salespeople that the user doesn't see
        running = self.env['offer.subscription.line'].sudo()
        domain = [
            ('product_id', 'in', self.with_context(active_test=False).product_variant_ids.ids),
            ('subscription_id.state', 'in', ('active', 'paused')),
            # as a component of a Service an item of any kind may recur
            ('sale_line_id.offer_option_id', '=', False),
            ('sale_line_id', '!=', False),
        ]
        count = running.search_count(domain)
        if count:
            found.append(self.env._('%s running subscription lines', count))
        return found

    def _get_offer_flat_obstacles(self):
        found = [
            self.env._('the attribute "%s"', line.attribute_id.name)
            for line in self.attribute_line_ids
        ]
        # the field on the form leaves out rules of archived pricelists
        rules = self.env['product.pricelist.item'].search(
            [
                '|',
                ('product_tmpl_id', '=', self.id),
                ('product_id.product_tmpl_id', '=', self.id),
            ]
        )
        found += [
            self.env._('a rule in the pricelist "%s"', pricelist.display_name)
            for pricelist in rules.pricelist_id
        ]
        return found

    def _check_offer_publishable(self):
        for template in self:
            if not template.offer_kind:
                raise ValidationError(
                    self.env._(
                        'Say first whether "%s" is a Product or a Service, then publish it.',
                        template.name,
                    )
                )
            if template.offer_kind == 'service' and not template._get_offer_own_prices():
                raise ValidationError(
                    self.env._('"%s" has no price yet: enter one, then publish it.', template.name)
                )

    def _get_offer_plans(self, company=None):
        """The plans under which a Service is sold to anybody, cheapest commitment first as plans
        are sorted; to whom and from which quantity on is said by the prices.

        :param company: which sells it; None: the current one
        :rtype: offer.plan
        """
        self.ensure_one()
        # sudo: a shared Service may have prices under a plan of another company
        plans_sudo = self._get_offer_own_prices().plan_id.sudo()
        companies = (company or self.env.company).sudo().parent_ids
        return (
            plans_sudo.filtered(
                lambda plan: plan.active and (not plan.company_id or plan.company_id in companies)
            )
            .sudo(self.env.su)
            .sorted()
        )

    def _get_offer_own_prices(self):
        """:return: the rows that price the Service itself"""
        return self.offer_own_price_ids.filtered(lambda row: not row.tier_id)
