"""What stands on a quotation: published offers, and Products at their price."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    offer_price_is_fixed = fields.Boolean(compute='_compute_offer_price_is_fixed')
    offer_price_is_manual = fields.Boolean(
        string='Price by Hand', compute='_compute_offer_price_is_manual'
    )

    # === COMPUTE METHODS === #

    @api.depends('product_id.offer_kind', 'offer_option_id', 'offer_is_setup', 'company_id')
    @api.depends_context('uid')
    def _compute_offer_price_is_fixed(self):
        for line in self:
            line.offer_price_is_fixed = (
                line._is_offer_product() and not line._may_price_offer_product()
            ) or (line._is_offer_service_part() and not line._may_price_offer_service())

    @api.depends('price_unit', 'technical_price_unit', 'discount', 'offer_kind', 'offer_option_id')
    def _compute_offer_price_is_manual(self):
        for line in self:
            currency = line.currency_id or line.company_id.currency_id
            line.offer_price_is_manual = bool(
                line._is_offer_service_part()
                and currency
                and currency.compare_amounts(line.price_unit, line.technical_price_unit)
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('product_id')
    def _check_offer_published(self):
        """Refuse drafts and retired offers on new quotations; what stands there stays."""
        for line in self:
            product = line.product_id
            if line.state == 'cancel' or not product.offer_kind:
                continue
            # who has it keeps it
            held = line._get_offer_held()
            if held and product.id == line._get_offer_held_content()['product_id']:
                continue
            if product.offer_state == 'retired':
                raise ValidationError(
                    self.env._('"%s" is retired and not sold any more.', product.display_name)
                )
            if product.offer_state != 'published':
                raise ValidationError(
                    self.env._(
                        '"%s" is not published yet: publish it to sell it.', product.display_name
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse a Product at another price than its own; configure Services that came bare."""
        configurations = [vals.pop('offer_configuration', None) for vals in vals_list]
        lines = super().create(vals_list)
        for line, vals in zip(lines, vals_list, strict=True):
            if vals.get('price_unit') is not None or vals.get('discount'):
                line._check_offer_product_price()
        # the configurator's lines carry the id by which their components find them
        for line, configuration in zip(lines, configurations, strict=True):
            bare = not (line.offer_option_id or line.offer_plan_id or line.virtual_id)
            if bare and line.state != 'cancel' and line.offer_kind == 'service':
                line._configure_by_default(configuration)
        if not {'offer_configuring', 'offer_saving_order'} & self.env.context.keys():
            lines.order_id._start_offer_additions()
        return lines

    def write(self, vals):
        """Refuse a Product at another price than its own; leave Products out of a discount that
        is for all lines."""
        lines = self
        if 'discount' in vals and self.env.context.get('offer_spare_products'):
            lines = self.filtered(lambda line: not line.offer_price_is_fixed)
        by_hand = {'price_unit', 'discount'} & vals.keys()
        moved = {'product_id', 'product_uom_id', 'offer_option_id'} & vals.keys()
        if by_hand and not moved:
            for line in lines:
                line._check_offer_product_price(**{name: vals[name] for name in by_hand})
        res = super(SaleOrderLine, lines).write(vals)
        if by_hand and moved:
            for line in lines:
                line._check_offer_product_price()
        return res

    def copy_data(self, default=None):
        """Price a copied Product as of today: it has no price of its own on an order."""
        vals_list = super().copy_data(default)
        for line, vals in zip(self, vals_list, strict=True):
            if line._is_offer_product() and line.offer_price_is_fixed:
                for name in ('price_unit', 'technical_price_unit', 'discount'):
                    vals.pop(name, None)
        return vals_list

    # === BUSINESS METHODS === #

    def _configure_by_default(self, configuration=None):
        """Configure a Service that came another way than by the configurator (catalogue, import,
        template, optional products, shop): as it was handed over, else by default.

        Where none is valid the line stays as it came: the order says why and can't be confirmed.
        """
        self.ensure_one()
        configurations = self.env['offer.configuration']
        if not isinstance(configuration, dict):
            configuration = configurations._default_configuration(
                self.product_id, self.product_uom_qty, self.order_id
            )
            configuration['no_variant_value_ids'] = self.product_no_variant_attribute_value_ids.ids
        _node, errors = configurations._read_configuration(self.order_id, configuration)
        if not errors:
            self.order_id.offer_add(configuration, line_id=self.id)
        elif self.state == 'sale':
            # nobody confirms it any more
            raise UserError('\n'.join(errors))

    def _is_offer_product(self):
        """Whether this line sells a Product by itself, not as a component of a Service."""
        self.ensure_one()
        return (
            self.product_id.offer_kind == 'product'
            and not self.offer_option_id
            and not self.is_downpayment
        )

    def _may_price_offer_product(self):
        # a salesperson may not read groups, the company's choice concerns them all the same
        group = self.company_id.sudo().offer_product_price_group_id
        return bool(group) and group in self.env.user.sudo().all_group_ids

    def _is_offer_service_part(self):
        """Whether this line sells a Service, a component or a setup fee."""
        self.ensure_one()
        return bool(self.offer_option_id or self.offer_is_setup or self.offer_kind == 'service')

    def _may_price_offer_service(self):
        # as above
        group = self.company_id.sudo().offer_service_price_group_id
        return not group or group in self.env.user.sudo().all_group_ids

    def _check_offer_service_price(self, price_unit, discount):
        """:raise UserError: if a Service would get a price that was not worked out for it"""
        line = self.new(origin=self).with_context(force_price_recomputation=True)
        line._compute_price_unit()
        line._compute_discount()
        currency = self.currency_id or self.company_id.currency_id
        differs = currency.compare_amounts(price_unit, line.price_unit)
        # a pricelist may show its percentage as a discount
        if differs or discount not in (0.0, line.discount):
            raise UserError(
                self.env._(
                    'You may not change the price or discount of "%(item)s": it costs %(price)s.',
                    item=self.product_id.display_name,
                    price=currency.format(line.price_unit),
                )
            )

    def _check_offer_product_price(self, price_unit=None, discount=None):
        """
        :param price_unit: the price that is to be; None: the line's own
        :param discount: the discount that is to be; None: the line's own
        :raise UserError: if a Product would get another price than its own
        """
        self.ensure_one()
        if not self.offer_price_is_fixed:
            return
        price_unit = self.price_unit if price_unit is None else price_unit
        discount = self.discount if discount is None else discount
        if self._is_offer_service_part():
            self._check_offer_service_price(price_unit, discount)
            return
        currency = self.currency_id or self.company_id.currency_id
        expected = self._get_offer_product_price()
        if discount or currency.compare_amounts(price_unit, expected):
            raise UserError(
                self.env._(
                    '"%(item)s" is a Product: it costs %(price)s, for everybody. Its price and'
                    ' discount can\'t be changed on an order.',
                    item=self.product_id.display_name,
                    price=currency.format(expected),
                )
            )

    def _get_offer_product_price(self):
        """:return: what this line's Product costs, in the order's currency, unit and taxes"""
        line = self.with_company(self.company_id)
        taxes = line.product_id.taxes_id._filter_taxes_by_company(line.company_id)
        return line.product_id._get_tax_included_unit_price_from_price(
            line._get_display_price(),
            product_taxes=taxes,
            fiscal_position=line.order_id.fiscal_position_id,
        )

    def _prepare_base_line_for_taxes_computation(self, **kwargs):
        """Leave Products out of what a global discount is taken of, and what recurs out of a
        down payment."""
        spared = self.env.context.get('offer_spare_products') and self.offer_price_is_fixed
        if spared or (self.env.context.get('offer_one_time_only') and self.offer_plan_id):
            kwargs['quantity'] = 0.0
        return super()._prepare_base_line_for_taxes_computation(**kwargs)

    def _domain_product_id(self):
        """Offer for sale only what is published."""
        published = Domain('offer_kind', '=', False) | Domain('offer_state', '=', 'published')
        return Domain(super()._domain_product_id()) & published
