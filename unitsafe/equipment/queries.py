"""Reading the register: who may see what, the list, one piece, what comes due."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe.content.model import EquipmentKind
from unitsafe.core.db import like
from unitsafe.core.domain import Actor, Right
from unitsafe.core.paging import AT_ONCE
from unitsafe.equipment import rules
from unitsafe.equipment.labels import kinds
from unitsafe.equipment.models import (
    Equipment,
    EquipmentEvent,
    EquipmentInspection,
    EquipmentInterval,
    EquipmentPhoto,
)
from unitsafe.equipment.rules import LAST_DAY_COUNTS, Mark, Sort, State
from unitsafe.grids import queries as grids
from unitsafe.grids.models import GridSpace
from unitsafe.grids.queries import Answer
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Building, Space

ORDER = (Equipment.number,)
EDITORS = frozenset({Right.EDIT_EQUIPMENT, Right.MANAGE_SCHOOL})
"""Who keeps the register."""


def visible_to(actor: Actor, today: date) -> sa.ColumnElement[bool]:
    """The whole school's for those who see it; otherwise what is in one's grids today."""
    if Right.VIEW_ALL in actor.rights:
        return sa.true()
    return in_grids(actor.grids, today)


def in_grids(grid_ids: Collection[int], today: date) -> sa.ColumnElement[bool]:
    """What is in a space of these grids on that day."""
    return sa.exists().where(
        GridSpace.space_id == Equipment.space_id,
        GridSpace.grid_id.in_(grid_ids),
        valid_on(GridSpace, today),
    )


def inspected_by(actor: Actor, today: date) -> sa.ColumnElement[bool]:
    """What ``actor`` may inspect: everything for those who keep the register, else what is in
    one's grids."""
    return sa.true() if EDITORS & actor.rights else in_grids(actor.grids, today)


def may_inspect(session: Session, actor: Actor, equipment: Equipment, today: date) -> bool:
    """Whether ``actor`` may inspect this piece."""
    return bool(
        session.scalar(
            sa.select(Equipment.id).where(Equipment.id == equipment.id, inspected_by(actor, today))
        )
    )


# -- kinds with the school's own numbers ----------------------------------------------------------


def intervals(session: Session) -> dict[str, dict[str, int]]:
    """Kind → what → the number that the school set."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in session.scalars(sa.select(EquipmentInterval)):
        found[row.kind][row.what] = row.number
    return dict(found)


def kinds_in_force(session: Session) -> dict[str, EquipmentKind]:
    """The kinds of the register with the school's numbers."""
    own = intervals(session)
    return {key: rules.in_force(kind, own.get(key, {})) for key, kind in kinds().items()}


# -- the list -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DueFilter:
    """What is past on ``today``, or near: at most so many days ``ahead`` by what it is."""

    sorts: tuple[Sort, ...]
    mark: Mark
    today: date
    ahead: Mapping[Sort, int]

    def condition(self) -> sa.ColumnElement[bool]:
        """As the database computes it."""
        if self.mark is Mark.PAST:
            return sa.or_(*(is_past(sort, self.today) for sort in self.sorts))
        return sa.or_(*(is_soon(sort, self.today, self.ahead[sort]) for sort in self.sorts))


@dataclass(frozen=True)
class Filters:
    """What the register is narrowed to; everything empty shows all that was not scrapped."""

    state: State | None = None
    kind: str = ""
    building_id: int | None = None
    due: DueFilter | None = None
    lacking_on: date | None = None
    """Only pieces of which something is not written down, or nobody answers for on that day."""
    words: str = ""

    def shows(self, state: State) -> bool:
        """Whether pieces of ``state`` are listed. What was scrapped is when it is asked for by
        its state, or looked for by words: a number stays taken."""
        if self.state:
            return state is self.state
        return bool(self.words) or state is not State.SCRAPPED


COLUMN = {
    Sort.INSPECT: Equipment.inspect_on,
    Sort.UPKEEP: Equipment.upkeep_on,
    Sort.SERVICE: Equipment.service_on,
    Sort.SCRAP: Equipment.scrap_on,
}


def is_past(sort: Sort, today: date) -> sa.ColumnElement[bool]:
    """What ``rules.mark`` calls past, as the database computes it."""
    column = COLUMN[sort]
    return column < today if sort in LAST_DAY_COUNTS else column <= today


def is_soon(sort: Sort, today: date, ahead: int) -> sa.ColumnElement[bool]:
    """What ``rules.mark`` calls soon."""
    column = COLUMN[sort]
    is_ahead = column >= today if sort in LAST_DAY_COUNTS else column > today
    return sa.and_(is_ahead, column <= today + timedelta(days=ahead))


