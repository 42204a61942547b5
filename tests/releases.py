"""Schools as earlier releases left them (tests/data/releases), for tests of the way up."""

import json
import lzma
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from unitsafe.core.db import db

FOLDER = Path(__file__).parent / "data" / "releases"
NAMES = sorted(file.name.removesuffix(".json.xz") for file in FOLDER.glob("*.json.xz"))
Release = dict[str, Any]
FROM_SQLITE: tuple[tuple[type[sa.types.TypeEngine[Any]], Callable[[Any], Any]], ...] = (
    (sa.Boolean, bool),
    (sa.DateTime, lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)),
    (sa.Date, date.fromisoformat),
    (sa.Time, time.fromisoformat),
    (sa.JSON, json.loads),
)
"""What SQLite keeps as text or number, as PostgreSQL wants it."""


def read(name: str) -> Release:
    """The release of that name: its revision, its schema as SQLite had it, its rows."""
    text = lzma.decompress((FOLDER / f"{name}.json.xz").read_bytes())
    return json.loads(text)  # type: ignore[no-any-return]


def put(release: Release, app: Flask) -> None:
    """Make the app's empty database one of that release, with its school."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _put_sqlite(release, Path(str(db.engine.url.database)))
        else:
            upgrade(revision=release["revision"])
            with db.engine.begin() as connection:
                _put_postgres(release, connection)
        db.engine.dispose()


def _put_sqlite(release: Release, file: Path) -> None:
    """Table by table as that release made it, whatever its migrations say today."""
    with closing(sqlite3.connect(file)) as connection:
        for _kind, _name, sql in release["schema"]:
            connection.execute(sql)
        for table, found in release["tables"].items():
            columns = ", ".join(f'"{name}"' for name in found["columns"])
            marks = ", ".join("?" * len(found["columns"]))
            connection.executemany(
                f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', found["rows"]
            )
        connection.execute("INSERT INTO alembic_version VALUES (?)", [release["revision"]])
        connection.commit()


def _put_postgres(release: Release, connection: sa.Connection) -> None:
    """Today's migrations up to that revision, but only the indexes that it had."""
    had = {name for kind, name, _sql in release["schema"] if kind == "index"}
    metadata = sa.MetaData()
    metadata.reflect(connection)
    for table in metadata.tables.values():
        for index in table.indexes:
            if index.name not in had:
                index.drop(connection)
        for column in table.columns:
            if isinstance(column.type, sa.JSON):
                column.type.none_as_null = True
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    for name, found in release["tables"].items():
        table = metadata.tables[name]
        kept = [_as_postgres(table, found["columns"], row) for row in found["rows"]]
        connection.execute(table.delete())  # what a migration put there
        if kept:
            connection.execute(table.insert(), kept)
    _count_on(connection)


def _as_postgres(table: sa.Table, columns: list[str], row: list[Any]) -> dict[str, Any]:
    return {
        name: value if value is None else _converted(table.c[name].type, value)
        for name, value in zip(columns, row, strict=True)
    }


def _converted(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    for known, convert in FROM_SQLITE:
        if isinstance(kind, known):
            return convert(value)
    return value


def _count_on(connection: sa.Connection) -> None:
    """Ids go on after the last row."""
    owned = connection.exec_driver_sql(
        "SELECT s.relname, t.relname, a.attname FROM pg_class s"
        " JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')"
        " JOIN pg_class t ON t.oid = d.refobjid"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid"
        " WHERE s.relkind = 'S'"
    ).all()
    for sequence, table, column in owned:
        last = f'SELECT max("{column}") AS last FROM "{table}"'
        connection.exec_driver_sql(
            f"""SELECT setval('"{sequence}"', last) FROM ({last}) found WHERE last IS NOT NULL"""
        )
