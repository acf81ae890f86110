from . import (
    sale_order,
    sale_order_change,
    sale_order_change_apply,
    sale_order_change_guards,
    sale_order_change_text,
    sale_order_display,
    sale_order_line,
    sale_order_line_change,
    sale_order_line_components,
    sale_order_line_guards,
    sale_order_template_line,
    sale_order_totals,
)
