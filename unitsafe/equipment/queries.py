"""Reading the register: who may see what, the list, one piece."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe.core.db import like
from unitsafe.core.domain import Actor, Right
from unitsafe.equipment.models import Equipment, EquipmentEvent
from unitsafe.equipment.rules import State
from unitsafe.grids.models import GridSpace
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Building, Space

ORDER = (Equipment.number,)


def visible_to(actor: Actor, today: date) -> sa.ColumnElement[bool]:
    """The whole school's for those who see it; otherwise what is in one's grids today."""
    if Right.VIEW_ALL in actor.rights:
        return sa.true()
    return sa.exists().where(
        GridSpace.space_id == Equipment.space_id,
        GridSpace.grid_id.in_(actor.grids),
        valid_on(GridSpace, today),
    )


@dataclass(frozen=True)
class Filters:
    """What the register is narrowed to; everything empty shows all."""

    state: State | None = None
    kind: str = ""
    building_id: int | None = None
    words: str = ""


def register(actor: Actor, filters: Filters, today: date) -> sa.Select[Any]:
    """Pieces ``actor`` may see, with space and building; page by ORDER, upwards."""
    return (
        sa.select(Equipment)
        .where(visible_to(actor, today), *_conditions(filters))
        .options(joinedload(Equipment.space).joinedload(Space.building))
    )


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.state:
        found.append(Equipment.state == filters.state)
    if filters.kind:
        found.append(Equipment.kind == filters.kind)
    if filters.building_id:
        spaces = sa.select(Space.id).where(Space.building_id == filters.building_id)
        found.append(Equipment.space_id.in_(spaces))
    if filters.words:
        pattern = like(filters.words)
        place = (
            sa.select(Space.id)
            .join(Building, Building.id == Space.building_id)
            .where((Building.name + " " + Space.name).like(pattern, escape="\\"))
        )
        found.append(
            sa.or_(
                Equipment.number.like(pattern, escape="\\"),
                Equipment.name.like(pattern, escape="\\"),
                Equipment.model.like(pattern, escape="\\"),
                Equipment.space_id.in_(place),
            )
        )
    return found


def counts_by_state(
    session: Session, actor: Actor, filters: Filters, today: date
) -> Counter[State]:
    """How many rows of each state the filters leave (the state filter itself left out)."""
    conditions = _conditions(replace(filters, state=None))
    rows = session.execute(
        sa.select(Equipment.state, sa.func.count())
        .where(visible_to(actor, today), *conditions)
        .group_by(Equipment.state)
    )
    return Counter(dict(iter(rows)))


def equipment(session: Session, actor: Actor, number: int, today: date) -> Equipment | None:
    """One piece with its place and history; None when unknown or not visible."""
    return session.scalars(
        sa.select(Equipment)
        .where(Equipment.id == number, visible_to(actor, today))
        .options(
            joinedload(Equipment.space).joinedload(Space.building),
            selectinload(Equipment.events).joinedload(EquipmentEvent.by),
        )
    ).first()


def kinds_held(session: Session) -> set[str]:
    """Keys of the kinds that the school has something of."""
    return set(session.scalars(sa.select(Equipment.kind).distinct()))


def in_space(session: Session, space_id: int) -> Sequence[Equipment]:
    """What hangs or stands in a space, by number, without what was scrapped."""
    return session.scalars(
        sa.select(Equipment)
        .where(Equipment.space_id == space_id, Equipment.state != State.SCRAPPED)
        .order_by(Equipment.number)
    ).all()
