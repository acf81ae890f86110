"""The projects and tasks of a subscription: what was added, once."""

from odoo.tests import tagged

from odoo.addons.sale_offer.tests.change_case import OfferChangeCommon


@tagged('post_install', '-at_install')
class TestProject(OfferChangeCommon):
    def _made(self):
        """:return: how many projects, and the hours of each task
        :rtype: tuple
        """
        orders = self.env['sale.order'].search([('partner_id', '=', self.customer.id)])
        lines = orders.order_line.sudo()
        tasks = self.env['project.task'].sudo().search([('sale_line_id', 'in', lines.ids)])
        projects = self.env['project.project'].sudo().search([('sale_line_id', 'in', lines.ids)])
        return len(projects), sorted(tasks.mapped('allocated_hours'))

    def _track(self, tracking, **values):
        self.workplace.write({'service_tracking': tracking, **values})
        return self._live(quantity=3)

    def test_an_order_makes_what_it_sells(self):
        self._track('task_in_project')
        self.assertEqual(self._made(), (1, [3]))

    def test_what_continues_gets_nothing_again(self):
        for tracking, made in (('task_in_project', (1, [3])), ('project_only', (1, []))):
            subscription = self._track(tracking)
            for values in ({}, {'quantity': 2}, {'tier_id': self.gold.id}):
                self._change(subscription, **values)
                self.assertEqual(self._made(), made, (tracking, values))
            subscription.sudo().sale_order_id.project_ids.unlink()

    def test_more_gets_a_task_in_the_project_that_is_there(self):
        self._change(self._track('task_in_project'), quantity=5)
        self.assertEqual(self._made(), (1, [2, 3]))

    def test_more_of_what_has_only_a_project_gets_no_second_one(self):
        self._change(self._track('project_only'), quantity=5)
        self.assertEqual(self._made(), (1, []))

    def test_a_task_in_the_company_s_own_project(self):
        project = self.env['project.project'].sudo().create({'name': 'Onboarding'})
        subscription = self._track('task_global_project', project_id=project.id)
        self._change(subscription)
        self._change(subscription, quantity=4, day='2027-04-01')
        self.assertEqual(sorted(project.task_ids.mapped('allocated_hours')), [1, 3])
