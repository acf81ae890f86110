"""What would follow if something were agreed: for texts that are read before it is."""

from odoo import models

from ...tools.facts import Line
from ...tools.timeline import Timeline


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _get_facts_with(self, day, changes, timeline):
        """What would be agreed with a change.

        :param datetime.date day: from which on it would count
        :param list changes: see `_agree_change`
        :param Timeline timeline: as it was agreed until now
        :rtype: Facts
        """
        self.ensure_one()
        # sudo: what was agreed decides, whoever asks
        phases_sudo = self.env['offer.subscription.phase'].sudo()
        said, added = {}, []
        for index, (line, values) in enumerate(changes):
            if line:
                values = line.sudo()._complete(values, day, timeline)
                said[line.id] = phases_sudo._as_future_fact(day, values)
            else:
                added.append(self._get_future_line(day, values, _new_key(index)))
        return timeline.facts.adding(phases=said, lines=added)

    def _get_future_line(self, day, values, key):
        """:rtype: Line"""
        values = {
            'tier_id': False,
            'discount': 0.0,
            'quantity': 1.0,
            'name': '',
            **values,
            'for_product_id': values['product_id'],
            'for_product_uom_id': values['product_uom_id'],
            'for_tier_id': values.get('tier_id'),
        }
        parent = values.get('parent_id') or None
        if 'parent_index' in values:
            parent = _new_key(values['parent_index'])
        phase = self.env['offer.subscription.phase']._as_future_fact(day, values, begins=True)
        return Line(key, (phase,), parent)

    def _get_period_difference(self, day, changes):
        """What changes come to a period, with what they bring along.

        :param datetime.date day: from which on they count
        :param list changes: see `_agree_change`
        :return: in the own taxes of the prices
        :rtype: float
        """
        self.ensure_one()
        timeline = self._get_timeline()
        if not all(line._is_agreed_on(day, timeline) for line, _said in changes if line):
            return 0.0
        changes = self._complete_changes(day, changes)
        after = Timeline(self._get_facts_with(day, changes, timeline))
        return self.currency_id.round(
            _get_amount_on(after, day, self.line_ids.ids)
            - _get_amount_on(timeline, day, self.line_ids.ids)
        )


def _get_amount_on(timeline, day, keys):
    """:return: what is agreed for a day, a period"""
    total = 0.0
    for key in set(keys) & timeline.keys:
        days = timeline.get_agreed_days(key)
        if days and days[0] <= day <= days[1]:
            content = timeline.get_agreed_on(key, day).content
            total += float(content.get_amount(timeline.facts.rounding))
    return total


def _new_key(index):
    return 'new', index
