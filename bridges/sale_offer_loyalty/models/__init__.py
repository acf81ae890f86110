from . import loyalty_reward, sale_order, sale_order_line
