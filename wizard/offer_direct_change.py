from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class OfferDirectChange(models.TransientModel):
    _name = 'offer.direct.change'
    _description = 'Change of a Subscription without a Quotation'

    subscription_id = fields.Many2one(comodel_name='offer.subscription', required=True)
    date = fields.Date(
        string='From',
        required=True,
        compute='_compute_date',
        store=True,
        readonly=False,
        precompute=True,
    )
    line_ids = fields.One2many(
        comodel_name='offer.direct.change.line',
        inverse_name='change_id',
        compute='_compute_line_ids',
        store=True,
        readonly=False,
        precompute=True,
    )
    currency_id = fields.Many2one(related='subscription_id.currency_id')
    amount_change = fields.Monetary(
        string='Difference per Period', compute='_compute_amount_change'
    )

    # === COMPUTE METHODS === #

    @api.depends('subscription_id')
    def _compute_date(self):
        for change in self:
            subscription = change.subscription_id
            today = subscription._get_company_today(subscription.company_id)
            change.date = max(today, subscription.date_start or today)

    @api.depends('subscription_id', 'date')
    def _compute_line_ids(self):
        for change in self:
            running = change.subscription_id.line_ids.filtered(
                lambda line, day=change.date: day and line._is_running_on(day)
            )
            change.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            'line_id': line.id,
                            'quantity': line.quantity,
                            'price_unit': line.price_unit,
                            'discount': line.discount,
                        }
                    )
                    for line in running
                ),
            ]

    @api.onchange('line_ids')
    def _onchange_line_ids(self):
        """Let what is sold per unit of a Service follow it."""
        by_first = {line.line_id._get_first(): line for line in self.line_ids}
        for part in self.line_ids:
            option = part.line_id.option_id
            service = by_first.get(part.line_id._get_first().parent_id)
            if option.quantity_mode != 'per_unit' or not service:
                continue
            if service.quantity != service.line_id.quantity:
                part.quantity = option.quantity * service.quantity

    @api.depends('line_ids.quantity', 'line_ids.price_unit', 'line_ids.discount')
    def _compute_amount_change(self):
        for change in self:
            change.amount_change = sum(change.line_ids.mapped('amount_change'))

    # === ACTION METHODS === #

    def action_apply(self):
        """Change what differs."""
        self.ensure_one()
        changes = [line._prepare_change() for line in self.line_ids if line._is_changed()]
        if not changes:
            raise UserError(self.env._('Nothing changes: correct a quantity, price or discount.'))
        self.subscription_id.change(self.date, changes)


class OfferDirectChangeLine(models.TransientModel):
    _name = 'offer.direct.change.line'
    _description = 'Change of a Line without a Quotation'

    change_id = fields.Many2one(
        comodel_name='offer.direct.change', required=True, ondelete='cascade', index=True
    )
    line_id = fields.Many2one(comodel_name='offer.subscription.line', required=True)
    name = fields.Char(related='line_id.display_name', string='What')
    quantity = fields.Float(digits='Product Unit', help='0: it ends.')
    price_unit = fields.Float(string='Unit Price', min_display_digits='Product Price')
    discount = fields.Float(string='Discount (%)', digits='Discount')
    currency_id = fields.Many2one(related='change_id.currency_id')
    amount_change = fields.Monetary(string='Difference', compute='_compute_amount_change')

    # === COMPUTE METHODS === #

    @api.depends('quantity', 'price_unit', 'discount')
    def _compute_amount_change(self):
        for line in self:
            after = line.quantity * line.price_unit * (1 - line.discount / 100)
            currency = line.currency_id
            after = currency.round(after) if currency else after
            line.amount_change = after - line.line_id.price_subtotal

    # === BUSINESS METHODS === #

    def _is_changed(self):
        return any(
            self[name] != self.line_id[name] for name in ('quantity', 'price_unit', 'discount')
        )

    def _prepare_change(self):
        return {
            'line_id': self.line_id.id,
            'quantity': self.quantity,
            'price_unit': self.price_unit,
            'discount': self.discount,
        }
