"""What a whole quotation keeps of what was quoted."""

from types import SimpleNamespace

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _get_offer_agreed_terms(self, plan, running):
        """:return: who says minimum term, notice and renewal under a plan: a subscription, or what
        was quoted; None: the plan as it is
        """
        if running.plan_id == plan:
            return running
        lines = self.order_line.filtered(lambda line: line.offer_plan_id == plan)
        terms = lines._get_offer_plan_terms()
        return SimpleNamespace(**terms) if terms else None
