"""The ledger of 200,000 checks as one workbook: how long it takes, and how much memory the server
takes for it."""

import http.client
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import school, servers
from bench.errors import BenchError
from bench.servers import Server
from bench.signing_in import Browser, over_http, sign_in

CHECKS = 200_000
TERM = 140
"""Days between a check and its copy; longer than a term."""
PAGE = "/hazards"
"""What somebody else opens meanwhile."""
LONGEST = 600
"""Seconds after which nobody waits any more."""


@dataclass(frozen=True)
class Export:
    """``seconds`` until the last byte; memory of the server in MB, None where unknown; ``page``: the
    longest that somebody waited for a page meanwhile, in seconds."""

    checks: int
    size: int
    seconds: float
    before: float | None
    peak: float | None
    page: float


def measure(folder: Path, source: Path) -> Export:
    """Copy the school ``source`` into ``folder``, give it ten years of checks, export them. Raises
    BenchError."""
    data = folder / "exports" / "data"
    shutil.copytree(source, data)
    checks = add_checks(school.database(data))
    with servers.app(data) as app:
        fetch = over_http(app.port)
        browser = sign_in(fetch)
        fetch("GET", PAGE, browser.page_headers(), "")
        before, waits = servers.resident_mb(app), list[float]()
        with _Watch(app, browser, waits) as peaks:
            began = time.perf_counter()
            size = _downloaded(app, browser)
            seconds = time.perf_counter() - began
    return Export(checks, size, seconds, before, max(peaks, default=None), max(waits, default=0))


def add_checks(path: Path, count: int = CHECKS) -> int:
    """Copy the checks that hold into the years before until there are ``count``; how many there
    are."""
    with closing(sqlite3.connect(path, timeout=30)) as db, db:
        names = [row[1] for row in db.execute("PRAGMA table_info(check_record)")]
        moved = {"id": "NULL", "day": "date(day, :back)"}
        wanted = ", ".join(moved.get(name, name) for name in names)
        last = db.execute("SELECT max(id) FROM check_record").fetchone()[0]
        there = db.execute("SELECT count(*) FROM check_record").fetchone()[0]
        time_ago = 0
        while there < count:
            time_ago += TERM
            there += db.execute(
                f"INSERT INTO check_record ({', '.join(names)}) SELECT {wanted} FROM check_record"
                " WHERE id <= :last AND corrects_id IS NULL AND superseded_by_id IS NULL"
                " LIMIT :most",
                {"back": f"-{time_ago} days", "last": last, "most": count - there},
            ).rowcount
        return int(there)


class _Watch:
    """Looks at the server's memory and opens pages, again and again, until it is left."""

    def __init__(self, app: Server, browser: Browser, waits: list[float]) -> None:
        self._app, self._browser, self._waits = app, browser, waits
        self._peaks: list[float] = []
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=one) for one in (self._weigh, self._open)]

    def __enter__(self) -> list[float]:
        for thread in self._threads:
            thread.start()
        return self._peaks

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _weigh(self) -> None:
        while not self._is_over.wait(0.1):
            memory = servers.resident_mb(self._app)
            if memory is not None:
                self._peaks.append(memory)

    def _open(self) -> None:
        fetch = over_http(self._app.port)
        while not self._is_over.wait(0.5):
            began = time.perf_counter()
            fetch("GET", PAGE, self._browser.page_headers(), "")
            self._waits.append(time.perf_counter() - began)


def _downloaded(app: Server, browser: Browser) -> int:
    """Bytes of the workbook, read in portions."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=LONGEST)
    try:
        connection.request("GET", "/checks.xlsx", headers=browser.page_headers())
        answer = connection.getresponse()
        if answer.status != 200:
            raise BenchError(f"GET /checks.xlsx answers {answer.status}")
        size = 0
        while portion := answer.read(1 << 16):
            size += len(portion)
        return size
    finally:
        connection.close()


def text(found: Export) -> str:
    """What was measured, in one line."""
    memory = "memory not known on this system"
    if found.before is not None and found.peak is not None:
        memory = f"the app took {found.peak:.0f} MB at most, {found.before:.0f} MB before"
    return (
        f"a workbook of {found.checks} checks: {found.seconds:.1f} s, {found.size / 1e6:.1f} MB; "
        f"{memory}; a page opened meanwhile took {found.page * 1000:.0f} ms at most"
    )
