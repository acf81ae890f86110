"""Days that are settled without an invoice."""

from odoo import models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date


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
        :raise AccessError: if the user may not invoice
        :raise UserError: if the days are not the line's, or are settled already
        """
        self.ensure_one()
        if not self.env.user.has_group('account.group_account_invoice') and not self.env.su:
            raise AccessError(self.env._('Only who may invoice can say what is not billed.'))
        self.check_access('write')
        first, last = self._to_day(date_from), self._to_day(date_to)
        if self.is_on_facts:
            ids = line_id if isinstance(line_id, list) else [line_id]
            lines = self.line_ids.filtered(lambda line: line.id in ids)
            if len(lines) != len(set(ids)):
                raise UserError(self.env._('%s has no such line.', self.name))
            self._agree_waiver(lines, first, last, reason)
            return
        line = self.line_ids.filtered(lambda line: line.id == line_id)
        drafts = line._get_untouched_drafts()
        self._check_waiver(line, first, last, reason, drafts)
        with drafts._rebuilding_offer_drafts():
            # entries are the engine's alone: nobody has the right to write them by hand
            self.env['offer.billing.entry'].sudo().create(
                {
                    'subscription_line_id': line.id,
                    'kind': 'waived',
                    'date_from': first,
                    'date_to': last,
                    'reason': reason.strip(),
                }
            )
            line.sudo()._update_next_due()
        self.message_post(
            body=self.env._(
                'Not billed: "%(line)s" from %(first)s to %(last)s. %(reason)s',
                line=line.display_name,
                first=format_date(self.env, first),
                last=format_date(self.env, last),
                reason=reason.strip(),
            )
        )

    def _check_waiver(self, line, first, last, reason, drafts):
        """:param drafts: invoices under review, which are made anew
        :raise UserError: if these days can't be given away
        """
        if not line:
            raise UserError(self.env._('%s has no such line.', self.name))
        if not isinstance(reason, str) or not reason.strip():
            raise UserError(self.env._('Say why these days are not billed.'))
        if first > last:
            raise UserError(self.env._('The days end before they start.'))
        end = line.date_end
        if not line.date_start or first < line.date_start or (end and last > end):
            raise UserError(
                self.env._(
                    '"%(line)s" runs from %(start)s to %(end)s: choose days between them.',
                    line=line.display_name,
                    start=format_date(self.env, line.date_start) or '…',
                    end=format_date(self.env, end) or '…',
                )
            )
        entries = line.billing_entry_ids.filtered(lambda entry: entry.move_id not in drafts)
        for entry in entries._as_settled():
            if entry.first <= last and first <= entry.last:
                raise UserError(
                    self.env._(
                        '"%(line)s" is settled from %(first)s to %(last)s already: credit the'
                        ' invoice instead.',
                        line=line.display_name,
                        first=format_date(self.env, entry.first),
                        last=format_date(self.env, entry.last),
                    )
                )

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
