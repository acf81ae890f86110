from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr

# what is promised; a new version promises something else
SOLD_FIELDS = (
    'calendar_id',
    'availability',
    'promise',
    'credit_cap',
    'target_ids',
    'credit_ids',
)


class OfferSlaTier(models.Model):
    _name = 'offer.sla.tier'
    _description = 'Service Level'
    _order = 'sequence, id'

    _availability_range = models.Constraint(
        'CHECK (availability BETWEEN 0 AND 100)', 'Availability is a percentage from 0 to 100.'
    )
    _credit_cap_range = models.Constraint(
        'CHECK (credit_cap BETWEEN 0 AND 100)',
        'The credit is capped at a percentage of the fee from 0 to 100.',
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name='res.company', help='Empty: the tier is for all companies.'
    )
    calendar_id = fields.Many2one(
        comodel_name='resource.calendar',
        string='Service Hours',
        help='With its time zone and public holidays. Empty: at any hour, every day.',
    )
    availability = fields.Float(
        string='Availability (%)', digits=(6, 3), help='0: no availability is promised.'
    )
    promise = fields.Text(
        translate=True, help='What is promised, in words, as it stands on the quotation.'
    )
    target_ids = fields.One2many(
        comodel_name='offer.sla.target', inverse_name='tier_id', string='Targets', copy=True
    )
    credit_ids = fields.One2many(
        comodel_name='offer.sla.credit', inverse_name='tier_id', string='Credits', copy=True
    )
    credit_cap = fields.Float(
        string='Credit at Most (%)',
        digits=(6, 3),
        help="Of the period's fee, whatever was missed. 0: only the bands limit it.",
    )
    is_included = fields.Boolean(
        string='Included',
        help='In the price of the Service, where it has no price of its own. Otherwise it is only'
        ' sold where it has a price.',
    )
    promise_text = fields.Text(string='On the Quotation', compute='_compute_promise_text')

    # === COMPUTE METHODS === #

    @api.depends(*SOLD_FIELDS, 'target_ids.response_hours', 'credit_ids.percent')
    @api.depends_context('lang')
    def _compute_promise_text(self):
        for tier in self:
            tier.promise_text = tier._get_promise_text()

    # === CRUD METHODS === #

    def write(self, vals):
        """Refuse to change what has been promised."""
        self.filtered(lambda tier: tier._is_changed_by(vals))._check_not_sold()
        return super().write(vals)

    def _is_changed_by(self, vals):
        self.ensure_one()
        return any(
            vals[name] and True
            if name.endswith('_ids')
            else self._fields[name].convert_to_cache(vals[name], self)
            != self._fields[name].convert_to_cache(self[name], self)
            for name in SOLD_FIELDS
            if name in vals
        )

    # === ACTION METHODS === #

    def action_new_version(self):
        """Copy a service level, to promise something else with the copy."""
        self.ensure_one()
        copy = self.copy()
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': copy.id,
            'views': [(False, 'form')],
        }

    # === BUSINESS METHODS === #

    def _check_not_sold(self):
        """:raise UserError: if one of these has been promised to somebody"""
        if self.env.context.get('install_mode'):
            return
        for tier in self:
            if tier._is_sold():
                raise UserError(
                    self.env._(
                        'The service level "%s" has been sold: what it promises stays as it was.'
                        ' Make a new version and sell that one.',
                        tier.name,
                    )
                )

    def _is_sold(self):
        self.ensure_one()
        # sudo: of every company and salesperson, whoever asks
        lines = self.env['offer.subscription.line'].sudo().with_context(active_test=False)
        agreed = ['|', ('tier_id', '=', self.id), ('phase_ids.tier_id', '=', self.id)]
        return bool(lines.search_count(agreed, limit=1))

    def _get_promise_text(self):
        """What is promised in words, in the language of the context.

        :return: one promise a line; empty if nothing is promised
        :rtype: str
        """
        self.ensure_one()
        parts = [self.promise]
        if self.calendar_id:
            calendar = self.calendar_id
            hours = self.env._('Service hours: %(hours)s (%(zone)s)')
            if calendar.global_leave_ids:
                hours = self.env._('Service hours: %(hours)s (%(zone)s), without public holidays')
            parts.append(hours % {'hours': calendar.name, 'zone': calendar.tz})
        elif self.target_ids:
            parts.append(self.env._('Service hours: at any hour, every day'))
        if self.availability:
            parts.append(self.env._('Availability: %s %%', _percent(self.availability)))
        parts += [target._get_text() for target in self.target_ids.sorted('priority')]
        parts += [credit._get_text() for credit in self.credit_ids]
        if self.credit_ids and self.credit_cap:
            parts.append(self.env._("At most %s %% of the period's fee", _percent(self.credit_cap)))
        return '\n'.join(filter(None, parts))


def _percent(value):
    return float_repr(value, 3).rstrip('0').rstrip('.')
