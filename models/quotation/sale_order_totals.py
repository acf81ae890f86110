"""What a quotation comes to: once, per period and in the first year, in numbers and words."""

from odoo import api, fields, models
from odoo.tools import format_amount

from ...tools.first import get_owed_amounts
from ...tools.periods import ONE_DAY, add_interval


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    offer_intro_text = fields.Text(compute='_compute_offer_texts')
    offer_start_text = fields.Text(compute='_compute_offer_texts')
    offer_recurring_summary = fields.Char(string='Recurring', compute='_compute_offer_texts')
    offer_terms_text = fields.Text(string='Terms', compute='_compute_offer_texts')
    offer_totals_html = fields.Html(
        string='What It Comes To', compute='_compute_offer_texts', sanitize=False
    )
    offer_tax_totals = fields.Binary(
        string='Paid Once', compute='_compute_offer_texts', exportable=False
    )

    # === COMPUTE METHODS === #

    @api.depends(
        'state',
        'currency_id',
        'require_payment',
        'prepayment_percent',
        'order_line.price_total',
        'order_line.product_uom_qty',
        'order_line.offer_plan_id',
        'order_line.offer_date_start',
        'offer_date_start',
        'offer_start_is_fixed',
        'offer_intro_periods',
        'offer_intro_percent',
        'offer_intro_is_off',
    )
    @api.depends_context('lang', 'offer_with_taxes')
    def _compute_offer_texts(self):
        """All from one look at what would start."""
        for order in self:
            recurs = bool(order.order_line.offer_plan_id)
            agreed = order._get_offer_quoted() if recurs else []
            totals = recurs and order._get_offer_totals(order.order_line, agreed)
            order.offer_start_text = order._get_offer_start_text(agreed)
            order.offer_intro_text = order._get_offer_intro_text(agreed)
            order.offer_recurring_summary = recurs and order._get_offer_summary(totals)
            order.offer_terms_text = recurs and order._get_offer_terms_text(agreed)
            order.offer_tax_totals = recurs and order._get_offer_tax_totals()
            values = {
                'order': order,
                'in_form': True,
                'offer_totals': totals,
                'offer_first': recurs and order._get_offer_first_invoice_texts(agreed),
                'offer_terms': order.offer_terms_text,
            }
            order.offer_totals_html = recurs and self.env['ir.qweb']._render(
                'sale_offer.quotation_totals', values
            )

    # === BUSINESS METHODS === #

    def _get_offer_today(self):
        """:return: today, by the clock of the company
        :rtype: datetime.date
        """
        # sudo: the clock of a company is no secret, its address may be
        company_sudo = (self.company_id or self.env.company).sudo()
        return self.env['offer.subscription']._get_company_today(company_sudo)

    def _get_offer_quoted(self):
        """:return: what would start if it were confirmed today, see `_get_offer_agreed`; of a
        change nothing: its text says what it comes to
        """
        if self.offer_change_subscription_id:
            return []
        return self._get_offer_agreed(self.order_line, self._get_offer_today())

    def _get_offer_totals(self, lines, agreed=None):
        """
        :param lines: sale.order.line of this order, saved or not
        :param list agreed: what would start with them, if it is known
        :return: untaxed totals of the given order lines: `one_time`, one a plan with its
            `amount` per period, and what the `first_year` comes to, the one-time part included
        :rtype: dict
        """
        if agreed is None:
            agreed = self._get_offer_agreed(lines, self._get_offer_today())
        by_plan = lines.grouped('offer_plan_id')
        once = by_plan.get(lines.offer_plan_id.browse(), lines.browse())
        shown = self._get_offer_shown_field()
        one_time = sum(once.mapped(shown))
        first_years = self._get_offer_first_years(agreed)
        plans = [
            {
                'plan_id': plan.id,
                'name': plan.name,
                'period': plan._get_period_text(),
                'amount': sum(by_plan[plan].mapped(shown)),
                'first_year': first_years.get(plan.id, 0.0),
            }
            for plan in lines.offer_plan_id.sorted()
        ]
        first_year = one_time + sum(plan['first_year'] for plan in plans)
        return {'one_time': one_time, 'plans': plans, 'first_year': first_year}

    def _get_offer_shown_field(self):
        """:return: which amount of a line is summed up: untaxed, or as the portal shows it"""
        return 'price_total' if self.env.context.get('offer_with_taxes') else 'price_subtotal'

    def _get_offer_first_years(self, agreed):
        """What lines come to in the twelve months from the first day of their plan on.

        :param list agreed: what would start, see `_get_offer_agreed`
        :return: by the plan's id
        :rtype: dict[int, float]
        """
        found, firsts, shown = {}, {}, {}
        for it in agreed:
            plan = it.subscription.plan_id.id
            firsts[plan] = min(it.first, firsts.get(plan, it.first))
        for it in agreed:
            plan = it.subscription.plan_id.id
            last = add_interval(firsts[plan], 1, 'year') - ONE_DAY
            for line in it.lines:
                for amount in get_owed_amounts(it.timeline, line, last):
                    if (line, amount) not in shown:
                        shown[line, amount] = line._get_offer_shown_amount(amount)
                    found[plan] = found.get(plan, 0.0) + shown[line, amount]
        return {plan: self._round_offer_amount(total) for plan, total in found.items()}

    def _round_offer_amount(self, amount):
        return (self.currency_id or self.env.company.currency_id).round(amount)

    def _get_offer_summary(self, totals):
        """:param dict totals: see `_get_offer_totals`
        :return: e.g. "one-time 1,240.00 · per month 389.00 · first year 5,908.00"
        """

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

    def _get_offer_terms_text(self, agreed):
        """:param list agreed: see `_get_offer_agreed`
        :return: start, minimum term and notice of each plan, and the concession, in words
        """
        plans = self.order_line.offer_plan_id.sorted()
        # sudo: a customer sees what was agreed; what runs goes on as it was
        running = self._get_offer_changed()
        texts = [
            f'{plan.name}: {text}' if len(plans) > 1 else text
            for plan in plans
            if (text := plan._get_term_text(self._get_offer_agreed_terms(plan, running)))
        ]
        start = self._get_offer_start_text(agreed)
        intro = self._get_offer_intro_text(agreed)
        return '\n'.join(filter(None, [start, *texts, intro])) or False
