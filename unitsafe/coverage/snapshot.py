"""The school's responsibilities of one day, read once in a fixed number of statements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.coverage.rules import Limits
from unitsafe.grids import queries as grids
from unitsafe.grids.models import Assignment, Grid, Role
from unitsafe.grids.queries import Duty, PlacedSpace
from unitsafe.people.models import Absence, Person, PersonStatus
from unitsafe.people.queries import holders_by_post, valid_on
from unitsafe.places.models import Space
from unitsafe.school.models import School

MAIN_ROLES = (Role.LEADER, Role.MEMBER)


@dataclass(frozen=True)
class Snapshot:
    """Who answers for what on ``today``. ``own_holders``: spaces with a duty holder of their own."""

    today: date
    now: datetime
    school: School
    grids: Sequence[Grid]
    duties: dict[int, list[Duty]]
    placed: Sequence[PlacedSpace]
    own_holders: dict[int, Person]
    people: Sequence[Person]
    posts: dict[str, list[int]]
    absences: Sequence[Absence]
    assigned: Sequence[Assignment]

    @property
    def limits(self) -> Limits:
        """The school's numbers."""
        number = self.school.number
        return Limits(
            number("grids_of_person"),
            number("leaves_least"),
            number("leaves_most"),
            number("unused_days"),
        )

    @cached_property
    def by_id(self) -> dict[int, Grid]:
        """Grids in use by id."""
        return {grid.id: grid for grid in self.grids}

    @cached_property
    def children(self) -> dict[int, list[Grid]]:
        """The grids below each grid."""
        found: dict[int, list[Grid]] = defaultdict(list)
        for grid in self.grids:
            if grid.parent_id is not None:
                found[grid.parent_id].append(grid)
        return found

    @cached_property
    def staff(self) -> list[Person]:
        """Active people without the visiting inspectors, who are no staff."""
        visitors = set(self.posts.get("inspector", ()))
        return [person for person in self.people if person.id not in visitors]

    @cached_property
    def people_by_id(self) -> dict[int, Person]:
        """Active people by id."""
        return {person.id: person for person in self.people}

    def has(self, grid: Grid, role: Role) -> bool:
        """Whether somebody answers for ``grid`` in that role."""
        return grids.first_with(self.duties.get(grid.id, ()), role) is not None

    def holder_name(self, placed: PlacedSpace) -> str:
        """Who answers for a space; empty when nobody below the school's own grid does."""
        if own := self.own_holders.get(placed.space.id):
            return own.name
        grid = placed.grid
        while grid is not None and grid.level > 1:
            here = self.duties.get(grid.id, ())
            duty = grids.first_with(here, Role.MEMBER) or grids.first_with(here, Role.LEADER)
            if duty is not None:
                return duty.person.name
            grid = self.by_id.get(grid.parent_id or 0)
        return ""

    @cached_property
    def load(self) -> Counter[int]:
        """Person → how many grids they mainly answer for (as leader or member)."""
        return Counter(one.person_id for one in self.assigned if one.role in MAIN_ROLES)

    @property
    def deputies_missing(self) -> Iterable[tuple[Absence, str]]:
        """Absences of today whose deputy is not there either, each with the reason's kind."""
        away = {absence.person_id for absence in self.absences}
        for absence in self.absences:
            if absence.deputy.status is not PersonStatus.ACTIVE:
                yield absence, "left"
            elif absence.deputy_id in away:
                yield absence, "away"


def read(session: Session, school: School, *, today: date, now: datetime) -> Snapshot:
    """The state of ``today``, however large the school is in the same number of statements."""
    own = session.execute(
        sa.select(Assignment.space_id, Person)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.space_id.is_not(None), valid_on(Assignment, today))
    )
    return Snapshot(
        today=today,
        now=now,
        school=school,
        grids=grids.grids(session),
        duties=grids.duties(session, today),
        placed=grids.placed_spaces(session, today),
        own_holders={row.space_id: row.Person for row in own},
        people=session.scalars(
            sa.select(Person).where(Person.status == PersonStatus.ACTIVE).order_by(Person.name)
        ).all(),
        posts=holders_by_post(session, today),
        absences=session.scalars(
            sa.select(Absence)
            .join(Person, Person.id == Absence.person_id)
            .where(
                Absence.from_on <= today,
                Absence.until_on >= today,
                Person.status == PersonStatus.ACTIVE,
            )
            .options(joinedload(Absence.person), joinedload(Absence.deputy))
            .order_by(Absence.from_on, Absence.id)
        ).all(),
        assigned=session.scalars(
            sa.select(Assignment)
            .join(Grid, Grid.id == Assignment.grid_id)
            .where(valid_on(Assignment, today), Grid.is_active)
            .options(joinedload(Assignment.grid))
            .order_by(Assignment.id)
        ).all(),
    )


def floor_mates(placed: Sequence[PlacedSpace]) -> dict[int, set[int]]:
    """Leaf grid → the spaces in no grid that lie on its floor, where that floor has only one grid:
    a list of rooms that was imported falls into the floors that are there."""
    on_floor: dict[tuple[int, int], set[int]] = defaultdict(set)
    for one in placed:
        if one.grid is not None:
            on_floor[one.space.building_id, one.space.floor].add(one.grid.id)
    found: dict[int, set[int]] = defaultdict(set)
    for one in placed:
        grids_here = on_floor[one.space.building_id, one.space.floor]
        if one.grid is None and len(grids_here) == 1:
            found[next(iter(grids_here))].add(one.space.id)
    return found


def space_name(space: Space) -> str:
    """教学楼A 203 (with its building loaded)."""
    return f"{space.building.name} {space.name}"
