"""What the coming months will bring, by the arithmetic that bills them."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..tools.periods import add_interval

MOST_MONTHS = 60
BATCH = 500


class OfferForecast(models.TransientModel):
    _name = 'offer.forecast'
    _description = 'Forecast of Subscriptions'

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, default=lambda self: self.env.company
    )
    months = fields.Integer(default=12, required=True)
    line_ids = fields.One2many(comodel_name='offer.forecast.line', inverse_name='forecast_id')

    # === BUSINESS METHODS === #

    def _get_until(self):
        """:return: the last day of the last month
        :rtype: datetime.date
        """
        if not 0 < self.months <= MOST_MONTHS:
            raise UserError(self.env._('A forecast covers 1 to %s months.', MOST_MONTHS))
        today = self.env['offer.subscription']._get_company_today(self.company_id)
        return add_interval(today.replace(day=1), self.months, 'month')

    def _create_lines(self):
        until = fields.Date.subtract(self._get_until(), days=1)
        domain = [
            ('company_id', '=', self.company_id.id),
            ('date_next_due', '<=', until),
            ('state', '!=', 'pending'),
        ]
        found = self.env['offer.subscription'].search(domain)
        for ids in split_every(BATCH, found.ids):
            subscriptions = found.browse(ids)
            sums = {}
            for row in subscriptions._get_due_rows(until):
                subscription, month = row.line.subscription_id, row.due.on.replace(day=1)
                key = subscription, row.product, month
                untaxed = subscription._get_untaxed(row.product, row.amount)
                sums[key] = sums.get(key, 0.0) + untaxed
            self.line_ids.create([self._prepare_line(*key, sums[key]) for key in sums])

    def _prepare_line(self, subscription, product, month, amount):
        company, currency = self.company_id, subscription.currency_id
        today = subscription._get_company_today(company)
        return {
            'forecast_id': self.id,
            'subscription_id': subscription.id,
            'product_id': product.id,
            'date': month,
            'amount': amount,
            'amount_company': currency._convert(amount, company.currency_id, company, today),
        }

    # === ACTION METHODS === #

    def action_show(self):
        """Open the months as a pivot, a graph and a list."""
        self.ensure_one()
        self.line_ids.unlink()
        self._create_lines()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._('Forecast'),
            'res_model': 'offer.forecast.line',
            'views': [(False, 'pivot'), (False, 'graph'), (False, 'list')],
            'domain': [('forecast_id', '=', self.id)],
            'help': self.env._('Nothing will be due in these months.'),
        }


class OfferForecastLine(models.TransientModel):
    _name = 'offer.forecast.line'
    _description = 'Forecast of a Month'
    _order = 'date, subscription_id, id'
    _transient_max_hours = 24.0

    forecast_id = fields.Many2one(
        comodel_name='offer.forecast', required=True, index=True, ondelete='cascade'
    )
    subscription_id = fields.Many2one(
        comodel_name='offer.subscription', required=True, ondelete='cascade'
    )
    partner_id = fields.Many2one(
        related='subscription_id.partner_id', string='Customer', store=True
    )
    plan_id = fields.Many2one(related='subscription_id.plan_id', store=True)
    user_id = fields.Many2one(related='subscription_id.user_id', string='Salesperson', store=True)
    product_id = fields.Many2one(comodel_name='product.product', string='Item', required=True)
    date = fields.Date(string='Month', required=True)
    currency_id = fields.Many2one(related='subscription_id.currency_id')
    company_currency_id = fields.Many2one(
        related='subscription_id.company_id.currency_id', string='Currency of the Company'
    )
    amount = fields.Monetary(string='In Its Currency', aggregator=None)
    amount_company = fields.Monetary(
        string='Untaxed', currency_field='company_currency_id', aggregator='sum'
    )
