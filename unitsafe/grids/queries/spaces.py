"""Which spaces lie in which leaf grid."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.grids.models import Grid, GridSpace
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Building, Space


def grid_of_space(session: Session, space_id: int, day: date) -> int | None:
    """Id of the leaf grid that holds the space on ``day``."""
    return session.scalar(
        sa.select(GridSpace.grid_id).where(GridSpace.space_id == space_id, valid_on(GridSpace, day))
    )


def spaces_of(session: Session, grid_ids: Iterable[int], day: date) -> dict[int, list[Space]]:
    """Spaces in use by leaf grid on ``day``, each with its building, by floor and name."""
    found: dict[int, list[Space]] = defaultdict(list)
    rows = session.execute(
        sa.select(GridSpace.grid_id, Space)
        .join(Space, Space.id == GridSpace.space_id)
        .where(GridSpace.grid_id.in_(list(grid_ids)), valid_on(GridSpace, day), Space.is_active)
        .options(joinedload(Space.building))
        .order_by(Space.building_id, Space.floor, Space.name)
    )
    for grid_id, space in rows:
        found[grid_id].append(space)
    return found


def buildings_of(session: Session, grid_ids: Iterable[int]) -> set[int]:
    """Ids of the buildings in which these leaf grids hold, or ever held, a space."""
    return set(
        session.scalars(
            sa.select(Space.building_id)
            .join(GridSpace, GridSpace.space_id == Space.id)
            .where(GridSpace.grid_id.in_(list(grid_ids)))
            .distinct()
        )
    )


def space_counts(session: Session, day: date) -> dict[int, int]:
    """How many spaces in use each leaf grid holds on ``day``."""
    rows = session.execute(
        sa.select(GridSpace.grid_id, sa.func.count())
        .join(Space, Space.id == GridSpace.space_id)
        .where(valid_on(GridSpace, day), Space.is_active)
        .group_by(GridSpace.grid_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class PlacedSpace:
    """A space in use with its building and the leaf grid that holds it, if any."""

    space: Space
    grid: Grid | None


def placed_spaces(session: Session, day: date) -> list[PlacedSpace]:
    """All spaces in use with their grid on ``day``, by building, floor, name."""
    rows = session.execute(
        sa.select(Space, Grid)
        .join(Building, Building.id == Space.building_id)
        .outerjoin(GridSpace, sa.and_(GridSpace.space_id == Space.id, valid_on(GridSpace, day)))
        .outerjoin(Grid, Grid.id == GridSpace.grid_id)
        .where(Space.is_active)
        .options(joinedload(Space.building))
        .order_by(Building.position, Building.name, Space.floor, Space.name)
    )
    return [PlacedSpace(space, grid) for space, grid in rows]


def grids_of_space(session: Session, space_id: int) -> Sequence[GridSpace]:
    """Which grids the space has been in, newest first, each with its grid."""
    return session.scalars(
        sa.select(GridSpace)
        .where(GridSpace.space_id == space_id)
        .options(joinedload(GridSpace.grid))
        .order_by(GridSpace.from_on.desc(), GridSpace.id.desc())
    ).all()
