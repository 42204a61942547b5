"""Where the time of a tap goes."""

import cProfile
import io
import pstats
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import recording, school
from bench.errors import BenchError
from bench.runs import Taps
from bench.signing_in import Browser, sign_in, through_app


def tap(folder: Path, count: int) -> None:
    """Send ``count`` taps through the WSGI app in this process and print the profile."""
    data = folder / "data"
    school.build(data)
    taps = Taps(school.add_open_checks(school.database(data)))
    app = recording.open_app(data)
    browser = sign_in(through_app(app))
    _send(app, browser, taps, count)
    plain = _send(app, browser, taps, count)
    profiler = cProfile.Profile()
    _send(app, browser, taps, count, around=profiler.runcall)
    out = io.StringIO()
    pstats.Stats(profiler, stream=out).sort_stats("cumulative").print_stats(25)
    pstats.Stats(profiler, stream=out).sort_stats("tottime").print_stats(25)
    print(out.getvalue().replace(str(school.ROOT), "."))
    print(f"{plain / count * 1e6:.0f} µs a tap in process, without the profiler")
    recording.close(app)


def _send(
    app: Any,
    browser: Browser,
    taps: Taps,
    count: int,
    around: Callable[..., Any] | None = None,
) -> float:
    """Seconds for the next ``count`` taps."""
    environs = [_environ(browser, *one) for one in taps.requests(count)]
    taps.done += count
    started = time.perf_counter()
    for environ in environs:
        status = around(_answer, app, environ) if around else _answer(app, environ)
        if status != "200 OK":
            raise BenchError(f"a tap answers {status}")
    return time.perf_counter() - started


def _answer(app: Any, environ: dict[str, Any]) -> str:
    told: list[str] = []
    body = app(environ, lambda status, _headers, _exc=None: told.append(status))
    for _part in body:
        pass
    if close := getattr(body, "close", None):
        close()
    return told[0]


def _environ(browser: Browser, method: str, path: str, body: str) -> dict[str, Any]:
    headers = {
        "HTTP_" + name.upper().replace("-", "_"): text
        for name, text in browser.tap_headers().items()
    }
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_USER_AGENT": "unitsafe-bench",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body.encode()),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **headers,
    }
