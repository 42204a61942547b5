"""Starting and stopping: one clear line when it cannot start, nothing lost when it is stopped."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from unitsafe import clock, config, create_app
from unitsafe.config import Config
from unitsafe.core.db import db
from unitsafe.startup import StartupError, prepare, ready

ROOT = Path(__file__).parents[1]
DEADLINE = 60
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def environment(data: Path, **more: str) -> dict[str, str]:
    """The environment of a server of its own."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("UNITSAFE_", "DATABASE_URL"))}
    return {**clean, "UNITSAFE_DATA": str(data), "PORT": "0", "PYTHONUTF8": "1", **more}


def start(data: Path, root: Path = ROOT, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run `python app.py` where it cannot serve; it has to end by itself."""
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=root,
        env=environment(data, **more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=DEADLINE,
    )


def refusal(result: "subprocess.CompletedProcess[str]") -> str:
    """Why it does not start. Fails unless that is all it says."""
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    lines = [line for line in result.stderr.splitlines() if not line.startswith("20")]
    assert lines and lines[0].startswith("unitsafe: "), result.stderr
    return "\n".join(lines)


def test_a_port_in_use_is_one_clear_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refusal(start(tmp_path, PORT=str(port)))
    assert f"127.0.0.1:{port}" in line and "PORT" in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("PORT", "-1"),
        ("PORT", "８０００"),
        ("HOST", "no.such.host.invalid"),
        ("DATABASE_URL", "mysql://root@localhost/school"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "sqlite:////nowhere/at/all/unitsafe.db"),
        ("UNITSAFE_NOW", "yesterday"),
    ],
)
def test_a_setting_that_cannot_be_is_one_clear_line_that_names_it(tmp_path, name, value):
    line = refusal(start(tmp_path, **{name: value}))
    assert name in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "value",
    ["", "0", "8000", "65535"],
)
def test_a_port_that_can_be_is_taken(value):
    assert config.read({"PORT": value}).port == int(value or 8000)


def test_a_data_folder_that_is_a_file_is_one_clear_line(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    line = refusal(start(file / "data"))
    assert "UNITSAFE_DATA" in line and "\n" not in line


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_data_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    tmp_path.chmod(0o500)
    try:
        line = refusal(start(tmp_path / "data"))
    finally:
        tmp_path.chmod(0o700)
    assert "UNITSAFE_DATA" in line and "\n" not in line


def test_a_database_that_is_none_is_one_clear_line(tmp_path):
    (tmp_path / "unitsafe.db").write_bytes(b"this is no database, just some words" * 50)
    line = refusal(start(tmp_path))
    assert "UNITSAFE_DATA" in line or "DATABASE_URL" in line
    assert "\n" not in line


# The content pack


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program with a content folder of its own; everything else is the real one."""
    root = tmp_path / "program"
    (root / "unitsafe").mkdir(parents=True)
    shutil.copy(ROOT / "app.py", root / "app.py")
    for name in ("templates", "static", "migrations"):
        (root / name).symlink_to(ROOT / name)
    for part in (ROOT / "unitsafe").iterdir():
        if part.name not in ("content", "__pycache__"):
            (root / "unitsafe" / part.name).symlink_to(part)
    shutil.copytree(ROOT / "unitsafe" / "content", root / "unitsafe" / "content")
    return root


@POSIX
def test_a_broken_content_file_stops_the_start_with_file_line_key_and_mend(copy, tmp_path):
    file = copy / "unitsafe" / "content" / "checklists.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines) if re.match(r" +- key: dp_fire_use", line))
    lines[number] = lines[number].replace("dp_fire_use", "dp_elec_use")
    file.write_text("\n".join(lines), encoding="utf-8")
    text = refusal(start(tmp_path / "data", copy))
    assert re.search(r"checklists\.yaml:\d+: .*dp_elec_use", text)


@POSIX
@pytest.mark.parametrize("name", ["checklists.yaml", "plans.yaml", "duties.yaml", "sources.yaml"])
def test_a_content_file_that_is_no_yaml_stops_the_start_with_its_line(copy, tmp_path, name):
    file = copy / "unitsafe" / "content" / name
    file.write_text(file.read_text(encoding="utf-8") + "\n  - {broken: [\n", encoding="utf-8")
    assert re.search(rf"{name}:\d+: ", refusal(start(tmp_path / "data", copy)))


@POSIX
def test_a_missing_content_file_stops_the_start_with_its_name(copy, tmp_path):
    (copy / "unitsafe" / "content" / "plans.yaml").unlink()
    assert "plans.yaml" in refusal(start(tmp_path / "data", copy))


# The clock and the stored settings


@pytest.fixture
def real_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The clock is put back afterwards."""
    yield
    clock.set_to(None)


def with_clock(app: Any, moment: str | None) -> Any:
    """The same app as if UNITSAFE_NOW had been set."""
    was = app.config["SETTINGS"]
    now = clock.parse(moment) if moment else None
    app.config["SETTINGS"] = Config(was.host, was.port, was.data, was.database_url, now)
    return was


def test_the_clock_of_a_real_school_cannot_be_set(app, make, real_time):
    make.school()
    was = with_clock(app, "2026-11-23T07:40")
    try:
        with pytest.raises(StartupError, match=r"UNITSAFE_NOW.*sample school"):
            prepare(app)
    finally:
        app.config["SETTINGS"] = was


def test_the_clock_of_a_sample_school_can_be_set(app, make, monkeypatch, real_time):
    make.school(is_sample=True)
    was = with_clock(app, "2026-11-23T07:40")
    monkeypatch.undo()
    try:
        prepare(app)
        assert f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}" == "2026-11-23T07:40"
    finally:
        app.config["SETTINGS"] = was


def test_a_stored_setting_that_cannot_be_stops_the_start_and_is_named(app, make, session):
    school = make.school()
    school.settings = {**school.settings, "days_normal": "soon"}
    session.merge(school)
    session.commit()
    with app.app_context(), pytest.raises(StartupError, match="days_normal"):
        ready(app)


def test_a_new_installation_makes_its_own_secret_key_once(tmp_path):
    first = config.secret_key(tmp_path)
    assert len(first) == 64
    assert config.secret_key(tmp_path) == first
    if sys.platform != "win32":
        assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_an_app_needs_nothing_but_its_data_folder(tmp_path):
    url = f"sqlite:///{(tmp_path / 'unitsafe.db').as_posix()}"
    app = create_app(Config("127.0.0.1", 0, tmp_path, url, None), TESTING=True)
    prepare(app)
    assert app.test_client().get("/healthz").get_json() == {"status": "ok"}
    with app.app_context():
        db.engine.dispose()


# Serving and stopping


@contextlib.contextmanager
def serving(data: Path, **more: str) -> Iterator[tuple[Any, int]]:
    """A server of its own: its process and port. It is ended if it has not ended by itself."""
    process = subprocess.Popen(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment(data, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found, line or process.communicate()[1]
        yield process, int(found[1])
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def get(port: int, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, cookie and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
    body = answer.read().decode()
    connection.close()
    return answer.status, cookie, body


def is_being_written(file: Path) -> bool:
    """Whether somebody holds the write lock of the database."""
    with contextlib.closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
    return False


def ask_for_the_sample(port: int) -> http.client.HTTPConnection:
    """Send the longest request there is; its answer is still to come."""
    _status, cookie, body = get(port, "/setup")
    token = re.search(r'"X-CSRFToken": "([^"]+)"', body)
    assert token
    form = urlencode({"csrf_token": token[1], "do": "sample"})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/setup", form, headers)
    return connection


def test_it_serves_and_says_where(tmp_path):
    with serving(tmp_path) as (_process, port):
        assert get(port, "/healthz")[0] == 200
        assert json.loads(get(port, "/healthz")[2]) == {"status": "ok"}
        assert get(port, "/")[0] == 303


def test_a_second_server_on_the_same_data_is_refused_in_one_line(tmp_path):
    with serving(tmp_path) as (_process, port):
        line = refusal(start(tmp_path))
        assert "another server" in line and "UNITSAFE_DATA" in line and "\n" not in line
        assert get(port, "/healthz")[0] == 200


def test_a_database_that_cannot_be_written_is_one_clear_line(app, make, monkeypatch):
    make.school()

    def refuse(*_args: Any, **_values: Any) -> None:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY
        raise sa.exc.OperationalError("", {}, error)

    monkeypatch.setattr("unitsafe.startup.renew_all", refuse)
    with pytest.raises(StartupError, match=r"cannot be written.*UNITSAFE_DATA"):
        prepare(app)


@POSIX
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_and_well_when_nothing_runs(tmp_path, sign):
    with serving(tmp_path) as (process, port):
        get(port, "/healthz")
        process.send_signal(sign)
        _out, err = process.communicate(timeout=DEADLINE)
        assert process.returncode == 0
        assert "Traceback" not in err


@POSIX
def test_told_to_stop_it_finishes_the_running_request(tmp_path):
    with serving(tmp_path, UNITSAFE_NOW="2026-11-23T07:45") as (process, port):
        connection = ask_for_the_sample(port)
        deadline = time.monotonic() + DEADLINE
        while not is_being_written(tmp_path / "unitsafe.db"):
            assert time.monotonic() < deadline, "the request never began to write"
        process.send_signal(signal.SIGTERM)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Location")) == (303, "/login")
        answer.read()
        connection.close()
        process.communicate(timeout=DEADLINE)
        assert process.returncode == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "unitsafe.db")) as database:
        assert database.execute("SELECT count(*) FROM school").fetchone() == (1,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@POSIX
def test_killed_in_the_middle_of_a_write_nothing_is_half_there(tmp_path):
    with serving(tmp_path, UNITSAFE_NOW="2026-11-23T07:45") as (process, port):
        connection = ask_for_the_sample(port)
        deadline = time.monotonic() + DEADLINE
        while not is_being_written(tmp_path / "unitsafe.db"):
            assert time.monotonic() < deadline, "the request never began to write"
        process.kill()
        process.communicate()
        connection.close()
    with serving(tmp_path) as (_process, port):
        assert get(port, "/")[0] == 303
        assert "csrf_token" in get(port, "/setup")[2]
    with contextlib.closing(sqlite3.connect(tmp_path / "unitsafe.db")) as database:
        for table in ("school", "person", "check_record", "audit_entry"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
