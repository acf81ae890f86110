"""One thing over the years: a line and its successors, and what hangs on it."""

from odoo import api, fields, models

from ...tools.terms import monthly


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    option_id = fields.Many2one(
        comodel_name='offer.option',
        index='btree_not_null',
        ondelete='restrict',
        help='The option of the Service that this line delivers.',
    )
    parent_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        string='Part Of',
        index='btree_not_null',
        ondelete='cascade',
        copy=False,
        help="The Service's first line, whichever line has succeeded it since.",
    )
    first_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        string='Began As',
        index='btree_not_null',
        ondelete='restrict',
        copy=False,
        help='The first line of the same thing. Empty: this one.',
    )
    next_line_ids = fields.One2many(
        comodel_name='offer.subscription.line',
        inverse_name='previous_line_id',
        string='Succeeded By',
    )
    ends_with_subscription = fields.Boolean(
        readonly=True, help='It ends because the subscription does.'
    )
    is_paused = fields.Boolean(string='Paused', copy=False, readonly=True)

    # what order and line have in common stands here once: confirming twice starts nothing twice
    _sale_line_once = models.UniqueIndex(
        '(sale_line_id) WHERE sale_line_id IS NOT NULL',
        'This order line has a subscription line already.',
    )

    # === BUSINESS METHODS === #

    def _get_first(self):
        """:return: the line with which the same thing began"""
        self.ensure_one()
        return self.first_id or self

    def _get_chain(self):
        """:return: all lines of the same thing, oldest first"""
        self.ensure_one()
        first = self._get_first()
        lines = first | self.search([('first_id', '=', first.id)])
        return lines.sorted('id')

    def _is_running_on(self, day):
        """:return: whether the line delivers on a day"""
        self.ensure_one()
        if self.subscription_id._goes_by_facts():
            timeline = self.subscription_id._get_timeline()
            return day <= timeline.set_end and self._is_agreed_on(day, timeline)
        return bool(
            self.date_start
            and self.date_start <= day
            and (not self.date_end or day <= self.date_end)
        )

    def _get_running_on(self, day):
        """:return: those of these lines that deliver on a day, or would in a pause, as sorted"""
        running = self.browse()
        for subscription, lines in self.grouped('subscription_id').items():
            if not subscription._goes_by_facts():
                running |= lines.filtered(lambda line: line._is_running_on(day))
                continue
            timeline = subscription._get_timeline()
            if day <= timeline.set_end:
                running |= lines.filtered(
                    lambda line, timeline=timeline: line._is_agreed_on(day, timeline)
                )
        return running.sorted(lambda line: (line.sequence, line.id))

    def _get_on(self, day):
        """:return: the line of the same thing that delivers on a day, or none"""
        self.ensure_one()
        if self._is_running_on(day):
            return self
        return self._get_chain().filtered(lambda line: line._is_running_on(day))[:1]

    def _get_root(self):
        """:return: the first line of the Service on which this one hangs in the end"""
        line = self._get_first()
        while line.parent_id:
            line = line.parent_id
        return line

    def _get_service(self):
        """:return: the Service that is sold, or the item that is sold by itself
        :rtype: product.template
        """
        if not self:
            return self.env['product.template']
        self.ensure_one()
        if not self._get_first().parent_id:
            return self.product_id.product_tmpl_id
        root, day = self._get_root(), self.date_start
        # a Service may have got a new version since
        current = day and root._get_on(day)
        return (current or root).product_id.product_tmpl_id

    def _get_parts(self, day):
        """:return: what hangs directly on this line and delivers on a day, as it is sorted"""
        self.ensure_one()
        first = self._get_first()
        siblings = self.subscription_id.line_ids
        return siblings.filtered(
            lambda line: line._get_first().parent_id == first and line._is_running_on(day)
        ).sorted('sequence')

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
