"""Rows of checks written in bulk: answers, events, states, and the audit chain over them."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.checks.models import Answer, Check, CheckEvent
from unitsafe.checks.rules import Action, Result
from unitsafe.core import audit
from unitsafe.core.audit import AuditEntry
from unitsafe.core.db import Model
from unitsafe.core.domain import Actor

Row = dict[str, Any]


class Journal:
    """Keeps rows until :meth:`flush`; they then stand as the services would have written them.

    Answers carry their own ids, because a submission's audit entry covers them.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._answers: list[Row] = []
        self._events: list[Row] = []
        self._entries: list[Row] = []
        self._changes: dict[int, Row] = {}
        self._next_answer = 1

    def answer(
        self,
        check_id: int,
        item_key: str,
        result: Result,
        value: Decimal | None,
        note: str,
        at: datetime,
        by: Actor,
    ) -> Row:
        """Append an answer; the row is what :meth:`digest` takes."""
        row = {
            "id": self._next_answer,
            "check_id": check_id,
            "item_key": item_key,
            "result": result,
            "value": value,
            "note": note,
            "at": at,
            "by_id": by.id,
        }
        self._next_answer += 1
        self._answers.append(row)
        return row

    def event(self, check_id: int, action: Action, by: Actor, at: datetime, note: str = "") -> None:
        """Append a check's event without an audit entry."""
        self._events.append(
            {"check_id": check_id, "action": action, "at": at, "by_id": by.id, "note": note}
        )

    def log(
        self,
        check_id: int,
        action: Action,
        by: Actor,
        at: datetime,
        note: str = "",
        data: Mapping[str, object] | None = None,
    ) -> None:
        """Append a check's event with its audit entry, as checks.services does."""
        self.event(check_id, action, by, at, note)
        self._entries.append(
            {
                "at": at,
                "actor_id": by.id,
                "actor_name": by.name,
                "act": f"check.{action}",
                "subject": f"check:{check_id}",
                "data": audit.canonical({"note": note, **(data or {})}),
                "origin": by.origin,
            }
        )

    def change(self, check_id: int, **values: object) -> None:
        """Set columns of a check."""
        self._changes.setdefault(check_id, {}).update(values)

    def flush(self) -> None:
        """Write everything, so that services and queries see it."""
        if self._answers:
            self._insert(Answer, self._answers)
            self._move_sequence()
        if self._events:
            self._insert(CheckEvent, self._events)
        self._change_checks()
        if self._entries:
            self._insert(AuditEntry, self._chained())
        self._answers, self._events, self._entries, self._changes = [], [], [], {}

    @contextmanager
    def directly(self) -> Iterator[Session]:
        """Use services between the bulk rows: what is kept is written before, and ids follow on."""
        self.flush()
        yield self.session
        self.session.flush()
        self._next_answer = (self.session.scalar(sa.select(sa.func.max(Answer.id))) or 0) + 1

    def _insert(self, model: type[Model], rows: list[Row]) -> None:
        table = cast(sa.Table, model.__table__)  # past the ORM: it takes half the time
        self.session.connection().execute(sa.insert(table), rows)

    def _change_checks(self) -> None:
        """One statement for all checks of which the same columns change."""
        table = cast(sa.Table, Check.__table__)
        groups: dict[tuple[str, ...], list[Row]] = {}
        for check_id, values in self._changes.items():
            groups.setdefault(tuple(sorted(values)), []).append({"b_id": check_id, **values})
        for columns, rows in groups.items():
            changed: Row = {column: sa.bindparam(column) for column in columns}
            statement = sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(changed)
            self.session.connection().execute(statement, rows)

    def _chained(self) -> list[Row]:
        previous = self.session.scalar(
            sa.select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
        )
        for row in self._entries:
            row["previous"] = previous or ""
            row["hash"] = previous = audit.entry_hash(AuditEntry(**row))
        return self._entries

    def _move_sequence(self) -> None:
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(
                sa.text("SELECT setval(pg_get_serial_sequence('answer', 'id'), :last)"),
                {"last": self._answers[-1]["id"]},
            )


def digest(answers: Sequence[Row]) -> str:
    """What checks.services.answers_digest gives for these rows."""
    content = [
        [
            row["id"],
            row["item_key"],
            row["result"],
            None if row["value"] is None else f"{row['value']:.3f}",
            row["note"],
            row["at"].isoformat(),
            row["by_id"],
        ]
        for row in answers
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
