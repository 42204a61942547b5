"""Which spaces a leaf grid holds."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.grids.models import Grid, GridSpace


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
    if not grid.is_active:
        raise RuleError("“%(name)s”已经撤销，不能再放部位。", name=grid.name)
    wanted = set(space_ids)
    held = {entry.space_id: entry for entry in held_now(session, grid)}
    leave(session, [entry for key, entry in held.items() if key not in wanted], today=today)
    place(session, wanted - held.keys(), grid, today=today)
    data = {"spaces": sorted(wanted)}
    audit.record(session, "grid.spaces", f"grid:{grid.id}", by=by, now=now, data=data)


def held_now(session: Session, grid: Grid) -> Sequence[GridSpace]:
    """What the grid holds, spaces out of use included: they come back to it."""
    return session.scalars(
        sa.select(GridSpace)
        .where(GridSpace.grid_id == grid.id, GridSpace.until_on.is_(None))
        .order_by(GridSpace.space_id)
    ).all()


def place(session: Session, space_ids: Collection[int], grid: Grid, *, today: date) -> None:
    """Put the spaces into the grid from today on, out of whichever holds them."""
    current = session.scalars(
        sa.select(GridSpace).where(
            GridSpace.space_id.in_(list(space_ids)), GridSpace.until_on.is_(None)
        )
    ).all()
    leave(session, current, today=today)
    for space_id in sorted(space_ids):
        session.add(GridSpace(space_id=space_id, grid_id=grid.id, from_on=today))
    session.flush()


def leave(session: Session, entries: Collection[GridSpace], *, today: date) -> None:
    """The spaces were in their grid until yesterday."""
    for entry in entries:
        if entry.from_on >= today:
            session.delete(entry)  # put there only today: nothing happened under it yet
        else:
            entry.until_on = today - timedelta(days=1)
    session.flush()
