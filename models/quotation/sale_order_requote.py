"""When a quotation stands no more as it was quoted: it has expired, is for another customer, or
somebody withdrew what it holds. Staff choose: as quoted, or at the prices of today.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    offer_requote_text = fields.Text(compute='_compute_offer_requote_text')
    offer_is_expired = fields.Boolean(compute='_compute_offer_requote_text')

    # === COMPUTE METHODS === #

    @api.depends(
        'state',
        'partner_id',
        'validity_date',
        'order_line.price_unit',
        'order_line.offer_withdrawn_reason',
    )
    @api.depends_context('lang')
    def _compute_offer_requote_text(self):
        """Tell the salesperson what has to be decided, and what would cost something else today."""
        for order in self:
            order.offer_is_expired = bool(order._get_offer_expired_errors())
            texts = order._get_offer_blocks() + order._get_offer_differences()
            order.offer_requote_text = '\n'.join(texts) or False

    # === ONCHANGE METHODS === #

    @api.onchange('partner_id', 'pricelist_id', 'company_id')
    def _onchange_offer_customer(self):
        """Price what is not quoted yet for who is to get it; offer it for what is."""
        services = self._get_offer_services()
        if not services or self.offer_change_subscription_id:
            return
        if self._origin:
            if (
                self.partner_id.commercial_partner_id
                != self._origin.partner_id.commercial_partner_id
            ):
                self.show_update_pricelist = True
            return
        for line in services | services._get_offer_trees():
            line._price_offer_today()
            line._compute_name()

    # === CRUD METHODS === #

    def write(self, vals):
        """Leave no customer's own name or text of a Service with another customer."""
        if 'partner_id' not in vals:
            return super().write(vals)
        before = {order: order._get_offer_own_texts() for order in self}
        res = super().write(vals)
        for order, templates in before.items():
            if order.state not in ('draft', 'sent') or order.offer_change_subscription_id:
                continue
            told = templates | order._get_offer_own_texts()
            order.order_line.filtered(
                lambda line, told=told: line.product_id.product_tmpl_id in told
            )._compute_name()
        return res

    # === BUSINESS METHODS: WHAT IS IN THE WAY === #

    def _get_offer_services(self):
        """:return: the lines of Services by themselves
        :rtype: sale.order.line
        """
        return self.order_line.filtered(
            lambda line: line.offer_kind == 'service' and not line.offer_option_id
        )

    def _get_offer_blocks(self):
        """:return: why an open quotation can't be accepted as it stands, as sentences
        :rtype: list[str]
        """
        self.ensure_one()
        if self.state not in ('draft', 'sent'):
            return []
        return (
            self._get_offer_expired_errors()
            + self._get_offer_customer_errors()
            + self._get_offer_withdrawn_errors()
        )

    def _get_offer_expired_errors(self):
        """A quotation of offers is confirmed as quoted until it expires."""
        if not self.is_expired or not self.order_line.filtered('offer_kind'):
            return []
        return [
            self.env._(
                'The quotation expired on %s: press "Extend as Quoted" or "Update Prices".',
                format_date(self.env, self.validity_date),
            )
        ]

    def _get_offer_customer_errors(self):
        """Prices, names and texts are those of the customer for whom they were quoted."""
        customer = self.partner_id.commercial_partner_id._origin
        others = set()
        for line in self.order_line:
            quoted = line._get_offer_quoted()
            if quoted and quoted.partner_id and quoted.partner_id != customer.id:
                others.add(quoted.partner_id)
        if not others:
            return []
        # sudo: a name tells no more than the quotation did
        names = self.env['res.partner'].sudo().browse(sorted(others)).mapped('name')
        return [
            self.env._(
                'The quotation was priced for %s: press "Update Prices".',
                ', '.join(filter(None, names)),
            )
        ]

    # === BUSINESS METHODS: TODAY === #

    def _get_offer_differences(self):
        """What a quotation of an earlier day would come to today.

        :return: sentences for the salesperson
        :rtype: list[str]
        """
        self.ensure_one()
        now = fields.Datetime.now()
        quoted = self._origin.date_order
        is_open = self.state in ('draft', 'sent') and not self.offer_change_subscription_id
        if not is_open or not quoted or quoted.date() >= now.date():
            return []
        today = self.new({'date_order': now}, origin=self._origin)
        rows = []
        for line in today.order_line.filtered(lambda it: it._is_offer_service_part()):
            if line.offer_price_is_manual:
                continue
            price = line._get_offer_price_today()
            before, currency = line._origin.price_unit, self.currency_id
            if price is None or currency.compare_amounts(price, before):
                rows.append(
                    self.env._(
                        '%(item)s: %(before)s, today %(price)s',
                        item=line.product_id.with_context(display_default_code=False).display_name,
                        before=currency.format(before),
                        price=self.env._('not sold') if price is None else currency.format(price),
                    )
                )
        if not rows:
            return []
        return [self.env._('Prices have changed since it was quoted:'), *rows]

    # === ACTION METHODS === #

    def action_offer_extend(self):
        """Let an expired quotation count as quoted for as long as a new one."""
        for order in self.filtered('is_expired'):
            order._extend_offer_validity()
            order.message_post(body=self.env._('The quotation was extended as quoted.'))

    def action_update_prices(self):
        """Configure Services again, by the rules and prices of today, before prices are updated."""
        self.ensure_one()
        problems = []
        if self.order_line.filtered('offer_kind') and self.state in ('draft', 'sent'):
            if self.is_expired:
                self._extend_offer_validity()
            if not self.offer_change_subscription_id:
                self.date_order = fields.Datetime.now()
                problems = self._requote_offers()
        res = super().action_update_prices()
        if problems:
            self.message_post(
                body=self.env._('Does not fit any more: %s', ' '.join(dict.fromkeys(problems)))
            )
        return res

    def _extend_offer_validity(self):
        # sudo: how long quotations count is a setting, whoever quotes
        days = self.company_id.sudo().quotation_validity_days
        today = fields.Date.context_today(self)
        self.validity_date = fields.Date.add(today, days=days) if days > 0 else False
        # Odoo says of no field that it decides
        self.invalidate_recordset(['is_expired'])

    def _requote_offers(self):
        """Configure what stands on the quotation again, by the rules of today.

        :return: what no longer fits, as sentences; it stays, and can't be confirmed
        :rtype: list[str]
        """
        configurations, problems = self.env['offer.configuration'], []
        for line in self._get_offer_services():
            configuration = configurations._configuration_of(line)
            line._strip_offer_quantities(configuration)
            for part in line | line._get_offer_descendants():
                part._write_quoted(False)
            errors = configurations._read_configuration(self, configuration)[1]
            if errors:
                problems += errors
            else:
                self.offer_add(configuration, line_id=line.id)
        for line in self.order_line.filtered('offer_withdrawn_reason'):
            if not line._is_offer_service_part() and line._is_offer_on_sale():
                line._write_withdrawn(False)
        return problems


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === BUSINESS METHODS: TODAY === #

    def _get_offer_trees(self):
        """:return: what hangs on these Services' lines"""
        return self.browse().union(*(line._get_offer_descendants() for line in self))

    def _price_offer_today(self):
        """Price a line for the customer and the day of its order, but for what is by hand."""
        if self.offer_price_is_manual:
            return
        line = self.with_context(force_price_recomputation=True)
        line._compute_pricelist_item_id()
        line._compute_price_unit()
        line._compute_discount()

    def _get_offer_price_today(self):
        """:return: what this line, in memory, would cost now; None: it is not sold so
        :rtype: float | None
        """
        try:
            self._price_offer_today()
        except UserError:
            return None
        return self.price_unit

    def _strip_offer_quantities(self, configuration):
        """Leave out of a configuration the quantities that nobody chooses today."""
        for child in configuration['options']:
            option = self.env['offer.option'].browse(child['option_id'])
            if option.quantity_mode != 'free':
                del child['quantity']
            self._strip_offer_quantities(child)
