"""The number of a request, its line in the log, and what must never get into one."""

import io
import json
import logging
import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from werkzeug.test import Client

from unitsafe.checks import taps
from unitsafe.core import logs, slow, trace
from unitsafe.core.db import db
from unitsafe.core.security import HEADERS
from unitsafe.core.tally import Tally, tally
from unitsafe.core.watch import Watch
from unitsafe.people.models import Person

NUMBER = re.compile(r"[2-9A-HJ-NP-TV-Z]{4}-[2-9A-HJ-NP-TV-Z]{4}")
SECRET = "张三丰13912345678"


@pytest.fixture
def lines():
    """What is logged, line by line, as the file would have it."""
    written, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def requests(lines):
    """Of what is logged, the lines about requests."""
    return lambda: [line for line in lines() if line["logger"] == "unitsafe.request"]


@pytest.fixture(autouse=True)
def afresh():
    tally.clear()
    slow.told.clear()


def crashing(app, monkeypatch, error, *, testing=False):
    """A client of the app as it is served, in which one public page fails with ``error``."""

    def fail():
        raise error

    monkeypatch.setitem(app.config, "TESTING", testing)
    monkeypatch.setitem(app.view_functions, "tips.new", marked(fail))
    monkeypatch.setitem(app.error_handler_spec[None][None], Exception, crash())
    return app.test_client()


def marked(view):
    from unitsafe.core.access import public

    return public(view)


def crash():
    from unitsafe.core.errors import _crash

    return _crash


# -- numbers ---------------------------------------------------------------------------------------


def test_every_answer_of_the_app_has_a_number_of_its_own(browser, make):
    make.school()
    numbers = [browser().get("/login").headers["X-Request-ID"] for _ in range(3)]
    assert len(set(numbers)) == 3
    assert all(NUMBER.fullmatch(number) for number in numbers)


@pytest.mark.parametrize(
    ("proxies", "given", "taken"),
    [
        (1, "0f7d2c1ab34e4d7f9a", True),
        (1, "short", False),
        (1, "a" * 65, False),
        (1, "ab cd ef gh", False),
        (1, "../../../etc", False),
        (1, "12345678\n", False),
        (0, "0f7d2c1ab34e4d7f9a", False),
    ],
)
def test_a_number_from_outside_counts_behind_a_proxy_and_when_it_is_plain(proxies, given, taken):
    def inner(_environ, start):
        trace.current().route = "/"
        start("200 OK", [])
        return [b""]

    watched = Watch(SimpleNamespace(testing=True), inner, proxies=proxies)
    environ = {"REQUEST_METHOD": "GET", "HTTP_X_REQUEST_ID": given}
    told = []
    list(watched(environ, lambda _status, headers: told.extend(headers)))
    assert (dict(told)["X-Request-ID"] == given) is taken


# -- lines -----------------------------------------------------------------------------------------


def test_a_request_is_one_line_that_names_its_route_and_nobody(requests, browser, make):
    teacher = make.someone("teacher")
    client = browser(teacher)
    client.get("/people?q=" + SECRET)
    hazard = make.hazard()
    answer = client.get(f"/hazards/{hazard.number}?x={SECRET}")
    line = requests()[-1]
    assert (line["method"], line["route"]) == ("GET", "/hazards/<number>")
    assert (line["status"], line["level"]) == (answer.status, "INFO")
    assert line["bytes"] == len(answer.response.data)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["sql"] > 0 and line["ms"] >= line["sql_ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", line["time"])
    everything = json.dumps(requests(), ensure_ascii=False)
    assert SECRET not in everything and hazard.number not in everything
    assert teacher.name not in everything and teacher.username not in everything


def test_monitors_and_static_files_are_not_logged(requests, browser):
    browser().get("/healthz")
    browser().get("/static/look.css")
    assert requests() == []
    assert tally.requests == 0


def test_an_address_that_nothing_answers_to_is_not_written_down(requests, browser, make):
    make.school()
    browser().get(f"/{SECRET}")
    assert (requests()[-1]["route"], requests()[-1]["status"]) == ("?", 404)


def test_what_takes_too_long_is_a_warning(requests, browser, make, monkeypatch):
    make.school()
    monkeypatch.setattr("unitsafe.core.watch.SLOW_SECONDS", 0.0)
    browser().get("/login")
    assert (requests()[-1]["level"], requests()[-1]["message"]) == ("WARNING", "slow request")


def test_a_terminal_gets_a_short_line():
    record = logging.makeLogRecord(
        {"name": "x", "msg": "request", "levelname": "INFO", "created": 0.0}
    )
    record.fields = {"route": "/", "ms": 3}
    assert logs.ReadableLines().format(record).startswith("08:00:00 INFO request route=/ ms=3")


def test_the_log_goes_into_a_file_that_is_turned_over(tmp_path, monkeypatch):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(logs, "MOST_BYTES", 2000)
    try:
        logs.set_up(tmp_path / "logs" / "unitsafe.log")
        for _ in range(40):
            logging.getLogger("unitsafe").info("a line of the log")
    finally:
        root.handlers[0].close()
        root.handlers[:] = handlers
        root.setLevel(level)
    files = sorted(file.name for file in (tmp_path / "logs").iterdir())
    assert files[:2] == ["unitsafe.log", "unitsafe.log.1"] and len(files) <= 6
    assert json.loads((tmp_path / "logs" / "unitsafe.log").read_text().splitlines()[0])["level"]


# -- crashes ---------------------------------------------------------------------------------------


