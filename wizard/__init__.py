from . import sale_order_discount
