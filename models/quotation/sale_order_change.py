"""A quotation that changes a running subscription: what is to be, with the difference to what is.

Its lines are what the customer will have; what went on stands there at its agreed price, what is
left out ends. Confirming applies the difference once.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ...tools.periods import ONE_DAY, period_of


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    offer_change_subscription_id = fields.Many2one(
        comodel_name='offer.subscription',
        string='Changes',
        copy=False,
        index='btree_not_null',
        ondelete='restrict',
        check_company=True,
    )
    offer_change_date = fields.Date(string='Change Counts From', copy=False)
    offer_is_renewal = fields.Boolean(string='Renews', copy=False)
    offer_change_text = fields.Text(string='Difference', compute='_compute_offer_change_text')

    # === COMPUTE METHODS === #

    @api.depends(
        'state',
        'offer_change_subscription_id',
        'offer_change_date',
        'order_line.price_subtotal',
        'order_line.product_uom_qty',
        'order_line.offer_tier_id',
        'order_line.offer_plan_id',
    )
    @api.depends_context('lang')
    def _compute_offer_change_text(self):
        for order in self:
            order.offer_change_text = (
                (order.state in ('draft', 'sent') and order._get_offer_change_text())
                or (order.offer_change_subscription_id and order._get_offer_change_title())
                or False
            )

    # === CRUD METHODS === #

    def write(self, vals):
        """Let all lines of a change begin on its day."""
        res = super().write(vals)
        if 'offer_change_date' in vals:
            for order in self.filtered('offer_change_subscription_id'):
                lines = order.order_line.filtered('offer_plan_id')
                lines.offer_date_start = order.offer_change_date
        return res

    # === BUSINESS METHODS: DIFFERENCE === #

    def _get_offer_changed(self):
        """The subscription that this quotation changes.

        In sudo: whoever sees the quotation sees what it changes, and a customer's signature
        confirms, who may not write subscriptions.

        :rtype: offer.subscription
        """
        return self.offer_change_subscription_id.sudo()

    def _fetch_duplicate_orders(self):
        """A change repeats on purpose what the order of its subscription says."""
        orders = self.filtered(lambda order: not order.offer_change_subscription_id)
        return super(SaleOrder, orders)._fetch_duplicate_orders() if orders else {}

    def _get_offer_change_title(self):
        return self.env._(
            'Change of %(subscription)s from %(day)s on',
            subscription=self._get_offer_changed().name,
            day=format_date(self.env, self.offer_change_date),
        )

    def _get_offer_change_rows(self):
        """What this quotation changes, for people and for the subscription.

        :return: dicts of the order `line` (none: it ends), the subscription line that it goes on
            from as `held` (none: it is new), `before` and `after`: amounts per period, in the
            items' own taxes
        :rtype: list[dict]
        """
        self.ensure_one()
        held_lines = self._get_offer_held_lines()
        rows = []
        for line in self.order_line.filtered('offer_plan_id'):
            held = line._get_offer_held()
            rows.append(
                {
                    'line': line,
                    'held': held,
                    'before': held.price_subtotal if held else 0.0,
                    'after': line._get_offer_period_amount(),
                    'is_changed': not held or line._differs_from_held(held),
                }
            )
            held_lines -= held
        for held in held_lines:
            rows.append(
                {
                    'line': self.order_line.browse(),
                    'held': held,
                    'before': held.price_subtotal,
                    'after': 0.0,
                    'is_changed': True,
                }
            )
        return rows

    def _get_offer_held_lines(self):
        """:return: what runs on the day of the change"""
        return self._get_offer_changed().line_ids.filtered(
            lambda line: line._is_running_on(self.offer_change_date)
        )

    def _get_offer_change_text(self):
        """:return: the difference in words: item by item, per period, until the next period"""
        if not self.offer_change_subscription_id or not self.offer_change_date:
            return False
        rows = [row for row in self._get_offer_change_rows() if row['is_changed']]
        texts = [self._get_offer_change_title()]
        texts += [f'• {self._describe_offer_change(row)}' for row in rows]
        difference = sum(row['after'] - row['before'] for row in rows)
        plan = self._get_offer_changed().plan_id
        if self.order_line.offer_plan_id <= plan:
            texts.append(
                self.env._(
                    'Difference %(period)s: %(amount)s',
                    period=plan._get_period_text(),
                    amount=self._format_offer_difference(difference),
                )
            )
            text = self._get_offer_prorated_text(rows, plan)
            if text:
                texts.append(text)
        return '\n'.join(texts)

    def _describe_offer_change(self, row):
        line, held = row['line'], row['held']
        name = (line or held).product_id.with_context(display_default_code=False).display_name
        after = format_amount(self.env, row['after'], self.currency_id)
        if not line:
            return self.env._(
                '%(item)s ends (%(before)s)',
                item=name,
                before=format_amount(self.env, row['before'], self.currency_id),
            )
        if not held:
            return self.env._(
                '%(quantity)g × %(item)s, new: %(after)s',
                quantity=line.product_uom_qty,
                item=name,
                after=after,
            )
        parts = []
        if held.quantity != line.product_uom_qty:
            parts.append(f'{held.quantity:g} → {line.product_uom_qty:g}')
        if held.tier_id != line.offer_tier_id:
            parts.append(f'{held.tier_id.name or "—"} → {line.offer_tier_id.name or "—"}')
        if held.product_id != line.product_id:
            parts.append(f'{held.product_id.display_name} → {line.product_id.display_name}')
        if held.subscription_id.plan_id != line.offer_plan_id:
            parts.append(f'{held.subscription_id.plan_id.name} → {line.offer_plan_id.name}')
        before = format_amount(self.env, row['before'], self.currency_id)
        parts.append(f'{before} → {after}')
        return f'{name}: {", ".join(parts)}'

    def _get_offer_prorated_text(self, rows, plan):
        """:return: what the difference comes to until the next period begins"""
        day, terms = self.offer_change_date, plan._get_terms()
        period = period_of(terms, self._get_offer_changed().date_anchor, day)
        if day == period.first or terms.proration == 'none' or not rows:
            return ''
        amount = 0.0
        for row in rows:
            if row['line']:
                amount += row['line']._get_offer_period_amount(period, day)
            if row['held']:
                held = row['held']
                price = held._get_piece_price(period, day, period.last)
                amount -= held._get_amount(held.quantity, price)
        return self.env._(
            'For %(first)s to %(last)s: %(amount)s, on the next invoice',
            first=format_date(self.env, day),
            last=format_date(self.env, period.last),
            amount=self._format_offer_difference(amount),
        )

    def _format_offer_difference(self, amount):
        amount = self.currency_id.round(amount)
        sign = '+' if amount > 0 else '−' if amount < 0 else '±'
        return f'{sign}{format_amount(self.env, abs(amount), self.currency_id)}'

    # === BUSINESS METHODS: CONFIRMATION === #

    def _get_offer_errors(self):
        """Refuse a change that can't be made any more."""
        errors = super()._get_offer_errors()
        if not self.offer_change_subscription_id:
            return errors
        return errors + self._get_offer_change_errors()

    def _get_offer_change_errors(self):
        subscription_sudo = self._get_offer_changed()
        if not self.offer_change_date:
            return [self.env._('Say from which day on the change counts.')]
        if subscription_sudo.currency_id != self.currency_id:
            return [
                self.env._(
                    '%(name)s is billed in %(currency)s: quote the change in it.',
                    name=subscription_sudo.name,
                    currency=subscription_sudo.currency_id.name,
                )
            ]
        try:
            subscription_sudo._check_running_on(self.offer_change_date)
            subscription_sudo._check_not_paused_on(self.offer_change_date)
            subscription_sudo._check_not_locked(self.offer_change_date)
        except UserError as error:
            return [error.args[0]]
        for line in self.order_line.filtered('offer_plan_id'):
            held = line._get_offer_held()
            stale = held and (held.next_line_ids or not held._is_running_on(self.offer_change_date))
            if stale:
                return [
                    self.env._(
                        '"%(line)s" has changed since it was quoted, or changes on another day'
                        ' already: quote the change anew.',
                        line=held.display_name,
                    )
                ]
        return []

    def _create_offer_subscriptions(self):
        """Apply a change instead of starting anew."""
        if not self.offer_change_subscription_id:
            return super()._create_offer_subscriptions()
        return self._apply_offer_change()

    def _apply_offer_change(self):
        """Make of the subscription what stands on the quotation.

        :return: a subscription that was started for another plan, if any
        """
        self.ensure_one()
        subscription_sudo = self._get_offer_changed().with_company(self.company_id)
        # of two who confirm two quotations at once the second finds what the first has done
        subscription_sudo.lock_for_update()
        errors = self._get_offer_change_errors()
        if errors:
            raise UserError('\n'.join(errors))
        stays, moves, ends = self._sort_offer_change(subscription_sudo)
        day = self.offer_change_date
        if self.offer_is_renewal:
            subscription_sudo._renew_for_a_term(self)
        texts = [self._describe_offer_change(row) for row in self._get_offer_change_rows()
                 if row['is_changed']]  # fmt: skip
        name = self.env._(
            'Changed by %(order)s from %(day)s on: %(changes)s',
            order=self.name,
            day=format_date(self.env, day),
            changes='; '.join(texts) or self.env._('nothing'),
        )
        drafts = subscription_sudo.line_ids._get_untouched_drafts()
        with subscription_sudo._recording('changed', day, name, sale_order_id=self.id) as found:
            subscription_sudo = subscription_sudo.with_context(offer_recording=True)
            with drafts._rebuilding_offer_drafts():
                self._apply_offer_stays(subscription_sudo, day, stays, ends)
                moved = self._move_offer_lines(subscription_sudo, day, moves)
            found += moved.with_context(offer_recording=False)
        return moved

    def _sort_offer_change(self, subscription):
        """:return: order lines that stay under the plan, those of other plans, and what ends"""
        lines = self.order_line.filtered(lambda line: line.offer_plan_id)
        stays = lines.filtered(
            lambda line: line.offer_plan_id == subscription.plan_id and line.product_uom_qty > 0
        )
        moves = (lines - stays).filtered(lambda line: line.product_uom_qty > 0)
        kept = (stays + moves)._get_offer_held()
        return stays, moves, self._get_offer_held_lines() - kept

    def _apply_offer_stays(self, subscription, day, stays, ends):
        changes = [(held, {'quantity': 0}) for held in ends]
        changes += [
            (
                line._get_offer_held(),
                line._prepare_offer_change_values(subscription),
            )
            for line in stays
            if line.offer_subscription_line_id
        ]
        if changes:
            subscription._change(day, changes)
        made = {}
        for line in stays.filtered(lambda line: not line.offer_subscription_line_id).sorted(
            'sequence'
        ):
            values = line._prepare_offer_subscription_line_values(day)
            parent = line._get_offer_service_line()
            above = made.get(parent) or parent._get_offer_held()
            values['parent_id'] = above._get_first().id if above else False
            values['date_end'] = subscription.date_end
            values['ends_with_subscription'] = bool(subscription.date_end)
            values['subscription_id'] = subscription.id
            made[line] = subscription.line_ids.create(values)

    def _move_offer_lines(self, subscription, day, moves):
        """Let what changes to another plan go on in a subscription of its own."""
        moved = subscription.browse()
        for plan in moves.offer_plan_id:
            mine = moves.filtered(lambda line, plan=plan: line.offer_plan_id == plan)
            held = mine._get_offer_held()
            held.date_end = day - ONE_DAY
            values = self._prepare_offer_subscription_values(plan, mine, day)
            # the same days of the month, whatever the plan (design §5)
            values['date_anchor'] = subscription.date_anchor
            new = subscription.create(values)
            self._hang_offer_lines(new.line_ids)
            for line in new.line_ids:
                before = line.sale_line_id._get_offer_held()
                if before:
                    line.write({'previous_line_id': before.id, 'first_id': before._get_first().id})
            new.activate(day)
            new.message_post(body=self.env._('It goes on from %s.', subscription._get_html_link()))
            moved += new
        running = subscription.line_ids.filtered(
            lambda line: not line.date_end or line.date_end >= day
        )
        if moved and not running:
            subscription.write(
                {
                    'date_end': day - ONE_DAY,
                    'end_reason': self.env._('It goes on as %s.', ', '.join(moved.mapped('name'))),
                }
            )
        return moved

    def _action_cancel(self):
        """Keep a change that was applied: it is changed back by another."""
        applied = self.filtered(
            lambda order: order.offer_change_subscription_id and order.state == 'sale'
        )
        if applied:
            raise UserError(
                self.env._(
                    '%(order)s has changed %(subscription)s: change that back instead of'
                    ' cancelling.',
                    order=applied[0].name,
                    subscription=applied[0]._get_offer_changed().name,
                )
            )
        return super()._action_cancel()
