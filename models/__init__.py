# isort: off
# A room stands on those above it: what it extends is there already.
from . import catalogue
from . import pricing
from . import configuration
from . import quotation
from . import payment
from . import subscription
from . import billing
from . import service_level
from . import portal
from . import res_company
from . import res_config_settings
from . import res_partner
