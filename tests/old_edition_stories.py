"""What is known to go wrong in 19.0.1.2.0, and one agreement of each kind, as acts in a diary."""

import datetime

from old_edition_portfolio import START

LAST = datetime.date(2026, 12, 20)


def tell_stories(diary, sold):
    """The faults that are known, and one of each kind of agreement."""
    at = diary.at

    def begin(plan, name='', day=START, lines=None, **values):
        subscription = sold.subscribe(plan, name or plan, lines, **values)
        at(day, subscription.activate, day)
        return subscription

    def change(subscription, day, said, from_day=None, nth=0, **more):
        line = subscription.line_ids.sorted('id')[nth]
        row = {'line_id': line.id, 'quantity': said, **more}
        at(day, subscription.change, from_day or day, [row])

    hosting = {'product_id': sold.hosting.id, 'quantity': 3, 'price_unit': 30.0}
    backup = {'product_id': sold.backup.id, 'quantity': 2, 'price_unit': 5.0, 'discount': 10.0}
    two = [hosting, backup]

    paused = begin('term', 'notice, pause, notice withdrawn while paused', lines=two)
    at('2025-03-10', paused.give_notice, '2025-03-10')
    at('2025-04-05', paused.pause, '2025-04-05')
    at('2025-05-10', paused.withdraw_notice)
    at('2025-08-01', paused.resume, '2025-08-01')
    never = begin('month', 'the same, never resumed')
    at('2025-03-10', never.give_notice, '2025-03-10')
    at('2025-03-20', never.pause, '2025-03-20')
    at('2025-03-25', never.withdraw_notice)
    part = begin('term', 'the same with an item dropped', lines=two)
    change(part, '2025-02-10', 0, '2025-07-01', nth=1)
    at('2025-03-10', part.give_notice, '2025-03-10')
    at('2025-04-05', part.pause, '2025-04-05')
    at('2025-05-10', part.withdraw_notice)
    at('2025-08-01', part.resume, '2025-08-01')
    dropped = begin('month', 'dropped from June, paused in May', lines=two)
    change(dropped, '2025-04-10', 0, '2025-06-01', nth=1)
    at('2025-05-05', dropped.pause, '2025-05-05')
    at('2025-05-20', dropped.resume, '2025-05-20')
    meanwhile = begin('term', 'dropped between notice and withdrawal', lines=two)
    at('2025-03-10', meanwhile.give_notice, '2025-03-10')
    change(meanwhile, '2025-04-10', 0, nth=1)
    at('2025-05-01', meanwhile.withdraw_notice)
    planned = begin('month', 'a planned pause and a change before it')
    at('2025-05-01', planned.pause, '2025-07-01')
    change(planned, '2025-05-10', 8, '2025-06-01')
    at('2025-07-20', planned.resume, '2025-08-01')
    given = begin('month', 'given away, then changed')
    at('2025-02-01', lambda: given.waive(given.line_ids[0].id, '2025-03-01', '2025-03-31', 'gift'))
    change(given, '2025-02-15', 4)
    gift = begin('month', 'given away')
    at('2025-02-10', lambda: gift.waive(gift.line_ids[0].id, '2025-04-10', '2025-05-20', 'move'))
    whole = begin('full', 'part of a month given away')
    at('2025-02-10', lambda: whole.waive(whole.line_ids[0].id, '2025-04-10', '2025-04-20', 'move'))
    for number, plan in enumerate(('full', 'full_calendar', 'full_arrears')):
        more = begin(plan, 'in full', lines=two)
        change(more, f'2025-02-1{number}', 5)
        at(
            '2025-07-10',
            more.change,
            '2025-07-10',
            [{'line_id': more.line_ids[0].id, 'quantity': 2}],
        )
        at('2025-10-10', more.pause, '2025-10-10')
        at('2025-10-20', more.resume, '2025-10-20')
    _tell_of_ends(at, begin, change, two)
    _tell_of_plans(diary, sold, begin, change, two)
    _tell_of_imports(diary, sold, hosting, backup)
    _tell_of_invoices(diary, sold, begin)


