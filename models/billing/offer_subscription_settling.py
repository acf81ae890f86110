"""Days that are settled without an invoice."""

from odoo import models
from odoo.exceptions import AccessError


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === PUBLIC METHODS === #

    def waive(self, line_id, date_from, date_to, reason):
        """Give days of a line away: nobody is billed for them.

        :param line_id: a line of this subscription, or several
        :type line_id: int or list[int]
        :param date_from: first day
        :type date_from: datetime.date or str
        :param date_to: last day, included
        :type date_to: datetime.date or str
        :param str reason: why, for the record
        :return: True, so that remote calls have an answer
        :raise AccessError: if the user may not invoice
        :raise UserError: if the days are not the line's, or are settled already
        """
        self.ensure_one()
        if not self._may_waive():
            raise AccessError(self.env._('Only who may invoice can say what is not billed.'))
        self.check_access('write')
        first, last = self._to_day(date_from), self._to_day(date_to)
        self._agree_waiver(self._read_lines(line_id), first, last, reason)
        return True

    def _may_waive(self):
        """:return: whether the user decides on what nobody pays"""
        return self.env.su or self.env.user.has_group('account.group_account_invoice')

    # === ACTION METHODS === #

    def action_waive(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Do Not Bill'),
            'res_model': 'offer.waiver',
            'views': [(False, 'form')],
            'target': 'new',
            'context': {'default_subscription_id': self.id},
        }
