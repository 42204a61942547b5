"""The map without a picture: buildings as stacks of floors, made from the spaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe import clock
from unitsafe.grids import queries as grids
from unitsafe.grids.models import Assignment, Grid, Role
from unitsafe.grids.queries import PlacedSpace, first_with
from unitsafe.maps.rules import short_name
from unitsafe.maps.tiles import Day, Tile, mark_of
from unitsafe.people.models import Person
from unitsafe.people.queries import deputies, valid_on
from unitsafe.places.models import Building, Space


@dataclass(frozen=True)
class GridTile:
    """A grid on one floor of a building; ``name`` without the building's; its spaces there."""

    tile: Tile
    name: str
    spaces: Sequence[Space]

    @property
    def has_key_area(self) -> bool:
        """Whether one of the spaces is a key area."""
        return any(space.is_key_area for space in self.spaces)


@dataclass(frozen=True)
class SpaceTile:
    """A space with its own mark: a hazard next door is not its hazard."""

    space: Space
    grid: Grid | None
    holder: str
    kind: str
    hazards: int


@dataclass(frozen=True)
class Floor:
    """One floor: its grids, its spaces, and how many of them are in no grid."""

    number: int
    grids: Sequence[GridTile]
    spaces: Sequence[SpaceTile]
    unplaced: int


@dataclass(frozen=True)
class House:
    """A building with its floors, the highest first, as one looks at it."""

    building: Building
    floors: Sequence[Floor]


def houses(
    session: Session, day: Day, now: datetime, building_id: int | None = None
) -> list[House]:
    """Every building with spaces in use, or only one of them."""
    today = clock.local(now).date()
    placed = grids.placed_spaces(session, today)
    builder = _Builder(day, _own_holders(session, now), now)
    return [
        House(building, builder.floors(list(group)))
        for building, group in groupby(placed, lambda one: one.space.building)
        if building_id in (None, building.id)
    ]


def _own_holders(session: Session, now: datetime) -> dict[int, str]:
    """Who answers for single spaces apart from their grid, by space; deputies for the absent."""
    today = clock.local(now).date()
    rows = session.scalars(
        sa.select(Assignment)
        .where(Assignment.space_id.is_not(None), valid_on(Assignment, today))
        .options(joinedload(Assignment.person))
        .order_by(Assignment.id)  # the newest counts
    ).all()
    away = deputies(session, today) if rows else {}
    names = {
        person.id: person.name
        for person in session.scalars(sa.select(Person).where(Person.id.in_(away.values())))
    }
    return {
        row.space_id or 0: names.get(away.get(row.person_id, 0), row.person.name) for row in rows
    }


@dataclass(frozen=True)
class _Builder:
    day: Day
    own_holders: Mapping[int, str]
    now: datetime

    def floors(self, placed: Sequence[PlacedSpace]) -> list[Floor]:
        """The floors of one building, the highest first."""
        found = [
            self._floor(number, list(group))
            for number, group in groupby(placed, lambda one: one.space.floor)
        ]
        return sorted(found, key=lambda floor: -floor.number)

    def _floor(self, number: int, placed: Sequence[PlacedSpace]) -> Floor:
        held: dict[int, list[Space]] = {}
        for one in placed:
            if one.grid is not None and one.grid.id in self.day.tiles:
                held.setdefault(one.grid.id, []).append(one.space)
        tiles = [self._grid(self.day.tiles[grid_id], held[grid_id]) for grid_id in held]
        return Floor(
            number,
            sorted(tiles, key=lambda one: one.tile.grid.code),
            [self._space(one) for one in placed],
            unplaced=sum(one.grid is None for one in placed),
        )

    def _grid(self, tile: Tile, spaces: Sequence[Space]) -> GridTile:
        above = self.day.tiles.get(tile.grid.parent_id or 0)
        around = (spaces[0].building.name, above.grid.name if above else "")
        return GridTile(tile, short_name(tile.grid.name, *around), spaces)

    def _space(self, one: PlacedSpace) -> SpaceTile:
        space, grid = one.space, one.grid
        if grid is None or grid.id not in self.day.tiles or not self.day.sees(grid.id):
            return SpaceTile(space, grid, self._holder(one), "na", 0)
        hazards = self.day.hazards_by_space.get(space.id, 0)
        kind = mark_of(self.day.walks.get(grid.id, ()), hazards, self.now)
        return SpaceTile(space, grid, self._holder(one), kind, hazards)

    def _holder(self, one: PlacedSpace) -> str:
        """Its own holder, else the grid's member, else the leader of the block above."""
        if name := self.own_holders.get(one.space.id):
            return name
        grid = one.grid
        while grid is not None and grid.level > 1:
            here = self.day.duties.get(grid.id, ())
            duty = first_with(here, Role.MEMBER) or first_with(here, Role.LEADER)
            if duty is not None:
                return duty.person.name
            above = self.day.tiles.get(grid.parent_id or 0)
            grid = above.grid if above else None
        return ""
