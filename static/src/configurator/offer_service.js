import { Component } from "@odoo/owl";

/** What can be chosen of one Service: its level and options, and of the Services inside it. */
export class OfferService extends Component {
    static template = "sale_offer.OfferService";
    static props = {
        service: Object,
        configuration: Object,
        format: Function,
        onChange: Function,
        path: String,
    };

    get chosen() {
        return this.props.configuration.options || [];
    }

    find(option) {
        return this.chosen.find((child) => child.option_id === option.id);
    }

    isRadio(group) {
        return group.max === 1;
    }

    /** A radio button that may be left out needs a way to choose nothing. */
    isOptional(group) {
        return group.min === 0 && !group.options.some((option) => option.required);
    }

    hasChoice(group) {
        return group.options.some((option) => this.find(option));
    }

    clear(group) {
        const ids = group.options.map((option) => option.id);
        this.update(this.chosen.filter((child) => !ids.includes(child.option_id)));
    }

    toggle(group, option) {
        if (this.isRadio(group)) {
            const others = group.options.map((other) => other.id);
            const rest = this.chosen.filter((child) => !others.includes(child.option_id));
            this.update([...rest, { option_id: option.id }]);
        } else if (this.find(option)) {
            this.update(this.chosen.filter((child) => child.option_id !== option.id));
        } else {
            this.update([...this.chosen, { option_id: option.id }]);
        }
    }

    update(options) {
        this.props.onChange({ options });
    }

    updateChild(option, values) {
        this.update(
            this.chosen.map((child) =>
                child.option_id === option.id ? { ...child, ...values } : child,
            ),
        );
    }

    onQuantity(option, ev) {
        this.updateChild(option, { quantity: Number(ev.target.value) });
    }
}

OfferService.components = { OfferService };
