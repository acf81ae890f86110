import { Component, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const REFRESH_MS = 3000;

/** What a billing run would bill; while it is under way, the form is refreshed. */
export class OfferBillingPreview extends Component {
    static template = "sale_offer.OfferBillingPreview";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ preview: null, loading: false });
        useEffect(
            (date, company, state) => {
                browser.clearInterval(this.timer);
                this.state.preview = null;
                if (state === "running") {
                    this.timer = browser.setInterval(() => this.props.record.load(), REFRESH_MS);
                } else if (state === "draft" && date) {
                    this.load(date, company);
                }
            },
            () => {
                const { date, company_id, state } = this.props.record.data;
                return [date && serializeDate(date), company_id.id, state];
            },
        );
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    async load(date, company) {
        this.state.loading = true;
        this.state.preview = await this.keepLast.add(
            this.orm.call("offer.billing.run", "get_preview", [date, company]),
        );
        this.state.loading = false;
    }

    get more() {
        const more = this.state.preview.count - this.state.preview.invoices.length;
        return more > 0 ? _t("… and %s more.", more) : "";
    }
}

registry.category("view_widgets").add("offer_billing_preview", {
    component: OfferBillingPreview,
    fieldDependencies: [
        { name: "state", type: "selection" },
        { name: "date", type: "date" },
        { name: "company_id", type: "many2one" },
    ],
});
