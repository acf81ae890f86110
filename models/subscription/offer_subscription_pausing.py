"""Pausing and resuming, for everybody who calls."""

from odoo import models


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === PUBLIC METHODS === #

    def pause(self, date, until=None):
        """Deliver and charge nothing from a day on, until it is resumed.

        :param date: the first day without
        :type date: datetime.date or str
        :param until: the last day without, if it is known
        :type until: datetime.date or str or None
        :return: True, so that remote calls have an answer
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if it is not running then, or the days end before they start
        """
        self.check_access('write')
        day = self._to_day(date)
        last = None if until is None or until is False else self._to_day(until)
        for subscription in self:
            subscription._agree_pause(day, last)
        return True

    def resume(self, date):
        """Go on with what was paused.

        :param date: the first day again
        :type date: datetime.date or str
        :return: True, so that remote calls have an answer
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: if it is not paused on that day
        """
        self.check_access('write')
        day = self._to_day(date)
        for subscription in self:
            subscription._agree_resume(day)
        return True
