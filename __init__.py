from . import controllers, models, wizard


def uninstall_hook(env):
    """Lock the orders whose subscriptions go away, and say why.

    Without the addon their recurring lines look like any other's: locked, nobody invoices a
    subscription as a one-time sale.
    """
    lines = env['sale.order.line'].search([('offer_plan_id', '!=', False)])
    # their own words are lost with the addon: the plan's name stays in the chatter
    for order in lines.order_id:
        plans = ', '.join(order.order_line.offer_plan_id.mapped('name'))
        order.locked = True
        order.message_post(
            body=env._(
                'The addon "Offers" has been uninstalled. This order has recurring lines (%s),'
                ' which its subscriptions billed: do not invoice them here. It is locked for that.',
                plans,
            )
        )
