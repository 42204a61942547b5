"""Writes that are whole or not at all, times that keep their zone, search that takes no tricks."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from unitsafe.core.db import UtcDateTime, db, like, write_tx, writing, writing_rows
from unitsafe.core.once import OnceKey
from unitsafe.hazards.models import HazardSerial

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def key(name: str, at: datetime = NOON) -> OnceKey:
    return OnceKey(key=name, actor_id=None, location="/", at=at)


def keys(session):
    session.rollback()
    return session.scalars(sa.select(OnceKey.key).order_by(OnceKey.key)).all()


def test_a_write_is_kept_when_it_ends_and_was_not_there_before(app, session):
    with app.app_context(), writing() as tx:
        tx.add(key("a"))
        tx.flush()
        assert keys(session) == []
    assert keys(session) == ["a"]


def test_a_write_that_fails_leaves_nothing_behind(app, session):
    with pytest.raises(LookupError), app.app_context(), writing() as tx:
        tx.add(key("a"))
        tx.flush()
        raise LookupError
    assert keys(session) == []
    with app.app_context(), writing() as tx:  # and the next one is not kept out
        tx.add(key("b"))
    assert keys(session) == ["b"]


def test_a_write_sees_what_others_saved_after_the_page_was_read(app, session):
    with app.app_context():
        session.add(key("a"))
        session.commit()
        mine = db.session()
        assert mine.get(OnceKey, "a").location == "/"
        session.get(OnceKey, "a").location = "/new"
        session.commit()
        with writing() as tx:
            assert tx.get(OnceKey, "a").location == "/new"


def test_writers_at_once_lose_no_count(app, session):
    session.add(HazardSerial(year=2026, last=0))
    session.commit()

    def count(_number):
        with app.app_context(), writing() as tx:
            serial = tx.get_one(HazardSerial, 2026)
            serial.last += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(80)))
    session.rollback()
    assert session.get_one(HazardSerial, 2026).last == 80


def test_a_write_inside_a_test_or_command_needs_no_request(app, session):
    with app.app_context(), write_tx(db.session()) as tx:
        tx.add(key("a"))
    assert keys(session) == ["a"]


KEYS = OnceKey.__table__
A_KEY = sa.select(KEYS.c.key, KEYS.c.at).where(KEYS.c.key == sa.bindparam("wanted"))


def values(name):
    return {"key": name, "actor_id": None, "location": "/", "at": NOON}


def test_rows_are_written_and_read_as_by_a_session(app, session):
    with app.app_context(), writing_rows() as rows:
        rows.execute(KEYS.insert(), values("a"))
        row = rows.execute(A_KEY, {"wanted": "a"}).first()
        assert (row.key, row.at) == ("a", NOON)
        assert rows.execute(A_KEY, {"wanted": "b"}).first() is None
        assert keys(session) == []
    assert keys(session) == ["a"]
    assert session.get_one(OnceKey, "a").at == NOON


@pytest.mark.parametrize("error", [LookupError, KeyboardInterrupt])
def test_rows_that_end_in_an_error_leave_nothing_behind(app, session, error):
    with pytest.raises(error), app.app_context(), writing_rows() as rows:
        rows.execute(KEYS.insert(), values("a"))
        raise error
    assert keys(session) == []
    with app.app_context(), writing_rows() as rows:  # and the next one is not kept out
        rows.execute(KEYS.insert(), values("b"))
    assert keys(session) == ["b"]


def test_a_row_that_the_database_refuses_is_the_error_that_a_session_raises(app, session):
    for name in ("a", "b"):
        with pytest.raises(sa.exc.IntegrityError), app.app_context(), writing_rows() as rows:
            rows.execute(KEYS.insert(), values(name))
            rows.execute(KEYS.insert(), values(name))
        assert keys(session) == []


def test_a_database_that_another_program_holds_is_said_to_be_busy(app, session):
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("on PostgreSQL the second writer waits")
        with sqlite3.connect(db.engine.url.database, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            pooled = db.engine.raw_connection()
            pooled.driver_connection.execute("PRAGMA busy_timeout=0")
            pooled.close()
            with pytest.raises(sa.exc.OperationalError, match="locked"), writing_rows():
                raise AssertionError("never got here")
            other.execute("ROLLBACK")
        other.close()
        with writing_rows() as rows:
            rows.execute(KEYS.insert(), values("a"))
    assert keys(session) == ["a"]


ZONES = [NOON, NOON.astimezone(timezone(timedelta(hours=8))), NOON.replace(microsecond=1)]


@pytest.mark.parametrize("at", ZONES)
def test_an_instant_comes_back_as_the_same_instant_in_utc(session, at):
    session.add(key("a", at))
    session.commit()
    back = session.get_one(OnceKey, "a").at
    assert back == at and back.tzinfo is UTC


def test_a_time_without_a_zone_is_a_bug():
    dialect = sa.create_engine("sqlite://").dialect
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(NOON.replace(tzinfo=None), dialect)
    assert UtcDateTime().process_bind_param(None, dialect) is None


FOUND = [
    ("100%", ["100%完好"]),
    ("_", ["a_b"]),
    ("\\", ["c\\d"]),
    ("门锁", ["后门锁"]),
    ("'", []),
    ("", ["100%完好", "a_b", "c\\d", "后门锁", "x"]),
]


@pytest.mark.parametrize(("typed", "expected"), FOUND)
def test_a_search_takes_every_sign_as_it_was_typed(session, typed, expected):
    session.add_all([key(name) for name in ("100%完好", "a_b", "c\\d", "后门锁", "x")])
    session.commit()
    found = session.scalars(
        sa.select(OnceKey.key).where(OnceKey.key.like(like(typed), escape="\\"))
    )
    assert sorted(found) == sorted(expected)


def test_sqlite_keeps_every_promise_of_durability(app):
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("SQLite only")
        with db.engine.connect() as connection:
            got = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "journal_size_limit")
            }
    assert got == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "journal_size_limit": 64 * 1024 * 1024,
    }
