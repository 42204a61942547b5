"""Reading who leads whom out of where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.classes.models import SchoolClass
from unitsafe.core.domain import Actor, Right
from unitsafe.evacuation.models import (
    AssemblyPoint,
    EvacGuide,
    FireVolunteer,
    FloorRoute,
    MapCheck,
    PupilInNeed,
)
from unitsafe.evacuation.rules import MAP_KINDS, floor_numbers
from unitsafe.people.models import Person, PersonStatus
from unitsafe.people.queries import is_visitor, valid_on
from unitsafe.places.models import Building, BuildingUse, Space

GUIDED_USES = (BuildingUse.TEACHING, BuildingUse.DORM, BuildingUse.CANTEEN)
"""Buildings whose floors need a guide: where pupils learn, sleep and eat."""
FloorKey = tuple[int, int]
"""Building's id and floor."""


@dataclass(frozen=True)
class Floor:
    """One floor of a building that needs guides."""

    building_id: int
    building: str
    number: int

    @property
    def key(self) -> FloorKey:
        """How routes and guides name it."""
        return self.building_id, self.number


def floors(session: Session) -> list[Floor]:
    """The floors that need guides, by building and upwards; one statement."""
    used = (
        sa.select(Space.building_id, Space.floor).where(Space.is_active).distinct().subquery("used")
    )
    rows = session.execute(
        sa.select(Building.id, Building.name, Building.floors, used.c.floor)
        .outerjoin(used, used.c.building_id == Building.id)
        .where(Building.is_active, Building.use.in_(GUIDED_USES))
        .order_by(Building.position, Building.name, Building.id)
    ).all()
    names = {row[0]: row[1] for row in rows}
    counts = {row[0]: row[2] for row in rows}
    there: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row[3] is not None:
            there[row[0]].append(row[3])
    return [
        Floor(one, name, number)
        for one, name in names.items()
        for number in floor_numbers(counts[one], there[one])
    ]


def guides(session: Session, day: date, building_id: int | None = None) -> Sequence[EvacGuide]:
    """The guides of ``day`` who are at the school, with their deputies, by building and floor."""
    select = (
        sa.select(EvacGuide)
        .join(Person, Person.id == EvacGuide.person_id)
        .where(valid_on(EvacGuide, day), Person.status == PersonStatus.ACTIVE)
        .options(joinedload(EvacGuide.person), joinedload(EvacGuide.deputy))
        .order_by(EvacGuide.building_id, EvacGuide.floor, EvacGuide.id)
    )
    if building_id is not None:
        select = select.where(EvacGuide.building_id == building_id)
    return session.scalars(select).all()


def guides_on(session: Session, day: date) -> dict[FloorKey, list[int]]:
    """(building's id, floor) → ids of who leads it out on ``day``; floors without one are left out."""
    found: dict[FloorKey, list[int]] = defaultdict(list)
    for one in guides(session, day):
        found[one.building_id, one.floor].append(one.person_id)
    return dict(found)


def without_guide(session: Session, day: date) -> list[Floor]:
    """Floors that nobody leads out on ``day``; two statements."""
    led = guides_on(session, day)
    return [one for one in floors(session) if one.key not in led]


def spaces_without_guide(day: date) -> sa.Select[Any]:
    """The spaces on floors that nobody leads out on ``day``."""
    led = sa.exists().where(
        EvacGuide.building_id == Space.building_id,
        EvacGuide.floor == Space.floor,
        valid_on(EvacGuide, day),
        Person.id == EvacGuide.person_id,
        Person.status == PersonStatus.ACTIVE,
    )
    return (
        sa.select(Space)
        .join(Building, Building.id == Space.building_id)
        .where(Space.is_active, Space.floor != 0, Building.is_active, Building.use.in_(GUIDED_USES))
        .where(~led)
    )


def routes(session: Session) -> dict[FloorKey, FloorRoute]:
    """The way out of each floor that has one written down, with its assembly point."""
    rows = session.scalars(sa.select(FloorRoute).options(joinedload(FloorRoute.point)))
    return {(one.building_id, one.floor): one for one in rows}


def points(session: Session, day: date) -> Sequence[AssemblyPoint]:
    """The assembly points of ``day``, in the order in which they were entered."""
    return session.scalars(
        sa.select(AssemblyPoint).where(valid_on(AssemblyPoint, day)).order_by(AssemblyPoint.id)
    ).all()


