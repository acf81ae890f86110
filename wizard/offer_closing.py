"""What a day divides: paid beyond it, or delivered and not billed."""

from odoo import fields, models
from odoo.tools import format_date, split_every

from ..models.billing.offer_billing_entry import SETTLING_KINDS
from ..tools.closing import DEFERRED, divide
from ..tools.periods import ONE_DAY

BATCH = 500


class OfferClosing(models.TransientModel):
    _name = 'offer.closing'
    _description = 'Closing Report of Subscriptions'

    company_ids = fields.Many2many(
        comodel_name='res.company',
        string='Companies',
        required=True,
        default=lambda self: self.env.companies,
    )
    date = fields.Date(
        string='Closing Day',
        required=True,
        default=lambda self: self.env['offer.subscription']
        ._get_company_today(self.env.company)
        .replace(day=1)
        - ONE_DAY,
    )
    line_ids = fields.One2many(comodel_name='offer.closing.line', inverse_name='closing_id')

    # === BUSINESS METHODS === #

    def _create_lines(self):
        domain = [('company_id', 'in', self.company_ids.ids), ('date_start', '<=', self.date)]
        found = self.env['offer.subscription.line'].search(domain)
        for ids in split_every(BATCH, found.ids):
            self.line_ids.create(self._prepare_divided(found.browse(ids)))

    def _prepare_divided(self, lines):
        """:param lines: offer.subscription.line
        :return: values of rows, deferred and accrued
        """
        timelines = lines.subscription_id._get_timelines()
        entries = self._read_entries(lines)
        vals_list = []
        for subscription, own in lines.grouped('subscription_id').items():
            timeline = timelines[subscription]
            keys = set(own.ids) & timeline.keys
            for row in divide(timeline, entries[subscription], self.date, keys):
                prepare = self._prepare_charged if row.kind == DEFERRED else self._prepare_owed
                vals_list += prepare(timeline, row)
        return vals_list

    def _read_entries(self, lines):
        """:return: what was settled of lines as of the day, by subscription
        :rtype: dict[offer.subscription, list[Entry]]
        """
        read = {subscription: [] for subscription in lines.subscription_id}
        found = self.env['offer.billing.entry'].search(
            [
                ('subscription_line_id', 'in', lines.ids),
                ('kind', 'in', SETTLING_KINDS),
                ('is_void', '!=', True),
            ]
        )
        for entry in found.filtered(self._is_settled):
            read[entry.subscription_id].append(entry._as_entry())
        return read

    def _is_settled(self, entry):
        """:return: whether days were settled as of the day, whatever took them back since"""
        credits = entry.credit_ids.filtered(lambda credit: not credit.is_void)
        return self._is_in_books(entry) and not any(map(self._is_in_books, credits))

    def _is_in_books(self, entry):
        move = entry.move_id
        # what stands on no invoice has no day in the books
        return not move or (move.state == 'posted' and move.date <= self.date)

    def _prepare_charged(self, timeline, row):
        """What was charged for days beyond the day, by the account of the invoice line: its share,
        also where people edited the line.
        """
        entry = self.env['offer.billing.entry'].browse(row.origin.key)
        if not entry.invoice_line_id:
            return
        line = self.env['offer.subscription.line'].browse(row.line)
        amount = entry._get_booked_part(timeline, row.first, row.last, self.date)
        if amount:
            account = entry.invoice_line_id.account_id
            yield self._prepare_line(line, row.kind, account, row.first, row.last, float(amount))

    def _prepare_owed(self, timeline, row):
        """What is owed up to the day and is on no invoice in the books, untaxed."""
        line = self.env['offer.subscription.line'].browse(row.line)
        product = self.env['product.product'].browse(row.item)
        company = line.company_id
        amount = line.currency_id._convert(
            line.subscription_id._get_untaxed(product, float(row.amount)),
            company.currency_id,
            company,
            self.date,
        )
        if amount:
            account = self._get_income_account(line, product)
            yield self._prepare_line(line, row.kind, account, row.first, row.last, amount)

    def _get_income_account(self, line, product):
        template = product.product_tmpl_id.with_company(line.company_id)
        position = line.subscription_id._get_invoice_key().position
        return template.get_product_accounts(fiscal_pos=position)['income']

    def _prepare_line(self, line, kind, account, first, last, amount):
        return {
            'closing_id': self.id,
            'line_id': line.id,
            'kind': kind,
            'account_id': account.id,
            'date_from': first,
            'date_to': last,
            'amount': amount,
        }

    # === ACTION METHODS === #

    def action_show(self):
        """Open the report as a list and a pivot."""
        self.ensure_one()
        self.line_ids.unlink()
        self._create_lines()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Closing %s', format_date(self.env, self.date)),
            'res_model': 'offer.closing.line',
            'views': [(False, 'list'), (False, 'pivot')],
            'domain': [('closing_id', '=', self.id)],
            'context': {'search_default_by_kind': 1, 'search_default_by_account': 1},
        }


class OfferClosingLine(models.TransientModel):
    _name = 'offer.closing.line'
    _description = 'Line of a Closing Report'
    _order = 'kind, account_id, line_id, date_from'
    _transient_max_hours = 24.0

    closing_id = fields.Many2one(
        comodel_name='offer.closing', required=True, index=True, ondelete='cascade'
    )
    kind = fields.Selection(
        selection=[('deferred', 'Deferred: paid beyond'), ('accrued', 'Accrued: not billed')],
        required=True,
    )
    line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        required=True,
        ondelete='cascade',
    )
    subscription_id = fields.Many2one(related='line_id.subscription_id', store=True)
    partner_id = fields.Many2one(
        related='line_id.subscription_id.partner_id', string='Customer', store=True
    )
    company_id = fields.Many2one(related='line_id.company_id', store=True)
    account_id = fields.Many2one(comodel_name='account.account')
    date_from = fields.Date(string='From', required=True)
    date_to = fields.Date(string='To', required=True)
    currency_id = fields.Many2one(related='line_id.company_id.currency_id')
    amount = fields.Monetary(string='Untaxed', aggregator='sum')
