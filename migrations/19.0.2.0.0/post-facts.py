"""Chains of lines become facts, see `update/`."""

from odoo import SUPERUSER_ID, api

from odoo.addons.sale_offer.update import update


def migrate(cr, version):
    """Update from 19.0.1.2.0."""
    update(api.Environment(cr, SUPERUSER_ID, {}))
