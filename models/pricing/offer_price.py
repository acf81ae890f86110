from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, float_round

TARGET_FIELDS = ('product_id', 'option_id', 'tier_id')
SAME_ANSWER_FIELDS = (
    'product_tmpl_id',
    *TARGET_FIELDS,
    'plan_id',
    'pricelist_id',
    'partner_id',
    'company_id',
    'min_quantity',
    'date_start',
)


class OfferPrice(models.Model):
    _name = 'offer.price'
    _description = 'Price of a Service'
    _order = 'product_tmpl_id, sequence, id'

    _one_target = models.Constraint(
        'CHECK (option_id IS NULL OR tier_id IS NULL)',
        'A row prices an option or a service level, not both: make two rows.',
    )
    _amount_not_negative = models.Constraint(
        'CHECK (amount >= 0 AND (setup_amount IS NULL OR setup_amount >= 0))',
        'A price is 0 or more.',
    )
    _dates_in_order = models.Constraint(
        'CHECK (date_end IS NULL OR date_start IS NULL OR date_start <= date_end)',
        'The price ends before it starts: correct its dates.',
    )

    product_tmpl_id = fields.Many2one(
        comodel_name='product.template',
        string='Service',
        required=True,
        index=True,
        ondelete='cascade',
        domain=[('offer_kind', '=', 'service')],
    )
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        comodel_name='product.product',
        string='Variant',
        ondelete='cascade',
        domain="[('product_tmpl_id', '=', product_tmpl_id)]",
    )
    option_id = fields.Many2one(
        comodel_name='offer.option',
        index='btree_not_null',
        ondelete='cascade',
        domain="[('product_tmpl_id', '=', product_tmpl_id)]",
        help='Empty: the price of the Service itself, or of its service level.',
    )
    tier_id = fields.Many2one(
        comodel_name='offer.sla.tier', string='Service Level', ondelete='cascade'
    )
    plan_id = fields.Many2one(
        comodel_name='offer.plan',
        index='btree_not_null',
        ondelete='restrict',
        help='Empty: a one-time purchase.',
    )
    amount_type = fields.Selection(
        selection=[
            ('fixed', 'Per unit and period'),
            ('percent', "Percent of the Service's own price"),
        ],
        string='Price Is',
        default='fixed',
        required=True,
    )
    amount = fields.Float(min_display_digits='Product Price', required=True)
    setup_amount = fields.Float(
        string='Setup Fee',
        min_display_digits='Product Price',
        help='Paid once with the order, whatever the quantity. At 0 the fee of the more general'
        ' price counts.',
    )
    is_setup_waived = fields.Boolean(
        string='No Setup Fee', help='Also where a more general price has one.'
    )
    currency_id = fields.Many2one(
        comodel_name='res.currency',
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    company_id = fields.Many2one(comodel_name='res.company', help='Empty: in all companies.')
    pricelist_id = fields.Many2one(comodel_name='product.pricelist', ondelete='cascade')
    partner_id = fields.Many2one(
        comodel_name='res.partner',
        string='Customer',
        ondelete='cascade',
        help='The price of this customer and of all its contacts.',
    )
    min_quantity = fields.Float(digits='Product Unit')
    date_start = fields.Date(string='Valid From')
    date_end = fields.Date(string='Valid Until')

    # === COMPUTE METHODS === #

    @api.depends('product_tmpl_id', 'option_id', 'tier_id', 'plan_id', 'amount', 'amount_type')
    def _compute_display_name(self):
        for row in self:
            target = row.option_id or row.tier_id or row.product_id or row.product_tmpl_id
            unit = '%' if row.amount_type == 'percent' else row.currency_id.name
            plan = row.plan_id.name or self.env._('one-time')
            row.display_name = f'{target.display_name} · {plan} · {row.amount:g} {unit}'

    # === CONSTRAINT METHODS === #

    @api.constrains('product_tmpl_id', *TARGET_FIELDS, 'amount_type')
    def _check_target(self):
        for row in self:
            template = row.product_tmpl_id
            template._check_is_service(self.env._('prices per plan'))
            stranger = (
                (row.option_id.product_tmpl_id not in (template, template.browse()))
                or (row.tier_id and row.tier_id not in template.offer_tier_ids)
                or (row.product_id.product_tmpl_id not in (template, template.browse()))
            )
            if stranger:
                raise ValidationError(
                    self.env._(
                        'The price "%(price)s" names something that does not belong to the Service'
                        ' "%(service)s".',
                        price=row.display_name,
                        service=template.name,
                    )
                )
            if row.amount_type == 'percent' and not (row.option_id or row.tier_id):
                raise ValidationError(
                    self.env._(
                        'The Service "%s" itself needs an amount: a percentage is for its options'
                        ' and service levels.',
                        template.name,
                    )
                )

    @api.constrains(*SAME_ANSWER_FIELDS)
    def _check_same_answer(self):
        for row in self:
            twins = (row.product_tmpl_id.offer_price_ids - row).filtered(
                lambda twin, row=row: all(twin[name] == row[name] for name in SAME_ANSWER_FIELDS)
            )
            if twins:
                raise ValidationError(
                    self.env._(
                        'There is such a price already: "%(price)s". Change that one, or give this'
                        ' one another customer, pricelist, quantity or date.',
                        price=twins[0].display_name,
                    )
                )

    # === BUSINESS METHODS: GRID === #

    def _get_grid_key(self):
        """:return: the row of the Service's grid in which this price stands"""
        self.ensure_one()
        if self.option_id:
            return f'option_{self.option_id.id}'
        return f'tier_{self.tier_id.id}' if self.tier_id else 'own'

    @api.model
    def _from_grid_key(self, key):
        kind, _, number = str(key).partition('_')
        if kind in ('option', 'tier') and number.isdigit():
            return {f'{kind}_id': int(number)}
        return {}

    # === BUSINESS METHODS === #

    @api.model
    def _find_all(self, template, plan, context, *, product=None, option=None, tier=None, qty=None):
        """The rows that answer, the one that counts first: the customer's own, then the
        pricelist's, then variant before template, larger quantity, later date.

        :param template: the Service whose rows are asked
        :param plan: empty: a one-time purchase
        :param PriceContext context: for whom and when
        :param product: the variant; a row of another variant doesn't answer
        :param option: the option that is priced instead of the Service
        :param tier: the service level that is priced instead of the Service
        :param float qty: in the item's own unit; None: whatever the quantity
        """
        return self._find_for(template, plan, context, option=option, tier=tier).filtered(
            lambda row: (not row.product_id or row.product_id == product)
            and (qty is None or float_compare(row.min_quantity, qty, precision_digits=6) <= 0)
        )

    @api.model
    def _find_for(self, template, plan, context, option=None, tier=None):
        """As :meth:`_find_all`, of every variant and quantity."""
        # a Product and a plain item have no rows of their own
        if template.offer_kind != 'service':
            return self.browse()
        partner = context.partner.commercial_partner_id
        # sudo: a branch sells at the prices of its company
        companies = context.company.sudo().parent_ids

        def answers(row):
            return (
                row.plan_id == (plan or row.plan_id.browse())
                and row.option_id == (option or row.option_id.browse())
                and row.tier_id == (tier or row.tier_id.browse())
                and (not row.partner_id or row.partner_id.commercial_partner_id == partner)
                and (not row.pricelist_id or row.pricelist_id == context.pricelist)
                and (not row.company_id or row.company_id in companies)
                and (not row.date_start or row.date_start <= context.day)
                and (not row.date_end or context.day <= row.date_end)
            )

        def rank(row):
            return (
                bool(row.partner_id),
                bool(row.pricelist_id),
                bool(row.product_id),
                row.min_quantity,
                row.date_start or date.min,
                bool(row.company_id),
            )

        rows = option.price_ids if option else template.offer_own_price_ids
        return rows.filtered(answers).sorted(rank, reverse=True)

    def _is_final(self):
        """Whether the pricelist's percentages stay off this row."""
        return bool(self.partner_id or self.pricelist_id)

    @api.model
    def _round(self, amount, currency):
        """Round what was calculated as finely as prices are written, or as the currency is."""
        digits = self.env['decimal.precision'].precision_get('Product Price')
        return float_round(amount, precision_digits=max(digits, currency.decimal_places))
