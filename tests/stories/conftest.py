"""The sample school, served by waitress and opened in a real Chromium, on a phone and on a PC."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy.orm import Session
from waitress.server import create_server

from tests.chromium import launch, missing, open_page
from tests.factories import picture
from unitsafe import clock, create_app
from unitsafe.config import ROOT, Config
from unitsafe.core.db import db
from unitsafe.core.security import limiter
from unitsafe.sample.load import load_sample
from unitsafe.serve import precompress
from unitsafe.startup import prepare

MOMENT = "2026-11-23T07:45"
"""A Monday in term, before lessons."""
PASSWORD = "unitsafe-demo"
TOOLS = Path(__file__).parents[1] / "tools" / "node_modules"
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
    "locale": "zh-CN",
}
DESK = {"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN"}
OWN_VIEWER = ("chrome-extension://", "chrome://")
"""From where Chromium shows a PDF."""


@dataclass(frozen=True)
class Served:
    """The served school. ``sample``: its database as it was loaded."""

    app: Flask
    url: str
    data: Path

    @property
    def sample(self) -> Path:
        """A copy of the untouched database."""
        return self.data / "sample.db"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample school behind waitress on a free port."""
    data = tmp_path_factory.mktemp("stories")
    now = clock.parse(MOMENT)
    url = f"sqlite:///{(data / 'unitsafe.db').as_posix()}"
    precompress(ROOT / "static")  # first: WhiteNoise reads sizes when the app is made
    app = create_app(Config("127.0.0.1", 0, data, url, now))
    prepare(app)
    with app.app_context():
        load_sample(db.session(), seed=1, now=now)
        db.session.remove()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    shutil.copy(data / "unitsafe.db", data / "sample.db")
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield Served(app, f"http://127.0.0.1:{server.effective_port}", data)
    server.trigger.pull_trigger(lambda: _close(server))
    thread.join()
    server.task_dispatcher.shutdown()
    clock.set_to(None)


def _close(server: Any) -> None:
    """End waitress's loop: it runs as long as something is connected."""
    for channel in list(server._map.values()):
        channel.close()


@pytest.fixture
def school(served: Served) -> Iterator[Served]:
    """The sample school as it was loaded, at :data:`MOMENT`."""
    with served.app.app_context():
        db.engine.dispose()
        limiter.reset()
    for name in ("unitsafe.db-wal", "unitsafe.db-shm"):
        (served.data / name).unlink(missing_ok=True)
    shutil.copy(served.sample, served.data / "unitsafe.db")
    clock.set_to(clock.parse(MOMENT))
    yield served
    clock.set_to(None)
    with served.app.app_context():
        db.engine.dispose()


@pytest.fixture
def records(school: Served) -> Iterator[Session]:
    """The school's database; every transaction sees what was committed before it."""
    with school.app.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser, school: Served) -> Iterator[Callable[..., Page]]:
    """`tab("officer")`: a phone on which that account is signed in; `tab()`: nobody is.

    Options are those of Playwright's contexts; DESK makes it a PC. A script error, a broken policy,
    an answer of 500 and a request to another server fail the test.
    """
    contexts, complaints = [], []

    def open_tab(account: str | None = None, **options: Any) -> Page:
        # still pages: a place that is read is where the mouse goes next
        context = chromium.new_context(
            base_url=school.url, reduced_motion="reduce", **{**PHONE, **options}
        )
        contexts.append(context)
        page = open_page(context, script=options.get("java_script_enabled", True))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: _listen(said.text, complaints))
        page.on("response", lambda answer: _watch(answer, school.url, complaints))
        if account:
            page.goto("/login")
            sign_in(page, account)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert complaints == []


def _listen(text: str, complaints: list[str]) -> None:
    if "Content Security Policy" in text or "Refused to" in text:
        complaints.append(text)


def _watch(answer: Any, home: str, complaints: list[str]) -> None:
    if answer.status >= 500:
        complaints.append(f"{answer.status} {answer.url}")
    if not answer.url.startswith((home, "blob:", "data:", *OWN_VIEWER)):
        complaints.append(f"another server: {answer.url}")


def sign_in(page: Page, account: str) -> None:
    """Fill in the sign-in page."""
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.locator("form[data-logout]")).to_be_attached()
    page.wait_for_load_state()


def photo(colour: str = "red") -> dict[str, Any]:
    """A file for a photo field, larger than a phone should send."""
    stream = picture(colour, (2400, 1800))
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": stream.read()}


def row(session: Session, sql: str, **values: Any) -> Any:
    """The first row of a query, in a transaction of its own."""
    session.rollback()
    found = session.execute(sa.text(sql), values).first()
    session.rollback()
    return found


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    file = TOOLS / "axe-core" / "axe.min.js"
    if not file.exists():
        missing("axe-core", "Run `npm ci --ignore-scripts --prefix tests/tools`.")
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def vnu() -> list[str]:
    """The command of the Nu checker."""
    java, jar = shutil.which("java"), TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
    if java is None:
        missing("java", "Install Debian's package default-jre-headless.")
    if not jar.exists():
        missing("vnu-jar", "Run `npm ci --ignore-scripts --prefix tests/tools`.")
    return [str(java), "-jar", str(jar)]


def run(command: list[str]) -> str:
    """What a command says on either stream."""
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    return done.stdout + done.stderr
