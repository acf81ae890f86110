import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";
import tourUtils from "@sale/js/tours/tour_utils";

const dialog = ".o_offer_configurator";

registry.category("web_tour.tours").add("sale_offer_quote_a_service", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("sale.sale_menu_root", "Go to Sales"),
        ...tourUtils.createNewSalesOrder(),
        ...tourUtils.selectCustomer("Bakery Berg"),
        ...tourUtils.addProduct("Managed Workplace"),
        {
            content: "The configurator opens by itself, with the default",
            trigger: `${dialog} strong[name=recurring]:contains(40.00)`,
        },
        {
            content: "Three workplaces",
            trigger: `${dialog} input[name=quantity]`,
            run: "edit 3 && press Tab",
        },
        { trigger: `${dialog} strong[name=recurring]:contains(120.00)` },
        {
            content: "With Gold",
            trigger: `${dialog} .form-check:contains(Gold) input`,
            run: "click",
        },
        { trigger: `${dialog} strong[name=recurring]:contains(150.00)` },
        {
            content: "With notebooks and a backup",
            trigger: `${dialog} .form-check:contains(Notebook) input`,
            run: "click",
        },
        { trigger: `${dialog} strong[name=one_time]:contains(2,700.00)` },
        {
            trigger: `${dialog} .form-check:contains(Remote Backup) input`,
            run: "click",
        },
        { trigger: `${dialog} strong[name=recurring]:contains(155.00)` },
        {
            content: "More backups than there can be: the reason stands there at once",
            trigger: `${dialog} input[aria-label='Remote Backup']`,
            run: "edit 51 && press Tab",
        },
        { trigger: `${dialog} .alert:contains(0 to 50)` },
        { trigger: `${dialog} button[name=offer_confirm]:disabled` },
        {
            trigger: `${dialog} input[aria-label='Remote Backup']`,
            run: "edit 2 && press Tab",
        },
        { trigger: `${dialog} strong[name=recurring]:contains(160.00)` },
        { trigger: `${dialog} button[name=offer_confirm]:enabled`, run: "click" },
        {
            content: "The components stand below their Service",
            trigger: ".o_data_row:eq(2):contains(Remote Backup)",
        },
        { trigger: "[name=offer_totals_html]:contains(Per month):contains(160.00)" },
        ...tourUtils.clickSomewhereElse(),
        {
            content: "Open it again: what was chosen is there",
            trigger:
                ".o_data_row:first .o_data_cell[name=product_template_id], .o_data_row:first .o_data_cell[name=product_id]",
            run: "click",
        },
        { trigger: ".o_data_row:first button.fa-pencil", run: "click" },
        { trigger: `${dialog} .form-check:contains(Gold) input:checked` },
        {
            trigger: `${dialog} .form-check:contains(Bronze) input`,
            run: "click",
        },
        { trigger: `${dialog} strong[name=recurring]:contains(130.00)` },
        { trigger: `${dialog} button[name=offer_confirm]:enabled`, run: "click" },
        { trigger: "[name=offer_totals_html]:contains(130.00)" },
        { trigger: ".o_form_button_save", run: "click" },
        {
            trigger:
                ".o_form_saved, .o_form_readonly, .o_form_view:not(:has(.o_form_button_save:visible))",
        },
        { content: "Confirm it", trigger: "button[name=action_confirm]:visible", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Sales Order)" },
        {
            content: "The subscription is one click away",
            trigger: "button[name=action_view_offer_subscriptions]",
            run: "click",
        },
        { trigger: ".o_form_view [name=state] .o_arrow_button_current:contains(Active)" },
        { trigger: ".o_data_row:contains(Managed Workplace)" },
        { content: "Bill it", trigger: "button[name=action_bill_today]", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(130.00):contains(Posted)" },
    ],
});

registry.category("web_tour.tours").add("sale_offer_publish_a_product", {
    url: "/odoo/offer-products",
    steps: () => [
        { content: "A new Product", trigger: ".o-kanban-button-new", run: "click" },
        { trigger: ".o_field_widget[name=name] input", run: "edit Label Printer" },
        { trigger: ".o_field_widget[name=list_price] input", run: "edit 249" },
        {
            content: "There is nothing else to fill in",
            trigger: ".o_form_view:not(:has([name=offer_price_ids])):not(:has(a[name=variants]))",
        },
        { trigger: "button[name=action_offer_publish]", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Published)" },
        { content: "All of it", trigger: "button[name=action_offer_open_details]", run: "click" },
        {
            content: "No variants, no pricelists, no choices",
            trigger:
                ".o_form_view:has(a[name=general_information]):not(:has(a[name=variants])):not(:has(a[name=sales_price])):not(:has(a[name=offer]))",
        },
    ],
});

registry.category("web_tour.tours").add("sale_offer_publish_a_service", {
    url: "/odoo/offer-services",
    steps: () => [
        { content: "A new Service", trigger: ".o-kanban-button-new", run: "click" },
        { trigger: ".o_field_widget[name=name] textarea", run: "edit Managed Printing" },
        {
            content: "It is a Service already",
            trigger:
                ".o_field_widget[name=offer_kind] .o_radio_item:contains(Service) input:checked",
        },
        { trigger: "a[name=offer]", run: "click" },
        {
            content: "A price per plan",
            trigger: ".o_offer_price_grid select[name=add_plan]",
            run: "selectByLabel Monthly",
        },
        {
            trigger: ".o_offer_price_grid input[data-cell^='own/']:not([data-cell='own/0'])",
            run: "edit 15 && press Tab",
        },
        { content: "with a setup fee", trigger: "button[name=with_setup]", run: "click" },
        {
            trigger: ".o_offer_price_grid input[data-setup^='own/']:not([data-setup='own/0'])",
            run: "edit 99 && press Tab",
        },
        { trigger: "button[name=action_offer_publish]", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Published)" },
    ],
});

registry.category("web_tour.tours").add("sale_offer_optional_service", {
    url: "/odoo",
    steps: () => [
        ...stepUtils.goToAppSteps("sale.sale_menu_root", "Go to Sales"),
        ...tourUtils.createNewSalesOrder(),
        ...tourUtils.selectCustomer("Bakery Berg"),
        ...tourUtils.addProduct("Notebook"),
        {
            content: "What a Service costs is said per period",
            trigger:
                ".o_sale_product_configurator_table_optional td[name=price]:contains(40.00 per month)",
        },
        {
            trigger:
                ".o_sale_product_configurator_table_optional button[name=sale_product_configurator_add_button]",
            run: "click",
        },
        {
            trigger: ".o_sale_product_configurator_table td:contains(40.00 per month)",
        },
        {
            trigger: "button[name=sale_product_configurator_confirm_button]:enabled",
            run: "click",
        },
        {
            content: "It stands there as it will be saved",
            trigger: "[name=offer_totals_html]:contains(Per month):contains(40.00)",
        },
        { trigger: ".o_form_button_save", run: "click" },
        {
            trigger:
                ".o_form_saved, .o_form_readonly, .o_form_view:not(:has(.o_form_button_save:visible))",
        },
    ],
});
