"""What hangs on what: the lines of a Service, and what of them runs on a day."""

from odoo import api, models

from ...tools.terms import monthly


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS === #

    def _is_running_on(self, day):
        """:return: whether the line delivers on a day, or would in a pause"""
        self.ensure_one()
        return bool(self._get_running_on(day))

    def _get_running_on(self, day):
        """:return: those of these lines that deliver on a day, or would in a pause, as sorted"""
        running = self.browse()
        for subscription, lines in self.grouped('subscription_id').items():
            if not subscription._has_begun():
                continue
            timeline = subscription._get_timeline()
            if day <= timeline.set_end:
                running |= lines.filtered(
                    lambda line, timeline=timeline: line._is_agreed_on(day, timeline)
                )
        return running.sorted(lambda line: (line.sequence, line.id))

    def _get_root(self):
        """:return: the line of the Service on which this one hangs in the end"""
        line = self
        while line.parent_id:
            line = line.parent_id
        return line

    def _get_service(self):
        """:return: the Service that is sold, or the item that is sold by itself
        :rtype: product.template
        """
        return self._get_root().product_id.product_tmpl_id

    def _get_parts(self, day):
        """:return: what hangs directly on this line and delivers on a day, as it is sorted"""
        self.ensure_one()
        parts = self.subscription_id.line_ids.filtered(lambda line: line.parent_id == self)
        return parts._get_running_on(day)

    @api.model
    def _get_name_of(self, product, tier, lang):
        """:return: what the customer reads of an item and its promised service level
        :rtype: str
        """
        product = product.with_context(lang=lang)
        name = product.get_product_multiline_description_sale()
        if not tier:
            return name
        tier = tier.with_context(lang=lang)
        promise = ': '.join(filter(None, [tier.name, tier._get_promise_text()]))
        return f'{name}\n{promise}'

    def _get_mrr(self):
        """:return: what the line comes to a month, in the currency of the subscription
        :rtype: float
        """
        self.ensure_one()
        plan = self.subscription_id.plan_id
        amount = float(monthly(self.price_subtotal, plan.interval_count, plan.interval_unit))
        return self.currency_id.round(amount)
