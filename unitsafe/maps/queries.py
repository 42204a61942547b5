"""Reading the maps and what is drawn on them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.core.domain import Actor
from unitsafe.grids.models import Grid
from unitsafe.maps.models import GridMap, GridShape
from unitsafe.places.models import Building


def maps(session: Session, *, is_active: bool = True) -> Sequence[GridMap]:
    """The maps in use, or those out of use: the campus first, then by building and floor, each
    with its picture and building."""
    return session.scalars(
        sa.select(GridMap)
        .outerjoin(Building, Building.id == GridMap.building_id)
        .where(GridMap.is_active.is_(is_active))
        .options(joinedload(GridMap.photo), joinedload(GridMap.building))
        .order_by(
            GridMap.building_id.is_not(None),
            Building.position,
            Building.name,
            GridMap.floor,
            GridMap.id,
        )
    ).all()


def grid_map(session: Session, map_id: int) -> GridMap | None:
    """A map in use with its picture and building."""
    return session.scalars(
        sa.select(GridMap)
        .where(GridMap.id == map_id, GridMap.is_active)
        .options(joinedload(GridMap.photo), joinedload(GridMap.building))
    ).first()


def shapes(session: Session, map_id: int) -> Sequence[GridShape]:
    """What is drawn on a map, by number of the grid, each with its grid; retired grids left out."""
    return session.scalars(
        sa.select(GridShape)
        .join(Grid, Grid.id == GridShape.grid_id)
        .where(GridShape.map_id == map_id, Grid.is_active)
        .options(joinedload(GridShape.grid))
        .order_by(Grid.code, GridShape.id)
    ).all()


def undrawn_grids(session: Session) -> Sequence[Grid]:
    """Grids of level 3 in use that no map in use shows, nor the block they lie in, in tree order."""
    drawn = (
        sa.select(GridShape.grid_id)
        .join(GridMap, GridMap.id == GridShape.map_id)
        .where(GridMap.is_active)
    )
    return session.scalars(
        sa.select(Grid)
        .where(
            Grid.level == 3,
            Grid.is_active,
            Grid.id.not_in(drawn),
            Grid.parent_id.not_in(drawn),
        )
        .order_by(Grid.code)
    ).all()


def picture_ids(_actor: Actor) -> sa.Select[int]:
    """Ids of the pictures of maps; whoever signed in may see them: they hang on the walls."""
    return sa.select(GridMap.photo_id)