def is_lacking(today: date) -> sa.ColumnElement[bool]:
    """Something that is required is empty, or the space is in no grid, so nobody answers for it."""
    placed = sa.exists().where(GridSpace.space_id == Equipment.space_id, valid_on(GridSpace, today))
    return sa.or_(Equipment.is_complete.is_(False), sa.not_(placed))


def register(actor: Actor, filters: Filters, today: date) -> sa.Select[Any]:
    """Pieces ``actor`` may see, with space and building; page by ORDER, upwards."""
    return (
        sa.select(Equipment)
        .where(
            visible_to(actor, today),
            Equipment.state.in_([one for one in State if filters.shows(one)]),
            *_conditions(filters),
        )
        .options(joinedload(Equipment.space).joinedload(Space.building))
    )


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """What the filters ask for; the states apart."""
    found: list[sa.ColumnElement[bool]] = []
    if filters.kind:
        found.append(Equipment.kind == filters.kind)
    if filters.building_id:
        spaces = sa.select(Space.id).where(Space.building_id == filters.building_id)
        found.append(Equipment.space_id.in_(spaces))
    if filters.due:
        found.append(filters.due.condition())
    if filters.lacking_on:
        found += [Equipment.state != State.SCRAPPED, is_lacking(filters.lacking_on)]
    if filters.words:
        pattern = like(filters.words)
        place = (
            sa.select(Space.id)
            .join(Building, Building.id == Space.building_id)
            .where((Building.name + " " + Space.name).like(pattern, escape="\\"))
        )
        found.append(
            sa.or_(
                Equipment.number.like(pattern, escape="\\"),
                Equipment.name.like(pattern, escape="\\"),
                Equipment.model.like(pattern, escape="\\"),
                Equipment.space_id.in_(place),
            )
        )
    return found


def counts_by_state(
    session: Session, actor: Actor, filters: Filters, today: date
) -> Counter[State]:
    """How many rows of each state the filters leave (the state filter itself left out)."""
    rows = session.execute(
        sa.select(Equipment.state, sa.func.count())
        .where(visible_to(actor, today), *_conditions(filters))
        .group_by(Equipment.state)
    )
    return Counter(dict(iter(rows)))


@dataclass(frozen=True)
class Line:
    """A line of the ledger: the piece and who answers for its place."""

    piece: Equipment
    answer: Answer = field(default_factory=Answer)

    @property
    def holder(self) -> str:
        """The name of who answers; empty where nobody does."""
        duty = self.answer.holder
        return (duty.deputy_of or duty.person).name if duty else ""


def lines(session: Session, actor: Actor, filters: Filters, today: date) -> Iterator[Line]:
    """The whole ledger by number, some at a time."""
    select = register(actor, filters, today).order_by(*ORDER)
    answers: dict[int, Answer] = {}
    for pieces in session.scalars(select.execution_options(yield_per=AT_ONCE)).partitions():
        unknown = {one.space_id for one in pieces} - set(answers)
        answers |= grids.answers(session, unknown, today) if unknown else {}
        yield from (Line(one, answers[one.space_id]) for one in pieces)


def kinds_held(session: Session) -> set[str]:
    """Keys of the kinds that the school has something of."""
    return set(session.scalars(sa.select(Equipment.kind).distinct()))


# -- one piece ------------------------------------------------------------------------------------


def equipment(session: Session, actor: Actor, number: int, today: date) -> Equipment | None:
    """One piece with its place and history; None when unknown or not visible."""
    return session.scalars(
        sa.select(Equipment)
        .where(Equipment.id == number, visible_to(actor, today))
        .options(
            joinedload(Equipment.space).joinedload(Space.building),
            selectinload(Equipment.events).joinedload(EquipmentEvent.by),
        )
    ).first()


def inspections_of(
    session: Session, equipment_id: int, limit: int = 24
) -> Sequence[EquipmentInspection]:
    """The newest inspections of a piece, newest first."""
    return session.scalars(
        sa.select(EquipmentInspection)
        .where(EquipmentInspection.equipment_id == equipment_id)
        .options(
            joinedload(EquipmentInspection.by),
            joinedload(EquipmentInspection.hazard),
        )
        .order_by(EquipmentInspection.on.desc(), EquipmentInspection.id.desc())
        .limit(limit)
    ).all()


def last_inspections(
    session: Session, equipment_ids: Collection[int] | None = None
) -> dict[int, dict[str, date]]:
    """Piece → inspection → the last day it was done; of all pieces when none are named."""
    row = EquipmentInspection
    select = sa.select(row.equipment_id, row.name, sa.func.max(row.on))
    if equipment_ids is not None:
        select = select.where(row.equipment_id.in_(equipment_ids))
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for number, name, on in session.execute(select.group_by(row.equipment_id, row.name)):
        found[number][name] = on
    return dict(found)


