"""The two programs that pages and PDFs need: Chromium and wkhtmltopdf."""

import os

from apt import install
from common import SetupError, on_path, say

CHROMIUM = ('chromium', 'chromium-browser', 'google-chrome')


def ensure_chromium():
    """:return: the browser's path, or None if it can't be had here
    :raise SetupError: if CI is set and there is none: CI tests the browser or fails
    """
    found = on_path(*CHROMIUM)
    if not found and not os.getuid():
        say('Installing Chromium …')
        try:
            install(['chromium'], 'install Chromium')
        except SetupError as problem:
            say(str(problem))
        found = on_path(*CHROMIUM)
    if not found:
        text = 'There is no Chromium here, so nothing can be tested in a browser: install chromium.'
        if os.environ.get('CI'):
            raise SetupError(text)
        say(text)
    return found


def ensure_wkhtmltopdf():
    """:return: its path, or None: newer releases of Debian have none"""
    found = on_path('wkhtmltopdf')
    if not found and not os.getuid():
        say('Installing wkhtmltopdf …')
        try:
            install(['wkhtmltopdf'], 'install wkhtmltopdf')
        except SetupError:
            say('This machine has no wkhtmltopdf; PDFs are rendered with Chromium instead.')
        found = on_path('wkhtmltopdf')
    return found
