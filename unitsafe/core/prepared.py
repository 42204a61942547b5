"""Core statements compiled once and run on SQLite's own connection, for the busiest write.

A statement that is always the same needs no cache key, no event and no result object each time;
that is most of what it costs on SQLite (docs/performance.md). PostgreSQL keeps SQLAlchemy's session,
whose ``execute`` is called the same way.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from unitsafe.core.slow import took

Convert = Callable[[Any], Any] | None


class Prepared:
    """One statement in the words of SQLite, with the conversions of its types.

    An INSERT needs ``names``, the columns it fills.
    """

    def __init__(self, statement: Any, dialect: sa.Dialect, names: tuple[str, ...] | None) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=names)
        self.sql = str(compiled)
        self._constants: Mapping[str, Any] = compiled.params
        self._binds: list[tuple[str, Convert]] = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]
        columns = list(statement.selected_columns) if isinstance(statement, sa.Select) else []
        self.named = _row_of([str(column.key) for column in columns])
        kinds = [column.type.dialect_impl(dialect) for column in columns]
        self._reads = [
            (place, convert)
            for place, kind in enumerate(kinds)
            if (convert := kind.result_processor(dialect, None)) is not None
        ]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """What the driver is given, in order."""
        known, found = self._constants, []
        for name, convert in self._binds:
            value = given[name] if name in given else known[name]
            found.append(convert(value) if convert else value)
        return found

    def row(self, raw: tuple[Any, ...]) -> list[Any]:
        """What the driver gave, as the program knows it."""
        values = list(raw)
        for place, convert in self._reads:
            if values[place] is not None:
                values[place] = convert(values[place])
        return values


def _row_of(names: list[str]) -> Any:
    return namedtuple("Row", names)  # type: ignore[misc]


@lru_cache(maxsize=100)
def _prepared(statement: Any, dialect: sa.Dialect, names: tuple[str, ...] | None) -> Prepared:
    return Prepared(statement, dialect, names)


class Done:
    """The outcome of a statement: rows, or the number of the row that was added."""

    def __init__(self, cursor: sqlite3.Cursor, statement: Prepared) -> None:
        self._cursor, self._statement = cursor, statement

    def __iter__(self) -> Iterator[Any]:
        return map(self._statement.row, self._cursor)

    def all(self) -> list[Any]:
        """All rows."""
        return list(self)

    def first(self) -> Any:
        """The first row with its columns' names, or None."""
        row = next(iter(self), None)
        return None if row is None else self._statement.named(*row)

    @property
    def inserted_primary_key(self) -> tuple[int | None]:
        """The id that an INSERT gave."""
        return (self._cursor.lastrowid,)


class PreparedRows:
    """Runs statements that never change on a driver connection in a transaction."""

    def __init__(self, connection: sqlite3.Connection, dialect: sa.Dialect) -> None:
        self._connection, self._dialect = connection, dialect

    def execute(self, statement: Any, given: Mapping[str, Any]) -> Done:
        """Run it with these values. Raises sqlalchemy's DBAPIError, as a session does."""
        names = tuple(given) if isinstance(statement, sa.Insert) else None
        prepared = _prepared(statement, self._dialect, names)
        values = prepared.values(given)
        began = perf_counter()
        try:
            cursor = self._connection.execute(prepared.sql, values)
        except sqlite3.Error as error:
            raise wrapped(error, prepared.sql) from error
        took(prepared.sql, perf_counter() - began)
        return Done(cursor, prepared)


def wrapped(error: sqlite3.Error, sql: str | None = None) -> BaseException:
    """The driver's error as the rest of the program knows it."""
    return sa.exc.DBAPIError.instance(sql, None, error, sqlite3.Error, hide_parameters=True)
