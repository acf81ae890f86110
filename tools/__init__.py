from . import periods, proration, reconciliation, rules, terms
