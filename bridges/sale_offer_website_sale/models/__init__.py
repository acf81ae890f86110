from . import product_product, product_template, sale_order_line
