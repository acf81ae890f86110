import { SaleOrderLineProductField } from "@sale/js/sale_product_field";
import { getLinkedSaleOrderLines } from "@sale/js/sale_utils";
import { serializeDate, serializeDateTime } from "@web/core/l10n/dates";
import { uuid } from "@web/core/utils/strings";
import { OfferConfiguratorDialog } from "./offer_configurator_dialog";

/** The configuration of a line and its components, read from the form, saved or not. */
async function readConfiguration(orm, record) {
    const { data } = record;
    const components = getLinkedSaleOrderLines(record).filter((line) => line.data.offer_option_id);
    const configuration = {
        // what is not taken comes as it was configured
        quantity: data.product_uom_qty || undefined,
        tier_id: data.offer_tier_id?.id || false,
        no_variant_value_ids: [...data.product_no_variant_attribute_value_ids.currentIds],
        custom_values: await readCustomValues(orm, data),
        options: await Promise.all(
            components.map(async (line) => ({
                option_id: line.data.offer_option_id.id,
                ...(await readConfiguration(orm, line)),
            })),
        ),
    };
    if (record.resId) {
        configuration.line_id = record.resId;
    }
    return configuration;
}

/** Whether a line sells a Service by itself that somebody has configured. */
export function isConfiguredService({ data }) {
    return data.offer_kind === "service" && !data.offer_option_id && Boolean(data.offer_plan_id);
}

/**
 * The whole configuration of a Service's line.
 *
 * @param {Object} orm
 * @param {Object} line the line's record
 * @param {Boolean} [edit] whether it is to be changed; else it is for another line
 */
export async function readServiceConfiguration(orm, line, edit = true) {
    const { data } = line;
    const start = data.offer_date_start;
    const configuration = {
        product_id: data.product_id.id,
        uom_id: data.product_uom_id?.id || false,
        plan_id: data.offer_plan_id?.id || false,
        date_start: start ? serializeDate(start) : false,
        ...(await readConfiguration(orm, line)),
    };
    configuration.quantity ||= 1;
    if (!edit) {
        // a start is agreed for one line, never copied
        configuration.date_start = false;
        forgetLines(configuration);
    }
    return JSON.parse(JSON.stringify(configuration));
}

function forgetLines(node) {
    delete node.line_id;
    node.options.forEach(forgetLines);
}

/** What was typed for values of attributes, read as Odoo's own field reads it. */
async function readCustomValues(orm, data) {
    const { _getCustomPtavs } = SaleOrderLineProductField.prototype;
    const values = await _getCustomPtavs.call({ orm }, data);
    return values.map((value) => ({
        custom_product_template_attribute_value_id: value.id,
        custom_value: value.value,
    }));
}

/** An order that isn't saved yet tells the server for whom and when it is. */
function getContext({ data }) {
    return {
        default_partner_id: data.partner_id?.id || false,
        default_company_id: data.company_id?.id || false,
        default_pricelist_id: data.pricelist_id?.id || false,
        default_currency_id: data.currency_id?.id || false,
        default_fiscal_position_id: data.fiscal_position_id?.id || false,
        default_date_order: data.date_order ? serializeDateTime(data.date_order) : false,
        default_offer_date_start: data.offer_date_start
            ? serializeDate(data.offer_date_start)
            : false,
        default_offer_start_is_fixed: data.offer_start_is_fixed || false,
        default_offer_intro_periods: data.offer_intro_periods || 0,
        default_offer_intro_percent: data.offer_intro_percent || 0,
        default_offer_intro_is_off: data.offer_intro_is_off || false,
        // what is ordered along counts where one Service needs another
        offer_template_ids: data.order_line.records
            .map((line) => line.data.product_template_id?.id)
            .filter(Boolean),
    };
}

/**
 * Configures Services on lines that are not saved, and that nobody has configured.
 *
 * @param {Object} orm
 * @param {Object[]} lines records
 */
export async function configureByDefault(orm, lines) {
    for (const line of lines) {
        const { data } = line;
        const isBare = line.isNew && !data.virtual_id && !data.offer_plan_id;
        if (!isBare || data.offer_kind !== "service" || data.offer_option_id) {
            continue;
        }
        const order = line.model.root;
        const answer = await orm.call(
            "sale.order",
            "offer_configurator",
            [
                order.resId ? [order.resId] : [],
                { product_id: data.product_id.id, quantity: data.product_uom_qty },
            ],
            { context: { ...line.context, ...getContext(order) } },
        );
        if (!answer.errors.length) {
            await line.update({ offer_configuration: answer.configuration });
        }
    }
}

/**
 * Opens the configurator of a Service's order line.
 *
 * @param {Object} params
 * @param {Object} params.line the line's record
 * @param {Boolean} params.edit whether it opens with what the line was configured to
 * @param {Function} params.save is given the values to write on the line
 * @param {Function} [params.discard] what to do if nothing was chosen
 */
export async function openOfferConfigurator({ dialog, orm, line, edit, save, discard }) {
    const { data } = line;
    const configuration = { product_id: data.product_id.id };
    if (edit) {
        Object.assign(configuration, await readServiceConfiguration(orm, line));
        // a line that came another way has no plan yet: it opens with the default
        if (!data.offer_plan_id && !configuration.options.length) {
            delete configuration.plan_id;
            configuration.tier_id ||= undefined;
            delete configuration.options;
        }
    } else {
        configuration.quantity = data.product_uom_qty || 1;
    }
    dialog.add(OfferConfiguratorDialog, {
        configuration: JSON.parse(JSON.stringify(configuration)),
        edit,
        context: getContext(line.model.root),
        // what stands there already stays as quoted
        ...(line.model.root.resId && { orderId: line.model.root.resId }),
        save: (result) => {
            const values = { offer_configuration: result };
            if (!data.virtual_id) {
                values.virtual_id = uuid();
            }
            return save(values);
        },
        discard,
    });
}
