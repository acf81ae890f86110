import { Component, useSubEnv } from "@odoo/owl";
import { ProductTemplateAttributeLine } from "@sale/js/product_template_attribute_line/product_template_attribute_line";

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

    setup() {
        useSubEnv({
            updateProductTemplateSelectedPTAV: (_template, lineId, valueId, isMulti) =>
                this.onValue(lineId, Number(valueId), isMulti),
            updatePTAVCustomValue: (_template, valueId, text) => this.onCustomValue(valueId, text),
        });
    }

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

    /** What can't be sold can only be taken out again. */
    isDisabled(option) {
        return this.find(option) ? option.required && !option.obstacle : Boolean(option.obstacle);
    }

    notes(place) {
        return this.props.service.notes[place] || [];
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

    // --- attributes ---------------------------------------------------------------------------

    onValue(lineId, valueId, isMulti) {
        const selected = [];
        let noVariant = [];
        for (const line of this.props.service.attributes) {
            let ids = line.selected_attribute_value_ids;
            if (line.id === lineId) {
                if (!isMulti) {
                    ids = [valueId];
                } else if (ids.includes(valueId)) {
                    ids = ids.filter((id) => id !== valueId);
                } else {
                    ids = [...ids, valueId];
                }
            }
            selected.push(...ids);
            if (line.create_variant === "no_variant") {
                noVariant = [...noVariant, ...ids];
            }
        }
        // inside another Service the variant is given by its option
        const isInside = this.props.path !== "s";
        this.props.onChange(
            isInside ? { no_variant_value_ids: noVariant } : { value_ids: selected },
        );
    }

    onCustomValue(valueId, text) {
        const key = "custom_product_template_attribute_value_id";
        const others = (this.props.configuration.custom_values || []).filter(
            (value) => value[key] !== valueId,
        );
        this.props.onChange({
            custom_values: [...others, { [key]: valueId, custom_value: text }],
        });
    }
}

OfferService.components = { OfferService, ProductTemplateAttributeLine };
