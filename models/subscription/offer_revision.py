"""Evolving the offer: subscriptions of a Service move to another price, level, item or version."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, split_every

from ...tools.reading import is_amount
from .faults import is_nobodys

BATCH = 50
MOST_PERCENT = 1000


class OfferRevision(models.Model):
    _name = 'offer.revision'
    _description = 'Revision of Running Subscriptions'
    _inherit = ['mail.thread']
    _order = 'date desc, id desc'
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company
    )
    product_id = fields.Many2one(
        comodel_name='product.product',
        string='Item',
        required=True,
        ondelete='restrict',
        domain=[('sale_ok', '=', True)],
        help='The Service, or a component of Services: whoever has it is moved.',
    )
    plan_id = fields.Many2one(
        comodel_name='offer.plan',
        ondelete='restrict',
        check_company=True,
        help='Only under this plan; empty: all.',
    )
    from_tier_id = fields.Many2one(
        comodel_name='offer.sla.tier',
        string='Only with the Level',
        ondelete='restrict',
    )
    date = fields.Date(string='From', required=True, tracking=True)
    to_product_id = fields.Many2one(
        comodel_name='product.product',
        string='To the Item',
        ondelete='restrict',
        help='A new version of the Service, or another component. Empty: it stays.',
    )
    to_tier_id = fields.Many2one(
        comodel_name='offer.sla.tier',
        string='To the Level',
        ondelete='restrict',
        help='Empty: it stays.',
    )
    price_mode = fields.Selection(
        selection=[
            ('keep', 'Stays'),
            ('percent', 'Changes by'),
            ('fixed', 'Becomes'),
            ('list', "As today's prices say"),
        ],
        string='The Price',
        required=True,
        default='percent',
    )
    percent = fields.Float(digits=(6, 3))
    price = fields.Float(min_display_digits='Product Price', help='Per unit and period.')
    state = fields.Selection(
        selection=[
            ('draft', 'Draft'),
            ('ready', 'Ready'),
            ('running', 'Applying'),
            ('done', 'Done'),
            ('undone', 'Undone'),
        ],
        string='Status',
        required=True,
        default='draft',
        readonly=True,
        copy=False,
        tracking=True,
    )
    line_ids = fields.One2many(
        comodel_name='offer.revision.line', inverse_name='revision_id', string='Subscriptions'
    )
    count_total = fields.Integer(string='Lines', compute='_compute_totals')
    count_done = fields.Integer(string='Moved', compute='_compute_totals')
    count_failed = fields.Integer(string='Failed', compute='_compute_totals')
    progress = fields.Float(compute='_compute_totals')
    mrr_text = fields.Char(string='MRR in Total', compute='_compute_totals')

    # === COMPUTE METHODS === #

    @api.depends('line_ids.state', 'line_ids.is_excluded', 'line_ids.price_after')
    def _compute_totals(self):
        for revision in self:
            lines = revision.line_ids.filtered(lambda line: not line.is_excluded)
            revision.count_total = len(lines)
            revision.count_done = len(lines.filtered(lambda line: line.state == 'done'))
            revision.count_failed = len(lines.filtered(lambda line: line.state == 'failed'))
            done = revision.count_done + revision.count_failed
            revision.progress = 100.0 * done / (len(lines) or 1)
            revision.mrr_text = ', '.join(
                f'{"+" if amount >= 0 else "−"}{currency.format(abs(amount))}'
                for currency, mine in lines.grouped('currency_id').items()
                for amount in [sum(mine.mapped('mrr_change'))]
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('price_mode', 'percent', 'price', 'to_product_id', 'to_tier_id', 'date')
    def _check_something_changes(self):
        for revision in self:
            self.env['offer.subscription']._check_day(revision.date)
            is_percent = revision.percent > -100 and is_amount(revision.percent, -100, MOST_PERCENT)
            if not is_percent or not is_amount(revision.price):
                raise ValidationError(self.env._('A price is 0 or more.'))
            moves = revision.to_product_id or revision.to_tier_id
            if revision.price_mode == 'keep' and not moves:
                raise ValidationError(
                    self.env._('Say what changes: the price, the service level or the item.')
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Refuse to change what is being applied; what was found before is looked for anew."""
        asked = {
            'product_id', 'plan_id', 'from_tier_id', 'date', 'to_product_id', 'to_tier_id',
            'price_mode', 'percent', 'price', 'company_id',
        } & vals.keys()  # fmt: skip
        if asked and set(self.mapped('state')) - {'draft', 'ready', 'undone'}:
            raise UserError(self.env._('This revision was applied: make another one.'))
        res = super().write(vals)
        if asked:
            for revision in self.filtered(lambda revision: revision.state == 'ready'):
                revision.action_find()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if set(self.mapped('state')) - {'draft', 'ready', 'undone'}:
            raise UserError(self.env._('A revision that was applied is not deleted.'))

    # === ACTION METHODS === #

    def action_find(self):
        """Find who is concerned, and what it comes to; nothing is changed."""
        self.ensure_one()
        self._check_state('draft', 'ready', 'undone')
        excluded = self.line_ids.filtered('is_excluded').subscription_line_id
        self.line_ids.unlink()
        found = self._find_lines()
        self.line_ids.create(
            [
                {
                    'revision_id': self.id,
                    'subscription_line_id': line.id,
                    'is_excluded': line in excluded,
                    **self._prepare_prices(line),
                }
                for line in found
            ]
        )
        self.state = 'ready'

    def action_announce(self):
        """Tell the customers by mail, each once."""
        self._check_state('ready')
        waiting = self.line_ids.filtered(
            lambda line: not line.is_excluded and not line.is_announced
        )
        template = self.env.ref('sale_offer.mail_template_revision')
        for subscription, lines in waiting.grouped('subscription_id').items():
            subscription.with_context(offer_revision_id=self.id)._send_template(template)
            lines.is_announced = True
        self.message_post(
            body=self.env._('Announced to %s customers.', len(waiting.subscription_id.partner_id))
        )

    def action_apply(self):
        """Let the scheduler move everybody, with a commit a batch: it goes on where it stopped."""
        self.ensure_one()
        again = self.line_ids.filtered(
            lambda line: line.state in ('failed', 'undone') and not line.is_excluded
        )
        self._check_state('ready', 'running', *(again and ('done',)))
        if not self.line_ids.filtered(lambda line: not line.is_excluded):
            raise UserError(self.env._('Nobody is concerned.'))
        again.state = 'planned'
        self.state = 'running'
        # whoever may revise need not be allowed to read scheduled jobs
        self.env.ref('sale_offer.ir_cron_revise').sudo()._trigger()

    def action_undo(self):
        """Take everything back, before the day or as long as nobody was billed for it."""
        self.ensure_one()
        self._check_state('running', 'done')
        today = self.env['offer.subscription']._get_company_today(self.company_id)
        if today >= self.date:
            raise UserError(
                self.env._(
                    'It counts since %s: make another revision instead.',
                    format_date(self.env, self.date),
                )
            )
        for line in self.line_ids.filtered(lambda line: line.state == 'done'):
            line._undo()
        self.state = 'undone'

    # === BUSINESS METHODS === #

    def _get_texts(self, subscription):
        """:return: what changes for one customer, in its language
        :rtype: list[str]
        """
        self.ensure_one()
        lang = subscription.partner_id.lang
        revision = self.with_context(lang=lang)
        texts = []
        for line in self.line_ids.filtered(
            lambda line: line.subscription_id == subscription and not line.is_excluded
        ):
            item = line.subscription_line_id.with_context(lang=lang).display_name
            target = (self.to_product_id or self.to_tier_id).with_context(lang=lang).display_name
            texts.append(
                revision.env._(
                    '%(item)s from %(day)s on: %(after)s instead of %(before)s',
                    item=f'{item} → {target}' if target else item,
                    day=format_date(revision.env, self.date, lang_code=lang),
                    after=line._format_unit('after'),
                    before=line._format_unit('before'),
                )
            )
        return texts

    def _check_state(self, *states):
        for revision in self:
            if revision.state not in states:
                raise UserError(self.env._('"%s" is past that.', revision.name))

    def _find_lines(self):
        domain = [
            ('company_id', '=', self.company_id.id),
            ('product_id', '=', self.product_id.id),
            ('subscription_id.state', 'in', ('active', 'paused')),
            ('date_start', '<=', self.date),
            '|',
            ('date_end', '=', False),
            ('date_end', '>=', self.date),
        ]
        if self.plan_id:
            domain.append(('subscription_id.plan_id', '=', self.plan_id.id))
        if self.from_tier_id:
            domain.append(('tier_id', '=', self.from_tier_id.id))
        found = self.env['offer.subscription.line'].search(domain)
        return found.filtered(self._concerns) | self._find_planned_lines()

    def _find_planned_lines(self):
        """:return: lines that have the item by a fact, then or now"""
        lines = self.env['offer.subscription.line'].search(
            [
                ('company_id', '=', self.company_id.id),
                ('subscription_id.state', 'in', ('active', 'paused')),
                ('phase_ids.for_product_id', '=', self.product_id.id),
            ]
        )
        return lines.filtered(self._concerns)

    def _concerns(self, line):
        """:return: whether a line is moved, by what holds on the day of the revision"""
        subscription = line.subscription_id
        held = line._get_held_on(self.date)
        return (
            line._is_running_on(self.date)
            and held['product_id'] == self.product_id.id
            and (not self.plan_id or subscription.plan_id == self.plan_id)
            and (not self.from_tier_id or held['tier_id'] == self.from_tier_id.id)
        )

    def _prepare_prices(self, line):
        held = line._get_held_on(self.date)
        price, discount = self._get_price(line, held)
        return {
            'price_before': held['price_unit'],
            'price_after': price,
            'discount_before': held['discount'],
            'discount_after': discount,
        }

    def _get_price(self, line, held):
        """
        :param dict held: what is agreed of the line for the day of the revision
        :return: what it will cost per unit and period, in the product's own taxes, and the discount
            in percent
        :rtype: tuple[float, float]
        """
        if self.price_mode == 'list':
            # an agreed discount ends with the agreed price
            return self._get_list_price(line, held)
        subscription, discount = line.subscription_id, held['discount']
        if self.price_mode == 'percent':
            price = held['price_unit'] * (1 + self.percent / 100)
            return self.env['offer.price']._round(price, subscription.currency_id), discount
        if self.price_mode == 'fixed':
            return self.price, discount
        return held['price_unit'], discount

    def _get_list_price(self, line, held):
        """:return: what the item costs this customer then, and its discount"""
        subscription = line.subscription_id
        order = subscription._new_priced_order(
            self.date,
            offer_change_subscription_id=False,
            date_order=fields.Datetime.to_datetime(self.date),
        )
        product = self.to_product_id or self.product_id
        above = line.parent_id
        over = above._get_held_on(self.date) if above else {}
        new = order.order_line.new(
            {
                'order_id': order,
                'product_id': product.id,
                'product_uom_qty': held['quantity'],
                'product_uom_id': held['product_uom_id'],
                'offer_plan_id': subscription.plan_id.id,
                'offer_tier_id': self.to_tier_id.id or held['tier_id'],
                'offer_option_id': line.option_id.id,
                'linked_line_id': above
                and order.order_line.new(
                    {
                        'order_id': order,
                        'product_id': over['product_id'],
                        'product_uom_qty': over['quantity'],
                        'offer_plan_id': subscription.plan_id.id,
                    }
                ),
            }
        )
        return new._get_price_in_product_taxes(), new.discount

    def _prepare_change(self, line):
        """:return: what becomes of a subscription line"""
        values = {'price_unit': line.price_after}
        if self.price_mode == 'list':
            values['discount'] = line.discount_after
        if self.to_product_id:
            values['product_id'] = self.to_product_id.id
        if self.to_tier_id:
            values['tier_id'] = self.to_tier_id.id
        return values

    @api.model
    def _cron_revise(self):
        """Go on with the revisions that were started."""
        crons = self.env['ir.cron']
        for revision in self.search([('state', '=', 'running')], order='id'):
            waiting = revision.line_ids.filtered(lambda line: line._is_waiting())
            left = crons._commit_progress(remaining=len(waiting))
            for ids in split_every(BATCH, waiting.ids, list):
                if not left:
                    return
                try:
                    waiting.browse(ids)._apply()
                    self.env.cr.flush()
                except Exception as error:
                    if not is_nobodys(error):
                        raise
                    # somebody else was at work there: the next run goes on
                    self.env.cr.rollback()
                left = crons._commit_progress(len(ids))
            if not revision.line_ids.filtered(lambda line: line._is_waiting()):
                revision.state = 'done'
        crons._commit_progress()
