"""How a promised service level was kept in a month, and the one credit that follows from it."""

from fractions import Fraction

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date
from odoo.tools.intervals import Intervals

from ...tools.periods import ONE_DAY, add_interval, period_of
from ...tools.proration import piece_price


class OfferSlaReport(models.Model):
    _name = 'offer.sla.report'
    _description = 'Service Level of a Month'
    _inherit = ['mail.thread']
    _order = 'date desc, id desc'

    _availability_range = models.Constraint(
        'CHECK (availability_entered BETWEEN 0 AND 100)',
        'Availability is a percentage from 0 to 100.',
    )

    subscription_line_id = fields.Many2one(
        comodel_name='offer.subscription.line',
        string='Service',
        required=True,
        index=True,
        ondelete='restrict',
        domain=[('tier_id', '!=', False)],
    )
    subscription_id = fields.Many2one(
        related='subscription_line_id.subscription_id', store=True, index=True
    )
    partner_id = fields.Many2one(
        related='subscription_id.partner_id', string='Customer', store=True
    )
    company_id = fields.Many2one(related='subscription_id.company_id', store=True)
    currency_id = fields.Many2one(related='subscription_id.currency_id')
    tier_id = fields.Many2one(related='subscription_line_id.tier_id')
    date = fields.Date(string='Month', required=True, help='Any day of it.')
    availability_entered = fields.Float(
        string='Measured Availability (%)',
        digits=(8, 4),
        default=100.0,
        help='Counts where no outages are listed.',
    )
    outage_ids = fields.One2many(
        comodel_name='offer.sla.outage', inverse_name='report_id', string='Outages', copy=True
    )
    miss_ids = fields.One2many(
        comodel_name='offer.sla.miss', inverse_name='report_id', string='Missed Targets', copy=True
    )
    service_hours = fields.Float(
        compute='_compute_kept', store=True, help='Promised hours of the month.'
    )
    downtime_hours = fields.Float(
        string='Downtime',
        compute='_compute_kept',
        store=True,
        help='Of the outages, within service hours.',
    )
    availability = fields.Float(
        string='Availability (%)', digits=(8, 4), compute='_compute_kept', store=True
    )
    promised = fields.Float(related='tier_id.availability', string='Promised (%)', digits=(6, 3))
    fee = fields.Monetary(
        compute='_compute_kept', store=True, help='What this line costs for the days of the month.'
    )
    percent = fields.Float(string='Credit (%)', digits=(6, 3), compute='_compute_kept', store=True)
    credit = fields.Monetary(
        string='Proposed Credit', compute='_compute_kept', store=True, help='Untaxed.'
    )
    reason = fields.Char(compute='_compute_kept', store=True, help="In the customer's language.")
    state = fields.Selection(
        selection=[
            ('draft', 'Proposed'),
            ('approved', 'Approved'),
            ('refused', 'No credit'),
        ],
        string='Status',
        default='draft',
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    charge_id = fields.Many2one(
        comodel_name='offer.subscription.charge', string='Credit', readonly=True, copy=False
    )
    move_id = fields.Many2one(related='charge_id.move_id', string='Invoice')

    # === COMPUTE METHODS === #

    @api.depends('subscription_line_id', 'date')
    def _compute_display_name(self):
        for report in self:
            month = report.date and format_date(self.env, report.date, date_format='MMMM y')
            report.display_name = f'{report.subscription_line_id.display_name} · {month}'

    @api.depends(
        'subscription_line_id',
        'date',
        'availability_entered',
        'outage_ids.date_start',
        'outage_ids.date_end',
        'miss_ids.count',
        'miss_ids.target_id',
    )
    def _compute_kept(self):
        for report in self:
            complete = report.subscription_line_id and report.date
            hours, down = report._get_hours() if complete else (Fraction(0), Fraction(0))
            exact = report._get_availability(hours, down)
            report.service_hours, report.downtime_hours = float(hours), float(down)
            report.availability = float(exact)
            report.fee = report._get_fee() if complete else 0.0
            report.percent = report._get_percent(exact)
            report.credit = report.currency_id.round(report.fee * report.percent / 100)
            report.reason = complete and report._get_reason()

    # === CONSTRAINT METHODS === #

    @api.constrains('subscription_line_id', 'date')
    def _check_once(self):
        for report in self:
            first, last = report._get_days()
            line = report.subscription_line_id
            if not line.tier_id:
                raise ValidationError(
                    self.env._('"%s" promises no service level.', line.display_name)
                )
            if first > last:
                raise ValidationError(
                    self.env._('"%s" does not run in this month.', line.display_name)
                )
            month = report.date.replace(day=1)
            others = self.search(
                [
                    ('subscription_line_id', '=', line.id),
                    ('date', '>=', month),
                    ('date', '<', add_interval(month, 1, 'month')),
                    ('id', '!=', report.id),
                ]
            )
            if others:
                raise ValidationError(
                    self.env._('"%s" has been reported already.', others[0].display_name)
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """Keep what was approved."""
        own = self._fields.keys() & {
            'subscription_line_id',
            'date',
            'availability_entered',
            'outage_ids',
            'miss_ids',
        }
        if own & vals.keys():
            self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        if 'approved' in self.mapped('state'):
            raise UserError(self.env._('What was approved stays.'))

    # === ACTION METHODS === #

    def action_approve(self):
        """Put the credit on the next invoice, once."""
        for report in self:
            report._check_open()
            if report.credit > 0:
                charge = report.subscription_id._charge_once(
                    report.subscription_line_id,
                    report._get_days()[1] + ONE_DAY,
                    -report.credit,
                    report.reason,
                )
                # sudo: as the charge itself
                report.sudo().charge_id = charge
            report.state = 'approved'
            with report.subscription_id._recording(
                'credited', report._get_days()[1] + ONE_DAY, report.reason
            ):
                pass

    def action_refuse(self):
        self._check_open()
        self.state = 'refused'

    # === BUSINESS METHODS === #

    def _check_open(self):
        for report in self:
            if report.state != 'draft':
                raise UserError(
                    self.env._('"%s" was decided: it stays as it is.', report.display_name)
                )

    def _get_days(self):
        """:return: first and last day of the month on which the line runs"""
        self.ensure_one()
        line = self.subscription_line_id
        first = self.date.replace(day=1)
        last = add_interval(first, 1, 'month') - ONE_DAY
        start, end = line.date_start or last + ONE_DAY, line.date_end or last
        return max(first, start), min(last, end)

    def _get_hours(self):
        """:return: service hours of these days, and how many of them the outages took
        :rtype: tuple[Fraction, Fraction]
        """
        first, last = self._get_days()
        if first > last:
            return Fraction(0), Fraction(0)
        calendar = self.tier_id.calendar_id
        zone = pytz.timezone(calendar.tz or self.company_id.partner_id.tz or 'UTC')
        start = zone.localize(fields.Datetime.to_datetime(first))
        end = zone.localize(fields.Datetime.to_datetime(last + ONE_DAY))
        promised = Intervals([(start, end, self.browse())])
        if calendar:
            # sudo: holidays count, whoever looks
            promised = calendar.sudo()._work_intervals_batch(start, end)[False]
        outages = Intervals(
            [
                (pytz.utc.localize(outage.date_start), pytz.utc.localize(outage.date_end), outage)
                for outage in self.outage_ids
                if outage.date_start and outage.date_end and outage.date_start < outage.date_end
            ]
        )
        hours = (
            sum(Fraction((stop - begin).total_seconds()) for begin, stop, _record in intervals)
            / 3600
            for intervals in (promised, promised & outages)
        )
        return tuple(hours)

    def _get_availability(self, hours, down):
        """:return: in percent, exactly: it is compared with the edges of bands
        :rtype: Fraction
        """
        if self.outage_ids and hours:
            return 100 * (hours - down) / hours
        return Fraction(str(self.availability_entered))

    def _get_percent(self, availability):
        """What the bands and misses give: exactly on an edge is kept, and the cap holds.

        :rtype: float
        """
        tier = self.tier_id
        bands = tier.credit_ids.filtered(
            lambda band: availability < Fraction(str(round(band.availability, 3)))
        )
        percent = max(bands.mapped('percent'), default=0.0)
        percent += sum(miss.count * miss.target_id.credit_percent for miss in self.miss_ids)
        return min(percent, tier.credit_cap or 100.0)

    def _get_fee(self):
        """:return: what the line costs for these days, untaxed, after discount"""
        line, (first, last) = self.subscription_line_id, self._get_days()
        terms, anchor = line._get_entitlement()[:2]
        total = 0.0
        while first <= last and anchor:
            period = period_of(terms, anchor, first)
            end = min(period.last, last)
            price = piece_price(
                line._get_period_price(period), period, first, end, self.currency_id.rounding
            )
            total += line._get_amount(line.quantity, float(price))
            first = end + ONE_DAY
        return self.currency_id.round(total)

    def _get_reason(self):
        lang = self.partner_id.lang
        report = self.with_context(lang=lang)
        month = format_date(report.env, self.date, lang_code=lang, date_format='MMMM y')
        texts = []
        if self.tier_id.availability or self.tier_id.credit_ids:
            texts.append(
                report.env._(
                    'availability %(kept).4g %% instead of %(promised).5g %%',
                    kept=self.availability,
                    promised=self.tier_id.availability or 100,
                )
            )
        misses = sum(self.miss_ids.mapped('count'))
        if misses:
            texts.append(report.env._('targets missed: %s', misses))
        return report.env._(
            '%(tier)s, service credit for %(month)s: %(reason)s',
            tier=report.tier_id.name,
            month=month,
            reason=', '.join(texts),
        )
