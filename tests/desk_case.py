"""A desk for one subscription, for tests that are worked out by hand."""

from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase

from odoo.addons.sale_offer.tools.ledger import get_owed_amount
from odoo.addons.sale_offer.tools.periods import Terms

from .desk import CENT, Desk

MONTHLY = Terms(1, 'month')
IN_FULL = Terms(1, 'month', proration='none')
ARREARS = Terms(1, 'month', billing_mode='arrears')
YEARLY = Terms(1, 'year')
START = date(2027, 1, 1)


class DeskCase(BaseCase):
    """`self.said` numbers the acts."""

    def _open(self, terms=MONTHLY, start=START, intro=None, rounding=CENT):
        self.desk, self.said = Desk(terms, start, rounding, intro), 0
        return self.desk

    def _act(self, act, **values):
        self.said += 1
        self.desk.act({'act': act, 'id': self.said, **values})
        return self.said

    def _add(self, price, quantity=1, day=START, line='seat', parent=None, **says):
        says = {
            'item': line, 'unit': 'u', 'tier': None, 'name': line, 'discount': Decimal(0), **says
        }  # fmt: skip
        says.update(price=Decimal(str(price)), quantity=self._read(quantity))
        return self._act('add', line=line, parent=parent, day=day, says=says)

    def _change(self, day, line='seat', **says):
        says = {name: self._read(value) for name, value in says.items()}
        held = self.desk.get_timeline().get_on(line, day)
        key = {'item': held.content.item, 'unit': held.content.unit, 'tier': held.tier}
        key.update({name: says[name] for name in key if name in says})
        return self._act('change', line=line, day=day, says=says, **{'for': key})

    def _read(self, value):
        if isinstance(value, tuple):
            return ('per_unit', Decimal(str(value[1])))
        return Decimal(str(value)) if isinstance(value, int | float) else value

    def _pause(self, day, until=None, billed=False):
        return self._act('pause', day=day, until=until, billed=billed)

    def _bill(self, until):
        """:return: what the run comes to"""
        return sum((row.amount for row in self.desk.bill(until)), Decimal(0))

    def _get_fee(self, last, term_end):
        timeline = self.desk.get_timeline()
        with_end = timeline.ending_on(last, 'agreed')
        without = timeline.ending_on(term_end, 'agreed')
        return get_owed_amount(without, term_end) - get_owed_amount(with_end, term_end)
