"""What an update found and leaves to a person: nothing of it is billed or credited by itself."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class OfferUpdateFinding(models.Model):
    _name = 'offer.update.finding'
    _description = 'Finding of an Update'
    _order = 'is_decided, subscription_id, date_from, id'

    subscription_id = fields.Many2one(
        comodel_name='offer.subscription', required=True, index=True, ondelete='cascade'
    )
    line_id = fields.Many2one(
        comodel_name='offer.subscription.line', string='What', index=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='subscription_id.company_id', store=True)
    partner_id = fields.Many2one(related='subscription_id.partner_id', string='Customer')
    kind = fields.Selection(
        selection=[
            ('gap', 'Never billed'),
            ('twice', 'Billed twice'),
            ('waived', 'Waived and billed'),
            ('component', 'Billed without its Service'),
            ('beyond', 'Billed beyond the end'),
        ],
        required=True,
    )
    date_from = fields.Date(string='From', required=True)
    date_to = fields.Date(string='To', help='Left blank if the days continue.')
    amount = fields.Monetary(help="In the item's own taxes.")
    currency_id = fields.Many2one(comodel_name='res.currency')
    advice = fields.Text(string='What to Do', compute='_compute_advice')
    is_decided = fields.Boolean(string='Done', help='Somebody has looked at it and decided.')

    # === COMPUTE METHODS === #

    @api.depends('kind', 'subscription_id')
    def _compute_display_name(self):
        kinds = dict(self._fields['kind']._description_selection(self.env))
        for finding in self:
            finding.display_name = f'{finding.subscription_id.name}: {kinds.get(finding.kind)}'

    @api.depends('kind')
    def _compute_advice(self):
        advice = {
            'gap': self.env._(
                'Nobody was billed for these days. They are waived: withdraw the waiver in the'
                ' history of the subscription to bill them.'
            ),
            'twice': self.env._(
                'These days were billed twice. Credit one of the invoices by hand if the customer'
                ' paid both.'
            ),
            'waived': self.env._(
                'These days were waived and billed all the same. Credit the invoice by hand if the'
                ' customer paid it.'
            ),
            'component': self.env._(
                'It was billed on days without the Service it belonged to, so it stands by itself'
                ' now. Remove it with "Change" if the customer no longer has it.'
            ),
            'beyond': self.env._(
                'It was billed beyond the end of the subscription, so the subscription goes on. End'
                ' it again if the customer has left.'
            ),
        }
        for finding in self:
            finding.advice = advice.get(finding.kind)

    # === CRUD METHODS === #

    def write(self, vals):
        """Let people say that they have decided, and nothing else."""
        if vals.keys() - {'is_decided'} and not self.env.su:
            raise UserError(self.env._('What an update has found is not edited: tick "Done".'))
        res = super().write(vals)
        # the menu goes with the last one
        self.env.registry.clear_cache()
        return res

    # === ACTION METHODS === #

    def action_open(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'offer.subscription',
            'res_id': self.subscription_id.id,
            'views': [(False, 'form')],
        }


class IrUiMenu(models.Model):
    _inherit = 'ir.ui.menu'

    def _load_menus_blacklist(self):
        """Leave the findings of an update out of the menu where none waits."""
        hidden = super()._load_menus_blacklist()
        menu = self.env.ref('sale_offer.menu_update_findings', raise_if_not_found=False)
        # sudo: that something is left is no secret; who may read what is ruled by the findings
        findings_sudo = self.env['offer.update.finding'].sudo()
        if menu and not findings_sudo.search_count([('is_decided', '=', False)], limit=1):
            hidden.append(menu.id)
        return hidden
