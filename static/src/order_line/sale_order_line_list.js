import { getSectionRecords } from "@account/components/section_and_note_fields_backend/section_and_note_fields_backend";
import { SaleOrderLineListRenderer } from "@sale/js/sale_order_line_field/sale_order_line_field";
import { getLinkedSaleOrderLines } from "@sale/js/sale_utils";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";
import { isConfiguredService, readServiceConfiguration } from "../configurator/offer_line";

const CHOSEN_IN_CONFIGURATOR = ["product_id", "product_template_id", "product_uom_id"];

/** What hangs on a Service's line is changed in its configurator, and stays below it. */
patch(SaleOrderLineListRenderer.prototype, {
    setup() {
        super.setup();
        this.copyFields.push("offer_configuration");
    },

    isOfferPart(record) {
        return Boolean(record.data.offer_option_id || record.data.offer_is_setup);
    },

    isOfferBundle(record) {
        return (
            record.data.offer_kind === "service" &&
            getLinkedSaleOrderLines(record).some((line) => this.isOfferPart(line))
        );
    },

    isCellReadonly(column, record) {
        return (
            super.isCellReadonly(column, record) ||
            (this.isOfferPart(record) && CHOSEN_IN_CONFIGURATOR.includes(column.name))
        );
    },

    displayDeleteIcon(record) {
        return super.displayDeleteIcon(record) && !this.isOfferPart(record);
    },

    getRowClass(record) {
        const classNames = super.getRowClass(record);
        if (this.isOfferPart(record)) {
            return `${classNames.replace("o_row_draggable", "")} o_offer_part`;
        }
        return this.isOfferBundle(record) ? classNames.replace("o_row_draggable", "") : classNames;
    },

    getCellClass(column, record) {
        const classNames = super.getCellClass(column, record);
        const isTotal = this.isSection(record) && this.props.aggregatedFields.includes(column.name);
        return isTotal ? `${classNames} o_offer_section_total` : classNames;
    },

    /** What a section comes to: once, and per period. */
    getFormattedValue(column, record) {
        const isTotal = this.isSection(record) && this.props.aggregatedFields.includes(column.name);
        const lines = isTotal ? getSectionRecords(this.props.list, record) : [];
        if (!lines.some((line) => line.data.offer_period_text)) {
            return super.getFormattedValue(column, record);
        }
        const sums = new Map();
        for (const line of lines.filter((it) => !it.data.display_type)) {
            const period = line.data.offer_period_text || "";
            sums.set(period, (sums.get(period) || 0) + line.data[column.name]);
        }
        const formatter = registry.category("formatters").get(column.fieldType, (value) => value);
        const options = {
            ...formatter.extractOptions?.(column),
            data: record.data,
            field: record.fields[column.name],
        };
        return [...sums]
            .filter(([, amount]) => amount)
            .sort(([a], [b]) => Boolean(a) - Boolean(b))
            .map(([period, amount]) => `${formatter(amount, options)} ${period}`.trim())
            .join(" + ");
    },

    /** A Service is duplicated as it was configured, which its parts are made of. */
    async duplicateSection(record) {
        const { orm } = this.env.services;
        const services = this.props.list.records.filter(isConfiguredService);
        const read = (line) => readServiceConfiguration(orm, line, false);
        const configurations = await Promise.all(services.map(read));
        services.forEach((line, index) => {
            line.data.offer_configuration = configurations[index];
        });
        try {
            await super.duplicateSection(record);
        } finally {
            for (const line of services) {
                line.data.offer_configuration = false;
            }
        }
    },

    shouldDuplicateSectionItem(record) {
        return super.shouldDuplicateSectionItem(record) && !this.isOfferPart(record);
    },
});
