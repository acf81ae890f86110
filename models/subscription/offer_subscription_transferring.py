"""A transfer is done: what is agreed goes along to the subscription in which it goes on."""

from dataclasses import replace

from odoo import api, models
from odoo.fields import Command
from odoo.tools import format_date

from ...tools.amounts import to_decimal
from ...tools.facts import LAST, End, ItemKey, Line, PerUnit, Phase
from ...tools.intervals import FOREVER
from ...tools.periods import ONE_DAY, period_index
from .offer_subscription import AGREED_FIELDS


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === COMPUTE METHODS === #

    @api.depends('line_ids.continues_line_id', 'line_ids.continued_by_ids')
    def _compute_neighbours(self):
        for subscription in self:
            # sudo: which they are is read first, then who may see them
            lines_sudo = subscription.sudo().line_ids
            before_sudo = lines_sudo.continues_line_id.subscription_id
            after_sudo = lines_sudo.continued_by_ids.filtered(
                lambda line: line._has_begun_by(FOREVER)
            ).subscription_id
            before, after = (
                (found_sudo.sudo(self.env.su) - subscription)._filtered_access('read')
                for found_sudo in (before_sudo, after_sudo)
            )
            subscription.predecessor_id = before[:1]
            subscription.successor_ids = after

    # === BUSINESS METHODS: THE ACT === #

    def _agree_transfer(self, transfer):
        """Let it go on elsewhere, as one act.

        :param Transfer transfer: where; it was checked
        :rtype: offer.subscription
        """
        # sudo: who may write this one may transfer it, whether or not the other company is ticked
        subscription_sudo = self.sudo().with_company(self.company_id)
        day, name = transfer.day, self._describe_transfer(transfer)
        with subscription_sudo._moving(day, [], name, 'transferred') as (act_sudo, moved):
            timeline = subscription_sudo._get_timeline()
            lines = subscription_sudo._get_transferred_lines(day, timeline)
            first = lines.filtered(lambda line: not line._begins_after(day))
            new = self._create_transferred(transfer, first, timeline)
            beginnings = {
                line: line.continues_line_id._prepare_transferred_phase(transfer, timeline)
                for line in new.line_ids
            }
            moved.append(new)
            subscription_sudo._let_go_on(new, act_sudo, beginnings)
            subscription_sudo._take_phases_along(new, act_sudo, lines - first)
            subscription_sudo._take_announced_along(new, act_sudo)
        return new.with_env(self.env)

    def _describe_transfer(self, transfer):
        """:return: what becomes of it, in words
        :rtype: str
        """
        texts = []
        for name, record in self._get_transferred_names(transfer).items():
            if name == 'partner_invoice_id' and transfer.partner != self.partner_id:
                continue
            field = self._fields[name]._description_string(self.env)
            # sudo: the name of another company that is allowed, but may not be ticked
            texts.append(f'{field}: {self[name].display_name} → {record.sudo().display_name}')
        return self.env._(
            'Transferred from %(day)s on: %(what)s',
            day=format_date(self.env, transfer.day),
            what='; '.join(texts),
        )

    def _create_transferred(self, transfer, lines, timeline):
        """:param lines: with which it begins, of this subscription, in sudo
        :return: the subscription that goes on, pending, in sudo
        """
        day, introduction = transfer.day, self.date_introduction_end
        if introduction and introduction < day:
            introduction = False
        values = self._prepare_transferred_values(transfer)
        # sudo: see `_agree_transfer`
        new = self.sudo().with_company(transfer.company).create(
            {
                **values,
                'intro_periods': introduction and self._count_periods(day, introduction),
                'intro_percent': introduction and self.intro_percent,
                'line_ids': [
                    Command.create(
                        {
                            **self._keep_own_analytic(line, transfer.company),
                            **line._prepare_transferred_line(transfer, timeline),
                        }
                    )
                    for line in lines
                ],
            }
        )  # fmt: skip
        made = {line.continues_line_id: line for line in new.line_ids}
        for line in new.line_ids:
            line.parent_id = made.get(line.continues_line_id.parent_id)
        new._write_shown(
            {
                'date_term_start': self._get_term_start(),
                'date_introduction_end': introduction,
                'renewals': self.renewals,
            }
        )
        return new

    def _prepare_transferred_values(self, transfer):
        """:return: values of the subscription that goes on"""
        company, partner = transfer.company, transfer.partner
        # sudo: what goes along is not what the user may see of it
        subscription_sudo = self.sudo()
        moved = subscription_sudo._prepare_moved_values()
        values = {
            **{name: subscription_sudo[name] for name in AGREED_FIELDS},
            'company_id': company.id,
            'partner_id': partner.id,
            'partner_invoice_id': transfer.payer.id,
            'currency_id': transfer.currency.id,
            'plan_id': subscription_sudo.plan_id.id,
            'date_start': transfer.day,
            'date_anchor': subscription_sudo.date_anchor,
            'user_id': subscription_sudo.user_id.id,
            'role_assignment_ids': moved['role_assignment_ids'],
        }
        is_same = partner == subscription_sudo.partner_id
        if is_same:
            for name in ('partner_shipping_id', 'client_order_ref'):
                values[name] = self._fields[name].convert_to_write(
                    subscription_sudo[name], subscription_sudo
                )
        if is_same and company == subscription_sudo.company_id:
            values['sale_order_id'] = subscription_sudo.sale_order_id.id
        if partner.commercial_partner_id != subscription_sudo.partner_id.commercial_partner_id:
            # people of the customer before play no role there
            values['role_assignment_ids'] = subscription_sudo.role_assignment_ids.filtered(
                lambda role: role.side != 'customer'
            )._prepare_moved_roles()
        if company == subscription_sudo.company_id:
            values['journal_id'] = moved['journal_id']
        term = subscription_sudo.payment_term_id
        if not is_same:
            term = partner.sudo().with_company(company).property_payment_term_id or term
        for name, record in (
            ('payment_term_id', term),
            ('team_id', subscription_sudo.team_id),
        ):
            values[name] = record.filtered_domain(record._check_company_domain(company)).id
        return values

    @api.model
    def _keep_own_analytic(self, line, company):
        """:return: the analytic distribution, unless its accounts belong to another company"""
        distribution = line.analytic_distribution or {}
        ids = {int(number) for key in distribution for number in key.split(',')}
        accounts = line.env['account.analytic.account'].browse(ids).exists()
        own = accounts.filtered_domain(accounts._check_company_domain(company))
        return {'analytic_distribution': distribution if own == accounts else False}

    def _count_periods(self, day, last):
        """:return: how many periods lie between two days, also in part"""
        terms = self.plan_id._get_terms()
        first = period_index(terms, self.date_anchor, day)
        return period_index(terms, self.date_anchor, last) - first + 1

    # === BUSINESS METHODS: WHAT GOES ALONG === #

    def _get_transferred_lines(self, day, timeline):
        """:return: lines that are agreed for a day or a later one, as they are sorted
        :rtype: offer.subscription.line
        """
        lines = self.line_ids.filtered(
            lambda line: line.id in timeline.keys
            and (timeline.get_agreed_days(line.id) or (day, day - ONE_DAY))[1] >= day
        )
        return lines.sorted(lambda line: (line.sequence, line.id))

    def _take_phases_along(self, new, act, coming):
        """Let what is planned of lines count for what goes on.

        :param new: the subscription that goes on
        :param act: with which it does, in sudo
        :param coming: lines that begin with an act of a later day
        """
        day, timeline = act.date, self._get_timeline()
        made = {line.continues_line_id: line for line in new.line_ids}
        left = coming
        while left:
            line = next(it for it in left if not it.parent_id or it.parent_id in made)
            values = line._prepare_continued_line(line._get_transferred(day, timeline))
            values |= self._keep_own_analytic(line, new.company_id)
            first, _last = timeline.get_agreed_days(line.id)
            values |= {'subscription_id': new.id, 'date_start': first}
            values['parent_id'] = made[line.parent_id].id if line.parent_id else False
            made[line] = new.line_ids._create_shown(values)
            left -= line
        going = self.line_ids.browse().union(*made)
        planned = going.phase_ids.filtered(lambda phase: phase.event_id.date > day)
        for event, phases in planned.sorted(lambda it: it.event_id.id).grouped('event_id').items():
            with new._acting_along(event, act) as along:
                for phase in phases:
                    phase.copy(
                        {
                            'subscription_line_id': made[phase.subscription_line_id].id,
                            'event_id': along.id,
                        }
                    )

    def _take_announced_along(self, new, act):
        """What the customer was told of the next term is told, unless it is another customer."""
        if new.partner_id.commercial_partner_id != self.partner_id.commercial_partner_id:
            return
        for event in self.event_ids.filtered(
            lambda event: event.kind == 'announced' and event.date > act.date
        ):
            with new._acting_along(event, act):
                pass

    # === BUSINESS METHODS: WHAT IT WOULD BE === #

    def _get_transferred_facts(self, transfer):
        """What would be agreed of the subscription that goes on.

        :param Transfer transfer: where it does
        :return: of lines whose keys are ('new', id of the line that goes on)
        :rtype: Facts
        """
        timeline, day = self._get_timeline(), transfer.day
        facts, introduction = timeline.facts, timeline.facts.introduction
        lines = self._get_transferred_lines(day, timeline)
        return replace(
            facts,
            rounding=to_decimal(transfer.currency.rounding),
            lines=tuple(line._as_transferred_fact(transfer, timeline) for line in lines),
            pauses=tuple(
                replace(pause, first=max(first, day), last=last)
                for first, last, pause in timeline.pauses
                if last >= max(first, day)
            ),
            resumes=(),
            waivers=tuple(
                replace(waiver, line=('new', waiver.line), first=max(waiver.first, day))
                for waiver in facts.waivers
                if waiver.last >= day and waiver.line in lines.ids
            ),
            introduction=introduction if introduction and introduction.last >= day else None,
        )

    def _get_transfer_end_facts(self, transfer):
        """:return: what would be agreed of this subscription
        :rtype: Facts
        """
        return self._with_facts(ends=[End(transfer.day - ONE_DAY, LAST, 'moved')])


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === BUSINESS METHODS: TRANSFER === #

    def _begins_after(self, day):
        """:return: whether the line begins with an act of a later day"""
        self.ensure_one()
        # sudo: what was agreed decides, whoever asks
        begin_sudo = self.sudo().phase_ids.filtered('is_beginning')
        return begin_sudo.event_id.date > day

    def _get_transferred(self, day, timeline):
        """:return: what a line holds on the first day after a transfer, see `_get_held`"""
        first, _last = timeline.get_agreed_days(self.id)
        return self._get_held(max(first, day), timeline)

    def _prepare_continued_line(self, held):
        """:param dict held: see `_get_held`
        :return: values of the line that goes on with this one
        """
        return {
            **held,
            'sequence': self.sequence,
            'option_id': self.option_id.id,
            'continues_line_id': self.id,
        }

    def _prepare_transferred_line(self, transfer, timeline):
        """:return: values of the line that goes on with this one from a transfer on"""
        held = self._get_transferred(transfer.day, timeline)
        values = self._prepare_continued_line(held)
        first, _last = timeline.get_agreed_days(self.id)
        values['date_start'] = max(first, transfer.day)
        values['price_unit'] = transfer.prices.get(self, held['price_unit'])
        return values

    def _prepare_transferred_phase(self, transfer, timeline):
        """What a line has agreed exactly: a field of it shows fewer digits.

        :return: values of the phase with which the line that goes on begins
        """
        values = self._prepare_transferred_line(transfer, timeline)
        ratio = timeline.get_ratio_on(self.id, values['date_start'])
        return {
            'quantity': values['quantity'] if ratio is None else float(ratio),
            'is_per_unit': ratio is not None,
            'price_unit': values['price_unit'],
            'discount': values['discount'],
            'sale_line_id': self._get_sold_on(values['date_start']).id,
        }

    def _as_transferred_fact(self, transfer, timeline):
        """:return: the line that would go on with this one
        :rtype: odoo.addons.sale_offer.tools.facts.Line
        """
        (fact,) = (line for line in timeline.facts.lines if line.key == self.id)
        parent = ('new', fact.parent) if fact.parent is not None else None
        if self._begins_after(transfer.day):
            return Line(('new', self.id), fact.phases, parent)
        first, _last = timeline.get_agreed_days(self.id)
        first = max(first, transfer.day)
        span, ratio = timeline.get_agreed_on(self.id, first), timeline.get_ratio_on(self.id, first)
        content = span.content
        price = transfer.prices.get(self)
        says = {
            'item': content.item,
            'tier': span.tier,
            'quantity': content.quantity if ratio is None else PerUnit(ratio),
            'price': content.price if price is None else to_decimal(price),
            'discount': content.discount,
            'name': span.name,
        }
        key = ItemKey(content.item, content.unit, span.tier)
        later = tuple(phase for phase in fact.phases if phase.start > first)
        return Line(('new', self.id), (Phase(first, 0, says, key, True), *later), parent)
