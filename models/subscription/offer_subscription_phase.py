"""From a day on, what one act agreed about a line ("what was agreed is kept as facts")."""

from itertools import compress

from odoo import api, fields, models

from ...tools.amounts import to_decimal
from ...tools.facts import LAST, ItemKey, PerUnit, Phase

# what a phase can say: the field that holds it, and the name of it in `tools/facts.py`
SAYABLE = {
    'quantity': 'quantity',
    'price_unit': 'price',
    'discount': 'discount',
    'product_id': 'item',
    'tier_id': 'tier',
    'name': 'name',
}
BELONGS_TO = ('for_product_id', 'for_product_uom_id', 'for_tier_id')
MANY = len(SAYABLE)
# what is read of many phases at once, before whether and what each says
READ = ('subscription_line_id', 'date_start', 'event_id', 'is_beginning', 'is_per_unit')


class OfferSubscriptionPhase(models.Model):
    _name = 'offer.subscription.phase'
    _description = 'Agreed Content of a Subscription Line'
    _order = 'date_start, event_id, id'

    # an act says a field of a line once
    _act_once = models.UniqueIndex(
        '(subscription_line_id, event_id)', 'An act says once what becomes of a line.'
    )
    _begins_once = models.UniqueIndex(
        '(subscription_line_id) WHERE is_beginning', 'A line begins once.'
    )

    subscription_line_id = fields.Many2one(
        comodel_name='offer.subscription.line', required=True, index=True, ondelete='cascade'
    )
    subscription_id = fields.Many2one(related='subscription_line_id.subscription_id')
    currency_id = fields.Many2one(related='subscription_line_id.currency_id')
    event_id = fields.Many2one(
        comodel_name='offer.subscription.event',
        string='Act',
        required=True,
        index=True,
        ondelete='cascade',
    )
    date_start = fields.Date(string='From', required=True)
    is_beginning = fields.Boolean(
        string='Begins', help='The line begins with it; withdrawn, the line delivers nothing.'
    )
    says_quantity = fields.Boolean()
    says_price_unit = fields.Boolean()
    says_discount = fields.Boolean()
    says_product_id = fields.Boolean()
    says_tier_id = fields.Boolean()
    says_name = fields.Boolean()
    quantity = fields.Float(help='0: not delivered any more.')
    is_per_unit = fields.Boolean(
        string='Per Unit', help='The quantity counts for each unit of the line above.'
    )
    price_unit = fields.Float(string='Unit Price', min_display_digits='Product Price')
    discount = fields.Float(string='Discount (%)')
    product_id = fields.Many2one(comodel_name='product.product', ondelete='restrict')
    tier_id = fields.Many2one(
        comodel_name='offer.sla.tier', string='Service Level', ondelete='restrict'
    )
    name = fields.Text(string='Description')
    # what the price, the discount, the level and the quantity belong to: they end with it
    for_product_id = fields.Many2one(
        comodel_name='product.product', string='For Item', required=True, ondelete='restrict'
    )
    for_product_uom_id = fields.Many2one(
        comodel_name='uom.uom', string='For Unit', required=True, ondelete='restrict'
    )
    for_tier_id = fields.Many2one(
        comodel_name='offer.sla.tier', string='For Service Level', ondelete='restrict'
    )
    sale_line_id = fields.Many2one(
        comodel_name='sale.order.line',
        string='Order Line',
        index='btree_not_null',
        ondelete='set null',
        help='The order line that said it.',
    )

    # === COMPUTE METHODS === #

    @api.depends('date_start', 'subscription_line_id')
    def _compute_display_name(self):
        for phase in self:
            phase.display_name = f'{phase.subscription_line_id.display_name} {phase.date_start}'

    # === BUSINESS METHODS === #

    @api.model
    def _get_sayable(self):
        """:return: names of the fields that a phase can say"""
        return list(SAYABLE)

    def _as_fact(self):
        """:rtype: odoo.addons.sale_offer.tools.facts.Phase"""
        self.ensure_one()
        return _make_fact(
            self.date_start,
            self.event_id.id,
            [self[name].id for name in BELONGS_TO],
            {name: self[name] for name in SAYABLE if self[f'says_{name}']},
            self.is_per_unit,
            self.is_beginning,
        )

    @api.model
    def _read_as_facts(self, lines):
        """The phases of many lines, in one query and past the cache: each is looked at once.

        :param lines: offer.subscription.line, stored ones
        :return: by line id, in no order
        :rtype: dict[int, list[odoo.addons.sale_offer.tools.facts.Phase]]
        """
        query = self._search([('subscription_line_id', 'in', lines.ids)])
        names = [*READ, *BELONGS_TO, *(f'says_{name}' for name in SAYABLE), *SAYABLE]
        columns = [self._field_to_sql(query.table, name, query) for name in names]
        found = {line_id: [] for line_id in lines.ids}
        for row in self.env.execute_query(query.select(*columns)):
            line, start, said, begins, is_per_unit, *belongs_to = row[: -2 * MANY]
            flags, values = row[-2 * MANY : -MANY], row[-MANY:]
            says = dict(compress(zip(SAYABLE, values, strict=True), flags))
            found[line].append(_make_fact(start, said, belongs_to, says, is_per_unit, bool(begins)))
        return found

    @api.model
    def _as_future_fact(self, day, said, begins=False):
        """The fact that an act would make, as the last one.

        :param datetime.date day: from which on it would count
        :param dict said: values of fields, with `for_…` beside them
        :param bool begins: a line would begin with it
        :rtype: odoo.addons.sale_offer.tools.facts.Phase
        """
        is_per_unit = said.get('is_per_unit', False)
        return Phase(
            start=day,
            said=LAST,
            says={
                word: _to_word(name, said[name], is_per_unit)
                for name, word in SAYABLE.items()
                if name in said
            },
            belongs_to=ItemKey(*(said[name] or None for name in BELONGS_TO)),
            begins=begins,
        )

    def _describe(self, timeline):
        """What this act says of a line; what it does not say is taken from what will hold then.

        :param Timeline timeline: of the subscription
        :return: e.g. "8 × 32.00 Managed Workplace"
        :rtype: str
        """
        line = self.subscription_line_id
        span = timeline.get_agreed_on(line.id, self.date_start)
        if span is None:
            return self.env._('%s does not start', line.display_name)
        if self.says_quantity and not self.quantity:
            return self.env._('%s ends', line.display_name)
        quantity, price, discount = (
            span.content.quantity,
            span.content.price,
            span.content.discount,
        )
        # of two acts for one day the one entered last holds: each row says what its own act said
        if self.says_quantity and not self.is_per_unit:
            quantity = to_decimal(self.quantity)
        if self.says_price_unit:
            price = to_decimal(self.price_unit)
        if self.says_discount:
            discount = to_decimal(self.discount)
        lang, places = self.env.lang, self.currency_id.decimal_places
        number, amount = (
            line._format_exactly(quantity, 0, lang),
            line._format_exactly(price, places, lang),
        )
        name = ((self.says_name and self.name) or span.name).split('\n')[0]
        text = f'{number} × {amount} {name}'
        if discount:
            percent = line._format_exactly(discount, 0, lang)
            text = self.env._('%(text)s less %(percent)s %%', text=text, percent=percent)
        if self.says_tier_id and self.tier_id:
            text = f'{text} ({self.tier_id.name})'
        if self.is_beginning:
            text = self.env._('%s added', text)
        return text


def _make_fact(start, said, belongs_to, says, is_per_unit, begins):
    """
    :param belongs_to: ids in the order of `BELONGS_TO`
    :param dict says: values of fields, those that it says
    :rtype: odoo.addons.sale_offer.tools.facts.Phase
    """
    product, uom, tier = belongs_to
    return Phase(
        start=start,
        said=said,
        says={SAYABLE[name]: _to_word(name, value, is_per_unit) for name, value in says.items()},
        belongs_to=ItemKey(product, uom, tier or None),
        begins=begins,
    )


def _to_word(name, value, is_per_unit):
    """:return: the value of a field as `tools/facts.py` has it"""
    if name == 'quantity' and is_per_unit:
        return PerUnit(to_decimal(value or 0))
    if isinstance(value, models.BaseModel):
        return value.id or None
    if name in ('product_id', 'tier_id'):
        return value or None
    if name == 'name':
        # a column that holds nothing is False, as a field has it
        return False if value is None else value
    return to_decimal(value or 0)
