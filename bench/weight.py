"""What a phone downloads: the first visit with everything it needs, then each page alone."""

import gzip
import http.client
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from bench import decade
from bench.errors import BenchError
from bench.signing_in import Browser

FIRST = "/login"
USED = re.compile(r'<(?:link|script|img|use)[^>]*\s(?:href|src)="(/[^"#]+)')
"""Addresses that a page asks for by itself."""


@dataclass(frozen=True)
class Weight:
    """Bytes over the wire, gzipped where the server does that: the sign-in page and all that it
    asks for; every later page, the heaviest first."""

    first: int
    files: int
    pages: Sequence[tuple[str, int]]


def measure(port: int, browser: Browser) -> Weight:
    """Ask as a phone does. Raises BenchError."""
    page = _get(port, FIRST, {})
    names = {unescape(name) for name in USED.findall(page[1].decode())}
    first = len(page[0]) + sum(len(_get(port, name, {})[0]) for name in names)
    headers = browser.page_headers()
    pages = [(path, len(_get(port, path, headers)[0])) for path in decade.PAGES]
    return Weight(first, len(names), sorted(pages, key=lambda one: -one[1]))


def _get(port: int, path: str, headers: dict[str, str]) -> tuple[bytes, bytes]:
    """What comes over the wire, and what it is. Raises BenchError."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={**headers, "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        sent = answer.read()
        if answer.status == 303:
            return _get(port, str(answer.headers["Location"]), headers)
        if answer.status != 200:
            raise BenchError(f"GET {path} answers {answer.status}")
        if answer.headers.get("Content-Encoding") != "gzip":
            return sent, sent
        return sent, gzip.decompress(sent)
    finally:
        connection.close()