def photos_of(session: Session, equipment_id: int) -> dict[int | None, list[int]]:
    """Ids of a piece's photos by inspection; those of the piece itself under None."""
    found: dict[int | None, list[int]] = defaultdict(list)
    rows = session.execute(
        sa.select(EquipmentPhoto.inspection_id, EquipmentPhoto.photo_id)
        .where(EquipmentPhoto.equipment_id == equipment_id)
        .order_by(EquipmentPhoto.id)
    )
    for inspection_id, photo_id in rows:
        found[inspection_id].append(photo_id)
    return dict(found)


def photo_ids(actor: Actor, today: date) -> sa.Select[int]:
    """Ids of the photos of the pieces that ``actor`` may see."""
    return (
        sa.select(EquipmentPhoto.photo_id)
        .join(Equipment, Equipment.id == EquipmentPhoto.equipment_id)
        .where(visible_to(actor, today))
    )


def replaced(session: Session, equipment: Equipment) -> tuple[Equipment | None, Equipment | None]:
    """What the piece took the place of, and what took its place."""
    other = sa.or_(Equipment.id == equipment.replaces_id, Equipment.replaces_id == equipment.id)
    before = after = None
    for one in session.scalars(sa.select(Equipment).where(other).order_by(Equipment.id)):
        if one.id == equipment.replaces_id:
            before = one
        else:
            after = one
    return before, after


def taken(session: Session, numbers: Sequence[str]) -> list[str]:
    """Those of ``numbers`` that some piece has, or had: mh-1 is MH-1, as in imported lists."""
    upper, wanted = sa.func.upper(Equipment.number), {one.upper() for one in numbers}
    found = set(session.scalars(sa.select(upper).where(upper.in_(wanted))))
    return [one for one in numbers if one.upper() in found]


def away(session: Session, building_id: int, *, without: int) -> tuple[int, int]:
    """Of the extinguishers of a building how many are at a workshop (``without`` one piece), and
    how many it has, those included."""
    of_group = [key for key, kind in kinds().items() if kind.group == "extinguisher"]
    is_away = sa.and_(Equipment.state == State.OUT_FOR_SERVICE, Equipment.id != without)
    row = session.execute(
        sa.select(
            sa.func.sum(sa.case((is_away, Equipment.quantity), else_=0)),
            sa.func.sum(Equipment.quantity),
        )
        .join(Space, Space.id == Equipment.space_id)
        .where(
            Space.building_id == building_id,
            Equipment.kind.in_(of_group),
            Equipment.state != State.SCRAPPED,
        )
    ).one()
    return row[0] or 0, row[1] or 0


# -- what is to be inspected ----------------------------------------------------------------------


def is_to_inspect(today: date) -> sa.ColumnElement[bool]:
    """What the school itself has to inspect by the end of the month."""
    return Equipment.inspect_on <= rules.month_end(today)


def to_inspect(actor: Actor, today: date) -> sa.Select[Any]:
    """Pieces that ``actor`` may inspect and that have to be by the end of the month, with space and
    building, as one walks: by building, floor, place."""
    return (
        sa.select(Equipment)
        .join(Space, Space.id == Equipment.space_id)
        .join(Building, Building.id == Space.building_id)
        .where(is_to_inspect(today), inspected_by(actor, today))
        .options(joinedload(Equipment.space).joinedload(Space.building))
        .order_by(Building.position, Building.id, Space.floor, Space.name, Equipment.number)
    )


def inspected_this_month(
    session: Session, actor: Actor, today: date
) -> Mapping[tuple[int, int], int]:
    """(building, floor) → how many pieces were inspected this month and need no more."""
    rows = session.execute(
        sa.select(Space.building_id, Space.floor, sa.func.count())
        .select_from(Equipment)
        .join(Space, Space.id == Equipment.space_id)
        .where(
            Equipment.inspect_on > rules.month_end(today),
            Equipment.inspected_on >= today.replace(day=1),
            inspected_by(actor, today),
        )
        .group_by(Space.building_id, Space.floor)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def next_to_inspect(
    session: Session, actor: Actor, after: Equipment, today: date
) -> Equipment | None:
    """The next piece of the same building that has to be inspected this month, those of the same
    floor first; None when all of them are."""
    pending = to_inspect(actor, today).where(
        Space.building_id == after.space.building_id, Equipment.id != after.id
    )
    near = sa.case((Space.floor == after.space.floor, 0), else_=1)
    return session.scalars(
        pending.order_by(None).order_by(near, Space.floor, Space.name, Equipment.number).limit(1)
    ).first()


def past_due(session: Session, today: date) -> int:
    """How many pieces are past some day, each counted once."""
    past = sa.or_(*(is_past(sort, today) for sort in Sort))
    return session.scalars(sa.select(sa.func.count()).select_from(Equipment).where(past)).one()
