"""Change without a quotation: what a call says is read, checked, completed and agreed."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.reading import show_value

# what a change may say of a line, and how it is read
NUMBERS = {'quantity', 'price_unit', 'discount'}
RECORDS = {'product_id': 'product.product', 'tier_id': 'offer.sla.tier'}
CHANGE_KEYS = NUMBERS | RECORDS.keys() | {'line_id', 'name'}


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === PUBLIC METHODS === #

    def change(self, date, lines):
        """Change what is delivered, from a day on, without a quotation.

        What is not named stays. A quantity of 0 ends a line; an entry without `line_id` adds one.

        :param date: the first day on which it counts
        :type date: datetime.date or str
        :param list[dict] lines: `line_id` (any line of the same thing), `quantity`, `price_unit`
            (per plan period, in the product's own taxes), `discount` (percent), `product_id`,
            `tier_id`, `name`
        :return: True, so that remote calls have an answer
        :raise AccessError: if the user may not write subscriptions
        :raise UserError: with one sentence, if it can't be done; nothing is changed then
        """
        self.ensure_one()
        self.check_access('write')
        day = self._to_day(date)
        self._change(day, self._read_changes(lines))
        return True

    # === BUSINESS METHODS: READING === #

    def _read_changes(self, lines):
        """:return: pairs of a line (none: a new one) and its values
        :raise UserError: if they can't be read
        """
        if not isinstance(lines, list) or not lines:
            raise UserError(self.env._('Say which lines are to change.'))
        changes = [self._read_change(data) for data in lines]
        named = [line.id for line, _values in changes if line]
        if len(named) != len(set(named)):
            raise UserError(self.env._('A line is named twice: say once what it is to become.'))
        return changes

    def _read_change(self, data):
        if not isinstance(data, dict) or set(data) - CHANGE_KEYS:
            raise UserError(self.env._('A change is not readable: "%s".', show_value(data)))
        values = {}
        for name in NUMBERS & data.keys():
            values[name] = self._read_number(name, data[name])
        for name in RECORDS.keys() & data.keys():
            values[name] = self._read_id(RECORDS[name], data[name])
        if 'name' in data:
            values['name'] = self._read_text(self.env._('The name of a line'), data['name'])
        if (line_id := data.get('line_id')) is None or line_id is False:
            if not values.get('product_id') or 'price_unit' not in values:
                raise UserError(self.env._('A new line needs an item and a price.'))
            self._check_recurring(values, self.line_ids.browse())
            return self.line_ids.browse(), {'quantity': 1.0, **values}
        if isinstance(line_id, list):
            raise UserError(self.env._('%s has no such line.', self.name))
        # whether it is agreed on the day is seen with the facts
        line = self._read_lines(line_id)
        self._check_recurring(values, line)
        return line, values

    @api.model
    def _check_recurring(self, values, line):
        """:raise UserError: if a Product would recur by itself"""
        product = self.env['product.product'].browse(values.get('product_id') or [])
        if product.offer_kind == 'product' and not line.option_id and product != line.product_id:
            raise UserError(
                self.env._(
                    '"%s" is a Product, which is paid once: it recurs only as an option of a'
                    ' Service.',
                    product.display_name,
                )
            )

    # === BUSINESS METHODS: GUARDS === #

    def _check_running_on(self, day):
        """:raise UserError: if nothing can change from a day on"""
        self.ensure_one()
        self._check_day(day)
        if self.state not in ('active', 'paused'):
            raise UserError(self.env._('%s is not running.', self.name))
        if day < self.date_start:
            raise UserError(
                self.env._(
                    '%(name)s starts on %(start)s: choose that day or a later one.',
                    name=self.name,
                    start=format_date(self.env, self.date_start),
                )
            )
        if self.date_end and day > self.date_end:
            raise UserError(
                self.env._(
                    '%(name)s ends on %(end)s: choose that day or an earlier one.',
                    name=self.name,
                    end=format_date(self.env, self.date_end),
                )
            )

    def _get_locked_until(self, day):
        """:return: the last day of closed books of which this day is one; None: they are open
        :rtype: datetime.date | None
        """
        # sudo: a lock concerns everybody, also who may not read journals
        journal = self.sudo().journal_id or self.env['account.journal'].sudo().search(
            [('type', '=', 'sale'), ('company_id', '=', self.company_id.id)], limit=1
        )
        locks = self.company_id.sudo()._get_violated_lock_dates(day, True, journal)
        return max((lock[0] for lock in locks), default=None)

    def _check_not_locked(self, day):
        """Days that are billed and whose books are closed stay as they are.

        :raise UserError: if days from this one on are
        """
        self._check_not_charged(day, self._get_locked_until(day))

    def _check_not_charged(self, day, locked_until):
        """
        :param locked_until: see `_get_locked_until`, of this day or an earlier one
        :raise UserError: if days from this one on are billed and their books are closed
        """
        if not locked_until or locked_until < day:
            return
        # sudo: a lock concerns everybody; who changes need not see what is settled
        charged = self.sudo().line_ids.billing_entry_ids.filtered(
            lambda entry: entry.kind == 'charge' and not entry.is_void and entry.date_to >= day
        )
        if charged:
            raise UserError(
                self.env._(
                    'These days are billed and the books are locked until %s: choose a later day.',
                    format_date(self.env, locked_until),
                )
            )

    # === BUSINESS METHODS: CHANGING === #

    def _change(self, day, changes, kind='changed', name=None, **values):
        """Make changes that were read, and record them.

        :param list changes: pairs of a line that delivers on the day (none: a new one) and what
            becomes of it
        :return: what delivers from the day on, in the order of the changes; none where it ended
        :rtype: list[offer.subscription.line]
        """
        self.ensure_one()
        changes = self._complete_changes(day, changes)
        return self._agree_change(day, changes, kind, name, **values)

    def _describe_value(self, name, value):
        if name == 'price_unit':
            return self.currency_id.format(value)
        if name == 'discount':
            return f'{value:g} %'
        if name in RECORDS:
            return self.env[RECORDS[name]].browse(value or []).display_name or '—'
        return f'{value:g}'
