"""Letters to the customer of a subscription, and what stands in them."""

from odoo import models


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _send_letter(self, xmlid):
        """Send one of our mails to the customer, if nobody deleted it."""
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if template:
            self._send_template(template)

    def _send_template(self, template):
        """Send a mail about this subscription to its customer; it stands in the chatter."""
        # sudo: the act is the user's, its letter is the company's
        self.sudo().message_post_with_source(
            template,
            email_layout_xmlid='mail.mail_notification_light',
            subtype_xmlid='mail.mt_comment',
        )

    def _get_ending_rows(self):
        """What ends with the subscription, as it is agreed for the last day.

        :return: dicts of the `line`, its `name` and `quantity`
        :rtype: list[dict]
        """
        self.ensure_one()
        end = self.date_end
        lines = self.line_ids.filtered(
            lambda line: line.date_end and line.date_end == end and line.date_start <= end
        )
        timeline = self._get_timeline()
        rows = []
        for line in lines:
            held = line._get_held(end, timeline)
            rows.append(
                {
                    'line': line,
                    'name': (held['name'] or line.display_name).split('\n')[0],
                    'quantity': held['quantity'],
                }
            )
        return rows

    def _get_revision_texts(self):
        """:return: what the announced revision changes here, for the letter"""
        revision = self.env['offer.revision'].browse(self.env.context.get('offer_revision_id'))
        return revision.exists()._get_texts(self) if revision else []
