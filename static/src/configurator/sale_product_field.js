import { SaleOrderLineProductField, saleOrderLineProductField } from "@sale/js/sale_product_field";
import { patch } from "@web/core/utils/patch";
import { configureByDefault, openOfferConfigurator } from "./offer_line";

patch(SaleOrderLineProductField.prototype, {
    get isOfferService() {
        const { data } = this.props.record;
        return data.offer_kind === "service" && !data.offer_option_id;
    },

    get hasConfigurationButton() {
        // what runs is changed on its subscription
        const isQuoted = this.isOfferService && !this.props.record.data.offer_is_running;
        return super.hasConfigurationButton || isQuoted;
    },

    onEditConfiguration() {
        if (this.isOfferService) {
            return this._openOfferConfigurator(true);
        }
        return super.onEditConfiguration();
    },

    /** A Service's attributes are chosen in its own dialog, beside everything else. */
    async _openProductConfigurator(edit = false, ...args) {
        const template = this.props.record.data.product_template_id;
        const variantId =
            !edit &&
            (await this.orm.call("product.template", "get_offer_first_variant", [[template.id]]));
        if (!variantId) {
            return super._openProductConfigurator(edit, ...args);
        }
        await this.props.record.update({
            product_id: { id: variantId, display_name: template.display_name },
        });
        await this._onProductUpdate();
    },

    async _onProductUpdate() {
        await super._onProductUpdate();
        // Services that came as optional products stand there as they will be saved
        const others = this.props.record.model.root.data.order_line.records.filter(
            (line) => line !== this.props.record,
        );
        await configureByDefault(this.orm, others);
        if (this.isOfferService) {
            await this._openOfferConfigurator(false);
        }
    },

    async _openOfferConfigurator(edit) {
        const line = this.props.record;
        const lines = line.model.root.data.order_line;
        await openOfferConfigurator({
            dialog: this.dialog,
            orm: this.orm,
            line,
            edit,
            save: async (values) => {
                await lines.leaveEditMode();
                // the order's onchange makes the components of it
                await line.update(values);
                await lines._sort();
            },
            discard: () => lines.delete(line),
        });
    },
});

Object.assign(saleOrderLineProductField, {
    fieldDependencies: [
        ...saleOrderLineProductField.fieldDependencies,
        { name: "offer_kind", type: "selection" },
        { name: "offer_is_running", type: "boolean" },
    ],
});
