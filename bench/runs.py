"""The runs of a measurement: app and floor in turn, in rounds, and what came out."""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from bench import decade, importing, recording, school, servers
from bench.errors import BenchError
from bench.servers import Server
from bench.signing_in import Browser, Fetch, over_http, sign_in

CONNECTIONS = (1, 8, 32)
PAGES = {"今日": "/", "hazard ledger": "/hazards"}
TAP = "saving an answer"
MOST_PER_SECOND = 8000
"""No run sends more requests than this for each of its seconds."""


@dataclass
class Case:
    """One line of the table: requests/s and p95 (seconds) of each round."""

    name: str
    connections: int
    rates: dict[str, list[float]] = field(default_factory=lambda: {"app": [], "floor": []})
    p95s: dict[str, list[float]] = field(default_factory=lambda: {"app": [], "floor": []})

    def rate(self, server: str) -> float:
        """Median requests/s."""
        return statistics.median(self.rates[server])

    def p95(self, server: str) -> float:
        """Median p95 in seconds."""
        return statistics.median(self.p95s[server])


@dataclass(frozen=True)
class Outcome:
    """A whole measurement; ``memory_mb`` of the app after the load, None where unknown."""

    cases: list[Case]
    taps: int
    preview: importing.Preview
    growth: list[decade.Growth]
    figures: decade.Figures
    memory_mb: float | None


@dataclass
class Taps:
    """Where the next tap goes: through all places with ok, then again with na, and so on."""

    places: list[school.Place]
    done: int = 0

    def requests(self, count: int) -> list[list[str]]:
        """The next ``count`` taps; each differs from the answer before it."""
        found = []
        for number in range(self.done, self.done + count):
            turn, index = divmod(number, len(self.places))
            place, answer = self.places[index], "na" if turn % 2 else "ok"
            body = f"answer-{place.item_key}={answer}"
            found.append(["POST", f"/checks/{place.check_id}/answers", body])
        return found


def measure(folder: Path, seconds: float, rounds: int) -> Outcome:
    """Build the schools in ``folder``, run everything there. Raises BenchError."""
    data, floor_db, old = folder / "data", folder / "floor.db", folder / "old" / "data"
    _say("building the sample school, then another one with ten years")
    school.build(data)
    school.copy(school.database(data), floor_db)
    school.build(old, decade.YEARS)
    with servers.app(data) as app:
        browser = sign_in(over_http(app.port))
        growth, figures = _measure_decade((over_http(app.port), browser), old, rounds)
        statements = _recorded(data, folder / "statements.json", browser)
        with servers.floor(data, floor_db, statements) as floor:
            pages = _measure_pages((app, floor), browser, seconds, rounds)
            databases = {"app": school.database(data), "floor": floor_db}
            taps, count = _measure_taps((app, floor), databases, browser, seconds, rounds)
            _say(f"a list of {importing.ROWS} rows, {rounds} times")
            preview = importing.measure(over_http(app.port), browser, rounds)
            memory = servers.resident_mb(app)
            return Outcome(taps + pages, count, preview, growth, figures, memory)


def _measure_decade(
    few: tuple[Fetch, Browser], old: Path, rounds: int
) -> tuple[list[decade.Growth], decade.Figures]:
    _say(f"{len(decade.PAGES)} pages with a term's records and with ten years'")
    here = recording.open_app(old)
    with servers.app(old) as app:
        fetch = over_http(app.port)
        growth = decade.measure(few, (fetch, sign_in(fetch)), here, rounds)
    figures = decade.figures(here)
    recording.close(here)
    return growth, figures


def _recorded(data: Path, file: Path, browser: Browser) -> Path:
    here = recording.open_app(data)
    pages = {path: recording.selects(here, browser, path) for path in PAGES.values()}
    recording.close(here)
    file.write_text(json.dumps(pages, ensure_ascii=False), encoding="utf-8")
    return file


def _measure_pages(
    both: tuple[Server, Server], browser: Browser, seconds: float, rounds: int
) -> list[Case]:
    cases = {(name, n): Case(name, n) for name in PAGES for n in CONNECTIONS}
    headers = browser.page_headers()
    for server in both:
        for path in PAGES.values():
            load(server, [["GET", path, ""]], headers, 8, 0.5)
    for number in range(rounds):
        for (name, connections), case in cases.items():
            _say(f"round {number + 1} of {rounds}: {name}, {connections} connections")
            for server in both:
                request = ["GET", PAGES[name], ""]
                _keep(case, server, load(server, [request], headers, connections, seconds))
    return list(cases.values())


def _measure_taps(
    both: tuple[Server, Server],
    databases: dict[str, Path],
    browser: Browser,
    seconds: float,
    rounds: int,
) -> tuple[list[Case], int]:
    cases = [Case(TAP, n) for n in CONNECTIONS]
    taps = {name: Taps(school.add_open_checks(path)) for name, path in databases.items()}
    before = {name: school.answers(path) for name, path in databases.items()}
    headers = browser.tap_headers()

    def run(server: Server, connections: int, length: float) -> dict[str, float]:
        todo = taps[server.name].requests(int(length * MOST_PER_SECOND))
        found = load(server, todo, headers, connections, length)
        taps[server.name].done += int(found["answered"])
        return found

    for server in both:
        run(server, 8, 0.5)
    for number in range(rounds):
        for case in cases:
            _say(f"round {number + 1} of {rounds}: {case.name}, {case.connections} connections")
            for server in both:
                _keep(case, server, run(server, case.connections, seconds))
    for name, path in databases.items():
        added = school.answers(path) - before[name]
        if added != taps[name].done:
            raise BenchError(f"{name}: {taps[name].done} taps were answered, {added} rows added")
    return cases, taps["app"].done


def load(
    server: Server,
    requests: list[list[str]],
    headers: dict[str, str],
    connections: int,
    seconds: float,
) -> dict[str, float]:
    """Let the client loose for ``seconds``: ``answered``, ``seconds``, ``p95``. Raises BenchError."""
    job = {
        "port": server.port,
        "connections": connections,
        "seconds": seconds,
        "most": int(seconds * MOST_PER_SECOND),
        "headers": headers,
        "requests": requests,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.client"],
        cwd=school.ROOT,
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=seconds + 120,
    )
    what = f"{server.name}, {requests[0][0]} {requests[0][1]}"
    if done.returncode:
        raise BenchError(f"{what}: {done.stderr.strip()[-300:]}")
    found: dict[str, float] = json.loads(done.stdout)
    statuses = json.loads(done.stdout)["statuses"]
    if set(statuses) != {"200"}:
        raise BenchError(f"{what}: answers by status {statuses}")
    return found


def _keep(case: Case, server: Server, found: dict[str, float]) -> None:
    case.rates[server.name].append(found["answered"] / found["seconds"])
    case.p95s[server.name].append(found["p95"])


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)
