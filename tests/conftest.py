"""A fresh database for every test, a clock that stands still, browsers that parse what they get."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.addresses import Campus, furnish
from tests.databases import (
    Database,
    PostgresDatabase,
    Schools,
    SqliteDatabase,
    empty_postgres,
)
from tests.factories import Make
from tests.pages import Browser
from tests.writes import Write, writes
from unitsafe import clock, create_app
from unitsafe.config import Config
from unitsafe.core import printing
from unitsafe.core.db import db
from unitsafe.core.security import limiter
from unitsafe.people.models import Person
from unitsafe.startup import prepare

POSTGRES = os.environ.get("TEST_DATABASE_URL", "")
"""A PostgreSQL server's address for a superuser; without it the tests run on SQLite."""
MONDAY_MORNING = "2026-11-23T08:00"
MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""


def pytest_configure() -> None:
    """Temporary files lie in memory if there is room: no test waits for a disk."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 << 30:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


class Clock:
    """The time in a test; it moves only when told."""

    def __init__(self) -> None:
        self.moment = clock.parse(MONDAY_MORNING)

    def __call__(self) -> datetime:
        return self.moment

    def set(self, text: str) -> datetime:
        """Now it is this ISO time on the school's wall clock."""
        self.moment = clock.parse(text)
        return self.moment


class Papers:
    """Typesets a paper the first time it is asked for: the same request gives the same PDF."""

    def __init__(self) -> None:
        self.typeset, self.made = printing._run_child, dict[str, bytes]()

    def __call__(self, request: bytes) -> bytes:
        """What the child would answer."""
        asked = json.loads(request)
        photos = sorted(Path(asked.pop("root")).iterdir())
        asked["seen"] = [hashlib.sha256(photo.read_bytes()).hexdigest() for photo in photos]
        key = json.dumps(asked, sort_keys=True)
        if key not in self.made:
            self.made[key] = self.typeset(request)
        return self.made[key]


@pytest.fixture(scope="session")
def papers() -> Papers:
    """The papers of this test process."""
    return Papers()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock; a Monday in term, 08:00."""
    standing = Clock()
    monkeypatch.setattr(clock, "now", standing)
    return standing


@pytest.fixture(scope="session")
def one_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app of this test process, its schema built by the migrations."""
    data = tmp_path_factory.mktemp("data")
    url = f"sqlite:///{(data / 'unitsafe.db').as_posix()}"
    if POSTGRES:
        url = empty_postgres(f"unitsafe_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    settings = Config("127.0.0.1", 0, data, url, None)
    app = create_app(settings, TESTING=True)
    prepare(app)
    with app.app_context():
        db.engine.dispose()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def database(one_app: Flask) -> Database:
    """The database of this test process."""
    return PostgresDatabase(one_app) if POSTGRES else SqliteDatabase(one_app)


@pytest.fixture(scope="session")
def schools(one_app: Flask, database: Database) -> Schools:
    """Schools that this test process builds once."""
    return Schools(database, one_app.config["SETTINGS"].photos)


@pytest.fixture
def app(
    one_app: Flask,
    database: Database,
    now: Clock,
    papers: Papers,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    """The app with an empty database."""
    database.empty()
    monkeypatch.setattr(printing, "_run_child", papers)
    for kept in ("checklists", "standards"):
        one_app.extensions.pop(kept, None)
    with one_app.app_context():
        limiter.reset()
    yield one_app
    with one_app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The test's own session: it sees only what was committed."""
    with app.app_context():
        engine = db.engine
    with Session(engine, expire_on_commit=True) as own:
        yield own


@pytest.fixture
def make(session: Session, app: Flask, now: Clock, schools: Schools) -> Make:
    """Objects with plain defaults, committed."""
    return Make(session, app, now, schools.give)


@pytest.fixture
def campus(make: Make, schools: Schools) -> Campus:
    """The furnished school; comes before anything else that the test makes."""
    return schools.give("campus", make, lambda: furnish(make))


@pytest.fixture
def forms(make: Make, campus: Campus, schools: Schools) -> dict[str, Write]:
    """Every form of the app by its endpoint, and in the school what they need."""
    return schools.give("forms", make, lambda: writes(make, campus))


@pytest.fixture
def browser(app: Flask, session: Session) -> Callable[..., Browser]:
    """`browser(person)`: a client in which that person is signed in; `browser(None)`: nobody."""

    def open_browser(person: Person | None = None, *, device: str = "") -> Browser:
        return Browser(app, person, after=session.rollback, device=device)

    return open_browser
