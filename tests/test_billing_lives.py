"""Random lives on a real database: what is invoiced is what the day-counting oracle says."""

from decimal import Decimal
from itertools import takewhile
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.sale_offer.models.billing import offer_subscription_engine as engine

from . import lives
from .oracle_agreement import Agreement
from .sizes import get_randoms
from .test_subscription_facts import FactsCommon

SAID = {'price': 'price_unit', 'discount': 'discount', 'name': 'name'}


class Player:
    """Plays one life on a subscription."""

    def __init__(self, test, life):
        self.test, self.life = test, life
        self.lines, self.acts = {}, {}
        # facts are the acts' alone: here the test acts
        self.subscription = self._open().sudo()

    def _open(self):
        plan, life = self.life['plan'], self.life
        test = self.test
        return (
            test.env['offer.subscription']
            .sudo()
            .create(
                {
                    'partner_id': test.customer.id,
                    'currency_id': test.currencies[life['rounding']].id,
                    'date_start': life['start'],
                    'date_anchor': life['anchor'],
                    'plan_id': test._create_plan(
                        'Life',
                        interval_count=plan['count'],
                        interval_unit=plan['unit'],
                        billing_mode=plan['mode'],
                        alignment=plan['alignment'],
                        alignment_day=plan['alignment_day'],
                        proration=plan['proration'],
                        advance_days=plan['ahead'],
                    ).id,
                    'intro_percent': float(life['intro']['percent']) if life['intro'] else 0,
                }
            )
        )

    def play(self):
        steps = self.life['steps']
        head = list(takewhile(lambda step: step['act'] == 'add', steps))
        self._begin(head)
        for step in steps[len(head) :]:
            play = getattr(self, f'_play_{step["act"]}', None)
            if play:
                play(step)
            else:
                with self._acting(step, step.get('day') or step['first']) as act:
                    self._fact(act, step)

    def _begin(self, head):
        subscription, intro = self.subscription, self.life['intro']
        with subscription._acting('activated', self.life['start'], 'begins') as act:
            end = intro and intro['last']
            subscription._write_shown({'state': 'active', 'date_introduction_end': end})
            for step in head:
                # each was said for itself
                own = act.copy({'name': 'adds'})
                self.acts[step['id']] = own
                self._add(own, step)
            for key, day in self.life['external'].items():
                self.lines[key]._write_shown({'date_external_to': day})
            subscription._settle_external()

    def _acting(self, step, day):
        return self.subscription._acting('changed', day, step['act'])

    # === ACTS === #

    def _fact(self, act, step):
        self.acts[step['id']] = act
        values = {'event_id': act.id}
        if step['act'] in ('pause', 'resume', 'end'):
            values['subscription_id'] = self.subscription.id
        if step['act'] == 'pause':
            values.update(date_from=step['day'], date_to=step['until'], is_billed=step['billed'])
            act.pause_ids.create(values)
        elif step['act'] == 'resume':
            act.resume_ids.create({**values, 'date': step['day']})
        elif step['act'] == 'end':
            act.end_ids.create({**values, 'date': step['day'], 'kind': step['kind']})
        elif step['act'] == 'waive':
            line = self.lines[step['line']]
            values.update(date_from=step['first'], date_to=step['last'], reason='life')
            act.waiver_ids.create({**values, 'subscription_line_id': line.id})
        elif step['act'] == 'add':
            self._add(act, step)
        else:
            self.lines[step['line']]._say(act, step['day'], self._read(step))

    def _add(self, act, step):
        said = self._read(step)
        line = self.subscription.line_ids._create_shown(
            {
                'subscription_id': self.subscription.id,
                'parent_id': step['parent'] and self.lines[step['parent']].id,
                'date_start': step['day'],
                'name': said['name'],
                'product_id': said['product_id'],
                'product_uom_id': said['product_uom_id'],
            }
        )
        self.lines[step['line']] = line
        line._say(act, step['day'], said, is_beginning=True)

    def _read(self, step):
        says, test = step['says'], self.test
        said = {SAID[key]: value for key, value in says.items() if key in SAID}
        said.update({key: float(said[key]) for key in ('price_unit', 'discount') if key in said})
        if 'quantity' in says:
            is_ratio = isinstance(says['quantity'], tuple)
            said['quantity'] = float(says['quantity'][1] if is_ratio else says['quantity'])
            said['is_per_unit'] = is_ratio
        if 'item' in says:
            said['product_id'] = test.items[says['item']].id
            said['product_uom_id'] = test.units[says['unit']].id
        if 'tier' in says:
            said['tier_id'] = test.tiers[says['tier']].id
        key = step.get('for') or says
        return {
            **said,
            'for_product_id': test.items[key['item']].id,
            'for_product_uom_id': test.units[key['unit']].id,
            'for_tier_id': test.tiers[key['tier']].id,
        }

    # === OTHER STEPS === #

    def _play_withdraw(self, step):
        with self._acting(step, self.life['start']):
            self.acts[step['of']]._withdraw_facts()

    def _play_bill(self, step):
        self._bill(step['until'])

    def _bill(self, day):
        preview = sorted(row['amount'] for row in self.subscription.preview(day))
        moves = self.subscription.bill(day)
        written = [
            (line.quantity, line.price_unit, line.discount, line.price_subtotal)
            for line in moves.invoice_line_ids
        ]
        message = f'{day}: {preview} {written}\n{lives.describe(self.life)}'
        self.test.assertAlmostEqual(sum(preview), self._sum(moves), places=4, msg=message)
        self.test.assertFalse(self.subscription.bill(day), 'nothing twice')

    def _play_void(self, step):
        moves = self.get_moves()
        if not moves:
            return
        move = moves[step['nth'] % len(moves)]
        try:
            with self.test.env.cr.savepoint():
                move.button_draft()
                move.button_cancel()
        except UserError:
            self.test.env.invalidate_all()

    # === WHAT CAME OF IT === #

    def get_moves(self):
        entries = self.subscription.line_ids.billing_entry_ids
        return entries.move_id.filtered(lambda move: move.state == 'posted').sorted('id')

    @staticmethod
    def _sum(moves):
        return sum(
            (-1 if move.move_type == 'out_refund' else 1) * move.amount_untaxed for move in moves
        )

    def get_total(self):
        return self._sum(self.get_moves())

    def get_settled(self, key):
        """:return: content by day, as the oracle writes it"""
        days, test = {}, self.test
        items = {item.id: name for name, item in test.items.items()}
        units = {unit.id: name for name, unit in test.units.items()}
        for entry in self.lines[key].billing_entry_ids:
            if entry.kind in ('charge', 'external') and not entry.is_taken_back | entry.is_void:
                content = entry._as_entry().content
                content = (
                    items[content.item],
                    units[content.unit],
                    content.quantity,
                    content.price,
                    content.discount,
                    content.introductory,
                )
                days.update(dict.fromkeys(_days(entry.date_from, entry.date_to), content))
        return days


