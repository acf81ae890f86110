from odoo import models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _timesheet_service_generation(self):
        """Make for a change only tasks of what it adds to what runs, in the project that is there;
        what it continues has its project and task."""
        continuing = self.filtered(lambda line: line._get_offer_held())
        added = continuing.filtered(
            lambda line: line._get_offer_added_quantity()
            and line.product_id.service_tracking != 'project_only'
        )
        for line in added.filtered(lambda line: not line.project_id):
            line.project_id = line._get_offer_held().sale_line_id.project_id
        return super(SaleOrderLine, self - continuing + added)._timesheet_service_generation()

    def _convert_qty_company_hours(self, dest_company):
        """Plan for a change the hours of what it adds."""
        hours = super()._convert_qty_company_hours(dest_company)
        if not self._get_offer_held():
            return hours
        return hours * self._get_offer_added_quantity() / (self.product_uom_qty or 1)
