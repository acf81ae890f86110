"""What a quotation would start if it were confirmed on a day: the subscriptions are made in memory,
and their timelines by the functions of billing ("what is signed is what is billed").
"""

import datetime
from dataclasses import dataclass

from odoo import models

from ...tools.facts import Line
from ...tools.timeline import Timeline


@dataclass(frozen=True)
class Agreed:
    """One subscription that would start.

    :param subscription: offer.subscription in memory, in sudo
    :param dict lines: its lines in memory, by sale.order.line
    :param Timeline timeline: what would follow; its keys are the order lines
    :param datetime.date first: its first day
    :param bool waits: it starts when it is delivered, `first` is only a guess
    """

    subscription: models.BaseModel
    lines: dict
    timeline: Timeline
    first: datetime.date
    waits: bool


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _get_offer_agreed(self, lines, day):
        """
        :param lines: sale.order.line of this order, saved or not
        :param datetime.date day: on which it is confirmed
        :return: what would start, one a subscription
        :rtype: list[Agreed]
        """
        self.ensure_one()
        sold = lines.filtered(lambda line: line.offer_plan_id and line.product_uom_qty > 0)
        return [
            self._agree_offer_lines(mine, day) for mine in self._group_offer_lines(sold).values()
        ]

    def _group_offer_lines(self, lines):
        """:param lines: sale.order.line of what recurs
        :return: those that start one subscription, as they are sorted
        :rtype: dict[tuple, sale.order.line]
        """
        return lines._sort_offer_lines().grouped(
            lambda line: (line.offer_plan_id, line._starts_on_delivery(), line._get_offer_intro())
        )

    def _agree_offer_lines(self, lines, day):
        """:rtype: Agreed"""
        values = self._prepare_offer_subscription_values(lines.offer_plan_id, lines, day)
        for _command, _id, line_values in values['line_ids']:
            # a line that is not saved yet has no number
            line_values.pop('sale_line_id')
        # sudo: whoever quotes need not be allowed to read subscriptions; nothing is written
        subscription_sudo = self.env['offer.subscription'].sudo().new(values)
        pairs = dict(zip(lines, subscription_sudo.line_ids, strict=True))
        starts = [line.date_start for line in pairs.values() if line.date_start]
        start = subscription_sudo._plan_start(min(starts, default=day))
        facts = tuple(
            self._agree_offer_line(line, made_sudo, start.lines[made_sudo], lines)
            for line, made_sudo in pairs.items()
        )
        return Agreed(
            subscription_sudo,
            pairs,
            subscription_sudo._get_starting_timeline(start, facts),
            start.first,
            lines[0]._starts_on_delivery(),
        )

    def _agree_offer_line(self, line, made_sudo, first, lines):
        """:param made_sudo: offer.subscription.line in memory
        :param datetime.date first: its first day
        :param lines: sale.order.line of the same subscription
        :rtype: Line
        """
        phases = self.env['offer.subscription.phase']
        above = line._get_offer_service_line() & lines
        said = made_sudo._prepare_beginning(
            phases.event_id, first, above.product_uom_qty if above else 0.0
        )
        begin = phases._as_future_fact(first, said, begins=True)
        return Line(line, (begin,), above or None)


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === BUSINESS METHODS === #

    def _sort_offer_lines(self):
        """:return: the same as they stand on the order, saved or not"""
        return self.sorted(lambda line: (line.sequence, line._origin.id))

    def _get_offer_start(self, day):
        """The first day of what recurs: not before it is confirmed, unless a fixed start was
        agreed.

        :param datetime.date day: of the confirmation, by the company's clock
        :return: False: it starts when it is delivered
        :rtype: datetime.date | bool
        """
        self.ensure_one()
        order, own = self.order_id, self.offer_date_start
        if order.offer_change_subscription_id:
            return own or day
        # sudo: what has started counts, also where it is another salesperson's
        started_sudo = self.sudo().offer_subscription_line_ids[:1]
        if started_sudo:
            return started_sudo.date_start
        running = order.sudo().offer_subscription_ids.filtered(lambda it: it.state != 'closed')
        start = own or order.offer_date_start
        if not start:
            return not self._starts_on_delivery() and day
        # what is added to an order that runs was not agreed for its first day
        is_fixed = order.offer_start_is_fixed and (own or not running)
        return start if is_fixed else max(start, day)
