"""Random acts through random doors, by whoever may: what a subscription may go through."""

from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import UserError

PLANS = (
    {},
    {'billing_mode': 'arrears'},
    {'proration': 'none'},
    {'alignment': 'calendar'},
    {'alignment': 'day', 'alignment_day': 31},
    {'advance_days': 20},
    {'interval_unit': 'year'},
    {'interval_count': 3, 'proration': 'none', 'billing_mode': 'arrears'},
    {'interval_unit': 'week', 'interval_count': 2},
)
ACTS = {
    'quantity': 6,
    'call': 6,
    'end_part': 1,
    'add': 1,
    'level': 1,
    'pause': 3,
    'resume': 2,
    'notice': 1,
    'withdraw_notice': 1,
    'end': 1,
    'waive': 3,
    'withdraw': 5,
    'bill': 6,
    'move': 1,
}
START, LAST = date(2027, 1, 1), date(2028, 6, 30)
DAYS = (LAST - START).days


class DoorsLife:
    """One subscription and what goes on from it.

    :param test: with the doors of `DoorsCommon`
    :param random: the source of chance
    :param subscription: that has just begun
    :param plans: to which it may change
    """

    def __init__(self, test, random, subscription, plans):
        self.test, self.random, self.plans = test, random, plans
        self.family = [subscription]
        self.story = []

    @property
    def subscription(self):
        """:return: what runs now, mostly; at times one of before"""
        late = self.random.random() < 0.1
        return self.random.choice(self.family) if late else self.family[-1]

    def play(self, count):
        """Do so many acts; what is refused changes nothing."""
        for _index in range(count):
            name = self.random.choices(list(ACTS), weights=list(ACTS.values()))[0]
            self._try(name)

    def close(self):
        """Let everything end, and bill all of it."""
        for subscription in self.family:
            goes_on = not subscription.date_end or subscription.date_end > LAST
            if subscription.state != 'closed' and goes_on:
                subscription.end(LAST, 'closing')
            self.bill(subscription, LAST + timedelta(days=800))

    def _try(self, name):
        env, before = self.test.env, self._count()
        try:
            with env.cr.savepoint():
                told = getattr(self, f'_{name}')()
                env.flush_all()
        except UserError as error:
            env.invalidate_all()
            self.story.append(f'{name} refused: {str(error)[:80]}')
            self.test.assertEqual(self._count(), before, self)
            return
        self.story.append(f'{name} {told or ""}')

    def _count(self):
        models = ('event', 'phase', 'pause', 'resume', 'end', 'waiver', 'line')
        names = [f'offer.subscription.{name}' for name in models] + ['offer.billing.entry']
        return [self.test.env[name].sudo().search_count([]) for name in names]

    def __str__(self):
        plans = [subscription.plan_id.name for subscription in self.family]
        return '\n'.join([f'under {plans}', *self.story])

    # === WHAT CHANCE CHOOSES === #

    def _day(self, first=START):
        named = [event.date for it in self.family for event in it.event_ids]
        day = self.random.choice(
            [self.random.choice(named), START + timedelta(days=self.random.randint(0, DAYS))]
        )
        return min(max(day, first), LAST)

    def _line(self, subscription):
        return self.random.choice(list(subscription.line_ids))

    # === ACTS === #

    def _quantity(self):
        subscription, day = self.subscription, self._day()
        quantity, door = self.random.randint(1, 9), self.random.choice(self.test.DOORS)
        if not subscription.line_ids._get_running_on(day):
            return 'nothing to change'
        door(self.test, subscription, quantity, day)
        return f'{quantity} from {day} {door.__name__}'

    def _call(self):
        subscription, day = self.subscription, self._day()
        changes = []
        lines = list(subscription.line_ids)
        for line in self.random.sample(lines, min(len(lines), self.random.randint(1, 2))):
            said = self.random.choice(
                [
                    {'price_unit': self.random.choice([0.0, 3.33, 40.0, 41.999])},
                    {'discount': self.random.choice([0.0, 10.0, 33.33, 100.0])},
                    {'quantity': self.random.choice([1, 2, 0.5, 7])},
                    {'quantity': 4, 'price_unit': 12.5, 'discount': 5.0},
                ]
            )
            changes.append({'line_id': line.id, **said})
        subscription.with_user(self.test.accountant).change(str(day), changes)
        return f'{changes} from {day}'

    def _end_part(self):
        subscription, day = self.subscription, self._day()
        parts = subscription.line_ids.filtered('parent_id')
        line = self.random.choice(list(parts or subscription.line_ids))
        subscription.change(day, [{'line_id': line.id, 'quantity': 0}])
        return f'{line.id} from {day}'

    def _add(self):
        subscription, day = self.subscription, self._day()
        new = {'product_id': self.test.backup.id, 'price_unit': 7.77, 'quantity': 3}
        subscription.change(day, [new])
        return f'from {day}'

    def _level(self):
        subscription, day = self.subscription, self._day()
        tier = self.random.choice([self.test.gold, self.test.bronze])
        root = subscription.line_ids[0]
        if self.random.random() < 0.5:
            subscription.change(day, [{'line_id': root.id, 'tier_id': tier.id}])
        elif not subscription.line_ids._get_running_on(day):
            return 'nothing to change'
        else:
            self.test._quote(subscription, day, tier_id=tier.id).action_confirm()
        return f'{tier.name} from {day}'

    def _pause(self):
        day = self._day()
        until = self.random.choice([None, day + timedelta(days=self.random.randint(0, 80))])
        self.subscription.with_user(self.test.accountant).pause(day, until)
        return f'{day} to {until}'

    def _resume(self):
        subscription = self.subscription
        pauses = subscription.pause_ids
        first = self.random.choice(pauses.mapped('date_from')) if pauses else START
        day = self._day(first)
        subscription.resume(day)
        return str(day)

    def _notice(self):
        day = self._day()
        return f'{day}: {self.subscription.give_notice(day)}'

    def _withdraw_notice(self):
        self.subscription.withdraw_notice()

    def _end(self):
        day = self._day(START + timedelta(days=DAYS // 2))
        self.subscription.end(day, 'moved')
        return str(day)

    def _waive(self):
        subscription = self.subscription
        line, first = self._line(subscription), self._day()
        last = first + timedelta(days=self.random.choice([0, 10, 45]))
        if subscription.plan_id.proration == 'none':
            timeline = subscription._get_timeline()
            first, last = timeline.get_period(first).first, timeline.get_period(last).last
        subscription.waive(line.id, first, last, 'kind')
        return f'{line.id} {first} to {last}'

    def _withdraw(self):
        subscription = self.subscription
        acts = subscription.event_ids.filtered('is_withdrawable')
        if acts:
            act = self.random.choice(list(acts))
            subscription.withdraw(act.id)
            return act.name.replace('\n', ' ')
        return None

    def _move(self):
        subscription, day = self.family[-1], self._day()
        plan = self.random.choice(self.plans)
        if not subscription.line_ids._get_running_on(day):
            return 'nothing to move'
        order = self.test._quote(subscription, day, plan_id=plan.id)
        order.action_confirm()
        self.family += list(order.sudo().offer_subscription_ids.with_env(self.test.env))
        return f'to {plan.name} from {day}'

    def _bill(self):
        subscription, day = self.subscription, self._day()
        self.bill(subscription, day)
        return str(day)

    def bill(self, subscription, day):
        """Bill, as it was shown before, and nothing twice."""
        test = self.test
        rows = [row['amount'] for row in subscription.preview(day)]
        shown = sorted(round(amount, 4) for amount in rows if amount)
        moves = subscription.with_user(test.accountant).bill(day).sudo()
        billed = sorted(
            round(-move.direction_sign * line.price_subtotal, 4)
            for move in moves
            for line in move.invoice_line_ids
            if line.price_subtotal
        )
        test.assertEqual(billed, shown, f'{day}\n{self}')
        test.assertFalse(subscription.bill(day), f'nothing twice\n{self}')


# === WHAT THE ORACLE READS === #


def read_life(subscription):
    """What acts have left as facts, as `oracle_agreement` reads a life."""
    plan, steps = subscription.plan_id, []
    lines = subscription.line_ids.sorted(lambda line: (bool(line.parent_id), line.id))
    for line in lines:
        for phase in line.phase_ids.sorted(lambda it: (not it.is_beginning, it.event_id.id)):
            steps.append(_read_phase(line, phase))
    for pause in subscription.pause_ids:
        steps.append({'act': 'pause', 'id': pause.event_id.id, 'day': pause.date_from,
                      'until': pause.date_to or None, 'billed': pause.is_billed})  # fmt: skip
    for resume in subscription.resume_ids:
        steps.append({'act': 'resume', 'id': resume.event_id.id, 'day': resume.date})
    for end in subscription.end_ids:
        steps.append({'act': 'end', 'id': end.event_id.id, 'day': end.date, 'kind': end.kind})
    for waiver in lines.waiver_ids:
        steps.append({'act': 'waive', 'id': waiver.event_id.id, 'first': waiver.date_from,
                      'line': waiver.subscription_line_id.id, 'last': waiver.date_to})  # fmt: skip
    return {
        'plan': {
            'count': plan.interval_count,
            'unit': plan.interval_unit,
            'mode': plan.billing_mode,
            'alignment': plan.alignment,
            'alignment_day': plan.alignment_day,
            'proration': plan.proration,
            'ahead': plan.advance_days if plan.billing_mode == 'advance' else 0,
        },
        'start': subscription.date_start,
        'anchor': subscription.date_anchor,
        'rounding': Decimal(str(subscription.currency_id.rounding)),
        'intro': None,
        'external': {},
        'steps': steps,
    }


def _read_phase(line, phase):
    says = {}
    if phase.says_product_id:
        says |= {'item': str(phase.product_id.id), 'unit': str(phase.for_product_uom_id.id)}
    if phase.says_tier_id:
        says['tier'] = phase.tier_id.id
    if phase.says_quantity:
        number = Decimal(str(phase.quantity))
        says['quantity'] = ('per_unit', number) if phase.is_per_unit else number
    for field, name in (('price', 'price_unit'), ('discount', 'discount'), ('name', 'name')):
        if phase[f'says_{name}']:
            value = phase[name]
            says[field] = value if field == 'name' else Decimal(str(value))
    step = {
        'act': 'add' if phase.is_beginning else 'change',
        'id': phase.event_id.id,
        'line': line.id,
        'day': phase.date_start,
        'says': says,
        'for': {
            'item': str(phase.for_product_id.id),
            'unit': str(phase.for_product_uom_id.id),
            'tier': phase.for_tier_id.id,
        },
    }
    return {**step, 'parent': line.parent_id.id or None}
