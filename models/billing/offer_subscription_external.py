"""Days that another system billed, where a company gives nothing of them back."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.ledger import CREDIT, EXTERNAL, find_due
from ...tools.periods import ONE_DAY


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _check_external_kept(self, timeline, changed):
        """Refuse what would give back days that were billed externally, if the company says so.

        What costs more than was billed is charged; what costs less would be credited.

        :param Timeline timeline: with an act
        :param dict changed: first changed day by line
        :raise UserError: if such days would be credited
        """
        self.ensure_one()
        if self.company_id.offer_external_policy != 'refuse':
            return
        since = {line.id: day for line, day in changed.items()}
        entries = self._read_entries_of(timeline, since)
        for line in changed:
            own = [entry for entry in entries if (entry.line, entry.kind) == (line.id, EXTERNAL)]
            if not own:
                continue
            last = max(entry.last for entry in own)
            # in arrears a period is due on the day after it
            until = timeline.get_period(last).last + ONE_DAY
            rows = find_due(timeline, entries, until, since, [line.id])
            credited = [row for row in rows if row.kind == CREDIT and row.origin in own]
            charged = [row for row in rows if row.kind != CREDIT and row.first <= last]
            if sum(row.amount for row in credited + charged) < 0:
                raise UserError(
                    self.env._(
                        '"%(line)s" was billed externally until %(day)s, and %(company)s gives'
                        ' nothing of that back: choose a later day.',
                        line=line.display_name,
                        day=format_date(self.env, last),
                        company=self.company_id.name,
                    )
                )
