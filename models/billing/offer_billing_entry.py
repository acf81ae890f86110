from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.amounts import to_decimal
from ...tools.periods import ONE_DAY, period_of
from ...tools.reconciliation import SETTLING, Settled

OVERLAP_CONSTRAINT = 'offer_billing_entry_no_overlap'


class OfferBillingEntry(models.Model):
    _name = 'offer.billing.entry'
    _description = 'Settled Days of a Subscription'
    _order = 'date_from, id'

    # The last guard against billing twice (design §5): what is settled of one line may not
    # overlap. It needs no extension, since a line's id is given as a range of one number.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(subscription_line_id, subscription_line_id, '[]') WITH &&,"
        ' daterange(date_from, COALESCE(credited_from, date_to + 1)) WITH &&)'
        " WHERE (kind NOT IN ('credit', 'one_time') AND is_void IS NOT TRUE"
        ' AND is_taken_back IS NOT TRUE'
        ' AND COALESCE(credited_from, date_to + 1) > date_from)',
        'These days of the subscription are billed already.',
    )
    _charge_once = models.UniqueIndex(
        '(charge_id) WHERE charge_id IS NOT NULL AND is_void IS NOT TRUE',
        'This amount is billed already.',
    )
    _dates_in_order = models.Constraint(
        'CHECK (date_from <= date_to)', 'The days of a billing entry end before they start.'
    )
    _credited_inside = models.Constraint(
        'CHECK (credited_from BETWEEN date_from AND date_to)',
        'Only days that were charged can be credited.',
    )
    _taken_back_settled = models.Constraint(
        "CHECK (is_taken_back IS NOT TRUE OR kind IN ('charge', 'external'))",
        'Only days that were charged or billed externally can be credited.',
    )
    _credit_has_origin = models.Constraint(
        "CHECK ((kind = 'credit') = (origin_id IS NOT NULL))", 'A credit takes back a charge.'
    )

    subscription_line_id = fields.Many2one(
        comodel_name='offer.subscription.line', required=True, index=True, ondelete='restrict'
    )
    subscription_id = fields.Many2one(related='subscription_line_id.subscription_id')
    date_from = fields.Date(string='From', required=True)
    date_to = fields.Date(string='To', required=True, help='The last settled day.')
    kind = fields.Selection(
        selection=[
            ('charge', 'Charged'),
            ('credit', 'Credited'),
            ('waived', 'Not billed'),
            ('external', 'Billed externally'),
            ('one_time', 'One-time amount'),
        ],
        required=True,
    )
    invoice_line_id = fields.Many2one(
        comodel_name='account.move.line', index='btree_not_null', ondelete='cascade'
    )
    move_id = fields.Many2one(related='invoice_line_id.move_id', string='Invoice')
    origin_id = fields.Many2one(
        comodel_name='offer.billing.entry',
        string='Credits',
        index='btree_not_null',
        ondelete='cascade',
        help='The charge whose tail this credit takes back.',
    )
    credit_ids = fields.One2many(comodel_name='offer.billing.entry', inverse_name='origin_id')
    credited_from = fields.Date(
        readonly=True, help='The first of its days that credits have taken back.'
    )
    # at what the days were settled ("an entry's content is what was agreed")
    product_id = fields.Many2one(comodel_name='product.product', ondelete='restrict')
    product_uom_id = fields.Many2one(comodel_name='uom.uom', string='Unit', ondelete='restrict')
    quantity = fields.Float()
    price_unit = fields.Float(string='Unit Price', min_display_digits='Product Price')
    discount = fields.Float(string='Discount (%)')
    introductory_percent = fields.Float(
        string='Introductory Price (%)', default=100.0, help='At which the price counts.'
    )
    period_amount = fields.Float(
        help='What a whole period came to, in the own taxes of the price. For shares only: it is'
        ' never compared.'
    )
    is_taken_back = fields.Boolean(
        default=False, readonly=True, help='A credit has taken these days back.'
    )
    charge_id = fields.Many2one(
        comodel_name='offer.subscription.charge',
        string='One-Time Amount',
        index='btree_not_null',
        ondelete='restrict',
    )
    is_void = fields.Boolean(
        string='Cancelled',
        default=False,
        help='Its invoice is cancelled: the days are not settled.',
    )
    reason = fields.Char()

    # === COMPUTE METHODS === #

    @api.depends('kind', 'date_from', 'date_to')
    def _compute_display_name(self):
        kinds = dict(self._fields['kind']._description_selection(self.env))
        for entry in self:
            entry.display_name = f'{kinds.get(entry.kind)} {entry.date_from} – {entry.date_to}'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Tell the charges what is taken back of them."""
        entries = super().create(vals_list)
        entries.origin_id._update_credited_from()
        return entries

    def unlink(self):
        """Give the days back: what was credited is charged again, what was charged is due."""
        self._check_not_credited_elsewhere()
        self._check_origins_free()
        origins = self.origin_id - self
        lines, days = self.subscription_line_id, self._get_pulled_days()
        res = super().unlink()
        origins._update_credited_from()
        self._look_again(lines, days)
        return res

    # === BUSINESS METHODS === #

    def _check_not_credited_elsewhere(self):
        """A charge stays as long as a credit on another invoice takes a part of it back.

        :raise UserError: if one of these charges has such a credit
        """
        # a credit of nothing stands on no invoice that could be cancelled: it goes with its charge
        credits = (self.credit_ids - self).filtered(
            lambda credit: credit.invoice_line_id and not credit.is_void
        )
        if credits:
            raise UserError(
                self.env._(
                    'A part of this invoice was credited on %s: cancel that first.',
                    ', '.join(credits.move_id.mapped('display_name')),
                )
            )

    def _update_credited_from(self):
        """Credits are the tail of a charge: the earliest of them says from where."""
        for entry in self:
            credits = entry.credit_ids.filtered(lambda credit: not credit.is_void)
            first = min(credits.mapped('date_from'), default=False)
            if entry.credited_from != first:
                entry.credited_from = first
            if entry.subscription_id.is_on_facts and entry.is_taken_back != bool(first):
                entry.is_taken_back = bool(first)
        # the database's guard reads these columns: whatever is inserted next must find them
        self.flush_recordset(['credited_from', 'is_taken_back'])

    def _set_void(self, void):
        """Take entries out of what is settled, since their invoice is cancelled, or put them
        back."""
        # the database looks at each row as it is written: days are freed before they are taken
        if not void:
            (self.origin_id - self)._take_back_again()
        self.is_void = void
        self.flush_recordset(['is_void'])
        self.origin_id._update_credited_from()
        self._look_again(self.subscription_line_id, self._get_pulled_days())

    def _check_not_billed_again(self):
        """:raise UserError: if days of these cancelled entries are settled by others now"""
        again = self.charge_id.entry_ids.filtered(lambda entry: not entry.is_void) - self
        if again:
            raise UserError(
                self.env._(
                    '"%(what)s" has been billed again meanwhile (%(invoice)s): this invoice stays'
                    ' cancelled.',
                    what=again[0].charge_id.name,
                    invoice=again[0].move_id.display_name,
                )
            )
        for entry in self.filtered(lambda entry: entry.kind in SETTLING):
            # what credits on the same document take back makes room again
            others = entry.subscription_line_id.billing_entry_ids - self - self.origin_id
            for other in others._as_settled():
                if other.first <= entry.date_to and entry.date_from <= other.last:
                    raise UserError(
                        self.env._(
                            'The days of "%(line)s" from %(first)s on have been billed again'
                            ' meanwhile (%(invoice)s): this invoice stays cancelled.',
                            line=entry.subscription_line_id.display_name,
                            first=other.first,
                            invoice=self.browse(other.key).move_id.display_name or other.kind,
                        )
                    )

    # === BUSINESS METHODS: CREDITS === #

    @api.model
    def _limit_credits(self, rows):
        """Let no credit take back more than is left after credit notes made by hand.

        :param list[DueRow] rows: due rows
        :return: the same rows, with lower prices where that is so
        :rtype: list[DueRow]
        """
        left = {}
        return [self._limit_credit(row, left) if row.kind == 'credit' else row for row in rows]

    @api.model
    def _limit_credit(self, row, left):
        """:param DueRow row: a credit
        :param dict left: what is left of invoices and of their lines; what comes back goes off it
        :rtype: DueRow
        """
        # sudo: a salesperson sees what comes back, but not every invoice
        origin_sudo = self.sudo().browse(row.due.origin)
        charged = origin_sudo.invoice_line_id
        if not charged.move_id._get_offer_notes_by_hand():
            return row
        whole = origin_sudo._get_full_price()
        part = charged.price_subtotal * row.price_unit / whole if whole else 0.0
        # of the invoice, and of the lines that the note's lines repeat
        move, same = charged.move_id, (charged.move_id, charged.product_id, charged.name)
        for key, whole_move in ((move, True), (same, False)):
            if key not in left:
                left[key] = charged._get_offer_left_to_credit(whole_move)
        granted = max(0.0, min(part, left[move], left[same]))
        left[move] -= granted
        left[same] -= granted
        if not part or granted >= part:
            return row
        price_unit = row.price_unit * granted / part
        amount = row.line._get_amount(row.quantity, price_unit)
        return replace(row, price_unit=price_unit, amount=amount)

    @api.model
    def _settle_credited_by_hand(self, rows):
        """Settle credits of nothing, e.g. of what was credited by hand; no invoice shows them.

        :param list[DueRow] rows: due rows
        :return: the others
        :rtype: list[DueRow]
        """
        shown, nothing = [], []
        for row in rows:
            (nothing if row.kind == 'credit' and not row.amount else shown).append(row)
        self.create(
            [
                {
                    'subscription_line_id': row.line.id,
                    'kind': 'credit',
                    'date_from': row.due.first,
                    'date_to': row.due.last,
                    'origin_id': row.due.origin,
                    'reason': self.env._('Nothing was left to credit.'),
                    **self._prepare_row_content(row),
                }
                for row in nothing
            ]
        )
        return shown

    def _get_full_price(self):
        """:return: price per unit of these days as they were charged, in the product's taxes"""
        self.ensure_one()
        line = self.subscription_line_id
        terms, anchor = line._get_entitlement()[:2]
        period = period_of(terms, anchor, self.date_from)
        return line._get_piece_price(period, self.date_from, self.date_to)

    @api.model
    def _prepare_content_values(self, content, rounding):
        """At what days were settled, as it is kept beside them.

        :param Content content: of the days
        :param Decimal rounding: the currency's
        :rtype: dict
        """
        return {
            'product_id': content.item,
            'product_uom_id': content.unit,
            'quantity': float(content.quantity),
            'price_unit': float(content.price),
            'discount': float(content.discount),
            'introductory_percent': float(content.introductory),
            'period_amount': float(content.get_amount(rounding)),
        }

    @api.model
    def _prepare_row_content(self, row):
        """:param DueRow row: of any subscription
        :return: at what its days are settled, where that is kept
        :rtype: dict
        """
        if not row.content:
            return {}
        rounding = to_decimal(row.line.currency_id.rounding)
        return self._prepare_content_values(row.content, rounding)

    def _as_settled(self):
        """:return: these entries as the reconciliation reads them
        :rtype: list[Settled]
        """
        return [
            Settled(
                key=entry.id,
                kind=entry.kind,
                first=entry.date_from,
                last=entry.credited_from - ONE_DAY if entry.credited_from else entry.date_to,
            )
            for entry in self
            if entry.kind in SETTLING and not entry.is_void
        ]
