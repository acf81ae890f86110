from . import offer_classify, sale_make_invoice_advance, sale_order_discount
