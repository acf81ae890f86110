"""Chains of lines become facts, see `update/`."""

from odoo import SUPERUSER_ID, api

from odoo.addons.sale_offer.update import check_version, update


def migrate(cr, version):
    """Update from 19.0.1.2.0; from a version before it is refused."""
    check_version(version)
    update(api.Environment(cr, SUPERUSER_ID, {}))
