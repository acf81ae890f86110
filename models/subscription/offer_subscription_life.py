"""From activation to the end: terms, notice, ending early."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.periods import ONE_DAY, add_interval, period_of
from ...tools.proration import piece_price
from ...tools.terms import notice_end, term_end


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    renewals = fields.Integer(
        string='Renewed', default=0, copy=False, readonly=True, help='How often, until now.'
    )
    date_term_end = fields.Date(
        string='Term Ends',
        compute='_compute_date_term_end',
        store=True,
        index='btree_not_null',
        help='The last day of the current term. Empty: it runs without one.',
    )
    date_notice = fields.Date(string='Notice Given', copy=False, readonly=True, tracking=True)
    end_reason_id = fields.Many2one(
        comodel_name='offer.end.reason',
        string='Reason of the End',
        copy=False,
        ondelete='restrict',
    )

    # === COMPUTE METHODS === #

    @api.depends(
        'date_start',
        'minimum_term_count',
        'minimum_term_unit',
        'renewal_count',
        'renewal_unit',
        'renewals',
    )
    def _compute_date_term_end(self):
        for subscription in self:
            start = subscription.date_start
            subscription.date_term_end = start and subscription._get_term_end(subscription.renewals)

    # === PUBLIC METHODS === #

    def activate(self, date):
        """Start charging.

        :param date: the first day; a line that starts later by itself keeps its day
        :type date: datetime.date or str
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if a subscription is not pending, or has no lines
        """
        self.check_access('write')
        day = self._to_day(date)
        for subscription in self:
            if subscription.state != 'pending':
                raise UserError(self.env._('%s has been activated already.', subscription.name))
            if not subscription.line_ids:
                raise UserError(self.env._('%s has no lines to bill.', subscription.name))
            if subscription.is_on_facts:
                subscription._agree_activation(day)
                continue
            # an anchor that was agreed before (a running agreement that came in) stays
            start = subscription.date_start or day
            name = self.env._('Activated from %s on', format_date(self.env, start))
            with subscription._recording('activated', start, name):
                for line in subscription.line_ids:
                    line.date_start = max(line.date_start or day, day)
                subscription.write(
                    {
                        'state': 'active',
                        'date_start': start,
                        'date_anchor': subscription.date_anchor or day,
                    }
                )
                subscription.renewals = subscription._get_renewals_before_billing()

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
        if self.is_on_facts:
            return self._agree_notice(day)
        end = self._get_notice_end(day)
        name = self.env._(
            'Notice given on %(day)s: it ends on %(end)s',
            day=format_date(self.env, day),
            end=format_date(self.env, end),
        )
        with self._recording('notice', end + ONE_DAY, name):
            self.date_notice = day
            self._set_end(end)
        return end

    def withdraw_notice(self):
        """Take a notice back, so that everything goes on.

        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if there is none, or the end has passed
        """
        self.check_access('write')
        for subscription in self:
            if subscription.is_on_facts:
                subscription._agree_notice_withdrawn()
                continue
            end = subscription.date_end
            if not subscription.date_notice or not end:
                raise UserError(self.env._('%s has no notice.', subscription.name))
            if subscription.state == 'closed':
                raise UserError(self.env._('%s has ended already.', subscription.name))
            name = self.env._('Notice withdrawn: it goes on')
            with subscription._recording('withdrawn', end + ONE_DAY, name):
                subscription.write({'date_notice': False, 'date_end': False})
                subscription._open_end()

    def end(self, date, reason):
        """End a subscription after a day; days beyond it that were charged come back.

        Before the end of its term the agreed policy applies: what was paid comes back, it runs to
        the end of what was paid, or a fee is charged.

        :param date: the last day
        :type date: datetime.date or str
        :param reason: why: one of `offer.end.reason`, or in words
        :type reason: int or str
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if it is not running, or would end before it started
        """
        self.check_access('write')
        day = self._to_day(date)
        for subscription in self:
            if subscription.state not in ('active', 'paused'):
                raise UserError(self.env._('%s is not running.', subscription.name))
            if day < subscription.date_start - ONE_DAY:
                raise UserError(
                    self.env._(
                        '%(name)s started on %(start)s, so it can\'t end on %(end)s.',
                        name=subscription.name,
                        start=format_date(self.env, subscription.date_start),
                        end=format_date(self.env, day),
                    )
                )
            subscription._check_not_locked(day + ONE_DAY)
            subscription._end(day, *subscription._read_reason(reason))

    # === BUSINESS METHODS: ENDING === #

    def _read_reason(self, reason):
        """:return: the reason's record, if any, and its words"""
        reasons = self.env['offer.end.reason']
        if isinstance(reason, int) and not isinstance(reason, bool):
            record = reasons.browse(self._read_id('offer.end.reason', reason))
            return record, record.name
        text = str(reason or '').strip()
        return reasons.search([('name', '=ilike', text)], limit=1) if text else reasons, text

    def _end(self, day, reason, text, kind='agreed'):
        self.ensure_one()
        if self.is_on_facts:
            self._agree_end(day, reason, text, kind)
            return
        is_early = self._is_early_end(day)
        if is_early and self.early_end == 'keep':
            day = max([day, *filter(None, self.line_ids.mapped('billed_until'))])
        name = self.env._('Ends on %s', format_date(self.env, day))
        name = ': '.join(filter(None, [name, text]))
        fee = is_early and self.early_end == 'fee' and self._get_early_end_fee(day)
        with self._recording('ended', day + ONE_DAY, name, reason_id=reason.id):
            self.write({'end_reason_id': reason.id, 'end_reason': text, 'date_notice': False})
            self._set_end(day)
            if fee:
                self._charge_once(
                    self.line_ids.sorted('sequence')[0],
                    day,
                    fee,
                    self.env._(
                        'Early end: %(percent)g %% of what was agreed until %(end)s',
                        percent=self.early_end_percent,
                        end=format_date(
                            self.env, self.date_term_end, lang_code=self.partner_id.lang
                        ),
                    ),
                )

    def _open_end(self):
        """Let lines that end with the subscription go on, or on to what was planned."""
        for line in self.line_ids.filtered('ends_with_subscription'):
            after = line.next_line_ids.mapped('date_start')
            line.write(
                {'date_end': after and min(after) - ONE_DAY, 'ends_with_subscription': False}
            )

    def _set_end(self, day):
        """Let every line end on a day at last; one that would start later never does."""
        self.ensure_one()
        # it may have had an earlier end
        if self.date_end and day > self.date_end:
            self._open_end()
        self.date_end = day
        for line in self.line_ids.filtered('date_start'):
            if not line.date_end or line.date_end > day:
                line.write(
                    {
                        'date_end': max(day, line.date_start - ONE_DAY),
                        'ends_with_subscription': True,
                    }
                )

    def _is_early_end(self, day):
        """:return: whether a day lies before the end of the term that was agreed"""
        end = self.date_term_end
        has_notice = self.date_notice and self.date_end and day >= self.date_end
        # nothing was delivered yet: it is called off
        is_called_off = day < self.date_start
        return bool(end and day < end and not has_notice and not is_called_off)

    def _get_early_end_fee(self, day):
        """:return: the agreed part of what the rest of the term would have cost, untaxed"""
        total, terms = 0.0, self.plan_id._get_terms()
        until = self.date_term_end
        for line in self.line_ids.filtered(lambda line: line._is_running_on(day)):
            first = day + ONE_DAY
            while first <= until:
                period = period_of(terms, self.date_anchor, first)
                last = min(period.last, until)
                rounding = self.currency_id.rounding
                price = piece_price(line.price_unit, period, first, last, rounding)
                total += line._get_amount(line.quantity, float(price))
                first = last + ONE_DAY
        return self.currency_id.round(total * self.early_end_percent / 100)

    def _cancel_unbilled(self):
        """Close what never began; its order can be confirmed anew."""
        for subscription in self.filtered(lambda subscription: subscription.state != 'closed'):
            if subscription.state != 'pending':
                text = self.env._('The order was cancelled.')
                day = subscription.date_start - ONE_DAY
                subscription._end(day, self.env['offer.end.reason'], text)
            subscription.line_ids.sale_line_id = False
            # whoever confirms the order anew finds it free
            subscription.line_ids.flush_recordset(['sale_line_id'])
            subscription.state = 'closed'

    # === BUSINESS METHODS: TERMS === #

    def _get_term_end(self, renewals):
        """:return: last day of the term after so many renewals; False: there is no term"""
        self.ensure_one()
        minimum = self.minimum_term_count, self.minimum_term_unit
        renewal = self.renewal_count, self.renewal_unit
        return term_end(self.date_start, minimum, renewal, renewals) or False

    def _get_renewals_before_billing(self):
        """How often an agreement was renewed before it is billed here: one that comes in running
        is in the term of its first day that is due.

        :rtype: int
        """
        if not self.renewal_count:
            return 0
        open_days = [
            line.billed_until + ONE_DAY if line.billed_until else line.date_start
            for line in self.line_ids
        ]
        day, renewals = min(open_days), 0
        while (self._get_term_end(renewals) or self.date_start - ONE_DAY) < day:
            renewals += 1
        return renewals

    def _get_notice_end(self, day):
        """The first last day that a notice allows.

        :param datetime.date day: on which the notice is given
        :rtype: datetime.date
        :raise UserError: if none can be given
        """
        self.ensure_one()
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

    def _get_certain_end(self):
        """:return: the last day of the term where it goes on only if somebody signs, or not at all:
        nobody is billed beyond it before; False: it goes on by itself
        """
        self.ensure_one()
        return self.renewal_mode in ('quote', 'end') and self.date_term_end

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
