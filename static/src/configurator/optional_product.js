import { Product } from "@sale/js/product/product";
import { patch } from "@web/core/utils/patch";

/** What a Service costs, once and per period, is said in words beside it. */
patch(Product.prototype, {
    getFormattedPrice() {
        return this.props.price_info && !this.props.price ? "" : super.getFormattedPrice();
    },
});