def test_a_crash_gives_a_number_that_the_log_has(app, make, monkeypatch, lines):
    make.school()
    client = crashing(app, monkeypatch, ValueError(SECRET))
    answer = client.get("/tip")
    number = answer.headers["X-Request-ID"]
    assert (answer.status_code, number in answer.text) == (500, True)
    told = next(line for line in lines() if line.get("trace"))
    assert (told["request_id"], told["error"]) == (number, "ValueError")
    assert "in fail" in told["trace"] and SECRET not in json.dumps(lines(), ensure_ascii=False)
    assert (tally.server_errors, tally.errors()[0].number) == (1, number)
    assert tally.errors()[0].route == "/tip"


def test_a_crash_of_a_swap_says_the_number_too(app, make, monkeypatch):
    make.school()
    client = crashing(app, monkeypatch, ValueError())
    answer = client.get("/tip", headers={"HX-Request": "true"})
    assert f"错误编号 {answer.headers['X-Request-ID']}，请告诉管理员" in answer.text


def test_a_crash_of_a_script_says_the_number_too(app, make, monkeypatch):
    make.school()
    client = crashing(app, monkeypatch, ValueError())
    answer = client.get("/tip", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert f"错误编号 {answer.headers['X-Request-ID']}，请告诉管理员" in answer.json["message"]


def test_even_without_a_page_for_errors_there_is_an_answer(app, monkeypatch, lines):
    monkeypatch.setattr(app, "testing", False)
    watched = Watch(app, lambda *_: 1 / 0)
    answer = Client(watched).get("/")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.text
    assert not HEADERS.items() - set(answer.headers.items())
    assert lines()[-1]["error"] == "ZeroDivisionError"


# -- what an exception may say ---------------------------------------------------------------------


def postgres(code, primary):
    """An error as psycopg raises it, with a row in its details."""
    error = Exception(f"{primary}\nDETAIL:  Key (phone)=({SECRET}) already exists.")
    error.diag = SimpleNamespace(
        sqlstate=code,
        table_name="person",
        column_name=None,
        constraint_name="uq_person_phone",
        message_primary=primary,
    )
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError(SECRET), ""),
        (KeyError(SECRET), ""),
        (OSError(28, "No space left on device", f"/data/{SECRET}"), "No space left on device"),
        (
            AttributeError("'Grid' object has no attribute 'x'"),
            "'Grid' object has no attribute 'x'",
        ),
        (
            postgres("23505", 'duplicate key violates "uq_person_phone"'),
            '23505 person uq_person_phone duplicate key violates "uq_person_phone"',
        ),
        (postgres("22P02", f'invalid integer: "{SECRET}"'), "22P02 person uq_person_phone"),
        (
            sa.exc.StatementError("x", "SELECT\n ?", {"a": SECRET}, ValueError(SECRET)),
            "(ValueError: ) [SELECT ?]",
        ),
    ],
)
def test_a_message_is_logged_as_far_as_a_program_made_it(error, said):
    assert logs.safe(error) == said


def test_causes_are_told_too_without_what_they_say():
    def inner():
        name = SECRET
        raise KeyError(name)

    try:
        try:
            inner()
        except KeyError as error:
            raise RuntimeError(SECRET) from error
    except RuntimeError as error:
        said = "".join(logs.told(error))
    assert said.index("KeyError") < said.index("RuntimeError")
    assert "in inner" in said and SECRET not in said


def test_the_database_s_own_errors_hide_what_was_entered(make, session, app):
    someone = make.someone("teacher")
    again = {c.key: getattr(someone, c.key) for c in sa.inspect(Person).columns if c.key != "id"}
    again |= {"name": SECRET}
    with app.app_context(), pytest.raises(sa.exc.IntegrityError) as caught:
        db.session.execute(sa.insert(Person), again)
    told = "".join(logs.told(caught.value))
    assert "INSERT INTO person" in told and "person" in told
    assert SECRET not in told and someone.username not in told
    assert SECRET not in str(caught.value).split("[SQL")[1]


# -- statements ------------------------------------------------------------------------------------


def test_a_slow_statement_is_logged_once_in_a_while_and_without_values(app, lines, monkeypatch):
    monkeypatch.setattr(slow, "SLOW_SECONDS", 0.0)
    with app.app_context():
        for _ in range(3):
            db.session.execute(sa.select(Person.id).where(Person.name == SECRET))
    found = [line for line in lines() if line["message"] == "slow statement"]
    assert [line["statement"].split()[0] for line in found].count("SELECT") == 1
    assert found[-1]["level"] == "WARNING" and SECRET not in json.dumps(found, ensure_ascii=False)


def test_a_tap_s_own_statements_are_timed_and_its_line_is_written(app, make, requests, browser):
    make.day()
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL's taps go through SQLAlchemy's session")
        from unitsafe.core.db import writing_rows

        now = trace.begin()
        with writing_rows() as rows:
            taps.read_sheet(rows, 1)
    assert now.statements > 0 and now.sql_seconds > 0


# -- the tally -------------------------------------------------------------------------------------


def test_percentiles_are_right_to_a_fifth():
    own = Tally()
    for number in range(100):
        own.add("/", 200, 0.010 if number < 90 else 0.5, "x")
    own.add("/fast", 200, 0.0001, "x")
    (slowest, fast) = own.slowest(5)
    assert (slowest.name, slowest.count) == ("/", 100)
    assert 0.010 <= slowest.median <= 0.012 and 0.5 <= slowest.p95 <= 0.6
    assert fast.p95 <= 0.001


def test_the_tally_is_bounded():
    own = Tally()
    for number in range(1500):
        own.add(f"/{number}", 500, 999.0, str(number))
    assert own.requests == own.server_errors == 1500
    assert [error.number for error in own.errors()][:2] == ["1499", "1498"]
    assert (len(own.errors()), len(own.slowest(9999))) == (10, 1000)
