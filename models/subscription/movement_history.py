"""Movements of the recurring revenue, told apart by what the customer had before and has after."""

from collections import defaultdict

# whatever it does to the customer's whole revenue
MOVEMENT_OF_KIND = {'paused': 'contraction', 'resumed': 'reactivation'}


class MovementHistory:
    """The movements of some customers: those recorded, and those that are about to be.

    It is read once for all acts that happen together.

    :param subscriptions: those that change
    """

    def __init__(self, subscriptions):
        # sudo: new and churn are per customer, whoever may see which of the subscriptions
        self.events = subscriptions.env['offer.subscription.event'].sudo()
        #: by customer and company: day, currency and change of the revenue
        self.changes = defaultdict(list)
        #: movements of the subscriptions that change, latest first
        self.own = defaultdict(list)
        self.pending = []
        if subscriptions:
            self._read(subscriptions)

    def _read(self, subscriptions):
        moved = [('mrr_change', '!=', 0)]
        customers = [
            ('partner_id', 'in', subscriptions.partner_id.commercial_partner_id.ids),
            ('company_id', 'in', subscriptions.company_id.ids),
        ]
        groups = ['partner_id', 'company_id', 'date:day', 'currency_id']
        found = self.events._read_group(moved + customers, groups, ['mrr_change:sum'])
        for partner, company, day, currency, amount in found:
            if amount:
                self.changes[partner, company].append((day, currency, amount))
        own = [('subscription_id', 'in', subscriptions.ids), ('movement', '!=', 'transfer')]
        for event in self.events.search(moved + own):
            key = event.subscription_id, event.service_id, event.date
            self.own[key].append((event.mrr_change, event.movement))

    def make_movements(self, jumps, kind, day, values):
        """Values of the movements of one act, which count for those that follow.

        :param dict jumps: change in MRR by subscription, Service and day
        :param str kind: of the act
        :param datetime.date day: of the act: what jumps then is its own effect, the rest follows
        :param dict values: what they have in common
        :rtype: list[dict]
        """
        made = []
        for date in sorted({date for _subscription, _service, date in jumps}):
            found = {
                (subscription, service): jump
                for (subscription, service, on), jump in jumps.items()
                if on == date
            }
            rates = _get_rates(found, date)
            for subscription, service, jump, moved in split_moved(found, rates):
                movement = {
                    'subscription_id': subscription.id,
                    'service_id': service.id,
                    'date': date,
                    'mrr_change': jump,
                    **values,
                    **self._classify(subscription, service, date, jump, moved, kind, day),
                }
                customer = _get_customer(subscription)
                self.changes[customer].append((date, subscription.currency_id, jump))
                self.pending.append((customer, movement))
                made.append(movement)
        return made

    def _classify(self, subscription, service, date, jump, moved, kind, day):
        """:return: kind and movement of one jump"""
        if moved:
            return {'kind': kind, 'movement': 'transfer'}
        opposite = (
            movement
            for amount, movement in self.own[subscription, service, date]
            if amount * jump < 0
        )
        taken_back = next(opposite, None)
        if taken_back and (kind == 'withdrawn' or date != day):
            return {'kind': 'withdrawn', 'movement': taken_back}
        if date != day and jump < 0:
            kind = 'ended'
        movement = MOVEMENT_OF_KIND.get(kind) or self._get_movement(subscription, date, jump, kind)
        return {'kind': kind, 'movement': movement}

    def _get_movement(self, subscription, date, jump, kind):
        """New and churn are per customer, so they depend on all that the customer has."""
        customer = _get_customer(subscription)
        if jump > 0:
            before = [change for change in self.changes[customer] if change[0] < date]
            if _has_revenue(before):
                return 'expansion'
            return 'reactivation' if before else 'new'
        until = [change for change in self.changes[customer] if change[0] <= date]
        if _has_revenue([*until, (date, subscription.currency_id, jump)]):
            return 'contraction'
        self._end_with(customer, date, kind)
        return 'churn'

    def _end_with(self, customer, date, kind):
        """What ended on the day on which the last revenue goes was a part of that."""
        partner, company = customer
        same = {'date': date, 'kind': kind, 'movement': 'contraction'}
        domain = [('partner_id', '=', partner.id), ('company_id', '=', company.id)]
        domain += [(name, '=', value) for name, value in same.items()]
        self.events.search(domain).movement = 'churn'
        for other, movement in self.pending:
            if other == customer and same.items() <= movement.items():
                movement['movement'] = 'churn'


def split_moved(found, rates=None):
    """What goes from one subscription or Service to another is no movement of the customer.

    :param dict found: jumps of one day, by subscription and Service
    :param dict rates: by subscription, what its currency comes to in one that all have in common
    :return: subscription, Service, jump, and whether it only moved
    """
    rates = rates or {}
    common = [jump * rates.get(subscription, 1) for (subscription, _it), jump in found.items()]
    left = min(sum(jump for jump in common if jump > 0), -sum(jump for jump in common if jump < 0))
    room = {1: left, -1: left}
    parts = []
    for (subscription, service), jump in found.items():
        sign, rate = 1 if jump > 0 else -1, rates.get(subscription, 1)
        moved = subscription.currency_id.round(min(abs(jump), room[sign] / rate))
        room[sign] -= moved * rate
        rest = subscription.currency_id.round(abs(jump) - moved)
        if moved:
            parts.append((subscription, service, sign * moved, True))
        if rest:
            parts.append((subscription, service, sign * rest, False))
    # what comes before what goes: nobody leaves who goes on elsewhere
    return sorted(parts, key=lambda part: (part[2] < 0, not part[3]))


def _get_rates(found, day):
    """:return: by subscription, what its currency comes to on a day in that of the first one"""
    first = next(subscription for subscription, _service in found)
    return {
        subscription: subscription.currency_id._get_conversion_rate(
            subscription.currency_id, first.currency_id, first.company_id, day
        )
        for subscription, _service in found
    }


def _get_customer(subscription):
    return subscription.partner_id.commercial_partner_id, subscription.company_id


def _has_revenue(changes):
    """:return: whether anything recurs, in any currency"""
    sums = defaultdict(float)
    for _day, currency, change in changes:
        sums[currency] += change
    return any(currency.compare_amounts(amount, 0.0) > 0 for currency, amount in sums.items())