def _needs_map() -> sa.ColumnElement[bool]:
    return sa.and_(Space.is_active, Space.kind.in_(MAP_KINDS))


def _checked(first: date, on: date) -> sa.ColumnElement[bool]:
    return sa.exists().where(MapCheck.space_id == Space.id, MapCheck.checked_on.between(first, on))


def map_counts(session: Session, first: date, on: date) -> Mapping[FloorKey, tuple[int, int]]:
    """Rooms whose map was checked between the days, and all that need one, by floor."""
    rows = session.execute(
        sa.select(
            Space.building_id,
            Space.floor,
            sa.func.sum(sa.case((_checked(first, on), 1), else_=0)),
            sa.func.count(),
        )
        .where(_needs_map())
        .group_by(Space.building_id, Space.floor)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def unchecked_rooms(first: date, on: date) -> sa.Select[Any]:
    """Rooms whose map nobody checked between the days."""
    return sa.select(Space).where(_needs_map(), ~_checked(first, on))


def rooms(session: Session, building_id: int, floor: int) -> Sequence[tuple[Space, date | None]]:
    """Rooms of a floor that need a map, with the day of the last check."""
    last = (
        sa.select(sa.func.max(MapCheck.checked_on))
        .where(MapCheck.space_id == Space.id)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Space, last)
        .where(_needs_map(), Space.building_id == building_id, Space.floor == floor)
        .order_by(Space.name, Space.id)
    )
    return [(row[0], row[1]) for row in rows]


def pupils(session: Session, actor: Actor | None, day: date) -> Sequence[PupilInNeed]:
    """Pupils in need on ``day`` by class: all for whoever runs the school or sees all of it,
    otherwise those of one's own class and those one helps. ``actor`` None: all."""
    select = (
        sa.select(PupilInNeed)
        .join(SchoolClass, SchoolClass.id == PupilInNeed.class_id)
        .where(valid_on(PupilInNeed, day))
        .options(
            joinedload(PupilInNeed.school_class).joinedload(SchoolClass.space),
            joinedload(PupilInNeed.helper),
            joinedload(PupilInNeed.second),
        )
        .order_by(SchoolClass.grade, SchoolClass.position, SchoolClass.id, PupilInNeed.id)
    )
    if actor is not None and not {Right.VIEW_ALL, *EDIT} & actor.rights:
        select = select.where(
            sa.or_(
                PupilInNeed.helper_id == actor.id,
                PupilInNeed.second_id == actor.id,
                SchoolClass.head_teacher_id == actor.id,
            )
        )
    return session.scalars(select).all()


EDIT = (Right.EDIT_GRID, Right.MANAGE_SCHOOL)
"""Whoever arranges the evacuation."""


def has_helpers() -> sa.ColumnElement[bool]:
    """Pupils with two helpers who are at the school."""
    here = sa.select(Person.id).where(Person.status == PersonStatus.ACTIVE)
    return sa.and_(PupilInNeed.helper_id.in_(here), PupilInNeed.second_id.in_(here))


def volunteers(session: Session, day: date) -> Sequence[FireVolunteer]:
    """Volunteers of ``day``, staff first, then by class."""
    return session.scalars(
        sa.select(FireVolunteer)
        .outerjoin(SchoolClass, SchoolClass.id == FireVolunteer.class_id)
        .where(valid_on(FireVolunteer, day))
        .options(joinedload(FireVolunteer.person), joinedload(FireVolunteer.school_class))
        .order_by(
            sa.case((FireVolunteer.class_id.is_(None), 0), else_=1),
            SchoolClass.grade,
            SchoolClass.position,
            FireVolunteer.id,
        )
    ).all()


def staff_count(session: Session) -> int:
    """How many work at the school."""
    return (
        session.scalar(
            sa.select(sa.func.count(Person.id)).where(
                Person.status == PersonStatus.ACTIVE, ~is_visitor()
            )
        )
        or 0
    )


def classes_by_floor(session: Session, building_id: int) -> Mapping[int, list[SchoolClass]]:
    """The classes whose room is in the building, by floor."""
    rows = session.execute(
        sa.select(SchoolClass, Space.floor)
        .join(Space, Space.id == SchoolClass.space_id)
        .where(SchoolClass.is_active, Space.building_id == building_id)
        .order_by(SchoolClass.grade, SchoolClass.position, SchoolClass.id)
    )
    found: dict[int, list[SchoolClass]] = defaultdict(list)
    for one, floor in rows:
        found[floor].append(one)
    return found
