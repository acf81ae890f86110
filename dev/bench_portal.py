"""How fast the customer's pages come, in seconds of the clock, through Odoo's web server."""

import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request

from bench_billing import run_script
from common import say
from database import serving

ROUNDS = 60
# rows: what is measured and by what; the most that it may take of that
HOME, LIST, FORM = 1.10, 1.25, 1.0


def bench_portal(databases):
    """
    :return: whether all is in its bounds, and the table as Markdown
    """
    databases.ensure_base()
    best = {}
    sources = {'stock': databases.base, 'addon': databases.ensure_template()}
    for label, source in sources.items():
        name = f'{databases.prefix}_bench_portal'
        databases.clone(source, name)
        offer = json.loads(run_script(databases, 'portal.py', databases.config, name))
        with serving(databases, name) as (url, _process):
            many, few = (_Visitor(url, login) for login in ('many', 'few'))
            best[f'home {label}'] = many.time_home()
            if offer:
                best['list many'] = many.time('/my/offers')
                best['list few'] = few.time('/my/offers')
                best['form'] = many.time(f'/my/offers/{offer}')
        databases.drop(name)
    home = best['home addon'] / best['home stock']
    pages = best['list many'] / best['list few']
    rows = [
        f'| the portal\'s home with its counters / the same of stock Odoo |'
        f' {best["home stock"]:.3f} s | {best["home addon"]:.3f} s | {home:.2f} | {HOME:.2f} |',
        f'| a page of 20 among 2,000 offers / among 20 |'
        f' {best["list few"]:.3f} s | {best["list many"]:.3f} s | {pages:.2f} | {LIST:.2f} |',
        f'| the order form with 300 options / a second |'
        f' 1.000 s | {best["form"]:.3f} s | {best["form"]:.2f} | {FORM:.2f} |',
    ]
    for row in rows:
        say(row.strip('| '))
    head = '| | by | takes | ratio | at most |\n| --- | --- | --- | --- | --- |\n'
    good = home <= HOME and pages <= LIST and best['form'] <= FORM
    return good, head + '\n'.join(rows)


class _Visitor:
    """A customer who has logged in."""

    def __init__(self, url, login):
        self.url = url
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        token = re.search(r'csrf_token: "([^"]+)"', self._get('/web/login')).group(1)
        form = {'login': login, 'password': login, 'csrf_token': token}
        self.opener.open(f'{url}/web/login', urllib.parse.urlencode(form).encode()).read()

    def _get(self, path):
        return self.opener.open(self.url + path).read().decode()

    def _count(self, counters):
        request = urllib.request.Request(
            f'{self.url}/my/counters',
            json.dumps({'params': {'counters': counters}}).encode(),
            {'Content-Type': 'application/json'},
        )
        answer = json.load(self.opener.open(request))
        if 'result' not in answer:
            raise ValueError(answer)

    def time(self, path):
        return self._time(lambda: self._get(path))

    def time_home(self):
        """The page, and the counters that it asks for."""
        counters = re.findall(r'data-placeholder_count="([^"]+)"', self._get('/my'))
        return self._time(lambda: (self._get('/my'), self._count(counters)))

    def _time(self, act):
        """:return: the best of some rounds, after two that fill the caches"""
        times = []
        for _round in range(ROUNDS + 2):
            start = time.perf_counter()
            act()
            times.append(time.perf_counter() - start)
        return min(times[2:])
