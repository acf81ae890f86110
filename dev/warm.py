"""Makes the bundles of scripts and styles, as Odoo's own test runner does before its browser tests.

Without it each browser test makes them anew: its transaction is rolled back.
Called by dev/database.py as: warm.py CONFIG DATABASE
"""

import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def main():
    config_file, database = sys.argv[1:]
    config.parse_config(
        ['-c', config_file, '-d', database, '--log-level', 'error'], setup_logging=True
    )
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env['ir.qweb']._pregenerate_assets_bundles()


if __name__ == '__main__':
    main()
