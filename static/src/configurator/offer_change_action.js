import { registry } from "@web/core/registry";
import { OfferConfiguratorDialog } from "./offer_configurator_dialog";

/** Opens the configurator of a change quotation with what the customer has, then the quotation. */
async function openOfferChange(env, { params }) {
    const { order_id: orderId, line_id: lineId, configuration, action } = params;
    // the dialog before this one is done
    await env.services.action.doAction({ type: "ir.actions.act_window_close" });
    const open = () => env.services.action.doAction(action);
    env.services.dialog.add(
        OfferConfiguratorDialog,
        {
            configuration,
            edit: true,
            orderId,
            save: async (result) => {
                await env.services.orm.call("sale.order", "offer_add", [[orderId], result, lineId]);
            },
        },
        // saved or not, the quotation is there
        { onClose: open },
    );
}

registry.category("actions").add("sale_offer_change", openOfferChange);
