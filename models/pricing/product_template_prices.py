"""The prices of a Service as a grid: its own, its levels' and options' rows by plans."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_amount

from .offer_prices_from import OfferPricesFrom

# a row that holds for everybody, always, and in the Service's currency stands in the grid
SPECIAL_FIELDS = (
    'product_id',
    'partner_id',
    'pricelist_id',
    'company_id',
    'date_start',
    'date_end',
    'min_quantity',
)
SPECIAL = Domain.OR(
    Domain(name, '!=', 0 if name == 'min_quantity' else False) for name in SPECIAL_FIELDS
)


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    offer_own_price_ids = fields.One2many(
        comodel_name='offer.price',
        inverse_name='product_tmpl_id',
        domain=[('option_id', '=', False)],
        string="Service's Own Prices",
    )
    offer_special_price_ids = fields.One2many(
        comodel_name='offer.price',
        inverse_name='product_tmpl_id',
        domain=list(SPECIAL),
        string='Special Prices',
        help='Of a customer, a pricelist, a variant, a company, from a quantity or for some days.',
    )
    # Rows and columns as the form shows them; written back, they become rows of `offer.price`
    offer_price_grid = fields.Json(
        string='Prices by Plan',
        compute='_compute_offer_price_grid',
        inverse='_inverse_offer_price_grid',
    )

    offer_price_from = fields.Char(string='Price', compute='_compute_offer_price_from')

    # === COMPUTE METHODS === #

    @api.depends('offer_kind', 'list_price', 'offer_price_ids.amount', 'offer_price_ids.plan_id')
    @api.depends_context('company')
    def _compute_offer_price_from(self):
        """Say what the company's customers without a price of their own pay at least."""
        order = self.env['sale.order'].new({'company_id': self.env.company.id})
        prices = self._origin._get_offer_prices_from(order)
        for template in self:
            price = prices.get(template._origin)
            if not price or price['amount'] is None:
                template.offer_price_from = False
                continue
            text = format_amount(self.env, price['amount'], order.currency_id)
            if price['is_least']:
                text = self.env._(
                    'from %(price)s · %(plan)s',
                    price=text,
                    plan=price['plan'].name or self.env._('one-time'),
                )
            template.offer_price_from = text

    @api.depends(
        'offer_price_ids',
        'offer_price_ids.amount',
        'offer_price_ids.amount_type',
        'offer_price_ids.setup_amount',
    )
    def _compute_offer_price_grid(self):
        # what is typed into the grid stays while levels and options are edited beside it
        plans = self.env['offer.plan'].search(Domain.TRUE)
        for template in self:
            template.offer_price_grid = template._get_offer_price_grid(plans)

    def _inverse_offer_price_grid(self):
        for template in self:
            template._write_offer_price_grid(template.offer_price_grid)

    # === BUSINESS METHODS: LEAST PRICES === #

    def _get_offer_prices_from(self, order):
        """What each of these offers costs at least, for the customer of an order.

        In a number of queries that doesn't depend on how many offers they are. What has to be
        taken along counts, what can be chosen doesn't.

        :param order: an order in memory, for whom and when it would be
        :return: by template `amount` per unit and period, in the order's currency, with taxes as
            the company shows its prices, `plan` (empty: it is paid once), and whether it is
            `is_least` of several
        :rtype: dict
        """
        return OfferPricesFrom(self, order).get()

    # === BUSINESS METHODS: GRID === #

    def _get_offer_price_grid(self, plans):
        """:return: `plans` (columns; id 0: one-time) and `rows` of `cells` by the plan's id
        :rtype: dict
        """
        self.ensure_one()
        prices = self._get_offer_grid_prices()
        own = {'key': 'own', 'name': self.name or '', 'once': True, 'recurring': True}
        rows = [own]
        rows += [
            {'key': f'tier_{tier.id}', 'name': tier.name, 'once': True, 'recurring': True}
            for tier in self.offer_tier_ids._origin
        ]
        rows += [
            {
                'key': f'option_{option.id}',
                'name': option.display_name,
                'once': not option.is_recurring,
                'recurring': option.is_recurring,
            }
            for option in self._get_offer_options()._origin
            if option.price_mode == 'priced'
        ]
        for row in rows:
            row['cells'] = {
                str(price.plan_id.id or 0): {
                    'amount': price.amount,
                    'percent': price.amount_type == 'percent',
                    'setup': price.setup_amount,
                }
                for price in prices
                if price._get_grid_key() == row['key']
            }
        return {
            'currency_id': self.currency_id.id,
            'plans': [{'id': plan.id, 'name': plan.name} for plan in plans],
            'rows': rows,
        }

    def _get_offer_grid_prices(self):
        return self.offer_price_ids.filtered(
            lambda price: price.currency_id == self.currency_id
            and not any(price[name] for name in SPECIAL_FIELDS)
        )

    def _write_offer_price_grid(self, grid):
        """Make, change and remove rows of prices until they say what the grid says.

        :raise ValidationError: if the grid is not readable
        """
        self.ensure_one()
        wanted = {}
        try:
            for row in grid['rows']:
                for plan, cell in row['cells'].items():
                    wanted[row['key'], int(plan)] = {
                        'amount': float(cell['amount']),
                        'amount_type': 'percent' if cell.get('percent') else 'fixed',
                        'setup_amount': float(cell.get('setup') or 0.0),
                    }
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValidationError(
                self.env._('The prices of "%s" are not readable.', self.name)
            ) from None
        for price in self._get_offer_grid_prices():
            values = wanted.pop((price._get_grid_key(), price.plan_id.id or 0), None)
            if values is None:
                price.unlink()
            elif any(price[name] != value for name, value in values.items()):
                price.write(values)
        self.env['offer.price'].create(
            [
                {
                    **values,
                    **self.env['offer.price']._from_grid_key(key),
                    'product_tmpl_id': self.id,
                    'plan_id': plan or False,
                    'currency_id': self.currency_id.id,
                }
                for (key, plan), values in wanted.items()
            ]
        )
