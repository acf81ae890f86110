"""What the old edition sold at nothing, or once without a price of its own, says so from now on."""

import logging

_logger = logging.getLogger(__name__)


def write_included(env):
    """Keep everything at the price at which it was sold; each Service lists in its chatter what was
    marked.

    :return: how many Services have something to look at
    :rtype: int
    """
    cr = env.cr
    _waive_setup(cr)
    found = {}
    for template, text in _include_tiers(env) + _include_options(env) + _price_once(env):
        found.setdefault(template, []).append(text)
    bodies = {
        template: env._(
            'The update kept these as they were sold, since nothing is free any more that is not'
            ' called so: %s. Check whether that is what you want.',
            '; '.join(texts),
        )
        for template, texts in found.items()
    }
    env['product.template'].browse(bodies)._message_log_batch(bodies)
    _logger.info('%s Services were sold at nothing somewhere.', len(found))
    return len(found)


def _waive_setup(cr):
    """A price without a fee had none, although a more general one has."""
    cr.execute(
        """
        UPDATE offer_price r SET is_setup_waived = TRUE
         WHERE coalesce(r.setup_amount, 0) = 0 AND EXISTS (
            SELECT FROM offer_price g
             WHERE g.product_tmpl_id = r.product_tmpl_id AND g.id != r.id AND g.setup_amount > 0
                   AND g.plan_id IS NOT DISTINCT FROM r.plan_id
                   AND g.option_id IS NOT DISTINCT FROM r.option_id
                   AND g.tier_id IS NOT DISTINCT FROM r.tier_id)
        """
    )


def _include_tiers(env):
    """A service level without a price under a plan cost nothing under it."""
    env.cr.execute(
        """
        WITH bare AS (
            SELECT DISTINCT x.product_tmpl_id AS template, x.tier_id AS tier
              FROM offer_sla_tier_product_template_rel x
              JOIN offer_price own ON own.product_tmpl_id = x.product_tmpl_id
                   AND own.option_id IS NULL AND own.tier_id IS NULL
             WHERE NOT EXISTS (
                SELECT FROM offer_price p
                 WHERE p.product_tmpl_id = x.product_tmpl_id
                       AND p.tier_id = x.tier_id
                       AND p.plan_id IS NOT DISTINCT FROM own.plan_id)
        ), marked AS (
            UPDATE offer_sla_tier SET is_included = TRUE WHERE id IN (SELECT tier FROM bare)
        )
        SELECT template, tier FROM bare ORDER BY template, tier
        """
    )
    return _with_names(env, 'offer.sla.tier')


def _include_options(env):
    """A component that is paid once at the price of its item, which was 0."""
    env.cr.execute(
        """
        UPDATE offer_option o SET price_mode = 'included'
          FROM product_product v JOIN product_template t ON t.id = v.product_tmpl_id
         WHERE v.id = o.product_id AND o.price_mode = 'own' AND o.is_recurring IS NOT TRUE
               AND t.offer_kind IS DISTINCT FROM 'service' AND coalesce(t.list_price, 0) = 0
        RETURNING o.product_tmpl_id, o.id
        """
    )
    return _with_names(env, 'offer.option')


def _price_once(env):
    """A Service without any price was sold once, at Odoo's own price."""
    env.cr.execute(
        """
        INSERT INTO offer_price (product_tmpl_id, sequence, amount_type, amount, currency_id)
        SELECT t.id, 10, 'fixed', coalesce(t.list_price, 0), c.currency_id
          FROM product_template t
          JOIN res_company c ON c.id = coalesce(t.company_id, %s)
         WHERE t.offer_kind = 'service' AND t.offer_state IN ('published', 'retired')
               AND NOT EXISTS (
                   SELECT FROM offer_price p
                    WHERE p.product_tmpl_id = t.id AND p.option_id IS NULL AND p.tier_id IS NULL)
        RETURNING product_tmpl_id, id
        """,
        [env.ref('base.main_company').id],
    )
    return _with_names(env, 'offer.price')


def _with_names(env, model):
    rows = env.cr.fetchall()
    env.invalidate_all()
    return [(template, env[model].browse(number).display_name) for template, number in rows]
