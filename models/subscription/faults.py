"""Whose fault an error is: what is nobody's is tried again, and blames no subscription."""

import errno

import psycopg2
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import ConcurrencyError, LockError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

# another transaction was faster, or billed these days already: the same again may do
FASTER = (
    *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY,
    ExclusionViolation,
    LockError,
    ConcurrencyError,
)
# classes of PostgreSQL's codes: connection, state of the transaction, rollback, resources, locks,
# an operator's intervention (time-outs and restarts too), the system
# https://www.postgresql.org/docs/current/errcodes-appendix.html
SERVER_CODES = frozenset({'08', '25', '40', '53', '55', '57', '58'})
# what a machine says that has no room, no memory or no more handles
MACHINE_CODES = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EIO,
        errno.ENOMEM,
        errno.EMFILE,
        errno.ENFILE,
    }
)
# Odoo's server ends a worker's time by an exception without a type of its own
TIME_OVER = 'time limit'


def is_nobodys(error):
    """Whether an error tells of the server, the network or somebody at work beside us.

    :param BaseException error: what came of it counts as it does: causes are looked through
    :rtype: bool
    """
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if _is_nobodys_itself(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_nobodys_itself(error):
    if isinstance(error, (*FASTER, MemoryError, ConnectionError, TimeoutError)):
        return True
    if isinstance(error, psycopg2.Error):
        if error.pgcode:
            return error.pgcode[:2] in SERVER_CODES
        # without a code it never reached the server, or is no question of it at all
        return isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
    if isinstance(error, OSError):
        return error.errno in MACHINE_CODES
    return type(error) is Exception and TIME_OVER in str(error)
