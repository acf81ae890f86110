"""What a change brings along, whichever door it came through: quantities that follow, and today's
prices where the agreed ones don't go on ("doors agree").
"""

from odoo import api, models

# a change of these may meet another price
PRICED_BY = {'quantity', 'product_id', 'product_uom_id', 'tier_id'}


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _complete_changes(self, day, changes):
        """Add to changes what no quotation has worked out for them.

        :param datetime.date day: from which on they count
        :param list changes: see `_agree_change`
        :return: the same, with prices, names and ratios, and with lines that follow others
        :rtype: list
        """
        self.ensure_one()
        timeline = self._get_timeline()
        said = {line: dict(values) for line, values in changes if line}
        affected = self._get_affected(day, said, timeline)
        if affected:
            self._add_what_follows(day, said, affected, timeline)
        named = [(line, said.pop(line) if line else values) for line, values in changes]
        return named + [(line, values) for line, values in said.items() if values]

    def _get_affected(self, day, said, timeline):
        """:return: lines of which the price may be another one, those above first
        :rtype: list[offer.subscription.line]
        """
        lines = self.line_ids.filtered(lambda line: line._is_agreed_on(day, timeline))
        by_parent = lines.grouped('parent_id')
        found = []

        def look_at(line, follows):
            values = said.get(line, {})
            follows = follows and timeline.get_ratio_on(line.id, day) is not None
            if follows or PRICED_BY & values.keys():
                found.append(line)
            moves = values.get('quantity') != 0 and (follows or 'quantity' in values)
            for part in by_parent.get(line, ()):
                look_at(part, moves)

        for root in by_parent.get(self.line_ids.browse(), ()):
            look_at(root, False)
        return found

    def _add_what_follows(self, day, said, affected, timeline):
        """:param dict said: by line, see `_agree_change`; it is added to"""
        order = self._new_priced_order(day)
        made = {}
        for line in affected:
            values = said.setdefault(line, {})
            if values.get('quantity') == 0:
                continue
            self._add_own_terms(line._get_held(day, timeline), values)
            priced = self._new_priced_line(order, line, values, (day, timeline), made)
            if PRICED_BY - {'quantity'} & values.keys():
                values.setdefault('name', priced._get_offer_name())
            if 'quantity' in values:
                above = priced.linked_line_id
                ratio = line._get_ratio(
                    line._get_option_terms(),
                    priced.product_uom_id,
                    values['quantity'],
                    above.product_uom_qty,
                    above._get_offer_quantity() if above else 0.0,
                )
                if ratio is not None:
                    values.update(quantity=ratio, is_per_unit=True)
            if 'price_unit' not in values:
                for name, value in priced._get_offer_terms_anew().items():
                    values.setdefault(name, value)

    @api.model
    def _add_own_terms(self, held, values):
        """Another item comes in its own unit, as on a quotation, and without a service level that
        it does not have.

        :param dict held: what is agreed, see `offer.subscription.line._get_held`
        :param dict values: what is said; it is added to
        """
        product = self.env['product.product'].browse(values.get('product_id') or [])
        if product.id in (False, held['product_id']):
            return
        if product.uom_id.id != held['product_uom_id']:
            values.setdefault('product_uom_id', product.uom_id.id)
        if held['tier_id'] and held['tier_id'] not in product.product_tmpl_id.offer_tier_ids.ids:
            values.setdefault('tier_id', False)

    def _new_priced_order(self, day, **values):
        """:return: a change of this subscription in memory, which prices what is asked of it
        :rtype: sale.order
        """
        # sudo: what is priced anew is priced so for everybody, also for who may not quote
        orders_sudo = self.env['sale.order'].sudo().with_company(self.company_id)
        return orders_sudo.new(
            {
                **self._prepare_change_order_values(day),
                'currency_id': self.currency_id.id,
                **values,
            }
        )

    def _new_priced_line(self, order, line, values, when, made):
        """
        :param dict values: what is said of a line
        :param tuple when: the day of the change, and the timeline before it
        :param dict made: lines of the order that were made before, by line; it is added to
        :return: a line of the order, in memory
        :rtype: sale.order.line
        """
        if line in made:
            return made[line]
        day, timeline = when
        above = line.parent_id
        linked = above and self._new_priced_line(order, above, {}, when, made)
        content = {**line._get_held(day, timeline), **values}
        ratio = timeline.get_ratio_on(line.id, day)
        if above and ratio is not None and 'quantity' not in values:
            content['quantity'] = float(ratio) * linked.product_uom_qty
        made[line] = order.order_line.new(
            {
                'order_id': order,
                'product_id': content['product_id'],
                'product_uom_qty': content['quantity'],
                'product_uom_id': content['product_uom_id'],
                'offer_plan_id': self.plan_id.id,
                'offer_tier_id': content['tier_id'],
                'offer_option_id': line.option_id.id,
                'offer_date_start': day,
                'offer_subscription_line_id': line.id,
                'linked_line_id': linked,
            }
        )
        return made[line]
