import { registry } from "@web/core/registry";

/** As a customer orders and looks after what it has, at whatever width the browser has. */

const price = (text, name = "recurring") => `strong[name=${name}]:contains(${text})`;

registry.category("web_tour.tours").add("sale_offer_portal_product", {
    url: "/my/offers",
    steps: () => [
        {
            trigger: ".o_offer_catalogue a:contains(Notebook)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "span:contains(900.00)" },
        { trigger: "button.o_offer_order", run: "click", expectUnloadPage: true },
        { trigger: ".o_portal_sale_sidebar:contains(Accept & Sign)" },
    ],
});

registry.category("web_tour.tours").add("sale_offer_portal_service", {
    url: "/my/offers",
    steps: () => [
        {
            trigger: ".o_offer_catalogue a:contains(Managed Workplace)",
            run: "click",
            expectUnloadPage: true,
        },
        { content: "The price stands there at once", trigger: price("40.00") },
        { trigger: "input[name=offer_quantity]", run: "edit 3 && press Tab" },
        { trigger: price("120.00") },
        {
            content: "A higher service level by the keyboard",
            trigger: "label:contains(Gold) input",
            run: "click",
        },
        { trigger: price("150.00") },
        { trigger: "label:contains(Remote Backup) input[type=checkbox]", run: "click" },
        { trigger: price("155.00") },
        {
            content: "More than can be had",
            trigger: "input[aria-label='Remote Backup']",
            run: "edit 51 && press Tab",
        },
        { trigger: ".o_offer_note:contains(0 to 50)" },
        { trigger: "button.o_offer_order:disabled" },
        { trigger: "input[aria-label='Remote Backup']", run: "edit 2 && press Enter" },
        { content: "Enter prices, and doesn't order", trigger: price("160.00") },
        { trigger: "button.o_offer_order:enabled", run: "click", expectUnloadPage: true },
        { trigger: ".o_portal_sale_sidebar:contains(160.00):contains(Accept & Sign)" },
    ],
});

registry.category("web_tour.tours").add("sale_offer_portal_change", {
    url: "/my/subscriptions",
    steps: () => [
        { trigger: "td a:contains(SUB)", run: "click", expectUnloadPage: true },
        { trigger: "a:contains(Change options)", run: "click", expectUnloadPage: true },
        { trigger: price("160.00") },
        { trigger: "label:contains(Bronze) input", run: "click" },
        { trigger: ".o_offer_difference:contains(Gold → Bronze)" },
        { trigger: "button.o_offer_order:enabled", run: "click", expectUnloadPage: true },
        { trigger: ".o_portal_sale_sidebar:contains(Accept & Sign)" },
    ],
});

registry.category("web_tour.tours").add("sale_offer_portal_notice", {
    url: "/my/subscriptions",
    steps: () => [
        { trigger: "td a:contains(SUB)", run: "click", expectUnloadPage: true },
        { trigger: "button:contains(Give notice)", run: "click", expectUnloadPage: true },
        {
            content: "The end is shown before",
            trigger: "[name=offer_notice]:contains(it ends on) button:contains(Give notice)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "button:contains(Withdraw the notice)", run: "click", expectUnloadPage: true },
        { trigger: "button:contains(Give notice)" },
    ],
});

registry.category("web_tour.tours").add("sale_offer_portal_approve", {
    url: "/my/quotes",
    steps: () => [
        { trigger: ".o_portal_my_doc_table a:contains(S0)", run: "click", expectUnloadPage: true },
        {
            trigger: ".o_offer_request button:contains(Approve)",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_offer_request:contains(we review it)" },
    ],
});
