"""What happens by the calendar: renewals with announcements, quotations, reminders; unpaid
invoices."""

import logging
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.facts import TERM, End
from ...tools.periods import ONE_DAY
from .retry import RETRY

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    offer_is_reminded = fields.Boolean(string='Reminded', copy=False)

    def _get_offer_portal_link(self):
        """:return: where the customer signs, for letters; empty: there is no quotation"""
        if not self:
            return ''
        return f'{self.get_base_url()}{self.get_portal_url()}'


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === SCHEDULER === #

    @api.model
    def _live_company(self, company, day):
        """Let subscriptions do what the calendar asks for, before they are billed; a commit each.

        :return: whether there is time left to go on
        """
        crons = self.env['ir.cron']
        found = self.with_company(company).search(self._get_life_domain(company, day))
        if not found:
            return True
        left = crons._commit_progress(remaining=len(found))
        for subscription in found:
            if not left:
                break
            # a commit forgets what was read ahead: one at a time
            subscription.browse(subscription.id)._live_or_tell(day)
            left = crons._commit_progress(1)
        return bool(left)

    @api.model
    def _get_life_domain(self, company, day):
        """:return: subscriptions that may have something to do on a day, and did not do it yet"""
        ahead = ('renewal_announce_days', 'renewal_quote_days', 'renewal_remind_days')
        plans = self.env['offer.plan'].with_context(active_test=False)
        (leads,) = plans._read_group([], [], [f'{name}:max' for name in ahead])
        lead = max(filter(None, leads), default=0)
        ending = Domain('date_term_end', '<=', fields.Date.add(day, days=lead))
        unpaid = Domain('plan_id.unpaid_policy', '!=', 'none')
        return (
            Domain('company_id', '=', company.id)
            & Domain('state', 'in', ('active', 'paused'))
            & Domain(['|', ('date_lived', '=', False), ('date_lived', '!=', day)])
            & (ending | unpaid)
        )

    def _live_or_tell(self, day):
        """Do what the day asks for; what fails is said on the subscription, and blocks nobody."""
        if not self.try_lock_for_update(allow_referencing=True):
            # another lane is at it
            return
        try:
            with self.env.cr.savepoint():
                self._live(day)
            self.date_lived = day
        except RETRY:
            self.env.cr.rollback()
        except Exception as error:  # noqa: BLE001 whatever breaks one must not stop the others
            _logger.warning('Subscription %s could not go on', self.name, exc_info=error)
            reason = error.args[0] if isinstance(error, UserError) else repr(error)
            note = self.env._('What the calendar asked for on %(day)s failed: %(reason)s')
            self.message_post(body=note % {'day': format_date(self.env, day), 'reason': reason})
            self.date_lived = day

    def _live(self, day):
        """Do what a day asks of one subscription; doing it twice does nothing more."""
        self.ensure_one()
        if not self.date_end:
            self._announce_adjustment(day)
            self._quote_renewal(day)
            # also the terms that ended while nobody looked
            while self.date_term_end and self.date_term_end < day and not self.date_end:
                if not self._renew():
                    break
        self._pursue_unpaid(day)

    # === BUSINESS METHODS: RENEWAL === #

    def _renew(self):
        """Go on after the term, or end with it.

        :return: whether another term has begun
        """
        self.ensure_one()
        end = self.date_term_end
        if self.renewal_mode in ('end', 'quote'):
            text = self.env._('The term ended and was not renewed.')
            if self.renewal_mode == 'end':
                text = self.env._('The term ended.')
            self._agree_end(end, self.env['offer.end.reason'], text, 'not_renewed')
            return False
        if not self.renewal_count:
            return False
        self._renew_for_a_term()
        return True

    def _renew_for_a_term(self, order=None):
        first = self.date_term_end + ONE_DAY
        percent = self._get_announced_percent(first) if not order else 0.0
        until = self._get_term_end(self.renewals + 1)
        name = self.env._(
            'Renewed from %(first)s until %(until)s',
            first=format_date(self.env, first),
            until=format_date(self.env, until),
        )
        if percent:
            name += self.env._(', prices %+g %%', percent)
        timeline = self._get_timeline()
        with self._acting('renewed', first, name, sale_order_id=order and order.id) as act_sudo:
            # the next term has a quotation of its own
            self._write_shown({'renewals': self.renewals + 1, 'renewal_order_id': False})
            for line in self.line_ids if percent else ():
                if line._is_agreed_on(first, timeline):
                    held = line._get_held(first, timeline)
                    price = self._get_adjusted(held['price_unit'], percent)
                    said = line._complete({'price_unit': price}, first, timeline)
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

    # === BUSINESS METHODS: UNPAID === #

    def _get_overdue_invoices(self, day=None):
        """:return: posted invoices that are unpaid for longer than the plan bears
        :param day: None: as the scheduler's run, or today
        :rtype: account.move
        """
        day = day or self.env.context.get('offer_day') or self._get_company_today(self.company_id)
        limit = fields.Date.subtract(day, days=self.plan_id.unpaid_days)
        # sudo: the policy is the plan's, whoever looks
        return self.sudo()._get_invoices().filtered(
            lambda move: move.state == 'posted'
            and move.move_type == 'out_invoice'
            and move.payment_state in ('not_paid', 'partial')
            and move.invoice_date_due
            and move.invoice_date_due < limit
        )  # fmt: skip

    def _pursue_unpaid(self, day):
        """Do what the plan says about invoices that stay unpaid, once an invoice."""
        policy = self.plan_id.unpaid_policy
        if policy == 'none' or self.state not in ('active', 'paused'):
            return
        overdue = self._get_overdue_invoices(day)
        known = self.event_ids.filtered(lambda event: event.kind == 'unpaid').move_id
        fresh = (overdue - known).sorted('invoice_date_due')
        for move in fresh:
            name = self.env._('Invoice %s is overdue', move.name)
            with self._acting('unpaid', day, name, move_id=move.id):
                letter = self.with_context(offer_day=day)
                letter._send_letter('sale_offer.mail_template_unpaid')
        if not fresh:
            return
        if policy in ('pause', 'suspend') and not self.date_end:
            self._stop_unpaid(day, policy == 'suspend')
        elif policy == 'end' and not self.date_end:
            text = self.env._('Invoice %s stayed unpaid.', fresh[0].name)
            self._agree_end(day, self.env['offer.end.reason'], text, 'unpaid')

    def _stop_unpaid(self, day, is_billed):
        """Deliver nothing from a day on, unless it is paused then already.

        :param bool is_billed: what was agreed is owed all the same
        """
        pauses = self._get_timeline().pauses
        if not any(first <= day <= last for first, last, _pause in pauses):
            self._agree_pause(day, is_billed=is_billed)
