from contextlib import contextmanager

from odoo import fields, models


class AccountMove(models.Model):
    _inherit = 'account.move'

    offer_subscription_count = fields.Integer(compute='_compute_offer_subscription_count')

    # === COMPUTE METHODS === #

    def _compute_offer_subscription_count(self):
        for move in self:
            move.offer_subscription_count = len(move._get_offer_subscriptions())

    # === BUSINESS METHODS === #

    def _get_offer_entries(self):
        # sudo: entries are the engine's; whoever may touch the invoice may move them with it
        return self.sudo().invoice_line_ids.offer_billing_entry_ids

    def _get_offer_subscriptions(self):
        """:rtype: offer.subscription"""
        # found in sudo, and handed back with the rights of whoever asks
        return self._get_offer_entries().subscription_line_id.subscription_id.sudo(self.env.su)

    def _get_offer_notes_by_hand(self):
        """:return: credit notes of this invoice that the engine didn't make
        :rtype: account.move
        """
        return self.reversal_move_ids.filtered(
            lambda note: note.state != 'cancel' and not note._get_offer_entries()
        )

    def _is_untouched_offer_draft(self):
        """:return: whether it is a draft of the engine that nobody worked on"""
        self.ensure_one()
        return self.state == 'draft' and not self.posted_before and not self.is_manually_modified

    @contextmanager
    def _rebuilding_offer_drafts(self):
        """Take these drafts back, let something change, and make them anew on the same days."""
        made = {}
        for move in self:
            # sudo: whoever changes a line need not be allowed to bill; the engine made the drafts
            subscriptions = move._get_offer_subscriptions().sudo()
            key = move.invoice_date, move._get_offer_entries().run_id
            made[key] = made.get(key, subscriptions) | subscriptions
        self.unlink()
        yield
        for (day, run), subscriptions in sorted(made.items(), key=lambda item: item[0][0]):
            subscriptions._bill(day, run[:1])

    def _reconcile_offer_credits(self):
        """Let credit notes settle what is still open of the invoices that they take back."""
        for note in self.filtered(lambda move: move.move_type == 'out_refund'):
            # found in sudo; they are settled with the rights of whoever posts the note
            invoices = note._get_offer_entries().origin_id.move_id.sudo(self.env.su)
            posted = invoices.filtered(lambda move: move.state == 'posted')
            open_lines = (note + posted).line_ids.filtered(
                lambda line: line.account_id.account_type == 'asset_receivable'
                and not line.reconciled
            )
            if len(open_lines.move_id) > 1 and len(open_lines.account_id) == 1:
                open_lines.reconcile()

    def _owes_offer_anything(self):
        """Whether its payer owes anything of what was due up to its own due day. Payments and
        credit notes settle what is oldest: they count before they are matched, and credit notes of
        ours before they are posted.

        :rtype: bool
        """
        self.ensure_one()
        owed = {self.company_id: 0.0}
        domain = [
            # a branch is paid into the books of its company too
            ('company_id', 'child_of', self.company_id.root_id.id),
            # a branch of the payer that is a company pays for itself
            ('partner_id.commercial_partner_id', '=', self.commercial_partner_id.id),
            ('account_id.account_type', '=', 'asset_receivable'),
            ('parent_state', '=', 'posted'),
            ('reconciled', '=', False),
            '|',
            ('amount_residual', '<', 0),
            '|',
            ('date_maturity', '=', False),
            ('date_maturity', '<=', self.invoice_date_due),
        ]
        groups = ['company_id', 'currency_id']
        sums = ['amount_residual_currency:sum', 'amount_residual:sum']
        for company, currency, amount, balance in self.env['account.move.line']._read_group(
            domain, groups, sums
        ):
            owed[company] = owed.get(company, 0.0) + self._get_offer_amount(
                currency, amount, balance
            )
        own = owed.pop(self.company_id)
        for note in self._get_offer_draft_notes():
            amounts = abs(note.amount_total), abs(note.amount_total_signed)
            own -= self._get_offer_amount(note.currency_id, *amounts)
        # what is owed to another branch is that one's affair
        own += min(0.0, sum(owed.values()))
        return self.currency_id.compare_amounts(own, 0) > 0

    def _get_offer_amount(self, currency, amount, balance):
        """:param float amount: in that currency
        :param float balance: the same in the company's
        :return: in the currency of this invoice, at its own rate where that is another
        :rtype: float
        """
        same = currency == self.currency_id
        return amount if same else balance * self.invoice_currency_rate

    def _get_offer_draft_notes(self):
        """:return: credit notes of ours to its payer that are still to be posted
        :rtype: account.move
        """
        return self.search(
            [
                ('company_id', '=', self.company_id.id),
                ('commercial_partner_id', '=', self.commercial_partner_id.id),
                ('move_type', '=', 'out_refund'),
                ('state', '=', 'draft'),
                ('invoice_line_ids.offer_billing_entry_ids', '!=', False),
            ]
        )

    def _queue_offer_sending(self):
        """Let Odoo's own job send these invoices, after billing was committed."""
        if not self:
            return
        author = self.env.user
        # posting is over; this is no change by hand
        self.with_context(skip_is_manually_modified=True).sending_data = {
            'author_user_id': author.id,
            'author_partner_id': author.partner_id.id,
        }
        # sudo: who may invoice need not be allowed to read scheduled jobs
        self.env.ref('account.ir_cron_account_move_send').sudo()._trigger()

    def _post(self, soft=True):
        """Let credit notes of the engine settle what is open, whoever posts them."""
        posted = super()._post(soft)
        posted._reconcile_offer_credits()
        return posted

    def button_cancel(self):
        """Make the days of a cancelled invoice due again."""
        entries_sudo = self._get_offer_entries()
        entries_sudo._check_not_credited_elsewhere()
        entries_sudo._check_origins_free()
        res = super().button_cancel()
        entries_sudo._set_void(True)
        return res

    def button_draft(self):
        """Settle the days of a cancelled invoice again, unless they have been billed since."""
        cancelled = self.filtered(lambda move: move.state == 'cancel')
        if not cancelled:
            # Odoo calls this for each invoice that it posts
            return super().button_draft()
        entries_sudo = cancelled._get_offer_entries()
        entries_sudo._check_not_billed_again()
        entries_sudo._check_origins_as_credited()
        res = super().button_draft()
        entries_sudo._set_void(False)
        return res

    # === ACTION METHODS === #

    def action_view_offer_subscriptions(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'sale_offer.offer_subscription_action'
        )
        action['domain'] = [('id', 'in', self._get_offer_subscriptions().ids)]
        return action
