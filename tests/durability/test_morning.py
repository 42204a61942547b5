"""A hundred teachers at 07:30: all sign in, open 今日, do their walk and hand it in, at once."""

import sys
from pathlib import Path

import pytest
from flask import Flask

from bench import morning
from tests.conftest import POSTGRES, Clock
from tests.durability.conftest import copy_data
from tests.factories import Make
from tests.test_startup import serving
from unitsafe import create_app
from unitsafe.config import Config
from unitsafe.core.db import db
from unitsafe.people.passwords import hash_password

PASSWORD = "drei-Reihen-Apfelbaum"


def test_a_hundred_teachers_do_their_walk_at_once(
    app: Flask, make: Make, now: Clock, tmp_path: Path
) -> None:
    if POSTGRES or sys.platform == "win32":
        pytest.skip("a server of its own on SQLite")
    make.school(is_sample=True)
    make.grid()
    now.set(morning.WHEN)
    names = morning.hire(app, hash_password(PASSWORD))
    data = tmp_path / "data"
    copy_data(app.config["SETTINGS"].data, data)
    log = str(tmp_path / "log")  # nobody reads what it would print
    with serving(data, UNITSAFE_NOW=morning.WHEN, UNITSAFE_LOG=log) as (_process, port):
        met = morning.begin(port, names, PASSWORD)
    assert met.failures == []
    assert {status for _what, status in met.statuses} == {200, 303}
    url = f"sqlite:///{(data / 'unitsafe.db').as_posix()}"
    other = create_app(Config("127.0.0.1", 0, data, url, None), TESTING=True)
    morning.prove(other, names, met)
    with other.app_context():
        db.engine.dispose()
