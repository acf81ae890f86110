"""Every public method of ours, called over RPC by a customer: refused, or harmless."""

import inspect

from odoo import models
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import OfferPortalCommon

# what each of them is called with, beyond the record
ARGUMENTS = [[], [{}], ['2027-01-01'], ['2027-01-01', []], [1, '2027-01-01', '2027-01-31', 'x']]
WRITES = [('write', [{'active': False}]), ('unlink', []), ('create', [{'name': 'x'}])]


@tagged('post_install', '-at_install')
class TestPortalRPC(OfferPortalCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subscription = cls._subscribe(
            options=[{'option_id': cls.backup_option.id, 'quantity': 2}]
        )
        cls.subscription.message_subscribe(cls.own.partner_id.ids)
        cls.request = cls._create_order(
            partner_id=cls.own.partner_id.id, offer_request_state='customer'
        )

    @classmethod
    def _get_public_methods(cls):
        """:return: model and name of each public method that is written in this addon"""
        for name in sorted(cls.env.registry):
            model = type(cls.env[name])
            for method in sorted(dir(model)):
                if method.startswith('_') or not callable(getattr(model, method)):
                    continue
                writers = [
                    parent
                    for parent in model.__mro__
                    if parent.__module__.startswith('odoo.addons.sale_offer.')
                    and inspect.isfunction(vars(parent).get(method))
                ]
                if writers and issubclass(model, models.BaseModel):
                    yield name, method

    def _snapshot(self):
        """:return: what a customer must not move: counts, states, amounts"""
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.execute(
            """
            SELECT (SELECT array_agg((id, state, date_end, date_notice)::text ORDER BY id)
                      FROM offer_subscription),
                   (SELECT array_agg((id, quantity, price_unit, date_end)::text ORDER BY id)
                      FROM offer_subscription_line),
                   (SELECT count(*) FROM offer_billing_entry),
                   (SELECT count(*) FROM account_move),
                   (SELECT array_agg((id, state, offer_request_state, amount_total)::text
                            ORDER BY id) FROM sale_order),
                   (SELECT array_agg((id, offer_state, active)::text ORDER BY id)
                      FROM product_template WHERE offer_kind IS NOT NULL),
                   (SELECT count(*) FROM offer_price), (SELECT count(*) FROM offer_role_assignment)
            """
        )
        return self.env.cr.fetchone()

    def _get_record_id(self, model):
        if model == 'sale.order':
            return self.request.id
        record = self.env[model].sudo().search([], limit=1) if self.env[model]._auto else None
        return record.id if record else 1

    def test_public_methods_are_refused_or_harmless(self):
        self._visit('own')
        before, called, answered = self._snapshot(), 0, set()
        with mute_logger('odoo.http', 'odoo.sql_db', 'odoo.models'):
            for model, method in self._get_public_methods():
                record_id = self._get_record_id(model)
                for arguments in ARGUMENTS:
                    answer = self._call(model, method, [[record_id], *arguments])
                    called += 1
                    if self._tells_something(answer.get('result')):
                        answered.add(f'{model}.{method}')
        self.assertEqual(self._snapshot(), before)
        self.assertGreater(called, 200)
        # what a customer gets an answer from at all, each looked at
        self.assertEqual(sorted(answered - self.HARMLESS), [])

    # of an order that is theirs, it says that nothing in the configuration exists
    HARMLESS = {'sale.order.offer_preview'}

    def _tells_something(self, result):
        """Whether an answer is more than nothing, or a dialog that opens with the ids given."""
        if not result or result is True:
            return False
        is_dialog = isinstance(result, dict) and result.get('type') == 'ir.actions.act_window'
        secrets = (self.subscription.name, self.workplace.name, self.customer.name)
        return not is_dialog or any(secret in str(result) for secret in secrets)

    def _call(self, model, method, args):
        return self.url_open(
            f'/web/dataset/call_kw/{model}/{method}',
            json={'params': {'model': model, 'method': method, 'args': args, 'kwargs': {}}},
        ).json()

    def test_records_of_ours_are_neither_read_nor_written(self):
        self._visit('own')
        mine = [
            name
            for name in sorted(self.env.registry)
            if name.startswith('offer.') and not self.env[name]._abstract
        ]
        self.assertIn('offer.subscription', mine)
        with mute_logger('odoo.http', 'odoo.models'):
            for model in mine:
                answer = self._call(model, 'search_read', [[]])
                self.assertTrue('error' in answer or not answer['result'], model)
                for method, args in WRITES:
                    ids = [] if method == 'create' else [[self._get_record_id(model)]]
                    self.assertIn('error', self._call(model, method, ids + args), (model, method))
