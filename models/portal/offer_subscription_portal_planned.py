"""What customers read of what is planned: from when on which lines and pauses."""

from odoo import models

from ...tools.intervals import FOREVER, day_after
from ...tools.periods import ONE_DAY


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _get_portal_planned(self):
        """What is agreed to change after today, oldest first.

        :return: pairs of the first day and what happens, in the language of who looks
        :rtype: list[tuple[datetime.date, str]]
        """
        self.ensure_one()
        if not self._has_begun():
            return []
        timeline, today = self._get_timeline(), self._get_company_today(self.company_id)
        today = max(today, self.date_start)
        days = {phase.start for line in timeline.facts.lines for phase in line.phases}
        planned = [
            (day, text)
            for day in days
            if today < day <= timeline.set_end
            for line in self.line_ids.filtered(lambda line: line.id in timeline.keys)
            if (text := line._get_planned_text(day, timeline))
        ]
        return sorted(planned + self._get_planned_pauses(today, timeline))

    def _get_planned_pauses(self, today, timeline):
        found = []
        for first, last, _pause in timeline.pauses:
            if first > last or last < today or first > timeline.set_end:
                continue
            if first > today:
                found.append((first, self.env._('Paused')))
            if last < min(timeline.set_end, FOREVER):
                found.append((day_after(last), self.env._('Continues after the pause')))
        return found


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS === #

    def _get_planned_text(self, day, timeline):
        """:return: what changes of the line on a day, in words; empty: nothing does
        :rtype: str
        """
        self.ensure_one()
        before, after = (
            timeline.get_agreed_on(self.id, on) if self._is_agreed_on(on, timeline) else None
            for on in (day - ONE_DAY, day)
        )
        if before == after or not (before or after):
            return ''
        name = ((after or before).name or self.display_name).split('\n')[0]
        if not after:
            return self.env._('%s ends', name)
        if before and (before.content, before.name) == (after.content, after.name):
            return ''
        subscription = self.subscription_id
        product = self.env['product.product'].browse(after.content.item)
        amount = float(after.content.get_amount(timeline.facts.rounding))
        return self.env._(
            '%(quantity)g × %(item)s: %(amount)s %(period)s',
            quantity=after.content.quantity,
            item=name,
            amount=self.currency_id.format(subscription._get_untaxed(product, amount)),
            period=subscription.plan_id._get_period_text(),
        )
