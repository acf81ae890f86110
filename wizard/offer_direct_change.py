from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.timeline import Timeline

# what a row shows of a line
PROPOSED = ('quantity', 'price_unit', 'discount')


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
            lines, day = change.subscription_id.line_ids, change.date
            running = lines._get_running_on(day) if day else lines.browse()
            change.line_ids = [
                Command.clear(),
                *(
                    Command.create({'line_id': line.id, **change._prepare_shown(line)})
                    for line in running
                ),
            ]

    @api.onchange('line_ids')
    def _onchange_line_ids(self):
        """Show what follows from the quantities, where nobody has said something else."""
        proposed = self._get_proposed()
        for line in self.line_ids:
            values = proposed[line.line_id]
            for name in PROPOSED:
                if line[name] == line[f'proposed_{name}']:
                    line[name] = values[name]
                line[f'proposed_{name}'] = values[name]

    @api.depends('line_ids.quantity', 'line_ids.price_unit', 'line_ids.discount')
    def _compute_amount_change(self):
        for change in self:
            change.amount_change = sum(change.line_ids.mapped('amount_change'))

    # === BUSINESS METHODS === #

    def _prepare_shown(self, line):
        """:return: values of a row that shows what holds on the day"""
        held = line._get_held_on(self.date)
        shown = {name: held[name] for name in PROPOSED}
        return {**shown, **{f'proposed_{name}': value for name, value in shown.items()}}

    def _get_proposed(self):
        """What the quantities of the dialog come to, as the change itself will work it out.

        :return: quantity, price and discount by subscription line
        :rtype: dict
        """
        self.ensure_one()
        subscription, day = self.subscription_id._origin, self.date
        shown = {
            line.line_id._origin: line.line_id._origin._get_held_on(day) for line in self.line_ids
        }
        said = [
            (line.line_id._origin, {'quantity': line.quantity})
            for line in self.line_ids
            if line._says_quantity(shown[line.line_id._origin]['quantity'])
        ]
        if not said:
            return shown
        timeline = subscription._get_timeline()
        changes = subscription._complete_changes(day, said)
        after = Timeline(subscription._get_facts_with(day, changes, timeline))
        proposed = {}
        for line in self.line_ids:
            known = line.line_id._origin
            agreed = known._is_agreed_on(day, after)
            proposed[line.line_id] = (
                known._get_held(day, after) if agreed else {**shown[known], 'quantity': 0.0}
            )
        return proposed

    # === ACTION METHODS === #

    def action_apply(self):
        """Change what differs."""
        self.ensure_one()
        proposed = self._get_proposed()
        changes = [line._prepare_change(proposed) for line in self.line_ids]
        changes = [change for change in changes if len(change) > 1]
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
    # what follows from the quantities: where a row shows it, nobody has said something else
    proposed_quantity = fields.Float(digits='Product Unit')
    proposed_price_unit = fields.Float(min_display_digits='Product Price')
    proposed_discount = fields.Float(digits='Discount')
    currency_id = fields.Many2one(related='change_id.currency_id')
    amount_change = fields.Monetary(string='Difference', compute='_compute_amount_change')

    # === COMPUTE METHODS === #

    @api.depends('quantity', 'price_unit', 'discount')
    def _compute_amount_change(self):
        for line in self:
            held = line.line_id._origin._get_held_on(line.change_id.date)
            after = {name: line[name] for name in PROPOSED}
            currency = line.currency_id
            line.amount_change = currency and (
                line.line_id._get_held_amount(after, currency)
                - line.line_id._get_held_amount(held, currency)
            )

    # === BUSINESS METHODS === #

    def _says_quantity(self, held):
        """:param float held: quantity that is agreed
        :return: whether somebody has typed another one, and it is none that follows by itself
        """
        self.ensure_one()
        unit = self.line_id.product_uom_id
        is_shown = self.quantity == self.proposed_quantity
        return unit.compare(self.quantity, held) != 0 and not (is_shown and self._follows())

    def _follows(self):
        """:return: whether its quantity is agreed per unit of what it hangs on"""
        line, day = self.line_id._origin, self.change_id.date
        timeline = line.subscription_id._get_timeline(line._with_above())
        return timeline.get_ratio_on(line.id, day) is not None

    def _prepare_change(self, proposed):
        """
        :param dict proposed: see `offer.direct.change._get_proposed`
        :return: what the row says, as `offer.subscription.change` reads it
        :rtype: dict
        """
        held = self.line_id._get_held_on(self.change_id.date)
        shown = proposed[self.line_id]
        said = {'line_id': self.line_id.id}
        if self._says_quantity(held['quantity']):
            said['quantity'] = self.quantity
        for name in ('price_unit', 'discount'):
            # typed by hand, it counts, also where it is what was agreed before
            if self[name] != shown[name]:
                said[name] = self[name]
        return said
