from . import (
    offer_configuration,
    offer_configuration_attributes,
    offer_configuration_default,
    offer_configuration_quoted,
    offer_configuration_rules,
    product_template_configurator,
    sale_order_configuration,
    sale_order_configurator,
)
