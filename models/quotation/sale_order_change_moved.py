"""What goes on under another plan, before it is signed: "what is signed is what is billed", with
the pauses, ends, waivers and quantities that go along.
"""

from odoo import models
from odoo.tools import format_date

from ...tools.amounts import to_decimal
from ...tools.facts import (
    TERM,
    End,
    Facts,
    Introduction,
    Line,
    Pause,
    PerUnit,
    Phase,
    Waiver,
)
from ...tools.intervals import FOREVER
from ...tools.ledger import get_owed_amount
from ...tools.terms import introduction_end, term_end
from ...tools.timeline import Timeline


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS: DIFFERENCE IN WORDS === #

    def _get_offer_moved_texts(self, rows):
        """:return: what comes back under the present plan, and the first period of each new one"""
        day, subscription = self.offer_change_date, self._get_offer_changed()
        effect, settled = self._find_offer_effect(rows), subscription._get_settled_to()
        texts = []
        if effect.total and settled and settled >= day:
            texts.append(self._get_offer_plan_text(subscription.plan_id, effect.last, effect.total))
        for plan, lines in self._get_offer_moves().grouped('offer_plan_id').items():
            timeline = self._get_offer_moved_timeline(plan, lines)
            period = timeline.get_period(day)
            first = float(get_owed_amount(timeline, period.last, day))
            texts.append(self._get_offer_plan_text(plan, min(period.last, timeline.end), first))
        return texts

    def _get_offer_plan_text(self, plan, last, amount):
        """:return: what the days from the change on come to under a plan"""
        return self.env._(
            'For %(first)s to %(last)s under %(plan)s: %(amount)s',
            first=format_date(self.env, self.offer_change_date),
            last=format_date(self.env, last),
            plan=plan.name,
            amount=self._format_offer_difference(amount),
        )

    # === BUSINESS METHODS: WHAT WILL BE AGREED === #

    def _get_offer_moved_timeline(self, plan, lines):
        """What follows from what will be agreed of the subscription that goes on.

        :param plan: its offer.plan
        :param lines: sale.order.line that begin or go on under it
        :rtype: Timeline
        """
        day, changed_sudo = self.offer_change_date, self._get_offer_changed()
        terms = plan._get_terms()
        begun = self._get_offer_moved_lines(lines)
        none = changed_sudo.browse()
        pauses = [
            Pause(values['date_from'], event.id, values['date_to'] or FOREVER, values['is_billed'])
            for event, _name, values in changed_sudo._get_moved_pauses(none, day)
        ]
        ends = [
            End(values['date'], event.id, values['kind'])
            for event, _name, values in changed_sudo._get_moved_ends(none, day)
        ]
        term = plan.renewal_mode in ('quote', 'end') and term_end(
            day,
            (plan.minimum_term_count, plan.minimum_term_unit),
            (plan.renewal_count, plan.renewal_unit),
            0,
        )
        if term:
            ends.append(End(term, 0, TERM))
        waivers = [
            Waiver(line, max(waiver.date_from, day), waiver.date_to, waiver.event_id.id)
            for line in lines
            for waiver in line._get_offer_held().waiver_ids
            if waiver.date_to >= day
        ]
        introduction = None
        periods, percent = lines[:1]._get_offer_intro()
        if periods:
            last = introduction_end(terms, day, day, periods)
            introduction = Introduction(last, to_decimal(percent))
        return Timeline(
            Facts(
                terms,
                day,
                to_decimal(self.currency_id.rounding),
                lines=tuple(begun),
                pauses=tuple(pauses),
                ends=tuple(ends),
                waivers=tuple(waivers),
                introduction=introduction,
            )
        )

    def _get_offer_moved_lines(self, lines):
        """:return: iterator of Line; their keys are the lines of the quotation"""
        day = self.offer_change_date
        phases_sudo = self.env['offer.subscription.phase'].sudo()
        for line in lines:
            values = line._prepare_offer_subscription_line_values(day)
            above = line._get_offer_service_line() & lines
            first = max(values['date_start'] or day, day)
            # sudo: nothing is written
            new_sudo = self._get_offer_changed().line_ids.new(values)
            said = new_sudo._prepare_beginning(
                phases_sudo.event_id, first, above.product_uom_qty if above else 0.0
            )
            begin = phases_sudo._as_future_fact(first, said, begins=True)
            planned = [
                Phase(
                    phase.event_id.date,
                    phase.event_id.id,
                    {'quantity': _get_quantity(phase)},
                    begin.belongs_to,
                )
                for phase in line._get_offer_held().phase_ids
                if phase.date_start > day and phase.says_quantity
            ]
            yield Line(line, (begin, *planned), above or None)


def _get_quantity(phase):
    number = to_decimal(phase.quantity)
    return PerUnit(number) if phase.is_per_unit else number
