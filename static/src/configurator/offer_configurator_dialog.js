import { Component, onWillStart, useState } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { Dialog } from "@web/core/dialog/dialog";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { OfferService } from "./offer_service";

/**
 * Puts a Service together: each change asks the server once, which answers with what can be
 * chosen, prices, totals and what is wrong. No rule and no price is worked out here.
 */
export class OfferConfiguratorDialog extends Component {
    static template = "sale_offer.OfferConfiguratorDialog";
    static components = { Dialog, OfferService };
    static props = {
        configuration: Object,
        edit: { type: Boolean, optional: true },
        context: { type: Object, optional: true },
        save: Function,
        discard: Function,
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.saved = false;
        this.env.dialogData.dismiss = () => !this.props.edit && this.props.discard();
        this.state = useState({ configuration: null, service: null, loading: false });
        onWillStart(() => this.load(this.props.configuration));
    }

    async load(configuration) {
        this.state.loading = true;
        const answer = await this.keepLast.add(
            this.orm.call("sale.order", "offer_configurator", [[], configuration], {
                context: this.props.context,
            }),
        );
        Object.assign(this.state, answer, { loading: false });
    }

    /** Applies values to the Service itself and asks again. */
    onChange(values) {
        Object.assign(this.state.configuration, values);
        return this.load(this.state.configuration);
    }

    /** An emptied plan means one-time; an emptied quantity is 0, which the server explains. */
    onNumber(name, ev) {
        const number = Number(ev.target.value);
        return this.onChange({ [name]: name === "plan_id" ? number || false : number });
    }

    format(amount) {
        return formatCurrency(amount, this.state.currency_id);
    }

    get canSave() {
        return !this.state.loading && !this.state.errors.length;
    }

    async onConfirm() {
        if (this.canSave && !this.saved) {
            this.saved = true;
            await this.props.save(this.state.configuration);
            this.props.close();
        }
    }

    onDiscard() {
        if (!this.props.edit) {
            this.props.discard();
        }
        this.props.close();
    }
}
