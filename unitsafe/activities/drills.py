"""Drills: who takes part, the run by the clock, head counts and cleared floors."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.activities import drill_rules, queries, services
from unitsafe.activities.drill_rules import seconds
from unitsafe.activities.models import Activity, DrillClass, FloorCleared, HeadCount
from unitsafe.activities.rules import OVER, Action, Form, State, may_organise
from unitsafe.classes.models import SchoolClass
from unitsafe.core import audit
from unitsafe.core.domain import Actor, NotAllowed, RuleError
from unitsafe.places.models import Building, Space
from unitsafe.school.queries import school


@dataclass(frozen=True)
class ClassLine:
    """A class of a drill as it stands: its ``last`` count, and after how many seconds it was
    complete."""

    part: DrillClass
    last: HeadCount | None
    seconds: int | None
    is_mine: bool

    @property
    def difference(self) -> int:
        """Heads more (positive) or fewer than expected; 0 before anybody counted."""
        return self.last.present - self.part.expected if self.last else 0


@dataclass(frozen=True)
class FloorLine:
    """A floor: when somebody said it was empty, and when its last class was complete, in seconds
    from the start; None while that is not known. ``classes``: how many sit there."""

    building: Building
    floor: int
    cleared: FloorCleared | None
    cleared_seconds: int | None
    counted_seconds: int | None
    classes: int


@dataclass(frozen=True)
class Board:
    """How a drill stands."""

    classes: list[ClassLine]
    floors: list[FloorLine]

    @property
    def expected(self) -> int:
        """Heads of all classes."""
        return sum(line.part.expected for line in self.classes)

    @property
    def present(self) -> int:
        """Heads counted so far."""
        return sum(line.last.present for line in self.classes if line.last)

    @property
    def missing(self) -> list[ClassLine]:
        """Classes that nobody has counted."""
        return [line for line in self.classes if line.last is None]

    @property
    def seconds(self) -> int | None:
        """From the signal to the last class; None while a class is missing."""
        taken = [line.seconds for line in self.classes if line.seconds is not None]
        return max(taken) if taken and len(taken) == len(self.classes) else None


def set_classes(
    session: Session, activity: Activity, class_ids: Collection[int]
) -> services.Changes:
    """These classes take part, with the heads and the floor that they have now."""
    parts = {one.class_id: one for one in parts_of(session, activity)}
    before = "、".join(one.school_class.name for one in parts.values())
    for class_id, part in parts.items():
        if class_id not in class_ids:
            session.delete(part)
    chosen = session.scalars(
        sa.select(SchoolClass)
        .where(SchoolClass.id.in_(class_ids))
        .options(joinedload(SchoolClass.space))
        .order_by(SchoolClass.grade, SchoolClass.position, SchoolClass.id)
    ).all()
    for one in chosen:
        part = parts.get(one.id) or DrillClass(activity_id=activity.id, class_id=one.id)
        _take_over(part, one, activity.form)
        session.add(part)
    session.flush()
    after = "、".join(one.name for one in chosen)
    return {"classes": (before, after)} if before != after else {}


def _take_over(part: DrillClass, one: SchoolClass, form: Form) -> None:
    """Heads and floor as the class has them now; at night boarders are where they sleep."""
    is_night = form is Form.NIGHT
    room = None if is_night else one.space
    part.expected = one.boarders if is_night else one.pupils
    part.building_id, part.floor = (room.building_id, room.floor) if room else (None, None)


def start(session: Session, activity: Activity, *, by: Actor, now: datetime) -> None:
    """The signal: the clock runs."""
    services.move(activity, Action.START, by)
    set_classes(session, activity, [one.class_id for one in parts_of(session, activity)])
    activity.started_at = now
    if activity.target_seconds is None:
        activity.target_seconds = school(session).number("drill_target_seconds")
    services.log(session, activity, Action.START, by=by, now=now)


def stop(session: Session, activity: Activity, *, by: Actor, now: datetime) -> None:
    """It is over; what phones without network still keep may arrive afterwards."""
    services.move(activity, Action.STOP, by)
    if activity.started_at is None:
        raise RuleError("演练还没有开始。")
    activity.ended_at, activity.held_on = now, clock.local(activity.started_at).date()
    found = _settle(session, activity, by)
    data = {"expected": found.expected, "present": found.present, "seconds": found.seconds}
    services.log(session, activity, Action.STOP, data=data, by=by, now=now)


def held_on_paper(session: Session, activity: Activity) -> None:
    """A drill that was entered afterwards took from its beginning to its end."""
    if activity.started_at and activity.ended_at:
        activity.seconds = seconds(activity.started_at, activity.ended_at)
    if activity.target_seconds is None:
        activity.target_seconds = school(session).number("drill_target_seconds")


def count(
    session: Session,
    activity: Activity,
    part: DrillClass,
    *,
    present: int,
    late_seconds: int = 0,
    note: str = "",
    by: Actor,
    now: datetime,
) -> HeadCount:
    """``present`` heads of a class stand at the assembly point. More than expected needs a note."""
    moment = _moment(session, activity, late_seconds, by, now)
    if present > part.expected and not note:
        raise RuleError(
            "实到%(present)s人，比应到的%(expected)s人多，请在备注里写明原因。",
            present=present,
            expected=part.expected,
            field="note",
        )
    row = HeadCount(
        drill_class_id=part.id,
        present=present,
        counted_at=moment,
        late_seconds=late_seconds,
        at=now,
        by_id=by.id,
        note=note,
    )
    session.add(row)
    data = {"class": part.class_id, "present": present, "late_seconds": late_seconds}
    _arrived(session, activity, data, by, now)
    return row


def clear(
    session: Session,
    activity: Activity,
    *,
    building_id: int,
    floor: int,
    late_seconds: int = 0,
    by: Actor,
    now: datetime,
) -> None:
    """Somebody looked: the floor is empty."""
    moment = _moment(session, activity, late_seconds, by, now)
    if (building_id, floor) not in [(one.id, level) for one, level in _floors(session, activity)]:
        raise RuleError("这一层不参加这次演练。")
    session.add(
        FloorCleared(
            activity_id=activity.id,
            building_id=building_id,
            floor=floor,
            cleared_at=moment,
            late_seconds=late_seconds,
            at=now,
            by_id=by.id,
        )
    )
    data = {"building": building_id, "floor": floor, "late_seconds": late_seconds}
    _arrived(session, activity, data, by, now)


def _moment(
    session: Session, activity: Activity, late_seconds: int, by: Actor, now: datetime
) -> datetime:
    """When it was counted. Raises where this person may not count, or it is no time for it."""
    if not may_count(session, activity, by):
        raise NotAllowed("请由参加演练的班主任、楼层责任人或组织人点名。")
    if activity.started_at is None or activity.state not in (State.RUNNING, *OVER):
        raise RuleError("演练没有在进行，不能点名。")
    moment = drill_rules.counted_at(now, late_seconds, activity.started_at)
    if activity.ended_at is not None and moment > activity.ended_at:
        raise RuleError("演练已经结束，不能再点名。")
    return moment


def _arrived(
    session: Session, activity: Activity, data: dict[str, int], by: Actor, now: datetime
) -> None:
    """Accounted for; what arrives after the end still counts."""
    session.flush()
    audit.record(
        session, "activity.count", f"activity:{activity.number}", by=by, now=now, data=data
    )
    if activity.state in OVER:
        _settle(session, activity, by)


def _settle(session: Session, activity: Activity, by: Actor) -> Board:
    """Heads and time as the counts say."""
    found = board(session, activity, by)
    activity.seconds = found.seconds
    if found.classes:
        activity.expected, activity.present = found.expected, found.present
    return found


def may_count(session: Session, activity: Activity, actor: Actor) -> bool:
    """Whether the actor organises, or a class or a floor of theirs takes part."""
    if may_organise(actor, activity.organiser_id):
        return True
    mine = (
        sa.select(DrillClass.id)
        .join(SchoolClass)
        .where(
            DrillClass.activity_id == activity.id,
            SchoolClass.head_teacher_id.in_(queries.me(actor)),
        )
    )
    if session.scalar(sa.select(mine.exists())):
        return True
    here = sa.and_(Activity.id == activity.id, queries.on_floors_of(actor))
    return bool(actor.grids) and bool(session.scalar(sa.select(sa.exists().where(here))))


def parts_of(session: Session, activity: Activity) -> Sequence[DrillClass]:
    """The classes that take part, by grade, each with its building."""
    return session.scalars(
        sa.select(DrillClass)
        .join(SchoolClass)
        .where(DrillClass.activity_id == activity.id)
        .options(
            joinedload(DrillClass.school_class).joinedload(SchoolClass.head_teacher),
            joinedload(DrillClass.building),
        )
        .order_by(SchoolClass.grade, SchoolClass.position, SchoolClass.id)
    ).all()


def board(session: Session, activity: Activity, actor: Actor) -> Board:
    """How the drill stands, the actor's own classes first; in at most five statements."""
    parts = parts_of(session, activity)
    counts = _counts(session, activity)
    lines = [_line(activity, part, counts.get(part.id, []), actor) for part in parts]
    lines.sort(key=lambda line: not line.is_mine)
    cleared = {
        (one.building_id, one.floor): one
        for one in session.scalars(
            sa.select(FloorCleared)
            .where(FloorCleared.activity_id == activity.id)
            .options(joinedload(FloorCleared.by))
            .order_by(FloorCleared.cleared_at, FloorCleared.id)
        )
    }
    floors = [
        _floor(activity, building, floor, cleared.get((building.id, floor)), lines)
        for building, floor in _floors(session, activity, parts)
    ]
    return Board(lines, floors)


