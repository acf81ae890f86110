"""How a promised service level was kept in a month, and the one credit that follows from it."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date
from odoo.tools.intervals import Intervals

from ...tools.amounts import piece_amount
from ...tools.intervals import subtract
from ...tools.periods import ONE_DAY, add_interval


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
        domain=['|', ('tier_id', '!=', False), ('phase_ids.tier_id', '!=', False)],
    )
    subscription_id = fields.Many2one(
        related='subscription_line_id.subscription_id', store=True, index=True
    )
    partner_id = fields.Many2one(
        related='subscription_id.partner_id', string='Customer', store=True
    )
    company_id = fields.Many2one(related='subscription_id.company_id', store=True)
    currency_id = fields.Many2one(related='subscription_id.currency_id')
    tier_id = fields.Many2one(
        comodel_name='offer.sla.tier',
        string='Service Level',
        compute='_compute_tier_id',
        store=True,
        ondelete='restrict',
        help='As agreed on the day; otherwise the first one of the month.',
    )
    date = fields.Date(
        string='Month',
        required=True,
        help='Any day of the month. If the service level changed during it, each level has its own'
        ' report: choose a day on which it was agreed.',
    )
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
        string='Proposed Credit',
        compute='_compute_kept',
        store=True,
        help="In the item's own taxes.",
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

    @api.depends('subscription_line_id', 'date')
    def _compute_tier_id(self):
        for report in self:
            complete = report.subscription_line_id and report.date
            report.tier_id = complete and report._get_tier()

    @api.depends(
        'subscription_line_id',
        'date',
        'tier_id',
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
            line = report.subscription_line_id
            if not report._is_delivered():
                raise ValidationError(
                    self.env._('"%s" does not run in this month.', line.display_name)
                )
            if not report.tier_id:
                raise ValidationError(
                    self.env._('"%s" promises no service level.', line.display_name)
                )
            month = report.date.replace(day=1)
            others = self.search(
                [
                    ('subscription_line_id', '=', line.id),
                    ('tier_id', '=', report.tier_id.id),
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
            day = max([last for _first, last in report._get_runs()], default=report.date) + ONE_DAY
            if report.credit > 0:
                charge = report.subscription_id._charge_once(
                    report.subscription_line_id, day, -report.credit, report.reason
                )
                # sudo: as the charge itself
                report.sudo().charge_id = charge
            report.state = 'approved'
            with report.subscription_id._acting('credited', day, report.reason):
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

    def _get_month(self):
        """:return: first and last day of the month"""
        first = self.date.replace(day=1)
        return first, add_interval(first, 1, 'month') - ONE_DAY

    def _get_spans(self):
        """:return: what the line delivers on days of the month, oldest first: nothing in a pause,
            also if it is billed
        :rtype: list[Span]
        """
        line, (month, until) = self.subscription_line_id, self._get_month()
        timeline = line.subscription_id._get_timeline()
        pauses = [(first, last) for first, last, _pause in timeline.pauses]
        return [
            replace(span, first=first, last=last)
            for span in (timeline.get_spans(line.id) if line.id in timeline.keys else ())
            for first, last in subtract(max(month, span.first), min(until, span.last), pauses)
        ]

    def _is_delivered(self):
        """:return: whether the line runs in the month, at whatever level"""
        self.ensure_one()
        return bool(self._get_spans())

    def _get_tier(self):
        """:return: the level that was agreed on the day, else the first one of the month
        :rtype: offer.sla.tier
        """
        self.ensure_one()
        spans = [span for span in self._get_spans() if span.tier]
        on_day = (span for span in spans if span.first <= self.date <= span.last)
        found = next(on_day, spans[0] if spans else None)
        return self.tier_id.browse(found.tier if found else [])

    def _get_runs(self):
        """:return: runs of days of the month on which the line delivers at this level
        :rtype: list[tuple[datetime.date, datetime.date]]
        """
        self.ensure_one()
        spans = self._get_spans()
        return [(it.first, it.last) for it in spans if it.tier == self.tier_id.id]

    def _get_hours(self):
        """:return: service hours of these days, and how many of them the outages took
        :rtype: tuple[Fraction, Fraction]
        """
        calendar = self.tier_id.calendar_id
        zone = pytz.timezone(calendar.tz or self.company_id.partner_id.tz or 'UTC')
        outages = Intervals(
            [
                (pytz.utc.localize(outage.date_start), pytz.utc.localize(outage.date_end), outage)
                for outage in self.outage_ids
                if outage.date_start and outage.date_end and outage.date_start < outage.date_end
            ]
        )
        promised = [
            interval
            for first, last in self._get_runs()
            for interval in self._get_promised(calendar, zone, first, last)
        ]
        promised = Intervals(promised)
        hours = (
            sum(Fraction((stop - begin).total_seconds()) for begin, stop, _record in intervals)
            / 3600
            for intervals in (promised, promised & outages)
        )
        return tuple(hours)

    def _get_promised(self, calendar, zone, first, last):
        """:return: service hours from one day to another"""
        start = zone.localize(fields.Datetime.to_datetime(first))
        end = zone.localize(fields.Datetime.to_datetime(last + ONE_DAY))
        if not calendar:
            return [(start, end, self.browse())]
        # sudo: holidays count, whoever looks
        return calendar.sudo()._work_intervals_batch(start, end)[False]

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
        """:return: what the line costs for these days after discount, in its own taxes"""
        timeline = self.subscription_id._get_timeline()
        return self.currency_id.round(float(self._get_owed(timeline)))

    def _get_owed(self, timeline):
        """:return: what is owed for these days, whoever billed them; in full a day costs its share
            of the period
        :rtype: Decimal
        """
        (month, until), total = self._get_month(), Decimal(0)
        runs, rounding = self._get_runs(), timeline.facts.rounding
        for piece in timeline.get_pieces(self.subscription_line_id.id, month):
            if piece.first > until:
                break
            amount = piece.content.get_amount(rounding)
            for start, end in runs:
                first, last = max(start, piece.first), min(end, piece.last)
                if first <= last:
                    total += piece_amount(amount, piece.period, first, last, rounding)
        return total

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
