"""Customers put a running Service together anew: options, service level, plan, quantities."""

from contextlib import suppress

from odoo import models
from odoo.exceptions import UserError

from .offer_subscription_portal import LookedOnlyError


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    def _may_configure_in_portal(self):
        self.ensure_one()
        return self._runs_in_portal() and self.plan_id.is_portal_configure

    def _get_portal_service(self, line_id):
        """:return: a running Service whose parts a customer may change, or none
        :rtype: offer.subscription.line
        """
        if not self._may_configure_in_portal():
            return self.line_ids.browse()
        return self.line_ids.filtered(
            lambda line: line.id == line_id and line._may_configure_in_portal()
        )

    def _look_at_portal_configuration(self, line, configuration=None, value_ids=None):
        """What the form of a change shows; nothing is written.

        :param line: the Service, see :meth:`_get_portal_service`
        :param dict configuration: with lines of the subscription as `line_id`; None: as it runs
        :return: what :meth:`_get_portal_answer` gives, with the `difference` in words
        :rtype: dict
        """
        answer = {}
        with suppress(LookedOnlyError), self.env.cr.savepoint():
            # with a name it takes no number of the quotations
            order, service = self._new_portal_change(line, name='/')
            if configuration is None:
                wanted = self.env['offer.configuration']._configuration_of(service)
            else:
                wanted = self._read_portal_configuration(order, line, configuration)
            answer.update(order._get_portal_answer(wanted, value_ids))
            wanted = answer['configuration']
            if not answer['errors']:
                order.offer_add(wanted, line_id=service.id)
                changed = any(row.is_changed for row in order._get_offer_change_rows())
                answer['difference'] = order.offer_change_text if changed else ''
            back = {order_id: held_id for held_id, order_id in order._get_held_pairs().items()}
            _rename_lines(wanted, back)
            raise LookedOnlyError
        self.env.invalidate_all()
        return answer

    def _quote_portal_configuration(self, user, line, configuration, form_key):
        """Make the quotation of a Service that a customer put together anew.

        :param user: who asks for it
        :param str form_key: of the form that was sent: sent twice, it gives one quotation
        :rtype: sale.order
        :raise UserError: with plain sentences; nothing is written then
        """
        self.ensure_one()
        key = self.env['sale.order']._get_portal_key(user, form_key, configuration)
        known = self.change_order_ids.filtered(lambda order: order.offer_portal_key == key)
        if known:
            return known
        order, service = self._new_portal_change(line, offer_portal_key=key)
        wanted = self._read_portal_configuration(order, line, configuration)
        order.offer_add(wanted, line_id=service.id)
        if not any(row.is_changed for row in order._get_offer_change_rows()):
            raise UserError(self.env._('Nothing changes: choose something else.'))
        order._submit_portal_order(user.partner_id)
        return order

    def _new_portal_change(self, line, **values):
        """:return: a change quotation, and the line of a Service on it"""
        day = max(self._get_company_today(self.company_id), self.date_start)
        order = self._create_change_order(day, **values)
        return order, order.order_line.filtered(lambda row: row._get_offer_held() == line)

    def _read_portal_configuration(self, order, line, configuration):
        """:return: a checked configuration, with lines of the order as `line_id`
        :raise UserError: if something in it is not theirs
        """
        held = self.line_ids.filtered(lambda row: row.id in order._get_held_pairs())
        order._check_portal_configuration(
            configuration, line.product_id.product_tmpl_id, order.offer_change_date, held
        )
        # what goes on goes on: its line is the order's, whatever the form says
        return _rename_lines(configuration, order._get_held_pairs())


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    def _may_configure_in_portal(self):
        """Whether it is a Service, running today, with something to choose."""
        self.ensure_one()
        subscription = self.subscription_id
        day = max(subscription._get_company_today(subscription.company_id), subscription.date_start)
        template = self.product_id.product_tmpl_id
        return (
            self.product_id.offer_kind == 'service'
            and self._is_running_on(day)
            and not self.parent_id
            and bool(template.offer_option_group_ids or template.offer_tier_ids)
        )


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    def _get_held_pairs(self):
        """:return: this quotation's line by the subscription line that it goes on from, as ids
        :rtype: dict
        """
        return {
            line._get_offer_held().id: line.id for line in self.order_line if line._get_offer_held()
        }


def _rename_lines(node, pairs):
    """Give the nodes of a configuration the lines of the other side; it is changed in place."""
    if node.get('line_id') in pairs:
        node['line_id'] = pairs[node['line_id']]
    for child in node.get('options') or []:
        _rename_lines(child, pairs)
    return node
