from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.periods import Terms
from ...tools.reading import is_span

UNITS = [('day', 'Days'), ('week', 'Weeks'), ('month', 'Months'), ('year', 'Years')]
SOLD_FIELDS = (
    'interval_count',
    'interval_unit',
    'billing_mode',
    'alignment',
    'alignment_day',
    'proration',
    'advance_days',
)
RENEWAL_MODES = [
    ('auto', 'It is renewed'),
    ('quote', 'A quotation renews it'),
    ('end', 'It ends'),
]
EARLY_ENDS = [
    ('credit', 'What was paid beyond the end comes back'),
    ('keep', 'It runs to the end of what was paid'),
    ('fee', 'A fee is charged, the rest comes back'),
]
HANDLINGS = [
    ('draft', 'Left as drafts for review'),
    ('post', 'Posted'),
    ('send', 'Posted and sent'),
]

# how long before the end of a term something is done about it
AHEAD_FIELDS = frozenset({'renewal_announce_days', 'renewal_quote_days', 'renewal_remind_days'})


class OfferPlan(models.Model):
    _name = 'offer.plan'
    _description = 'Billing Plan'
    _order = 'sequence, id'
    _check_company_auto = True

    _interval_positive = models.Constraint(
        'CHECK (interval_count > 0)',
        'A plan is billed every 1 or more days, weeks, months or years.',
    )
    _alignment_day_range = models.Constraint(
        'CHECK (alignment_day BETWEEN 1 AND 31)', 'The billing day is a day of the month, 1 to 31.'
    )
    _terms_not_negative = models.Constraint(
        'CHECK (minimum_term_count >= 0 AND notice_count >= 0 AND renewal_count >= 0'
        ' AND advance_days BETWEEN 0 AND 366)',
        'Minimum term, notice, renewal and the days in advance are 0 or more, the latter 366 at'
        ' most.',
    )
    _life_ranges = models.Constraint(
        'CHECK (renewal_announce_days >= 0 AND renewal_quote_days >= 0 AND renewal_remind_days >= 0'
        ' AND unpaid_days >= 0 AND renewal_percent BETWEEN -100 AND 1000'
        ' AND early_end_percent BETWEEN 0 AND 100)',
        'Days are 0 or more, a fee is 0 to 100 %, and an adjustment is at least -100 %.',
    )
    _intro_ranges = models.Constraint(
        'CHECK ((intro_periods IS NULL OR intro_periods BETWEEN 0 AND 100)'
        ' AND (intro_percent IS NULL OR intro_percent BETWEEN 0 AND 100))',
        'Introductory periods are 0 to 100, at 0 to 100 % of the price.',
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', help='Empty: the plan is for all companies.'
    )

    interval_count = fields.Integer(string='Billed Every', default=1, required=True)
    interval_unit = fields.Selection(
        selection=UNITS, string='Interval', default='month', required=True
    )
    billing_mode = fields.Selection(
        selection=[('advance', 'In advance'), ('arrears', 'In arrears')],
        default='advance',
        required=True,
        help='In advance: on the first day of each period. In arrears: the day after its last.',
    )
    alignment = fields.Selection(
        selection=[
            ('anniversary', 'Day the subscription starts'),
            ('calendar', 'Calendar (week, month, quarter, year)'),
            ('day', 'Day of the month'),
        ],
        string='Periods Begin On',
        default='anniversary',
        required=True,
    )
    alignment_day = fields.Integer(
        string='Billing Day', default=1, help='In shorter months the last day of the month.'
    )
    proration = fields.Selection(
        selection=[('daily', 'By days'), ('none', 'Started periods in full')],
        default='daily',
        required=True,
        help='By days: a part of a period costs its days ÷ the days of that period.',
    )

    advance_days = fields.Integer(
        string='Days Before',
        default=0,
        help='Billed so many days before a period begins.',
    )
    invoice_handling = fields.Selection(
        selection=HANDLINGS,
        string='Invoices Are',
        default='post',
        required=True,
        help='A customer can wish otherwise. What is sent goes out after billing, as Odoo sends'
        ' invoices in a batch.',
    )
    is_consolidated = fields.Boolean(
        string='One Invoice for Several Subscriptions',
        default=True,
        help='Subscriptions of one payer that are due on the same day stand on one invoice.',
    )

    intro_periods = fields.Integer(
        string='Introductory Periods',
        help='So many full periods are free, or cost less; the days before the first full one are'
        ' included. Quotations take them over.',
    )
    intro_percent = fields.Float(
        string='Introductory Price (%)', digits=(6, 2), help='Of the price. 0: they are free.'
    )

    minimum_term_count = fields.Integer(string='Minimum Term')
    minimum_term_unit = fields.Selection(selection=UNITS, default='month', required=True)
    notice_count = fields.Integer(string='Notice Period')
    notice_unit = fields.Selection(selection=UNITS, default='month', required=True)
    renewal_count = fields.Integer(
        string='Renewal Term', help='0: after the minimum term it runs on without a term.'
    )
    renewal_unit = fields.Selection(selection=UNITS, default='month', required=True)
    renewal_mode = fields.Selection(
        selection=RENEWAL_MODES,
        string='At the End of a Term',
        default='auto',
        required=True,
        help='A notice ends it in any case.',
    )
    renewal_percent = fields.Float(
        string='Price Adjustment (%)',
        digits=(6, 3),
        help='At each renewal, on all prices of the subscription. Only what was announced to the'
        ' customer before is applied.',
    )
    renewal_announce_days = fields.Integer(
        string='Announced Before',
        default=60,
        help='So many days before the renewal the customer is told of the new price.',
    )
    renewal_quote_days = fields.Integer(
        string='Quoted Before',
        default=60,
        help='So many days before the end of the term the quotation is made and sent.',
    )
    renewal_remind_days = fields.Integer(
        string='Reminded Before',
        default=14,
        help='So many days before the end of the term the customer is reminded of the quotation.',
    )
    early_end = fields.Selection(
        selection=EARLY_ENDS,
        string='Ending before the Term',
        default='credit',
        required=True,
    )
    early_end_percent = fields.Float(
        string='Fee (%)', digits=(6, 3), help='Of what the rest of the term would have cost.'
    )
    unpaid_policy = fields.Selection(
        selection=[
            ('none', 'Nothing happens'),
            ('remind', 'The customer is reminded'),
            ('pause', 'The subscription is paused'),
            ('suspend', 'The subscription is suspended, but still billed'),
            ('end', 'The subscription ends'),
        ],
        string='An Unpaid Invoice',
        default='none',
        required=True,
    )
    unpaid_days = fields.Integer(
        string='Days Overdue', default=14, help='So many days after the due date.'
    )

    subscription_ids = fields.One2many(
        comodel_name='offer.subscription', inverse_name='plan_id', string='Subscriptions'
    )
    # what customers may do in the portal
    is_portal_change = fields.Boolean(
        string='Customers May Change Quantities',
        default=True,
        help='In the portal: they get a quotation with the difference, and sign it.',
    )
    is_portal_notice = fields.Boolean(
        string='Customers May Give Notice',
        default=True,
        help='In the portal: the end is shown before, and a notice can be withdrawn.',
    )
    is_portal_configure = fields.Boolean(
        string='Customers May Change Options',
        default=True,
        help='In the portal: options, service level and plan of what runs. They get a quotation'
        ' with the difference, and sign it.',
    )

    # === CONSTRAINT METHODS === #

    @api.constrains(
        'interval_count',
        'interval_unit',
        'minimum_term_count',
        'minimum_term_unit',
        'notice_count',
        'notice_unit',
        'renewal_count',
        'renewal_unit',
    )
    def _check_spans(self):
        for plan in self:
            if not (
                plan._has_sound_terms(plan) and is_span(plan.interval_count, plan.interval_unit)
            ):
                raise ValidationError(
                    self.env._('Periods, terms and notice are at most 100 years long.')
                )

    @api.constrains('renewal_mode', 'renewal_count')
    def _check_renewal(self):
        for plan in self:
            if plan.renewal_mode == 'quote' and not plan.renewal_count:
                raise ValidationError(
                    self.env._(
                        'The plan "%s" is renewed by quotation: say for how long, in its renewal'
                        ' term.',
                        plan.name,
                    )
                )

    @api.constrains('alignment', 'interval_unit')
    def _check_alignment(self):
        for plan in self:
            if plan.alignment == 'day' and plan.interval_unit not in ('month', 'year'):
                raise ValidationError(
                    self.env._(
                        'The plan "%(plan)s" is billed every few days or weeks, which have no day'
                        ' of the month: let its periods begin on the day the subscription starts.',
                        plan=plan.name,
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Refuse to edit what has been sold; look at terms again where other days are ahead."""
        if not self.env.context.get('install_mode'):
            for plan in self:
                changed = [
                    name for name in SOLD_FIELDS if name in vals and vals[name] != plan[name]
                ]
                if changed and plan._is_sold():
                    raise UserError(
                        self.env._(
                            'The plan "%(plan)s" has been sold: how it bills stays as it was.'
                            ' Make a new version and sell that one.',
                            plan=plan.name,
                        )
                    )
        res = super().write(vals)
        if AHEAD_FIELDS & vals.keys():
            self._look_at_terms()
        return res

    def copy_data(self, default=None):
        """Name copies as Odoo does."""
        vals_list = super().copy_data(default)
        if 'name' not in (default or {}):
            for plan, vals in zip(self, vals_list, strict=True):
                vals['name'] = self.env._('%s (copy)', plan.name)
        return vals_list

    # === ACTION METHODS === #

    def action_new_version(self):
        """Copy a plan, to bill in another way with the copy."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': self.copy().id,
            'views': [(False, 'form')],
        }

    # === BUSINESS METHODS === #

    def _is_sold(self):
        self.ensure_one()
        # of every company and salesperson, whoever asks
        return bool(self.sudo().subscription_ids[:1])

    @api.model
    def _has_sound_terms(self, agreed):
        """:param agreed: a plan, or a subscription with its own terms
        :return: whether all of them stay in the calendar, and percentages are some
        """
        return (
            all(
                is_span(agreed[f'{name}_count'], agreed[f'{name}_unit'])
                for name in ('minimum_term', 'notice', 'renewal')
            )
            and 0 <= agreed.early_end_percent <= 100
            and -100 <= agreed.renewal_percent <= 1000
        )

    def _get_terms(self):
        """:rtype: odoo.addons.sale_offer.tools.periods.Terms"""
        self.ensure_one()
        return Terms(**{name: self[name] for name in SOLD_FIELDS})

    def _get_term_text(self, agreed=None):
        """Minimum term, notice and renewal, in words.

        :param agreed: a subscription with its own; None: the plan's
        :return: e.g. "Minimum term 12 months, notice 3 months"; empty: there are none
        :rtype: str
        """
        self.ensure_one()
        agreed = agreed or self
        parts = []
        if agreed.minimum_term_count:
            term = self._get_duration(agreed.minimum_term_count, agreed.minimum_term_unit)
            parts.append(self.env._('minimum term %s', term))
        if agreed.notice_count:
            notice = self._get_duration(agreed.notice_count, agreed.notice_unit)
            parts.append(self.env._('notice %s', notice))
        if agreed.renewal_count and agreed.renewal_mode != 'end':
            renewal = self._get_duration(agreed.renewal_count, agreed.renewal_unit)
            text = self.env._('renewed for %s', renewal)
            if agreed.renewal_mode == 'quote':
                text = self.env._('renewed by quotation for %s', renewal)
            parts.append(text)
        text = ', '.join(parts)
        return text[:1].upper() + text[1:]

    def _get_period_text(self):
        """How often it is billed, in words.

        :return: e.g. "per month", "per quarter", "every 2 weeks"
        :rtype: str
        """
        self.ensure_one()
        count, unit = self.interval_count, self.interval_unit
        if (count, unit) == (3, 'month'):
            return self.env._('per quarter')
        if count == 1:
            return {
                'day': self.env._('per day'),
                'week': self.env._('per week'),
                'month': self.env._('per month'),
                'year': self.env._('per year'),
            }[unit]
        return self.env._('every %s', self._get_duration(count, unit))

    @api.model
    def _get_duration(self, count, unit):
        if count == 1:
            return {
                'day': self.env._('1 day'),
                'week': self.env._('1 week'),
                'month': self.env._('1 month'),
                'year': self.env._('1 year'),
            }[unit]
        return {
            'day': self.env._('%s days', count),
            'week': self.env._('%s weeks', count),
            'month': self.env._('%s months', count),
            'year': self.env._('%s years', count),
        }[unit]
