from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

MOST_SHOWN = 100


class OfferBillingRun(models.Model):
    _name = 'offer.billing.run'
    _description = 'Billing Run'
    _order = 'id desc'
    _rec_name = 'date'

    company_id = fields.Many2one(
        comodel_name='res.company',
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    date = fields.Date(
        string='Bill Until',
        required=True,
        default=lambda self: self.env['offer.subscription']._get_company_today(self.env.company),
        help='What is due up to and including this day is billed. It is also the date of the'
        ' invoices.',
    )
    state = fields.Selection(
        selection=[('draft', 'Preview'), ('running', 'Running'), ('done', 'Done')],
        string='Status',
        default='draft',
        required=True,
        readonly=True,
        copy=False,
    )
    user_id = fields.Many2one(
        comodel_name='res.users', string='Started By', readonly=True, copy=False
    )
    date_started = fields.Datetime(string='Started', readonly=True, copy=False)
    date_finished = fields.Datetime(string='Finished', readonly=True, copy=False)
    count_total = fields.Integer(string='Due at Start', readonly=True, copy=False)

    count_due = fields.Integer(string='Still Due', compute='_compute_counts')
    count_parked = fields.Integer(string='Parked', compute='_compute_counts')
    count_invoices = fields.Integer(string='Invoices', compute='_compute_counts')
    progress = fields.Float(compute='_compute_counts')

    # === COMPUTE METHODS === #

    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._('Billing until %s', format_date(self.env, run.date))

    @api.depends('state')
    def _compute_counts(self):
        subscriptions = self.env['offer.subscription']
        for run in self:
            run.count_due = subscriptions.search_count(run._get_due_domain())
            run.count_parked = subscriptions.search_count(run._get_parked_domain())
            run.count_invoices = self.env['account.move'].search_count(run._get_invoice_domain())
            left = 1.0 if run.state == 'draft' else run.count_due / (run.count_total or 1)
            run.progress = 100.0 * (1 - min(1.0, left))

    # === PUBLIC METHODS === #

    @api.model
    def get_preview(self, date, company_id):
        """What a run would bill: the invoices, with their lines and why they are due.

        :param str date: the day up to which is billed
        :param int company_id: whose subscriptions
        :return: count, totals per currency, the first invoices; a note if the day is locked
        :rtype: dict
        """
        self.check_access('read')
        day = self.env['offer.subscription']._to_day(date)
        run = self.new({'date': day, 'company_id': company_id})
        subscriptions = self.env['offer.subscription'].search(run._get_due_domain())
        rows = subscriptions._get_due_rows(day)
        groups = {
            key: group
            for key, group in subscriptions._group_due_rows(rows).items()
            # no invoice is made of nothing
            if not all(row.is_nothing for row in group)
        }
        totals = {}
        for key, rows in groups.items():
            amount = sum(row.amount for row in rows)
            totals[key.currency] = totals.get(key.currency, 0.0) + amount
        shown = sorted(
            groups.items(), key=lambda pair: (pair[0].payer.name or '', pair[0].on or day)
        )
        return {
            'count': len(groups),
            'totals': [format_amount(self.env, amount, key) for key, amount in totals.items()],
            'lock_note': run._get_lock_note(),
            'invoices': [self._prepare_preview_invoice(*pair) for pair in shown[:MOST_SHOWN]],
        }

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if 'running' in self.mapped('state'):
            raise UserError(self.env._('A run that is under way can\'t be deleted.'))

    # === BUSINESS METHODS === #

    @api.model
    def _get_started(self):
        """:return: what the scheduler has been asked for, oldest first
        :rtype: offer.billing.run
        """
        return self.search([('state', '=', 'running')], order='id')

    @api.model
    def _finish(self):
        """Close the runs that have nothing left to do."""
        for run in self._get_started():
            if not run.count_due:
                run.write({'state': 'done', 'date_finished': fields.Datetime.now()})

    def _get_due_domain(self):
        return self.env['offer.subscription']._get_due_domain(self.company_id, self.date)

    def _get_parked_domain(self):
        return [('company_id', '=', self.company_id.id), ('parked_reason', '!=', False)]

    def _get_invoice_domain(self):
        return [('invoice_line_ids.offer_billing_entry_ids.run_id', '=', self.id or 0)]

    def _get_lock_note(self):
        locks = self.company_id._get_violated_lock_dates(
            self.date, True, self.env['account.journal']
        )
        if not locks:
            return ''
        return self.env._(
            'The books are locked until %s: the invoices keep their date, and Odoo enters them into'
            ' the next open period.',
            format_date(self.env, max(lock[0] for lock in locks)),
        )

    def _prepare_preview_invoice(self, key, rows):
        handlings = dict(
            self.env['offer.plan']._fields['invoice_handling']._description_selection(self.env)
        )
        amount = sum(row.amount for row in rows)
        return {
            'payer': key.payer.display_name,
            'reference': key.reference,
            'subscriptions': ', '.join(sorted({row.line.subscription_id.name for row in rows})),
            'due': format_date(self.env, key.on) if key.on else '',
            'handling': handlings[key.handling],
            'is_credit': amount < 0,
            'amount': format_amount(self.env, amount, key.currency),
            'lines': [
                {
                    'name': row.name,
                    'days': ' – '.join(
                        format_date(self.env, day) for day in (row.due.first, row.due.last)
                    ),
                    'kind': row.kind,
                    'quantity': row.quantity,
                    'price': format_amount(self.env, row.price_unit, key.currency),
                    'amount': format_amount(self.env, row.amount, key.currency),
                }
                for row in sorted(rows, key=key.alone._get_invoice_line_key)
            ],
        }

    # === ACTION METHODS === #

    def action_start(self):
        """Ask the scheduler to bill, now."""
        self.ensure_one()
        if self.state != 'draft':
            raise UserError(self.env._('This run was started already.'))
        if not self.count_due:
            raise UserError(
                self.env._('Nothing is due until %s.', format_date(self.env, self.date))
            )
        self.write(
            {
                'state': 'running',
                'user_id': self.env.user.id,
                'date_started': fields.Datetime.now(),
                'count_total': self.count_due,
            }
        )
        # who may invoice need not be allowed to read scheduled jobs
        self.env.ref('sale_offer.ir_cron_bill').sudo()._trigger()

    def action_retry_parked(self):
        self.ensure_one()
        self.env['offer.subscription'].search(self._get_parked_domain()).action_retry()

    def action_view_parked(self):
        return self._get_subscription_action(self.env._('Parked'), self._get_parked_domain())

    def action_view_due(self):
        return self._get_subscription_action(self.env._('Due'), list(self._get_due_domain()))

    def action_view_invoices(self):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'account.action_move_out_invoice_type'
        )
        action['domain'] = self._get_invoice_domain()
        action['context'] = {'create': False}
        return action

    def _get_subscription_action(self, name, domain):
        action = self.env['ir.actions.act_window']._for_xml_id(
            'sale_offer.offer_subscription_action'
        )
        return {**action, 'name': name, 'domain': domain, 'context': {}}
