"""One-time amounts that the next invoice of a subscription takes along: fees and credits."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.periods import Period
from ...tools.reading import MAX_NUMBER, is_amount
from .due_row import Due, DueRow


class OfferSubscriptionCharge(models.Model):
    _name = 'offer.subscription.charge'
    _description = 'One-Time Amount of a Subscription'
    _order = 'date, id'

    subscription_line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        required=True,
        index=True,
        ondelete='restrict',
        help='Whose taxes and account it takes.',
    )
    subscription_id = fields.Many2one(
        related='subscription_line_id.subscription_id', store=True, index=True
    )
    company_id = fields.Many2one(related='subscription_id.company_id')
    currency_id = fields.Many2one(related='subscription_id.currency_id')
    date = fields.Date(string='From', required=True, help='It is not billed before this day.')
    name = fields.Char(string='Reason', required=True)
    amount = fields.Monetary(
        required=True, help="In the item's own taxes. Less than 0: the customer gets it back."
    )
    event_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        string='Act',
        index='btree_not_null',
        ondelete='set null',
        help='The act that brought it: withdrawn, the amount goes with it.',
    )
    entry_ids = fields.One2many(comodel_name='offer.billing.entry', inverse_name='charge_id')
    move_id = fields.Many2one(
        comodel_name='account.move', string='Invoice', compute='_compute_move_id'
    )

    # === COMPUTE METHODS === #

    @api.depends('entry_ids.is_void', 'entry_ids.invoice_line_id')
    def _compute_move_id(self):
        for charge in self:
            charge.move_id = charge._get_live_entries().move_id[:1]

    # === CONSTRAINT METHODS === #

    @api.constrains('amount', 'date')
    def _check_chargeable(self):
        for charge in self:
            self.env['offer.subscription']._check_day(charge.date)
            if not is_amount(charge.amount, -MAX_NUMBER):
                raise ValidationError(
                    self.env._('An amount is a number of up to %s.', f'{MAX_NUMBER:,}')
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Let the engine find it."""
        charges = super().create(vals_list)
        charges.subscription_id._update_next_due()
        return charges

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        if self._get_live_entries():
            raise UserError(self.env._('What stands on an invoice is not deleted.'))

    # === BUSINESS METHODS === #

    def _get_live_entries(self):
        return self.entry_ids.filtered(lambda entry: not entry.is_void)

    def _withdraw(self):
        """Take the amount back: what no invoice shows yet is deleted, the rest is credited."""
        self.ensure_one()
        if not self._get_live_entries():
            self.unlink()
            return
        text = self.env._('Withdrawn: %s', self.name)
        self.subscription_id._charge_once(self.subscription_line_id, self.date, -self.amount, text)

    def _prepare_row(self, on):
        """:param datetime.date on: the day from which on it is due
        :rtype: DueRow
        """
        self.ensure_one()
        sign = -1 if self.amount < 0 else 1
        return DueRow(
            line=self.subscription_line_id,
            kind='one_time',
            due=Due(self.date, self.date, Period(self.date, self.date), on),
            quantity=sign,
            price_unit=sign * self.amount,
            amount=self.amount,
            charge=self,
        )

    def _prepare_invoice_line_values(self, row, fiscal_position, sign):
        """Values of the invoice line that shows it, with its reason.

        :param DueRow row: of this amount
        :param fiscal_position: of the invoice
        :param int sign: -1 on a credit note, whose quantities are positive
        """
        line = row.line
        taxes = line._get_taxes()
        values = {
            'product_id': line.product_id.id,
            'name': self.name,
            'quantity': sign * row.quantity,
            'product_uom_id': line.product_uom_id.id,
            'price_unit': line.product_id._get_tax_included_unit_price_from_price(
                row.price_unit, product_taxes=taxes, fiscal_position=fiscal_position
            ),
            'discount': 0.0,
            'tax_ids': [fields.Command.set(fiscal_position.map_tax(taxes).ids)],
            'offer_billing_entry_ids': [
                fields.Command.create(
                    {
                        'subscription_line_id': line.id,
                        'kind': 'one_time',
                        'charge_id': self.id,
                        'date_from': self.date,
                        'date_to': self.date,
                        'reason': self.name,
                    }
                )
            ],
        }
        if line.analytic_distribution:
            values['analytic_distribution'] = line.analytic_distribution
        return values


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _charge_once(self, line, day, amount, text):
        """Put an amount on the next invoice.

        :param line: whose taxes and account it takes
        :param datetime.date day: it is not billed before
        :param float amount: in the item's own taxes; less than 0: a credit
        :param str text: the reason, in the customer's language
        :rtype: offer.subscription.charge
        """
        self.ensure_one()
        # sudo: a policy charges or credits, nobody has the right to write these by hand
        return self.env['offer.subscription.charge'].sudo().create(
            {'subscription_line_id': line.id, 'date': day, 'amount': amount, 'name': text}
        )  # fmt: skip

    def _get_open_charges(self):
        # sudo: who sees what is due sees these
        charges_sudo = self.sudo().charge_ids
        return charges_sudo.filtered(lambda charge: not charge._get_live_entries())

    def _get_charge_rows(self, until, rows):
        """One-time amounts that are due: credits wait for the next invoice, if one will come.

        :param datetime.date until: up to and including this day
        :param list[DueRow] rows: what is due anyway
        :rtype: list[DueRow]
        """
        found = []
        for charge in self._get_open_charges():
            if charge.date > until:
                continue
            subscription = charge.subscription_id
            days = sorted(
                row.due.on
                for row in rows
                if row.kind == 'charge' and row.line.subscription_id == subscription
            )
            if charge.amount > 0 or not (days or subscription._has_lines_due()):
                found.append(charge._prepare_row(charge.date))
            elif days:
                on = next((day for day in days if day >= charge.date), days[-1])
                found.append(charge._prepare_row(on))
        return found

    def _has_lines_due(self):
        return any(self.line_ids.mapped('date_next_due'))

    def _update_next_due(self):
        """Write the first day on which something can be due, by the lines' own hints."""
        for subscription in self:
            days = [*filter(None, subscription.line_ids.mapped('date_next_due'))]
            open_charges = subscription._get_open_charges()
            days += [charge.date for charge in open_charges if charge.amount > 0 or not days]
            day = min(days, default=False)
            if subscription.date_next_due != day:
                subscription._write_shown({'date_next_due': day})
