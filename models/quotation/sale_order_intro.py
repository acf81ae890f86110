"""Introductory periods: what the first full periods cost, and how a quotation says it."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount, format_date

from ...tools.first import get_period_amounts
from ..configuration.marks import CONFIGURING

#: what of it stands on a line, as its plan had it
LINE_FIELDS = ('offer_intro_periods', 'offer_intro_percent')
#: what a person with the right to set prices may agree otherwise than the plan has it
INTRO_FIELDS = ('offer_intro_periods', 'offer_intro_percent', 'offer_intro_is_off')


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    _offer_intro_range = models.Constraint(
        'CHECK ((offer_intro_periods IS NULL OR offer_intro_periods >= 0)'
        ' AND (offer_intro_percent IS NULL OR offer_intro_percent BETWEEN 0 AND 100))',
        'Introductory periods are a number from 0 on, at a percentage of the price from 0 to 100.',
    )

    offer_intro_periods = fields.Integer(
        string='Introductory Periods',
        help="So many full billing periods of what recurs are free, or at a part of the price. 0:"
        " as the plan has it.",
    )
    offer_intro_percent = fields.Float(
        string='Introductory Price (%)', digits=(6, 2), help='Of the price. 0: they are free.'
    )
    offer_intro_is_off = fields.Boolean(
        string='No Introductory Periods', help='Whatever the plan has.'
    )
    offer_intro_is_fixed = fields.Boolean(
        compute='_compute_offer_intro_is_fixed', help='The user may not set prices.'
    )

    # === COMPUTE METHODS === #

    @api.depends('state', 'company_id')
    @api.depends_context('uid')
    def _compute_offer_intro_is_fixed(self):
        for order in self:
            order.offer_intro_is_fixed = (
                order.state in ('sale', 'cancel') or not order._may_agree_offer_intro()
            )

    # === CONSTRAINT METHODS === #

    @api.constrains(*INTRO_FIELDS)
    def _check_offer_intro_sold(self):
        for order in self:
            if order.sudo().offer_subscription_ids:
                raise ValidationError(
                    self.env._(
                        '%s has started its subscriptions: the introductory periods stay as'
                        ' agreed.',
                        order.name,
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse introductory periods to who may not set prices."""
        orders = super().create(vals_list)
        orders.filtered(
            lambda order: order.offer_intro_periods or order.offer_intro_percent
        )._check_offer_intro_right()
        return orders

    def write(self, vals):
        """Refuse introductory periods to who may not set prices."""
        changed = [
            order
            for order in self
            if any(
                order._fields[name].convert_to_cache(vals[name], order) != order[name]
                for name in INTRO_FIELDS
                if name in vals
            )
        ]
        self.browse([order.id for order in changed])._check_offer_intro_right()
        return super().write(vals)

    def copy_data(self, default=None):
        """Leave introductory periods to the plan where who copies may not agree others."""
        vals_list = super().copy_data(default)
        for order, vals in zip(self, vals_list, strict=True):
            if not order._may_agree_offer_intro():
                for name in INTRO_FIELDS:
                    vals.pop(name, None)
        return vals_list

    def _check_offer_intro_right(self):
        """:raise UserError: if the user may not set prices"""
        for order in self:
            if not order._may_agree_offer_intro():
                raise UserError(
                    self.env._('You may not agree other introductory periods than the plans have.')
                )

    def _may_agree_offer_intro(self):
        # asked of a line in memory: the right is the company's
        line = self.env['sale.order.line'].new({'order_id': self})
        return line._may_price_offer_service()

    # === BUSINESS METHODS === #

    def _get_offer_intro_text(self, agreed):
        """:param list agreed: see `_get_offer_agreed`
        :return: what the first periods come to, as dates and amounts
        """
        texts = []
        for it in agreed:
            text = it.timeline.facts.introduction and self._describe_offer_intro(it)
            if text and len(agreed) > 1:
                text = f'{it.subscription.plan_id.name}: {text}'
            if text:
                texts.append(text)
        return '\n'.join(texts) or False

    def _describe_offer_intro(self, agreed):
        plan, introduction = agreed.subscription.plan_id, agreed.timeline.facts.introduction
        before = after = 0.0
        for line in agreed.lines:
            if agreed.timeline.get_spans(line):
                amounts = get_period_amounts(agreed.timeline, line)
                before += line._get_offer_shown_amount(amounts[0])
                after += line._get_offer_shown_amount(amounts[1])
        said = {
            'period': plan._get_period_text(),
            'before': format_amount(self.env, before, self.currency_id),
            'after': format_amount(self.env, after, self.currency_id),
            'last': format_date(self.env, introduction.last),
            'first': format_date(self.env, agreed.first),
        }
        if agreed.waits:
            said['span'] = self._get_offer_intro_span(agreed.subscription.intro_periods)
            if before:
                return self.env._(
                    '%(before)s %(period)s for %(span)s, then %(after)s %(period)s', **said
                )
            return self.env._('Free for %(span)s, then %(after)s %(period)s', **said)
        if before:
            text = self.env._(
                '%(before)s %(period)s through %(last)s, then %(after)s %(period)s', **said
            )
        else:
            text = self.env._('Free through %(last)s, then %(after)s %(period)s', **said)
        if all(line._get_offer_agreed_start() == agreed.first for line in agreed.lines):
            return text
        return self.env._('%(text)s (if it starts on %(first)s)', text=text, first=said['first'])

    @api.model
    def _get_offer_intro_span(self, periods):
        if periods == 1:
            return self.env._('the first full period after delivery')
        return self.env._('the first %s full periods after delivery', periods)


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Take nobody's word for what a plan has: other introductory periods are the order's."""
        lines = super().create(vals_list)
        if not CONFIGURING.is_on(self):
            lines._follow_offer_intro()
        return lines

    def write(self, vals):
        """Take nobody's word for what a plan has: other introductory periods are the order's."""
        if CONFIGURING.is_on(self):
            return super().write(vals)
        vals = {name: value for name, value in vals.items() if name not in LINE_FIELDS}
        if 'offer_plan_id' not in vals:
            return super().write(vals)
        moved = self.filtered(
            lambda line: not line._is_same_value('offer_plan_id', vals['offer_plan_id'])
        )
        res = super().write(vals)
        moved._follow_offer_intro()
        return res

    def _follow_offer_intro(self):
        """Let a line have the introductory periods of its plan."""
        # plain lines have none, and cost nothing
        concerned = self.filtered(lambda line: line.offer_plan_id or line.offer_intro_periods)
        for line in CONFIGURING.on(concerned):
            plan = line.offer_plan_id
            if line.order_id.offer_change_subscription_id:
                # what is agreed has no introduction any more
                plan = plan.browse()
            line.offer_intro_periods, line.offer_intro_percent = (
                plan.intro_periods,
                plan.intro_percent,
            )

    # === BUSINESS METHODS === #

    def _get_offer_intro(self):
        """:return: number of full introductory periods, and the percentage of the price
        :rtype: tuple[int, float]
        """
        order = self.order_id
        if order.offer_intro_is_off:
            return 0, 0.0
        if order.offer_intro_periods:
            return order.offer_intro_periods, order.offer_intro_percent
        return self.offer_intro_periods, self.offer_intro_percent

    def _prepare_offer_intro_values(self, node, order=None):
        """What is quoted stays as the plan had it; what runs has no introduction any more.

        :param node: of a configuration
        :param order: of the line, if there is none yet
        """
        order = order or self.order_id
        if order.offer_change_subscription_id:
            periods, percent = 0, 0.0
        elif self.offer_plan_id and self.offer_plan_id == node.plan:
            periods, percent = self.offer_intro_periods, self.offer_intro_percent
        else:
            periods, percent = node.plan.intro_periods, node.plan.intro_percent
        return {'offer_intro_periods': periods, 'offer_intro_percent': percent}

    def _get_offer_shown_amount(self, amount):
        """
        :param Decimal amount: in the own taxes of the item
        :return: the same as the order shows it: untaxed, or with taxes
        :rtype: float
        """
        is_untaxed = self.order_id._get_offer_shown_field() == 'price_subtotal'
        taxes = self.tax_ids
        if not amount or (is_untaxed and not self._has_offer_included_taxes()):
            return float(amount)
        found = taxes.compute_all(
            self._map_offer_price(float(amount)),
            currency=self.currency_id,
            product=self.product_id,
            partner=self.order_id.partner_shipping_id,
        )
        return found['total_excluded' if is_untaxed else 'total_included']

    def _has_offer_included_taxes(self):
        """:return: whether the price of the item has taxes in it, or the order's price does"""
        own = self.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        return any((own | self.tax_ids).mapped('price_include'))
