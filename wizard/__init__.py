from . import offer_classify, sale_order_discount
