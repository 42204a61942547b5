"""The tree as it is, as it was on a day, and what its old numbers meant."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from unitsafe.grids.models import Grid, GridPast
from unitsafe.grids.rules import place_of


def grids(session: Session) -> Sequence[Grid]:
    """All grids in use, in tree order."""
    return sorted(
        session.scalars(sa.select(Grid).where(Grid.is_active)), key=lambda one: place_of(one.code)
    )


def root(session: Session) -> Grid | None:
    """The school's own grid."""
    return session.scalars(sa.select(Grid).where(Grid.parent_id.is_(None))).first()


def grid(session: Session, grid_id: int | None) -> Grid | None:
    """One grid by id."""
    return session.get(Grid, grid_id) if grid_id else None


def grid_by_code(session: Session, code: str) -> Grid | None:
    """The grid of that number."""
    return session.scalars(sa.select(Grid).where(Grid.code == code)).first()


def former_grid(session: Session, code: str) -> Grid | None:
    """The grid that had that number last, when none has it now."""
    past = session.scalars(
        sa.select(GridPast)
        .where(GridPast.code == code)
        .options(joinedload(GridPast.grid))
        .order_by(GridPast.id.desc())
    ).first()
    return past.grid if past else None


def below(session: Session, codes: Iterable[str]) -> frozenset[int]:
    """Ids of the grids with these codes and of all grids under them, those out of use included."""
    wanted = list(codes)
    if not wanted:
        return frozenset()
    parent, above = aliased(Grid), aliased(Grid)
    rows = session.scalars(
        sa.select(Grid.id)
        .outerjoin(parent, parent.id == Grid.parent_id)
        .outerjoin(above, above.id == parent.parent_id)
        .where(sa.or_(Grid.code.in_(wanted), parent.code.in_(wanted), above.code.in_(wanted)))
    )
    return frozenset(rows)


@dataclass(frozen=True)
class GridThen:
    """A grid as it was on some day; ``now`` is the same grid today."""

    id: int
    level: int
    parent_id: int | None
    code: str
    name: str
    now: Grid


def tree_on(session: Session, day: date) -> dict[int, GridThen]:
    """Every grid, those out of use included, as it was on ``day``; in two statements."""
    then = {
        one.id: GridThen(one.id, one.level, one.parent_id, one.code, one.name, one)
        for one in session.scalars(sa.select(Grid))
    }
    changes = session.scalars(
        sa.select(GridPast).where(GridPast.changed_on > day).order_by(GridPast.id.desc())
    )
    for past in changes:  # the first change after the day is applied last
        then[past.grid_id] = replace(
            then[past.grid_id], parent_id=past.parent_id, code=past.code, name=past.name
        )
    return then


def past_of(session: Session, grid_id: int) -> Sequence[GridPast]:
    """What the grid was before each change, newest first, with its parents and successor."""
    return session.scalars(
        sa.select(GridPast)
        .where(GridPast.grid_id == grid_id)
        .options(joinedload(GridPast.parent), joinedload(GridPast.into))
        .order_by(GridPast.id.desc())
    ).all()


def merged_into(session: Session) -> dict[int, int]:
    """Grid out of use → the grid in use that it went into, by however many steps."""
    rows = session.execute(
        sa.select(GridPast.grid_id, GridPast.into_id).where(GridPast.into_id.is_not(None))
    )
    step: dict[int, int] = {row[0]: row[1] for row in rows if row[1]}

    def end_of(grid_id: int) -> int:
        while grid_id in step:
            grid_id = step[grid_id]
        return grid_id

    return {one: end_of(one) for one in step}
