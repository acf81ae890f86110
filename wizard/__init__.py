from . import (
    account_move_reversal,
    offer_classify,
    offer_closing,
    offer_forecast,
    offer_waiver,
    sale_make_invoice_advance,
    sale_order_discount,
)
