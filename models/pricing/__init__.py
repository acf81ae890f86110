from . import (
    offer_price,
    product_pricelist,
    product_pricelist_item,
    product_template_prices,
    sale_order_line_price,
)
