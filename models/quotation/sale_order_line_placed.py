"""What only the configurator says of the parts of a Service, by whatever door it is written."""

from odoo import models
from odoo.exceptions import UserError

# what makes a line a part of a Service
PART_FIELDS = ('offer_option_id', 'offer_is_setup')
# what only the configurator says of a part
PLACED_BY = (
    *PART_FIELDS,
    'offer_plan_id',
    'offer_tier_id',
    'product_uom_id',
    'linked_line_id',
    'linked_virtual_id',
)


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === BUSINESS METHODS: GUARDS === #

    def _check_offer_level(self, tier):
        """:raise UserError: if a Service would be sold with a level that it does not have, or lose
        its own
        """
        # what is sold is refused for its own reason
        quoted = self.filtered(lambda line: line.state in ('draft', 'sent'))
        for line in quoted.filtered('offer_tier_id'):
            tiers = line.product_id.product_tmpl_id.offer_tier_ids
            if line.offer_kind == 'service' and tier not in tiers | line.offer_tier_id:
                raise UserError(
                    self.env._('Choose a service level for "%s".', line.product_id.display_name)
                )

    def _check_offer_place(self, vals):
        """:raise UserError: if a part of a Service would be moved, or sold otherwise"""
        touched = [name for name in PLACED_BY if name in vals]
        for line in self:
            is_part, names = line._is_offer_part(), touched
            if line.offer_is_setup and 'product_uom_qty' in vals:
                names = [*touched, 'product_uom_qty']
            if not is_part:
                # what hangs on it was configured with it
                names = ['offer_plan_id'] if 'offer_plan_id' in touched else []
                names += [name for name in PART_FIELDS if vals.get(name)]
                if not names or not (line._get_offer_parts() or set(names) & set(PART_FIELDS)):
                    continue
            if not line.linked_line_id:
                # Odoo links new lines once they are saved
                names = [name for name in names if not name.startswith('linked_')]
            if any(not line._is_same_value(name, vals[name]) for name in names):
                service = line._get_offer_service_line().product_id or line.product_id
                raise UserError(
                    self.env._(
                        '"%(item)s" is a part of "%(service)s": change it in the configurator of'
                        ' the Service.',
                        item=line.product_id.display_name,
                        service=service.name,
                    )
                )

    def _check_offer_component_product(self, product_id):
        for line in self:
            option = line.offer_option_id
            if option and product_id != line.product_id.id and product_id != option.product_id.id:
                raise UserError(
                    self.env._(
                        '"%(item)s" is a part of "%(service)s": change it in the configurator of'
                        ' the Service.',
                        item=line.product_id.display_name,
                        service=option.product_tmpl_id.name,
                    )
                )

    def _check_offer_component_quantity(self):
        for line in self:
            option, quantity = line.offer_option_id, line.product_uom_qty
            if not option or line.state not in ('draft', 'sent'):
                continue
            terms = line._get_offer_terms()
            least, most = terms.get_bounds()
            outside = quantity < least or (most and quantity > most)
            if not quantity and not line._get_offer_service_line().product_uom_qty:
                continue
            if terms.quantity_mode != 'per_unit' and (outside or not quantity > 0):
                raise UserError(
                    self.env._(
                        'Of "%(item)s" you can have %(least)g to %(most)s.',
                        item=option.display_name,
                        least=least,
                        most=f'{most:g}' if most else self.env._('any number'),
                    )
                )
