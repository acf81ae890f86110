"""When what is quoted starts: on the day of the quotation, on a line's own, or when it is confirmed
or delivered.
"""

from odoo import fields, models
from odoo.tools import format_amount, format_date


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    offer_date_start = fields.Date(
        string='Start Date',
        copy=False,
        help='The first day of the Services. Without one they start on the day of confirmation.',
    )
    offer_start_is_fixed = fields.Boolean(
        string='Fixed Start',
        copy=False,
        help='The start date counts also if the quotation is confirmed later: the days before are'
        ' billed, too. Otherwise they start on the day of confirmation then.',
    )

    # === BUSINESS METHODS === #

    def _get_offer_start_warning(self):
        """:return: what a fixed start that has passed comes to, for the salesperson"""
        today = self._get_offer_today()
        days = [self.offer_date_start, *self.order_line.mapped('offer_date_start')]
        if not self.offer_start_is_fixed or min(filter(None, days), default=today) >= today:
            return False
        starts = [it.first for it in self._get_offer_quoted() if not it.waits and it.first < today]
        if not starts:
            return False
        first = self._get_offer_first_invoice(today)
        return self.env._(
            'The fixed start has passed: the days from %(day)s on are billed at once, %(amount)s'
            ' on the first invoices.',
            day=format_date(self.env, min(starts)),
            amount=format_amount(self.env, first.recurring, self.currency_id),
        )

    def _get_offer_start_text(self, agreed):
        """:param list agreed: see `_get_offer_agreed`
        :return: when it starts, in words; by item where they start on different days
        """
        texts = {}
        for it in agreed:
            for line in it.lines:
                if line._get_offer_service_line() not in it.lines:
                    texts.setdefault(line._describe_offer_start(), []).append(line)
        if len(texts) < 2:
            return next(iter(texts), False)
        return '\n'.join(
            f'{", ".join(line._get_offer_item_name() for line in lines)}: {text}'
            for text, lines in texts.items()
        )


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === BUSINESS METHODS === #

    def _get_offer_item_name(self):
        """:return: what people call the item"""
        return self.product_id.with_context(display_default_code=False).display_name

    def _get_offer_agreed_start(self):
        """:return: the day on which it will start whenever it is confirmed, or False
        :rtype: datetime.date | bool
        """
        # sudo: a customer sees when it has started
        started_sudo = self.sudo().offer_subscription_line_ids[:1]
        if started_sudo:
            return started_sudo.date_start
        own = self.offer_date_start or self.order_id.offer_date_start
        return self.order_id.offer_start_is_fixed and own

    def _describe_offer_start(self):
        """:return: when it starts, in words
        :rtype: str
        """
        self.ensure_one()
        today = self.order_id._get_offer_today()
        start = self.offer_date_start or self.order_id.offer_date_start
        certain = self._get_offer_agreed_start()
        if certain:
            return self.env._('Starts on %s', format_date(self.env, certain))
        if self._starts_on_delivery():
            return self.env._('Starts when it is delivered')
        if not start or start <= today:
            return self.env._('Starts on the day of confirmation')
        return self.env._(
            'Starts on %s, or on the day of confirmation if that is later',
            format_date(self.env, start),
        )
