"""A database that the code of 19.0.1.2.0 made is updated: every day keeps what it had."""

import datetime
from collections import Counter, defaultdict

from psycopg2.errors import ExclusionViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sale_offer.tools.ledger import find_due
from odoo.addons.sale_offer.tools.shown import find_next_shown

from .oracle_update import ONE_DAY, each_day
from .update_revenue_checks import RevenueChecks
from .updated import HORIZON, LATER, TODAY, OldDatabaseCase, UpdatedCase

VERSION = "SELECT latest_version, state FROM ir_module_module WHERE name = 'sale_offer'"
# what the tables look like, constraints included
TABLES = """
    SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
     WHERE table_schema = 'public'
     UNION ALL
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     ORDER BY 1, 2, 3
"""


@tagged('post_install', '-at_install')
class TestUpdateFacts(RevenueChecks, UpdatedCase):
    # === WHAT IS DELIVERED === #

    def test_each_day_delivers_what_the_old_rows_billed(self):
        self.assertGreater(len(self.alias), 100)
        delivered, days = self.books.get_delivered(), 0
        for chain, lines in self.lines.items():
            timeline = self.timelines.get(chain[0])
            found = {}
            for line in lines & (timeline.keys if timeline else set()):
                for span in timeline.get_spans(line):
                    for day in each_day(span.first, min(span.last, HORIZON)):
                        self.assertNotIn(day, found, 'no day is delivered twice')
                        found[day] = self._as_row(span)
            self.assertEqual(found, delivered.get(chain, {}), chain)
            days += len(found)
        self.assertGreater(days, 50_000)

    @staticmethod
    def _as_row(span):
        content = span.content
        numbers = map(float, (content.quantity, content.price, content.discount))
        return (content.item, content.unit, *numbers, span.tier, span.name)

    def test_what_says_nothing_new_has_no_phase(self):
        self.cr.execute(
            """
            SELECT count(*) FILTER (WHERE is_beginning), count(*),
                   count(*) FILTER (WHERE says_name AND NOT says_product_id AND NOT says_tier_id)
              FROM offer_subscription_phase
            """
        )
        begun, phases, names = self.cr.fetchone()
        spans = sum(1 for row in self.books.rows if any(True for _day in self.books.get_days(row)))
        self.assertGreater(phases, begun)
        self.assertLess(phases, spans * 1.3)
        self.assertFalse(names)

    def test_each_fact_has_its_act_and_an_act_says_a_line_once(self):
        for table in ('phase', 'pause', 'resume', 'end', 'waiver'):
            self.cr.execute(
                f"""
                SELECT count(*), count(*) FILTER (WHERE e.name = 'Taken over by the update'),
                       count(*) FILTER (WHERE e.mrr_change <> 0
                                              AND e.name = 'Taken over by the update')
                  FROM offer_subscription_{table} f
                  JOIN offer_subscription_event e ON e.id = f.event_id
                """
            )
            count, made, moved = self.cr.fetchone()
            self.assertGreater(count, 0, table)
            self.assertFalse(moved, 'an act of the update moves no revenue')
            if table in ('pause', 'resume', 'end'):
                self.assertLess(made, count / 2, table)

    # === WHAT IS DUE === #

    def test_the_first_run_bills_what_the_old_engine_would_have(self):
        """And later ones too, but for days that the old faults would have billed twice."""
        for until in (TODAY, LATER):
            for key, timeline in self.timelines.items():
                new, old = Counter(), Counter()
                for row in find_due(timeline, self.entries[key], until):
                    chain = self.chain_of[row.line]
                    new.update((chain, row.kind, day) for day in each_day(row.first, row.last))
                for row in self.previews[key, str(until)]:
                    chain = self.books.chains[row['line_id']]
                    days = map(datetime.date.fromisoformat, (row['date_from'], row['date_to']))
                    old.update((chain, row['kind'], day) for day in each_day(*days))
                for what in self._get_waived(new, old):
                    del old[what]
                self.assertEqual(new, Counter(old.keys()), (key, until))

    def _get_waived(self, new, old):
        """Days of a gap are not billed by any run: a person decides."""
        gaps = {
            (self.chain_of[line], 'charge', day)
            for kind, line, first, last, _amount in self.findings
            if kind == 'gap'
            for day in each_day(first, last)
        }
        return gaps & (old.keys() - new.keys())

    def test_nothing_is_billed_before_the_last_settled_day(self):
        settled = self.books.get_settled()
        ends = {row['id']: row['date_end'] or HORIZON for row in self.books.rows}
        lasts = {
            chain: max(
                day for day, rows in days.items() if any(day <= ends[row] for row, _k in rows)
            )
            for chain, days in settled.items()
            if any(day <= ends[row] for day, rows in days.items() for row, _k in rows)
        }
        self.assertGreater(len(lasts), 100)
        for key, timeline in self.timelines.items():
            for row in find_due(timeline, self.entries[key], LATER):
                last = lasts.get(self.chain_of[row.line])
                self.assertFalse(last and row.first <= last, row)

    def test_each_settled_day_stays_settled_once(self):
        waived = defaultdict(set)
        for waiver in self.env['offer.subscription.waiver'].search([]):
            chain = self.chain_of[waiver.subscription_line_id.id]
            waived[chain].update(each_day(waiver.date_from, waiver.date_to))
        live = defaultdict(Counter)
        for entries in self.entries.values():
            for entry in entries:
                live[self.chain_of[entry.line]].update(each_day(entry.first, entry.last))
        for chain, days in self.books.get_settled().items():
            if self.books.subscriptions[chain[0]]['state'] == 'pending':
                continue
            self.assertFalse([day for day, count in live[chain].items() if count > 1], chain)
            if self.books.subscriptions[chain[0]]['proration'] == 'daily':
                missing = days.keys() - live[chain].keys() - waived[chain]
                self.assertFalse(missing, chain)

    def test_days_settled_twice_are_listed(self):
        listed = defaultdict(set)
        for kind, line, first, last, amount in self.findings:
            if kind == 'twice':
                self.assertGreater(amount, 0)
                listed[self.chain_of[line]].update(each_day(first, last))
        twice = 0
        for chain, days in self.books.get_settled().items():
            if self.books.subscriptions[chain[0]]['proration'] != 'daily':
                continue
            several = {
                day
                for day, rows in days.items()
                if len([row for row, kind in rows if kind != 'waived']) > 1
            }
            self.assertEqual(listed[chain], several, chain)
            twice += len(several)
        self.assertGreater(twice, 100)

    def test_what_a_person_has_to_decide_is_listed_with_amounts(self):
        kinds = Counter(kind for kind, *_rest in self.findings)
        for kind in ('gap', 'twice', 'waived', 'component', 'beyond'):
            self.assertTrue(kinds[kind], kind)
        gaps = {amount for kind, _line, _first, _last, amount in self.findings if kind == 'gap'}
        self.assertIn(90, gaps, 'a month of three times 30.00')
        self.assertIn(('waived', 120), {(kind, amount) for kind, *_x, amount in self.findings})

    # === WHAT POINTS AT LINES === #

    def test_all_that_pointed_at_a_former_row_points_at_its_line(self):
        self.cr.execute('SELECT id FROM offer_subscription_line')
        lines = {key for (key,) in self.cr.fetchall()}
        self.assertFalse(lines & self.alias.keys())
        self.assertEqual(lines, {self.alias.get(row, row) for row in self.books.chains})
        followed, after = Counter(), self._read_references(self.cr)
        for (table, column), before in self.referring.items():
            expected = {key: self.alias.get(row, row) for key, row in before.items()}
            self.assertEqual(after[table, column], expected, table)
            followed[table] += len([row for row in before.values() if row in self.alias])
        self.assertTrue(followed['ir_model_data'] and followed['sale_order_line'], followed)

    def test_former_ids_resolve_to_the_line_of_the_same_subscription(self):
        aliases = self.env['offer.subscription.line.alias']
        found = aliases._resolve([*self.alias, max(self.books.chains), 10**8])
        self.assertEqual(found.pop(max(self.books.chains), None), self.alias.get(
            max(self.books.chains), max(self.books.chains)))  # fmt: skip
        for former, line in found.items():
            self.assertIn(line, self.lines[self.books.chains[former]])

    def test_a_line_under_another_plan_continues_the_one_before(self):
        moved = self.env['offer.subscription.line'].search([('continues_line_id', '!=', False)])
        across = moved.filtered(
            lambda line: line.continues_line_id.subscription_id != line.subscription_id
        )
        self.assertGreater(len(across), 3)
        for line in across:
            self.assertEqual(line.continues_line_id.date_end, line.date_start - ONE_DAY)
            self.assertEqual(line.continues_line_id.continued_by_ids, line)
            roots = {self.chain_of[found.id][1] for found in line + line.continues_line_id}
            self.assertEqual(len(roots), 1)

    def test_components_hang_on_lines_of_their_own_subscription(self):
        hung = self.env['offer.subscription.line'].search([('parent_id', '!=', False)])
        self.assertGreater(len(hung), 20)
        for line in hung:
            self.assertEqual(line.parent_id.subscription_id, line.subscription_id)
        self.assertTrue(hung.phase_ids.filtered('is_per_unit'))

    # === THE DATABASE === #

    def test_it_takes_statements_not_rows(self):
        self.assertGreater(len(self.books.entries), 1500)
        self.assertLess(self.statements, 250)

    def test_the_guard_of_the_switch_holds(self):
        # as a fresh database has it: a stand-in of the same name would not refuse anything
        self.cr.execute(
            """
            SELECT contype, pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint')
              FROM pg_constraint WHERE conname = 'offer_billing_entry_no_overlap'
            """
        )
        ((kind, definition, said),) = self.cr.fetchall()
        self.assertEqual(kind, 'x')
        self.assertIn('box(', definition)
        self.assertEqual(said, self.env['offer.billing.entry']._no_overlap.get_definition(None))
        self.cr.execute(
            """
            CREATE TEMP TABLE guarded AS
            SELECT * FROM offer_billing_entry
             WHERE kind IN ('charge', 'external') AND is_void IS NOT TRUE AND NOT is_taken_back;
            ALTER TABLE guarded ADD EXCLUDE USING gist (
                int4range(subscription_line_id, subscription_line_id, '[]') WITH &&,
                daterange(date_from, date_to + 1) WITH &&);
            DROP TABLE guarded;
            """
        )
        entry = self.env['offer.billing.entry'].search(
            [('kind', '=', 'charge'), ('is_void', '=', False), ('is_taken_back', '=', False)],
            limit=1,
        )
        with (
            self.assertRaises(ExclusionViolation),
            mute_logger('odoo.sql_db'),
            self.cr.savepoint(),
        ):
            entry.copy()

    def test_credits_point_at_exactly_what_they_took_back(self):
        credits = self.env['offer.billing.entry'].search([('kind', '=', 'credit')])
        self.assertGreater(len(credits), 30)
        for credit in credits.filtered(lambda credit: not credit.is_void):
            origin = credit.origin_id
            self.assertTrue(origin.is_taken_back)
            self.assertEqual(
                (origin.date_from, origin.date_to, origin.subscription_line_id),
                (credit.date_from, credit.date_to, credit.subscription_line_id),
            )

    def test_lines_show_what_is_agreed_today(self):
        for subscription in self._find_subscriptions():
            timeline = self.timelines[subscription.id]
            end = subscription._get_set_end(timeline)
            self.assertEqual(subscription.date_end or None, end, subscription.name)
            if subscription.state != 'closed' or end:
                self.assertEqual(
                    subscription.state,
                    subscription._get_state_on(TODAY, timeline),
                    subscription.name,
                )
            for line in subscription.line_ids.filtered(lambda line: line.phase_ids):
                held = line._get_held(TODAY, timeline)
                self.assertEqual({name: line._as_written(name) for name in held}, held, line)

    def test_the_scheduler_finds_what_is_shown_differently_next(self):
        found = 0
        for subscription in self._find_subscriptions():
            timeline = self.timelines[subscription.id]
            day = find_next_shown(timeline, TODAY)
            if day and subscription.state in ('active', 'paused'):
                found += 1
                self.assertTrue(subscription.date_next_shown, subscription.name)
                self.assertLessEqual(subscription.date_next_shown, day, subscription.name)
            shown = subscription._prepare_shown_pause(TODAY, timeline)
            if subscription.state == 'paused':
                self.assertEqual(subscription.date_paused, shown['date_paused'], subscription.name)
        self.assertTrue(found)

    def test_what_is_new_begins_as_what_was_before(self):
        companies = self.env['res.company'].search([])
        self.assertEqual(set(companies.mapped('offer_payer_policy')), {'contact'})

    def test_the_first_run_looks_at_all_terms(self):
        found = self._find_subscriptions().filtered(
            lambda it: it.state in ('active', 'paused') and it.date_term_end and not it.date_end
        )
        self.assertTrue(found)
        self.assertLessEqual(max(found.mapped('date_next_renewal')), TODAY)

    def test_hints_are_never_late(self):
        for key, timeline in self.timelines.items():
            subscription = self.env['offer.subscription'].browse(key)
            for row in find_due(timeline, self.entries[key], LATER):
                line = self.env['offer.subscription.line'].browse(row.line)
                self.assertTrue(line.settled_to and line.settled_to <= row.first, row)
                self.assertTrue(subscription.date_next_due <= row.due, row)

    def test_a_run_finds_by_its_hints_what_an_audit_finds(self):
        for subscription in self._find_subscriptions():
            found, audited = (
                [
                    (row.line, row.kind, row.due.first, row.due.last, row.amount)
                    for row in subscription._find_ledger_rows(LATER, audits=audits)
                ]
                for audits in (False, True)
            )
            self.assertEqual(found, audited, subscription.name)

    def test_columns_that_nothing_reads_any_more_are_gone(self):
        self.cr.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_name LIKE 'offer\\_%' AND table_schema = 'public'"
        )
        columns = defaultdict(set)
        for table, column in self.cr.fetchall():
            columns[table].add(column)
        for model in self.env.registry.values():
            if model._name.startswith('offer.') and not model._abstract:
                stored = {it.name for it in model._fields.values() if it.store and it.column_type}
                self.assertEqual(columns[model._table], stored, model._name)

    def test_reports_keep_their_level_and_what_was_credited(self):
        self.assertGreaterEqual(len(self.reports), 3)
        self.assertEqual(self._read_reports(self.cr, 'r.tier_id'), self.reports)
        reports = self.env['offer.sla.report'].search([])
        self.assertEqual(len(set(reports.tier_id)), 2)
        for report in reports:
            self.assertGreater(report.fee, 0)
            self.assertEqual(report._get_tier(), report.tier_id)
            self.assertTrue(report._get_runs())


@tagged('post_install', '-at_install')
class TestUpdateRefused(OldDatabaseCase):
    def test_what_is_too_old_is_refused_unchanged_and_what_is_empty_updates(self):
        self.old.ensure()
        database = self._clone(self.old.bare, 'refused')
        (version,) = self._ask(database, VERSION)
        self.assertEqual(version, ('19.0.1.2.0', 'installed'))
        self._ask(
            database,
            "UPDATE ir_module_module SET latest_version = '19.0.1.1.0' WHERE name = 'sale_offer'",
        )
        before = self._ask(database, TABLES)
        with self.assertRaisesRegex(AssertionError, 'update it to 19.0.1.2.0 first'):
            self._update(database)
        self.assertEqual(self._ask(database, TABLES), before)
        self.assertEqual(self._ask(database, VERSION), [('19.0.1.1.0', 'installed')])
        self._ask(
            database,
            "UPDATE ir_module_module SET latest_version = '19.0.1.2.0' WHERE name = 'sale_offer'",
        )
        self._update(database)
        self.assertEqual(self._ask(database, VERSION), [('19.0.2.0.0', 'installed')])
        self.assertEqual(self._ask(database, 'SELECT count(*) FROM offer_subscription'), [(0,)])
