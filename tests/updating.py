"""Updates a database on a day: as the command line does, by a clock that is set.

Called as: updating.py CONFIG DATABASE DAY
"""

import sys

from freezegun import freeze_time

from odoo.modules.registry import Registry
from odoo.tools import config

if __name__ == '__main__':
    config_file, database, day = sys.argv[1:]
    said = 'odoo.addons.sale_offer.update:INFO'
    config.parse_config(['-c', config_file, '-d', database, '--log-handler', said])
    with freeze_time(day, tick=True):
        Registry.new(database, update_module=True, upgrade_modules=['sale_offer'])
