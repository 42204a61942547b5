"""Rows of the sample school written again with another date: new ids, moments moved, the rest alike."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core.db import Model, UtcDateTime

Row = dict[str, Any]


@dataclass(frozen=True)
class Tree:
    """A table whose rows belong to a row of another by the column ``key``."""

    model: type[Model]
    key: str
    below: tuple["Tree", ...] = ()
    fit: Callable[[Row], Row] = field(default=lambda row: row)
    """What is put right in a copied row."""


@dataclass(frozen=True)
class Branch:
    """A :class:`Tree` with its rows by the row they belong to."""

    tree: Tree
    rows: Mapping[int, list[Row]]
    below: list["Branch"]


class Copier:
    """Keeps copied rows until :meth:`write`; ids go on from the newest in the table."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._next: dict[str, int] = {}
        self._kept: dict[str, list[Row]] = {}

    def table(self, model: type[Model]) -> sa.Table:
        """The table of ``model``: everything here goes past the ORM."""
        return cast(sa.Table, model.__table__)

    def rows(self, model: type[Model], *where: sa.ColumnElement[bool]) -> list[Row]:
        """The rows of a table in the order of their ids."""
        table = self.table(model)
        found = self.session.execute(sa.select(table).where(*where).order_by(*table.primary_key))
        return [dict(row) for row in found.mappings()]

    def next_id(self, model: type[Model]) -> int:
        """The next free id of a table."""
        name = self.table(model).name
        if name not in self._next:
            newest = self.session.scalar(sa.select(sa.func.max(self.table(model).c.id)))
            self._next[name] = newest or 0
        self._next[name] += 1
        return self._next[name]

    def add(self, model: type[Model], row: Mapping[str, Any], by: timedelta, **changed: Any) -> int:
        """Keep a copy of ``row`` moved by ``by``, with ``changed`` columns; its id."""
        made = {**moved(self.table(model), row, by), "id": self.next_id(model), **changed}
        self._kept.setdefault(self.table(model).name, []).append(made)
        return cast(int, made["id"])

    def add_tree(
        self,
        model: type[Model],
        row: Mapping[str, Any],
        below: Iterable[Branch],
        by: timedelta,
        **changed: Any,
    ) -> int:
        """:meth:`add`, and copies of all that belongs to it."""
        parent = self.add(model, row, by, **changed)
        for branch in below:
            key = {branch.tree.key: parent}
            for child in branch.rows.get(row["id"], ()):
                self.add_tree(branch.tree.model, branch.tree.fit(child), branch.below, by, **key)
        return parent

    def below(self, trees: Iterable[Tree]) -> list[Branch]:
        """The rows of each table by the row they belong to."""
        found = []
        for tree in trees:
            by_parent: dict[int, list[Row]] = defaultdict(list)
            for row in self.rows(tree.model):
                by_parent[row[tree.key]].append(row)
            found.append(Branch(tree, by_parent, self.below(tree.below)))
        return found

    def write(self, *models: type[Model]) -> None:
        """Insert what is kept for these tables, in this order, and move their sequences."""
        for model in models:
            table = self.table(model)
            if rows := self._kept.pop(table.name, []):
                self.session.connection().execute(sa.insert(table), rows)
                follow(self.session, model)


def moved(table: sa.Table, row: Mapping[str, Any], by: timedelta) -> Row:
    """``row`` with its days and moments moved; ``by`` is whole days where it has days."""
    return {
        column.name: row[column.name] + by
        if isinstance(column.type, sa.Date | UtcDateTime) and row[column.name] is not None
        else row[column.name]
        for column in table.c
    }


def follow(session: Session, model: type[Model]) -> None:
    """On PostgreSQL: let the table's sequence go on after the ids that were written."""
    if session.get_bind().dialect.name == "postgresql":
        table = cast(sa.Table, model.__table__)
        session.execute(
            sa.text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
            {"name": table.name, "last": session.scalar(sa.select(sa.func.max(table.c.id)))},
        )


def months(first: date, last: date) -> list[date]:
    """The first days of all months from ``first`` to ``last``."""
    span = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in span]
