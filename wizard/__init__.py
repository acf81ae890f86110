from . import (
    account_move_reversal,
    offer_classify,
    offer_closing,
    offer_direct_change,
    offer_forecast,
    offer_quotation_withdrawal,
    offer_subscription_act,
    offer_transfer,
    offer_waiver,
    offer_withdrawal,
    sale_make_invoice_advance,
    sale_order_discount,
)
