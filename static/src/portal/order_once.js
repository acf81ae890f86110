import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

/** The second of two clicks is not sent; the server would know it for the same order too. */
export class OfferOrderOnce extends Interaction {
    static selector = "form.o_offer_order_form";
    dynamicContent = {
        _root: { "t-on-submit": this.onSubmit },
    };

    onSubmit(ev) {
        if (this.isSent) {
            ev.preventDefault();
        }
        this.isSent = true;
    }
}

registry.category("public.interactions").add("sale_offer.order_once", OfferOrderOnce);
