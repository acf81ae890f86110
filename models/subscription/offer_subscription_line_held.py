"""What a line holds on a day, as every door to a change reads it."""

from dataclasses import replace

from odoo import api, models

from ..configuration.offer_quoted import OptionTerms

HELD_FIELDS = (
    'product_id',
    'product_uom_id',
    'tier_id',
    'quantity',
    'price_unit',
    'discount',
    'name',
)


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS: FACTS === #

    def _with_above(self):
        """:return: these lines, and what they hang on
        :rtype: offer.subscription.line
        """
        found = above = self
        while above := above.parent_id - found:
            found |= above
        return found

    def _is_agreed_on(self, day, timeline):
        """:return: whether the line is agreed for a day, be it in a pause or after an end"""
        days = self.id in timeline.keys and timeline.get_agreed_days(self.id)
        return bool(days and days[0] <= day <= days[1])

    def _get_held(self, day, timeline):
        """What is agreed of a line for a day, as values of fields.

        :rtype: dict
        """
        span = timeline.get_agreed_on(self.id, day)
        return {
            'product_id': span.content.item,
            'product_uom_id': span.content.unit,
            'tier_id': span.tier or False,
            'quantity': float(span.content.quantity),
            'price_unit': float(span.content.price),
            'discount': float(span.content.discount),
            'name': span.name,
        }

    def _get_held_on(self, day):
        """As :meth:`_get_held`, of one line; where nothing is agreed, what is shown.

        :param datetime.date day: which day is asked for
        :rtype: dict
        """
        self.ensure_one()
        subscription = self.subscription_id
        if day and subscription._has_begun():
            timeline = subscription._get_timeline(self._with_above())
            if self.id in timeline.keys and timeline.get_agreed_on(self.id, day):
                return self._get_held(day, timeline)
        return {name: self._as_written(name) for name in HELD_FIELDS}

    def _get_quantity_under(self, day, above):
        """
        :param datetime.date day: which day is asked for
        :param float above: how much would be delivered of what the line hangs on
        :return: how much of the line would follow: by the ratio that is agreed, or its own quantity
        :rtype: float
        """
        self.ensure_one()
        timeline = self.subscription_id._get_timeline(self._with_above())
        is_known = bool(day) and self.id in timeline.keys
        ratio = timeline.get_ratio_on(self.id, day) if is_known else None
        return self._get_held_on(day)['quantity'] if ratio is None else float(ratio) * above

    def _keeps_price(self, day, asked, pricing):
        """Whether the agreed price goes on: item, plan, service level and unit stay, and the
        quantity meets the same prices.

        :param datetime.date day: of the change
        :param Asked asked: what is to be
        :param Pricing pricing: today's prices
        :rtype: bool
        """
        self.ensure_one()
        if self.subscription_id.plan_id.id != asked.plan.id:
            return False
        content = self._get_held_on(day)
        if (
            content['product_id'] != asked.item.id
            or (content['tier_id'] or False) != asked.tier.id
            or content['product_uom_id'] != asked.uom.id
        ):
            return False
        before = pricing.get(replace(asked, quantity=content['quantity']))
        return pricing.get(asked).rows == before.rows

    @api.model
    def _get_held_amount(self, held, currency):
        """:param dict held: see `_get_held`
        :return: what it comes to a period, in the own taxes of the price
        :rtype: float
        """
        amount = held['quantity'] * held['price_unit'] * (1 - held['discount'] / 100)
        return currency.round(amount)

    def _get_option_terms(self):
        """:return: the terms of the line's option: as it was quoted, else as of today
        :rtype: OptionTerms
        """
        self.ensure_one()
        # sudo: what was quoted counts, also where it is another salesperson's
        quoted_sudo = self.sale_line_id.sudo()
        if quoted_sudo.offer_option_id == self.option_id:
            return quoted_sudo._get_offer_terms()
        return OptionTerms.of(self.option_id)

    @api.model
    def _get_ratio(self, terms, unit, quantity, above, above_own):
        """What is sold per unit of the Service is kept as a ratio that follows it.

        :param OptionTerms terms: of the option that the line delivers
        :param unit: uom.uom of the quantity
        :param float quantity: what is to be delivered
        :param float above: how much is delivered of what the line hangs on
        :param float above_own: the same in the own unit of that item, which an option counts
        :return: the ratio, or None: the quantity is its own
        :rtype: float | None
        """
        if terms.quantity_mode != 'per_unit' or not above:
            return None
        if unit.compare(terms.quantity * above_own, quantity):
            return None
        return terms.quantity * above_own / above

    def _get_sold_on(self, day):
        """:return: the order line that said last what the line is, on a day
        :rtype: sale.order.line
        """
        self.ensure_one()
        # sudo: what was sold is told to everybody who quotes a change
        phases_sudo = self.sudo().phase_ids.filtered(
            lambda phase: phase.sale_line_id and phase.date_start <= day
        )
        last_sudo = phases_sudo.sorted(lambda phase: (phase.date_start, phase.event_id.id))[-1:]
        return last_sudo.sale_line_id.sudo(self.env.su)

    # === BUSINESS METHODS: WHERE IT GOES ON === #

    def _get_continued_on(self, day):
        """The line that goes on with this one, on a day: in another subscription after a change of
        the plan.

        :rtype: offer.subscription.line
        """
        self.ensure_one()
        line, later = self, self.continued_by_ids
        while later := later.filtered(lambda it: it._has_begun_by(day))[-1:]:
            line, later = later, later.continued_by_ids
        return line

    def _has_begun_by(self, day):
        """:return: whether it goes on from a day on or before, and that was not withdrawn"""
        self.ensure_one()
        if not self.date_start or self.date_start > day:
            return False
        # sudo: what was agreed decides, whoever asks
        return bool(self.sudo().phase_ids.filtered('is_beginning'))
