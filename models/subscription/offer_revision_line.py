from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ...tools.reading import is_amount
from ...tools.terms import monthly


class OfferRevisionLine(models.Model):
    _name = 'offer.revision.line'
    _description = 'Revision of One Subscription'
    _order = 'revision_id, partner_id, id'

    revision_id = fields.Many2one(
        comodel_name='offer.revision', required=True, index=True, ondelete='cascade'
    )
    subscription_line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        string='What',
        required=True,
        index=True,
        ondelete='cascade',
    )
    subscription_id = fields.Many2one(
        related='subscription_line_id.subscription_id', store=True, index=True
    )
    partner_id = fields.Many2one(
        related='subscription_id.partner_id', string='Customer', store=True
    )
    currency_id = fields.Many2one(related='subscription_id.currency_id')
    quantity = fields.Float(related='subscription_line_id.quantity')
    is_excluded = fields.Boolean(string='Left Out')
    is_announced = fields.Boolean(string='Announced', readonly=True)
    price_before = fields.Float(min_display_digits='Product Price', readonly=True)
    price_after = fields.Float(string='After', min_display_digits='Product Price')
    discount_before = fields.Float(digits='Discount', readonly=True)
    discount_after = fields.Float(digits='Discount', readonly=True)
    amount_change = fields.Monetary(string='Per Period', compute='_compute_change')
    mrr_change = fields.Monetary(string='MRR', compute='_compute_change')
    state = fields.Selection(
        selection=[
            ('planned', 'Planned'),
            ('done', 'Moved'),
            ('failed', 'Failed'),
            ('undone', 'Undone'),
        ],
        string='Status',
        default='planned',
        required=True,
        readonly=True,
    )
    error = fields.Char(readonly=True)
    new_line_id = fields.Many2one(
        comodel_name='offer.subscription.line', readonly=True, ondelete='set null'
    )
    event_id = fields.Many2one(
        comodel_name='offer.subscription.event', string='Act', readonly=True, ondelete='set null'
    )

    # === COMPUTE METHODS === #

    @api.depends(
        'price_before', 'price_after', 'discount_before', 'discount_after', 'subscription_line_id'
    )
    def _compute_change(self):
        for line in self:
            sold = line.subscription_line_id
            plan = sold.subscription_id.plan_id
            before, after = (
                {
                    'quantity': sold.quantity,
                    'price_unit': line[f'price_{when}'],
                    'discount': line[f'discount_{when}'],
                }
                for when in ('before', 'after')
            )
            currency = line.currency_id
            line.amount_change = currency and (
                sold._get_held_amount(after, currency) - sold._get_held_amount(before, currency)
            )
            line.mrr_change = plan and float(
                monthly(line.amount_change, plan.interval_count, plan.interval_unit)
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('price_after')
    def _check_price_after(self):
        for line in self:
            if not is_amount(line.price_after):
                raise ValidationError(self.env._('A price is 0 or more.'))

    # === CRUD METHODS === #

    def write(self, vals):
        """Let who revises leave out or price somebody, until it is applied."""
        if {'is_excluded', 'price_after'} & vals.keys() and 'done' in self.mapped('state'):
            raise UserError(self.env._('What was applied stays: undo the revision first.'))
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _format_unit(self, when):
        """:param str when: before or after
        :return: what a unit costs, after discount
        """
        return self.currency_id.format(self[f'price_{when}'] * (1 - self[f'discount_{when}'] / 100))

    def _is_waiting(self):
        self.ensure_one()
        return self.state == 'planned' and not self.is_excluded

    def _apply(self):
        """Change each subscription once; what fails says why."""
        for line in self:
            try:
                with self.env.cr.savepoint():
                    line._apply_one()
            except UserError as error:
                line.write({'state': 'failed', 'error': error.args[0]})

    def _apply_one(self):
        revision, sold = self.revision_id, self.subscription_line_id
        subscription = self.subscription_id.with_company(self.subscription_id.company_id)
        new, *_following = subscription._change(
            revision.date,
            [(sold, revision._prepare_change(self))],
            kind='revised',
            name=self.env._(
                '%(revision)s: %(item)s from %(day)s on at %(after)s instead of %(before)s',
                revision=revision.name,
                item=sold.product_id.display_name,
                day=format_date(self.env, revision.date),
                after=self._format_unit('after'),
                before=self._format_unit('before'),
            ),
        )
        self.write(
            {
                'state': 'done',
                'error': False,
                'new_line_id': new.id,
                'event_id': new.phase_ids.event_id.sorted('id')[-1:].id,
            }
        )

    @api.model
    def _note_withdrawn(self, event):
        """What was withdrawn moves nobody any more: it may be applied again.

        :param event: offer.subscription.event
        """
        # sudo: who withdraws need not be allowed to revise
        lines_sudo = self.sudo().search([('event_id', '=', event.id)])
        lines_sudo.write({'state': 'undone', 'event_id': False})

    def _undo(self):
        self.ensure_one()
        self.subscription_id.withdraw(self.event_id.id)
