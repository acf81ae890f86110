"""Random Services, customers and configurations: what one might build, buy and get wrong."""

from contextlib import suppress

from odoo.exceptions import ValidationError
from odoo.fields import Command


class RandomOffers:
    """Builds a Service at random, with all that can stand in one, and configurations of it.

    :param case: a test case that stands on the small portfolio
    :param random.Random dice: the only source of chance
    """

    def __init__(self, case, dice):
        self.case, self.env, self.dice = case, case.env, dice
        self.plans = [case.plan, case.yearly]
        self.rows = []

    def create_service(self, name='Service', depth=2):
        """:return: the variant that is sold"""
        dice = self.dice
        values = {'type': 'service'}
        if depth == 2 and dice.random() < 0.5:
            values['uom_ids'] = [Command.set(self.env.ref('uom.product_uom_dozen').ids)]
        tiers = dice.sample(self.case.tiers, dice.randint(0, 3))
        if tiers:
            values['offer_tier_ids'] = [Command.set([tier.id for tier in tiers])]
            if dice.random() < 0.7:
                values['offer_default_tier_id'] = dice.choice(tiers).id
        service = self.case._create_item(name, 1.0, 'service', **values)
        if dice.random() < 0.4:
            self._add_attribute(service)
        for plan in self.plans:
            if dice.random() < 0.9:
                self._price(service, plan, setup=dice.choice((0, 0, 49)))
                for tier in tiers:
                    if dice.random() < 0.9:
                        self._price(service, plan, tier_id=tier.id)
        if dice.random() < 0.3:
            self._price(service, None)
        for number in range(dice.randint(1, 2)):
            self._add_group(service, f'{name} {number}', depth)
        return service

    def _price(self, service, plan, setup=0, **values):
        """One row for everybody, and at times others for a customer, pricelist or quantity."""
        dice = self.dice
        if (values.get('tier_id') or values.get('option_id')) and dice.random() < 0.3:
            values['amount_type'] = 'percent'
        amount = dice.choice((0, 3, 7.5, 19.99, 120, 0.333))
        values.update(plan_id=plan.id if plan else False, setup_amount=setup)
        self.case._create_price(amount, service, **values)
        for special in (
            {'partner_id': self.case.customer.id},
            {'pricelist_id': self.case.pricelists[3].id},
            {'min_quantity': 10, 'setup_amount': dice.choice((0, 25))},
            {'company_id': self.case.elsewhere.id},
            {'date_start': '2020-01-01', 'date_end': '2020-12-31'},
        ):
            if dice.random() < 0.12:
                self.case._create_price(amount + 1, service, **{**values, **special})

    def _add_attribute(self, service):
        attribute = self.env['product.attribute'].create(
            {
                'name': 'Region',
                'create_variant': 'no_variant',
                'value_ids': [
                    Command.create({'name': name, 'default_extra_price': extra})
                    for name, extra in (('EU', 0), ('US', 2.5), ('APAC', 4))
                ],
            }
        )
        self.env['product.template.attribute.line'].create(
            {
                'product_tmpl_id': service.product_tmpl_id.id,
                'attribute_id': attribute.id,
                'value_ids': [Command.set(attribute.value_ids.ids)],
            }
        )

    def _add_group(self, service, name, depth):
        dice = self.dice
        group = self.env['offer.option.group'].create(
            {'name': name, 'product_tmpl_id': service.product_tmpl_id.id}
        )
        options = [
            self._add_option(service, group, f'{name}.{number}', depth)
            for number in range(dice.randint(1, 4))
        ]
        free = [option for option in options if not option.is_required]
        rules = [lambda: group.write({'max_choices': max(1, len(options) - 1)})]
        if len(free) > 1:
            rules.append(lambda: free[0].write({'requires_ids': [Command.set(free[1].ids)]}))
            rules.append(lambda: free[-1].write({'excludes_ids': [Command.set(free[0].ids)]}))
        for rule in rules:
            # what could never be chosen is refused
            if dice.random() < 0.3:
                with suppress(ValidationError), self.env.cr.savepoint():
                    rule()
                self.env.invalidate_all()

    def _add_option(self, service, group, name, depth):
        dice = self.dice
        kind = dice.choice(('plain', 'plain', 'product', 'service' if depth > 1 else 'plain'))
        is_recurring = kind == 'service' or dice.random() < 0.6
        mode = dice.choice(('included', 'own', 'priced'))
        if kind == 'service':
            item = self.create_service(f'In {name}', depth - 1)
        else:
            price = dice.choice((9.99, 80, 9.99, 80, 0))
            item = self.case._create_item(
                name, price, 'product' if kind == 'product' else False, type='consu'
            )
            if is_recurring and mode == 'own':
                mode = 'priced'
        option = self.env['offer.option'].create(
            {
                'group_id': group.id,
                'product_id': item.id,
                'is_recurring': is_recurring,
                'is_required': dice.random() < 0.15,
                'price_mode': mode,
                'quantity_mode': dice.choice(('fixed', 'per_unit', 'free')),
                'quantity': dice.choice((1, 2, 0.5)),
                'max_quantity': dice.choice((0, 20)),
            }
        )
        if mode == 'priced':
            for plan in self.plans if is_recurring else (None,):
                if dice.random() < 0.95:
                    self._price(service, plan, option_id=option.id)
        return option

    def configure(self, service):
        """:return: a configuration, which may break rules
        :rtype: dict
        """
        dice = self.dice
        template = service.product_tmpl_id
        units = service.uom_id | template.uom_ids
        return {
            'product_id': service.id,
            'uom_id': dice.choice(units).id,
            'plan_id': dice.choice([*self.plans * 4, self.env['offer.plan']]).id,
            **self._configure(template, 1, dice.choice((1, 2, 3, 9, 10, 12.5))),
        }

    def _configure(self, template, depth, quantity=None):
        dice = self.dice
        options = []
        for option in template._get_offer_options():
            if option.is_required or dice.random() < 0.4:
                inside = option.product_id.product_tmpl_id
                amount = None
                if option.quantity_mode == 'free' and dice.random() < 0.7:
                    amount = dice.choice((1, 2, 5, 5, 20))
                options.append(
                    {'option_id': option.id, **self._configure(inside, depth + 1, amount)}
                )
        found = {'options': options} if template.offer_kind == 'service' else {}
        if quantity:
            found['quantity'] = quantity
        if template.offer_tier_ids and (not template.offer_default_tier_id or dice.random() < 0.6):
            found['tier_id'] = dice.choice(template.offer_tier_ids).id
        values = template.attribute_line_ids.product_template_value_ids
        if values and dice.random() < 0.3:
            found['no_variant_value_ids'] = dice.choice(values).ids
        return found
