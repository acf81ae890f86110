"""Pauses, ends and waivers as facts ("no act writes what another act agreed")."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.amounts import HUNDRED, to_decimal
from ...tools.intervals import FOREVER
from ...tools.ledger import get_owed_amount
from ...tools.periods import ONE_DAY


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS: PAUSE === #

    def _agree_pause(self, day, last=None, is_billed=False):
        """Deliver nothing from a day on, to a stated day or until it is resumed.

        :param datetime.date day: the first day without
        :param last: the last day without, or None
        :param bool is_billed: the days are owed all the same
        :raise UserError: if it is not running then, or the days end before they start
        """
        self._check_pausable(day, last)
        name = self.env._('Paused from %s on', format_date(self.env, day))
        if last:
            name = self.env._(
                'Paused from %(day)s to %(last)s',
                day=format_date(self.env, day),
                last=format_date(self.env, last),
            )
        with self._acting('paused', day, name) as act_sudo:
            act_sudo.pause_ids.create(
                {
                    'subscription_id': self.id,
                    'event_id': act_sudo.id,
                    'date_from': day,
                    'date_to': last,
                    'is_billed': is_billed,
                }
            )

    def _check_pausable(self, day, last=None):
        """:raise UserError: if it is not running then, or the days end before they start"""
        self.ensure_one()
        self._check_running_on(day)
        self._check_stays(self.line_ids, day, last or FOREVER)
        self._check_not_locked(day)
        if last and last < day:
            raise UserError(self.env._('The pause ends before it starts.'))

    def _agree_resume(self, day):
        """End every pause that would still run on a day.

        :param datetime.date day: the first day again
        :raise UserError: if none would
        """
        self._check_resumable(day)
        name = self.env._('Resumed from %s on', format_date(self.env, day))
        with self._acting('resumed', day, name) as act_sudo:
            act_sudo.resume_ids.create(
                {'subscription_id': self.id, 'event_id': act_sudo.id, 'date': day}
            )

    def _check_resumable(self, day):
        """:raise UserError: if it is not paused on a day"""
        self.ensure_one()
        self._check_running_on(day)
        self._check_not_locked(day)
        pauses = self._get_timeline().pauses
        if not any(first <= day <= last for first, last, _pause in pauses):
            raise UserError(
                self.env._(
                    '%(name)s is not paused on %(day)s.',
                    name=self.name,
                    day=format_date(self.env, day),
                )
            )

    # === BUSINESS METHODS: END === #

    def _agree_notice(self, day, reason=None, text=''):
        """End it on the first day that minimum term, notice and period allow.

        :param datetime.date day: on which the notice is given
        :param reason: offer.end.reason, or none
        :param str text: the reason in words
        :return: the last day
        :rtype: datetime.date
        """
        self.ensure_one()
        end = self._get_notice_end(day)
        name = self.env._(
            'Notice given on %(day)s: it ends on %(end)s',
            day=format_date(self.env, day),
            end=format_date(self.env, end),
        )
        with self._acting('notice', end + ONE_DAY, name) as act_sudo:
            self._set_end_fact(
                act_sudo,
                end,
                'notice',
                date_notice=day,
                reason_id=reason and reason.id,
                reason=text,
            )
        return end

    def _agree_notice_withdrawn(self):
        """Withdraw the notice that stands.

        :raise UserError: if there is none, or the end has passed
        """
        self.ensure_one()
        notice = self._get_standing_end('notice')
        if not notice:
            raise UserError(self.env._('%s has no notice.', self.name))
        if self.state == 'closed':
            raise UserError(self.env._('%s has ended already.', self.name))
        self._check_withdrawable(notice.event_id.sudo(self.env.su))
        name = self.env._('Notice withdrawn: it goes on')
        with self._acting('withdrawn', notice.date + ONE_DAY, name) as act_sudo:
            for end_sudo in self.sudo().end_ids.filtered(lambda end: end.kind == 'notice'):
                end_sudo.event_id.withdrawn_by_id = act_sudo
                end_sudo.event_id._withdraw_facts()

    def _agree_end(self, day, reason, text, kind='agreed'):
        """Set an end.

        :param datetime.date day: the last day
        :param reason: offer.end.reason, or none
        :param str text: the reason in words
        :param str kind: see `offer.subscription.end`
        """
        self.ensure_one()
        day, fee = self._get_agreed_end(day, kind)
        name = self.env._('Ends on %s', format_date(self.env, day))
        name = ': '.join(filter(None, [name, text]))
        with self._acting('ended', day + ONE_DAY, name, reason_id=reason.id) as act_sudo:
            self._set_end_fact(act_sudo, day, kind, reason_id=reason.id, reason=text)
            if fee:
                charge_sudo = self._charge_once(
                    self.line_ids.sorted('sequence')[0], day, fee, self._get_fee_text()
                )
                charge_sudo.event_id = act_sudo

    def _get_agreed_end(self, day, kind='agreed'):
        """What the policy that was agreed makes of an end before the term.

        :param datetime.date day: the last day that is wished
        :param str kind: of the end
        :return: the last day, and the fee
        :rtype: tuple[datetime.date, float]
        """
        self.ensure_one()
        if not self._is_early_end(day):
            return day, 0.0
        if self.early_end == 'keep':
            day = max([day, *filter(None, self.line_ids.mapped('billed_until'))])
        return day, self._get_early_fee(day, kind) if self.early_end == 'fee' else 0.0

    def _get_fee_text(self):
        return self.env._(
            'Early end: %(percent)g %% of what was agreed until %(end)s',
            percent=self.early_end_percent,
            end=format_date(self.env, self.date_term_end, lang_code=self.partner_id.lang),
        )

    def _set_end_fact(self, act_sudo, day, kind, **values):
        act_sudo.end_ids.create(
            {
                'subscription_id': self.id,
                'event_id': act_sudo.id,
                'date': day,
                'kind': kind,
                **values,
            }
        )

    def _get_standing_end(self, kind):
        """:return: the end of a kind that counts, or none
        :rtype: offer.subscription.end
        """
        # sudo: what was agreed decides, whoever asks
        ends_sudo = self.sudo().end_ids.filtered(lambda end: end.kind == kind)
        return ends_sudo.sorted(lambda end: end.event_id.id)[-1:]

    def _get_early_fee(self, day, kind):
        """What an end before the term costs: its percentage of what the term would have brought
        ("an early-end fee is its percentage of what would have been billed").

        :param datetime.date day: the last day
        :param str kind: of the end; ends of other kinds stand beside it
        :rtype: float
        """
        timeline, term_end = self._get_timeline(), self.date_term_end
        without, with_end = timeline.ending_on(term_end, kind), timeline.ending_on(day, kind)
        since = timeline.get_period(day).first
        owed = get_owed_amount(without, term_end, since)
        owed -= get_owed_amount(with_end, term_end, since)
        return self.currency_id.round(float(owed * to_decimal(self.early_end_percent) / HUNDRED))

    # === BUSINESS METHODS: WAIVER === #

    def _agree_waiver(self, lines, first, last, reason):
        """Let nobody pay some days of lines.

        :param lines: offer.subscription.line
        :param datetime.date first: first day
        :param datetime.date last: last day
        :param str reason: why, for the record
        """
        self.ensure_one()
        self._check_waivable(lines, first, last, reason)
        self._check_not_locked(first)
        name = self.env._(
            'Not billed: "%(line)s" from %(first)s to %(last)s. %(reason)s',
            line=', '.join(lines.mapped('display_name')),
            first=format_date(self.env, first),
            last=format_date(self.env, last),
            reason=reason.strip(),
        )
        with self._acting('waived', first, name) as act_sudo:
            act_sudo.waiver_ids.create(
                [
                    {
                        'subscription_line_id': line.id,
                        'event_id': act_sudo.id,
                        'date_from': first,
                        'date_to': last,
                        'reason': reason.strip(),
                    }
                    for line in lines
                ]
            )

    def _check_waivable(self, lines, first, last, reason):
        """:raise UserError: if these days can't be waived"""
        if not lines or lines.subscription_id != self:
            raise UserError(self.env._('%s has no such line.', self.name))
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._('Say why these days are not billed.'))
        self._read_text(self.env._('The reason'), reason)
        for day in (first, last):
            self._check_day(day)
        if first > last:
            raise UserError(self.env._('The days end before they start.'))
        if not self._has_begun():
            raise UserError(self.env._('%s is not running.', self.name))
        timeline = self._get_timeline()
        is_full = self.plan_id.proration == 'none'
        for line in lines:
            start, end = timeline.get_agreed_days(line.id) or (FOREVER, FOREVER)
            end = min(end, timeline.end)
            if is_full and start <= end:
                self._check_whole_periods(timeline, (first, last), (start, end))
            elif first < start or last > end:
                raise UserError(
                    self.env._(
                        '"%(line)s" runs from %(start)s to %(end)s: choose days between them.',
                        line=line.display_name,
                        start=format_date(self.env, start) if start < FOREVER else '…',
                        end=format_date(self.env, end) if end < FOREVER else '…',
                    )
                )

    def _check_whole_periods(self, timeline, waived, agreed):
        """In full a started period is owed once, so a part of one can't be given away: of each
        period all days on which the line is agreed.

        :param tuple waived: first and last day that are to be waived
        :param tuple agreed: first and last day of the line
        :raise UserError: if the days are not whole periods
        """
        (first, last), (start, end) = waived, agreed
        begin, finish = timeline.get_period(first), timeline.get_period(last)
        is_whole = first <= max(begin.first, start) and last >= min(finish.last, end)
        if not is_whole or last < start or first > end:
            raise UserError(
                self.env._(
                    'The plan charges started periods in full: waive whole ones, e.g. from'
                    ' %(first)s to %(last)s.',
                    first=format_date(self.env, begin.first),
                    last=format_date(self.env, finish.last),
                )
            )
