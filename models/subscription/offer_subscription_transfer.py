"""A takeover, another company of ours or another currency: what is asked is read and checked."""

from dataclasses import dataclass
from datetime import date as day_type

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.intervals import day_after

# where a subscription may go on, and what is asked of its prices
TRANSFER_RECORDS = {
    'partner_id': 'res.partner',
    'partner_invoice_id': 'res.partner',
    'company_id': 'res.company',
    'currency_id': 'res.currency',
}
TRANSFER_KEYS = TRANSFER_RECORDS.keys() | {'lines'}


@dataclass(frozen=True)
class Transfer:
    """Where a subscription goes on.

    :param day: its first day there
    :param partner: the customer
    :param payer: the invoice address
    :param company: of ours, which delivers
    :param currency: in which it is billed
    :param dict prices: price per unit and period by line, where one was said
    """

    day: day_type
    partner: models.BaseModel
    payer: models.BaseModel
    company: models.BaseModel
    currency: models.BaseModel
    prices: dict


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === PUBLIC METHODS === #

    def transfer(self, date, values):
        """End it the day before, and let it go on in a new subscription: of another customer, of
        another company of ours, or in another currency. Plan, periods, term and all that is agreed
        go along.

        Where the plan charges started periods in full, it goes on with the next period.

        :param date: the first day there
        :type date: datetime.date or str
        :param dict values: one or more of `partner_id`, `partner_invoice_id`, `company_id`,
            `currency_id`; `lines`: a list of `line_id` and `price_unit` (per plan period, in the
            product's own taxes), of each line where the currency is another one
        :return: the subscription that goes on
        :rtype: offer.subscription
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: with one sentence, if it can't be done; nothing is changed then
        """
        self.ensure_one()
        self.check_access('write')
        transfer = self._read_transfer(self._to_day(date), values)
        self._check_transfer(transfer)
        return self._agree_transfer(transfer)

    def propose_transfer_prices(self, date, values):
        """What the lines may cost after a transfer: as before in the same currency, else converted
        at the rate of the day. A person confirms it.

        :param date: see `transfer`
        :param dict values: see `transfer`; prices that it says stay
        :return: `line_id` and `price_unit` of each line that goes on
        :rtype: list[dict]
        :raise AccessError: if the user may not read the subscription
        :raise UserError: with one sentence, if there is no rate, or a price would become 0
        """
        self.ensure_one()
        self.check_access('read')
        transfer = self._read_transfer(self._to_day(date), values)
        self._check_rate(transfer.currency, transfer.company)
        timeline = self._get_timeline()
        return [
            {'line_id': line.id, 'price_unit': self._propose_price(line, transfer, timeline)}
            for line in self._get_transferred_lines(transfer.day, timeline)
            if not line._begins_after(transfer.day)
        ]

    # === BUSINESS METHODS: READING === #

    def _read_transfer(self, day, values):
        """:param datetime.date day: the first day there, as it is wished
        :param dict values: see `transfer`
        :rtype: Transfer
        :raise UserError: if they can't be read, or nothing runs then
        """
        if not isinstance(values, dict) or values.keys() - TRANSFER_KEYS:
            raise UserError(self.env._('A transfer is not readable: "%s".', str(values)[:60]))
        named = {
            name: self.env[model].browse(self._read_id(model, values[name]))
            for name, model in TRANSFER_RECORDS.items()
            if values.get(name) not in (None, False)
        }
        for name in {'partner_id', 'partner_invoice_id'} & named.keys():
            named[name].check_access('read')
        partner = named.get('partner_id', self.partner_id)
        company = named.get('company_id', self.company_id)
        payer = self.partner_invoice_id
        if partner != self.partner_id:
            payer = partner._get_offer_payer(company)
        return Transfer(
            self._get_transfer_day(day),
            partner,
            named.get('partner_invoice_id', payer),
            company,
            named.get('currency_id', self.currency_id),
            self._read_transfer_prices(values.get('lines') or []),
        )

    def _read_transfer_prices(self, lines):
        """:return: prices by line"""
        prices = dict(self._read_changes(lines)) if lines else {}
        if any(not line or said.keys() != {'price_unit'} for line, said in prices.items()):
            raise UserError(self.env._('Of a line a transfer says its price, and nothing else.'))
        return {line: said['price_unit'] for line, said in prices.items()}

    def _get_transfer_day(self, day):
        """A started period is owed once: in full it stays with whom it was started.

        :param datetime.date day: as it is wished
        :return: the day, or the first one of the next period
        :rtype: datetime.date
        :raise UserError: if it doesn't run then
        """
        self._check_transferable_on(day)
        timeline = self._get_timeline()
        period = timeline.get_period(day)
        if self.plan_id.proration != 'none' or not any(
            run.first < day and run.last >= period.first
            for key in timeline.keys
            for run in timeline.get_owed(key)
        ):
            return day
        day = day_after(period.last)
        self._check_transferable_on(day)
        return day

    def _propose_price(self, line, transfer, timeline):
        """:return: price per unit and period, in the currency of the transfer
        :rtype: float
        :raise UserError: if it would become 0
        """
        if line in transfer.prices:
            return transfer.prices[line]
        before = line._get_transferred(transfer.day, timeline)['price_unit']
        if transfer.currency == self.currency_id:
            return before
        price = self.currency_id._convert(
            before, transfer.currency, transfer.company, transfer.day, round=False
        )
        price = self.env['offer.price']._round(price, transfer.currency)
        if before and not price:
            raise UserError(
                self.env._(
                    '"%(line)s" would cost nothing in %(currency)s: say its price.',
                    line=line.display_name,
                    currency=transfer.currency.name,
                )
            )
        return price

    # === BUSINESS METHODS: GUARDS === #

    def _check_transferable_on(self, day):
        """:raise UserError: if it can't go on elsewhere from a day on"""
        moved = self._get_standing_end('moved')
        if moved and self.state in ('active', 'paused'):
            raise UserError(
                self.env._(
                    '%(name)s continues elsewhere from %(day)s on: withdraw that before.',
                    name=self.name,
                    day=format_date(self.env, day_after(moved.date)),
                )
            )
        self._check_running_on(day)
        self._check_not_locked(day)
        timeline = self._get_timeline()
        if day > timeline.end:
            raise UserError(
                self.env._(
                    '%(name)s is agreed until %(end)s: choose that day or an earlier one.',
                    name=self.name,
                    end=format_date(self.env, timeline.end),
                )
            )
        if not self._get_running_lines(day, timeline):
            raise UserError(
                self.env._(
                    'Nothing of %(name)s runs on %(day)s.',
                    name=self.name,
                    day=format_date(self.env, day),
                )
            )

    def _check_transfer(self, transfer):
        """:raise UserError: if it can't go on there"""
        if not self._get_transferred_names(transfer):
            raise UserError(
                self.env._(
                    'Say which other customer, company, currency or invoice address it gets.'
                )
            )
        self._check_transfer_company(transfer)
        self._check_transfer_prices(transfer)
        self._check_transfer_charges(transfer)

    def _get_transferred_names(self, transfer):
        """:return: names of the fields that become other ones, with what becomes of them
        :rtype: dict
        """
        wished = {
            'partner_id': transfer.partner,
            'company_id': transfer.company,
            'currency_id': transfer.currency,
            'partner_invoice_id': transfer.payer,
        }
        return {name: record for name, record in wished.items() if record != self[name]}

    def _check_transfer_company(self, transfer):
        """:raise UserError: if something that goes along belongs to another company"""
        company = transfer.company
        # sudo: whether a company is somebody's is no secret to that person
        allowed = self.env.user.sudo().company_ids
        if company != self.company_id and not self.env.su and company not in allowed:
            raise UserError(self.env._('%s is not one of your companies.', company.sudo().name))
        # sudo: what goes along decides, whatever the user may see of it
        lines_sudo = self.sudo()._get_transferred_lines(transfer.day, self._get_timeline())
        items_sudo = lines_sudo.product_id | lines_sudo.phase_ids.product_id
        addresses = (transfer.partner, transfer.payer)
        if transfer.partner == self.partner_id:
            addresses += (self.partner_shipping_id,)
        for record in (*addresses, self.plan_id, *items_sudo):
            if record and not record.sudo().filtered_domain(record._check_company_domain(company)):
                raise UserError(
                    self.env._(
                        '"%(record)s" belongs to another company than %(company)s.',
                        record=record.sudo().display_name,
                        company=company.sudo().name,
                    )
                )
        for record in (transfer.partner, transfer.payer, transfer.currency, company.sudo()):
            if not record.active:
                raise UserError(self.env._('"%s" is archived.', record.display_name))

    def _check_transfer_prices(self, transfer):
        """:raise UserError: if a price is not said, or can't go along"""
        timeline = self._get_timeline()
        lines = self._get_transferred_lines(transfer.day, timeline)
        lines = lines.filtered(lambda line: not line._begins_after(transfer.day))
        for line in transfer.prices:
            if line not in lines:
                self._check_agreed_on(line, transfer.day, timeline)
        self._check_rate(transfer.currency, transfer.company)
        if transfer.currency == self.currency_id:
            return
        coming = self._get_transferred_lines(transfer.day, timeline)
        for obstacle in self._get_planned_obstacles(coming, transfer.day):
            raise UserError(obstacle)
        for line in lines:
            if line not in transfer.prices:
                raise UserError(
                    self.env._(
                        'Say what "%(line)s" costs in %(currency)s.',
                        line=line.display_name,
                        currency=transfer.currency.name,
                    )
                )

    def _check_transfer_charges(self, transfer):
        """:raise UserError: if a one-time amount would be billed to whom it doesn't concern, or
        days billed externally would become introductory ones
        """
        for charge in self._get_open_charges().filtered(lambda it: it.date >= transfer.day):
            raise UserError(
                self.env._(
                    '"%(charge)s" is billed from %(day)s on: bill or withdraw it before.',
                    charge=charge.name,
                    day=format_date(self.env, charge.date),
                )
            )
        last = max(filter(None, self.line_ids.mapped('date_external_to')), default=None)
        introduction = self.date_introduction_end
        if last and introduction and transfer.day <= min(last, introduction):
            raise UserError(
                self.env._(
                    'Days until %s are billed externally, and the introductory price comes after'
                    ' them: choose a later day.',
                    format_date(self.env, last),
                )
            )
