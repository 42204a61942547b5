"""What everybody answers for, as the letters need it: posts, grids, spaces, past ones included."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.grids import queries as grids
from unitsafe.grids.models import Assignment, Grid
from unitsafe.letters.rules import GRID_POSTS, Duty
from unitsafe.people.models import Person, PersonPost, PersonStatus
from unitsafe.places.models import Space

WHOLE_SCHOOL = "全校各网格、各部位"


@dataclass(frozen=True)
class Standing:
    """A person at the school now, and every duty they have or had."""

    person: Person
    duties: list[Duty] = field(default_factory=list)


def everyone(session: Session) -> dict[int, Standing]:
    """Everybody at the school now, by id, with posts and main assignments of all times."""
    people = session.scalars(
        sa.select(Person).where(Person.status == PersonStatus.ACTIVE).order_by(Person.id)
    )
    found = {person.id: Standing(person) for person in people}
    posts = session.execute(
        sa.select(PersonPost.person_id, PersonPost.post, PersonPost.from_on, PersonPost.until_on)
        .join(Person, Person.id == PersonPost.person_id)
        .where(Person.status == PersonStatus.ACTIVE)
    )
    for row in posts:
        found[row.person_id].duties.append(Duty(row.post, row.from_on, row.until_on))
    assignments = session.scalars(
        sa.select(Assignment)
        .join(Person, Person.id == Assignment.person_id)
        .where(Person.status == PersonStatus.ACTIVE, Assignment.role.in_(GRID_POSTS))
    )
    for one in assignments:
        found[one.person_id].duties.append(
            Duty(one.role.value, one.from_on, one.until_on, one.grid_id, one.space_id)
        )
    return found


@dataclass(frozen=True)
class Place:
    """What a letter says of one grid or space: number, name, what there is in it."""

    code: str
    name: str
    role: str
    spaces: str


class Campus:
    """The grids and spaces of a day, read once for all letters."""

    def __init__(self, session: Session, day: date) -> None:
        self.session = session
        self.grids = {grid.id: grid for grid in grids.grids(session)}
        self._spaces = grids.spaces_of(session, self.grids, day)
        self._below: Mapping[int | None, list[Grid]] = defaultdict(list)
        for grid in self.grids.values():
            self._below[grid.parent_id].append(grid)

    def place(self, duty: Duty, role: str) -> Place | None:
        """The place of ``duty``; None for a post, and for a grid that is gone."""
        if duty.space_id is not None:
            space = self.session.scalars(
                sa.select(Space)
                .where(Space.id == duty.space_id)
                .options(joinedload(Space.building))
            ).one()
            return Place("", f"{space.building.name} {space.name}", role, space.name)
        grid = self.grids.get(duty.grid_id or 0)
        if grid is None:
            return None
        return Place(grid.code, grid.name, role, self._inside(grid))

    def _inside(self, grid: Grid) -> str:
        """The spaces of a leaf by building; of a block its leaves; of the school all."""
        if grid.level == 1:
            return WHOLE_SCHOOL
        if grid.level == 2:
            return "、".join(one.name for one in self._below[grid.id])
        return "；".join(
            f"{building}：{'、'.join(space.name for space in rooms)}"
            for building, rooms in _by_building(self._spaces.get(grid.id, []))
        )


def _by_building(spaces: Sequence[Space]) -> list[tuple[str, list[Space]]]:
    return [(name, list(rooms)) for name, rooms in groupby(spaces, lambda one: one.building.name)]
