"""Ids that lines had before they were one: what knows such an id finds the line."""

from odoo import api, fields, models


class OfferSubscriptionLineAlias(models.Model):
    _name = 'offer.subscription.line.alias'
    _description = 'Former ID of a Subscription Line'
    _order = 'former_id'
    _rec_name = 'former_id'

    _former_once = models.UniqueIndex('(former_id)', 'A former ID belongs to one line.')

    former_id = fields.Integer(string='Former ID', required=True, readonly=True)
    line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        required=True,
        readonly=True,
        index=True,
        ondelete='cascade',
    )

    # === BUSINESS METHODS === #

    @api.model
    def _resolve(self, ids):
        """Find lines by any id that they have or had.

        :param list[int] ids: of lines, now or formerly
        :return: the line's id for each id that is known; an id that is none is left out
        :rtype: dict[int, int]
        """
        lines = self.env['offer.subscription.line'].browse(ids).exists()
        found = {line.id: line.id for line in lines}
        # sudo: which line an id means is no secret; reading the line needs the right to it
        for alias in self.sudo().search([('former_id', 'in', list(set(ids) - found.keys()))]):
            found[alias.former_id] = alias.line_id.id
        return found


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS === #

    @api.model
    def _resolve_former(self, value):
        """:return: the id of the line that has, or had, an id; what is no id comes back as it is"""
        is_id = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
        aliases = self.env['offer.subscription.line.alias']
        return aliases._resolve([value]).get(value, value) if is_id else value
