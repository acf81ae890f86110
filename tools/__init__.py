from . import periods, proration, reconciliation
