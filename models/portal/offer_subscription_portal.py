"""What customers see of their subscriptions in the portal, and may do with them."""

from contextlib import suppress

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.periods import add_interval

MOST_MONTHS = 12


class LookedOnlyError(Exception):
    """Ends a look, so that the savepoint takes back what was tried."""


class OfferSubscription(models.Model):
    _name = 'offer.subscription'
    _inherit = ['offer.subscription', 'portal.mixin']

    # === COMPUTE METHODS === #

    def _compute_access_url(self):
        """Say where the customer finds it."""
        res = super()._compute_access_url()
        for subscription in self:
            subscription.access_url = f'/my/subscriptions/{subscription.id}'
        return res

    # === BUSINESS METHODS === #

    @api.model
    def _get_portal_domain(self, partner):
        """:return: what a contact sees: all that its company has and that has begun
        :rtype: list
        """
        return [
            ('partner_id', 'child_of', partner.commercial_partner_id.id),
            ('state', '!=', 'pending'),
        ]

    def _may_change_in_portal(self):
        self.ensure_one()
        return self._runs_in_portal() and self.plan_id.is_portal_change

    def _runs_in_portal(self):
        today = self._get_company_today(self.company_id)
        return self.state == 'active' and not (self.date_end and self.date_end < today)

    def _may_give_notice_in_portal(self):
        self.ensure_one()
        return (
            self.state in ('active', 'paused')
            and self.plan_id.is_portal_notice
            and not self.date_end
        )

    def _may_withdraw_in_portal(self):
        self.ensure_one()
        today = self._get_company_today(self.company_id)
        return (
            self.state in ('active', 'paused')
            and self.plan_id.is_portal_notice
            and bool(self.date_notice)
            and today <= self.date_end
        )

    def _get_portal_lines(self):
        """What runs today, as it is sorted, with what the customer may set.

        :return: dicts of the `line`, its `level` below the Service, and for a quantity that may be
            set `min` and `max` (0: any)
        :rtype: list[dict]
        """
        self.ensure_one()
        day = max(self._get_company_today(self.company_id), self.date_start)
        found, lines = [], self.line_ids._get_running_on(day)

        def add(line, level):
            option = line.option_id
            is_free = not line.parent_id or option.quantity_mode == 'free'
            found.append(
                {
                    'line': line,
                    'level': level,
                    'is_free': is_free,
                    'min': option.min_quantity if option else 1,
                    'max': option.max_quantity if option else 0,
                }
            )
            for part in lines.filtered(lambda part: part.parent_id == line):
                add(part, level + 1)

        for root in lines.filtered(lambda line: not line.parent_id):
            add(root, 0)
        return found

    def _get_portal_people(self):
        """:return: who plays which role: of the subscription, its order or its customer
        :rtype: list[offer.role.assignment]
        """
        self.ensure_one()
        assignments = self.env['offer.role.assignment']
        roles = self.line_ids.product_id.product_tmpl_id.offer_role_ids
        roles |= self.role_assignment_ids.role_id
        found = assignments._find(roles, self.partner_id, self.sale_order_id, self)
        return [found[role] for role in roles.sorted() if role in found]

    def _get_portal_forecast(self):
        """:return: day and untaxed amount of the next invoice, or none
        :rtype: tuple | None
        """
        self.ensure_one()
        day = self.date_next_due
        if not day:
            return None
        until = add_interval(day, MOST_MONTHS, 'month')
        rows = self._get_due_rows(max(day, self._get_company_today(self.company_id)))
        if not rows:
            rows = self._get_due_rows(until)
            first = min((row.due.on for row in rows), default=None)
            rows = [row for row in rows if row.due.on == first]
        if not rows:
            return None
        untaxed = sum(self._get_untaxed(row.product, row.amount) for row in rows)
        return max(row.due.on for row in rows), untaxed

    def _read_portal_quantities(self, values):
        """Read what a customer has typed; nothing of it is believed.

        :param dict values: quantities as text, by the id of a line as text
        :return: quantities that differ, by line
        :rtype: dict
        :raise UserError: with one sentence, if something is no number or not theirs
        """
        quantities = {}
        known = {str(row['line'].id): row for row in self._get_portal_lines() if row['is_free']}
        for key, text in values.items():
            if key not in known:
                raise UserError(self.env._('This can\'t be changed here.'))
            try:
                number = float(str(text).replace(',', '.'))
            except ValueError:
                number = None
            if number is None:
                raise UserError(self.env._('"%s" is not a number.', str(text)[:20]))
            line = known[key]['line']
            number = self._read_number('quantity', number)
            if number <= 0:
                raise UserError(
                    self.env._('The quantity of "%s" is more than 0.', line.display_name)
                )
            if number != line.quantity:
                quantities[line] = number
        if not quantities:
            raise UserError(self.env._('Nothing changes: choose another quantity.'))
        return quantities

    def _preview_portal_change(self, values):
        """:return: the difference in words; nothing is written
        :rtype: str
        :raise UserError: with one sentence, if it can't be done
        """
        text = ''
        with suppress(LookedOnlyError), self.env.cr.savepoint():
            # with a name it takes no number of the quotations
            text = self._quote_portal_change(values, name='/').offer_change_text
            raise LookedOnlyError
        self.env.invalidate_all()
        return text

    def _quote_portal_change(self, values, **order_values):
        """Make the quotation of a change that a customer asks for, to be signed.

        :return: the quotation; the same one, if it was asked for already
        :rtype: sale.order
        :raise UserError: with one sentence, if it can't be done
        """
        self.ensure_one()
        if not self._may_change_in_portal():
            raise UserError(self.env._('%s can\'t be changed here: please ask us.', self.name))
        quantities = self._read_portal_quantities(values)
        day = max(self._get_company_today(self.company_id), self.date_start)
        for order in self.change_order_ids.filtered(lambda o: o.state in ('draft', 'sent')):
            asked = {
                line.offer_subscription_line_id: line.product_uom_qty
                for line in order.order_line
                if line.offer_subscription_line_id in quantities
            }
            if order.offer_change_date == day and asked == quantities:
                return order
        order = self._create_change_order(day, **order_values)
        for line in order.order_line.filtered(
            lambda line: line.offer_plan_id and not line.offer_option_id
        ):
            line._set_portal_quantities(quantities)
        errors = order._get_offer_errors()
        if errors:
            raise UserError('\n'.join(errors))
        return order


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _set_portal_quantities(self, quantities):
        """Give a Service of a change quotation and its components other quantities.

        :param dict quantities: by the subscription line that goes on
        """
        self.ensure_one()
        configurations = self.env['offer.configuration']
        if self.offer_kind != 'service':
            self.product_uom_qty = quantities.get(self._get_offer_held(), self.product_uom_qty)
            return
        configuration = configurations._configuration_of(self)
        lines = {line.id: line for line in self | self._get_offer_descendants()}

        def set_quantities(node):
            line = lines.get(node.get('line_id'))
            held = line and line._get_offer_held()
            if held in quantities:
                node['quantity'] = quantities[held]
            for child in node['options']:
                set_quantities(child)

        set_quantities(configuration)
        self.order_id.offer_add(configuration, line_id=self.id)
