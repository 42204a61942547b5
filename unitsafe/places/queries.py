"""Reading buildings and spaces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from unitsafe.core.paging import AT_ONCE
from unitsafe.places.models import Building, Space


def buildings(session: Session) -> Sequence[Building]:
    """Buildings in use, in the school's order, without their spaces."""
    return session.scalars(
        sa.select(Building).where(Building.is_active).order_by(Building.position, Building.name)
    ).all()


def space(session: Session, space_id: int) -> Space | None:
    """One space with its building."""
    return session.scalars(
        sa.select(Space).where(Space.id == space_id).options(joinedload(Space.building))
    ).first()


def spaces(session: Session) -> Iterator[Space]:
    """The spaces in use with their buildings, by building, floor, name; some at a time."""
    select = (
        sa.select(Space)
        .join(Space.building)
        .where(Space.is_active, Building.is_active)
        .options(contains_eager(Space.building))
        .order_by(Building.position, Building.name, Space.floor, Space.name)
    )
    yield from session.scalars(select.execution_options(yield_per=AT_ONCE))


def space_choices(session: Session, building_id: int | None = None) -> list[tuple[int, str]]:
    """(id, "楼栋 部位") of the spaces in use, by building, floor, name."""
    select = (
        sa.select(Space.id, Building.name, Space.name, Space.floor)
        .join(Building, Building.id == Space.building_id)
        .where(Space.is_active)
        .order_by(Building.position, Building.name, Space.floor, Space.name)
    )
    if building_id:
        select = select.where(Space.building_id == building_id)
    return [(row[0], f"{row[1]} {row[2]}") for row in session.execute(select)]


@dataclass(frozen=True)
class BuildingLine:
    """A building in use with the number of its spaces in use."""

    building: Building
    spaces: int
    key_areas: int


def building_lines(session: Session) -> list[BuildingLine]:
    """Buildings in use, in the school's order, with counts."""
    counted = {
        row.building_id: row
        for row in session.execute(
            sa.select(
                Space.building_id,
                sa.func.count().label("total"),
                sa.func.count(sa.case((Space.is_key_area, 1))).label("key_areas"),
            )
            .where(Space.is_active)
            .group_by(Space.building_id)
        )
    }
    return [
        BuildingLine(one, counted[one.id].total, counted[one.id].key_areas)
        if one.id in counted
        else BuildingLine(one, 0, 0)
        for one in buildings(session)
    ]


def retired_buildings(session: Session) -> Sequence[Building]:
    """Buildings out of use, by name."""
    return session.scalars(
        sa.select(Building).where(Building.is_active.is_(False)).order_by(Building.name)
    ).all()


def building(session: Session, building_id: int) -> Building | None:
    """One building with its spaces, those out of use included, by floor and name."""
    return session.scalars(
        sa.select(Building).where(Building.id == building_id).options(selectinload(Building.spaces))
    ).first()


def space_by_plate(session: Session, plate: str) -> Space | None:
    """The space whose plate reads so, out of use or not: a plate answers for ever."""
    return session.scalars(sa.select(Space).where(Space.plate == plate.upper())).first()
