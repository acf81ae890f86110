"""Subscriptions that were sold before get what they are made of, and the events of their start."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Hang components on their Services as the order lines do, and record what runs."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    subscriptions = env['offer.subscription'].with_context(active_test=False).search([])
    for line in subscriptions.line_ids.filtered('sale_line_id'):
        line.option_id = line.sale_line_id.offer_option_id
    for subscription in subscriptions:
        env['sale.order']._hang_offer_lines(subscription.line_ids.filtered('sale_line_id'))
    # of a customer with several the first comes first
    running = subscriptions.filtered(lambda s: s.state != 'pending' and not s.event_ids)
    for subscription in running.sorted(lambda s: (s.date_start, s.id)):
        jumps = subscription._get_mrr_jumps()
        name = env._('It ran before its events were recorded')
        env['offer.subscription.event']._record(jumps, 'activated', subscription.date_start, name)
