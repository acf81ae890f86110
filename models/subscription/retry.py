"""What is tried again later: known to all that works through many subscriptions."""

from psycopg2.errors import ExclusionViolation

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# nobody's fault: another transaction was faster, or billed these days already
RETRY = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ExclusionViolation)
