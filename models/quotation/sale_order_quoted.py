"""What a whole quotation keeps of what was quoted."""

from types import SimpleNamespace

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _get_offer_kept_terms(self, node, parent):
        """What configuring again would not change: "quoted is quoted".

        :param Node node: of a configuration
        :param Node parent: on which it hangs, or None
        :return: price, discount and taxes of its line, as values of fields; empty: it is priced
        :rtype: dict
        """
        line = self._find_offer_line(node, parent)
        if not line or line.product_id != node.product or line._has_withdrawn_parts():
            return {}
        names = ['price_unit', 'technical_price_unit']
        # what hangs on a Service is priced with it
        if not line._is_offer_priced_again(node) and not (
            parent and self._find_offer_line(parent)._is_offer_priced_again(parent)
        ):
            names += ['discount', 'offer_technical_discount', 'tax_ids']
        else:
            if not line.offer_price_is_manual:
                names = []
            # where there is no pricelist Odoo leaves what stands there
            rules = self.env['product.pricelist.item']
            if not (self.pricelist_id and rules._is_discount_feature_enabled()):
                names += ['discount']
        return {name: line[name] for name in names}

    def _get_offer_own_texts(self):
        """:return: the Services that the customer calls by a name or text of its own
        :rtype: product.template
        """
        context = self._get_offer_price_context()
        profiles = self.env['offer.customer.profile']
        found = profiles._find(context.partner, context.company, context.day)
        # what a profile says is read in sudo: it is meant for everybody who quotes to its customer
        return self.env['product.template'].union(
            *(template for template, it in found.items() if it.name or it.description)
        )

    def _find_offer_line(self, node, parent=None):
        """:return: the line of this order that a node of a configuration edits, or none"""
        line = node.line or self.order_line.browse()
        if node.is_setup and parent and parent.line:
            line = parent.line._get_offer_parts().filtered('offer_is_setup')[:1]
        return line

    def _get_offer_agreed_terms(self, plan, running):
        """:return: who says minimum term, notice and renewal under a plan: a subscription, or what
        was quoted; None: the plan as it is
        """
        if running.plan_id == plan:
            return running
        lines = self.order_line.filtered(lambda line: line.offer_plan_id == plan)
        terms = lines._get_offer_plan_terms()
        return SimpleNamespace(**terms) if terms else None
