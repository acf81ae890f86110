from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command


class OfferRoleAssignment(models.Model):
    _name = 'offer.role.assignment'
    _description = 'Who Plays a Role'
    _order = 'role_id, id'

    role_id = fields.Many2one(
        comodel_name='offer.role', required=True, index=True, ondelete='restrict'
    )
    side = fields.Selection(related='role_id.side')
    person_id = fields.Many2one(
        comodel_name='res.partner', required=True, index=True, ondelete='restrict'
    )
    partner_id = fields.Many2one(
        comodel_name='res.partner',
        string='Customer',
        compute='_compute_partner_id',
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        index=True,
        ondelete='cascade',
    )
    sale_order_id = fields.Many2one(
        comodel_name='sale.order',
        string='Order',
        index='btree_not_null',
        ondelete='cascade',
        help='Empty: for all of the customer, unless an order or subscription says otherwise.',
    )
    subscription_id = fields.Many2one(
        comodel_name='offer.subscription',
        index='btree_not_null',
        ondelete='cascade',
        help='Empty: for all of the customer, unless an order or subscription says otherwise.',
    )

    # === COMPUTE METHODS === #

    @api.depends('sale_order_id', 'subscription_id')
    def _compute_partner_id(self):
        for assignment in self:
            customer = assignment.sale_order_id.partner_id or assignment.subscription_id.partner_id
            assignment.partner_id = customer.commercial_partner_id or assignment.partner_id

    @api.depends('role_id', 'person_id')
    def _compute_display_name(self):
        for assignment in self:
            assignment.display_name = (
                f'{assignment.role_id.name}: {assignment.person_id.display_name}'
            )

    # === CONSTRAINT METHODS === #

    @api.constrains('role_id', 'person_id', 'partner_id', 'sale_order_id', 'subscription_id')
    def _check_once(self):
        names = ('role_id', 'person_id', 'partner_id', 'sale_order_id', 'subscription_id')
        for assignment in self:
            domain = [(name, '=', assignment[name].id) for name in names]
            if self.search_count(domain, limit=2) > 1:
                raise ValidationError(
                    self.env._(
                        '%(person)s plays the role "%(role)s" there already.',
                        person=assignment.person_id.display_name,
                        role=assignment.role_id.name,
                    )
                )

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, roles, partner, order=None, subscription=None):
        """Who plays roles: as the subscription says, else its order, else the customer.

        :param roles: offer.role records
        :param partner: the customer; its commercial entity decides
        :return: assignments by role; roles that nobody plays are left out
        :rtype: dict
        """
        found = self.search(
            [
                ('role_id', 'in', roles.ids),
                ('partner_id', '=', partner.commercial_partner_id.id),
            ]
        )
        by_role = found.grouped('role_id')
        answers = {}
        for role, assignments in by_role.items():
            for mine in (
                subscription and assignments.filtered(lambda a: a.subscription_id == subscription),
                order and assignments.filtered(lambda a: a.sale_order_id == order),
                assignments.filtered(lambda a: not a.sale_order_id and not a.subscription_id),
            ):
                if mine:
                    answers[role] = mine
                    break
        return answers

    def _prepare_moved_roles(self):
        """:return: commands that let the same persons play these roles elsewhere"""
        return [
            Command.create({'role_id': role.role_id.id, 'person_id': role.person_id.id})
            for role in self
        ]
