"""An order that waits: for somebody at the customer's side, then for the salesperson."""

from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # No default: a new column of Odoo's own table stays NULL for what is there.
    offer_request_state = fields.Selection(
        selection=[
            ('customer', "Waits for the customer's approval"),
            ('provider', 'Waits for your review'),
        ],
        string='Order Request',
        copy=False,
        readonly=True,
        tracking=True,
        help='Ordered in the portal by somebody whose orders need an approval.',
    )
    offer_approver_ids = fields.Many2many(
        comodel_name='res.partner',
        string='Approvers',
        compute='_compute_offer_approver_ids',
        help="Who plays a role at the customer's side that approves orders.",
    )

    # === COMPUTE METHODS === #

    def _compute_offer_approver_ids(self):
        for order in self:
            customer = order.partner_id.commercial_partner_id
            # sudo: who approves is said whoever looks
            order.offer_approver_ids = customer and customer.sudo()._get_offer_approvers()

    # === BUSINESS METHODS === #

    def _has_to_be_signed(self):
        """Nobody signs what waits to be approved."""
        return super()._has_to_be_signed() and not self._is_offer_request()

    def _has_to_be_paid(self):
        """Nobody pays what waits to be approved."""
        return super()._has_to_be_paid() and not self._is_offer_request()

    def _confirmation_error_message(self):
        """Refuse to confirm what the customer's approver hasn't approved."""
        message = super()._confirmation_error_message()
        if message or not self._is_offer_request() or self.offer_request_state != 'customer':
            return message
        return self.env._(
            '%(order)s waits for an approval by %(people)s. Press "Approved by the Customer" if you'
            ' know that it was given.',
            order=self.name,
            people=', '.join(self.offer_approver_ids.mapped('name')) or self.partner_id.name,
        )

    def _is_offer_request(self):
        """Whether the order waits to be approved or reviewed."""
        self.ensure_one()
        return self.state == 'draft' and bool(self.offer_request_state)

    def _request_offer_approval(self, person):
        """Ask the customer's approvers, or the salesperson where there are none.

        :param person: the contact who has ordered
        """
        self.ensure_one()
        approvers = self.offer_approver_ids
        policy = self.partner_id._get_offer_order_policy(self.company_id)
        if policy != 'approve' or not approvers or person in approvers:
            self._ask_offer_provider()
            return
        self.offer_request_state = 'customer'
        self.message_post(
            body=self.env._(
                '%(person)s has ordered %(offer)s. It waits for your approval.',
                person=person.name,
                offer=self._get_offer_request_text(),
            ),
            author_id=person.id,
            partner_ids=approvers.ids,
            message_type='comment',
            subtype_xmlid='mail.mt_comment',
        )

    def _ask_offer_provider(self):
        """Leave the order to the salesperson: confirm it, send a quotation, or cancel it."""
        self.offer_request_state = 'provider'
        user = self.user_id or self.team_id.user_id
        if user:
            self.activity_schedule(
                'mail.mail_activity_data_todo',
                user_id=user.id,
                summary=self.env._('Review an order request'),
                note=self._get_offer_request_text(),
            )

    def _get_offer_request_text(self):
        """:return: what is ordered and what it costs, in short"""
        if self.offer_change_subscription_id:
            return self._get_offer_change_title()
        services = self.order_line.filtered(
            lambda line: not line.offer_option_id and not line.offer_is_setup
        )
        text = ', '.join(
            f'{line.product_uom_qty:g} × '
            f'{line.product_id.with_context(display_default_code=False).display_name}'
            for line in services
        )
        summary = self.offer_recurring_summary
        return f'{text} ({summary})' if summary else text

    def _check_offer_approver(self, person):
        """:raise UserError: if a person may not approve or refuse this order now"""
        self.ensure_one()
        if not self._is_offer_request() or self.offer_request_state != 'customer':
            raise UserError(self.env._('%s doesn\'t wait for an approval.', self.name))
        if person not in self.offer_approver_ids:
            raise UserError(self.env._('%s is approved by somebody else.', self.name))

    def _approve_offer_request(self, person):
        """Approve for the customer; the salesperson comes next.

        :param person: an approver at the customer's side
        :raise UserError: if it is not for them to approve
        """
        self._check_offer_approver(person)
        self._ask_offer_provider()
        self.message_post(
            body=self.env._('%s has approved the order.', person.name), author_id=person.id
        )

    def _refuse_offer_request(self, person):
        """Refuse for the customer: the order is cancelled, and who ordered is told.

        :raise UserError: if it is not for them to refuse
        """
        self._check_offer_approver(person)
        self._action_cancel()
        self.message_post(
            body=self.env._('%s has refused the order.', person.name),
            author_id=person.id,
            partner_ids=self.create_uid.partner_id.ids,
            message_type='comment',
            subtype_xmlid='mail.mt_comment',
        )

    # === ACTION METHODS === #

    def action_offer_approve_for_customer(self):
        """Note that the customer's approver said yes another way."""
        for order in self:
            if not order._is_offer_request() or order.offer_request_state != 'customer':
                raise UserError(order.env._('%s doesn\'t wait for an approval.', order.name))
            order._ask_offer_provider()
