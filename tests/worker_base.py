"""What every process of the tests needs."""

import sys

from odoo import SUPERUSER_ID, api


def environment(cr):
    return api.Environment(cr, SUPERUSER_ID, {'tracking_disable': True})


def tell(text):
    sys.stdout.write(f'{text}\n')
    sys.stdout.flush()
