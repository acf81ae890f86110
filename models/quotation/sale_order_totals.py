"""What a quotation comes to: once, per period and in the first year, in numbers and words."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount

from ...tools.amounts import piece_amount, to_decimal
from ...tools.periods import ONE_DAY, add_interval, period_index, period_of


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    _offer_intro_range = models.Constraint(
        'CHECK ((offer_intro_periods IS NULL OR offer_intro_periods >= 0)'
        ' AND (offer_intro_percent IS NULL OR offer_intro_percent BETWEEN 0 AND 100))',
        'The first periods are a number from 0 on, at a percentage of the price from 0 to 100.',
    )

    offer_intro_periods = fields.Integer(
        string='First Periods',
        help='So many billing periods of what recurs are free, or at a part of the price.',
    )
    offer_intro_percent = fields.Float(
        string='At (%)', digits=(6, 2), help='Of the price. 0: they are free.'
    )
    offer_intro_text = fields.Char(compute='_compute_offer_texts')
    offer_recurring_summary = fields.Char(string='Recurring', compute='_compute_offer_texts')
    offer_terms_text = fields.Text(string='Terms', compute='_compute_offer_texts')

    # === COMPUTE METHODS === #

    @api.depends(
        'order_line.price_subtotal',
        'order_line.offer_plan_id',
        'order_line.offer_date_start',
        'offer_intro_periods',
        'offer_intro_percent',
    )
    @api.depends_context('lang')
    def _compute_offer_texts(self):
        for order in self:
            order.offer_intro_text = order._get_offer_intro_text()
            order.offer_recurring_summary = order._get_offer_summary()
            order.offer_terms_text = order._get_offer_terms_text()

    # === CONSTRAINT METHODS === #

    @api.constrains('offer_intro_periods', 'offer_intro_percent')
    def _check_offer_intro_sold(self):
        for order in self:
            if order.sudo().offer_subscription_ids:
                raise ValidationError(
                    self.env._(
                        '%s has started its subscriptions: the first periods stay as agreed.',
                        order.name,
                    )
                )

    # === BUSINESS METHODS === #

    def _get_offer_totals(self, lines):
        """:return: untaxed totals of the given order lines: `one_time`, one a plan with its
            `amount` per period, and what the `first_year` comes to, the one-time part included
        :rtype: dict
        """
        by_plan = lines.grouped('offer_plan_id')
        once = by_plan.get(lines.offer_plan_id.browse(), lines.browse())
        shown = self._get_offer_shown_field()
        one_time = sum(once.mapped(shown))
        plans = [
            {
                'plan_id': plan.id,
                'name': plan.name,
                'period': plan._get_period_text(),
                'amount': sum(by_plan[plan].mapped(shown)),
                'first_year': self._get_offer_first_year(plan, by_plan[plan]),
            }
            for plan in lines.offer_plan_id.sorted()
        ]
        first_year = one_time + sum(plan['first_year'] for plan in plans)
        return {'one_time': one_time, 'plans': plans, 'first_year': first_year}

    def _get_offer_shown_field(self):
        """:return: which amount of a line is summed up: untaxed, or as the portal shows it"""
        return 'price_total' if self.env.context.get('offer_with_taxes') else 'price_subtotal'

    def _get_offer_first_year(self, plan, lines):
        """:return: what lines of one plan come to in the twelve months from its first day on"""
        context = self._get_offer_price_context()
        terms, currency = plan._get_terms(), context.currency
        first = min(line.offer_date_start or context.day for line in lines)
        last = add_interval(first, 1, 'year') - ONE_DAY
        total = 0.0
        for line in lines:
            day = line.offer_date_start or context.day
            while day <= last:
                period = period_of(terms, first, day)
                end = min(period.last, last)
                amount = self._get_offer_intro_amount(
                    line[self._get_offer_shown_field()], period_index(terms, first, day), currency
                )
                if plan.proration == 'daily':
                    rounding = to_decimal(currency.rounding)
                    amount = piece_amount(to_decimal(amount), period, day, end, rounding)
                total += float(amount)
                day = end + ONE_DAY
        return currency.round(total)

    def _get_offer_intro_amount(self, amount, index, currency):
        """:return: an amount of the period with that index, after the concession"""
        if index >= self.offer_intro_periods:
            return amount
        return currency.round(amount * self.offer_intro_percent / 100)

    def _get_offer_intro_text(self):
        periods, percent = self.offer_intro_periods, self.offer_intro_percent
        if not periods or not self.order_line.offer_plan_id:
            return False
        if not percent:
            if periods == 1:
                return self.env._('The first period is free.')
            return self.env._('The first %s periods are free.', periods)
        if periods == 1:
            return self.env._('The first period is at %g %% of the price.', percent)
        return self.env._(
            'The first %(periods)s periods are at %(percent)g %% of the price.',
            periods=periods,
            percent=percent,
        )

    def _get_offer_summary(self):
        """:return: e.g. "one-time 1,240.00 · per month 389.00 · first year 5,908.00" """
        totals = self._get_offer_totals(self.order_line)
        if not totals['plans']:
            return False

        def part(what, amount):
            return f'{what} {format_amount(self.env, amount, self.currency_id)}'

        return ' · '.join(
            [
                part(self.env._('one-time'), totals['one_time']),
                *(part(plan['period'], plan['amount']) for plan in totals['plans']),
                # what runs already has no first year
                *(
                    []
                    if self.offer_change_subscription_id
                    else [part(self.env._('first year'), totals['first_year'])]
                ),
            ]
        )

    def _get_offer_terms_text(self):
        """:return: minimum term and notice of each plan, and the concession, in words"""
        plans = self.order_line.offer_plan_id.sorted()
        # sudo: a customer sees what was agreed; what runs goes on as it was
        running = self._get_offer_changed()
        texts = [
            f'{plan.name}: {text}' if len(plans) > 1 else text
            for plan in plans
            if (text := plan._get_term_text(running if running.plan_id == plan else None))
        ]
        intro = self._get_offer_intro_text()
        return '\n'.join([*texts, *([intro] if intro else [])]) or False
