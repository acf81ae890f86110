import { ProductCatalogKanbanRecord } from "@product/product_catalog/kanban_record";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { OfferConfiguratorDialog } from "./offer_configurator_dialog";

/** A Service that is added from the catalogue is put together there. */
patch(ProductCatalogKanbanRecord.prototype, {
    setup() {
        super.setup();
        this.offerDialog = useService("dialog");
        this.offerOrm = useService("orm");
    },

    addProduct(qty = 1) {
        const isOrder = this.env.orderResModel === "sale.order";
        const isService = this.props.record.data.offer_kind === "service";
        if (!isOrder || !isService || this.productCatalogData.readOnly) {
            return super.addProduct(qty);
        }
        const { orderId, productId } = this.env;
        this.offerDialog.add(OfferConfiguratorDialog, {
            configuration: { product_id: productId, quantity: qty },
            orderId,
            save: async (configuration) => {
                await this.offerOrm.call("sale.order", "offer_add", [[orderId], configuration]);
                this.productCatalogData.quantity = configuration.quantity;
                this.render();
            },
        });
    },
});
