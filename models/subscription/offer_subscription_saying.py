"""Activation and change as facts: what an act says of lines becomes their phases."""

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.amounts import to_decimal
from ...tools.intervals import FOREVER
from ...tools.ledger import find_external
from ...tools.periods import ONE_DAY
from ...tools.terms import introduction_end
from ...tools.timeline import RATIO_DIGITS

# what belongs to an item and level: a change of these says it too
TERMS_OF_ITEM = ('price_unit', 'discount', 'name')


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS: ACTIVATION === #

    def _agree_activation(self, day):
        """Start one pending subscription: what its lines hold is what they begin with.

        :param datetime.date day: the first day, unless another was agreed
        """
        self.ensure_one()
        start = self.date_start or day
        name = self.env._('Activated from %s on', format_date(self.env, start))
        with self._acting('activated', start, name) as act_sudo:
            # sudo: facts and what is billed externally are the acts' alone
            subscription_sudo = self.sudo()
            external = {line: line.billed_until for line in subscription_sudo.line_ids}
            subscription_sudo.line_ids.billing_entry_ids.unlink()
            subscription_sudo.write(
                {
                    'state': 'active',
                    'date_start': start,
                    'date_anchor': self.date_anchor or day,
                    'date_introduction_end': self._get_introduction_end(
                        start, self.date_anchor or day
                    ),
                }
            )
            for line in subscription_sudo.line_ids:
                line._begin(act_sudo, max(line.date_start or day, day))
            subscription_sudo._settle_external(external)
            subscription_sudo.renewals = subscription_sudo._get_renewals_before_billing()

    def _get_introduction_end(self, start, anchor):
        """:return: the last introductory day: so many full periods, and a stub before them"""
        if not self.intro_periods:
            return False
        return introduction_end(self.plan_id._get_terms(), anchor, start, self.intro_periods)

    def _settle_external(self, external):
        """Fix at what externally billed days count: at what is agreed now.

        :param dict external: last such day by line, or False
        """
        timeline = self._get_timeline()
        values = []
        for line, last in external.items():
            line.date_external_to = last
            for first, end, content in find_external(timeline, line.id, last) if last else ():
                values.append(
                    {
                        'subscription_line_id': line.id,
                        'kind': 'elsewhere',
                        'date_from': first,
                        'date_to': end,
                        'reason': self.env._('Billed before the subscription came in.'),
                        **self.env['offer.billing.entry']._prepare_content_values(
                            content, to_decimal(self.currency_id.rounding)
                        ),
                    }
                )
        self.env['offer.billing.entry'].create(values)

    # === BUSINESS METHODS: CHANGE === #

    def _agree_change(self, day, changes, kind='changed', name=None, **values):
        """Make changes that were read.

        :param datetime.date day: from which on they count
        :param list changes: pairs of a line (none: a new one) and what is said of it: some of
            quantity (0: it ends), price_unit, discount, product_id, product_uom_id, tier_id,
            name, sale_line_id, is_per_unit; of a new one also parent_id, option_id, sequence
        :param str kind: of the act
        :param str name: what happens, in words; None: by the changes
        :return: the lines, in the order of the changes
        :rtype: list[offer.subscription.line]
        """
        self.ensure_one()
        self._check_running_on(day)
        self._check_not_locked(day)
        timeline = self._get_timeline()
        for line, _said in changes:
            if line:
                self._check_agreed_on(line, day, timeline)
        name = name or self._describe_changes(day, changes, timeline)
        lines = []
        with self._acting(kind, day, name, **values) as act_sudo:
            for line, said in changes:
                # sudo: facts are the acts' alone
                line_sudo = line.sudo()
                if line:
                    line_sudo._say(act_sudo, day, line_sudo._complete(said, day, timeline))
                else:
                    line_sudo = self.sudo()._add_line(act_sudo, day, said)
                lines.append(line_sudo.sudo(self.env.su))
        return lines

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

    def _add_line(self, act, day, said):
        """:rtype: offer.subscription.line"""
        product = self.env['product.product'].browse(said['product_id'])
        tier = self.env['offer.sla.tier'].browse(said.get('tier_id') or [])
        values = {
            'name': self.line_ids._get_name_of(product, tier, self.partner_id.lang),
            'sequence': max(self.line_ids.mapped('sequence'), default=0) + 1,
            'quantity': 1.0,
            **{key: value for key, value in said.items() if key != 'is_per_unit'},
            'subscription_id': self.id,
            'date_start': day,
        }
        line = self.line_ids.create(values)
        line._begin(act, day)
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

    def _begin(self, act, day):
        """Let a line begin with what it holds.

        :param act: offer.subscription.event
        :param datetime.date day: its first day
        """
        self.ensure_one()
        self._write_shown({'date_start': day})
        quantity, is_per_unit = self._get_ratio()
        self._say(
            act,
            day,
            {
                'quantity': quantity,
                'is_per_unit': is_per_unit,
                'product_id': self.product_id.id,
                'product_uom_id': self.product_uom_id.id,
                'tier_id': self.tier_id.id,
                'price_unit': self.price_unit,
                'discount': self.discount,
                'name': self.name,
                'sale_line_id': self.sale_line_id.id,
            },
            is_beginning=True,
        )

    def _get_ratio(self):
        """What is sold per unit of the Service is kept as a ratio that follows it.

        :return: quantity, and whether it is for each unit of the line above
        """
        above, each = self.parent_id.quantity, self.option_id.quantity
        if self.option_id.quantity_mode != 'per_unit' or not above:
            return self.quantity, False
        if self.product_uom_id.compare(each * above, self.quantity) == 0:
            return each, True
        each = self.quantity / above
        is_exact = round(each * above, RATIO_DIGITS) == self.quantity
        return (each, True) if is_exact else (self.quantity, False)

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
        return self.phase_ids.create(values)

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
