"""Around the whole app: the number of each request, its line in the log, its place in the tally."""

import logging
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from flask import Flask

from unitsafe.core import security, trace
from unitsafe.core.tally import tally
from unitsafe.core.trace import Trace

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Start = Callable[..., Any]
log = logging.getLogger("unitsafe.request")
SLOW_SECONDS = 2.0
QUIET = frozenset({"/healthz"})
"""Routes that a monitor asks for all day: neither logged nor counted."""
HEADER = "X-Request-ID"


class Watch:
    """WSGI middleware around ``inner``, the whole of ``app``.

    ``proxies``: how many proxies stand before the server; with any, their number of the request is
    taken. What even the app's own page for errors could not answer is answered here.
    """

    def __init__(self, app: Flask, inner: Any, *, proxies: int = 0) -> None:
        self._app, self._inner, self._has_proxy = app, inner, proxies > 0

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer by the app, and note what it took until the answer stood."""
        now = trace.begin(environ.get("HTTP_X_REQUEST_ID", "") if self._has_proxy else "")
        status, sent = 500, Headers()

        def begin(line: str, headers: Headers, *rest: Any) -> Any:
            nonlocal status, sent
            status, sent = int(line[:3]), headers
            return start(line, [*headers, (HEADER, now.id)] if now.route else headers, *rest)

        try:
            body: Iterable[bytes] = self._inner(environ, begin)
        except Exception:
            _note(now, environ["REQUEST_METHOD"], 500, None)
            if self._app.testing or self._app.debug:
                raise
            log.exception("no answer")
            return _last_resort(now, start, security.headers(self._app.config["SETTINGS"]))
        if now.route and now.route not in QUIET:
            _note(now, environ["REQUEST_METHOD"], status, _length(sent))
        return body


def _last_resort(now: Trace, start: Start, always: dict[str, str]) -> list[bytes]:
    text = f"程序出了问题，刚才的操作没有保存。错误编号 {now.shown}，请告诉管理员。\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
    headers += [("Cache-Control", "no-store"), (HEADER, now.id), *always.items()]
    start("500 Internal Server Error", headers)
    return [text]


def _note(now: Trace, method: str, status: int, length: int | None) -> None:
    seconds = perf_counter() - now.began
    tally.add(now.route or trace.UNKNOWN, status, seconds, now.shown)
    is_slow = seconds > SLOW_SECONDS
    level = logging.WARNING if is_slow or status >= 500 else logging.INFO
    if not log.isEnabledFor(level):
        return
    message = "slow request" if is_slow else "request"
    record = logging.LogRecord(log.name, level, __file__, 0, message, None, None)
    record.fields = {
        "method": method[:10],
        "route": now.route or trace.UNKNOWN,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "sql": now.statements,
        "sql_ms": round(now.sql_seconds * 1000, 1),
        "bytes": length,
    }
    log.handle(record)  # log.log would look for the line of code first, which costs as much again


def _length(headers: Headers) -> int | None:
    """Bytes of the answer; None where it is sent in portions and nobody counts them."""
    return next((int(text) for name, text in headers if name == "Content-Length"), None)
