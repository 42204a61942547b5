"""The checks of the sample school's earlier years, with all that was answered, by the database alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.checks.models import Answer, Check, CheckEvent, Finding, Plan
from unitsafe.checks.rules import State
from unitsafe.core.db import UtcDateTime
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State as HazardState
from unitsafe.sample.copying import Copier, follow

DAY = 24 * 60
MORE_WALKS = ((1, 3, 280, "午间巡"), (2, 4, 120, "静校巡"))
"""In those years every grid was walked at noon and in the evening as well, so that ten of them hold
the 200,000 checks of product.md §8: which round is repeated as which, how many minutes later."""
COPIES = sa.Table(
    "check_copy",
    sa.MetaData(),
    sa.Column("new_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("old_id", sa.Integer),
    sa.Column("day", sa.Date),
    sa.Column("days", sa.Integer),
    sa.Column("minutes", sa.Integer),
    sa.Column("round_no", sa.Integer),
    sa.Column("label", sa.String(20)),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True)
class Copy:
    """A check that is written again: ``days`` earlier, and within the day ``minutes`` later."""

    new_id: int
    old_id: int
    day: date
    days: int
    minutes: int
    round_no: int
    label: str

    @property
    def by(self) -> timedelta:
        """How far everything that people did with it moves."""
        return timedelta(minutes=self.days * DAY + self.minutes)


def settled(session: Session, first: date, last: date) -> dict[tuple[str, date], list[Any]]:
    """The checks from ``first`` to ``last`` with which nothing is left to do, by unit and day."""
    open_hazard = (sa.select(Finding.check_id).join(Hazard, Hazard.id == Finding.hazard_id)).where(
        Hazard.state != HazardState.CLOSED
    )
    is_over = sa.or_(
        Check.state.in_((State.COUNTERSIGNED, State.SKIPPED)),
        sa.and_(Check.state == State.DUE, Check.explanation != ""),
        sa.and_(Check.state == State.SUBMITTED, Check.countersign == ""),
    )
    rows = session.execute(
        sa.select(
            Check.id,
            Check.day,
            Check.round_no,
            Check.label,
            Check.opens_at,
            Check.performed_at,
            Check.submitted_at,
            Check.missed_at,
            Plan.unit,
            Plan.target,
        )
        .join(Plan, Plan.id == Check.plan_id)
        .where(
            Check.day.between(first, last),
            is_over,
            Check.version == 1,
            Check.superseded_by_id.is_(None),
            Check.id.not_in(open_hazard),
            Plan.unit != "week",
        )
        .order_by(Check.opens_at, Check.id)
    )
    found: dict[tuple[str, date], list[Any]] = {}
    for row in rows:
        unit = "day" if row.unit in ("day", "night") else "month"
        found.setdefault((unit, row.day), []).append(row)
    return found


def copies(
    copier: Copier,
    sources: dict[tuple[str, date], list[Any]],
    days: Iterable[tuple[str, date, date]],
) -> list[Copy]:
    """What becomes of each ``(unit, day, source day)``."""
    made = []
    for unit, day, source in days:
        back = (day - source).days
        rows = sources.get((unit, source), [])
        for row in rows:
            new_id = copier.next_id(Check)
            made.append(Copy(new_id, row.id, day, back, 0, row.round_no, row.label))
        for before, round_no, minutes, label in MORE_WALKS:
            for row in rows:
                if row.target == "grid" and row.round_no == before and _in_time(row, minutes):
                    new_id = copier.next_id(Check)
                    made.append(Copy(new_id, row.id, day, back, minutes, round_no, label))
    return made


def _in_time(row: Any, minutes: int) -> bool:
    """Whether it would still be the same day."""
    latest = max(filter(None, (row.performed_at, row.submitted_at)), default=row.opens_at)
    return bool(latest + timedelta(minutes=minutes) < row.missed_at)


def write(session: Session, copied: Sequence[Copy]) -> None:
    """Insert the checks, their events and answers: one statement each."""
    connection = session.connection()
    COPIES.create(connection)
    connection.execute(sa.insert(COPIES), [vars(copy) for copy in copied])
    dialect = connection.dialect.name
    is_set = {"id": COPIES.c.new_id, "day": COPIES.c.day}
    is_set |= {"round_no": COPIES.c.round_no, "label": COPIES.c.label}
    in_days = {"missed_at": COPIES.c.days * DAY}
    _insert(session, Check.__table__, Check.__table__.c.id, is_set, in_days, dialect)
    follow(session, Check)
    for model in (CheckEvent, Answer):
        key = {"check_id": COPIES.c.new_id}
        _insert(session, model.__table__, model.__table__.c.check_id, key, {}, dialect)
    COPIES.drop(connection)


def _insert(
    session: Session,
    table: Any,
    key: sa.ColumnElement[int],
    is_set: Mapping[str, sa.ColumnElement[Any]],
    minutes: Mapping[str, sa.ColumnElement[int]],
    dialect: str,
) -> None:
    """Every row of ``table`` that belongs to a copied check, for every copy."""
    usual = COPIES.c.days * DAY + COPIES.c.minutes
    chosen: dict[str, sa.ColumnElement[Any]] = {}
    for column in table.c:
        if column.name in is_set:
            chosen[column.name] = is_set[column.name]
        elif isinstance(column.type, UtcDateTime):
            chosen[column.name] = _later(column, minutes.get(column.name, usual), dialect)
        elif column.name != "id":
            chosen[column.name] = column
    select = (
        sa.select(*chosen.values())
        .select_from(COPIES)
        .join(table, key == COPIES.c.old_id)
        .order_by(COPIES.c.new_id, table.c.id)
    )
    session.execute(sa.insert(table).from_select(list(chosen), select))


def _later(
    column: sa.ColumnElement[datetime], minutes: sa.ColumnElement[int], dialect: str
) -> sa.ColumnElement[Any]:
    """The moment in ``column`` moved by ``minutes``."""
    if dialect == "sqlite":  # text, as SQLAlchemy writes it
        by = sa.cast(minutes, sa.String).concat(" minutes")
        return sa.func.strftime("%Y-%m-%d %H:%M:%f000", column, by)
    return column + sa.func.make_interval(0, 0, 0, 0, 0, minutes)
