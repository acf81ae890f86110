import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { OfferConfiguratorDialog } from "./offer_configurator_dialog";

/** As what a Service of a quotation template arrives on the quotation. */
export class OfferTemplateConfiguration extends Component {
    static template = "sale_offer.OfferTemplateConfiguration";
    static props = { ...standardFieldProps };

    setup() {
        this.dialog = useService("dialog");
    }

    get isService() {
        return this.props.record.data.offer_kind === "service";
    }

    get value() {
        return this.props.record.data[this.props.name];
    }

    onClick() {
        const { record, name } = this.props;
        const plain = this.value || {
            product_id: record.data.product_id.id,
            quantity: record.data.product_uom_qty || 1,
        };
        this.dialog.add(OfferConfiguratorDialog, {
            configuration: JSON.parse(JSON.stringify(plain)),
            edit: Boolean(this.value),
            save: (configuration) =>
                record.update({ [name]: configuration, product_uom_qty: configuration.quantity }),
        });
    }
}

registry.category("fields").add("offer_template_configuration", {
    component: OfferTemplateConfiguration,
    supportedTypes: ["json"],
});
