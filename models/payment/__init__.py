from . import sale_order_payment
