from odoo import fields, models

from .res_company import ORDER_POLICIES
from .subscription.offer_plan import HANDLINGS


class ResPartner(models.Model):
    _inherit = 'res.partner'

    offer_role_assignment_ids = fields.One2many(
        comodel_name='offer.role.assignment',
        inverse_name='partner_id',
        domain=[('sale_order_id', '=', False), ('subscription_id', '=', False)],
        string='Roles around Services',
    )
    offer_invoice_handling = fields.Selection(
        selection=HANDLINGS,
        string='Subscription Invoices Are',
        help='Empty: as the plan says.',
    )
    offer_separate_invoices = fields.Boolean(
        string='An Invoice for Each Subscription',
        help='Otherwise what is due on the same day stands on one invoice.',
    )
    offer_order_policy = fields.Selection(
        selection=ORDER_POLICIES,
        string='What It Orders in the Portal',
        help='Empty: as the company says.',
    )

    # === BUSINESS METHODS === #

    def _get_offer_order_policy(self, company):
        """:return: what becomes of an order that this customer makes in the portal
        :rtype: str
        """
        self.ensure_one()
        return self.commercial_partner_id.offer_order_policy or company.offer_order_policy

    def _get_offer_payer(self, company, address=None):
        """Who pays for what this customer orders: the company of a contact, unless the invoice
        address is one of type Invoice, a company itself or chosen by hand.

        :param company: res.company, which delivers
        :param address: res.partner, the invoice address of the order; None: the customer's own
        :rtype: res.partner
        """
        self.ensure_one()
        entity, own = self.commercial_partner_id, self.address_get(['invoice'])['invoice']
        address = address or self.browse(own)
        if company.offer_payer_policy != 'company' or not entity.is_company:
            return address
        if address.id != own or address.is_company or address.type == 'invoice':
            return address
        return entity

    def _get_offer_approvers(self):
        """:return: the people who approve what this customer orders
        :rtype: res.partner
        """
        self.ensure_one()
        assignments = self.commercial_partner_id.offer_role_assignment_ids
        people = assignments.filtered(
            lambda row: row.role_id.is_approver and row.side == 'customer'
        ).person_id
        # somebody of another company would not see what is to be approved
        return people.filtered(
            lambda person: person.commercial_partner_id == self.commercial_partner_id
        )
