import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/views/fields/formatters";
import { parseFloat } from "@web/views/fields/parsers";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ONCE = 0;

/** The prices of a Service: its own, its levels' and its options' rows by plans. */
export class OfferPriceGrid extends Component {
    static template = "sale_offer.OfferPriceGrid";
    static props = { ...standardFieldProps };

    setup() {
        this.notification = useService("notification");
        this.state = useState({ planIds: [], withSetup: false });
    }

    get grid() {
        return this.props.record.data[this.props.name] || { plans: [], rows: [] };
    }

    /** The rows that are saved, and the levels that were added since. */
    get rows() {
        const { rows } = this.grid;
        const tiers = this.props.record.data.offer_tier_ids?.records || [];
        const keys = rows.map((row) => row.key);
        const missing = tiers
            .filter((tier) => tier.resId && !keys.includes(`tier_${tier.resId}`))
            .map((tier) => ({
                key: `tier_${tier.resId}`,
                name: tier.data.display_name,
                once: true,
                recurring: true,
                cells: {},
            }));
        return [...rows, ...missing];
    }

    get columns() {
        const used = this.grid.plans.filter(
            (plan) =>
                this.state.planIds.includes(plan.id) ||
                this.grid.rows.some((row) => row.cells[plan.id]),
        );
        return [...used, { id: ONCE, name: _t("One-time") }];
    }

    get otherPlans() {
        const shown = this.columns.map((plan) => plan.id);
        return this.grid.plans.filter((plan) => !shown.includes(plan.id));
    }

    get withSetup() {
        return (
            this.state.withSetup ||
            this.rows.some((row) => Object.values(row.cells).some((cell) => cell.setup))
        );
    }

    isPriced(row, plan) {
        return plan.id === ONCE ? row.once : row.recurring;
    }

    text(row, plan) {
        const cell = row.cells[plan.id];
        if (!cell) {
            return "";
        }
        const amount = formatFloat(cell.amount, { digits: [16, 2] });
        return cell.percent ? `${amount} %` : amount;
    }

    setupText(row, plan) {
        const cell = row.cells[plan.id];
        return cell?.setup ? formatFloat(cell.setup, { digits: [16, 2] }) : "";
    }

    onAddPlan(ev) {
        this.state.planIds.push(Number(ev.target.value));
    }

    onPrice(row, plan, ev) {
        const text = ev.target.value.trim();
        const percent = text.endsWith("%");
        if (percent && row.key === "own") {
            return this.refuse(ev, _t("The Service's own price is an amount, no percentage."));
        }
        this.update(row, plan, ev, text.replace(/%$/, "").trim(), (cell, amount) =>
            amount === null ? null : { setup: 0, ...cell, amount, percent },
        );
    }

    onSetup(row, plan, ev) {
        this.update(row, plan, ev, ev.target.value.trim(), (cell, amount) =>
            cell || amount ? { amount: 0, percent: false, ...cell, setup: amount || 0 } : null,
        );
    }

    refuse(ev, message) {
        this.notification.add(message, { type: "danger" });
        ev.target.value = ev.target.defaultValue;
    }

    update(row, plan, ev, text, change) {
        let amount = null;
        try {
            amount = text ? parseFloat(text) : null;
        } catch {
            return this.refuse(ev, _t('"%s" is not a number.', text));
        }
        if (amount < 0) {
            return this.refuse(ev, _t("A price is 0 or more."));
        }
        const rows = this.rows.map((other) => {
            if (other.key !== row.key) {
                return other;
            }
            const cells = { ...other.cells };
            const cell = change(cells[plan.id], amount);
            if (cell) {
                cells[plan.id] = cell;
            } else {
                delete cells[plan.id];
            }
            return { ...other, cells };
        });
        if (plan.id !== ONCE && !this.state.planIds.includes(plan.id)) {
            // an emptied column stays until the form is left
            this.state.planIds.push(plan.id);
        }
        this.props.record.update({ [this.props.name]: { ...this.grid, rows } });
    }
}

registry.category("fields").add("offer_price_grid", {
    component: OfferPriceGrid,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "currency_id", type: "many2one", relation: "res.currency" }],
});
