"""Change as facts: what an act says of lines becomes their phases."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.intervals import FOREVER
from ...tools.periods import ONE_DAY
from ...tools.timeline import RATIO_DIGITS

# what belongs to an item and level: a change of these says it too
TERMS_OF_ITEM = ('price_unit', 'discount', 'name')


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS: CHANGE === #

    def _agree_change(self, day, changes, kind='changed', name=None, **values):
        """Make changes that were read.

        :param datetime.date day: from which on they count
        :param list changes: pairs of a line (none: a new one) and what is said of it: some of
            quantity (0: it ends), price_unit, discount, product_id, product_uom_id, tier_id,
            name, sale_line_id, is_per_unit; of a new one also parent_id, option_id, sequence,
            analytic_distribution, or parent_index: the place among the changes of what it hangs on
        :param str kind: of the act
        :param str name: what happens, in words; None: by the changes
        :return: the lines, in the order of the changes
        :rtype: list[offer.subscription.line]
        """
        self.ensure_one()
        timeline = self._check_changes(day, changes)
        name = name or self._describe_changes(day, changes, timeline)
        with self._acting(kind, day, name, **values) as act_sudo:
            return self._say_changes(act_sudo, day, changes, timeline)

    def _check_changes(self, day, changes):
        """
        :return: the timeline before the changes
        :rtype: Timeline
        :raise UserError: if they can't be made
        """
        self._check_running_on(day)
        self._check_not_locked(day)
        timeline = self._get_timeline()
        for line, _said in changes:
            if line:
                self._check_agreed_on(line, day, timeline)
            self._check_stays(line or self.line_ids, day)
        return timeline

    def _say_changes(self, act_sudo, day, changes, timeline):
        """Make facts of changes.

        :param act_sudo: to which they belong
        :param Timeline timeline: before them
        :return: the lines, in the order of the changes
        :rtype: list[offer.subscription.line]
        """
        lines = []
        for line, said in changes:
            # sudo: facts are the acts' alone
            line_sudo = line.sudo()
            if line:
                line_sudo._say(act_sudo, day, line_sudo._complete(said, day, timeline))
            else:
                line_sudo = self.sudo()._agree_new_line(act_sudo, day, said, lines)
            lines.append(line_sudo.sudo(self.env.su))
        return lines

    def _agree_new_line(self, act, day, said, made):
        """
        :param dict said: see `_agree_change`
        :param list made: the lines of the changes before
        :rtype: offer.subscription.line
        """
        said = dict(said)
        if 'parent_index' in said:
            said['parent_id'] = made[said.pop('parent_index')].id
        parent, above = self.line_ids.browse(said.get('parent_id') or []), 0.0
        if parent:
            timeline = self._get_timeline(parent._with_above())
            above = parent._get_held(day, timeline)['quantity']
        return self._add_line(act, day, said, above)

    def _check_agreed_on(self, line, day, timeline):
        """:raise UserError: if nothing is agreed of a line on a day that could change"""
        if not line._is_agreed_on(day, timeline):
            raise UserError(
                self.env._(
                    '"%(line)s" does not run on %(day)s.',
                    line=line.display_name,
                    day=format_date(self.env, day),
                )
            )

    def _add_line(self, act, day, said, above):
        """
        :param dict said: see `_agree_change`
        :param float above: how much is delivered then of what the line hangs on
        :rtype: offer.subscription.line
        """
        product = self.env['product.product'].browse(said['product_id'])
        tier = self.env['offer.sla.tier'].browse(said.get('tier_id') or [])
        values = {
            'name': self.line_ids._get_name_of(product, tier, self.partner_id.lang),
            'sequence': max(self.line_ids.mapped('sequence'), default=0) + 1,
            'quantity': 1.0,
            **said,
            'subscription_id': self.id,
            'date_start': day,
        }
        line = self.line_ids._create_shown(values)
        line._begin(act, day, above)
        return line

    def _describe_changes(self, day, changes, timeline):
        """:rtype: str"""
        texts = []
        for line, said in changes:
            if not line:
                item = self.env['product.product'].browse(said['product_id']).display_name
                quantity = said.get('quantity', 1.0)
                texts.append(self.env._('+ %(quantity)g × %(item)s', quantity=quantity, item=item))
            elif said.get('quantity') == 0:
                texts.append(self.env._('− %s', line.display_name))
            else:
                texts.append(self._describe_said(line, said, line._get_held(day, timeline)))
        return self.env._(
            'Changed from %(day)s on: %(changes)s',
            day=format_date(self.env, day),
            changes='; '.join(filter(None, texts)) or self.env._('nothing'),
        )

    def _describe_said(self, line, said, held):
        parts = [
            f'{self._describe_value(name, held[name])} → {self._describe_value(name, said[name])}'
            for name in ('quantity', 'price_unit', 'discount', 'product_id', 'tier_id')
            if name in said and (said[name] or False) != (held[name] or False)
        ]
        return f'{line.display_name}: {", ".join(parts)}' if parts else ''


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS === #

    def _begin(self, act, day, above=None):
        """Let a line begin with what it holds.

        :param act: offer.subscription.event
        :param datetime.date day: its first day
        :param above: how much is delivered of what it hangs on; None: what that holds
        """
        self.phase_ids.create(self._prepare_beginning(act, day, above))

    def _prepare_beginning(self, act, day, above=None):
        """:return: values of the phase with which a line begins
        :rtype: dict
        """
        self.ensure_one()
        above = self.parent_id.quantity if above is None else above
        ratio = self._get_first_ratio(above)
        said = {
            'quantity': self.quantity if ratio is None else ratio,
            'is_per_unit': ratio is not None,
            'product_id': self.product_id.id,
            'product_uom_id': self.product_uom_id.id,
            'tier_id': self.tier_id.id,
            'price_unit': self.price_unit,
            'discount': self.discount,
            'name': self.name,
            'sale_line_id': self.sale_line_id.id,
        }
        return self._prepare_phase(act, day, said, is_beginning=True)

    def _get_first_ratio(self, above):
        """As `_get_ratio`; what comes in running may follow by another ratio than the option's
        of today.
        """
        terms, unit = self._get_option_terms(), self.product_uom_id
        # in the unit in which what it hangs on is held
        above_item, above_unit = self.parent_id.product_id, self.parent_id.product_uom_id
        above_own = above
        if above_unit and above_unit != above_item.uom_id:
            above_own = above_unit._compute_quantity(
                above, above_item.uom_id, round=False, raise_if_failure=False
            )
        ratio = self._get_ratio(terms, unit, self.quantity, above, above_own)
        if ratio is None and terms.quantity_mode == 'per_unit' and above:
            each = self.quantity / above
            return each if round(each * above, RATIO_DIGITS) == self.quantity else None
        return ratio

    def _complete(self, said, day, timeline):
        """Add what a change of item or level says along with it, and what it belongs to.

        :param dict said: what was named
        :return: the same, with `for_…` beside it
        :rtype: dict
        """
        held, said = self._get_held(day, timeline), dict(said)
        keys = {name: said.get(name, held[name]) for name in ('product_id', 'tier_id')}
        keys['product_uom_id'] = said.get('product_uom_id', held['product_uom_id'])
        if any(keys[name] != held[name] for name in keys):
            product = self.env['product.product'].browse(keys['product_id'])
            tier = self.env['offer.sla.tier'].browse(keys['tier_id'] or [])
            lang = self.subscription_id.partner_id.lang
            said.setdefault('name', self._get_name_of(product, tier, lang))
            for name in TERMS_OF_ITEM:
                said.setdefault(name, held[name])
        if keys['product_id'] != held['product_id'] or 'product_uom_id' in said:
            said.update(keys)
            begun = self.phase_ids.filtered('is_beginning').for_product_uom_id.id
            if keys['product_uom_id'] != held['product_uom_id'] or begun != keys['product_uom_id']:
                # the act that brought the unit may be withdrawn
                said.setdefault('quantity', held['quantity'])
        return {**said, **{f'for_{name}': value for name, value in keys.items()}}

    def _say(self, act, day, said, is_beginning=False):
        """Create the phase of one act.

        :param act: offer.subscription.event
        :param datetime.date day: from which on it counts
        :param dict said: see `_agree_change`
        """
        return self.phase_ids.create(self._prepare_phase(act, day, said, is_beginning))

    def _prepare_phase(self, act, day, said, is_beginning=False):
        values = {
            'subscription_line_id': self.id,
            'event_id': act.id,
            'date_start': day,
            'is_beginning': is_beginning,
            'for_product_id': said.get('for_product_id', said.get('product_id')),
            'for_product_uom_id': said.get('for_product_uom_id', said.get('product_uom_id')),
            'for_tier_id': said.get('for_tier_id', said.get('tier_id')),
            'is_per_unit': said.get('is_per_unit', False),
            'sale_line_id': said.get('sale_line_id', False),
        }
        for name in self.env['offer.subscription.phase']._get_sayable():
            if name in said:
                values.update({name: said[name], f'says_{name}': True})
        return values

    def _store_day(self, day, timeline, end):
        """Keep for screens what is agreed for a day.

        :param Timeline timeline: of the subscription
        :param end: the subscription's last day, or None
        """
        days = timeline.get_agreed_days(self.id)
        if not days:
            # its beginning was withdrawn, or it hangs on what was
            if self.date_start:
                self._write_shown({'date_end': self.date_start - ONE_DAY})
            return
        ends = [*filter(None, (end, days[1] if days[1] < FOREVER else None))]
        values = {
            # after its end it shows its last content
            **self._get_held(min(day, end or day), timeline),
            'date_start': days[0],
            'date_end': min(ends, default=False),
        }
        self._write_shown(
            {name: value for name, value in values.items() if self._as_written(name) != value}
        )
