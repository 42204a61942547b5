"""The database of a test process: emptied for every test; schools that are built once, then copied."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import DeclarativeBase, Session

from tests.factories import Make, new_key
from unitsafe.core.db import db
from unitsafe.people.models import SignIn

Value = TypeVar("Value")
COUNTING = "FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"


def empty_postgres(name: str) -> str:
    """The address of a new, empty database of that name on the server of TEST_DATABASE_URL."""
    server = sa.make_url(os.environ["TEST_DATABASE_URL"]).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    admin.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


class Database(Protocol):
    """A database that can be emptied, kept under a name as it stands, and set back to that."""

    def empty(self) -> None:
        """Every table, but none of its rows."""

    def keep(self, name: str) -> None:
        """Remember all rows as ``name``."""

    def bring_back(self, name: str) -> None:
        """The rows of ``name`` and no others."""


class SqliteDatabase:
    """Copies of a file. Opened when the schema is there and nobody is connected."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.folder: Path = app.config["SETTINGS"].data
        self.file = self.folder / "unitsafe.db"
        self.keep("empty")

    def empty(self) -> None:
        """A copy of the file without rows."""
        self.bring_back("empty")

    def keep(self, name: str) -> None:
        """Copy what was committed."""
        with (
            closing(sqlite3.connect(self.file)) as source,
            closing(sqlite3.connect(self.folder / f"{name}.db")) as target,
        ):
            source.backup(target)

    def bring_back(self, name: str) -> None:
        """Put the copy in the file's place."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        for log in ("unitsafe.db-wal", "unitsafe.db-shm"):
            (self.folder / log).unlink(missing_ok=True)
        shutil.copyfile(self.folder / f"{name}.db", self.file)


class PostgresDatabase:
    """Copies of the tables that have rows, in schemas of their own; asked for by a superuser."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.tables = [table.name for table in db.metadata.sorted_tables]
        self.back: dict[str, list[str]] = {}
        self.cleared = 0

    def empty(self) -> None:
        """Delete what there is; numbers start anew."""
        self._set_to([])

    def keep(self, name: str) -> None:
        """Copy the rows, and note the last id of every table."""
        with self.app.app_context(), db.engine.begin() as connection:
            filled = self._filled(connection)
            last = connection.exec_driver_sql(f"SELECT sequencename, last_value {COUNTING}").all()
            connection.exec_driver_sql(f'CREATE SCHEMA "{name}"')
            for table in filled:
                connection.exec_driver_sql(f'CREATE TABLE "{name}"."{table}" AS TABLE "{table}"')
        self.back[name] = [
            *(f'INSERT INTO "{table}" SELECT * FROM "{name}"."{table}"' for table in filled),
            *(f"SELECT setval('{sequence}', {value})" for sequence, value in last),
        ]

    def bring_back(self, name: str) -> None:
        """Delete what there is, then copy the rows back."""
        self._set_to(self.back[name])

    def _set_to(self, rows: list[str]) -> None:
        """Empty tables, then ``rows``: no trigger fires and no foreign key is looked up."""
        with self.app.app_context():
            db.session.remove()
            with db.engine.begin() as connection:
                script = ["SET LOCAL session_replication_role = replica", *self._clear(connection)]
                connection.exec_driver_sql("; ".join(script + rows))

    def _clear(self, connection: sa.Connection) -> list[str]:
        """Truncating 60 tables takes five times as long as deleting what a test left, but leaves no
        dead rows behind: now and then it has to be."""
        self.cleared += 1
        if self.cleared % 100 == 1:
            tables = ", ".join(f'"{table}"' for table in self.tables)
            return [f"TRUNCATE {tables} RESTART IDENTITY CASCADE"]
        return [
            *(f'DELETE FROM "{table}"' for table in self._filled(connection)),
            f"SELECT setval(quote_ident(sequencename)::regclass, 1, false) {COUNTING}",
        ]

    def _filled(self, connection: sa.Connection) -> list[str]:
        """The tables that have rows."""
        each = (f"SELECT '{one}' WHERE EXISTS (SELECT FROM \"{one}\")" for one in self.tables)
        return list(connection.exec_driver_sql(" UNION ALL ".join(each)).scalars())


class Schools:
    """Schools that are built once and then given to every test that asks, as if built for it.

    What building returns may hold rows and dataclasses: a test gets rows of its own session.
    """

    def __init__(self, database: Database, photos: Path) -> None:
        self.database, self.photos = database, photos
        self.kept = photos.parent / "kept-photos"
        photos.mkdir(exist_ok=True)  # a school need not have any
        self.built: dict[tuple[str, datetime], tuple[str, Any, dict[str, Any]]] = {}

    def give(self, name: str, make: Make, build: Callable[[], Value]) -> Value:
        """The school that ``build`` makes from what the database holds now."""
        key = name, make.now()
        if key not in self.built:
            value, label = build(), f"kept{len(self.built)}"
            make.session.rollback()
            self.database.keep(label)
            shutil.copytree(self.photos, self.kept, dirs_exist_ok=True)
            self.built[key] = label, value, make.state()
        label, value, state = self.built[key]
        make.session.rollback()
        self.database.bring_back(label)
        self._put_photos_back()
        make.resume(state)
        _renew_cookies(make.session)
        return reloaded(value, make.session)  # type: ignore[no-any-return]

    def _put_photos_back(self) -> None:
        """A test before may have deleted some."""
        for photo in self.kept.rglob("*.*"):
            here = self.photos / photo.relative_to(self.kept)
            if not here.exists():
                shutil.copyfile(photo, here)


def _renew_cookies(session: Session) -> None:
    """No cookie of an earlier test is good: nothing that the app knows of it can show."""
    ids = session.scalars(sa.select(SignIn.id)).all()
    if ids:
        session.execute(sa.update(SignIn), [{"id": one, "key": new_key()} for one in ids])
    session.commit()


def reloaded(value: Any, session: Session) -> Any:
    """``value``, its dicts copied and its rows read by ``session``."""
    if isinstance(value, DeclarativeBase):
        return session.get_one(type(value), sa.inspect(value).identity)
    if isinstance(value, dict):
        return {key: reloaded(one, session) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        found = {one.name: reloaded(getattr(value, one.name), session) for one in fields(value)}
        return replace(value, **found)
    return value
