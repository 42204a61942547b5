"""A school in a folder of its own, and servers of it that can be killed and started anew."""

import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import MONDAY_MORNING, POSTGRES
from tests.durability.people import Pass
from tests.factories import Make
from tests.pages import Browser
from unitsafe.checks.models import Check
from unitsafe.checks.taps import read_sheet
from unitsafe.people.models import Person

ROOT = Path(__file__).parents[2]
TEACHERS = 11
COPIES = 400
"""Open checks of each teacher who hands them in."""


@dataclass(frozen=True)
class School:
    """Where its data lies, who works there and on what."""

    data: Path
    teachers: list[Pass]
    officer: Pass
    places: list[int]
    """A space of each teacher's grid."""
    walks: list[int]
    """This morning's walk of each teacher."""
    copies: list[list[int]]
    """Open walks to be handed in, of the teachers from the ninth on."""
    items: list[str]

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "unitsafe.db"


@pytest.fixture
def school(app: Flask, make: Make, session: Session, tmp_path: Path) -> School:
    """Eleven teachers, each with a grid, its walk of this morning and open browsers."""
    if POSTGRES or sys.platform == "win32":
        pytest.skip("servers on SQLite that are forked and killed")
    make.school(is_sample=True)
    officer = make.someone("officer")
    teachers, grids = [], []
    for number in range(TEACHERS):
        teachers.append(make.person(f"教师{number}号", ["homeroom_teacher"]))
        grids.append(make.grid(f"{number}层"))
        make.assign(teachers[-1], grids[-1])
    day = [check for check in make.day() if check.checklist_key == "grid_walk"]
    of_grid = {check.grid_id: check for check in day if check.round_no == 1}
    walks = [of_grid[grid.id] for grid in grids]
    copies = [_copies(session, walk) for walk in walks[8:]]
    with app.app_context():
        sheet = read_sheet(session, walks[0].id)
    assert sheet is not None
    data = tmp_path / "data"
    passes = [_pass(app, person) for person in (officer, *teachers)]
    places = [make.space_in(grid).id for grid in grids]
    copy_data(app.config["SETTINGS"].data, data)
    numbers, items = [walk.id for walk in walks], [item.key for item in sheet.items]
    return School(data, passes[1:], passes[0], places, numbers, copies, items)


def _copies(session: Session, walk: Check) -> list[int]:
    table = cast(sa.Table, Check.__table__)
    row = dict(session.execute(sa.select(table).where(table.c.id == walk.id)).mappings().one())
    first = (session.scalar(sa.select(sa.func.max(table.c.id))) or 0) + 1
    numbers = list(range(first, first + COPIES))
    rows = [row | {"id": number, "target_key": f"copy-{number}"} for number in numbers]
    session.execute(sa.insert(table), rows)
    session.commit()
    return numbers


def _pass(app: Flask, person: Person) -> Pass:
    """What the person's browser sends once it is signed in."""
    browser = Browser(app, person)
    browser.get("/me")
    cookie = browser.client.get_cookie("unitsafe")
    assert cookie is not None
    return Pass(f"unitsafe={cookie.value}", browser.token)


def copy_data(source: Path, target: Path) -> None:
    """A data folder of its own for a server."""
    target.mkdir()
    shutil.copyfile(source / "secret_key", target / "secret_key")
    with (
        closing(sqlite3.connect(source / "unitsafe.db")) as old,
        closing(sqlite3.connect(target / "unitsafe.db")) as new,
    ):
        old.backup(new)


class Nursery:
    """Starts servers on ``data``, one after the other."""

    def __init__(self, data: Path, log: Path) -> None:
        self.port, self.pid = _free_port(), 0
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("UNITSAFE", "DATABASE"))}
        wanted = {"UNITSAFE_DATA": str(data), "PORT": str(self.port), "PYTHONUTF8": "1"}
        self.log = log.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.durability.nursery"],
            cwd=ROOT,
            env=clean | wanted | {"UNITSAFE_NOW": MONDAY_MORNING},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            bufsize=0,
        )

    def start(self) -> None:
        """Another server; it has begun to start."""
        self._tell("start")
        self.pid = int(self._read())

    def wait_until_ready(self) -> None:
        """Until it listens."""
        assert self._read() == "ready"

    def kill(self) -> None:
        """As a power cut ends a process: at once."""
        os.kill(self.pid, signal.SIGKILL)
        self._tell("reap")
        self.pid = 0
        while self._read() != "gone":
            pass

    def limit_files(self, size: int) -> None:
        """No file of the server may grow past ``size`` bytes; -1: any."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, -1))

    def close(self) -> None:
        """The end of the nursery and of whoever is in it."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
        self.process.kill()
        self.process.communicate()
        self.log.close()

    def _tell(self, word: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())

    def _read(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the nursery has ended, see {self.log.name}"
        return line.decode().strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def nursery(school: School, tmp_path: Path) -> Iterator[Nursery]:
    """Servers of the school."""
    found = Nursery(school.data, tmp_path / "server.log")
    yield found
    found.close()
