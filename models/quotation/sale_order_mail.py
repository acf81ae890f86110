"""The mails of an order that recurs: they name what is paid once and per period, where Odoo's own
name one total.
"""

from odoo import models

#: our own templates for Odoo's, which name the total
TEMPLATES = {
    'sale.email_template_edi_sale': 'sale_offer.mail_template_sale_quotation',
    'sale.email_template_proforma': 'sale_offer.mail_template_sale_proforma',
    'sale.mail_template_sale_confirmation': 'sale_offer.mail_template_sale_confirmation',
    'sale.mail_template_sale_payment_executed': 'sale_offer.mail_template_sale_payment',
}
NAMES_TOTAL = 'amount_total'


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _find_mail_template(self):
        """Name what is paid once and per period."""
        return self._get_offer_mail_template(super()._find_mail_template())

    def _send_order_notification_mail(self, mail_template, allow_deferred_sending=True):
        """Name what is paid once and per period."""
        return super()._send_order_notification_mail(
            self._get_offer_mail_template(mail_template), allow_deferred_sending
        )

    def _get_offer_mail_template(self, template):
        """A template that a company has written or chosen itself stays, and so does one of Odoo's
        that names no total any more.

        :param template: mail.template, or none
        :return: the one with which this order is mailed
        """
        if not template or not self.order_line.offer_plan_id:
            return template
        # sudo: whoever sends need not be allowed to read all templates
        own = TEMPLATES.get(template.sudo().get_external_id()[template.id])
        if not own or NAMES_TOTAL not in str(template.sudo().body_html):
            return template
        return self.env.ref(own, raise_if_not_found=False) or template

    def _get_offer_mail_terms(self):
        """:return: the terms in words, at amounts with taxes, as the mail has them"""
        if not self.env.registry.ready:
            # Odoo tries a template on some order when it is loaded: at an update the facts of
            # before, which that may ask for, are still to be made
            return False
        return self.with_context(offer_with_taxes=True).offer_terms_text

    def _get_offer_mail_asked(self):
        """:return: what is asked first, see `_get_offer_first_invoice_texts`"""
        # as above
        return self._get_offer_first_invoice_texts() if self.env.registry.ready else []

    def _get_offer_open_text(self):
        """:return: what of the one-time part remains to be paid, in words, or nothing"""
        rest = self._get_offer_one_time_total() - self.amount_paid
        if self.currency_id.compare_amounts(rest, 0.0) <= 0:
            return ''
        return self.currency_id.format(rest)

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        """Name what is paid once and per period below the title too."""
        context = super()._notify_by_email_prepare_rendering_context(message, *args, **kwargs)
        if self.order_line.offer_plan_id and self.amount_total:
            lang = context.get('lang')
            order = self.with_context(lang=lang) if lang else self
            context['subtitles'] = [*context['subtitles'][:-1], order.offer_amount_text]
        return context
