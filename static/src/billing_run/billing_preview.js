import { Component, onWillUnmount, useEffect } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const REFRESH_MS = 3000;

/** What a billing run would bill; while it is under way, the form is refreshed. */
export class OfferBillingPreview extends Component {
    static template = "sale_offer.OfferBillingPreview";
    static props = { ...standardFieldProps };

    setup() {
        useEffect(
            (state) => {
                browser.clearInterval(this.timer);
                if (state === "running") {
                    this.timer = browser.setInterval(() => this.props.record.load(), REFRESH_MS);
                }
            },
            () => [this.props.record.data.state],
        );
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    get preview() {
        return this.props.record.data[this.props.name];
    }

    get more() {
        const more = this.preview.count - this.preview.invoices.length;
        return more > 0 ? _t("… and %s more.", more) : "";
    }
}

registry.category("fields").add("offer_billing_preview", {
    component: OfferBillingPreview,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "state", type: "selection" }],
});