def _counts(session: Session, activity: Activity) -> dict[int, list[HeadCount]]:
    """Head counts of each class in the order in which they were made."""
    rows = session.scalars(
        sa.select(HeadCount)
        .join(DrillClass, DrillClass.id == HeadCount.drill_class_id)
        .where(DrillClass.activity_id == activity.id)
        .options(joinedload(HeadCount.by))
        .order_by(HeadCount.drill_class_id, HeadCount.counted_at, HeadCount.id)
    )
    return {key: list(group) for key, group in groupby(rows, lambda row: row.drill_class_id)}


def _line(
    activity: Activity, part: DrillClass, counts: Sequence[HeadCount], actor: Actor
) -> ClassLine:
    done = drill_rules.finished_at([(row.counted_at, row.present) for row in counts])
    return ClassLine(
        part,
        counts[-1] if counts else None,
        seconds(activity.started_at, done) if activity.started_at and done else None,
        part.school_class.head_teacher_id in queries.me(actor),
    )


def _floor(
    activity: Activity,
    building: Building,
    floor: int,
    cleared: FloorCleared | None,
    lines: Iterable[ClassLine],
) -> FloorLine:
    here = [
        line for line in lines if (line.part.building_id, line.part.floor) == (building.id, floor)
    ]
    times = [line.seconds for line in here if line.seconds is not None]
    began = activity.started_at
    return FloorLine(
        building,
        floor,
        cleared,
        seconds(began, cleared.cleared_at) if began and cleared else None,
        max(times) if times and len(times) == len(here) else None,
        len(here),
    )


def _floors(
    session: Session, activity: Activity, parts: Sequence[DrillClass] | None = None
) -> list[tuple[Building, int]]:
    """The floors that are to be empty: where the classes sit; at night where boarders sleep."""
    if activity.form is Form.NIGHT:
        rows = session.execute(
            sa.select(Building, Space.floor)
            .join(Space, Space.building_id == Building.id)
            .where(Space.kind == queries.DORM_ROOM, Space.is_active, Building.is_active)
            .distinct()
        )
        found = [(row[0], row[1]) for row in rows]
    else:
        known = parts_of(session, activity) if parts is None else parts
        found = [
            (one.building, one.floor)
            for one in known
            if one.building is not None and one.floor is not None
        ]
    return sorted(set(found), key=lambda one: (one[0].position, one[0].name, one[1]))
