from . import (
    offer_promise,
    offer_sla_credit,
    offer_sla_report,
    offer_sla_report_part,
    offer_sla_target,
    offer_sla_tier,
)
