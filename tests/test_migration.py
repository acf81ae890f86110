from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from odoo.tests import tagged

from .common import OfferLifeCommon

SCRIPT = Path(__file__).parents[1] / 'migrations' / '19.0.1.1.0' / 'post-lives.py'


@tagged('post_install', '-at_install')
class TestMigration(OfferLifeCommon):
    def test_what_ran_before_gets_its_bundle_and_its_events(self):
        subscription = self._subscribe(options=self.both)
        subscription.end('2028-06-30', 'moved')
        self.env.flush_all()
        # as it was before
        self.env.cr.execute('DELETE FROM offer_subscription_event')
        self.env.cr.execute('UPDATE offer_subscription_line SET parent_id = NULL, option_id = NULL')
        self.env.invalidate_all()
        spec = spec_from_file_location('post_lives', SCRIPT)
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, '19.0.1.0.0')
        self.env.invalidate_all()
        service, part = subscription.line_ids
        self.assertEqual((part.parent_id, part.option_id), (service, self.backup_option))
        self.assertEqual(
            self._movements(subscription),
            [
                ('2027-01-01', 'activated', 'new', 160.0),
                ('2028-07-01', 'ended', 'churn', -160.0),
            ],
        )
        # once
        script.migrate(self.env.cr, '19.0.1.0.0')
        self.assertEqual(len(subscription.event_ids), 2)
