from dataclasses import replace

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..tools.amounts import to_decimal
from ..tools.timeline import Timeline

WHERE = ('partner_id', 'partner_invoice_id', 'company_id', 'currency_id')


class OfferTransfer(models.TransientModel):
    _name = 'offer.transfer'
    _description = 'Transfer of a Subscription'

    subscription_id = fields.Many2one(comodel_name='offer.subscription', required=True)
    date = fields.Date(
        string='From',
        required=True,
        compute='_compute_date',
        store=True,
        readonly=False,
        precompute=True,
    )
    partner_id = fields.Many2one(
        comodel_name='res.partner',
        string='Customer',
        required=True,
        compute='_compute_partner_id',
        store=True,
        readonly=False,
        precompute=True,
    )
    partner_invoice_id = fields.Many2one(
        comodel_name='res.partner',
        string='Invoice Address',
        required=True,
        compute='_compute_partner_invoice_id',
        store=True,
        readonly=False,
        precompute=True,
    )
    company_id = fields.Many2one(
        comodel_name='res.company',
        required=True,
        compute='_compute_company_id',
        store=True,
        readonly=False,
        precompute=True,
    )
    currency_id = fields.Many2one(
        comodel_name='res.currency',
        required=True,
        compute='_compute_currency_id',
        store=True,
        readonly=False,
        precompute=True,
    )
    line_ids = fields.One2many(
        comodel_name='offer.transfer.line',
        inverse_name='transfer_id',
        compute='_compute_line_ids',
        store=True,
        readonly=False,
        precompute=True,
    )
    problem = fields.Text(string='In the Way', compute='_compute_effect')
    hints = fields.Text(string='To Know', compute='_compute_effect')
    amounts = fields.Html(string='Comes To', compute='_compute_effect', sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends('subscription_id')
    def _compute_date(self):
        for dialog in self:
            subscription = dialog.subscription_id
            today = subscription._get_company_today(subscription.company_id)
            dialog.date = max(today, subscription.date_start or today)

    # one each: what a form doesn't show is computed, and must not take the others along

    @api.depends('subscription_id')
    def _compute_partner_id(self):
        for dialog in self:
            dialog.partner_id = dialog.subscription_id.partner_id

    @api.depends('subscription_id')
    def _compute_company_id(self):
        for dialog in self:
            dialog.company_id = dialog.subscription_id.company_id

    @api.depends('subscription_id')
    def _compute_currency_id(self):
        for dialog in self:
            dialog.currency_id = dialog.subscription_id.currency_id

    @api.depends('partner_id')
    def _compute_partner_invoice_id(self):
        for dialog in self:
            subscription, partner = dialog.subscription_id, dialog.partner_id
            dialog.partner_invoice_id = (
                subscription.partner_invoice_id
                if partner == subscription.partner_id
                else partner._get_offer_payer(dialog.company_id or subscription.company_id)
            )

    @api.depends('subscription_id', 'date', 'company_id', 'currency_id')
    def _compute_line_ids(self):
        for dialog in self:
            dialog.line_ids = [
                Command.clear(),
                *(Command.create(values) for values in dialog._prepare_lines()),
            ]

    @api.depends('date', *WHERE, 'line_ids.price_unit')
    def _compute_effect(self):
        for dialog in self:
            dialog.problem = dialog.hints = dialog.amounts = False
            subscription = dialog.subscription_id
            # what is said below is for who may do it
            subscription.check_access('write')
            if not dialog.date or not all(dialog[name] for name in WHERE):
                continue
            try:
                transfer = subscription._read_transfer(dialog.date, dialog._prepare_values())
                subscription._check_transfer(transfer)
            except UserError as error:
                dialog.problem = error.args[0]
            else:
                dialog.hints = '\n'.join(dialog._get_hints(transfer))
                dialog.amounts = dialog._show_amounts(transfer)

    # === BUSINESS METHODS === #

    def _prepare_lines(self):
        """:return: values of rows with what each line costs, and may cost"""
        subscription = self.subscription_id._origin
        if not subscription or not self.date:
            return
        where = {name: self[name].id for name in ('company_id', 'currency_id') if self[name]}
        try:
            proposed = subscription.propose_transfer_prices(self.date, where)
        except UserError:
            # why is said beside it; prices are typed then
            try:
                proposed = subscription.propose_transfer_prices(self.date, {})
            except UserError:
                return
            proposed = [{**it, 'price_unit': 0.0} for it in proposed]
        timeline = subscription._get_timeline()
        for row in proposed:
            line = subscription.line_ids.browse(row['line_id'])
            held = line._get_transferred(subscription._get_transfer_day(self.date), timeline)
            quantity = line._format_exactly(to_decimal(held['quantity']), 0, self.env.lang)
            yield {
                'line_id': line.id,
                'name': f'{quantity} × {(held["name"] or line.display_name).splitlines()[0]}',
                'price_before': held['price_unit'],
                'price_unit': row['price_unit'],
            }

    def _prepare_values(self):
        """:return: what the dialog says, as `offer.subscription.transfer` reads it
        :rtype: dict
        """
        self.ensure_one()
        is_same = self.currency_id == self.subscription_id.currency_id
        return {
            **{name: self[name].id for name in WHERE},
            'lines': [
                {'line_id': line.line_id.id, 'price_unit': line.price_unit}
                for line in self.line_ids
                if not is_same or line.price_unit != line.price_before
            ],
        }

    def _get_hints(self, transfer):
        """:return: sentences on what a transfer leaves behind"""
        subscription_sudo = self.subscription_id.sudo()  # sudo: who transfers it is told of these
        if transfer.day != self.date:
            yield self.env._(
                'Started periods are charged in full: it continues with the next one, from %s on.',
                format_date(self.env, transfer.day),
            )
        orders_sudo = subscription_sudo.change_order_ids.filtered(
            lambda order: order.state in ('draft', 'sent')
            and (not order.offer_change_date or order.offer_change_date >= transfer.day)
        )
        if orders_sudo:
            yield self.env._(
                'These change quotations can\'t be confirmed any more: %s.',
                ', '.join(orders_sudo.mapped('name')),
            )
        unpaid_sudo = subscription_sudo._get_invoices().filtered(
            lambda move: move.state == 'posted'
            and move.move_type == 'out_invoice'
            and move.payment_state in ('not_paid', 'partial')
        )
        if unpaid_sudo:
            yield self.env._(
                'These invoices are unpaid and stay as they are: %s.',
                ', '.join(unpaid_sudo.mapped('name')),
            )

    def _show_amounts(self, transfer):
        """:return: what it comes to for both subscriptions
        :rtype: Markup
        """
        subscription = self.subscription_id
        facts = subscription._get_transferred_facts(transfer)
        before = subscription._get_transfer_end_facts(transfer)
        title = Markup('<p class="mt-3 mb-1 fw-bolder">%s</p>')
        return (
            title
            % self.env._(
                '%(subscription)s, %(customer)s',
                subscription=subscription.name,
                customer=subscription.partner_id.display_name,
            )
            + subscription._show_effect(before, is_brief=True)
            + title
            % self.env._(
                '%(customer)s, from %(day)s on',
                customer=transfer.partner.display_name,
                day=format_date(self.env, transfer.day, date_format='medium'),
            )
            + subscription._show_effect(
                facts, before=Timeline(replace(facts, lines=())), currency=transfer.currency
            )
        )

    # === ACTION METHODS === #

    def action_apply(self):
        """Transfer it, and open the subscription in which it goes on."""
        self.ensure_one()
        new = self.subscription_id.transfer(self.date, self._prepare_values())
        if not new.has_access('read'):
            return {'type': 'ir.actions.act_window_close'}
        return {
            'type': 'ir.actions.act_window',
            'res_model': new._name,
            'res_id': new.id,
            'views': [(False, 'form')],
        }


class OfferTransferLine(models.TransientModel):
    _name = 'offer.transfer.line'
    _description = 'Price of a Line after a Transfer'

    transfer_id = fields.Many2one(
        comodel_name='offer.transfer', required=True, ondelete='cascade', index=True
    )
    line_id = fields.Many2one(comodel_name='offer.subscription.line', required=True)
    name = fields.Text(string='What', readonly=True)
    price_before = fields.Float(string='Before', min_display_digits='Product Price', readonly=True)
    price_unit = fields.Float(string='Unit Price', min_display_digits='Product Price')
