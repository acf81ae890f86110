from . import (
    account_move,
    account_move_line,
    offer_billing_entry,
    offer_billing_entry_ledger,
    offer_billing_run,
    offer_subscription_billing,
    offer_subscription_charge,
    offer_subscription_effect,
    offer_subscription_engine,
    offer_subscription_ledger,
    offer_subscription_line_billing,
    offer_subscription_settling,
)
