"""Reading the grid tree, its spaces and the people who answer for them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session, aliased, joinedload

from unitsafe.core.domain import Actor, Right
from unitsafe.core.labels import label
from unitsafe.grids.models import Assignment, Grid, GridSpace, Role
from unitsafe.people.models import Absence, Person
from unitsafe.people.queries import (
    DutyLine,
    HandoverLine,
    deputies,
    duty_sources,
    handover_sources,
    valid_on,
)
from unitsafe.places.models import Building, Space


def grids(session: Session) -> Sequence[Grid]:
    """All grids in use, in tree order."""
    return session.scalars(sa.select(Grid).where(Grid.is_active).order_by(Grid.code)).all()


def root(session: Session) -> Grid | None:
    """The school's own grid."""
    return session.scalars(sa.select(Grid).where(Grid.parent_id.is_(None))).first()


def grid_by_code(session: Session, code: str) -> Grid | None:
    """The grid of that number."""
    return session.scalars(sa.select(Grid).where(Grid.code == code)).first()


def below(session: Session, codes: Iterable[str]) -> frozenset[int]:
    """Ids of the grids with these codes and of all grids under them."""
    parts = [part for code in codes for part in (Grid.code == code, Grid.code.like(f"{code}-%"))]
    if not parts:
        return frozenset()
    return frozenset(session.scalars(sa.select(Grid.id).where(sa.or_(*parts))))


def sees_phones(actor: Actor, grid_id: int | None) -> bool:
    """Phones are for those who see the whole school, and inside one's own grids."""
    return Right.VIEW_ALL in actor.rights or grid_id in actor.grids


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


@dataclass(frozen=True)
class Duty:
    """Who answers for a grid in which role; ``deputy_of`` names the absent person."""

    person: Person
    role: Role
    deputy_of: Person | None = None


def duties(
    session: Session, day: date, grid_ids: Iterable[int] | None = None
) -> dict[int, list[Duty]]:
    """Per grid the people who answer for it on ``day``; deputies stand for absent people."""
    select = (
        sa.select(Assignment)
        .where(Assignment.grid_id.is_not(None), valid_on(Assignment, day))
        .options(joinedload(Assignment.person))
        .order_by(Assignment.role, Assignment.id.desc())  # the newest of a day counts
    )
    if grid_ids is not None:
        select = select.where(Assignment.grid_id.in_(list(grid_ids)))
    assignments = session.scalars(select).all()
    standing_in = deputies(session, day)
    stand_ins = {
        person.id: person
        for person in session.scalars(
            sa.select(Person).where(Person.id.in_(set(standing_in.values())))
        )
    }
    found: dict[int, list[Duty]] = defaultdict(list)
    for assignment in assignments:
        deputy = stand_ins.get(standing_in.get(assignment.person_id, 0))
        duty = (
            Duty(deputy, assignment.role, deputy_of=assignment.person)
            if deputy
            else Duty(assignment.person, assignment.role)
        )
        found[assignment.grid_id or 0].append(duty)
    return found


def first_with(duty_list: Iterable[Duty], role: Role) -> Duty | None:
    """The first duty of that role."""
    return next((duty for duty in duty_list if duty.role is role), None)


def duty_holder(
    session: Session, space_id: int | None, day: date, *, grid_id: int | None = None
) -> Person | None:
    """Who answers for a space on ``day``: its own duty holder, else the member of its grid, else
    the leader of the block above. Without a space the search begins at ``grid_id``. None where
    nobody below the school's own grid answers: somebody has to decide then."""
    if space_id is not None:
        own = session.scalars(
            sa.select(Person)
            .join(Assignment, Assignment.person_id == Person.id)
            .where(Assignment.space_id == space_id, valid_on(Assignment, day))
            .order_by(Assignment.id.desc())
        ).first()
        if own is not None:
            deputy_id = deputies(session, day).get(own.id)
            return session.get(Person, deputy_id) if deputy_id else own
        grid_id = grid_of_space(session, space_id, day)
    while grid_id is not None:
        grid = session.get_one(Grid, grid_id)
        if grid.level == 1:
            return None
        here = duties(session, day, [grid_id]).get(grid_id, [])
        duty = first_with(here, Role.MEMBER) or first_with(here, Role.LEADER)
        if duty is not None:
            return duty.person
        grid_id = grid.parent_id
    return None


def grid(session: Session, grid_id: int | None) -> Grid | None:
    """One grid by id."""
    return session.get(Grid, grid_id) if grid_id else None


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


def assignments_of(session: Session, grid_id: int) -> Sequence[Assignment]:
    """Who has answered for the grid, those of now first, then newest first."""
    return session.scalars(
        sa.select(Assignment)
        .where(Assignment.grid_id == grid_id)
        .options(joinedload(Assignment.person))
        .order_by(Assignment.until_on.is_not(None), Assignment.from_on.desc(), Assignment.id.desc())
    ).all()


def duty_lines(session: Session, person_id: int, day: date) -> list[DutyLine]:
    """What the person answers for on ``day``, absent people's grids included."""
    away = {
        row.person_id: row
        for row in session.scalars(
            sa.select(Absence)
            .where(Absence.deputy_id == person_id, Absence.from_on <= day, Absence.until_on >= day)
            .options(joinedload(Absence.person))
        )
    }
    rows = session.execute(
        sa.select(Assignment, Grid)
        .join(Grid, Grid.id == Assignment.grid_id)
        .where(Assignment.person_id.in_([person_id, *away]), valid_on(Assignment, day))
        .order_by(Grid.code, Assignment.role)
    )
    return [
        DutyLine(
            place=grid.name,
            code=grid.code,
            role=assignment.role,
            from_on=assignment.from_on,
            until_on=assignment.until_on,
        )
        if assignment.person_id == person_id
        else DutyLine(
            place=grid.name,
            code=grid.code,
            role=assignment.role,
            from_on=away[assignment.person_id].from_on,
            until_on=away[assignment.person_id].until_on,
            for_whom=away[assignment.person_id].person.name,
        )
        for assignment, grid in rows
    ]


def _grids_left(session: Session, person: Person) -> list[HandoverLine]:
    """Grids answered for to the last day whose role nobody has taken over since."""
    later = aliased(Assignment)
    taken_over = sa.exists().where(
        later.grid_id == Assignment.grid_id,
        later.role == Assignment.role,
        later.person_id != Assignment.person_id,
        sa.or_(later.until_on.is_(None), later.until_on > person.left_on),
    )
    rows = session.execute(
        sa.select(Grid.code, Grid.name, Assignment.role)
        .join(Grid, Grid.id == Assignment.grid_id)
        .where(
            Assignment.person_id == person.id,
            Assignment.until_on >= person.left_on,
            Grid.is_active,
            ~taken_over,
        )
        .order_by(Grid.code, Assignment.role)
    )
    return [
        HandoverLine(_("网格"), f"{row.name} {label(row.role)}", "grids.detail", {"code": row.code})
        for row in rows
    ]


duty_sources.append(duty_lines)
handover_sources.append(_grids_left)