def _tell_of_ends(at, begin, change, two):
    for number, plan in enumerate(('fee', 'keep', 'year', 'month', 'arrears', 'full', 'week')):
        ending = begin(plan, f'ends early {number}', lines=two)
        change(ending, '2025-03-12', 4, '2025-09-01')
        at(f'2025-0{number + 2}-14', ending.end, f'2025-0{number + 2}-20', 'moved away')
    again = begin('year', 'ends, later after all')
    at('2025-05-01', again.end, '2025-06-30', 'moved away')
    at('2025-05-20', again.end, '2025-08-31', 'stays a bit')
    change(again, '2025-06-10', 5, '2025-07-01')
    called_off = begin('month', 'called off', day='2025-06-01')
    at('2025-06-02', called_off.end, '2025-05-31', 'never wanted')
    ahead = begin('month', 'changed beyond its end')
    change(ahead, '2026-11-15', 5, '2027-03-01')
    at('2026-12-10', ahead.end, '2027-01-31', 'moves')
    # billed far ahead, ends later: the credit is still to come
    far = begin('year', 'ends in a paid year')
    at('2026-12-05', far.end, '2027-06-30', 'moves')
    fewer = begin('year', 'fewer in a paid year')
    change(fewer, '2026-12-06', 1, '2027-04-01')
    begin('certain', 'ends with its term')
    begin('quoted', 'renewed by quotation')
    begin('raised', 'rises', lines=two)
    noticed = begin('term', 'notice given', lines=two)
    at('2026-11-10', noticed.give_notice, '2026-11-10')
    open_pause = begin('month', 'paused now', lines=two)
    at('2026-10-10', open_pause.pause, '2026-10-10')
    in_pause = begin('term', 'ends in its pause')
    at('2026-10-10', in_pause.pause, '2026-10-10')
    at('2026-11-10', in_pause.give_notice, '2026-11-10')
    later = begin('month', 'pause planned')
    at('2026-12-10', later.pause, '2027-02-10')
    at('2026-12-12', later.resume, '2027-03-10')
    # said on the last day, after the last run
    late = begin('month', 'changed too late to be billed', lines=two)
    change(late, '2026-12-19', 9, '2026-12-05')


def _tell_of_plans(diary, sold, begin, change, two):
    at, plans = diary.at, sold.plans

    def moved(subscription):
        found = subscription.search(
            [('line_ids.previous_line_id.subscription_id', '=', subscription.id)]
        )
        return found - subscription

    def change_plan(subscription, day, plan):
        sold.quote_change(subscription, day, plan_id=plans[plan].id)
        (new,) = moved(subscription)
        diary.at('2026-02-10', new.change, '2026-02-10', [
            {'line_id': new.line_ids.sorted('id')[0].id, 'quantity': 7}
        ])  # fmt: skip
        diary.at('2026-05-10', new.pause, '2026-05-10')
        diary.at('2026-06-01', new.resume, '2026-06-01')

    bundle = sold.sell('month', START)
    at('2025-03-11', sold.quote_change, bundle, '2025-03-11', quantity=6)
    at('2025-06-01', bundle.pause, '2025-06-10')
    at('2025-06-15', bundle.resume, '2025-07-05')
    at('2025-09-05', change_plan, bundle, '2025-09-05', 'year')
    whole = sold.sell('full', START)
    at('2025-09-05', change_plan, whole, '2025-09-20', 'month')
    direct = sold.sell('arrears', START)
    change(direct, '2025-04-09', 6)
    at('2025-08-09', sold.quote_change, direct, '2025-08-20', tier_id=sold.gold.id)
    at('2025-10-01', direct.change, '2025-10-01', [
        {'line_id': direct.line_ids.sorted('id')[0].id, 'quantity': 0}
    ])  # fmt: skip
    other = begin('month', 'another item', lines=two)
    change(other, '2025-04-04', 2, product_id=sold.hosting_new.id, price_unit=44.0)
    change(other, '2025-06-04', 2, product_id=sold.hosting.id, price_unit=31.5)
    at('2025-08-04', other.change, '2025-08-04', [
        {'product_id': sold.backup.id, 'quantity': 4, 'price_unit': 4.5}
    ])  # fmt: skip

    def add_by_hand(subscription, day, **values):
        subscription.line_ids.create(
            {
                'subscription_id': subscription.id,
                'product_id': sold.backup.id,
                'price_unit': 6.0,
                'date_start': day,
                **values,
            }
        )

    beyond = begin('month', 'a line by hand goes on beyond the end')
    at('2026-02-01', beyond.end, '2026-03-31', 'moves')
    at('2026-02-10', add_by_hand, beyond, '2026-02-10')
    loose = sold.sell('month', START)
    root = loose.line_ids.filtered('tier_id')
    at('2025-09-01', add_by_hand, loose, '2025-11-01', parent_id=root.id)
    at('2025-10-01', loose.change, '2025-10-01', [{'line_id': root.id, 'quantity': 0}])

    def count():
        line = direct.line_ids.sorted('id')[1]
        sold.env['offer.count'].record(
            [{'line_id': line.id, 'quantity': 9, 'date': '2025-06-15', 'reference': 'June'}]
        )
        sold.env['offer.count'].search([('state', '=', 'draft')]).action_apply()

    def revise(item, day, percent, is_applied):
        revision = sold.env['offer.revision'].create(
            {
                'name': 'Prices',
                'company_id': sold.company.id,
                'product_id': item.id,
                'date': day,
                'percent': percent,
            }
        )
        revision.action_find()
        revision.action_apply()
        if is_applied:
            # as the scheduler does
            revision.line_ids._apply()

    def report():
        line = bundle.line_ids.filtered('tier_id').sorted('id')[0]
        create_report(line, '2025-02-01')
        sold.env['ir.model.data'].create(
            {
                'module': '__import__',
                'name': f'line_{sold.company.id}',
                'model': 'offer.subscription.line',
                'res_id': max(bundle.line_ids.ids),
            }
        )

    def create_report(line, day):
        values = {'subscription_line_id': line.id, 'date': day, 'availability_entered': 97.5}
        sold.env['offer.sla.report'].create(values)

    def report_both():
        # of a month in which the level changed: one for each row
        lines = direct.line_ids.filtered('tier_id').sorted('id')
        for line in lines[-2:]:
            create_report(line, '2025-08-01')

    at('2025-06-15', count)
    at('2025-10-10', revise, sold.hosting, '2025-11-01', 7.5, False)
    at('2026-12-12', revise, sold.taxed, '2027-02-01', 10.0, True)
    at('2025-07-10', report)
    at('2025-09-01', report_both)


