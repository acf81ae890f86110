"""What was agreed of a subscription, read for `tools/timeline.py`."""

from odoo import models

from ...tools.amounts import to_decimal
from ...tools.facts import TERM, End, Facts, Introduction
from ...tools.timeline import Timeline


class OfferSubscription(models.Model):
    _inherit = 'offer.subscription'

    # === BUSINESS METHODS === #

    def _has_begun(self):
        """:return: whether it was activated: what is billed follows from its facts then"""
        self.ensure_one()
        return self.state != 'pending'

    def _get_timelines(self):
        """What follows from the facts as they stand now.

        :return: by subscription
        :rtype: dict[offer.subscription, Timeline]
        """
        # sudo: what was agreed decides, whoever asks
        return {
            subscription: Timeline(subscription_sudo._read_facts())
            for subscription, subscription_sudo in zip(self, self.sudo(), strict=True)
        }

    def _get_timeline(self, lines=None):
        """
        :param lines: offer.subscription.line that are asked for, with what they hang on; None: all
        :rtype: Timeline
        """
        self.ensure_one()
        # sudo: what was agreed decides, whoever asks
        return Timeline(self.sudo()._read_facts(lines))

    def _read_facts(self, lines=None):
        """:rtype: Facts"""
        self.ensure_one()
        lines = self.line_ids if lines is None else lines.sudo()
        return Facts(
            terms=self.plan_id._get_terms(),
            anchor=self.date_anchor,
            rounding=to_decimal(self.currency_id.rounding),
            lines=tuple(line._as_fact() for line in lines if line.date_start),
            pauses=tuple(pause._as_fact() for pause in self.pause_ids),
            resumes=tuple(resume._as_fact() for resume in self.resume_ids),
            ends=tuple(self._read_ends()),
            waivers=tuple(waiver._as_fact() for waiver in lines.waiver_ids),
            introduction=self._read_introduction(),
        )

    def _read_ends(self):
        yield from (end._as_fact() for end in self.end_ids)
        # nobody is billed beyond such a term before it is renewed
        certain = self._get_certain_end()
        if certain:
            yield End(certain, 0, TERM)

    def _read_introduction(self):
        if not self.date_introduction_end:
            return None
        return Introduction(self.date_introduction_end, to_decimal(self.intro_percent))
