"""Changing the tree: add, rename, move, split, merge, retire. Numbers follow the places."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.grids import rules
from unitsafe.grids.models import Grid, GridPast, Role
from unitsafe.grids.services.assignments import assign, end_duties
from unitsafe.grids.services.spaces import held_now, leave, place
from unitsafe.people.models import Person
from unitsafe.places.models import Space


def add_grid(
    session: Session, *, name: str, parent: Grid | None, by: Actor | None, now: datetime
) -> Grid:
    """A grid under ``parent``, numbered by its place. Raises RuleError below level 3."""
    if parent is None and session.scalar(sa.select(Grid.id).where(Grid.parent_id.is_(None))):
        raise RuleError("全校网格只能有一个，请选择上级网格。")
    if parent is not None and parent.level >= rules.SPOT:
        raise RuleError("网格分三级，三级网格下面不能再分。")
    if parent is not None and not parent.is_active:
        raise RuleError("“%(name)s”已经撤销，请选另一个上级网格。", name=parent.name)
    _check_name(session, name, parent.id if parent else None)
    number = len(children(session, parent)) + 1 if parent else 1
    grid = Grid(
        name=name,
        parent_id=parent.id if parent else None,
        level=parent.level + 1 if parent else rules.SCHOOL,
        position=number,
        code=rules.code_of(parent.code, number) if parent else "01",
    )
    session.add(grid)
    session.flush()
    data = {"name": name, "code": grid.code}
    audit.record(session, "grid.add", f"grid:{grid.id}", by=by, now=now, data=data)
    return grid


def rename_grid(session: Session, grid: Grid, name: str, *, by: Actor, now: datetime) -> None:
    """A new name; the number stays. Raises RuleError when one beside it is called so."""
    _check_name(session, name, grid.parent_id, but=grid.id)
    data = {"before": grid.name, "after": name}
    with _editing(session, now):
        grid.name = name
    audit.record(session, "grid.rename", f"grid:{grid.id}", by=by, now=now, data=data)


def _check_name(session: Session, name: str, parent_id: int | None, *, but: int = 0) -> None:
    """Two grids side by side with one name could not be told apart."""
    beside = sa.select(Grid.code).where(
        Grid.parent_id == parent_id, Grid.name == name, Grid.is_active, Grid.id != but
    )
    if code := session.scalar(beside):
        raise RuleError(
            "同一个上级下面已经有叫“%(name)s”的网格了（%(code)s），请换个名称。",
            name=name,
            code=code,
        )


def move(session: Session, grid: Grid, parent: Grid, *, by: Actor, now: datetime) -> None:
    """Under another parent, as its last child, with spaces and people. Raises RuleError."""
    rules.check_move(grid.facts, parent.facts)
    before = grid.code
    with _editing(session, now):
        grid.position = len(children(session, parent)) + 1
        grid.parent_id = parent.id
    data = {"before": {"code": before}, "after": {"code": grid.code}, "parent": parent.name}
    audit.record(session, "grid.move", f"grid:{grid.id}", by=by, now=now, data=data)


def shift(session: Session, grid: Grid, step: int, *, by: Actor, now: datetime) -> None:
    """One place up (-1) or down (1) among those under the same parent. Raises RuleError."""
    if grid.parent_id is None or not grid.is_active:
        raise RuleError("这个网格不能调先后。")
    siblings = list(children(session, session.get_one(Grid, grid.parent_id)))
    here = siblings.index(grid)
    there = here + step
    if not 0 <= there < len(siblings):
        raise RuleError("已经是第一个了。" if step < 0 else "已经是最后一个了。")
    before = grid.code
    with _editing(session, now):
        siblings[here], siblings[there] = siblings[there], siblings[here]
        _put_in_order(siblings)
    data = {"before": {"code": before}, "after": {"code": grid.code}}
    audit.record(session, "grid.shift", f"grid:{grid.id}", by=by, now=now, data=data)


def split(
    session: Session,
    grid: Grid,
    *,
    name: str,
    space_ids: Collection[int],
    member: Person | None,
    by: Actor,
    now: datetime,
) -> Grid:
    """Some of a leaf's spaces become a leaf of their own, right after it, from today on.

    ``member`` answers for the new one; without one it waits for whoever is named. Raises RuleError.
    """
    today, chosen = clock.local(now).date(), frozenset(space_ids)
    entries = [entry.space_id for entry in held_now(session, grid)]
    in_use = session.scalars(sa.select(Space.id).where(Space.id.in_(entries), Space.is_active))
    rules.check_split(grid.facts, frozenset(in_use), chosen)
    parent = session.get_one(Grid, grid.parent_id)
    siblings = list(children(session, parent))
    fresh = Grid(name=name, parent_id=parent.id, level=grid.level, code="~")
    with _editing(session, now):
        session.add(fresh)
        siblings.insert(siblings.index(grid) + 1, fresh)
        _put_in_order(siblings)
        session.flush()
        place(session, chosen, fresh, today=today)
    data = {"name": name, "code": fresh.code, "from": grid.code, "spaces": sorted(chosen)}
    audit.record(session, "grid.split", f"grid:{fresh.id}", by=by, now=now, data=data)
    if member is not None:
        assign(session, person=member, grid=fresh, role=Role.MEMBER, from_on=today, by=by, now=now)
    return fresh


def merge(session: Session, grid: Grid, into: Grid, *, by: Actor, now: datetime) -> None:
    """From today on ``into`` has what ``grid`` had: the spaces of a leaf, the leaves of a block.

    Those who answered for ``grid`` did so until yesterday; it goes out of use. Raises RuleError.
    """
    rules.check_merge(grid.facts, into.facts)
    today, before = clock.local(now).date(), {"code": grid.code, "name": grid.name}
    with _editing(session, now) as merged:
        moved = [entry.space_id for entry in held_now(session, grid)]
        place(session, moved, into, today=today)
        last = len(children(session, into))
        for number, child in enumerate(_all_below(session, grid), start=1):
            child.parent_id, child.position = into.id, last + number
        _retire(grid)
        merged[grid.id] = into.id
        session.flush()
        end_duties(session, grid, today=today, by=by, now=now)
    data = {**before, "into": into.name, "spaces": moved}
    audit.record(session, "grid.merge", f"grid:{grid.id}", by=by, now=now, data=data)


def retire(session: Session, grid: Grid, *, by: Actor, now: datetime) -> None:
    """Out of use; what was under it is gone already. Its page and history stay. Raises RuleError."""
    today = clock.local(now).date()
    entries = held_now(session, grid)
    ids = [entry.space_id for entry in entries]
    in_use = session.scalars(sa.select(Space.id).where(Space.id.in_(ids), Space.is_active)).all()
    rules.check_retire(grid.facts, spaces=len(in_use), children=len(children(session, grid)))
    data = {"code": grid.code, "name": grid.name}
    with _editing(session, now):
        leave(session, entries, today=today)
        _retire(grid)
        session.flush()
        end_duties(session, grid, today=today, by=by, now=now)
    audit.record(session, "grid.retire", f"grid:{grid.id}", by=by, now=now, data=data)


def children(session: Session, parent: Grid) -> Sequence[Grid]:
    """The grids in use right under ``parent``, in their order."""
    return session.scalars(
        sa.select(Grid)
        .where(Grid.parent_id == parent.id, Grid.is_active)
        .order_by(Grid.position, Grid.id)
    ).all()


def _all_below(session: Session, parent: Grid) -> Sequence[Grid]:
    """Those under ``parent``, the ones out of use last: they stay visible to whoever leads."""
    return session.scalars(
        sa.select(Grid)
        .where(Grid.parent_id == parent.id)
        .order_by(Grid.is_active.desc(), Grid.position, Grid.id)
    ).all()


def _retire(grid: Grid) -> None:
    grid.is_active, grid.position, grid.code = False, 0, rules.retired_code(grid.id)


def _put_in_order(siblings: Sequence[Grid]) -> None:
    for number, grid in enumerate(siblings, start=1):
        grid.position = number


@contextmanager
def _editing(session: Session, now: datetime) -> Iterator[dict[int, int]]:
    """Inside, the tree is changed freely; afterwards the numbers follow the places and what the
    changed grids were before is kept. What is given holds the grids that went into another."""
    before = {
        grid.id: (grid.parent_id, grid.code, grid.name) for grid in session.scalars(sa.select(Grid))
    }
    merged: dict[int, int] = {}
    yield merged
    session.flush()
    _number(session)
    for grid in session.scalars(sa.select(Grid).order_by(Grid.id)):
        was = before.get(grid.id)
        if was is None or was == (grid.parent_id, grid.code, grid.name):
            continue
        session.add(
            GridPast(
                grid_id=grid.id,
                changed_on=clock.local(now).date(),
                parent_id=was[0],
                code=was[1],
                name=was[2],
                into_id=merged.get(grid.id),
            )
        )
    session.flush()


def _number(session: Session) -> None:
    """01, 02, … among those under one parent, without gaps; numbers stay unique at every moment."""
    below: dict[int | None, list[Grid]] = defaultdict(list)
    in_use = sa.select(Grid).where(Grid.is_active).order_by(Grid.position, Grid.id)
    for grid in session.scalars(in_use):
        below[grid.parent_id].append(grid)
    wanted: dict[Grid, str] = {}
    for root in below[None]:
        wanted[root] = root.code
        for i, block in enumerate(below[root.id], start=1):
            wanted[block] = rules.code_of(root.code, i)
            for j, spot in enumerate(below[block.id], start=1):
                wanted[spot] = rules.code_of(wanted[block], j)
    changed = {grid: code for grid, code in wanted.items() if grid.code != code}
    for grid in changed:
        grid.code = f"~{grid.id}"
    session.flush()
    for grid, code in changed.items():
        grid.code = code
    session.flush()
