"""What a configuration of the portfolio in test_configuration_table.py costs and what is wrong
with it, worked out from plain data. Shares no code with the addon."""

import re
from decimal import ROUND_HALF_UP, Decimal

D = Decimal
PLANS = {'M': 'Monthly', 'Y': 'Yearly', 'Q': 'Quarterly'}
# what costs what: plan -> price per unit; 'once' where it is paid once
SERVICES = {
    'S': {
        'name': 'Net Care',
        # from a quantity on: plan -> price, setup fee
        'price': {
            'M': [(0, D(40), D(99)), (10, D(36), D(49))],
            'Y': [(0, D(400), D(0))],
            'Q': [(0, D(110), D(0))],
        },
        'tiers': {
            'bronze': {},
            'silver': {'M': D(8), 'Y': D(80)},
            'gold': {'M': '25%', 'Y': '25%'},
        },
        'default': 'bronze',
        'groups': {
            'Hardware': (0, 2, 'N D P'),
            'Connectivity': (1, 1, 'F R K'),
            'Security': (0, 0, 'G C B V A X O'),
            'Network': (0, 1, 'W'),
        },
    },
    'W': {
        'name': 'Firewall',
        'price': {'M': [(0, D(25), D(15))], 'Y': [(0, D(250), D(0))]},
        'tiers': {'std': {}, 'plus': {'M': D(5), 'Y': D(50)}},
        'default': 'std',
        'groups': {'Ports': (1, 2, 'p1 p2 vpn')},
    },
}
# name; quantity: 'unit' of the Service, (n,) fixed, (least, most, usual); price by plan
OPTIONS = {
    'N': ('Notebook', 'unit', {'once': D(900)}),
    'D': ('Dock', (1, 20, 1), {'once': D(150)}),
    'P': ('Phone', (2,), {'once': D(60)}),
    'F': ('Fibre', (1,), {'M': D(30), 'Y': D(300)}),
    'R': ('Radio', (1,), {'M': D(20)}),
    'K': ('Own Line', (1,), {'M': D(0), 'Y': D(0), 'Q': D(0)}),
    'G': ('Agent', 'unit', {'M': D(0), 'Y': D(0), 'Q': D(0)}),
    'C': ('Scan', 'unit', {'M': '10%', 'Y': '10%'}),
    'B': ('Backup', (1, 50, 1), {'M': D(5), 'Y': D(50)}),
    'V': ('Vault', (1,), {'M': D(0), 'Y': D(0), 'Q': D(0)}),
    'A': ('Audit', (1,), {'once': D(500)}),
    'X': ('Kit', (1,), {'once': D(0)}),
    'O': ('Old Phone', (1,), {'once': D(20)}),
    'W': ('Firewall', (1,), None),
    'p1': ('Port 1', (1,), {'M': D(0), 'Y': D(0), 'Q': D(0)}),
    'p2': ('Port 2', (1, 4, 1), {'M': D(3), 'Y': D(30)}),
    'vpn': ('VPN', (1,), {'once': D(80)}),
}
REQUIRED = {'G'}
# service levels that cost nothing where they have no price
INCLUDED = {'bronze', 'std'}
REQUIRES_ALL = {'V': ['B']}
REQUIRES_ANY = {'A': ['C', 'B']}
EXCLUDES = {('X', 'A')}
RETIRED = {'O'}


def parse(text):
    """`3 M gold: F, B=2, W plus [p1, p2=3]` → the configuration as nested tuples.

    :return: quantity, plan (`-`: none), tier (`-`: the default), choices; a choice is its key,
        quantity (None: the usual), tier and choices
    """
    head, _, rest = text.partition(':')
    quantity, plan, tier = head.split()
    return D(quantity), plan, tier, _parse_choices(rest)


def _parse_choices(text):
    found = []
    for part in re.findall(r'[^,\[\]]+(?:\[[^\]]*\])?', text):
        outer, _, inner = part.strip().partition('[')
        words = outer.split()
        if not words:
            continue
        key, _, quantity = words[0].partition('=')
        tier = words[1] if len(words) > 1 else '-'
        found.append(
            (key, D(quantity) if quantity else None, tier, _parse_choices(inner.rstrip(']')))
        )
    return found


def expect(text):
    """:return: totals by plan and `once`, and the sentences of what is wrong (a set)"""
    quantity, plan, tier, choices = parse(text)
    totals, errors = {'once': D(0)}, set()
    if quantity <= 0:
        errors.add(f'The quantity of "Net Care" must be more than 0, not {quantity}.')
        quantity = D(1)
    if plan == '-':
        errors.add('Choose a plan for "Net Care".')
    elif plan not in SERVICES['S']['price']:
        errors.add(f'"Net Care" is not sold under the plan "{PLANS[plan]}".')
    _service('S', quantity, plan, tier, choices, totals, errors)
    return totals, errors