def _days(first, last):
    while first <= last:
        yield first
        first += lives.DAY


@tagged('post_install', '-at_install')
class TestBillingLives(FactsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        unit = cls.env.ref('uom.product_uom_unit')
        cls.units = {
            'seat': unit,
            'tera': cls.env['uom.uom'].create({'name': 'Terabyte', 'relative_factor': 1}),
        }
        cls.items = {
            name: cls._create_item(name, 0.0, False, type='service', uom_id=cls.units[unit].id)
            for name, unit in lives.UNITS.items()
        }
        cls.tiers = {
            name: cls.env['offer.sla.tier'].create({'name': name, 'promise': name})
            for name in lives.TIERS
        }
        cls.currencies = {Decimal('0.01'): cls.company.currency_id}
        for name, rounding in (('LAX', '1'), ('LBX', '0.001')):
            cls.currencies[Decimal(rounding)] = cls.env['res.currency'].create(
                {
                    'name': name,
                    'symbol': '¤',
                    'rounding': float(rounding),
                    'rate_ids': [(0, 0, {'name': '2000-01-01', 'rate': 1})],
                }
            )

    def test_random_lives_are_invoiced_as_they_were_agreed(self):
        for case, rng in get_randoms('invoices', 12, 150):
            life = lives.random_life(rng)
            with self.subTest(case=case), self.env.cr.savepoint() as savepoint:
                player, oracle = Player(self, life), Agreement(life)
                # that years are parked rather than billed at once is not the matter here
                with patch.object(engine, 'MOST_MONTHS_LATE', 1200):
                    player.play()
                message = lives.describe(life)
                for key in player.lines:
                    self.assertEqual(player.get_settled(key), oracle.owed_days(key), message)
                self.assertAlmostEqual(
                    player.get_total(), float(oracle.grand_total()), places=4, msg=message
                )
                self._assert_movements_add_up(player.subscription)
                savepoint.rollback()
            self.env.invalidate_all()
