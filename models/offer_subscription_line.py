from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..tools.periods import ONE_DAY, period_index
from ..tools.proration import piece_price
from ..tools.reconciliation import due_charges, due_credits, next_due

# what a customer was billed for is not edited: it ends, and a successor goes on (design §5)
SETTLED_FIELDS = {
    'subscription_id',
    'product_id',
    'quantity',
    'product_uom_id',
    'price_unit',
    'discount',
    'date_start',
}


class OfferSubscriptionLine(models.Model):
    _name = 'offer.subscription.line'
    _description = 'Subscription Line'
    _inherit = ['analytic.mixin']
    _order = 'subscription_id, sequence, id'

    _quantity_positive = models.Constraint(
        'CHECK (quantity > 0)', 'The quantity of a subscription line is more than 0.'
    )

    subscription_id = fields.Many2one(
        comodel_name='offer.subscription', required=True, index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='subscription_id.company_id', store=True)
    currency_id = fields.Many2one(related='subscription_id.currency_id')
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        comodel_name='product.product', required=True, index=True, ondelete='restrict'
    )
    name = fields.Text(
        string='Description',
        compute='_compute_name',
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    tier_id = fields.Many2one(
        comodel_name='offer.sla.tier', string='Service Level', ondelete='restrict'
    )
    date_start = fields.Date(string='Start')
    date_end = fields.Date(string='End', help='The last day that is billed; empty: no end.')
    quantity = fields.Float(default=1.0, digits='Product Unit', required=True)
    product_uom_id = fields.Many2one(
        comodel_name='uom.uom',
        string='Unit',
        compute='_compute_product_uom_id',
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        ondelete='restrict',
    )
    price_unit = fields.Float(
        string='Unit Price',
        min_display_digits='Product Price',
        help="Per unit and period of the plan, in the product's own taxes.",
    )
    discount = fields.Float(string='Discount (%)', digits='Discount')
    price_subtotal = fields.Monetary(string='Per Period', compute='_compute_price_subtotal')
    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line',
        string='Order Line',
        index='btree_not_null',
        ondelete='restrict',
        copy=False,
    )
    previous_line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        string='Succeeds',
        index='btree_not_null',
        ondelete='restrict',
        copy=False,
    )
    billing_entry_ids = fields.One2many(
        comodel_name='offer.billing.entry', inverse_name='subscription_line_id', string='Settled'
    )
    billed_until = fields.Date(
        compute='_compute_billed_until',
        inverse='_inverse_billed_until',
        help='The last day that is settled without a gap. For an agreement that comes in running:'
        ' the last day that was billed elsewhere.',
    )
    date_next_due = fields.Date(
        string='Next Due',
        index='btree_not_null',
        copy=False,
        readonly=True,
        help='Nothing is due before this day.',
    )

    # === COMPUTE METHODS === #

    @api.depends('product_id')
    def _compute_name(self):
        for line in self:
            if not line.name and line.product_id:
                lang = line.subscription_id.partner_id.lang
                product = line.product_id.with_context(lang=lang)
                line.name = product.get_product_multiline_description_sale()

    @api.depends('product_id')
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_uom_id or line.product_id.uom_id

    @api.depends('quantity', 'price_unit', 'discount', 'currency_id')
    def _compute_price_subtotal(self):
        for line in self:
            line.price_subtotal = line._get_amount(line.quantity, line.price_unit)

    @api.depends('name', 'product_id')
    def _compute_display_name(self):
        for line in self:
            line.display_name = (line.name or line.product_id.display_name or '').split('\n')[0]

    @api.depends('billing_entry_ids.date_to', 'billing_entry_ids.credited_from', 'date_start')
    def _compute_billed_until(self):
        for line in self:
            settled = line.billing_entry_ids._as_settled()
            day = line.date_start and line.date_start - ONE_DAY
            for entry in sorted(settled, key=lambda entry: entry.first):
                if day and entry.first <= day + ONE_DAY:
                    day = max(day, entry.last)
            line.billed_until = day if day and day >= line.date_start else False

    def _inverse_billed_until(self):
        """Settle what was billed before this addon, so that it isn't billed again."""
        for line in self:
            until = line.billed_until
            entries_sudo = line.sudo().billing_entry_ids  # entries are the engine's
            if entries_sudo.filtered(lambda entry: entry.kind != 'elsewhere'):
                raise UserError(
                    self.env._('"%s" is billed here: the invoices say until when.', line.name)
                )
            line.date_start = line.date_start or line.subscription_id.date_start
            if until and not line.date_start:
                raise UserError(
                    self.env._('Say since when "%s" runs, as it is billed already.', line.name)
                )
            entries_sudo.unlink()
            if until and until >= line.date_start:
                entries_sudo.create(
                    {
                        'subscription_line_id': line.id,
                        'kind': 'elsewhere',
                        'date_from': line.date_start,
                        'date_to': until,
                        'reason': self.env._('Billed before the subscription came in.'),
                    }
                )
            line._update_next_due()

    # === CONSTRAINT METHODS === #

    @api.constrains('date_start', 'subscription_id')
    def _check_date_start(self):
        for line in self:
            if not line.date_start and line.subscription_id.state not in ('pending', 'closed'):
                raise ValidationError(
                    self.env._('Say from which day on "%s" is billed.', line.display_name)
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Let the engine find what is added to a running subscription."""
        lines = super().create(vals_list)
        lines._update_next_due()
        return lines

    def write(self, vals):
        """Refuse to change what a customer was billed for."""
        names = (SETTLED_FIELDS | {'date_end'}) & vals.keys()
        changed = self.filtered(
            lambda line: line.billing_entry_ids
            and any(vals[name] != line._as_written(name) for name in names)
        )
        drafts = changed._get_untouched_drafts()
        for line in changed if SETTLED_FIELDS & vals.keys() else ():
            if line.billing_entry_ids.filtered(lambda entry: entry.move_id not in drafts):
                raise UserError(
                    self.env._(
                        '"%s" has been billed, so it stays as it was: change the subscription from'
                        ' a day on instead.',
                        line.display_name,
                    )
                )
        with drafts._rebuilding_offer_drafts():
            res = super().write(vals)
            if {'date_start', 'date_end'} & vals.keys():
                self._update_next_due()
        return res

    def _get_untouched_drafts(self):
        """:return: drafts of the engine that cover these lines, and that nobody worked on
        :rtype: account.move
        """
        # sudo: drafts are the engine's until somebody touches them
        moves_sudo = self.sudo().billing_entry_ids.move_id
        return moves_sudo.filtered(
            lambda move: move.state == 'draft'
            and not move.posted_before
            and not move.is_manually_modified
        )

    def _as_written(self, name):
        field = self._fields[name]
        return field.convert_to_write(self[name], self)

    # === BUSINESS METHODS === #

    def _get_amount(self, quantity, price_unit):
        """:return: untaxed amount after discount, in the subscription's currency"""
        amount = quantity * price_unit * (1 - (self.discount or 0.0) / 100)
        return self.currency_id.round(amount) if self.currency_id else amount

    def _update_next_due(self):
        """Write the first day on which something can be due, on lines and subscriptions."""
        for day, lines in self.grouped(lambda line: line._get_next_due() or False).items():
            lines.filtered(lambda line, day=day: line.date_next_due != day).date_next_due = day
        for day, subscriptions in self.subscription_id.grouped(
            lambda subscription: min(
                filter(None, subscription.line_ids.mapped('date_next_due')), default=False
            )
        ).items():
            subscriptions.filtered(
                lambda subscription, day=day: subscription.date_next_due != day
            ).date_next_due = day

    def _get_next_due(self):
        subscription = self.subscription_id
        if subscription.state == 'pending' or not self.date_start:
            return None
        settled = self.billing_entry_ids._as_settled()
        return next_due(*self._get_entitlement(), settled, subscription.date_end or None)

    def _get_entitlement(self):
        """:return: terms, anchor, first and last entitled day (None: no end)"""
        self.ensure_one()
        subscription = self.subscription_id
        return (
            subscription.plan_id._get_terms(),
            subscription.date_anchor,
            self.date_start,
            self.date_end or None,
        )

    def _get_due_rows(self, until):
        """What is due of one line, oldest first: the difference of what the customer is entitled
        to and what is settled.

        :param datetime.date until: up to and including this day
        :return: dicts of the line, the kind (charge or credit), the days (`due`), quantity
            (negative for a credit), price per unit in the product's taxes, untaxed amount
        :rtype: list[dict]
        """
        self.ensure_one()
        terms, anchor, first, last = self._get_entitlement()
        settled = self.billing_entry_ids._as_settled()
        closing = self.subscription_id.date_end or None
        charges = due_charges(terms, anchor, first, last, settled, until, closing)
        credits = due_credits(terms, anchor, last, settled, until)
        return [self._prepare_due_row('credit', due) for due in credits] + [
            self._prepare_due_row('charge', due) for due in charges
        ]

    def _prepare_due_row(self, kind, due):
        quantity = -self.quantity if kind == 'credit' else self.quantity
        price_unit = self._get_piece_price(due.period, due.first, due.last)
        return {
            'line': self,
            'kind': kind,
            'due': due,
            'quantity': quantity,
            'price_unit': price_unit,
            'amount': self._get_amount(quantity, price_unit),
        }

    def _get_piece_price(self, period, first, last):
        """:return: price per unit of some days of a period, in the product's taxes"""
        price = self._get_period_price(period)
        if self.subscription_id.plan_id.proration == 'none':
            return price
        return float(piece_price(price, period, first, last, self.currency_id.rounding))

    def _get_period_price(self, period):
        """:return: price per unit of a whole period: less in the first ones, if that was agreed"""
        subscription = self.subscription_id
        if not subscription.intro_periods or not subscription.date_start:
            return self.price_unit
        terms, anchor = subscription.plan_id._get_terms(), subscription.date_anchor
        begun = period_index(terms, anchor, subscription.date_start)
        if period_index(terms, anchor, period.first) - begun >= subscription.intro_periods:
            return self.price_unit
        price = self.price_unit * subscription.intro_percent / 100
        return self.env['offer.price']._round(price, self.currency_id)

    def _prepare_invoice_line_values(self, row, fiscal_position, sign):
        """Values of the invoice line for one due row.

        :param int sign: -1 on a credit note, whose quantities are positive
        """
        self.ensure_one()
        due = row['due']
        lang = self.subscription_id.partner_id.lang
        days = (format_date(self.env, day, lang_code=lang) for day in (due.first, due.last))
        values = {
            'product_id': self.product_id.id,
            'name': f'{self.name}\n{" – ".join(days)}',
            'quantity': sign * row['quantity'],
            'product_uom_id': self.product_uom_id.id,
            'discount': self.discount,
            **self._prepare_deferral_values(due),
            'offer_billing_entry_ids': [
                fields.Command.create(
                    {
                        'subscription_line_id': self.id,
                        'kind': row['kind'],
                        'date_from': due.first,
                        'date_to': due.last,
                        'origin_id': due.origin,
                    }
                )
            ],
        }
        if row['kind'] == 'credit':
            return {**values, **self._prepare_credit_values(row)}
        taxes = self._get_taxes()
        price_unit = self.product_id._get_tax_included_unit_price_from_price(
            row['price_unit'], product_taxes=taxes, fiscal_position=fiscal_position
        )
        if self.analytic_distribution:
            values['analytic_distribution'] = self.analytic_distribution
        values.update(
            price_unit=price_unit, tax_ids=[fields.Command.set(fiscal_position.map_tax(taxes).ids)]
        )
        return values

    def _get_taxes(self):
        """:return: the product's own taxes in the company of the subscription
        :rtype: account.tax
        :raise UserError: if the only ones are archived: nothing must be billed without taxes by
            accident
        """
        taxes = self.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        if taxes:
            return taxes
        everything = self.product_id.with_context(active_test=False).taxes_id
        archived = everything._filter_taxes_by_company(self.company_id)
        if archived:
            raise UserError(
                self.env._(
                    'The tax "%(tax)s" of "%(item)s" is archived: give the item another one.',
                    tax=archived[0].name,
                    item=self.product_id.display_name,
                )
            )
        return taxes

    def _prepare_deferral_values(self, due):
        """Days of service for the deferred revenues of Odoo Enterprise, where it is installed."""
        values = {'deferred_start_date': due.first, 'deferred_end_date': due.last}
        known = self.env['account.move.line']._fields
        return {name: value for name, value in values.items() if name in known}

    def _prepare_credit_values(self, row):
        """A credit repeats the invoice line that it takes back, also if taxes or accounts have
        changed since."""
        origin = self.env['offer.billing.entry'].browse(row['due'].origin)
        charged = origin.invoice_line_id
        price_unit = row['price_unit']
        full = origin._get_full_price()
        if self.currency_id.compare_amounts(charged.price_unit, full) and full:
            # the price was taken into other taxes then; the same share of it comes back
            price_unit = charged.price_unit * price_unit / full
        return {
            'price_unit': price_unit,
            'discount': charged.discount,
            'tax_ids': [fields.Command.set(charged.tax_ids.ids)],
            'account_id': charged.account_id.id,
            'analytic_distribution': charged.analytic_distribution,
        }
