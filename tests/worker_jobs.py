"""Billing where OCA's `queue_job` is installed."""

import logging

from worker_base import environment, tell

DAY = '2027-01-01'


def install_jobs(registry):
    with registry.cursor() as cr:
        modules = environment(cr)['ir.module.module']
        modules.update_list()
        modules.search([('name', '=', 'queue_job')]).button_immediate_install()


def perform_jobs(registry):
    """Perform what waits in the queue, as its runner does."""
    from odoo.addons.queue_job.job import Job

    with registry.cursor() as cr:
        env = environment(cr)
        jobs = env['queue.job'].search([('state', '=', 'pending')])
        tell(f'{len(jobs)} jobs of {set(jobs.mapped("method_name"))}')
        for uuid in jobs.mapped('uuid'):
            job = Job.load(env, uuid)
            job.perform()
            job.set_done()
            job.store()
            # a job's transaction ends with it
            cr.commit()  # pylint: disable=invalid-commit


def _set_batch(payers):
    from odoo.addons.sale_offer.models.billing import offer_subscription_scheduler

    # each has two lines
    offer_subscription_scheduler.JOB_LINES = 2 * payers


def _tell_waiting(env):
    jobs = env['queue.job'].search([('state', '=', 'pending')])
    payers = [payer for job in jobs for payer in job.args[1]]
    runs = {job.args[3] for job in jobs} or '{}'
    tell(f'{len(jobs)} jobs of {len(payers)} payers, {len(set(payers))} of them different, {runs}')


def schedule_jobs(registry, times):
    """Let Odoo's scheduler run the job so many times, three payers a batch, and say what waits and
    how many warnings there were.
    """
    _set_batch(3)
    warnings = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: warnings.append(record.getMessage())
    logger = logging.getLogger('odoo.addons.base.models.ir_cron')
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    for _time in range(int(times)):
        with registry.cursor() as cr:
            environment(cr).ref('sale_offer.ir_cron_bill').method_direct_trigger()
        with registry.cursor() as cr:
            _tell_waiting(environment(cr))
    tell(f'warnings: {warnings}')


def shift_jobs(registry):
    """Bill the first payer by hand while all wait, so that other batches would begin elsewhere."""
    with registry.cursor() as cr:
        subscriptions = environment(cr)['offer.subscription']
        first = subscriptions.search([], order='partner_invoice_id, id', limit=1)
        subscriptions.search([('partner_invoice_id', '=', first.partner_invoice_id.id)]).bill(DAY)
