import { Component, useState, useSubEnv } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { rpc } from "@web/core/network/rpc";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { OfferService } from "../configurator/offer_service";

/**
 * The customer's order form of a Service. As in the configurator of the salesperson each change
 * asks the server once, which says what can be chosen, what it costs and what is wrong; what is
 * sent in the end is the configuration, never a price.
 */
export class OfferOrderForm extends Component {
    static template = "sale_offer.OfferOrderForm";
    static components = { OfferService };
    static props = {
        answer: Object,
        url: String,
        today: String,
        submit: String,
        people: { type: Array, optional: true },
        isChange: { type: Boolean, optional: true },
    };

    setup() {
        this.keepLast = new KeepLast();
        this.state = useState({ ...this.props.answer, loading: false, failure: "" });
        useSubEnv({
            currency: { id: this.state.currency_id },
            canChangeVariant: !this.props.isChange,
        });
    }

    async load(configuration, valueIds = null) {
        this.state.loading = true;
        this.state.failure = "";
        try {
            const answer = await this.keepLast.add(
                rpc(this.props.url, { configuration, value_ids: valueIds }),
            );
            Object.assign(this.state, { difference: "" }, answer);
            this.state.loading = false;
        } catch (error) {
            // what was chosen before stays, and can't be ordered until the server has answered
            this.state.failure = error.data?.message || _t("There is no connection: try again.");
        }
    }

    onChange(values) {
        const { value_ids: valueIds, ...rest } = values;
        Object.assign(this.state.configuration, rest);
        return this.load(this.state.configuration, valueIds);
    }

    /** Enter means "I have typed it", not "order": the price of it has not been seen yet. */
    onKeydown(ev) {
        if (ev.key === "Enter" && ev.target.tagName === "INPUT") {
            ev.preventDefault();
            ev.target.blur();
            ev.target.focus();
        }
    }

    onNumber(name, ev) {
        const number = Number(ev.target.value);
        return this.onChange({ [name]: name === "plan_id" ? number || false : number });
    }

    format(amount) {
        return formatCurrency(amount, this.state.currency_id);
    }

    get canOrder() {
        const isSame = this.props.isChange && !this.state.difference;
        return !this.state.loading && !this.state.errors.length && !isSame;
    }

    get term() {
        const { plans } = this.state.service;
        return plans.find((plan) => plan.id === this.state.configuration.plan_id)?.term;
    }

    get sent() {
        return JSON.stringify(this.state.configuration);
    }

    notes(place) {
        return this.state.service.notes[place] || [];
    }
}

registry.category("public_components").add("sale_offer.order_form", OfferOrderForm);
