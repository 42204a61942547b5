"""Reading the plates: what each would say today, which hang, what a typed code means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.checks import queries as checks
from unitsafe.checks.models import Check
from unitsafe.core.domain import Actor
from unitsafe.equipment.models import Equipment
from unitsafe.grids import queries as grids
from unitsafe.grids.models import Assignment, Grid, Role
from unitsafe.grids.queries import Duty, PlacedSpace
from unitsafe.people.models import Person
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Space
from unitsafe.plates import rules
from unitsafe.plates.models import PlatePosting

Row = TypeVar("Row", Space, Equipment)


@dataclass(frozen=True)
class Filters:
    """Which plates; everything empty means all. ``fresh``: only what hangs nowhere yet, or says
    something else by now. ``ids``: only these of them."""

    building_id: int | None = None
    floor: int | None = None
    kind: str = ""
    key_areas: bool = False
    fresh: bool = False
    ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class PlateLine:
    """A space with who answers for it today; ``posted_on`` None: nothing hangs there;
    ``is_stale``: what hangs there says something else."""

    space: Space
    grid: Grid | None
    holder: Person | None
    label: str
    posted_on: date | None
    is_stale: bool


def plate_lines(
    session: Session, filters: Filters, today: date, *, hotline: str
) -> list[PlateLine]:
    """The plates of the spaces in use that ``filters`` leave, by building, floor, name."""
    placed = [one for one in grids.placed_spaces(session, today) if _is_wanted(one, filters)]
    holders = _holders(session, placed, today)
    posted = _posted(session)
    lines = [_line(one, holders.get(one.space.id), posted, hotline) for one in placed]
    if filters.fresh:
        return [line for line in lines if line.posted_on is None or line.is_stale]
    return lines


def _is_wanted(one: PlacedSpace, filters: Filters) -> bool:
    space = one.space
    return (
        (not filters.building_id or space.building_id == filters.building_id)
        and (filters.floor is None or space.floor == filters.floor)
        and (not filters.kind or space.kind == filters.kind)
        and (not filters.key_areas or space.is_key_area)
        and (not filters.ids or space.id in filters.ids)
    )


def _line(
    one: PlacedSpace,
    holder: Person | None,
    posted: Mapping[int, PlatePosting],
    hotline: str,
) -> PlateLine:
    space, grid = one.space, one.grid
    label = rules.label_hash(
        f"{space.building.name} {space.name}",
        f"{grid.code} {grid.name}" if grid else "",
        holder.name if holder else "",
        hotline,
    )
    hangs = posted.get(space.id)
    return PlateLine(
        space,
        grid,
        holder,
        label,
        hangs.posted_on if hangs else None,
        is_stale=hangs is not None and hangs.label != label,
    )


def _posted(session: Session) -> dict[int, PlatePosting]:
    """The newest posting of each space."""
    newest = sa.select(sa.func.max(PlatePosting.id)).group_by(PlatePosting.space_id)
    rows = session.scalars(sa.select(PlatePosting).where(PlatePosting.id.in_(newest)))
    return {row.space_id: row for row in rows}


def _holders(
    session: Session, placed: Sequence[PlacedSpace], today: date
) -> dict[int, Person | None]:
    """Space → who answers for it: as grids.queries.duty_holder, but the person in charge, not
    the deputy of a week, and for all spaces at once."""
    own: dict[int, Person] = {}
    rows = session.execute(
        sa.select(Assignment.space_id, Person)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.space_id.is_not(None), valid_on(Assignment, today))
        .order_by(Assignment.id)
    )
    for space_id, person in rows:
        own[space_id or 0] = person
    every = {grid.id: grid for grid in grids.grids(session)}
    duties = grids.duties(session, today)
    return {
        one.space.id: own.get(one.space.id) or _of_grid(one.grid, every, duties) for one in placed
    }


def _of_grid(
    grid: Grid | None, every: Mapping[int, Grid], duties: Mapping[int, Sequence[Duty]]
) -> Person | None:
    """The member of ``grid``, else the leader of the block above."""
    while grid is not None and grid.level > 1:
        here = duties.get(grid.id, ())
        duty = grids.first_with(here, Role.MEMBER) or grids.first_with(here, Role.LEADER)
        if duty is not None:
            return duty.deputy_of or duty.person
        grid = every.get(grid.parent_id or 0)
    return None


def hangs_on(day: date) -> sa.ColumnElement[bool]:
    """Spaces where a plate was put up by that day."""
    return sa.exists().where(PlatePosting.space_id == Space.id, PlatePosting.posted_on <= day)


def unposted_key_areas(session: Session, today: date) -> Sequence[Space]:
    """Key areas in use where no plate hangs, by id. For the coverage audit."""
    return session.scalars(
        sa.select(Space)
        .where(Space.is_active, Space.is_key_area, ~hangs_on(today))
        .order_by(Space.id)
    ).all()


def space_by_code(session: Session, text: str) -> Space | None:
    """The space whose plate was typed as ``text``: exactly, or the only one that it can mean."""
    return _by_code(session, Space, Space.plate, text)


def equipment_by_code(session: Session, text: str) -> Equipment | None:
    """The piece of equipment whose label was typed as ``text``, in the same way."""
    return _by_code(session, Equipment, Equipment.code, text)


def _by_code(session: Session, model: type[Row], code_of: Any, text: str) -> Row | None:
    code = rules.typed_code(text)
    if not code:
        return None
    exact = session.scalars(sa.select(model).where(code_of == code)).first()
    if exact is not None:
        return exact
    column: sa.ColumnElement[str] = sa.func.replace(code_of, "-", "")
    for sign, read_as in rules.READ_AS.items():
        column = sa.func.replace(column, sign, read_as)
    alike = session.scalars(sa.select(model).where(column == rules.folded(code)).limit(2)).all()
    return alike[0] if len(alike) == 1 else None


def due_here(
    session: Session,
    actor: Actor,
    *,
    grid_id: int | None,
    building_id: int,
    now: datetime,
) -> list[Check]:
    """What ``actor`` has to fill here now: checks of the space's grid and of its building."""
    return [
        check
        for check in checks.mine(session, actor, now, now)
        if (
            check.grid_id == grid_id if check.target == "grid" else check.building_id == building_id
        )
    ]
