"""A school with ten years of records beside the same school with one term's: pages and figures."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from flask import Flask

from bench import school
from bench.errors import BenchError
from bench.recording import selects
from bench.signing_in import Browser, Fetch
from unitsafe.core.db import db
from unitsafe.core.figures import METRICS, Period

YEARS = 10
REQUESTS = 5
"""Requests of each address in a round."""
MONTH = school.NOW[:7]
# Both schools show as many rows: ledgers and filters that do not fill a page in the term are left out.
PAGES = (
    "/",
    "/checks",
    "/checks?state=countersigned",
    "/checks?building=1",
    "/hazards",
    "/hazards?state=closed",
    "/hazards?level=normal",
    "/hazards?overdue=1",
    "/hazards?q=" + quote("一"),
    "/equipment",
    "/activities",
    "/activities/required",
    "/documents",
    "/documents/archive",
    f"/appraisal/{MONTH}",
    "/year-plan",
    "/people",
    "/people/1",
    "/grids",
    "/grids/coverage",
    "/spaces/20",
    f"/roster/{MONTH}",
    "/letters",
    "/stats",
    "/assessments/2026Q4",
)
QUARTER = (date(2026, 10, 1), date(2026, 12, 31))
"""The quarter that school.NOW lies in."""
FIGURE_ROUNDS = 5


@dataclass(frozen=True)
class Growth:
    """Least seconds of a page with one term's records and with ten years' more, and how many
    statements it sends to the database then."""

    path: str
    few: float
    many: float
    statements: int


@dataclass(frozen=True)
class Figures:
    """Least seconds of each figure of a quarter on ten years of records, the slowest first."""

    spent: Sequence[tuple[str, float]]

    @property
    def total(self) -> float:
        """Seconds of all of them."""
        return sum(seconds for _, seconds in self.spent)


def measure(
    few: tuple[Fetch, Browser], many: tuple[Fetch, Browser], here: Flask, rounds: int
) -> list[Growth]:
    """Ask both schools for every page in turn, one request at a time; ``here``: the app on the ten
    years in this process, for its statements. The least of all rounds counts: what neighbours on the
    machine add is left out, and each page is asked for alone. Raises BenchError."""
    found = []
    for path in PAGES:
        spent: tuple[list[float], list[float]] = ([], [])
        address = _where(*many, path)
        for number in range(rounds * REQUESTS + 1):
            for times, (fetch, browser) in zip(spent, (few, many), strict=True):
                took = _timed(fetch, browser, address)
                if number:  # the first one warms up
                    times.append(took)
        statements = len(selects(here, many[1], address))
        found.append(Growth(path, *map(min, spent), statements))
    return found


def figures(here: Flask) -> Figures:
    """Count every registered figure of the quarter, in this process."""
    on = datetime.fromisoformat(school.NOW).date()
    period = Period(*QUARTER, on)
    spent: dict[str, list[float]] = {key: [] for key in METRICS}
    with here.app_context():
        for number in range(FIGURE_ROUNDS + 1):
            for key, metric in METRICS.items():
                began = time.perf_counter()
                metric(db.session(), period)
                if number:
                    spent[key].append(time.perf_counter() - began)
            db.session.remove()
    least = {key: min(times) for key, times in spent.items()}
    return Figures(sorted(least.items(), key=lambda one: -one[1]))


def _where(fetch: Fetch, browser: Browser, path: str) -> str:
    """``path``, or where it leads to (a ledger by year opens on this one)."""
    status, _cookies, page = fetch("GET", path, browser.page_headers(), "")
    if status == 303:
        return page.split('href="', 1)[1].split('"', 1)[0]
    return path


def _timed(fetch: Fetch, browser: Browser, path: str) -> float:
    began = time.perf_counter()
    status, _cookies, _page = fetch("GET", path, browser.page_headers(), "")
    if status != 200:
        raise BenchError(f"GET {path} answers {status}")
    return time.perf_counter() - began
