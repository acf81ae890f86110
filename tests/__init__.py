from . import (
    test_billing,
    test_concurrency,
    test_configuration,
    test_invoice_life,
    test_make,
    test_order,
    test_periods,
    test_price,
    test_product,
    test_product_guards,
    test_reconciliation,
    test_tour,
)