def _cents(amount):
    return amount.quantize(D('0.01'), ROUND_HALF_UP)


def _service(key, quantity, plan, tier, choices, totals, errors):
    service = SERVICES[key]
    rows = [row for row in service['price'].get(plan, []) if row[0] <= quantity]
    own, setup = rows[-1][1:] if rows else (D(0), D(0))
    if tier == '-':
        tier = service['default']
    if tier not in service['tiers']:
        errors.add(f'"{tier.capitalize()}" is no service level of "{service["name"]}".')
        extra = D(0)
    else:
        extra = service['tiers'][tier].get(plan)
        if extra is None and tier not in INCLUDED and rows:
            errors.add(
                f'"{tier.capitalize()}" is not sold with "{service["name"]}" ({PLANS[plan]}): it'
                ' has no price.'
            )
        extra = extra or D(0)
        extra = _cents(own * D(extra[:-1]) / 100) if isinstance(extra, str) else extra
    if rows:
        totals['once'] += setup
        totals[plan] = totals.get(plan, D(0)) + _cents(quantity * (own + extra))
    chosen = []
    for option, wanted, child_tier, children in choices:
        name = OPTIONS[option][0]
        if option in chosen:
            errors.add(f'"{name}" is chosen twice.')
            continue
        chosen.append(option)
        amount = _quantity(option, wanted, quantity, errors)
        if option in SERVICES:
            if plan == '-':
                errors.add(f'"{name}" is billed per period: choose a plan for "Net Care".')
            elif plan not in SERVICES[option]['price']:
                errors.add(f'"{name}" has no price for {PLANS[plan]}.')
            _service(option, amount, plan, child_tier, children, totals, errors)
        else:
            _option(option, amount, plan, own, service['name'], totals, errors)
    _rules(service, chosen, errors)


def _quantity(option, wanted, quantity, errors):
    name, bounds, _prices = OPTIONS[option]
    if bounds == 'unit':
        return quantity
    if len(bounds) == 1:
        if wanted is not None and wanted != bounds[0]:
            errors.add(f'The quantity of "{name}" is fixed at {bounds[0]}.')
        return D(bounds[0])
    least, most, usual = bounds
    wanted = D(usual) if wanted is None else wanted
    if wanted <= 0:
        errors.add(f'The quantity of "{name}" must be more than 0, not {wanted}.')
        wanted = D(1)
    if not least <= wanted <= most:
        errors.add(f'Of "{name}" you can have {least} to {most}.')
    return wanted


def _option(option, quantity, plan, own, service, totals, errors):
    name, _bounds, prices = OPTIONS[option]
    if option in RETIRED:
        errors.add(f'"{name}" is retired and not sold any more.')
        return
    if 'once' in prices:
        totals['once'] += _cents(quantity * prices['once'])
    elif plan == '-':
        errors.add(f'"{name}" is billed per period: choose a plan for "{service}".')
    elif plan not in prices:
        errors.add(f'"{name}" has no price for {PLANS[plan]}.')
    else:
        price = prices[plan]
        if isinstance(price, str):
            price = _cents(own * D(price[:-1]) / 100)
        totals[plan] = totals.get(plan, D(0)) + _cents(quantity * price)


def _rules(service, chosen, errors):
    def names(keys):
        return [OPTIONS[key][0] for key in keys]

    for group, (least, most, members) in service['groups'].items():
        members = members.split()
        count = len([key for key in chosen if key in members])
        if count < least:
            errors.add(f'Choose at least {least} in "{group}".')
        if most and count > most:
            errors.add(f'Choose at most {most} in "{group}".')
        for key in REQUIRED & set(members) - set(chosen):
            errors.add(f'"{service["name"]}" needs "{OPTIONS[key][0]}".')
    for key in chosen:
        missing = [other for other in REQUIRES_ALL.get(key, []) if other not in chosen]
        if missing:
            joined = '", "'.join(names(missing))
            errors.add(f'"{OPTIONS[key][0]}" needs "{joined}" too.')
        any_of = REQUIRES_ANY.get(key)
        if any_of and not set(any_of) & set(chosen):
            errors.add(f'"{OPTIONS[key][0]}" needs one of these: {", ".join(names(any_of))}.')
    for one, other in EXCLUDES:
        if one in chosen and other in chosen:
            errors.add(f'"{OPTIONS[one][0]}" and "{OPTIONS[other][0]}" exclude each other.')
