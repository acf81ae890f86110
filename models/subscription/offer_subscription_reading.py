"""What calls hand over is read here: what can't be is told in one sentence."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero

from ...tools.reading import (
    FIRST_DAY,
    LAST_DAY,
    MAX_NUMBER,
    MOST_LETTERS,
    is_id,
    read_day,
    show_value,
)


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS: READING === #

    @api.model
    def _to_day(self, value):
        """:param value: a date, or its ISO text
        :rtype: datetime.date
        :raise UserError: if it is none
        """
        day = read_day(value)
        if not day:
            raise UserError(self.env._('"%s" is not a date.', show_value(value)))
        self._check_day(day)
        return day

    @api.model
    def _check_day(self, day):
        """:raise UserError: if a day is so far away that it must be an error"""
        if not FIRST_DAY <= day <= LAST_DAY:
            raise UserError(
                self.env._(
                    'Choose a day between %(first)s and %(last)s, not %(day)s.',
                    first=FIRST_DAY,
                    last=LAST_DAY,
                    day=day,
                )
            )

    def _read_number(self, name, value):
        """:param str name: of a field of a line
        :rtype: float
        :raise UserError: if it is no number that the field can have
        """
        most = 100 if name == 'discount' else MAX_NUMBER
        # a number may be too long for a float: compare first
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= most:
            label = self.env['offer.subscription.line']._fields[name]._description_string(self.env)
            raise UserError(
                self.env._(
                    '%(what)s is a number from 0 to %(most)s, not "%(value)s".',
                    what=label,
                    most=most,
                    value=show_value(value),
                )
            )
        number = float(value)
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        if name == 'quantity' and number and float_is_zero(number, digits):
            raise UserError(
                self.env._(
                    'The quantity %(quantity)s is too small: the least is %(least)s; 0 ends a'
                    ' line.',
                    quantity=number,
                    least=f'{10**-digits:.{digits}f}',
                )
            )
        return number

    @api.model
    def _read_id(self, model, value):
        """:rtype: int
        :raise UserError: if no record has this id
        """
        if model == 'offer.sla.tier' and (value is None or value is False):
            return False
        if not is_id(value) or not self.env[model].browse(value).exists():
            raise UserError(
                self.env._(
                    '%(what)s "%(id)s" does not exist.',
                    what=self.env[model]._description,
                    id=show_value(value),
                )
            )
        return value

    def _read_lines(self, value):
        """:param value: an id of a line, now or formerly, or a list of them
        :rtype: offer.subscription.line
        :raise UserError: if one is none of this subscription
        """
        ids = value if isinstance(value, list) else [value]
        lines = self.line_ids.browse()
        for one in ids:
            known = self._read_id(lines._name, lines._resolve_former(one))
            line = self.line_ids.filtered(lambda line, known=known: line.id == known)
            if not line:
                raise UserError(self.env._('%s has no such line.', self.name))
            lines |= line
        return lines

    @api.model
    def _read_text(self, what, value):
        """:param str what: that is asked for, in words
        :rtype: str
        :raise UserError: if it is no text that can be kept
        """
        text = value.strip() if isinstance(value, str) else ''
        if not text or '\x00' in text or len(text) > MOST_LETTERS:
            raise UserError(
                self.env._(
                    '%(what)s is a text of up to %(most)s letters.', what=what, most=MOST_LETTERS
                )
            )
        return text
