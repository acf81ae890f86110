"""Invoices that stay unpaid: what the plan says about them."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === SCHEDULER === #

    @api.model
    def _find_pursued(self, day):
        """Those with an invoice that stays unpaid and that nothing was done about yet.

        :param datetime.date day: on which it is late at the latest, whatever the company's clock
        :return: their ids by the id of their company
        :rtype: dict[int, list[int]]
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.company_id, array_agg(DISTINCT s.id)
                  FROM account_move m
                  JOIN account_move_line i ON i.move_id = m.id
                  JOIN offer_billing_entry e ON e.invoice_line_id = i.id
                  JOIN offer_subscription_line l ON l.id = e.subscription_line_id
                  JOIN offer_subscription s ON s.id = l.subscription_id
                  JOIN offer_plan p ON p.id = s.plan_id AND p.unpaid_policy <> 'none'
                 WHERE m.state = 'posted' AND m.move_type = 'out_invoice'
                       AND m.payment_state IN ('not_paid', 'partial')
                       AND m.invoice_date_due < %s - p.unpaid_days
                       AND s.state IN ('active', 'paused')
                       AND NOT EXISTS (
                           SELECT FROM offer_subscription_event v
                            WHERE v.subscription_id = s.id AND v.kind = 'unpaid'
                                  AND v.move_id = m.id)
                 GROUP BY s.company_id
                """,
                day,
            )
        )
        return dict(rows)

    @api.model
    def _pursue_company(self, company, ids, day):
        """Do what plans say about invoices that stay unpaid; a commit each, since it writes
        letters.

        :param list[int] ids: see `_find_pursued`
        :return: whether there is time left to go on
        """
        found = self.search(Domain('id', 'in', ids) & self._get_willing_domain(day))
        return found._visit_all(lambda it: it._pursue_unpaid(day), day, most=1)

    # === BUSINESS METHODS: UNPAID === #

    def _get_overdue_invoices(self, day=None):
        """:return: posted invoices that are unpaid for longer than the plan bears; none if what
            was paid or credited and not matched yet covers all that the payer owes
        :param day: None: as the scheduler's run, or today
        :rtype: account.move
        """
        day = day or self.env.context.get('offer_day') or self._get_company_today(self.company_id)
        limit = fields.Date.subtract(day, days=self.plan_id.unpaid_days)
        # sudo: the policy is the plan's, whoever looks
        overdue_sudo = self.sudo()._get_invoices().filtered(
            lambda move: move.state == 'posted'
            and move.move_type == 'out_invoice'
            and move.payment_state in ('not_paid', 'partial')
            and move.invoice_date_due
            and move.invoice_date_due < limit
        )  # fmt: skip
        return overdue_sudo.filtered(lambda move: move._owes_offer_anything())

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
