"""Checks and hazards of a period, aggregated by the database: in as many statements for a long period
as for a short one, except for the figures of the assessment, which are asked for month by month (of
rules.MOST_MONTHS at most)."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from unitsafe import clock
from unitsafe.checks import counting
from unitsafe.checks import queries as checks
from unitsafe.checks.models import Check
from unitsafe.checks.rules import DONE, UNFINISHED
from unitsafe.core.figures import METRICS, Figure
from unitsafe.core.figures import Period as FigurePeriod
from unitsafe.hazards.models import Hazard, HazardEvent
from unitsafe.hazards.queries import in_building
from unitsafe.hazards.rules import FIXES, Action, Level, State
from unitsafe.places.models import Building, Space
from unitsafe.stats.rules import RECURRENT, Count, Day, Fixing, Period

MOST_PLACES = 10
MOST_RECURRING = 15
FIGURES = (
    "daily_patrol_completion_rate",
    "hazards_closed_on_time_rate",
    "backfilled_record_rate",
)
"""Shown month by month; keys of content/four_capabilities.yaml ``metrics``."""


class DayNumber(FunctionElement[float]):
    """An instant or a day as a number of days, with its fraction: good for differences."""

    name = "day_number"
    type = sa.Float()
    inherit_cache = True


@compiles(DayNumber)
def _day_number(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(extract(epoch FROM {compiler.process(element.clauses, **kw)}) AS FLOAT) / 86400"


@compiles(DayNumber, "sqlite")
def _julian_day(element: Any, compiler: Any, **kw: Any) -> str:
    return f"julianday({compiler.process(element.clauses, **kw)})"


@dataclass(frozen=True)
class Scope:
    """What is counted: the days, and if given the grids or the building."""

    period: Period
    grid_ids: frozenset[int] = frozenset()
    building_id: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole school."""
        return not self.grid_ids and not self.building_id


