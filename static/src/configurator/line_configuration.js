import { Component, useEffect } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { openOfferConfigurator } from "./offer_line";

/** The way to the configurator from a line's own form, as a phone shows it. */
export class OfferLineConfiguration extends Component {
    static template = "sale_offer.OfferLineConfiguration";
    static props = { ...standardFieldProps };

    setup() {
        this.dialog = useService("dialog");
        this.orm = useService("orm");
        // opens by itself once the Service is chosen, which is when this shows up
        const { record } = this.props;
        let before = record.isNew && !record.data.offer_plan_id ? undefined : this.productId;
        useEffect(
            (productId, isService) => {
                if (isService && productId !== before) {
                    before = productId;
                    this.open(false);
                }
            },
            () => [this.productId, this.isService],
        );
    }

    get productId() {
        return this.props.record.data.product_id?.id;
    }

    get isService() {
        const { data } = this.props.record;
        return data.offer_kind === "service" && !data.offer_option_id;
    }

    open(edit) {
        const line = this.props.record;
        return openOfferConfigurator({
            dialog: this.dialog,
            orm: this.orm,
            line,
            edit,
            save: (values) =>
                line.update({ ...values, product_uom_qty: values.offer_configuration.quantity }),
        });
    }
}

registry.category("fields").add("offer_line_configuration", {
    component: OfferLineConfiguration,
    supportedTypes: ["json"],
    fieldDependencies: [
        { name: "offer_kind", type: "selection" },
        { name: "offer_option_id", type: "many2one", relation: "offer.option" },
    ],
});
