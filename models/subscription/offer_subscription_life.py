"""From activation to the end: terms, notice, ending early."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.periods import ONE_DAY, add_interval
from ...tools.terms import notice_end, term_end
from .offer_subscription import AGREED_FIELDS


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === COMPUTE METHODS === #

    @api.depends('partner_id')
    def _compute_addresses(self):
        for subscription in self:
            partner = subscription.partner_id
            addresses = partner.address_get(['delivery'])
            subscription.partner_invoice_id = partner and partner._get_offer_payer(
                subscription.company_id
            )
            subscription.partner_shipping_id = addresses['delivery']

    @api.depends('plan_id')
    def _compute_agreed(self):
        for subscription in self:
            for name in AGREED_FIELDS:
                subscription[name] = subscription.plan_id[name]

    @api.depends('date_start', 'date_term_start', 'minimum_term_count', 'minimum_term_unit')
    def _compute_minimum_term_end(self):
        for subscription in self:
            end, start = False, subscription._get_term_start()
            if start and subscription.minimum_term_count:
                end = add_interval(
                    start,
                    subscription.minimum_term_count,
                    subscription.minimum_term_unit,
                )
                end -= ONE_DAY
            subscription.minimum_term_end = end

    @api.depends(
        'date_start',
        'date_term_start',
        'minimum_term_count',
        'minimum_term_unit',
        'renewal_count',
        'renewal_unit',
        'renewals',
    )
    def _compute_date_term_end(self):
        for subscription in self:
            start = subscription._get_term_start()
            subscription.date_term_end = start and subscription._get_term_end(subscription.renewals)

    # === PUBLIC METHODS === #

    def activate(self, date):
        """Start charging.

        :param date: the first day; a line that starts later by itself keeps its day
        :type date: datetime.date or str
        :return: True, so that remote calls have an answer
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if a subscription is not pending, or has no lines
        """
        self._activate(dict.fromkeys(self, self._to_day(date)))
        return True

    def _activate(self, days):
        """Start charging of all of these or of none.

        :param dict days: the first day by subscription, see `activate`
        """
        self.check_access('write')
        for subscription in self:
            if subscription.state != 'pending':
                raise UserError(self.env._('%s has been activated already.', subscription.name))
            if not subscription.line_ids:
                raise UserError(self.env._('%s has no lines to bill.', subscription.name))
        self._agree_activation(days)

    def give_notice(self, date):
        """End it on the first day that minimum term, notice period and period end allow.

        :param date: the day on which the notice is given
        :type date: datetime.date or str
        :return: the last day
        :rtype: datetime.date
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if it is not running, or has an end already
        """
        self.ensure_one()
        self.check_access('write')
        day = self._to_day(date)
        return self._agree_notice(day)

    def withdraw_notice(self):
        """Take a notice back, so that everything goes on.

        :return: True, so that remote calls have an answer
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if there is none, or the end has passed
        """
        self.check_access('write')
        for subscription in self:
            subscription._agree_notice_withdrawn()
        return True

    def end(self, date, reason):
        """End a subscription after a day; days beyond it that were charged come back.

        Before the end of its term the agreed policy applies: what was paid comes back, it runs to
        the end of what was paid, or a fee is charged.

        :param date: the last day
        :type date: datetime.date or str
        :param reason: why: one of `offer.end.reason`, or in words
        :type reason: int or str
        :return: True, so that remote calls have an answer
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if it is not running, or would end before it started
        """
        self.check_access('write')
        day = self._to_day(date)
        for subscription in self:
            subscription._check_endable(day)
            subscription._agree_end(day, *subscription._read_reason(reason))
        return True

    # === BUSINESS METHODS: ENDING === #

    @api.model
    def _get_terms_of(self, plan):
        """:return: what a plan agrees by default, as values of a subscription
        :rtype: dict
        """
        return {name: plan[name] for name in AGREED_FIELDS}

    def _check_endable(self, day):
        """:raise UserError: if it is not running, or would end before it started"""
        self.ensure_one()
        self._check_day(day)
        if self.state not in ('active', 'paused'):
            raise UserError(self.env._('%s is not running.', self.name))
        if day < self.date_start - ONE_DAY:
            raise UserError(
                self.env._(
                    '%(name)s started on %(start)s, so it can\'t end on %(end)s.',
                    name=self.name,
                    start=format_date(self.env, self.date_start),
                    end=format_date(self.env, day),
                )
            )
        self._check_not_locked(day + ONE_DAY)

    def _read_reason(self, reason):
        """:return: the reason's record, if any, and its words"""
        reasons = self.env['offer.end.reason']
        if isinstance(reason, int) and not isinstance(reason, bool):
            record = reasons.browse(self._read_id('offer.end.reason', reason))
            return record, record.name
        is_said = reason is not None and reason is not False and reason != ''
        text = self._read_text(self.env._('The reason'), reason) if is_said else ''
        return reasons.search([('name', '=ilike', text)], limit=1) if text else reasons, text

    def _is_early_end(self, day):
        """:return: whether a day lies before the end of the term that was agreed"""
        end = self.date_term_end
        has_notice = self.date_notice and self.date_end and day >= self.date_end
        # nothing was delivered yet: it is called off
        is_called_off = day < self.date_start
        return bool(end and day < end and not has_notice and not is_called_off)

    def _cancel_unbilled(self):
        """Close what never began; its order can be confirmed anew."""
        for subscription in self.filtered(lambda subscription: subscription.state != 'closed'):
            if subscription.state != 'pending':
                text = self.env._('The order was cancelled.')
                day = subscription.date_start - ONE_DAY
                subscription._agree_end(day, self.env['offer.end.reason'], text)
            subscription.line_ids._write_shown({'sale_line_id': False})
            # whoever confirms the order anew finds it free
            subscription.line_ids.flush_recordset(['sale_line_id'])
            subscription._write_shown({'state': 'closed'})

    # === BUSINESS METHODS: TERMS === #

    def _get_term_start(self):
        """:return: the day from which its terms are counted: of what went on, the first one of all
        :rtype: datetime.date
        """
        self.ensure_one()
        return self.date_term_start or self.date_start

    def _get_term_end(self, renewals, start=None):
        """:param start: from which day on terms are counted; None: as it is agreed
        :return: last day of the term after so many renewals; False: there is no term
        """
        self.ensure_one()
        minimum = self.minimum_term_count, self.minimum_term_unit
        renewal = self.renewal_count, self.renewal_unit
        return term_end(start or self._get_term_start(), minimum, renewal, renewals) or False

    def _count_renewals(self, start, day):
        """:param datetime.date start: the first day
        :return: how often it was renewed if a day lies in the current term
        :rtype: int
        """
        renewals = 0
        while self.renewal_count and (self._get_term_end(renewals, start) or start - ONE_DAY) < day:
            renewals += 1
        return renewals

    def _get_notice_end(self, day):
        """The first last day that a notice allows.

        :param datetime.date day: on which the notice is given
        :rtype: datetime.date
        :raise UserError: if none can be given
        """
        self.ensure_one()
        self._check_day(day)
        if self.state not in ('active', 'paused'):
            raise UserError(self.env._('%s is not running.', self.name))
        if self.date_end:
            raise UserError(
                self.env._(
                    '%(name)s ends on %(end)s already.',
                    name=self.name,
                    end=format_date(self.env, self.date_end),
                )
            )
        if day < self.date_start:
            day = self.date_start
        renewals = self.renewals
        if self.renewal_mode == 'end' and self.date_term_end:
            # a notice brings no earlier end, and there is no later one
            return self.date_term_end
        return notice_end(
            self.plan_id._get_terms(),
            self.date_anchor,
            day,
            (self.notice_count, self.notice_unit),
            self.date_term_end or None,
            (self.renewal_count and (lambda index: self._get_term_end(renewals + index))) or None,
        )

    def _get_certain_end(self, term_end=None):
        """:param term_end: the last day of the term; None: of the current one
        :return: the last day of the term where it goes on only if somebody signs, or not at all:
            nobody is billed beyond it before; False: it goes on by itself
        """
        self.ensure_one()
        term_end = self.date_term_end if term_end is None else term_end
        return self.renewal_mode in ('quote', 'end') and term_end

    def _get_agreement_text(self):
        """:return: minimum term, notice and renewal in words"""
        self.ensure_one()
        return self.plan_id._get_term_text(self)

    def _get_last_notice_day(self):
        """:return: until when a notice ends the current term; False: there is no term"""
        self.ensure_one()
        if not self.date_term_end:
            return False
        if not self.notice_count:
            return self.date_term_end
        day = add_interval(self.date_term_end, -self.notice_count, self.notice_unit)
        # months differ in length: the day after may still do
        while (
            add_interval(day + ONE_DAY, self.notice_count, self.notice_unit) <= self.date_term_end
        ):
            day += ONE_DAY
        return day