@dataclass(frozen=True)
class Report:
    """Everything that the page, the paper and the workbook show.

    ``found`` and ``closed`` hold a number for each month of the period; hazards that were rejected
    are left out everywhere. ``figures`` are the whole school's, by key and month.
    """

    period: Period
    days: Sequence[Day]
    categories: Sequence[Count]
    buildings: Sequence[Count]
    spaces: Sequence[Count]
    nowhere: Count
    """Hazards that name no space, and so no building."""
    found: Sequence[int]
    closed: Sequence[int]
    closed_of_found: int
    levels: Mapping[Level, Fixing]
    fixing: Mapping[tuple[Level, int], Fixing]
    recurring: Sequence[Count]
    figures: Mapping[str, Sequence[Figure]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Hazards found."""
        return sum(self.found)

    @property
    def in_other_buildings(self) -> int:
        """Hazards of buildings beyond those with the most."""
        return self.total - self.nowhere.number - sum(one.number for one in self.buildings)

    @property
    def has_figures(self) -> bool:
        """Whether the assessment counts anything of these months."""
        return any(one.value is not None for found in self.figures.values() for one in found)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look at."""
        return not self.days and not self.total and not any(self.closed)

    @property
    def average(self) -> float | None:
        """Days from when somebody had to fix a hazard until it was closed; None before the first."""
        closed = sum(one.closed for one in self.levels.values())
        return sum(one.days for one in self.levels.values()) / closed if closed else None


def report(session: Session, scope: Scope, now: datetime) -> Report:
    """The figures of the scope as they are at ``now``."""
    months = scope.period.months
    by_category, found = _found(session, scope)
    buildings, spaces, nowhere = _places(session, scope)
    return Report(
        period=scope.period,
        days=_days(session, scope, now),
        categories=by_category,
        buildings=buildings,
        spaces=spaces,
        nowhere=nowhere,
        found=[found[number] for number in range(len(months))],
        closed=_closed(session, scope),
        closed_of_found=sum(one.closed for one in by_category),
        levels={level: took for (level, _), took in _took(session, scope, sa.literal(0)).items()},
        fixing=_took(session, scope, _month(Hazard.found_at, scope.period)),
        recurring=_recurring(session, scope),
        figures=_figures(session, scope, clock.local(now).date()) if scope.is_whole else {},
    )


def _days(session: Session, scope: Scope, now: datetime) -> list[Day]:
    """As many of a day as the ledger of checks lists for it (Filters.is_daily). What was handed in
    counts as it first was; what is left out with a reason is not expected."""
    done = Check.state.in_(DONE)
    conditions = [
        Check.day.between(scope.period.first, scope.period.last),
        counting.is_daily(),
        Check.corrects_id.is_(None),
    ]
    if scope.grid_ids:
        conditions.append(Check.grid_id.in_(scope.grid_ids))
    if scope.building_id:
        conditions.append(checks.in_building(scope.building_id))
    rows = session.execute(
        sa.select(
            Check.day,
            sa.func.count(),
            _many(done),
            _many(counting.is_on_time()),
            _many(sa.and_(Check.state.in_(UNFINISHED), Check.missed_at > now)),
        )
        .where(*conditions)
        .group_by(Check.day)
        .order_by(Check.day)
    )
    today = clock.local(now).date()
    return [
        Day(day, expected, done, on_time, is_running=day >= today or still_open > 0)
        for day, expected, done, on_time, still_open in rows
    ]


def _many(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _within(scope: Scope, column: sa.ColumnElement[Any] | Any) -> list[sa.ColumnElement[bool]]:
    """Hazards of the scope, those rejected left out, by the instant in ``column``."""
    found = [
        column >= clock.at(scope.period.first),
        column < clock.end_of(scope.period.last),
        Hazard.state != State.REJECTED,
    ]
    if scope.grid_ids:
        found.append(Hazard.grid_id.in_(scope.grid_ids))
    if scope.building_id:
        found.append(in_building(scope.building_id))
    return found


def _month(column: sa.ColumnElement[Any] | Any, period: Period) -> sa.ColumnElement[int]:
    """Which month of the period an instant lies in, on the school's clock, counted from 0."""
    *before, _last = period.months
    if not before:
        return sa.literal(0)
    ends: list[tuple[sa.ColumnElement[bool], sa.ColumnElement[int]]] = [
        (column < clock.end_of(last), sa.literal_column(str(number)))
        for number, (_first, last) in enumerate(before)
    ]
    return sa.case(*ends, else_=sa.literal_column(str(len(before))))


def _found(session: Session, scope: Scope) -> tuple[list[Count], Counter[int]]:
    """By category, the most frequent first; and by month."""
    month = _month(Hazard.found_at, scope.period).label("month")
    rows = session.execute(
        sa.select(Hazard.category, month, sa.func.count(), _many(Hazard.state == State.CLOSED))
        .where(*_within(scope, Hazard.found_at))
        .group_by(Hazard.category, month)
    )
    by_month: Counter[int] = Counter()
    many: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    for category, number, count, closed_count in rows:
        by_month[number] += count
        many[category] += count
        closed[category] += closed_count
    ordered = sorted(many, key=lambda one: (-many[one], one))
    return [Count(one, one, many[one], closed[one]) for one in ordered], by_month


def _places(session: Session, scope: Scope) -> tuple[list[Count], list[Count], Count]:
    """Buildings and spaces with the most hazards, and how many name none."""
    rows = session.execute(
        sa.select(
            Building.id,
            Building.name,
            Space.id,
            Space.name,
            sa.func.count(),
            _many(Hazard.state == State.CLOSED),
        )
        .select_from(Hazard)
        .outerjoin(Space, Space.id == Hazard.space_id)
        .outerjoin(Building, Building.id == Space.building_id)
        .where(*_within(scope, Hazard.found_at))
        .group_by(Building.id, Building.name, Space.id, Space.name)
        .order_by(sa.func.count().desc(), Space.id)
    ).all()
    nowhere = next(
        (Count("", "", count, closed) for *_, space_id, _, count, closed in rows if not space_id),
        Count("", "", 0),
    )
    rows = [row for row in rows if row[2]]
    spaces = [
        Count(str(space_id), f"{house} {space}", count, closed)
        for _, house, space_id, space, count, closed in rows[:MOST_PLACES]
    ]
    names = {house_id: house for house_id, house, *_ in rows}
    many: Counter[int] = Counter()
    done: Counter[int] = Counter()
    for house_id, _house, _space_id, _space, count, closed in rows:
        many[house_id] += count
        done[house_id] += closed
    ordered = sorted(many, key=lambda one: (-many[one], one))[:MOST_PLACES]
    return [Count(str(one), names[one], many[one], done[one]) for one in ordered], spaces, nowhere


def _closed(session: Session, scope: Scope) -> list[int]:
    """How many were closed in each month, whenever they were found."""
    month = _month(Hazard.closed_at, scope.period).label("month")
    rows = session.execute(
        sa.select(month, sa.func.count())
        .where(*_within(scope, Hazard.closed_at))  # only closed ones have it
        .group_by(month)
    )
    found: Counter[int] = Counter()
    for number, count in rows:
        found[number] = count
    return [found[number] for number in range(len(scope.period.months))]


def _took(
    session: Session, scope: Scope, month: sa.ColumnElement[int]
) -> dict[tuple[Level, int], Fixing]:
    """By level and ``month``: hazards found in the period and closed since, from their first
    dispatch on, or from when they were found if they were fixed on the spot."""

    def at(*actions: Action) -> sa.ColumnElement[datetime]:
        return sa.case((HazardEvent.action.in_(actions), HazardEvent.at))

    began = sa.func.coalesce(sa.func.min(at(Action.DISPATCH)), Hazard.found_at)
    fixed = sa.func.coalesce(sa.func.max(at(*FIXES)), Hazard.closed_at)
    lives = (
        sa.select(
            Hazard.level,
            month.label("month"),
            (DayNumber(Hazard.closed_at) - DayNumber(began)).label("took"),
            sa.case((_is_in_time(fixed), 1), else_=0).label("in_time"),
        )
        .outerjoin(
            HazardEvent,
            sa.and_(
                HazardEvent.hazard_id == Hazard.id,
                HazardEvent.action.in_((Action.DISPATCH, *FIXES)),
            ),
        )
        .where(*_within(scope, Hazard.found_at), Hazard.state == State.CLOSED)
        .group_by(Hazard.id)
        .subquery()
    )
    group = (lives.c.level, lives.c.month)
    ranked = sa.select(
        *group,
        lives.c.took,
        lives.c.in_time,
        sa.func.row_number().over(partition_by=group, order_by=lives.c.took).label("place"),
        sa.func.count().over(partition_by=group).label("many"),
    ).subquery()

    def reached(tenths: int) -> sa.ColumnElement[float]:
        """The time that so many tenths of the hazards took at most."""
        is_beyond = ranked.c.place * 10 >= ranked.c.many * tenths
        return sa.func.min(sa.case((is_beyond, ranked.c.took)))

    rows = session.execute(
        sa.select(
            ranked.c.level,
            ranked.c.month,
            sa.func.count(),
            sa.func.sum(ranked.c.in_time),
            sa.func.sum(ranked.c.took),
            reached(5),
            reached(9),
        )
        .group_by(ranked.c.level, ranked.c.month)
        .order_by(ranked.c.month)
    )
    found = {(level, number): Fixing(*figures) for level, number, *figures in rows}
    return {
        key: found[key] for key in sorted(found, key=lambda one: (one[1], [*Level].index(one[0])))
    }


def _is_in_time(fixed: sa.ColumnElement[datetime]) -> sa.ColumnElement[bool]:
    """Fixed before the school's clock ended the day it was due: the deadline is the fixer's, who
    need not wait for the closer. With no such day it was never late."""
    # of any day: no hazard here is older than 1991, the last year in which China moved its clocks
    ahead = datetime.combine(date(2026, 1, 1), time(0), clock.ZONE).utcoffset()
    shift = (ahead or timedelta()) / timedelta(days=1)
    day_ends = DayNumber(Hazard.due_on) + 1 - shift
    return sa.or_(Hazard.due_on.is_(None), DayNumber(fixed) < day_ends)


def _recurring(session: Session, scope: Scope) -> list[Count]:
    """What was found again and again: one category in one space."""
    rows = session.execute(
        sa.select(
            Space.id,
            Building.name,
            Space.name,
            Hazard.category,
            sa.func.count(),
            _many(Hazard.state == State.CLOSED),
        )
        .select_from(Hazard)
        .join(Space, Space.id == Hazard.space_id)
        .join(Building, Building.id == Space.building_id)
        .where(*_within(scope, Hazard.found_at))
        .group_by(Space.id, Building.name, Space.name, Hazard.category)
        .having(sa.func.count() >= RECURRENT)
        .order_by(sa.func.count().desc(), Space.id, Hazard.category)
        .limit(MOST_RECURRING)
    )
    return [
        Count(str(space_id), f"{house} {space}", count, closed, category)
        for space_id, house, space, category, count, closed in rows
    ]


def _figures(session: Session, scope: Scope, today: date) -> dict[str, list[Figure]]:
    """Of each month that has begun, what the assessment counts of a quarter."""
    found: dict[str, list[Figure]] = defaultdict(list)
    for first, last in scope.period.months:
        if first <= today:
            days = FigurePeriod(first, last, min(last, today))
            for key in FIGURES:
                found[key].append(METRICS[key](session, days))
    return dict(found)
