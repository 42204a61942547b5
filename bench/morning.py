"""The first minutes of a school day: a hundred teachers sign in at 07:30, open 今日, do their walk.

Each has a grid and a walk of their own. All begin at once, each sends one request after the other.
"""

import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask

from bench.errors import BenchError
from bench.signing_in import Browser, Fetch, over_http, sign_in
from unitsafe.checks import planning
from unitsafe.checks.models import Answer, Check
from unitsafe.core.db import db
from unitsafe.grids import services as grids
from unitsafe.grids.models import Grid, Role
from unitsafe.people import services as people
from unitsafe.people.models import Person
from unitsafe.places import services as places
from unitsafe.places.models import Building

TEACHERS = 100
WHEN = "2026-11-24T07:30"
"""A teaching day; the morning's walk opens at 07:20."""
PATIENCE = 240
"""Seconds; the last of a hundred who come at once waits for all the others."""
ITEM = re.compile(r'<input[^>]*type="radio"[^>]*name="answer-([a-z0-9_]+)"[^>]*value="ok"')
LINK = re.compile(r'href="(/checks/\d+)"')
ONCE = re.compile(r'name="once"[^>]*value="([^"]+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Morning:
    """What the teachers met: seconds of every request by what it was, statuses, answers saved."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    answered: int = 0
    took: float = 0.0
    failures: list[str] = field(default_factory=list)

    def p95(self, what: str) -> float:
        """Seconds within which 95 of 100 requests of a kind were answered."""
        ordered = sorted(self.seconds[what])
        return ordered[int(len(ordered) * 0.95)]


def hire(app: Flask, password_hash: str, count: int = TEACHERS) -> list[str]:
    """Teachers with a grid, a classroom and today's walk each; their account names. The school has
    a building and a block already."""
    now = datetime.fromisoformat(f"{WHEN}:00+08:00")
    names = [f"early{number}" for number in range(count)]
    with app.app_context():
        session = db.session()
        block = session.scalars(sa.select(Grid).where(Grid.level == 2)).first()
        building = session.scalars(sa.select(Building)).first()
        if block is None or building is None:
            raise BenchError("the school has no block or no building")
        for number, name in enumerate(names):
            teacher = people.add_person(
                session,
                name=f"早到{number}",
                username=name,
                password_hash=password_hash,
                phone="",
                posts=["homeroom_teacher"],
                from_on=now.date(),
                by=None,
                now=now,
            )
            room = places.save_space(
                session,
                None,
                building_id=building.id,
                floor=1,
                name=f"早到{number}室",
                kind="classroom",
                is_key_area=False,
                by=None,
                now=now,
            )
            session.flush()
            grid = grids.add_grid(session, name=f"早到{number}", parent=block, by=None, now=now)
            grids.put_spaces(session, grid, [room.id], today=now.date(), by=None, now=now)
            grids.assign(
                session,
                person=teacher,
                grid=grid,
                role=Role.MEMBER,
                from_on=now.date(),
                by=None,
                now=now,
            )
        session.commit()
        planning.plan_again(session, now.date(), now)
        session.commit()
        db.session.remove()
    return names


def begin(port: int, names: list[str], password: str) -> Morning:
    """Let all of them do their walk at once against the server on ``port``."""
    morning, lock = Morning(), threading.Lock()

    def walk(name: str) -> None:
        try:
            _walk(_Watch(over_http(port, PATIENCE), morning, lock), name, password)
        except Exception as error:  # told at the end, whatever it is
            with lock:
                morning.failures.append(f"{name}: {type(error).__name__}: {error}")

    threads = [threading.Thread(target=walk, args=[name]) for name in names]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    morning.took = time.perf_counter() - began
    return morning


@dataclass
class _Watch:
    """Asks, and writes down how long it took and what came."""

    fetch: Fetch
    morning: Morning
    lock: threading.Lock

    def ask(
        self, what: str, method: str, path: str, headers: dict[str, str], body: str = ""
    ) -> str:
        """The body of an answer that is in order. Raises BenchError."""
        began = time.perf_counter()
        status, _cookies, page = self.fetch(method, path, headers, body)
        took = time.perf_counter() - began
        with self.lock:
            self.morning.seconds.setdefault(what, []).append(took)
            self.morning.statuses[what, status] += 1
        if status not in (200, 303):
            raise BenchError(f"{method} {path} answers {status}")
        return page


def _walk(watch: _Watch, name: str, password: str) -> None:
    began = time.perf_counter()
    browser = sign_in(watch.fetch, name, password)
    with watch.lock:
        watch.morning.seconds.setdefault("sign in", []).append(time.perf_counter() - began)
    sheet = _first(LINK, watch.ask("今日", "GET", "/", browser.page_headers()), "a walk on 今日")
    page = watch.ask("the walk", "GET", sheet, browser.page_headers())
    items = list(dict.fromkeys(ITEM.findall(page)))
    for key in items:
        headers = {**browser.tap_headers(), **FORM}
        body = urlencode({f"answer-{key}": "ok"})
        watch.ask("an answer", "POST", f"{sheet}/answers", headers, body)
        with watch.lock:
            watch.morning.answered += 1
    _submit(watch, browser, sheet, page)


def _submit(watch: _Watch, browser: Browser, sheet: str, page: str) -> None:
    form = {"csrf_token": browser.token, "once": _first(ONCE, page, "a form on the sheet")}
    headers = {**browser.page_headers(), **FORM}
    watch.ask("submitting", "POST", f"{sheet}/submit", headers, urlencode(form))


def _first(pattern: "re.Pattern[str]", page: str, what: str) -> str:
    found = pattern.search(page)
    if found is None:
        raise BenchError(f"there is no {what}")
    return unescape(found[1])


def prove(app: Flask, names: list[str], morning: Morning) -> None:
    """Every walk is submitted, every acknowledged answer is there once. Raises BenchError."""
    if morning.failures:
        raise BenchError("; ".join(morning.failures[:3]))
    with app.app_context():
        mine = sa.select(Check.id).join(Person, Check.submitted_by_id == Person.id)
        ids = db.session.scalars(mine.where(Person.username.in_(names))).all()
        rows = db.session.scalar(
            sa.select(sa.func.count(Answer.id)).where(Answer.check_id.in_(ids))
        )
        db.session.remove()
    if len(ids) != len(names):
        raise BenchError(f"{len(names)} teachers, {len(ids)} walks submitted")
    if rows != morning.answered:
        raise BenchError(f"{morning.answered} answers were acknowledged, {rows} are there")
