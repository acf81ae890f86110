"""A quotation that changes a running subscription: what is to be, with the difference to what is.

Its lines are what the customer will have; what went on stands there at its agreed price, what is
left out ends. Confirming applies the difference once.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..configuration.marks import CONFIGURING
from .change_row import ChangeRow


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
    offer_change_known_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        string='Last Known Act',
        copy=False,
        readonly=True,
        ondelete='set null',
        help='The last act on the subscription when the change was quoted.',
    )
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
        """Let all lines of a change begin on its day, and what it doesn't change follow it."""
        if 'offer_change_date' not in vals:
            return super().write(vals)
        changes = self.filtered('offer_change_subscription_id')
        before = [
            (order, order._get_offer_change_rows(), order._get_offer_held_lines())
            for order in changes
        ]
        res = super().write(vals)
        for order, rows, lines in before:
            order._move_offer_lines_held(lines)
            for row in rows:
                row.line.exists()._move_offer_change(row)
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
        if self.offer_is_renewal:
            return self._get_offer_changed()._get_renewal_title(self.offer_change_date)
        return self.env._(
            'Change of %(subscription)s from %(day)s on',
            subscription=self._get_offer_changed().name,
            day=format_date(self.env, self.offer_change_date),
        )

    def _get_offer_change_rows(self):
        """What this quotation changes, for people and for the subscription.

        :rtype: list[ChangeRow]
        """
        self.ensure_one()
        subscription, day = self._get_offer_changed(), self.offer_change_date
        timeline = subscription._get_timeline() if day else None
        ends = self._get_offer_held_lines(timeline)
        lines = self.order_line.filtered('offer_plan_id')
        rows = [self._get_offer_change_row(line, timeline) for line in lines]
        for held in ends - lines._get_offer_held():
            content = held._get_held_on(day)
            before = held._get_held_amount(content, self.currency_id)
            rows.append(
                ChangeRow(lines.browse(), held, content, before, 0.0, True, {'quantity': 0})
            )
        return rows

    def _get_offer_change_row(self, line, timeline):
        """:rtype: ChangeRow"""
        after, held = line._get_offer_period_amount(), line._get_offer_held()
        if not held:
            return ChangeRow(line, held, {}, 0.0, after, True)
        is_agreed = timeline and held.id in timeline.keys
        content = held._get_held(line.order_id.offer_change_date, timeline) if is_agreed else (
            held._get_held_on(line.order_id.offer_change_date)
        )  # fmt: skip
        before = held._get_held_amount(content, self.currency_id)
        said = {}
        if line.offer_plan_id != held.subscription_id.plan_id or line.product_uom_qty <= 0:
            said = {'quantity': 0}
        elif is_agreed:
            said = line._get_offer_said(timeline)
        return ChangeRow(line, held, content, before, after, bool(said), said)

    def _get_offer_held_lines(self, timeline=None):
        """
        :param Timeline timeline: of the subscription, if it is known
        :return: what runs on the day of the change
        """
        day, lines = self.offer_change_date, self._get_offer_changed().line_ids
        if not day:
            return lines.browse()
        if not timeline:
            return lines._get_running_on(day)
        return lines.filtered(lambda line: line._is_agreed_on(day, timeline))

    def _move_offer_lines_held(self, before):
        """Put on the quotation what begins to run by its new day, and leave out what has ended.

        :param before: what ran on the day of before
        """
        subscription = self._get_offer_changed()
        if not self.offer_change_date:
            return
        now = self._get_offer_held_lines()
        gone = self.order_line.filtered(lambda line: line._get_offer_held() & (before - now))
        CONFIGURING.on(gone).unlink()
        for line in (now - before).sorted(lambda line: (line.sequence, line.id)):
            if line in self.order_line._get_offer_held():
                # it came with what it hangs on
                continue
            above = self.order_line.filtered(
                lambda it, line=line: it._get_offer_held() == line.parent_id
            )
            if above or not line.parent_id:
                sequence = max(self.order_line.mapped('sequence'), default=9) + 1
                subscription._create_change_lines(
                    self, line, self.offer_change_date, sequence, above
                )

    def _get_offer_changes(self, rows):
        """What this quotation says of the subscription under its plan.

        :param list rows: see `_get_offer_change_rows`
        :return: see `offer.subscription._agree_change`
        :rtype: list
        """
        plan = self._get_offer_changed().plan_id
        changes = [(row.held, row.said) for row in rows if row.held and row.said]
        places = {}
        for row in rows:
            line = row.line
            if row.held or line.offer_plan_id != plan or line.product_uom_qty <= 0:
                continue
            values = line._prepare_offer_subscription_line_values(self.offer_change_date)
            values.pop('date_start')
            above = line._get_offer_service_line()
            if above in places:
                values['parent_index'] = places[above]
            elif above._get_offer_held():
                values['parent_id'] = above._get_offer_held().id
            places[line] = len(changes)
            changes.append((row.held, values))
        return changes

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
            subscription_sudo._check_not_locked(self.offer_change_date)
        except UserError as error:
            return [error.args[0]]
        return self._get_offer_stale_errors()

    def _get_offer_stale_errors(self):
        """What is quoted was worked out from what was agreed then: an act that has changed lines
        since, from the day of the change on or before, makes it stale.
        """
        held = [line.offer_subscription_line_id for line in self.order_line
                if line.offer_subscription_line_id]  # fmt: skip
        if len(held) != len(set(held)):
            return [self.env._('A running line stands twice on the quotation: leave one out.')]
        timeline = self._get_offer_changed()._get_timeline()
        for held in self.order_line._get_offer_held():
            if not held._is_agreed_on(self.offer_change_date, timeline):
                return [
                    self.env._(
                        '"%(line)s" does not run on %(day)s.',
                        line=held.display_name,
                        day=format_date(self.env, self.offer_change_date),
                    )
                ]
        moved = self.order_line.filtered(
            lambda line: line.offer_plan_id != self._get_offer_changed().plan_id
        )
        obstacles = self._get_offer_changed()._get_planned_obstacles(
            moved._get_offer_held(), self.offer_change_date
        )
        if obstacles:
            return obstacles
        acts = self._get_offer_changed().event_ids.filtered(
            lambda act: not act.act_id and act.id > self.offer_change_known_id.id
        )
        for act in acts.sorted('id'):
            if act.date <= self.offer_change_date and act._changes_lines():
                return [
                    self.env._(
                        'The subscription has changed since it was quoted (%s): quote the change'
                        ' anew.',
                        act.name,
                    )
                ]
        return []
