"""Changing the grid tree and its assignments; history stays."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.grids.models import Assignment, Grid, GridSpace, Role
from unitsafe.people import services as people
from unitsafe.people.models import Person


def add_grid(
    session: Session, *, name: str, parent: Grid | None, by: Actor | None, now: datetime
) -> Grid:
    """A grid under ``parent``, numbered by its place. Raises RuleError below level 3."""
    if parent is None and session.scalar(sa.select(Grid.id).where(Grid.parent_id.is_(None))):
        raise RuleError("全校网格只能有一个，请选择上级网格。")
    if parent is not None and parent.level >= 3:
        raise RuleError("网格分三级，三级网格下面不能再分。")
    siblings = session.scalars(
        sa.select(Grid.code).where(Grid.parent_id == (parent.id if parent else None))
    ).all()
    number = max((int(code.rsplit("-", 1)[-1]) for code in siblings), default=0) + 1
    grid = Grid(
        name=name,
        parent_id=parent.id if parent else None,
        level=parent.level + 1 if parent else 1,
        code=f"{parent.code}-{number:02d}" if parent else "01",
    )
    session.add(grid)
    session.flush()
    data = {"name": name, "code": grid.code}
    audit.record(session, "grid.add", f"grid:{grid.id}", by=by, now=now, data=data)
    return grid


def rename_grid(session: Session, grid: Grid, name: str, *, by: Actor, now: datetime) -> None:
    """A new name; the number stays."""
    data = {"before": grid.name, "after": name}
    grid.name = name
    audit.record(session, "grid.rename", f"grid:{grid.id}", by=by, now=now, data=data)


def put_spaces(
    session: Session,
    grid: Grid,
    space_ids: Collection[int],
    *,
    today: date,
    by: Actor | None,
    now: datetime,
) -> None:
    """Make exactly these spaces the grid's from today on; taken from other grids where needed."""
    if grid.level != 3 and space_ids:
        raise RuleError("部位要放在三级网格里。")
    wanted = set(space_ids)
    current = session.scalars(
        sa.select(GridSpace).where(
            GridSpace.until_on.is_(None),
            sa.or_(GridSpace.grid_id == grid.id, GridSpace.space_id.in_(wanted)),
        )
    ).all()
    stays = {entry.space_id for entry in current if entry.grid_id == grid.id} & wanted
    for entry in current:
        if entry.grid_id != grid.id or entry.space_id not in wanted:
            if entry.from_on >= today:
                session.delete(entry)  # put there only today: nothing happened under it yet
            else:
                entry.until_on = today - timedelta(days=1)
    session.flush()
    for space_id in sorted(wanted - stays):
        session.add(GridSpace(space_id=space_id, grid_id=grid.id, from_on=today))
    session.flush()
    data = {"spaces": sorted(wanted)}
    audit.record(session, "grid.spaces", f"grid:{grid.id}", by=by, now=now, data=data)


def assign(
    session: Session,
    *,
    person: Person,
    grid: Grid,
    role: Role,
    from_on: date,
    by: Actor | None,
    now: datetime,
) -> Assignment:
    """``person`` answers for ``grid`` from a day on; leader and member succeed the one before."""
    if role is Role.MEMBER and grid.level != 3:
        raise RuleError("网格员放在三级网格，上级网格请选网格长。")
    open_ones = session.scalars(
        sa.select(Assignment).where(
            Assignment.grid_id == grid.id, Assignment.role == role, Assignment.until_on.is_(None)
        )
    ).all()
    for earlier in open_ones:
        if earlier.person_id == person.id:
            return earlier
        if role in (Role.LEADER, Role.MEMBER) and from_on < earlier.from_on:
            raise RuleError(
                f"现在的负责人从{earlier.from_on.isoformat()}起任职，新负责人的日期不能比它早。"
            )
        if role in (Role.LEADER, Role.MEMBER):
            end(session, earlier, until_on=from_on - timedelta(days=1), by=by, now=now)
    assignment = Assignment(person_id=person.id, grid_id=grid.id, role=role, from_on=from_on)
    session.add(assignment)
    session.flush()
    data = {"grid": grid.code, "role": role, "from": from_on, "name": person.name}
    audit.record(session, "grid.assign", f"person:{person.id}", by=by, now=now, data=data)
    return assignment


def end(
    session: Session, assignment: Assignment, *, until_on: date, by: Actor | None, now: datetime
) -> None:
    """The person answers for it until ``until_on`` (included)."""
    assignment.until_on = max(assignment.from_on, until_on)
    session.flush()
    data = {"assignment": assignment.id, "until": assignment.until_on}
    audit.record(session, "grid.end", f"person:{assignment.person_id}", by=by, now=now, data=data)


def end_all(session: Session, person: Person, today: date, by: Actor, now: datetime) -> None:
    """A person leaves: whatever they answer for ends today."""
    open_ones = session.scalars(
        sa.select(Assignment).where(
            Assignment.person_id == person.id,
            sa.or_(Assignment.until_on.is_(None), Assignment.until_on > today),
        )
    ).all()
    for assignment in open_ones:
        end(session, assignment, until_on=today, by=by, now=now)


people.on_leave.append(end_all)
