"""Counted quantities: the monthly chore of a provider, for many customers at once."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.reading import show_value


class OfferCount(models.Model):
    _name = 'offer.count'
    _description = 'Counted Quantity'
    _order = 'date desc, id desc'
    _rec_name = 'reference'
    _check_company_auto = True

    _reference_once = models.UniqueIndex(
        '(company_id, reference)', 'There is a count with this reference already.'
    )
    _state_index = models.Index("(id) WHERE state = 'draft'")

    reference = fields.Char(
        required=True,
        help='Names this count in the system that counted: what comes twice is applied once.',
    )
    subscription_line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        required=True,
        index=True,
        ondelete='cascade',
        help='Any line of the same thing: its successor is found.',
    )
    subscription_id = fields.Many2one(related='subscription_line_id.subscription_id')
    partner_id = fields.Many2one(
        related='subscription_line_id.subscription_id.partner_id', string='Customer', store=True
    )
    company_id = fields.Many2one(
        related='subscription_line_id.company_id', store=True, precompute=True
    )
    currency_id = fields.Many2one(related='subscription_line_id.currency_id')
    date = fields.Date(string='From', required=True)
    quantity = fields.Float(string='Counted', digits='Product Unit', required=True)
    state = fields.Selection(
        selection=[
            ('draft', 'To apply'),
            ('applied', 'Applied'),
            ('failed', 'Failed'),
            ('withdrawn', 'Withdrawn'),
        ],
        string='Status',
        default='draft',
        required=True,
        readonly=True,
        copy=False,
    )
    error = fields.Char(readonly=True, copy=False)
    quantity_before = fields.Float(
        string='Before', digits='Product Unit', compute='_compute_difference'
    )
    difference = fields.Float(digits='Product Unit', compute='_compute_difference')
    amount_difference = fields.Monetary(
        string='Difference per Period', compute='_compute_difference'
    )
    applied_before = fields.Float(digits='Product Unit', readonly=True, copy=False)
    event_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        string='Act',
        readonly=True,
        copy=False,
        index='btree_not_null',
        ondelete='set null',
    )

    # === COMPUTE METHODS === #

    @api.depends('subscription_line_id', 'date', 'quantity', 'state')
    def _compute_difference(self):
        for count in self:
            line = count.subscription_line_id
            if not line or not count.date:
                count.quantity_before = count.difference = count.amount_difference = 0.0
                continue
            current = count._get_current_line()
            held = current._get_held_on(count.date)
            before = held['quantity'] if count.state == 'draft' else count.applied_before
            count.quantity_before = before
            count.difference = count.quantity - before
            count.amount_difference = count._get_amount_difference(current, held)

    # === CONSTRAINT METHODS === #

    @api.constrains('quantity', 'date')
    def _check_countable(self):
        subscriptions = self.env['offer.subscription']
        for count in self:
            subscriptions._read_number('quantity', count.quantity)
            subscriptions._check_day(count.date)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Take what has come before as it came: a count that is sent again is the same count.

        :raise UserError: if a reference comes again with another line, day or quantity
        """
        counts = []
        for vals in vals_list:
            known = self._find_known(vals)
            if known.state == 'withdrawn':
                # it counts no more: what is sent again is a count anew
                known.write(vals)
            counts.append(known or super().create([vals]))
        return self.browse().concat(*counts)

    def write(self, vals):
        """Refuse to change what was applied."""
        if {'quantity', 'date', 'subscription_line_id', 'reference'} & vals.keys():
            if 'applied' in self.mapped('state'):
                raise UserError(self.env._('What was applied stays: send a new count.'))
            vals = {**vals, 'state': 'draft', 'error': False}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if 'applied' in self.mapped('state'):
            raise UserError(
                self.env._('What was applied stays: its reference must not come again.')
            )

    @api.model
    def get_import_templates(self):
        """Offer a file for what was counted elsewhere."""
        return [
            {
                'label': self.env._('Import Template for Counted Quantities'),
                'template': '/sale_offer/static/xls/offer_count.csv',
            }
        ]

    # === PUBLIC METHODS === #

    @api.model
    def record(self, rows):
        """Take many counts in one call; nothing is changed yet.

        :param list[dict] rows: `line_id`, `quantity`, `date` (ISO text), `reference`
        :return: for each row `id`, `reference`, `before`, `quantity`, `difference`, `amount` (per
            period, untaxed) and `state`
        :rtype: list[dict]
        :raise UserError: with one sentence, if a row can't be read; then none is taken
        """
        self.check_access('create')
        if not isinstance(rows, list):
            raise UserError(self.env._('Counts come as a list.'))
        counts = self.create([self._read_row(row) for row in rows])
        return [
            {
                'id': count.id,
                'reference': count.reference,
                'before': count.quantity_before,
                'quantity': count.quantity,
                'difference': count.difference,
                'amount': count.amount_difference,
                'state': count.state,
            }
            for count in counts
        ]

    def action_apply(self):
        """Make the changes, one each; what can't be done says why, and keeps nobody else."""
        for count in self.filtered(lambda count: count.state in ('draft', 'failed')):
            try:
                with self.env.cr.savepoint():
                    count._apply()
            except UserError as error:
                count.write({'state': 'failed', 'error': error.args[0]})

    # === BUSINESS METHODS === #

    @api.model
    def _read_row(self, row):
        subscriptions = self.env['offer.subscription']
        if not isinstance(row, dict) or row.keys() != {'line_id', 'quantity', 'date', 'reference'}:
            raise UserError(
                self.env._(
                    'A count has line_id, quantity, date and reference: "%s"', show_value(row)
                )
            )
        lines = self.env['offer.subscription.line']
        known = lines._resolve_former(row['line_id'])
        line = lines.browse(subscriptions._read_id('offer.subscription.line', known))
        line.check_access('read')
        if not isinstance(row['reference'], str) or not row['reference'].strip():
            raise UserError(self.env._('A count needs a reference.'))
        reference = subscriptions._read_text(self.env._('The reference'), row['reference'])
        return {
            'subscription_line_id': line.id,
            'quantity': subscriptions._read_number('quantity', row['quantity']),
            'date': subscriptions._to_day(row['date']),
            'reference': reference,
        }

    @api.model
    def _find_known(self, vals):
        """:return: the same count, if it has come before"""
        line = self.env['offer.subscription.line'].browse(vals.get('subscription_line_id'))
        known = self.search(
            [
                ('reference', '=', vals.get('reference')),
                ('company_id', '=', line.company_id.id),
            ],
            limit=1,
        )
        same = (
            known.subscription_line_id == line
            and known.date == fields.Date.to_date(vals.get('date'))
            and known.quantity == vals.get('quantity')
        )
        if known and not same and known.state != 'withdrawn':
            raise UserError(
                self.env._(
                    'The reference "%s" has come before with another line, day or quantity.',
                    known.reference,
                )
            )
        return known

    def _get_current_line(self):
        """:return: the line that goes on with what was counted, on the day of the count"""
        self.ensure_one()
        return self.subscription_line_id._get_continued_on(self.date)

    def _get_amount_difference(self, line, held):
        """
        :param line: the line that goes on
        :param dict held: what is agreed of it, see `offer.subscription.line._get_held`
        :return: what the count changes a period by, in the own taxes of the price, with what
            follows it
        :rtype: float
        """
        subscription = line.subscription_id
        if self.state != 'draft' or not subscription._has_begun():
            after = {**held, 'quantity': self.difference}
            return line._get_held_amount(after, self.currency_id)
        return subscription._get_period_difference(self.date, [(line, {'quantity': self.quantity})])

    def _apply(self):
        self.ensure_one()
        current = self._get_current_line()
        before = current._get_held_on(self.date)['quantity']
        subscription = current.subscription_id
        name = self.env._(
            'Counted (%(reference)s): %(before)g → %(after)g × %(item)s',
            reference=self.reference,
            before=before,
            after=self.quantity,
            item=current.display_name,
        )
        subscription.check_access('write')
        changes = [(current, {'quantity': self.quantity})]
        line, *_following = subscription._change(self.date, changes, name=name)
        # sudo: facts are the acts' alone
        act = line.sudo().phase_ids.event_id.sorted('id')[-1:]
        self.write(
            {'state': 'applied', 'error': False, 'applied_before': before, 'event_id': act.id}
        )

    @api.model
    def _note_withdrawn(self, event):
        """What was withdrawn counts no more: it may come again.

        :param event: offer.subscription.event
        """
        # sudo: who withdraws need not be allowed to count
        counts_sudo = self.sudo().search([('event_id', '=', event.id)])
        counts_sudo.write({'state': 'withdrawn', 'event_id': False})
