"""The database: base class of the models, column types, transactions."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Session, registry

from unitsafe.core import slow
from unitsafe.core.prepared import PreparedRows, wrapped


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime on every database (SQLite keeps no zone by itself)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive datetimes: they are a bug."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Typed models; constraint names are fixed so that migrations can name them."""

    registry = registry(
        metadata=sa.MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: UtcDateTime,
            Enum: sa.Enum(
                Enum,
                native_enum=False,
                create_constraint=False,
                length=24,
                values_callable=lambda kind: [member.value for member in kind],
            ),
            dict[str, Any]: sa.JSON,
            list[str]: sa.JSON,
        },
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

_writer = threading.RLock()


@contextmanager
def write_tx(session: Session) -> Iterator[Session]:
    """One short write: begins at once, commits on success, leaves nothing behind on an error.

    What was read before is forgotten (its snapshot is older than the lock); load inside. On SQLite
    the transaction is IMMEDIATE and writers of this process queue on a fair lock instead of
    sleeping in SQLite's busy handler; on PostgreSQL an advisory lock lets one writer in at a time,
    so that what is read inside (the last number, the newest answer) is still true when it is saved.
    """
    session.rollback()
    if session.get_bind().dialect.name != "sqlite":
        with session.begin():
            session.execute(sa.text("SELECT pg_advisory_xact_lock(7450)"))
            yield session
        return
    with _writer:
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def writing() -> Iterator[Session]:
    """:func:`write_tx` on the request's session."""
    with write_tx(db.session()) as session:
        yield session


Rows = Session | PreparedRows
"""What runs Core statements: ``execute(statement, values)``."""


@contextmanager
def writing_rows() -> Iterator[Rows]:
    """:func:`writing` for the busiest write: Core statements that never change, no objects."""
    engine = db.engine
    if engine.dialect.name != "sqlite":
        with writing() as session:
            yield session
        return
    if db.session.registry.has():
        db.session.rollback()  # what it read before is older than this write
    pooled = engine.raw_connection()
    try:
        connection: Any = pooled.driver_connection
        with _writer:
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield PreparedRows(connection, engine.dialect)
                connection.commit()
            except sqlite3.Error as error:
                connection.rollback()
                raise wrapped(error) from error
            except BaseException:
                connection.rollback()
                raise
    finally:
        pooled.close()


def init_app(app: Flask) -> None:
    """Connect the app to its database."""
    db.init_app(app)
    with app.app_context():
        slow.watch(db.engine)
        _set_up_sqlite(db.engine)


def _set_up_sqlite(engine: sa.Engine) -> None:
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None  # sqlite3 must not send its own BEGIN
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=10000",
            "journal_size_limit=67108864",  # a log that one long reader made large shrinks again
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(conn: sa.Connection) -> None:
        mode = conn.get_execution_options().get("sqlite_begin", "DEFERRED")
        conn.exec_driver_sql(f"BEGIN {mode}")


def like(text: str) -> str:
    """``text`` as a LIKE pattern that matches it anywhere; use with ``escape="\\\\"``."""
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, "\\" + sign)
    return f"%{text}%"
