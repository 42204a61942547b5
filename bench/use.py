"""What people meet, measured in one go: start, weight of pages, a slow phone, a morning."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench import morning, phone, recording, school, servers, starting, weight
from bench.report import MEMORY_BAR_MB
from bench.signing_in import over_http, sign_in
from unitsafe.core.db import db
from unitsafe.people.models import Person

FIRST_BAR, PAGE_BAR, FRAGMENT_BAR = 150_000, 15_000, 20_480
"""Bytes: the first visit and every later page over the wire, 25 rows unpacked. Source: product.md §8."""
COLD_BAR, WARM_BAR = 1.2, 0.5
"""Seconds to the first row on a slow phone. Source: product.md §8."""
HEAVIEST = 5
FRAGMENT = {"HX-Request": "true", "HX-Target": "rows"}


@dataclass(frozen=True)
class Use:
    """All of it; ``memory_mb``: the server's after the morning."""

    start: starting.Start
    weight: weight.Weight
    phone: phone.FirstRow | None
    morning: morning.Morning
    memory_mb: float | None


def measure(folder: Path, source: Path, rounds: int) -> Use:
    """Use a copy of the school ``source`` as people do. Raises BenchError."""
    data = folder / "use" / "data"
    shutil.copytree(source, data)
    start = starting.measure(data, rounds)
    with servers.app(data) as app:
        fetch = over_http(app.port)
        browser = sign_in(fetch)
        light = weight.measure(app.port, browser)
        headers = {**browser.page_headers(), **FRAGMENT}
        fragment = len(fetch("GET", phone.LEDGER, headers, "")[2].encode())
        row = phone.measure(app.port, browser, fragment, rounds)
    here = recording.open_app(data, morning.WHEN)
    with here.app_context():
        known = sa.select(Person.password_hash).where(Person.username == school.ACCOUNT)
        hashed = db.session.scalars(known).one()
        db.session.remove()
    names = morning.hire(here, str(hashed))
    with servers.app(data, morning.WHEN) as app:
        met = morning.begin(app.port, names, school.PASSWORD)
        memory = servers.resident_mb(app)
    morning.prove(here, names, met)
    recording.close(here)
    return Use(start, light, row, met, memory)


def text(use: Use) -> str:
    """The figures with their bars."""
    lines = [
        f"start-up: {use.start.seconds:.2f} s to the first answer, {_mb(use.start.memory_mb)} then",
        f"first visit: {use.weight.first / 1000:.0f} KB with {use.weight.files} files "
        f"({_met(use.weight.first, FIRST_BAR, 'bar ≤ 150 KB')}); the heaviest of "
        f"{len(use.weight.pages)} later pages (bar ≤ 15 KB each):",
        *(
            f"  {path}  {size / 1000:.1f} KB  {_met(size, PAGE_BAR)}"
            for path, size in use.weight.pages[:HEAVIEST]
        ),
    ]
    if use.phone is None:
        lines.append("the first row on a slow phone: not measured, there is no Chromium")
    else:
        lines.append(
            f"the first row on a slow phone: {use.phone.cold:.2f} s cold "
            f"({_met(use.phone.cold, COLD_BAR, 'bar ≤ 1.2 s')}), {use.phone.warm:.2f} s warm "
            f"({_met(use.phone.warm, WARM_BAR, 'bar ≤ 0.5 s')}); 25 rows unpacked "
            f"{use.phone.fragment / 1024:.1f} KB ({_met(use.phone.fragment, FRAGMENT_BAR, 'bar ≤ 20 KB')})"
        )
    met = use.morning
    lines.append(
        f"{morning.TEACHERS} teachers at 07:30, all at once: {met.took:.1f} s until the last walk was "
        f"submitted, {met.answered} answers, each there once; p95 "
        + ", ".join(f"{what} {met.p95(what) * 1000:.0f} ms" for what in met.seconds)
    )
    lines.append(
        f"resident memory after that morning: {_mb(use.memory_mb)} "
        f"({_met(use.memory_mb or 0, MEMORY_BAR_MB, 'bar ≤ 150 MB')})"
    )
    return "\n".join(lines)


def _mb(memory: float | None) -> str:
    return "memory unknown" if memory is None else f"{memory:.0f} MB"


def _met(found: float, bar: float, said: str = "") -> str:
    result = "met" if found <= bar else "missed"
    return f"{said}: {result}" if said else result
