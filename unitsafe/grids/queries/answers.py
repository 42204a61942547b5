"""Who answered for a place on a day, with the tree of that day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from unitsafe.core.db import like
from unitsafe.grids.models import Assignment, Grid, GridPast, GridSpace, Role
from unitsafe.grids.queries.duties import Duty, duties, first_with, with_deputies
from unitsafe.grids.queries.tree import GridThen, tree_on
from unitsafe.grids.rules import SCHOOL, Span, spans
from unitsafe.people.models import Person
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Building, Space


@dataclass(frozen=True)
class Answer:
    """Who answered for a space on a day; ``grid`` and ``block`` as they were then.

    ``own``: the space's own duty holder; ``member``: of the leaf grid, or who led it;
    ``leader``: of the block above; ``head``: of the school.
    """

    grid: GridThen | None = None
    block: GridThen | None = None
    own: Duty | None = None
    member: Duty | None = None
    leader: Duty | None = None
    head: Duty | None = None

    @property
    def holder(self) -> Duty | None:
        """The first who was answerable; None where nobody below the whole school was."""
        return self.own or self.member or self.leader


def answers(session: Session, space_ids: Iterable[int], day: date) -> dict[int, Answer]:
    """Per space who answered for it on ``day``; as many statements for many as for one."""
    ids = list(space_ids)
    tree = tree_on(session, day)
    in_grid = {
        row[0]: row[1]
        for row in session.execute(
            sa.select(GridSpace.space_id, GridSpace.grid_id).where(
                GridSpace.space_id.in_(ids), valid_on(GridSpace, day)
            )
        )
    }
    held = duties(session, day)
    own = _own(session, ids, day)
    head = next((one for one in tree.values() if one.level == SCHOOL), None)
    return {
        one: _answer(tree.get(in_grid.get(one, 0)), tree, held, own.get(one), head) for one in ids
    }


def _own(session: Session, space_ids: Sequence[int], day: date) -> dict[int, Duty]:
    rows = session.scalars(
        sa.select(Assignment)
        .where(Assignment.space_id.in_(space_ids), valid_on(Assignment, day))
        .options(joinedload(Assignment.person))
        .order_by(Assignment.id)  # the newest counts
    ).all()
    return {row.space_id or 0: duty for row, duty in with_deputies(session, rows, day)}


def _answer(
    grid: GridThen | None,
    tree: dict[int, GridThen],
    held: dict[int, list[Duty]],
    own: Duty | None,
    head: GridThen | None,
) -> Answer:
    block = tree.get(grid.parent_id or 0) if grid else None
    return Answer(
        grid=grid,
        block=block if block and block.level != SCHOOL else None,
        own=own,
        member=_main(held, grid),
        leader=_main(held, block) if block and block.level != SCHOOL else None,
        head=_main(held, head),
    )


def _main(held: dict[int, list[Duty]], grid: GridThen | None) -> Duty | None:
    here = held.get(grid.id, []) if grid else []
    return first_with(here, Role.MEMBER) or first_with(here, Role.LEADER)


def answered(session: Session, space_id: int, day: date) -> Answer:
    """Who answered for the space on ``day``."""
    return answers(session, [space_id], day)[space_id]


def duty_holder(
    session: Session, space_id: int | None, day: date, *, grid_id: int | None = None
) -> Person | None:
    """Who answers for a space on ``day``: its own duty holder, else the member of its grid, else
    the leader of the block above. Without a space the search begins at ``grid_id``. None where
    nobody below the school's own grid answers: somebody has to decide then."""
    if space_id is not None:
        holder = answered(session, space_id, day).holder
        return holder.person if holder else None
    tree = tree_on(session, day)
    held = duties(session, day)
    here = tree.get(grid_id or 0)
    while here is not None and here.level != SCHOOL:
        duty = _main(held, here)
        if duty is not None:
            return duty.person
        here = tree.get(here.parent_id or 0)
    return None


def leaders_above(
    tree: Mapping[int, GridThen], held: Mapping[int, Sequence[Duty]], grid_id: int
) -> Iterator[Person]:
    """Who leads the grid and the grids above it, nearest first; deputies for those away."""
    here = tree.get(grid_id)
    while here is not None:
        if duty := first_with(held.get(here.id, ()), Role.LEADER):
            yield duty.person
        here = tree.get(here.parent_id or 0)


@dataclass(frozen=True)
class Held:
    """Which grid held a space, as it was called then, and who answered; absences left out."""

    grid_id: int
    code: str
    name: str
    person: Person | None


def held_spans(session: Session, space_id: int) -> list[Span[Held]]:
    """All periods of a space, newest first: which grid, who was its member or own duty holder."""
    stays = session.scalars(
        sa.select(GridSpace)
        .where(GridSpace.space_id == space_id)
        .options(joinedload(GridSpace.grid))
        .order_by(GridSpace.id)
    ).all()
    grid_ids = {stay.grid_id for stay in stays}
    terms = session.scalars(
        sa.select(Assignment)
        .where(
            sa.or_(
                Assignment.space_id == space_id,
                sa.and_(Assignment.grid_id.in_(grid_ids), Assignment.role == Role.MEMBER),
            )
        )
        .options(joinedload(Assignment.person))
        .order_by(Assignment.grid_id.is_not(None), Assignment.id.desc())  # the space's own first
    ).all()
    past: dict[int, list[GridPast]] = defaultdict(list)
    for one in session.scalars(
        sa.select(GridPast).where(GridPast.grid_id.in_(grid_ids)).order_by(GridPast.id)
    ):
        past[one.grid_id].append(one)

    def at(day: date) -> Held | None:
        stay = next((one for one in stays if _holds(one, day)), None)
        if stay is None:
            return None
        then: Grid | GridPast = next(
            (one for one in past[stay.grid_id] if one.changed_on > day), stay.grid
        )
        term = next(
            (t for t in terms if t.grid_id in (None, stay.grid_id) and _holds(t, day)), None
        )
        return Held(stay.grid_id, then.code, then.name, term.person if term else None)

    edges = {day for one in stays for day in _edges(one)}
    edges |= {day for one in terms for day in _edges(one)}
    edges |= {one.changed_on for changes in past.values() for one in changes}
    return spans(edges, at)[::-1]


def _holds(row: GridSpace | Assignment, day: date) -> bool:
    return row.from_on <= day and (row.until_on is None or row.until_on >= day)


def _edges(row: GridSpace | Assignment) -> list[date]:
    return [row.from_on, *([row.until_on + timedelta(days=1)] if row.until_on else [])]


def find_spaces(session: Session, words: str, limit: int = 20) -> Sequence[Space]:
    """Spaces, those out of use last, whose building and name together hold ``words``: 教学楼B203."""
    pattern = like("".join(words.split()))
    return session.scalars(
        sa.select(Space)
        .join(Space.building)
        .where((Building.name + Space.name).like(pattern, escape="\\"))
        .options(joinedload(Space.building))
        .order_by(Space.is_active.desc(), Building.position, Space.floor, Space.name, Space.id)
        .limit(limit)
    ).all()
