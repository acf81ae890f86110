from . import (
    offer_customer_profile,
    offer_customer_profile_option,
    offer_option,
    offer_option_group,
    offer_role,
    offer_role_assignment,
    product_guards,
    product_template,
    product_template_service,
)
