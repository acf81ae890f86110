from odoo import api, fields, models


class OfferQuotationWithdrawal(models.TransientModel):
    _name = 'offer.quotation.withdrawal'
    _description = 'Withdrawal from Open Quotations'

    product_tmpl_ids = fields.Many2many(
        comodel_name='product.template',
        string='Items',
        required=True,
        default=lambda self: self.env.context.get('active_ids'),
    )
    reason = fields.Char(
        required=True,
        default=lambda self: self.env._('It is not available at these terms any more.'),
        help='The customer reads it in the portal.',
    )
    order_count = fields.Integer(string='Open Quotations', compute='_compute_order_count')

    # === COMPUTE METHODS === #

    @api.depends('product_tmpl_ids')
    def _compute_order_count(self):
        for dialog in self:
            dialog.order_count = len(dialog._get_lines().order_id)

    # === BUSINESS METHODS === #

    def _get_lines(self):
        """:return: the lines of open quotations that hold the items; what runs already goes on
        :rtype: sale.order.line
        """
        # sudo: who answers for an item takes it back from every salesperson's quotations
        lines_sudo = self.env['sale.order.line'].sudo()
        return lines_sudo.search(
            [
                ('product_id.product_tmpl_id', 'in', self.product_tmpl_ids._origin.ids),
                ('state', 'in', ('draft', 'sent')),
                ('offer_subscription_line_id', '=', False),
                ('offer_withdrawn_reason', '=', False),
            ]
        )

    # === ACTION METHODS === #

    def action_apply(self):
        """Withdraw the items from all open quotations."""
        self.ensure_one()
        self.product_tmpl_ids.check_access('write')
        lines_sudo = self._get_lines()
        lines_sudo._withdraw_offer(self.reason)
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Withdrawn'),
            'res_model': 'sale.order',
            'views': [(False, 'list'), (False, 'form')],
            'domain': [('id', 'in', lines_sudo.order_id.ids)],
        }
