from . import (
    ir_http,
    offer_subscription_portal,
    offer_subscription_portal_change,
    offer_subscription_portal_planned,
    product_template_audience,
    sale_order_blocked,
    sale_order_portal,
    sale_order_request,
)