def _tell_of_imports(diary, sold, hosting, backup):
    at = diary.at
    for plan, until in (('year', '2025-06-30'), ('month', '2025-02-28'), ('full', '2025-03-31')):
        for number, day in enumerate(('2025-03-01', '2025-08-01')):
            came = sold.subscribe(
                plan,
                f'import {plan} {number}',
                [{**hosting, 'quantity': 10, 'date_start': START, 'billed_until': until}],
                date_start=START,
                date_anchor=START,
            )
            at('2025-01-05', came.activate, START)
            at(day, came.change, day, [{'line_id': came.line_ids.id, 'quantity': 12}])
    sold.subscribe('month', 'still pending')
    sold.subscribe(
        'year',
        'imported, still pending',
        [{**hosting, 'date_start': '2026-07-01', 'billed_until': '2026-12-31'}],
        date_start='2026-07-01',
        date_anchor='2026-07-01',
    )
    for plan, percent in (('month', 0.0), ('on_day', 50.0), ('full', 50.0), ('arrears', 25.0)):
        values = {'intro_periods': 3, 'intro_percent': percent}
        intro = sold.subscribe(plan, f'introductory {plan}', [hosting, backup], **values)
        at('2025-01-10', intro.activate, '2025-01-10')
        at('2025-02-20', intro.change, '2025-02-20', [
            {'line_id': intro.line_ids[0].id, 'quantity': 4}
        ])  # fmt: skip
    taxed = sold.subscribe(
        'month', 'taxed', [{'product_id': sold.taxed.id, 'quantity': 2, 'price_unit': 121.0}]
    )
    at('2025-01-01', taxed.activate, '2025-01-01')
    foreign = sold.subscribe('month', 'foreign', currency_id=sold.foreign.id)
    at('2025-01-01', foreign.activate, '2025-01-01')
    at(
        '2025-03-03',
        foreign.change,
        '2025-03-03',
        [{'line_id': foreign.line_ids.id, 'quantity': 5}],
    )
    at('2025-04-01', lambda: foreign._charge_once(
        foreign.line_ids[0], datetime.date(2025, 4, 1), 99.0, 'Installation'
    ))  # fmt: skip


def _tell_of_invoices(diary, sold, begin):
    at = diary.at

    def get_moves(subscription, state='posted'):
        moves = subscription._get_invoices().sorted('id')
        return moves.filtered(lambda move: move.state == state and move.move_type == 'out_invoice')

    def cancel(subscription, nth=-1):
        move = get_moves(subscription)[nth]
        move.button_draft()
        move.button_cancel()

    def credit(subscription, again):
        move = get_moves(subscription)[-1]
        wizard = sold.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=move.ids
        )
        wizard = wizard.create({'journal_id': move.journal_id.id, 'offer_bill_again': again})
        action = wizard.reverse_moves()
        sold.env['account.move'].browse(action['res_id']).action_post()

    def edit(subscription):
        move = get_moves(subscription, 'draft')[-1]
        move.invoice_line_ids[0].quantity = 2
        move.is_manually_modified = True

    def delete(subscription):
        get_moves(subscription, 'draft')[-1].unlink()

    cancelled = begin('month', 'an invoice is cancelled', alone=True)
    at('2025-05-10', cancel, cancelled)
    by_hand = begin('month', 'credited by hand', alone=True)
    at('2025-05-10', credit, by_hand, False)
    at('2025-08-10', credit, by_hand, True)
    at('2025-09-12', by_hand.end, '2025-09-12', 'moves')
    drafts = begin('draft', 'drafts', alone=True)
    at('2025-04-10', delete, drafts)
    at('2025-05-10', edit, drafts)
    at('2025-05-20', drafts.change, '2025-05-20', [{'line_id': drafts.line_ids.id, 'quantity': 4}])
    # an invoice is cancelled, and its days aren't billed again before the update
    for plan, nth in (('month', -4), ('full', -6), ('month', -1)):
        hole = begin(plan, 'a hole in its past', alone=True)
        at('2026-12-18', hole.write, {'parked_reason': 'waits'})
        at('2026-12-19', cancel, hole, nth)
