import { registry } from "@web/core/registry";

const preview = ".o_offer_billing_preview";

/** An accountant sees what would be billed, and why, and starts the run. */
registry.category("web_tour.tours").add("sale_offer_billing_run", {
    steps: () => [
        {
            content: "See for whom and how much",
            trigger: `${preview} summary:contains(Bakery Berg):contains(155.00)`,
            run: "click",
        },
        {
            content: "See why",
            trigger: `${preview} details[open] tr:contains(Managed Workplace):contains(150.00)`,
        },
        { trigger: "button[name=action_start]", run: "click" },
        {
            content: "Follow it",
            trigger: ".o_statusbar_status button[data-value=running].o_arrow_button_current",
        },
        { trigger: `body:not(:has(${preview}))` },
        { trigger: "button[name=action_view_due]:contains(1)" },
    ],
});
