"""What becomes of a term: renewals with announcements, quotations, reminders."""

from dataclasses import replace

from odoo import fields, models
from odoo.tools import format_date

from ...tools.facts import TERM, End
from ...tools.periods import ONE_DAY


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    offer_is_reminded = fields.Boolean(string='Reminded', copy=False)

    # === CRUD METHODS === #

    def write(self, vals):
        """Look again at terms whose quotation is sent, cancelled or taken up again."""
        res = super().write(vals)
        if 'state' in vals:
            self._get_offer_renewed()._look_at_term()
        return res

    def unlink(self):
        """Look again at terms that have no quotation any more."""
        renewed_sudo = self._get_offer_renewed()
        res = super().unlink()
        renewed_sudo._look_at_term()
        return res

    # === BUSINESS METHODS === #

    def _get_offer_renewed(self):
        """:return: subscriptions whose term these quotations renew, in sudo"""
        renewals = self.filtered('offer_is_renewal')
        # sudo: whoever sells need not be allowed to write subscriptions
        subscriptions_sudo = self.env['offer.subscription'].sudo()
        if not renewals:
            return subscriptions_sudo
        return subscriptions_sudo.search([('renewal_order_id', 'in', renewals.ids)])

    def _get_offer_portal_link(self):
        """:return: where the customer signs, for letters; empty: there is no quotation"""
        if not self:
            return ''
        return f'{self.get_base_url()}{self.get_portal_url()}'


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS: RENEWAL === #

    def _renew_or_end(self):
        """Go on after the term, or end with it.

        :return: those for which another term has begun
        :rtype: offer.subscription
        """
        texts = {
            'quote': self.env._('The term ended and was not renewed.'),
            'end': self.env._('The term ended.'),
        }
        going_on = self.filtered(lambda it: it.renewal_mode not in texts and it.renewal_count)
        for subscription in self.filtered(lambda it: it.renewal_mode in texts):
            text = texts[subscription.renewal_mode]
            reasons = self.env['offer.end.reason']
            subscription._agree_end(subscription.date_term_end, reasons, text, 'not_renewed')
        going_on._renew_for_a_term()
        return going_on

    def _renew_for_a_term(self, order=None):
        """Let another term begin, in a few queries for all of these.

        :param order: the renewal quotation that was signed, if any
        """
        firsts = {subscription: subscription.date_term_end + ONE_DAY for subscription in self}
        percents = {
            subscription: 0.0 if order else subscription._get_announced_percent(first)
            for subscription, first in firsts.items()
        }
        raised = self.filtered(percents.get)
        timelines = raised._get_timelines()
        said = {
            subscription: {
                'kind': 'renewed',
                'date': first,
                'name': subscription._describe_renewal(first, percents[subscription]),
                'sale_order_id': order and order.id,
            }
            for subscription, first in firsts.items()
        }
        with self._acting_together(said) as acts_sudo:
            for renewals, subscriptions in self.grouped('renewals').items():
                # the next term has a quotation of its own
                subscriptions._write_shown({'renewals': renewals + 1, 'renewal_order_id': False})
            for subscription in raised:
                subscription._raise_prices(
                    acts_sudo[subscription], percents[subscription], timelines[subscription]
                )

    def _describe_renewal(self, first, percent):
        """:rtype: str"""
        name = self.env._(
            'Renewed from %(first)s until %(until)s',
            first=format_date(self.env, first),
            until=format_date(self.env, self._get_term_end(self.renewals + 1)),
        )
        return name + self.env._(', prices %+g %%', percent) if percent else name

    def _raise_prices(self, act_sudo, percent, timeline):
        """:param act_sudo: the renewal, in sudo
        :param float percent: by which prices change
        :param Timeline timeline: without it
        """
        first = act_sudo.date
        for line in self.line_ids:
            if line._is_agreed_on(first, timeline):
                held = line._get_held(first, timeline)
                price = self._get_adjusted(held['price_unit'], percent)
                said = line._complete({'price_unit': price}, first, timeline)
                # sudo: facts are the acts' alone
                line.sudo()._say(act_sudo, first, said)

    def _get_renewal_title(self, first):
        """:param datetime.date first: with which another term begins
        :rtype: str
        """
        until = self._get_term_end(self._count_renewals(self._get_term_start(), first))
        return self.env._(
            'Renewal of %(subscription)s from %(first)s until %(until)s',
            subscription=self.name,
            first=format_date(self.env, first),
            until=format_date(self.env, until),
        )

    def _get_renewed_facts(self, facts):
        """What would be agreed if another term began.

        :param Facts facts: of this subscription
        :rtype: Facts
        """
        ends = [end for end in facts.ends if end.kind != TERM]
        certain = self._get_certain_end(self._get_term_end(self.renewals + 1))
        if certain:
            ends.append(End(certain, 0, TERM))
        return replace(facts, ends=tuple(ends))

    def _get_adjusted(self, price, percent):
        return self.env['offer.price']._round(price * (1 + percent / 100), self.currency_id)

    def _get_announced_percent(self, first):
        """:return: the adjustment that the customer was told of for a term, else 0"""
        told = self.event_ids.filtered(
            lambda event: event.kind == 'announced' and event.date == first
        )
        return self.renewal_percent if told else 0.0

    def _announce_adjustment(self, day):
        """Tell the customer ahead of new prices, once a term, and never after it has begun."""
        first = self.date_term_end and self.date_term_end + ONE_DAY
        ahead = self.plan_id.renewal_announce_days
        if (
            not first
            or not self.renewal_percent
            or self.renewal_mode != 'auto'
            or not self.renewal_count
            or not fields.Date.subtract(first, days=ahead) <= day < first
            or self._get_announced_percent(first)
        ):
            return
        name = self.env._(
            'Announced: from %(first)s on prices change by %(percent)+g %%',
            first=format_date(self.env, first),
            percent=self.renewal_percent,
        )
        with self._acting('announced', first, name):
            self._send_letter('sale_offer.mail_template_announcement')

    def _quote_renewal(self, day):
        """Make the quotation of the next term in time, and remind of it once."""
        end = self.date_term_end
        if self.renewal_mode != 'quote' or not end or day > end:
            return
        order = self.renewal_order_id
        if not order:
            if day >= fields.Date.subtract(end, days=self.plan_id.renewal_quote_days):
                order = self._create_change_order(end + ONE_DAY, offer_is_renewal=True)
                order.validity_date = end
                self.renewal_order_id = order
                self._send_renewal_quotation(order)
            return
        remind = day >= fields.Date.subtract(end, days=self.plan_id.renewal_remind_days)
        if remind and order.state == 'sent' and not order.offer_is_reminded:
            order.offer_is_reminded = True
            self._send_letter('sale_offer.mail_template_renewal_reminder')

    def _send_renewal_quotation(self, order):
        order.action_quotation_sent()
        self._send_letter('sale_offer.mail_template_renewal')
