"""What stands on a quotation: published offers, and Products at their price."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..configuration.marks import CONFIGURING, SAVING
from .sale_order_line_components import PRICED_BY


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
            line.offer_price_is_fixed = line._is_offer_price_fixed()

    @api.depends('price_unit', 'technical_price_unit', 'discount', 'offer_kind', 'offer_option_id')
    def _compute_offer_price_is_manual(self):
        for line in self:
            currency = line.currency_id or line.company_id.currency_id
            line.offer_price_is_manual = bool(
                line._is_offer_service_part()
                and currency
                and currency.compare_amounts(line.price_unit, line.technical_price_unit)
            )

    def _is_offer_price_fixed(self):
        """:return: whether the user may not set price and discount of this line"""
        if self._is_offer_product():
            return not self._may_price_offer_product()
        return self._is_offer_service_part() and not self._may_price_offer_service()

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

    @api.constrains('offer_plan_id', 'product_id', 'offer_option_id')
    def _check_offer_plan(self):
        """Only a Service is sold under a plan, and what it holds."""
        for line in self.filtered('offer_plan_id'):
            is_held = line.offer_option_id or line.offer_subscription_line_id
            if line.offer_kind != 'service' and not is_held:
                raise ValidationError(
                    self.env._(
                        '"%s" is no Service, so it can\'t be sold under a plan.',
                        line.product_id.display_name,
                    )
                )

    @api.constrains('product_uom_id', 'product_id')
    def _check_offer_unit(self):
        """An offer is sold in its own unit and its packagings; what is agreed stays in its unit."""
        for line in self:
            product, unit = line.product_id, line.product_uom_id
            if not (product.offer_kind or line._is_offer_part()) or not unit:
                continue
            if unit in product.uom_id | product.uom_ids:
                continue
            held = line._get_offer_held()
            if held and line._get_offer_held_content()['product_uom_id'] == unit.id:
                continue
            raise ValidationError(
                self.env._(
                    '"%(item)s" is not sold in %(unit)s.', item=product.display_name, unit=unit.name
                )
            )

    @api.constrains('is_downpayment', 'is_expense', 'product_id')
    def _check_offer_flags(self):
        """An offer is sold, never a down payment, and a Service never an expense: Odoo does not
        price these."""
        for line in self:
            is_down = line.is_downpayment and line.product_id.offer_kind
            if is_down or (line.is_expense and line._is_offer_service_part()):
                raise ValidationError(
                    self.env._(
                        '"%s" is an offer: it can be neither a down payment nor an expense.',
                        line.product_id.display_name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse a price to who may not set it; configure Services that came bare."""
        configurations = [vals.pop('offer_configuration', None) for vals in vals_list]
        lines = super().create(vals_list)
        # the configurator's lines carry the id by which their components find them
        for line, configuration in zip(lines, configurations, strict=True):
            bare = not (line.offer_option_id or line.offer_plan_id or line.virtual_id)
            if bare and line.state != 'cancel' and line.offer_kind == 'service':
                line._configure_by_default(configuration)
        for line, vals in zip(lines, vals_list, strict=True):
            if line.product_id.offer_kind or line._is_offer_part():
                line._set_offer_price(vals)
        if not (CONFIGURING.is_on(self) or SAVING.is_on(self)):
            lines.order_id._start_offer_additions()
        return lines

    def write(self, vals):
        """Refuse a price to who may not set it; leave Products out of a discount that is for all
        lines."""
        lines = self
        if 'discount' in vals and self.env.context.get('offer_spare_products'):
            lines = self.filtered(lambda line: not line._is_offer_price_fixed())
        fixed = lines.filtered(lambda line: line._is_offer_price_fixed())
        by_hand = {name: vals[name] or 0.0 for name in ('price_unit', 'discount') if name in vals}
        if by_hand and not PRICED_BY & vals.keys():
            for line in fixed:
                line._check_offer_product_price(**by_hand)
        before = {line: line._get_offer_price_key() for line in fixed}
        res = super(SaleOrderLine, lines).write(vals)
        for line in lines:
            if before.get(line) != line._get_offer_price_key() and line._is_offer_price_fixed():
                line._check_offer_product_price()
        return res

    def copy_data(self, default=None):
        """Price anew what is copied by who may not set its price, as of today."""
        vals_list = super().copy_data(default)
        for line, vals in zip(self, vals_list, strict=True):
            if line._is_offer_price_fixed():
                for name in ('price_unit', 'technical_price_unit', 'discount'):
                    vals.pop(name, None)
        return vals_list

    # === BUSINESS METHODS === #

    def _get_offer_price_key(self):
        """:return: price and discount of what is sold: who may not set them can't change them
        otherwise than to what it costs
        """
        self.ensure_one()
        names = ('price_unit', 'discount')
        records = ('product_id', 'product_uom_id', 'offer_plan_id', 'offer_tier_id')
        return tuple(self[name] for name in names) + tuple(self[name].id for name in records)

    def _set_offer_price(self, said):
        """Keep a price that was given with a new line as one by hand; a form sends beside it what
        was worked out.

        :param dict said: values of the new line
        :raise UserError: if the user may not set it, by whatever way it came
        """
        if not (self._is_offer_price_fixed() or {'price_unit', 'discount'} & said.keys()):
            return
        currency = self.currency_id or self.company_id.currency_id
        price = self._get_offer_computed()
        given, known = said.get('price_unit') or 0.0, said.get('technical_price_unit')
        is_by_hand = 'price_unit' in said and (
            known is None or currency.compare_amounts(given, known)
        )
        if is_by_hand and currency.compare_amounts(price.price_unit, given):
            # what differs from what is worked out is by hand
            prices = {'technical_price_unit': price.price_unit}
            self.write({'price_unit': given, **prices})
        if said.get('discount') and self.discount != said['discount']:
            self.discount = said['discount']
        if self._is_offer_price_fixed():
            self._check_offer_product_price()

    def _get_offer_computed(self):
        """:return: the line in memory, at the price and discount that are worked out for it"""
        line = self.new(origin=self)
        # whatever was invoiced of it, or how it is marked
        line._reset_price_unit()
        # without a pricelist Odoo leaves what stands there
        line.discount = 0.0
        if line._get_offer_held():
            line.discount = line._get_offer_discount()
        else:
            line._compute_discount()
        return line

    def _configure_by_default(self, configuration=None):
        """Configure a Service that came another way than by the configurator (catalogue, import,
        template, optional products, shop): as it was handed over, else by default.

        Where none is valid the line stays as it came: the order says why and can't be confirmed.
        """
        self.ensure_one()
        configurations = self.env['offer.configuration']
        is_left_out = not self.product_uom_qty
        if not isinstance(configuration, dict):
            configuration = configurations._default_configuration(
                self.product_id, self.product_uom_qty or 1.0, self.order_id
            )
        elif not configuration.get('quantity') and is_left_out:
            configuration = {**configuration, 'quantity': 1.0}
            if values := self.product_no_variant_attribute_value_ids:
                configuration['no_variant_value_ids'] = values.ids
        _node, errors = configurations._read_configuration(self.order_id, configuration)
        if not errors:
            self.order_id.offer_add(configuration, line_id=self.id)
            if is_left_out:
                # in an optional section nobody has taken it yet
                self.product_uom_qty = 0.0
        elif self.state == 'sale':
            # nobody confirms it any more
            raise UserError('\n'.join(errors))

    def _is_offer_product(self):
        """Whether this line sells a Product by itself, not as a component of a Service."""
        self.ensure_one()
        return self.product_id.offer_kind == 'product' and not self.offer_option_id

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
        line = self._get_offer_computed()
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
        if not self._is_offer_price_fixed():
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
