from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...tools.amounts import to_decimal

SETTLING_KINDS = ('charge', 'external')
OVERLAP_CONSTRAINT = 'offer_billing_entry_no_overlap'


class OfferBillingEntry(models.Model):
    _name = 'offer.billing.entry'
    _description = 'Settled Days of a Subscription'
    _order = 'date_from, id'

    # The last guard against billing twice: what is settled of one line may not overlap. An entry
    # is a box as narrow as its line's id and as high as its days, both included; whole numbers
    # are exact in it. It needs no extension, and is built far faster than two ranges.
    _no_overlap = models.Constraint(
        'EXCLUDE USING gist (box('
        "point(subscription_line_id, date_from - '2000-01-01'::date),"
        " point(subscription_line_id, date_to - '2000-01-01'::date)) WITH &&)"
        " WHERE (kind IN ('charge', 'external')"
        ' AND is_void IS NOT TRUE AND is_taken_back IS NOT TRUE)',
        'These days of the subscription are billed already.',
    )
    _charge_once = models.UniqueIndex(
        '(charge_id) WHERE charge_id IS NOT NULL AND is_void IS NOT TRUE',
        'This amount is billed already.',
    )
    _dates_in_order = models.Constraint(
        'CHECK (date_from <= date_to)', 'The days of a billing entry end before they start.'
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
        help='The charge that this credit takes back.',
    )
    credit_ids = fields.One2many(comodel_name='offer.billing.entry', inverse_name='origin_id')
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
    run_id = fields.Many2one(
        comodel_name='offer.billing.run',
        string='Billing Run',
        index='btree_not_null',
        ondelete='set null',
        help='The run that billed it, if one was started.',
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

    def unlink(self):
        """Give the days back: what was credited is charged again, what was charged is due."""
        self._check_not_credited_elsewhere()
        self._check_origins_free()
        origins = self.origin_id - self
        lines, days = self.subscription_line_id, self._get_pulled_days()
        res = super().unlink()
        origins._update_taken_back()
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

    def _update_taken_back(self):
        """Each is wholly live, or wholly taken back by a credit."""
        for entry in self:
            is_taken = any(not credit.is_void for credit in entry.credit_ids)
            if entry.is_taken_back != is_taken:
                entry.is_taken_back = is_taken
        # the database's guard reads the column: whatever is inserted next must find it
        self.flush_recordset(['is_taken_back'])

    def _set_void(self, void):
        """Take entries out of what is settled, since their invoice is cancelled, or put them
        back."""
        # the database looks at each row as it is written: days are freed before they are taken
        if not void:
            (self.origin_id - self)._take_back_again()
        self.is_void = void
        self.flush_recordset(['is_void'])
        self.origin_id._update_taken_back()
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
        for entry in self.filtered(lambda entry: entry.kind in SETTLING_KINDS):
            # what credits on the same document take back makes room again
            others = entry.subscription_line_id.billing_entry_ids - self - self.origin_id
            for other in others._filter_settling():
                if other.date_from <= entry.date_to and entry.date_from <= other.date_to:
                    raise UserError(
                        self.env._(
                            'The days of "%(line)s" from %(first)s on have been billed again'
                            ' meanwhile (%(invoice)s): this invoice stays cancelled.',
                            line=entry.subscription_line_id.display_name,
                            first=format_date(self.env, other.date_from),
                            invoice=other.move_id.display_name or other.kind,
                        )
                    )

    # === BUSINESS METHODS: CONTENT === #

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
        """:param DueRow row: of days that are charged or credited
        :return: at what they are settled
        :rtype: dict
        """
        rounding = to_decimal(row.line.currency_id.rounding)
        return self._prepare_content_values(row.content, rounding)
