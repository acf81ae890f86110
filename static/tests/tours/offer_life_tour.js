import { registry } from "@web/core/registry";

const dialog = ".o_offer_configurator";

/** A salesperson changes what a customer has, and has it confirmed. */
registry.category("web_tour.tours").add("sale_offer_change", {
    steps: () => [
        { trigger: "button[name=action_change]", run: "click" },
        {
            content: "A day is proposed",
            trigger: ".modal footer button[name=action_apply]:visible:contains(Quotation)",
            run: "click",
        },
        {
            content: "The configurator opens with what the customer has",
            trigger: `${dialog} strong[name=recurring]:contains(160.00)`,
        },
        { trigger: `${dialog}:not(:has(input[name=date_start]))` },
        { trigger: `${dialog} .form-check:contains(Gold) input:checked` },
        { trigger: `${dialog} input[name=quantity]`, run: "edit 5 && press Tab" },
        { trigger: `${dialog} strong[name=recurring]:contains(260.00)` },
        { trigger: `${dialog} button[name=offer_confirm]:enabled`, run: "click" },
        {
            content: "The quotation says what changes",
            trigger: "[name=offer_change_text]:contains(3 → 5):contains(100.00)",
        },
        { trigger: "button[name=action_confirm]:visible", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Sales Order)" },
        {
            content: "Back to what runs",
            trigger: "[name=offer_change_subscription_id] a",
            run: "click",
        },
        { trigger: "button[name=action_view_change_orders]:contains(1)" },
        { trigger: ".o_data_row:contains(Managed Workplace):contains(5.00)" },
    ],
});

/** Somebody gives notice, sees the end before, and takes it back. */
registry.category("web_tour.tours").add("sale_offer_notice", {
    steps: () => [
        { trigger: "button[name=action_notice]", run: "click" },
        {
            content: "The end is shown before it is confirmed",
            trigger: ".modal [name=effect]:contains(It ends on):contains(Minimum term 12 months)",
        },
        {
            trigger: ".modal footer button[name=action_apply]:visible:contains(Give Notice)",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))" },
        { trigger: "[name=date_notice]" },
        {
            content: "A letter went out",
            trigger: ".o-mail-Message:contains(we have received your notice)",
        },
        {
            content: "It stands under Planned, and is withdrawn there",
            trigger:
                "[name=planned_act_ids] .o_data_row:contains(notice of) button[name=action_withdraw]",
            run: "click",
        },
        {
            trigger: ".modal footer button[name=action_apply]:visible:contains(Withdraw)",
            run: "click",
        },
        { trigger: "button[name=action_notice]" },
        { trigger: "body:not(:has([name=date_notice]))" },
    ],
});
