"""A pause ends lines, a resume opens their successors."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.periods import ONE_DAY


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    date_paused = fields.Date(string='Paused From', copy=False, readonly=True)
    date_resume = fields.Date(string='Resumes On', copy=False, readonly=True)

    # === PUBLIC METHODS === #

    def pause(self, date, until=None):
        """Deliver and charge nothing from a day on, until it is resumed.

        :param date: the first day without
        :type date: datetime.date or str
        :param until: the last day without, if it is known
        :type until: datetime.date or str or None
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if it is not running then, is paused already, or a change is planned
        """
        self.check_access('write')
        day = self._to_day(date)
        last = self._to_day(until) if until else None
        for subscription in self:
            if subscription.is_on_facts:
                subscription._agree_pause(day, last)
                continue
            subscription._check_running_on(day)
            subscription._check_not_locked(day)
            subscription._check_nothing_planned(day)
            name = self.env._('Paused from %s on', format_date(self.env, day))
            with subscription._recording('paused', day, name):
                for line in subscription.line_ids.filtered(lambda line: line._is_running_on(day)):
                    line.write({'date_end': day - ONE_DAY, 'is_paused': True})
                subscription.write({'state': 'paused', 'date_paused': day, 'date_resume': False})

    def resume(self, date):
        """Go on with what was paused.

        :param date: the first day again
        :type date: datetime.date or str
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if it is not paused, or ends before
        """
        self.check_access('write')
        day = self._to_day(date)
        for subscription in self:
            if subscription.is_on_facts:
                subscription._agree_resume(day)
                continue
            paused = subscription.line_ids.filtered('is_paused')
            if not paused:
                raise UserError(self.env._('%s is not paused.', subscription.name))
            subscription._check_running_on(day)
            if day < subscription.date_paused:
                raise UserError(
                    self.env._(
                        '%(name)s is paused from %(day)s on: choose that day or a later one.',
                        name=subscription.name,
                        day=format_date(self.env, subscription.date_paused),
                    )
                )
            name = self.env._('Resumed from %s on', format_date(self.env, day))
            with subscription._recording('resumed', day, name):
                for line in paused:
                    line.is_paused = False
                    end = subscription.date_end
                    subscription._open_successor(
                        line, day, {'date_end': end, 'ends_with_subscription': bool(end)}
                    )
                subscription.write({'state': 'active', 'date_resume': day})

    # === BUSINESS METHODS === #

    def _check_not_paused_on(self, day):
        """:raise UserError: if nothing is delivered on a day that could change"""
        self.ensure_one()
        if self._goes_by_facts():
            # what is agreed in a pause counts after it
            return
        start, resume = self.date_paused, self.date_resume
        if start and start <= day and not (resume and resume <= day):
            raise UserError(
                self.env._(
                    '%(name)s is paused on %(day)s: resume it first.',
                    name=self.name,
                    day=format_date(self.env, day),
                )
            )

    def _check_nothing_planned(self, day):
        """:raise UserError: if a line starts or is succeeded after a day"""
        planned = self.line_ids.filtered(lambda line: line.date_start and line.date_start > day)
        planned = planned.filtered(lambda line: not line.date_end or line.date_end >= day)
        if self.line_ids.filtered('is_paused'):
            raise UserError(self.env._('%s is paused already.', self.name))
        if planned:
            raise UserError(
                self.env._(
                    '"%(line)s" changes on %(day)s already: choose that day or a later one.',
                    line=planned[0].display_name,
                    day=format_date(self.env, planned[0].date_start),
                )
            )
