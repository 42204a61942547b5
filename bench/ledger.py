"""The hazard ledger with ten years of hazards beside the same ledger with one term's."""

import sqlite3
import statistics
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from bench.errors import BenchError
from bench.signing_in import Browser, Fetch

HAZARDS = 20_000
YEARS = 10
REQUESTS = 7
"""Requests of each address in a round."""
PAGES = {
    "all": "/hazards",
    "closed": "/hazards?state=closed",
    "one category": "/hazards?category=electricity",
    "overdue": "/hazards?overdue=1",
    "words": "/hazards?q=" + quote("应急灯"),
}


@dataclass(frozen=True)
class Growth:
    """Median seconds of a page with one term's hazards and with ten years'."""

    name: str
    few: float
    many: float


def measure(few: tuple[Fetch, Browser], many: tuple[Fetch, Browser], rounds: int) -> list[Growth]:
    """Ask both schools for every page in turn. Raises BenchError."""
    found = []
    for name, path in PAGES.items():
        spent: tuple[list[float], list[float]] = ([], [])
        for number in range(rounds * REQUESTS + 1):
            for times, (fetch, browser) in zip(spent, (few, many), strict=True):
                took = _timed(fetch, browser, path)
                if number:  # the first one warms up
                    times.append(took)
        found.append(Growth(name, *map(statistics.median, spent)))
    return found


def add_hazards(path: Path, count: int = HAZARDS) -> None:
    """Copy the hazards that are over into the years before, with their steps."""
    with closing(sqlite3.connect(path, timeout=30)) as db:
        db.row_factory = sqlite3.Row
        over = "SELECT * FROM hazard WHERE state IN ('closed', 'rejected') ORDER BY id"
        models = [dict(row) for row in db.execute(over)]
        if not models:
            raise BenchError("the sample school has no hazard that is over")
        steps = {
            model["id"]: [
                dict(row)
                for row in db.execute(
                    "SELECT * FROM hazard_event WHERE hazard_id = ?", [model["id"]]
                )
            ]
            for model in models
        }
        first = db.execute("SELECT max(id) FROM hazard").fetchone()[0] + 1
        with db:
            for n in range(count):
                model = models[n % len(models)]
                back = timedelta(days=365 * YEARS * (count - n) // count)
                year, serial = 2000 + n // 2000, n % 2000 + 1
                made = {**model, "id": first + n, "number": f"YH-{year}-{serial:04d}"}
                made |= {
                    name: _moved(model[name], back) for name in ("found_at", "closed_at", "due_on")
                }
                _insert(db, "hazard", made)
                for step in steps[model["id"]]:
                    moved = {"id": None, "hazard_id": first + n, "at": _moved(step["at"], back)}
                    _insert(db, "hazard_event", {**step, **moved})


def _moved(text: str | None, back: timedelta) -> str | None:
    if text is None:
        return None
    if len(text) == len("2026-11-24"):
        return (date.fromisoformat(text) - back).isoformat()
    return (datetime.fromisoformat(text) - back).isoformat(" ", "microseconds")


def _insert(db: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def _timed(fetch: Fetch, browser: Browser, path: str) -> float:
    began = time.perf_counter()
    status, _cookies, _page = fetch("GET", path, browser.page_headers(), "")
    if status != 200:
        raise BenchError(f"GET {path} answers {status}")
    return time.perf_counter() - began
