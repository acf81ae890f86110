"""Other addons, from the registry: what we work together with, and what we are measured by."""

import hashlib

from common import CACHE, remove, run, say

# what the tests run beside us
WITH = ('odoo-addon-queue_job==19.0.2.4.0.1', 'openupgradelib==3.13.7', 'cssselect==1.6.0')
# what the benches compare us with
PEERS = ('odoo-addon-contract==19.0.1.2.1.2', 'odoo-addon-subscription_oca==19.0.1.1.4.2')


def ensure_packages(python, packages):
    """:return: a folder that holds the packages, Odoo's addons in its `odoo/addons`"""
    key = hashlib.sha256(' '.join(packages).encode()).hexdigest()[:8]
    folder = CACHE / f'addons-{key}'
    complete = folder / '.complete'
    if not complete.exists():
        say(f'Fetching {", ".join(packages)} …')
        remove(folder)
        command = [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
        # Odoo itself is there already, from Debian
        command += ['--no-deps', '--target', folder, *packages]
        hint = 'Check the network and run the same command again.'
        run(command, what='install other addons', hint=hint)
        complete.touch()
    return folder
