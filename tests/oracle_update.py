"""What a database of the old edition delivered and settled, day by day, read from its tables before
they are updated. It knows nothing of spans and phases: it walks through the calendar.
"""

import datetime
from collections import defaultdict

# what no number stands for
ZERO = {'discount': 0.0, 'price_unit': 0.0}
ONE_DAY = datetime.timedelta(days=1)
CONTENT = (
    'product_id',
    'product_uom_id',
    'quantity',
    'price_unit',
    'discount',
    'tier_id',
    'name',
)


def each_day(first, last):
    """:return: the days from the first to the last, both included"""
    return (first + ONE_DAY * number for number in range((last - first).days + 1))


class OldBooks:
    """:param datetime.date horizon: days beyond it are not looked at"""

    def __init__(self, cr, horizon):
        self.horizon = horizon
        columns = (
            f'id, subscription_id, first_id, parent_id, date_start, date_end, {", ".join(CONTENT)}'
        )
        self.rows = self._read(cr, f'SELECT {columns} FROM offer_subscription_line ORDER BY id')
        self.subscriptions = {
            row['id']: row
            for row in self._read(
                cr,
                'SELECT s.id, s.state, s.date_start, s.date_end, s.renewal_mode, s.date_term_end,'
                ' p.proration FROM offer_subscription s JOIN offer_plan p ON p.id = s.plan_id',
            )
        }
        self.entries = self._read(
            cr,
            'SELECT id, subscription_line_id AS row, kind, date_from, date_to, credited_from,'
            ' is_void, origin_id, invoice_line_id, charge_id FROM offer_billing_entry ORDER BY id',
        )
        self.roots = {row['id']: row['first_id'] or row['id'] for row in self.rows}
        self.chains = {
            row['id']: (row['subscription_id'], self.roots[row['id']]) for row in self.rows
        }

    @staticmethod
    def _read(cr, query):
        cr.execute(query)
        names = [column.name for column in cr.description]
        return [dict(zip(names, values, strict=True)) for values in cr.fetchall()]

    def get_days(self, row):
        """:return: the days on which a row is billed, up to the horizon"""
        subscription = self.subscriptions[row['subscription_id']]
        if subscription['state'] == 'pending' or not row['date_start']:
            return iter(())
        lasts = [self.horizon, row['date_end']]
        if subscription['renewal_mode'] in ('quote', 'end'):
            lasts.append(subscription['date_term_end'])
        return each_day(row['date_start'], min(filter(None, lasts)))

    def get_delivered(self):
        """:return: by chain and day what was delivered: of two rows the later one counts
        :rtype: dict
        """
        delivered = defaultdict(dict)
        for row in self.rows:
            # a discount of nothing may be stored as nothing
            content = tuple(row[name] or ZERO.get(name) for name in CONTENT)
            for day in self.get_days(row):
                delivered[self.chains[row['id']]][day] = content
        return delivered

    def get_settled(self):
        """:return: by chain and day the rows that were charged, waived or billed elsewhere
        :rtype: dict
        """
        settled = defaultdict(lambda: defaultdict(list))
        for entry in self.entries:
            if entry['kind'] not in ('charge', 'waived', 'elsewhere') or entry['is_void']:
                continue
            last = entry['date_to']
            if entry['credited_from']:
                last = entry['credited_from'] - ONE_DAY
            for day in each_day(entry['date_from'], last):
                settled[self.chains[entry['row']]][day].append((entry['row'], entry['kind']))
        return settled
