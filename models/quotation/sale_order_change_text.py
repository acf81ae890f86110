"""The difference that a customer signs: "what is signed is what is billed"."""

from odoo import models
from odoo.tools import format_amount, format_date


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS: DIFFERENCE IN WORDS === #

    def _get_offer_change_text(self):
        """:return: the difference in words: item by item, per period, until the next period"""
        if not self.offer_change_subscription_id or not self.offer_change_date:
            return False
        rows = [row for row in self._get_offer_change_rows() if row.is_changed]
        texts = [self._get_offer_change_title()]
        texts += [f'• {self._describe_offer_change(row)}' for row in rows]
        difference = sum(row.after - row.before for row in rows)
        plan = self._get_offer_changed().plan_id
        if self.order_line.offer_plan_id <= plan:
            if rows or not self.offer_is_renewal:
                texts.append(
                    self.env._(
                        'Difference %(period)s: %(amount)s',
                        period=plan._get_period_text(),
                        amount=self._format_offer_difference(difference),
                    )
                )
            text = self._get_offer_prorated_text(rows, difference)
            if text:
                texts.append(text)
        else:
            texts += self._get_offer_moved_texts(rows)
        return '\n'.join(texts)

    def _describe_offer_change(self, row):
        line, held = row.line, row.held
        name = (line or held).product_id.with_context(display_default_code=False).display_name
        after = format_amount(self.env, row.after, self.currency_id)
        if not line:
            return self.env._(
                '%(item)s ends (%(before)s)',
                item=name,
                before=format_amount(self.env, row.before, self.currency_id),
            )
        if not held:
            return self.env._(
                '%(quantity)g × %(item)s, new: %(after)s',
                quantity=line.product_uom_qty,
                item=name,
                after=after,
            )
        parts, content = [], row.content
        if line._differs_from_offer_quantity(content['quantity']):
            parts.append(f'{content["quantity"]:g} → {line.product_uom_qty:g}')
        for value, new in (
            (content['tier_id'], line.offer_tier_id),
            (content['product_id'], line.product_id),
            (held.subscription_id.plan_id.id, line.offer_plan_id),
        ):
            old = new.browse(value or [])
            if old != new:
                parts.append(f'{old.display_name or "—"} → {new.display_name or "—"}')
        before = format_amount(self.env, row.before, self.currency_id)
        parts.append(f'{before} → {after}')
        return f'{name}: {", ".join(parts)}'

    def _get_offer_prorated_text(self, rows, difference):
        """What the difference comes to until the next period begins, by the rows of billing.

        :param list rows: that change something
        :param float difference: of a whole period
        """
        day, subscription = self.offer_change_date, self._get_offer_changed()
        if not rows and not self.offer_is_renewal:
            return ''
        effect = self._find_offer_effect(rows)
        if not effect.last:
            return ''
        period = subscription._get_timeline().get_period(day)
        is_whole = (day, effect.last) == (period.first, period.last) and not self.offer_is_renewal
        if is_whole and not self.currency_id.compare_amounts(effect.total, difference):
            return ''
        return self.env._(
            'For %(first)s to %(last)s: %(amount)s, on the next invoice',
            first=format_date(self.env, day),
            last=format_date(self.env, effect.last),
            amount=self._format_offer_difference(effect.total),
        )

    def _find_offer_effect(self, rows):
        """:return: what the next invoices will say
        :rtype: Effect
        """
        day, subscription = self.offer_change_date, self._get_offer_changed()
        changes = self._get_offer_changes(rows)
        facts = subscription._get_facts_with(day, changes, subscription._get_timeline())
        if self.offer_is_renewal:
            facts = subscription._get_renewed_facts(facts)
        until = max(day, subscription._get_settled_to() or day)
        return subscription._find_effect(facts, until, is_brief=True)

    def _format_offer_difference(self, amount):
        amount = self.currency_id.round(amount)
        sign = '+' if amount > 0 else '−' if amount < 0 else '±'
        return f'{sign}{format_amount(self.env, abs(amount), self.currency_id)}'
