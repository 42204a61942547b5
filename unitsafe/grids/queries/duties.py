"""Who answers for which grid."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.core.domain import Actor, Right
from unitsafe.grids.models import Assignment, Grid, Handover, Role
from unitsafe.grids.queries.tree import below
from unitsafe.people.models import Absence, Person
from unitsafe.people.queries import DutyLine, deputies, duty_sources, valid_on


def sees_phones(actor: Actor, grid_id: int | None) -> bool:
    """Phones are for those who see the whole school, and inside one's own grids."""
    return Right.VIEW_ALL in actor.rights or grid_id in actor.grids


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
    found: dict[int, list[Duty]] = defaultdict(list)
    for assignment, duty in with_deputies(session, session.scalars(select).all(), day):
        found[assignment.grid_id or 0].append(duty)
    return found


def with_deputies(
    session: Session, assignments: Sequence[Assignment], day: date
) -> Iterable[tuple[Assignment, Duty]]:
    """Each assignment (with its person) and who really answers on ``day``; in two statements."""
    standing_in = deputies(session, day)
    stand_ins = {
        person.id: person
        for person in session.scalars(
            sa.select(Person).where(Person.id.in_(set(standing_in.values())))
        )
    }
    for assignment in assignments:
        deputy = stand_ins.get(standing_in.get(assignment.person_id, 0))
        yield (
            assignment,
            Duty(deputy, assignment.role, deputy_of=assignment.person)
            if deputy
            else Duty(assignment.person, assignment.role),
        )


def first_with(duty_list: Iterable[Duty], role: Role) -> Duty | None:
    """The first duty of that role."""
    return next((duty for duty in duty_list if duty.role is role), None)


def assignments_of(session: Session, grid_id: int) -> Sequence[Assignment]:
    """Who has answered for the grid, those of now first, then newest first."""
    return session.scalars(
        sa.select(Assignment)
        .where(Assignment.grid_id == grid_id)
        .options(joinedload(Assignment.person))
        .order_by(Assignment.until_on.is_not(None), Assignment.from_on.desc(), Assignment.id.desc())
    ).all()


def current(session: Session, grid_id: int, role: Role, day: date) -> Assignment | None:
    """Who has that role for the grid on ``day``, absent or not, with the person."""
    return session.scalars(
        sa.select(Assignment)
        .where(Assignment.grid_id == grid_id, Assignment.role == role, valid_on(Assignment, day))
        .options(joinedload(Assignment.person))
        .order_by(Assignment.id.desc())
    ).first()


def last_holder(session: Session, grid_id: int, role: Role, day: date) -> Assignment | None:
    """Who has that role on ``day``, or had it last before, with the person."""
    return session.scalars(
        sa.select(Assignment)
        .where(Assignment.grid_id == grid_id, Assignment.role == role, Assignment.from_on <= day)
        .options(joinedload(Assignment.person))
        .order_by(Assignment.from_on.desc(), Assignment.id.desc())
    ).first()


def handovers_of(session: Session, grid_id: int) -> Sequence[Handover]:
    """Who handed the grid over to whom, newest first, with both."""
    return session.scalars(
        sa.select(Handover)
        .where(Handover.grid_id == grid_id)
        .options(joinedload(Handover.giver), joinedload(Handover.taker))
        .order_by(Handover.from_on.desc(), Handover.id.desc())
    ).all()


def handed_grids(session: Session, grid: Grid, role: Role, person_id: int, day: date) -> set[int]:
    """Ids of the grids whose open work goes along when ``person_id`` hands over ``grid``.

    A member hands over the one grid; a leader also the grids below, but for those that the person
    goes on answering for on ``day``.
    """
    if role is not Role.LEADER:
        return {grid.id}
    kept = session.scalars(
        sa.select(Assignment.grid_id).where(
            Assignment.person_id == person_id,
            Assignment.grid_id.is_not(None),
            Assignment.grid_id != grid.id,
            Assignment.role.in_((Role.LEADER, Role.MEMBER)),
            valid_on(Assignment, day),
        )
    ).all()
    return set(below(session, [grid.code])) - set(kept)


going_along_sources: list[Callable[[Session, Collection[int], int], str]] = []
"""Features further right that say what open work of a person (id) in these grids a handover takes
along: "2条未销号的隐患"; empty for none."""


def going_along(session: Session, grid: Grid, role: Role, person_id: int, day: date) -> list[str]:
    """What goes over to the successor when ``person_id`` hands over ``grid``."""
    ids = handed_grids(session, grid, role, person_id, day)
    said = [source(session, ids, person_id) for source in going_along_sources]
    return [text for text in said if text]


card_sources: list[Callable[[Session, Actor, Collection[int], date], str | None]] = []
"""Features further right that say which warning card the work of these grids carries on a day, as
far as the reader may know: "yellow", "red" or None."""


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


duty_sources.append(duty_lines)
