import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import tourUtils from "@sale/js/tours/tour_utils";

const dialog = ".o_offer_configurator";
const line = (text) => `.o_field_sol_o2m .o_data_row:contains(${text})`;

/** What stands on a quotation: changed by the pencil, deleted with its Service, copied whole. */
registry.category("web_tour.tours").add("sale_offer_edit_delete_copy", {
    steps: () => [
        { content: "A quotation with a bundle", trigger: line("Remote Backup") },
        {
            content: "A component has no trash can",
            trigger: `${line("Remote Backup")}:not(:has(.o_list_record_remove button))`,
        },
        {
            content: "More workplaces: the notebooks follow",
            trigger: `${line("Managed Workplace")} .o_data_cell[name=product_uom_qty]`,
            run: "click",
        },
        {
            trigger: ".o_selected_row [name=product_uom_qty] input",
            run: "edit 5 && press Tab",
        },
        { trigger: `${line("Notebook")} [name=product_uom_qty]:contains(5.00)` },
        ...tourUtils.clickSomewhereElse(),
        {
            content: "Edit it by the pencil",
            trigger: `${line("Managed Workplace")} td[name=product_template_id], ${line("Managed Workplace")} td[name=product_id]`,
            run: "click",
        },
        { trigger: ".o_selected_row button.fa-pencil", run: "click" },
        {
            content: "What can't be sold is greyed out, with its reason",
            trigger: `${dialog} .o_offer_blocked:contains(retired) input:disabled`,
        },
        {
            content: "Without the backup something is missing: it stands beside what needs it",
            trigger: `${dialog} .form-check:contains(Remote Backup) input`,
            run: "click",
        },
        { trigger: `${dialog} .o_offer_note:contains(Remote Backup)` },
        { trigger: `${dialog} button[name=offer_confirm]:disabled` },
        {
            trigger: `${dialog} .form-check:contains(Notebook) input`,
            run: "click",
        },
        { trigger: `${dialog}:not(:has(.o_offer_note))` },
        {
            content: "By keyboard",
            trigger: `${dialog} input[name=quantity]`,
            run: "press Control+Enter",
        },
        {
            content: "The lines were changed in place",
            trigger: `.o_field_sol_o2m:not(:has(.o_data_row:contains(Remote Backup)))`,
        },
        ...stepUtils.saveForm(),
        { content: "Copy it", trigger: ".o_cp_action_menus button", run: "click" },
        { trigger: ".o-dropdown-item:contains(Duplicate)", run: "click" },
        {
            content: "The copy is another one",
            trigger: ".o_last_breadcrumb_item:not(:contains(OFFER-1))",
        },
        { trigger: line("Managed Workplace") },
        {
            content: "Delete the Service: all of it goes",
            trigger: `${line("Managed Workplace")} .o_list_record_remove button`,
            run: "click",
        },
        { trigger: ".o_field_sol_o2m:not(:has(.o_data_row:contains(Managed Workplace)))" },
        ...stepUtils.saveForm(),
    ],
});

/** The same dialog from the product catalogue. */
registry.category("web_tour.tours").add("sale_offer_catalogue", {
    steps: () => [
        { trigger: "button:contains(Catalog)", run: "click" },
        {
            content: "Add the Service from the catalogue",
            trigger: ".o_kanban_record:contains(Managed Workplace) .fa-shopping-cart",
            run: "click",
        },
        { trigger: `${dialog} strong[name=recurring]:contains(40.00)` },
        { trigger: `${dialog} .form-check:contains(Gold) input`, run: "click" },
        { trigger: `${dialog} strong[name=recurring]:contains(50.00)` },
        { trigger: `${dialog} button[name=offer_confirm]:enabled`, run: "click" },
        { trigger: `body:not(:has(${dialog}))` },
        { trigger: "button:contains(Back to Quotation)", run: "click" },
        { trigger: "[name=offer_totals_html]:contains(50.00)" },
    ],
});

/** On a phone: from the line's own form, all of the dialog can be reached. */
registry.category("web_tour.tours").add("sale_offer_phone", {
    steps: () => [
        {
            content: "Open the line",
            trigger: "[name=order_line] .o_kanban_record:contains(Managed Workplace)",
            run: "click",
        },
        { trigger: ".modal button[name=offer_configure]", run: "click" },
        { trigger: `${dialog} .form-check:contains(Bronze) input`, run: "click" },
        { trigger: `${dialog} strong[name=recurring]:contains(125.00)` },
        { trigger: `${dialog} button[name=offer_confirm]:enabled`, run: "click" },
        { trigger: `body:not(:has(${dialog}))` },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "[name=offer_totals_html]:contains(125.00)" },
        ...stepUtils.saveForm(),
    ],
});

registry.category("web_tour.tours").add("sale_offer_section_total_and_copy", {
    steps: () => [
        {
            content: "What it comes to stands beside the section",
            trigger: ".o_is_line_section .o_offer_section_total:contains(155.00 per month)",
        },
        { trigger: ".o_is_line_section .o_list_section_options button", run: "click" },
        { trigger: ".o-dropdown-item:contains(Duplicate)", run: "click" },
        { trigger: ".o_data_row.o_is_line_section:eq(1)" },
        { trigger: ".o_form_button_save", run: "click" },
        {
            trigger:
                ".o_form_saved, .o_form_readonly, .o_form_view:not(:has(.o_form_button_save:visible))",
        },
    ],
});
