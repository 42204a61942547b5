"""Three server processes on one PostgreSQL: every record once, and no process behind the others."""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.databases import empty_postgres
from tests.factories import Make, sign_in
from tests.pages import Browser
from unitsafe import clock, create_app
from unitsafe.checks import taps
from unitsafe.checks.models import Answer, Check
from unitsafe.config import ROOT, Config
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.db import db
from unitsafe.grids.models import Role
from unitsafe.hazards.models import Hazard
from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.passwords import hash_password
from unitsafe.reminders.models import Notice

POSTGRES = os.environ.get("TEST_DATABASE_URL", "")
pytestmark = pytest.mark.skipif(not POSTGRES, reason="SQLite has one server process")
MOMENT = "2026-11-23T08:00"
PROCESSES, WRITERS, TAPS, HAZARDS = 3, 16, 6, 2
PATIENCE = 60
NO_PROXY = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}


@dataclass
class Town:
    """A school and the ports of the processes that serve it."""

    app: Flask
    session: Session
    make: Make
    environment: dict[str, str]
    ports: list[int]
    turn: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self.turn = cycle(range(len(self.ports)))

    def client(self, person: Person) -> "Client":
        """The person, signed in; which process answers changes with every request."""
        browser = Browser(self.app, person)
        browser.get("/me")
        cookie = browser.client.get_cookie(self.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        return Client(self, f"{cookie.key}={cookie.value}", browser.token)

    def teacher(self, name: str) -> Person:
        """A teacher with a grid of their own."""
        person = self.make.person(name, ["homeroom_teacher"])
        self.make.assign(person, self.make.grid(f"{name}的网格"), Role.MEMBER)
        return person

    def count(self, column: Any, *where: Any) -> int:
        """How many rows there are now."""
        self.session.rollback()
        return self.session.scalar(sa.select(sa.func.count(column)).where(*where)) or 0


@dataclass
class Client:
    """Somebody's browser at a balancer that gives every request to the next process."""

    town: Town
    cookie: str = ""
    token: str = ""

    def send(
        self, method: str, path: str, form: dict[str, Any] | None = None, *, at: int | None = None
    ) -> tuple[int, str]:
        """Status and body; ``at``: the process to ask."""
        port = self.town.ports[next(self.town.turn) if at is None else at]
        headers = {"Cookie": self.cookie}
        if method == "POST":
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            form = {"csrf_token": self.token, **(form or {})}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        if not self.cookie:
            self.cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
        connection.close()
        return answer.status, body

    def tap(self, check: int, item: str, value: str = "ok", *, at: int | None = None) -> int:
        """The status of a tap as htmx sends it."""
        port = self.town.ports[next(self.town.turn) if at is None else at]
        headers = {
            "Cookie": self.cookie,
            "HX-Request": "true",
            "X-CSRFToken": self.token,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        body = urlencode({f"answer-{item}": value})
        connection.request("POST", f"/checks/{check}/answers", body, headers)
        status = connection.getresponse().status
        connection.close()
        return status


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Three processes that started at the same time on an empty database and an empty folder."""
    data = tmp_path_factory.mktemp("processes")
    url = _empty_database(f"processes_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("UNITSAFE_", "DATABASE_URL"))}
    environment = {
        **clean,
        **NO_PROXY,
        "PORT": "0",
        "UNITSAFE_DATA": str(data),
        "DATABASE_URL": url,
        "UNITSAFE_NOW": MOMENT,
        "UNITSAFE_REMIND": "off",
        "PYTHONUTF8": "1",
    }
    started = [_start(environment) for _ in range(PROCESSES)]
    try:
        ports = [_port(process) for process in started]
        moment = clock.parse(MOMENT)
        clock.set_to(moment)
        url = url.replace("postgresql:", "postgresql+psycopg:")
        app = create_app(Config("127.0.0.1", 0, data, url, moment), TESTING=True)
        with app.app_context():
            engine = db.engine
        with Session(engine, expire_on_commit=True) as session:
            make = Make(session, app, clock.now)
            make.school(is_sample=True)
            yield Town(app, session, make, environment, ports)
        engine.dispose()
    finally:
        clock.set_to(None)
        for process in started:
            process.terminate()
        for process in started:
            process.communicate(timeout=PATIENCE)


def _empty_database(name: str) -> str:
    return empty_postgres(name).replace("postgresql+psycopg:", "postgresql:")


def _start(environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )


def _port(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
    assert found, "a process did not serve"
    return int(found[1])


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """What the calls gave, all made at the same time."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [one.result() for one in [pool.submit(call) for call in calls]]


def once_key(body: str) -> str:
    """The key of the form on the page."""
    found = re.search(r'name="once"[^>]* value="([^"]+)"', body) or re.search(
        r'value="([^"]+)"[^>]* name="once"', body
    )
    assert found
    return found[1]


def is_intact(town: Town) -> bool:
    """Whether the chain of the log is whole."""
    town.session.rollback()
    with town.app.app_context():
        return list(audit.verify(town.session)) == []


def test_every_record_of_sixteen_writers_is_there_once(town):
    make, session = town.make, town.session
    people = [town.teacher(f"写手{n}") for n in range(WRITERS)]
    clients = [town.client(person) for person in people]
    # the first requests of the day come to all processes at once: it is planned once
    assert {status for status, _ in at_once([lambda c=c: c.send("GET", "/") for c in clients])} == {
        200
    }
    session.rollback()
    planned = session.execute(
        sa.select(
            Check.plan_id, Check.day, Check.round_no, Check.target, Check.grid_id, Check.assignee_id
        )
    ).all()
    assert planned and max(Counter(planned).values()) == 1
    walks = {
        person.id: session.scalars(
            sa.select(Check)
            .where(Check.checklist_key == "grid_walk", Check.assignee_id == person.id)
            .where(Check.opens_at <= clock.now())
        ).first()
        for person in people
    }
    with town.app.app_context():
        sheet = taps.read_sheet(session, walks[people[0].id].id)
        keys = [item.key for item in sheet.items]
    space = make.space_in(make.grid()).id
    numbers = [check.id for check in walks.values()]
    session.rollback()

    def work(client: Client, number: int) -> None:
        assert [client.tap(number, key) for key in keys[:TAPS]] == [200] * len(keys[:TAPS])
        _status, page = client.send("GET", f"/checks/{number}")
        form = {f"answer-{key}": "ok" for key in keys} | {
            "once": once_key(page),
            "source": "screen",
        }
        sent = at_once([lambda: client.send("POST", f"/checks/{number}/submit", form)] * 2)
        assert [status for status, _ in sent] == [303, 303], sent
        for n in range(HAZARDS):
            _status, page = client.send("GET", "/hazards/new")
            report = {
                "once": once_key(page),
                "space_id": space,
                "description": f"检查{number}的隐患{n}",
                "category": "evac_blocked",
                "level": "normal",
                "fix": "scheduled",
            }
            sent = at_once([lambda r=report: client.send("POST", "/hazards/new", r)] * 2)
            assert [status for status, _ in sent] == [303, 303], sent

    before = town.count(Hazard.id)
    at_once([lambda c=c, n=n: work(c, n) for c, n in zip(clients, numbers, strict=True)])

    assert town.count(Hazard.id) == before + WRITERS * HAZARDS
    ours = Hazard.description.like("检查%的隐患%")
    assert town.count(sa.distinct(Hazard.description), ours) == WRITERS * HAZARDS
    serials = sorted(
        int(number.rsplit("-", 1)[-1]) for number in session.scalars(sa.select(Hazard.number))
    )
    assert serials == list(range(1, len(serials) + 1))
    answers = session.execute(sa.select(Answer.check_id, Answer.item_key)).all()
    assert Counter(answers) == {(number, key): 1 for number in numbers for key in keys}
    done = sa.select(AuditEntry.subject).where(AuditEntry.act == "check.submit")
    subjects = list(session.scalars(done))
    assert sorted(subjects) == sorted(f"check:{number}" for number in numbers)
    assert is_intact(town)


def test_who_has_left_is_out_of_every_process_and_of_the_short_way(town):
    make, session = town.make, town.session
    officer, leaver = town.client(make.someone("officer")), town.teacher("要走的老师")
    client = town.client(leaver)
    make.day()
    walk = session.scalars(
        sa.select(Check).where(Check.assignee_id == leaver.id, Check.opens_at <= clock.now())
    ).first()
    with town.app.app_context():
        keys = [item.key for item in taps.read_sheet(session, walk.id).items]
    number = walk.id
    session.rollback()
    for at in range(PROCESSES):  # twice: every process knows them, and lets their taps go short
        assert [client.tap(number, keys[0], value, at=at) for value in ("ok", "na")] == [200, 200]
    before = town.count(Answer.id)
    _status, page = officer.send("GET", f"/people/{leaver.id}")
    status, _ = officer.send("POST", f"/people/{leaver.id}/leave", {"once": once_key(page)}, at=0)
    assert status == 303
    session.expire_all()
    assert session.get(Person, leaver.id).status is PersonStatus.LEFT
    for at in range(PROCESSES):
        assert client.tap(number, keys[0], at=at) in (303, 401)
        assert client.send("GET", "/", at=at)[0] == 303
    assert town.count(Answer.id) == before


def test_a_signed_out_device_and_a_new_grid_are_known_everywhere(town):
    make, session = town.make, town.session
    person = town.teacher("两台手机的老师")
    hazard = make.hazard(grid=make.grid("另一个网格"))
    first, number = town.client(person), hazard.number
    other = sign_in(session, person, "旧手机", clock.now())
    session.commit()
    for at in range(PROCESSES):
        assert first.send("GET", f"/hazards/{number}", at=at)[0] == 404
    make.assign(person, make.grid("另一个网格"), Role.HELPER)
    for at in range(PROCESSES):
        assert first.send("GET", f"/hazards/{number}", at=at)[0] == 200
    assert other.ended_at is None
    first.send("POST", "/logout", at=1)
    for at in range(PROCESSES):
        assert first.send("GET", "/me", at=at)[0] == 303


def test_guesses_are_counted_together(town):
    person = town.make.person("被猜的老师", username="guessed")
    person.password_hash = hash_password("a long enough password")
    town.session.commit()
    stranger = Client(town)
    _status, page = stranger.send("GET", "/login", at=0)
    found = re.search(r'"X-CSRFToken": "([^"]+)"', page)
    assert found
    stranger.token = found[1]
    guess = {"username": "guessed", "password": "wrong"}
    tries = [stranger.send("POST", "/login", guess)[0] for _ in range(10)]
    assert tries == [422] * 10
    assert [stranger.send("POST", "/login", guess, at=at)[0] for at in range(PROCESSES)] == [
        429
    ] * 3


def test_two_rounds_of_reminders_at_once_send_each_message_once(town):
    with _sink() as (url, taken):
        town.make.channel(url=url)
        town.session.commit()
        command = [sys.executable, "-m", "flask", "--app", "app", "remind"]
        rounds = [
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=town.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _ in range(2)
        ]
        said = [one.communicate(timeout=PATIENCE)[0] for one in rounds]
    sent = town.session.scalars(sa.select(Notice).where(Notice.sent_at.is_not(None))).all()
    assert sent and len(taken) == len(sent), said
    assert len({json.loads(body)["title"] for body in taken}) == len({one.title for one in sent})


class _Sink(BaseHTTPRequestHandler):
    taken: list[bytes]

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        self.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def _sink() -> Iterator[tuple[str, list[bytes]]]:
    taken: list[bytes] = []
    handler = type("Handler", (_Sink,), {"taken": taken})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"json://127.0.0.1:{server.server_port}/hook", taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
