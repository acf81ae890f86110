"""Many subscriptions out of one, in SQL: with its customer and all that was agreed and settled."""

from odoo.tools import SQL

# what is copied, the referred-to first, and which rows of it belong to a subscription
TABLES = {
    'res_partner': 'id IN (SELECT partner_id FROM offer_subscription WHERE id = %s)',
    'offer_subscription': 'id = %s',
    'offer_subscription_line': 'subscription_id = %s',
    'offer_subscription_event': 'subscription_id = %s',
    'offer_subscription_phase': 'event_id IN (SELECT id FROM offer_subscription_event'
    ' WHERE subscription_id = %s)',
    'offer_billing_entry': 'subscription_line_id IN (SELECT id FROM offer_subscription_line'
    ' WHERE subscription_id = %s)',
}
# the invoices too, where they count
INVOICES = {
    'account_move': 'id IN (SELECT move_id FROM account_move_line JOIN offer_billing_entry'
    ' ON invoice_line_id = account_move_line.id JOIN offer_subscription_line AS line'
    ' ON line.id = subscription_line_id WHERE subscription_id = %s)',
    'account_move_line': 'move_id IN (SELECT move_id FROM account_move_line'
    ' JOIN offer_billing_entry ON invoice_line_id = account_move_line.id'
    ' JOIN offer_subscription_line AS line ON line.id = subscription_line_id'
    ' WHERE subscription_id = %s)',
}
NAMES = {
    'res_partner': "'Customer ' || number",
    'offer_subscription': "'COPY/' || number",
    'account_move': "'COPY/' || one.id || '/' || number",
}
FOREIGN = """
    SELECT attname, confrelid::regclass::text
      FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
     WHERE conrelid = %s::regclass AND contype = 'f' AND cardinality(conkey) = 1
"""


def copy_subscription(env, subscription, count, invoices=False):
    """
    :param count: how many copies
    :param bool invoices: whether invoices are copied too; else copied entries stand on the invoice
        lines of the first
    """
    env.flush_all()
    numbers = {}
    tables = {**TABLES, **(INVOICES if invoices else {})}
    # entries refer to invoices
    tables['offer_billing_entry'] = tables.pop('offer_billing_entry')
    for table, which in tables.items():
        if is_there(env.cr, table):
            env.cr.execute(f'SELECT id FROM {table} WHERE {which} ORDER BY id', [subscription.id])
            ids = [found for (found,) in env.cr.fetchall()]
            env.cr.execute(f'SELECT max(id) FROM {table}')
            numbers[table] = (env.cr.fetchone()[0] or 0, ids)
    for table in numbers:
        _copy_rows(env.cr, table, numbers, count)


def is_there(cr, table):
    """:return: whether there is such a table: older code has others"""
    cr.execute('SELECT to_regclass(%s) IS NOT NULL', [table])
    return cr.fetchone()[0]


def _copy_rows(cr, table, numbers, count):
    last, ids = numbers[table]
    if not ids:
        return
    cr.execute(FOREIGN, [table])
    foreign = {column: other for column, other in cr.fetchall() if other in numbers}
    cr.execute('SELECT column_name FROM information_schema.columns WHERE table_name = %s', [table])
    values = {column: SQL('one.%s', SQL.identifier(column)) for (column,) in cr.fetchall()}
    for column, other in foreign.items():
        values[column] = _get_copied(values[column], *numbers[other])
    values['id'] = _get_copied(values['id'], last, ids)
    if table in NAMES:
        values['name'] = SQL(NAMES[table])
    # checks of foreign keys that were planned for a few rows would read all rows for each one
    cr.execute('DISCARD PLANS')
    cr.execute(
        SQL(
            'INSERT INTO %s (%s) SELECT %s FROM %s AS one, generate_series(1, %s) AS number'
            ' WHERE one.id = ANY(%s)',
            SQL.identifier(table),
            SQL(', ').join(map(SQL.identifier, values)),
            SQL(', ').join(values.values()),
            SQL.identifier(table),
            count,
            ids,
        )
    )
    cr.execute('SELECT setval(%s, %s)', [f'{table}_id_seq', last + count * len(ids)])


def _get_copied(column, last, ids):
    """:return: the id in the copy of the row that a column points at, or what it holds
    :rtype: SQL
    """
    return SQL(
        'coalesce(%(last)s + (number - 1) * %(many)s + array_position(%(ids)s, %(column)s),'
        ' %(column)s)',
        last=last,
        many=len(ids),
        ids=ids,
        column=column,
    )
