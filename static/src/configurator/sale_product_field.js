import { SaleOrderLineProductField, saleOrderLineProductField } from "@sale/js/sale_product_field";
import { getLinkedSaleOrderLines } from "@sale/js/sale_utils";
import { serializeDate, serializeDateTime } from "@web/core/l10n/dates";
import { patch } from "@web/core/utils/patch";
import { uuid } from "@web/core/utils/strings";
import { OfferConfiguratorDialog } from "./offer_configurator_dialog";

/** The configuration of a line and its components, read from the form, saved or not. */
function readConfiguration(record) {
    const { data } = record;
    const configuration = {
        quantity: data.product_uom_qty,
        tier_id: data.offer_tier_id?.id || false,
        no_variant_value_ids: [...data.product_no_variant_attribute_value_ids.currentIds],
        options: getLinkedSaleOrderLines(record)
            .filter((line) => line.data.offer_option_id)
            .map((line) => ({
                option_id: line.data.offer_option_id.id,
                ...readConfiguration(line),
            })),
    };
    if (record.resId) {
        configuration.line_id = record.resId;
    }
    return configuration;
}

patch(SaleOrderLineProductField.prototype, {
    get isOfferService() {
        const { data } = this.props.record;
        return data.offer_kind === "service" && !data.offer_option_id;
    },

    get hasConfigurationButton() {
        return super.hasConfigurationButton || this.isOfferService;
    },

    onEditConfiguration() {
        if (this.isOfferService) {
            return this._openOfferConfigurator(true);
        }
        return super.onEditConfiguration();
    },

    async _onProductUpdate() {
        await super._onProductUpdate();
        if (this.isOfferService) {
            await this._openOfferConfigurator(false);
        }
    },

    async _openOfferConfigurator(edit) {
        const line = this.props.record;
        const order = line.model.root;
        const configuration = { product_id: line.data.product_id.id };
        if (edit) {
            Object.assign(configuration, readConfiguration(line));
            const start = line.data.offer_date_start;
            configuration.date_start = start ? serializeDate(start) : false;
            // a line that came another way has no plan yet: it opens with the default
            if (line.data.offer_plan_id || configuration.options.length) {
                configuration.plan_id = line.data.offer_plan_id?.id || false;
            } else {
                configuration.tier_id ||= undefined;
                delete configuration.options;
            }
        } else {
            configuration.quantity = line.data.product_uom_qty || 1;
        }
        this.dialog.add(OfferConfiguratorDialog, {
            configuration: JSON.parse(JSON.stringify(configuration)),
            edit,
            context: this._getOfferContext(order),
            save: (result) => this._saveOffer(line, result),
            discard: () => order.data.order_line.delete(line),
        });
    },

    _getOfferContext(order) {
        const { data } = order;
        return {
            default_partner_id: data.partner_id?.id || false,
            default_company_id: data.company_id?.id || false,
            default_pricelist_id: data.pricelist_id?.id || false,
            default_currency_id: data.currency_id?.id || false,
            default_fiscal_position_id: data.fiscal_position_id?.id || false,
            default_date_order: data.date_order ? serializeDateTime(data.date_order) : false,
        };
    },

    async _saveOffer(line, configuration) {
        const lines = line.model.root.data.order_line;
        await lines.leaveEditMode();
        const values = { offer_configuration: configuration };
        if (!line.data.virtual_id) {
            values.virtual_id = uuid();
        }
        // the order's onchange makes the components of it
        await line.update(values);
        await lines._sort();
    },
});

Object.assign(saleOrderLineProductField, {
    fieldDependencies: [
        ...saleOrderLineProductField.fieldDependencies,
        { name: "offer_kind", type: "selection" },
    ],
});
