"""Propose a kind for each item of a living database, and show what would change."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_amount

# Settings of Odoo and its modules that name items of their own use, as far as they are installed.
USED_BY_ODOO = [
    ('res.company', 'sale_discount_product_id'),
    ('delivery.carrier', 'product_id'),
    ('event.booth.category', 'product_id'),
    ('event.event.ticket', 'product_id'),
    ('event.type.ticket', 'product_id'),
    ('loyalty.reward', 'discount_line_product_id'),
    ('offer.option', 'product_id'),
    ('pos.config', 'discount_product_id'),
    ('pos.config', 'tip_product_id'),
    ('product.combo.item', 'product_id'),
]
OWN_TRACKING = ('event', 'event_booth', 'course')
BATCH = 200


class OfferClassify(models.TransientModel):
    _name = 'offer.classify'
    _description = 'Classify Items as Products and Services'

    line_ids = fields.One2many(comodel_name='offer.classify.line', inverse_name='wizard_id')
    count_left = fields.Integer(compute='_compute_counts')
    count_done = fields.Integer(compute='_compute_counts')
    count_alone = fields.Integer(compute='_compute_counts')

    # === COMPUTE METHODS === #

    @api.depends('line_ids.kind', 'line_ids.is_done')
    def _compute_counts(self):
        for wizard in self:
            done = wizard.line_ids.filtered('is_done')
            chosen = (wizard.line_ids - done).filtered('kind')
            wizard.count_done = len(done)
            wizard.count_left = len(chosen)
            wizard.count_alone = len(wizard.line_ids - done - chosen)

    # === ACTION METHODS === #

    @api.model
    def action_open(self):
        """Open the assistant on the items that were selected, or on all without a kind."""
        self.check_access('create')
        domain = Domain('offer_kind', '=', False) & Domain('sale_ok', '=', True)
        if self.env.context.get('active_model') == 'product.template':
            domain &= Domain('id', 'in', self.env.context.get('active_ids', []))
        templates = self.env['product.template'].search(domain)
        if not templates:
            raise UserError(self.env._('Every item that is sold has a kind already.'))
        wizard = self.create({'line_ids': self._prepare_lines(templates)})
        return wizard._get_action()

    def action_apply(self):
        """Classify and publish the next items; nothing else of them is touched.

        Each call is a transaction of its own, so that a large catalogue shows its progress and an
        interrupted run goes on where it was.
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.kind and not line.is_done)
        for line in lines[:BATCH]:
            line._apply()
        if len(lines) <= BATCH:
            return self._get_action()
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'info',
                'message': self.env._(
                    '%(done)s classified, %(left)s to go …',
                    done=self.count_done,
                    left=self.count_left,
                ),
                'next': {
                    **self.env['ir.actions.server']._for_xml_id(
                        'sale_offer.offer_classify_action_continue'
                    ),
                    'context': {'active_id': self.id, 'active_model': self._name},
                },
            },
        }

    def _get_action(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Classify Items'),
            'res_model': self._name,
            'res_id': self.id,
            'view_mode': 'form',
            'target': 'new',
        }

    # === BUSINESS METHODS === #

    @api.model
    def _prepare_lines(self, templates):
        alone = self._get_left_alone(templates)
        changes = self._get_price_changes(templates - templates.browse(alone))
        with_rules = self._get_with_rules(templates)
        commands = []
        for template in templates:
            kind, reason = False, alone.get(template.id)
            if not reason:
                kind, reason = self._propose(template, template in with_rules)
            commands.append(
                Command.create(
                    {
                        'product_tmpl_id': template.id,
                        'kind': kind,
                        'reason': reason,
                        'price_changes': changes.get(template.id),
                    }
                )
            )
        return commands

    def _propose(self, template, has_rules):
        """:return: the kind, and why"""
        if template.attribute_line_ids:
            return 'service', self.env._('has variants')
        if has_rules:
            return 'service', self.env._('has prices of its own in pricelists')
        return 'product', self.env._('plain')

    @api.model
    def _get_with_rules(self, templates):
        rules = self.env['product.pricelist.item'].search(
            Domain('product_tmpl_id', 'in', templates.ids)
            | Domain('product_id.product_tmpl_id', 'in', templates.ids)
        )
        return rules.product_tmpl_id | rules.product_id.product_tmpl_id

    @api.model
    def _get_left_alone(self, templates):
        """Items that Odoo or a module uses itself.

        :return: why, by the id of the template
        :rtype: dict[int, str]
        """
        found = {}
        for template in templates:
            if template.type == 'combo':
                found[template.id] = self.env._('is a combo')
            elif getattr(template, 'can_be_expensed', False):
                found[template.id] = self.env._('is an expense')
            elif template.service_tracking in OWN_TRACKING:
                found[template.id] = self.env._('belongs to an event or a course')
        for model, name in USED_BY_ODOO:
            field = self.env[model]._fields.get(name) if model in self.env else None
            if field and field.store:
                # settings of all companies, also those that the user doesn't see
                records_sudo = (
                    self.env[model].sudo().search([(name, 'in', self._variants(templates))])
                )
                for template in records_sudo[name].product_tmpl_id:
                    found.setdefault(
                        template.id,
                        self.env._('is used elsewhere: %s', self.env[model]._description),
                    )
        payments_sudo = (
            self.env['sale.order.line']
            .sudo()
            .search(
                [('is_downpayment', '=', True), ('product_id', 'in', self._variants(templates))]
            )
        )
        for template in payments_sudo.product_id.product_tmpl_id:
            found.setdefault(template.id, self.env._('is used elsewhere: down payments'))
        return found

    @api.model
    def _variants(self, templates):
        return templates.with_context(active_test=False).product_variant_ids.ids

    @api.model
    def _get_price_changes(self, templates):
        """Which prices would change if these became Products, and by how much.

        :return: a line of text a pricelist, by the id of the template
        :rtype: dict[int, str]
        """
        found = {}
        for pricelist in self.env['product.pricelist'].search([('active', '=', True)]):
            flat = self.env['product.pricelist']._get_products_price(
                templates, 1.0, currency=pricelist.currency_id
            )
            prices = pricelist._get_products_price(templates, 1.0)
            for template in templates:
                now, then = prices[template.id], flat[template.id]
                if pricelist.currency_id.compare_amounts(now, then):
                    text = self.env._(
                        '%(pricelist)s: %(now)s becomes %(then)s',
                        pricelist=pricelist.name,
                        now=format_amount(self.env, now, pricelist.currency_id),
                        then=format_amount(self.env, then, pricelist.currency_id),
                    )
                    found.setdefault(template.id, []).append(text)
        return {number: '\n'.join(texts) for number, texts in found.items()}


class OfferClassifyLine(models.TransientModel):
    _name = 'offer.classify.line'
    _description = 'Item to Classify'
    _order = 'is_done, id'

    wizard_id = fields.Many2one(
        comodel_name='offer.classify', required=True, index=True, ondelete='cascade'
    )
    product_tmpl_id = fields.Many2one(
        comodel_name='product.template', string='Item', required=True, ondelete='cascade'
    )
    kind = fields.Selection(
        selection=[('product', 'Product'), ('service', 'Service')],
        help='Empty: the item is left alone.',
    )
    reason = fields.Char(string='Why')
    price_changes = fields.Text(
        string='Prices That Change', help='If it becomes a Product: at a quantity of 1, today.'
    )
    is_done = fields.Boolean(string='Classified')

    def _apply(self):
        self.ensure_one()
        values = {'offer_kind': self.kind, 'offer_state': 'published'}
        if not self.product_tmpl_id.offer_audience:
            # what salespeople sell today is not shown to customers without anybody saying so
            values['offer_audience'] = 'nobody'
        self.product_tmpl_id.write(values)
        self.is_done = True
