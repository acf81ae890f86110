import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const row = (text) => `.o_field_sol_o2m .o_data_row:contains(${text})`;

/** A duplicated section brings its Service as it was configured. */
registry.category("web_tour.tours").add("sale_offer_duplicate_configured", {
    steps: () => [
        { content: "A section with a bundle", trigger: row("Remote Backup") },
        {
            content: "Its menu",
            trigger: ".o_field_sol_o2m .o_is_line_section .o_list_section_options button",
            run: "click",
        },
        { trigger: ".o-dropdown-item:contains(Duplicate)", run: "click" },
        {
            content: "The Service comes with its components",
            trigger: `.o_field_sol_o2m:has(.o_data_row:contains(Remote Backup) ~ .o_data_row:contains(Remote Backup))`,
        },
        ...stepUtils.saveForm(),
    ],
});

/** What is no longer offered is marked, and stays. */
registry.category("web_tour.tours").add("sale_offer_look_at_quoted", {
    steps: () => [
        { trigger: ".alert:contains(expired) button:contains(Extend as Quoted)" },
        {
            content: "Open the configurator",
            trigger: `${row("Managed Workplace")} td[name=product_template_id], ${row("Managed Workplace")} td[name=product_id]`,
            run: "click",
        },
        { trigger: ".o_selected_row button.fa-pencil", run: "click" },
        { trigger: ".o_offer_configurator .o_offer_kept:contains(No longer offered)" },
        {
            content: "Nothing changes, so it can be saved",
            trigger: ".o_offer_configurator button[name=offer_confirm]:enabled",
            run: "click",
        },
        { trigger: "body:not(:has(.o_offer_configurator))" },
        ...stepUtils.discardForm(),
        { trigger: ".alert button:contains(Extend as Quoted)", run: "click" },
        { trigger: "body:not(:has(.alert button:contains(Extend as Quoted)))" },
    ],
});
