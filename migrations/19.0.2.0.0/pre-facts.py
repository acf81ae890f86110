"""Before tables are brought up to date, see `update/`."""

from odoo.addons.sale_offer.update import check_version, prepare


def migrate(cr, version):
    """Refuse what is too old before anything is changed."""
    check_version(version)
    prepare(cr)
