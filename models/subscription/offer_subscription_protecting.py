"""After activation only acts change what was agreed: refused by form, remote call and import alike.

Acts and billing write through `_write_shown` and `_create_shown`, which no remote call reaches.
"""

from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

from ...tools.reading import MAX_NUMBER, is_amount, is_span
from ...tools.timeline import find_first_change

# decide what is owed since when, and by whom
FIXED = frozenset(
    {
        'company_id',
        'partner_id',
        'currency_id',
        'plan_id',
        'date_start',
        'date_anchor',
        'intro_periods',
        'intro_percent',
        'date_end',
    }
)
# of these another one is a transfer
TRANSFERRED = frozenset({'company_id', 'partner_id', 'currency_id'})
# kept by acts and by billing from the beginning
KEPT = frozenset(
    {
        'state',
        'renewals',
        'date_term_end',
        'date_term_start',
        'date_introduction_end',
        'date_notice',
        'date_next_due',
        'date_next_shown',
        'date_next_renewal',
    }
)
# may be agreed otherwise while it runs: that is an act too
TERMS = frozenset(
    {
        'minimum_term_count',
        'minimum_term_unit',
        'notice_count',
        'notice_unit',
        'renewal_count',
        'renewal_unit',
        'renewal_mode',
        'renewal_percent',
        'early_end',
        'early_end_percent',
    }
)
# of lines: what phases say, on what they hang, and what was billed before
LINE_FIXED = frozenset(
    {
        'subscription_id',
        'parent_id',
        'option_id',
        'sale_line_id',
        'product_id',
        'product_uom_id',
        'tier_id',
        'name',
        'quantity',
        'price_unit',
        'discount',
        'date_start',
        'date_end',
        'billed_until',
        'continues_line_id',
    }
)
LINE_KEPT = frozenset({'date_external_to', 'settled_to', 'date_next_due'})


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === CONSTRAINT METHODS === #

    @api.constrains('active', 'state')
    def _check_active(self):
        for subscription in self:
            if not subscription.active and subscription.state in ('active', 'paused'):
                raise ValidationError(
                    self.env._(
                        '%s is running and would be billed no more: end it before you archive it.',
                        subscription.name,
                    )
                )

    @api.constrains('intro_periods', 'intro_percent')
    def _check_intro(self):
        for subscription in self:
            if subscription.intro_periods < 0 or not 0 <= subscription.intro_percent <= 100:
                raise ValidationError(
                    self.env._(
                        'The first periods are a number from 0 on, at a percentage of the price'
                        ' from 0 to 100.'
                    )
                )

    @api.constrains(*TERMS, 'intro_periods', 'plan_id')
    def _check_agreed_ranges(self):
        for subscription in self:
            plan = subscription.plan_id
            periods = subscription.intro_periods * plan.interval_count
            if not (plan._has_sound_terms(subscription) and is_span(periods, plan.interval_unit)):
                raise ValidationError(
                    self.env._(
                        'Minimum term, notice, renewal and introductory periods are from 0 to 100'
                        ' years long, a fee is 0 to 100 %, an adjustment -100 to 1000 %.'
                    )
                )

    @api.constrains('date_start', 'date_anchor')
    def _check_days(self):
        for subscription in self:
            for day in filter(None, (subscription.date_start, subscription.date_anchor)):
                subscription._check_day(day)
        self.line_ids._check_external_start()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """Number new subscriptions."""
        for vals in vals_list:
            if vals.get('name', '/') == '/':
                sequences = self.env['ir.sequence'].with_company(vals.get('company_id'))
                vals['name'] = sequences.next_by_code('offer.subscription') or '/'
        subscriptions = super().create(vals_list)
        subscriptions._check_created(vals_list)
        return subscriptions

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse what acts alone write; other terms are an act of their own."""
        self._check_fixed(vals)
        with self._agreeing_terms(vals):
            return self._write_shown(vals)

    def _write_shown(self, values):
        """Keep what follows from acts and billing, past the guards of our own `write`."""
        return super().write(values)  # pylint: disable=super-method-mismatch

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for subscription in self:
            if subscription._has_begun():
                raise UserError(
                    self.env._(
                        "%s has been activated, so it can't be deleted: end it instead.",
                        subscription.name,
                    )
                )

    # === BUSINESS METHODS === #

    def _check_fixed(self, vals):
        """:param dict vals: as somebody writes them
        :raise UserError: if they change what acts alone change
        """
        for subscription in self:
            for name in _get_changed(subscription, vals, KEPT):
                _refuse_by_hand(subscription, name)
            for name in _get_changed(subscription, vals, FIXED):
                if subscription.state != 'pending':
                    subscription._refuse_fixed(name)

    def _refuse_fixed(self, name):
        if name == 'date_end':
            raise UserError(self.env._('%s has been activated: use "End" instead.', self.name))
        if name in TRANSFERRED:
            raise UserError(
                self.env._(
                    '"%(field)s" of %(name)s is fixed since it was activated: use "Transfer"'
                    ' instead.',
                    field=self._fields[name]._description_string(self.env),
                    name=self.name,
                )
            )
        raise UserError(
            self.env._(
                '"%(field)s" of %(name)s is fixed since it was activated: end it and start another'
                ' one instead.',
                field=self._fields[name]._description_string(self.env),
                name=self.name,
            )
        )

    def _check_created(self, vals_list):
        """:param vals_list: with which these were created
        :raise UserError: if they say what acts alone say
        """
        for subscription, vals in zip(self, vals_list, strict=True):
            said = [name for name in KEPT & vals.keys() if vals[name] not in (False, 0, 'pending')]
            if said:
                _refuse_by_hand(subscription, min(said))

    @contextmanager
    def _agreeing_terms(self, vals):
        """Other terms of what runs are an act: in the block they are written.

        :param dict vals: as somebody writes them
        """
        changed = {
            subscription: names
            for subscription in self
            if subscription._has_begun() and (names := _get_changed(subscription, vals, TERMS))
        }
        if not changed:
            yield
            return
        self.check_access('write')
        said = {
            subscription: {
                'kind': 'terms',
                'date': self._get_company_today(subscription.company_id),
                'name': subscription._describe_terms(vals, names),
            }
            for subscription, names in changed.items()
        }
        agreeing = self.browse().union(*changed)
        before = agreeing._get_timelines()
        with agreeing._acting_together(said):
            yield
            for subscription, after in agreeing._get_timelines().items():
                moved = (find_first_change(before[subscription], after, key) for key in after.keys)
                first = min(filter(None, moved), default=None)
                if first:
                    subscription._check_not_locked(first)

    def _describe_terms(self, vals, names):
        """:rtype: str"""
        texts = []
        for name in names:
            field = self._fields[name]
            shown = dict(getattr(field, '_description_selection', lambda env: ())(self.env))
            old, new = (
                shown.get(value, value)
                for value in (self[name], field.convert_to_cache(vals[name], self))
            )
            texts.append(f'{field._description_string(self.env)}: {old} → {new}')
        return self.env._('Terms changed: %s', '; '.join(texts))


class OfferSubscriptionLine(models.Model):
    _inherit = 'offer.subscription.line'

    # === CONSTRAINT METHODS === #

    @api.constrains('quantity', 'price_unit', 'discount', 'date_start')
    def _check_countable(self):
        subscriptions = self.env['offer.subscription']
        for line in self:
            if line.date_start:
                subscriptions._check_day(line.date_start)
            numbers = line.quantity, line.price_unit, line.discount
            if not all(is_amount(number, -MAX_NUMBER) for number in numbers):
                raise ValidationError(
                    self.env._(
                        'The numbers of "%(line)s" are too large: %(most)s at most.',
                        line=line.display_name,
                        most=f'{MAX_NUMBER:,}',
                    )
                )

    @api.constrains('parent_id', 'subscription_id')
    def _check_parent_id(self):
        for line in self.filtered('parent_id'):
            if line.parent_id.subscription_id != line.subscription_id or line._has_cycle():
                raise ValidationError(
                    self.env._(
                        '"%(line)s" can\'t hang on "%(parent)s": choose another line of the same'
                        ' subscription.',
                        line=line.display_name,
                        parent=line.parent_id.display_name,
                    )
                )

    @api.constrains('date_external_to', 'date_start')
    def _check_external_start(self):
        for line in self.filtered('date_external_to'):
            if not (line.date_start or line.subscription_id.date_start):
                raise ValidationError(
                    self.env._('Say since when "%s" runs, as it is billed already.', line.name)
                )

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        for line in self:
            if line.subscription_id._has_begun():
                raise UserError(
                    self.env._(
                        '%(name)s has been activated: remove "%(line)s" with "Change" instead.',
                        name=line.subscription_id.name,
                        line=line.display_name,
                    )
                )

    # === BUSINESS METHODS === #

    def _check_fixed(self, vals):
        """:param dict vals: as somebody writes them
        :raise UserError: if they change what acts alone change
        """
        for line in self:
            subscription = line.subscription_id
            for name in _get_changed(line, vals, LINE_KEPT):
                _refuse_by_hand(line, name)
            if subscription._has_begun() and _get_changed(line, vals, LINE_FIXED):
                raise UserError(
                    self.env._(
                        '%(name)s has been activated: change "%(line)s" with "Change" instead.',
                        name=subscription.name,
                        line=line.display_name,
                    )
                )
        if vals.get('subscription_id'):
            target = self.subscription_id.browse(vals['subscription_id'])
            self._check_addable(target - self.subscription_id)

    def _check_created(self, vals_list):
        """:param vals_list: with which these were created
        :raise UserError: if they say what acts alone say
        """
        self._check_addable(self.subscription_id)
        for line, vals in zip(self, vals_list, strict=True):
            said = [name for name in LINE_KEPT & vals.keys() if vals[name]]
            if said:
                _refuse_by_hand(line, min(said))

    @api.model
    def _check_addable(self, subscriptions):
        """:raise UserError: if something is added by hand to one that runs"""
        for subscription in subscriptions:
            if subscription._has_begun():
                raise UserError(
                    self.env._(
                        '%s has been activated: add lines with "Change" instead.',
                        subscription.name,
                    )
                )


def _refuse_by_hand(record, name):
    """:raise UserError: since acts and billing keep the field"""
    raise UserError(
        record.env._(
            '"%(field)s" of %(name)s follows from what was agreed: it is not set by hand.',
            field=record._fields[name]._description_string(record.env),
            name=record.display_name,
        )
    )


def _get_changed(record, vals, names):
    """:return: those of some fields that get another value, in a steady order
    :rtype: list[str]
    """
    changed = []
    for name in sorted(names & vals.keys()):
        field = record._fields[name]
        if field.convert_to_cache(vals[name], record) != field.convert_to_cache(
            record[name], record
        ):
            changed.append(name)
    return changed
