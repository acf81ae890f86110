"""What a change quotation is about is fixed once it is made, whoever writes."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# what the quotation is about; the rest is kept by code alone
ABOUT = {'offer_change_subscription_id'}
FIXED = ABOUT | {'offer_change_known_id', 'offer_is_renewal'}


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === CONSTRAINT METHODS === #

    @api.constrains('offer_change_subscription_id', 'partner_id', 'company_id')
    def _check_offer_change_customer(self):
        for order in self.filtered('offer_change_subscription_id'):
            # sudo: whose it is decides, whoever quotes
            changed_sudo = order.offer_change_subscription_id.sudo()
            customers = (changed_sudo.partner_id + order.partner_id).commercial_partner_id
            if len(customers) > 1 or changed_sudo.company_id != order.company_id:
                raise ValidationError(
                    self.env._(
                        '%(name)s is a subscription of %(customer)s: only a quotation to them'
                        ' changes it.',
                        name=changed_sudo.name,
                        customer=changed_sudo.partner_id.display_name,
                    )
                )

    @api.constrains('offer_change_date')
    def _check_offer_change_date(self):
        for order in self.filtered('offer_change_date'):
            self.env['offer.subscription']._check_day(order.offer_change_date)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Let a change know what was agreed when it was made, and renew only what is to be."""
        orders = super().create(vals_list)
        for order in orders:
            changed_sudo = order._get_offer_changed()
            if not changed_sudo and (order.offer_is_renewal or order.offer_change_known_id):
                raise ValidationError(self.env._('The quotation changes no subscription.'))
            if order.offer_is_renewal:
                order._check_offer_renewal(changed_sudo)
            known = max(changed_sudo.event_ids.ids, default=False)
            if order.offer_change_known_id.id != known:
                # sudo: what code keeps is not written by hand
                order.sudo().offer_change_known_id = known
        return orders

    def write(self, vals):
        """Refuse another subscription, and what code alone keeps."""
        for name in (ABOUT if self.env.su else FIXED) & vals.keys():
            field = self._fields[name]
            for order in self:
                wanted = field.convert_to_cache(vals[name], order)
                if wanted != field.convert_to_cache(order[name], order):
                    raise UserError(
                        self.env._(
                            '"%(field)s" of %(order)s is fixed: make another change quotation.',
                            field=field._description_string(self.env),
                            order=order.name,
                        )
                    )
        return super().write(vals)

    # === BUSINESS METHODS === #

    def _check_offer_renewal(self, subscription):
        """:raise ValidationError: if a term is not to be renewed by this quotation"""
        end = subscription.date_term_end
        is_next = end and self.offer_change_date == fields.Date.add(end, days=1)
        if subscription.renewal_mode != 'quote' or not is_next:
            raise ValidationError(
                self.env._('%s is not to be renewed by a quotation of this day.', subscription.name)
            )


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === CONSTRAINT METHODS === #

    @api.constrains('offer_subscription_line_id', 'order_id')
    def _check_offer_subscription_line(self):
        for line in self.filtered('offer_subscription_line_id'):
            # sudo: an id may be one of a subscription that nobody may see
            if line.sudo().offer_subscription_line_id != line._get_offer_held():
                raise ValidationError(
                    self.env._(
                        '"%s" goes on from a line of another subscription than the quotation'
                        ' changes.',
                        line.product_id.display_name,
                    )
                )
