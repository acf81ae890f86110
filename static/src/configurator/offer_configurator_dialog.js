import { Component, onWillStart, useState, useSubEnv } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { Dialog } from "@web/core/dialog/dialog";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
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
        orderId: { type: Number, optional: true },
        save: Function,
        discard: { type: Function, optional: true },
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.saved = false;
        this.env.dialogData.dismiss = () => !this.props.edit && this.props.discard?.();
        this.state = useState({ configuration: null, service: null, loading: false });
        // what Odoo's own component for attributes asks its dialog for
        useSubEnv({ currency: { id: false }, canChangeVariant: true });
        useHotkey("control+enter", () => this.onConfirm(), { bypassEditableProtection: true });
        onWillStart(() => this.load(this.props.configuration));
    }

    /**
     * @param {Object} configuration what is to be checked and priced
     * @param {Number[]} [valueIds] the values of attributes that the Service is to have
     */
    async load(configuration, valueIds = null) {
        this.state.loading = true;
        try {
            const answer = await this.keepLast.add(
                this.orm.call(
                    "sale.order",
                    "offer_configurator",
                    [this.props.orderId ? [this.props.orderId] : [], configuration, valueIds],
                    { context: this.props.context },
                ),
            );
            this.env.currency.id = answer.currency_id;
            Object.assign(this.state, answer);
        } finally {
            this.state.loading = false;
        }
    }

    /** Applies values to the Service itself and asks again. */
    onChange(values) {
        const { value_ids: valueIds, ...rest } = values;
        Object.assign(this.state.configuration, rest);
        return this.load(this.state.configuration, valueIds);
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

    /** Minimum term and notice of the chosen plan, in words. */
    get term() {
        const { plans } = this.state.service;
        return plans.find((plan) => plan.id === this.state.configuration.plan_id)?.term;
    }

    notes(place) {
        return this.state.service.notes[place] || [];
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
            this.props.discard?.();
        }
        this.props.close();
    }
}
