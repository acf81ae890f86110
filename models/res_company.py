from odoo import fields, models
from odoo.exceptions import UserError

ORDER_POLICIES = [
    ('sign', 'Is a quotation to sign or pay'),
    ('approve', 'Is a request to be approved'),
    ('confirm', 'Is confirmed at once'),
]


class ResCompany(models.Model):
    _inherit = 'res.company'

    offer_product_price_group_id = fields.Many2one(
        comodel_name='res.groups',
        string='May Price Products',
        help='Its members may change price and discount of a Product on an order. Empty: nobody.',
    )
    offer_service_price_group_id = fields.Many2one(
        comodel_name='res.groups',
        string='May Price Services',
        help='Its members may change price and discount of a Service and its components on an'
        ' order. Empty: everybody who may change the order.',
    )
    offer_setup_product_id = fields.Many2one(
        comodel_name='product.product',
        string='Setup Fee',
        domain=[('type', '=', 'service')],
        help='The item on the order line of a setup fee. Its income account counts; the taxes are'
        " the Service's.",
    )

    offer_late_policy = fields.Selection(
        selection=[
            ('period', 'One invoice per period'),
            ('single', 'All on one invoice'),
            ('hold', 'One draft per period, for review'),
        ],
        string='Missed Periods',
        default='period',
        required=True,
        help='What becomes of several periods that are due at once.',
    )
    offer_external_policy = fields.Selection(
        selection=[
            ('credit', 'Come back on the next invoice'),
            ('refuse', 'Stay as they were billed'),
        ],
        string='Externally Billed Days',
        default='credit',
        required=True,
        help='What becomes of days that another system billed, where less is agreed of them later.',
    )
    offer_responsible_id = fields.Many2one(
        comodel_name='res.users',
        string='Responsible for Billing',
        domain=[('share', '=', False)],
        help="Gets an activity where a subscription without a salesperson can't be billed. If"
        ' nobody is named, whoever created the subscription gets it.',
    )
    offer_payer_policy = fields.Selection(
        selection=[('company', 'Their company'), ('contact', 'The contact')],
        string='Who Pays for Contacts',
        default='company',
        required=True,
        help='To whom the invoices go for what a contact of a company orders. An invoice address'
        ' counts in either case, and so does one that was chosen on the order.',
    )
    offer_order_policy = fields.Selection(
        selection=ORDER_POLICIES,
        string='What Customers Order in the Portal',
        default='sign',
        required=True,
        help='Unless the customer says otherwise.',
    )

    def _get_offer_setup_product(self):
        """The item of setup fees: the company's own, or the one that came with the addon.

        :rtype: product.product
        :raise UserError: if there is none
        """
        self.ensure_one()
        # a salesperson needs the company's choice, but may not read all items
        product = self.sudo().offer_setup_product_id or self.env.ref(
            'sale_offer.product_setup_fee', raise_if_not_found=False
        )
        if not product:
            raise UserError(
                self.env._('There is no item for setup fees: choose one in the settings of Sales.')
            )
        return self.env['product.product'].browse(product.id)
