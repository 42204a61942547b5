"""Reading the ledger of 维保与检测, readings of systems, contracts, targets against what is there.
Whoever sees the whole school sees them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from unitsafe import content
from unitsafe.core.domain import Actor, Right
from unitsafe.core.paging import AT_ONCE
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import State
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State as HazardState
from unitsafe.maintenance.models import (
    ContractFile,
    EquipmentTarget,
    Maintenance,
    MaintenanceContract,
    MaintenanceEvent,
    MaintenanceFile,
    MaintenanceFinding,
    Reading,
)
from unitsafe.maintenance.rules import MICRO, MICRO_GROUP, MICRO_SPACE, READINGS, Kind, Last, Target
from unitsafe.places.models import Building, Space

LEDGER_ORDER = (Maintenance.done_on, Maintenance.id)
READING_ORDER = (Reading.measured_at, Reading.id)
SYSTEM_ORDER = (Equipment.number,)
MOST_POINTS = 60
"""Readings on a trend line: five years of monthly ones."""


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to; everything empty shows all."""

    year: int | None = None
    kind: Kind | None = None


def ledger(filters: Filters) -> sa.Select[Any]:
    """Records; page by LEDGER_ORDER."""
    found: list[sa.ColumnElement[bool]] = []
    if filters.year:
        found.append(Maintenance.done_on.between(*_year(filters.year)))
    if filters.kind:
        found.append(Maintenance.kind == filters.kind)
    return sa.select(Maintenance).where(*found)


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


@dataclass(frozen=True)
class Tally:
    """How many findings a record has, and how many are closed or were none."""

    closed: int = 0
    total: int = 0


OVER = (HazardState.CLOSED, HazardState.REJECTED)


def tallies(session: Session, ids: Collection[int]) -> Mapping[int, Tally]:
    """The tally of each of these records that has findings."""
    rows = session.execute(
        sa.select(
            MaintenanceFinding.maintenance_id,
            sa.func.sum(sa.case((Hazard.state.in_(OVER), 1), else_=0)),
            sa.func.count(),
        )
        .join(Hazard, Hazard.id == MaintenanceFinding.hazard_id)
        .where(MaintenanceFinding.maintenance_id.in_(list(ids)))
        .group_by(MaintenanceFinding.maintenance_id)
    )
    return {row[0]: Tally(row[1], row[2]) for row in rows}


def lines(session: Session, filters: Filters) -> Iterator[tuple[Maintenance, Tally]]:
    """The whole ledger with its tallies, by day, upwards; some at a time."""
    select = ledger(filters).order_by(*LEDGER_ORDER).options(joinedload(Maintenance.signed_by))
    for rows in session.scalars(select.execution_options(yield_per=AT_ONCE)).partitions():
        found = tallies(session, [one.id for one in rows])
        yield from ((one, found.get(one.id, Tally())) for one in rows)


def years(session: Session) -> list[int]:
    """The years that records are of, the newest first."""
    first, last = session.execute(
        sa.select(sa.func.min(Maintenance.done_on), sa.func.max(Maintenance.done_on))
    ).one()
    return list(range(last.year, first.year - 1, -1)) if first else []


def record(session: Session, maintenance_id: int) -> Maintenance | None:
    """One record with findings, hazards, files, readings and events."""
    hazard = selectinload(Maintenance.findings).joinedload(MaintenanceFinding.hazard)
    return session.scalars(
        sa.select(Maintenance)
        .where(Maintenance.id == maintenance_id)
        .options(
            hazard.joinedload(Hazard.space).joinedload(Space.building),
            hazard.joinedload(Hazard.holder),
            hazard.joinedload(Hazard.grid),
            joinedload(Maintenance.signed_by),
            selectinload(Maintenance.files).joinedload(MaintenanceFile.file),
            selectinload(Maintenance.readings).joinedload(Reading.by),
            selectinload(Maintenance.readings).joinedload(Reading.equipment),
            selectinload(Maintenance.events).joinedload(MaintenanceEvent.by),
        )
    ).first()


def newest(session: Session) -> dict[Kind, Last]:
    """The newest record of each kind."""
    place = sa.func.row_number().over(
        partition_by=Maintenance.kind,
        order_by=(Maintenance.done_on.desc(), Maintenance.id.desc()),
    )
    ranked = sa.select(
        Maintenance.kind,
        Maintenance.done_on,
        Maintenance.valid_until,
        Maintenance.result,
        place.label("place"),
    ).subquery()
    rows = session.execute(sa.select(ranked).where(ranked.c.place == 1))
    return {row.kind: Last(row.done_on, row.valid_until, row.result) for row in rows}


def visited_on(session: Session, since: date) -> Sequence[date]:
    """The days on which contractors came to maintain, from ``since``."""
    return session.scalars(
        sa.select(Maintenance.done_on)
        .where(Maintenance.kind == Kind.MAINTENANCE, Maintenance.done_on >= since)
        .distinct()
    ).all()


def companies(session: Session, limit: int = 20) -> Sequence[str]:
    """Who came before, the latest first: to be offered while one types."""
    latest = sa.func.max(Maintenance.done_on)
    return session.scalars(
        sa.select(Maintenance.company)
        .group_by(Maintenance.company)
        .order_by(latest.desc())
        .limit(limit)
    ).all()


def contracts(session: Session, limit: int = 5) -> Sequence[MaintenanceContract]:
    """The contracts that end last, with their files."""
    return session.scalars(
        sa.select(MaintenanceContract)
        .order_by(MaintenanceContract.until_on.desc(), MaintenanceContract.id.desc())
        .limit(limit)
        .options(selectinload(MaintenanceContract.files).joinedload(ContractFile.file))
    ).all()


def contract(session: Session, contract_id: int) -> MaintenanceContract | None:
    """One contract with its files."""
    return session.scalars(
        sa.select(MaintenanceContract)
        .where(MaintenanceContract.id == contract_id)
        .options(selectinload(MaintenanceContract.files).joinedload(ContractFile.file))
    ).first()


def contract_until(session: Session) -> date | None:
    """The day on which the last contract ends."""
    return session.scalar(sa.select(sa.func.max(MaintenanceContract.until_on)))


def file_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the files of records and contracts, for whoever sees the whole school."""
    select = sa.union_all(sa.select(MaintenanceFile.file_id), sa.select(ContractFile.file_id))
    ids = sa.select(select.subquery().c.file_id)
    return ids if Right.VIEW_ALL in actor.rights else ids.where(sa.false())


# Readings


def systems() -> sa.Select[Any]:
    """Pieces that something is read off, with their place; page by SYSTEM_ORDER, upwards."""
    return (
        sa.select(Equipment)
        .where(Equipment.kind.in_(sorted(READINGS)), Equipment.state != State.SCRAPPED)
        .options(joinedload(Equipment.space).joinedload(Space.building))
    )


def system(session: Session, equipment_id: int) -> Equipment | None:
    """A piece with its place."""
    return session.scalars(
        sa.select(Equipment)
        .where(Equipment.id == equipment_id)
        .options(joinedload(Equipment.space).joinedload(Space.building))
    ).first()


def system_by_number(session: Session, number: str) -> Equipment | None:
    """The piece of that number, unless it was scrapped."""
    return session.scalars(
        sa.select(Equipment).where(Equipment.number == number, Equipment.state != State.SCRAPPED)
    ).first()


def system_numbers(session: Session, limit: int = 300) -> Sequence[str]:
    """Numbers to be offered while one types."""
    return session.scalars(
        sa.select(Equipment.number)
        .where(Equipment.kind.in_(sorted(READINGS)), Equipment.state != State.SCRAPPED)
        .order_by(Equipment.number)
        .limit(limit)
    ).all()


def readings(equipment_id: int) -> sa.Select[Any]:
    """Readings of a piece with who typed them; page by READING_ORDER."""
    select = sa.select(Reading).where(Reading.equipment_id == equipment_id)
    return select.options(joinedload(Reading.by))


def trends(session: Session, equipment_id: int) -> dict[str, list[Reading]]:
    """By quantity the newest MOST_POINTS readings of a piece, in the order of time."""
    newest_first = sa.func.row_number().over(
        partition_by=Reading.what, order_by=(Reading.measured_at.desc(), Reading.id.desc())
    )
    ranked = (
        sa.select(Reading.id, newest_first.label("place"))
        .where(Reading.equipment_id == equipment_id)
        .subquery()
    )
    rows = session.scalars(
        sa.select(Reading)
        .join(ranked, ranked.c.id == Reading.id)
        .where(ranked.c.place <= MOST_POINTS)
        .order_by(Reading.measured_at, Reading.id)
    )
    found: dict[str, list[Reading]] = defaultdict(list)
    for one in rows:
        found[one.what].append(one)
    return dict(found)


def newest_readings(session: Session, ids: Collection[int]) -> dict[int, list[Reading]]:
    """The newest reading of each quantity of these pieces."""
    newest_first = sa.func.row_number().over(
        partition_by=(Reading.equipment_id, Reading.what),
        order_by=(Reading.measured_at.desc(), Reading.id.desc()),
    )
    ranked = (
        sa.select(Reading.id, newest_first.label("place"))
        .where(Reading.equipment_id.in_(list(ids)))
        .subquery()
    )
    rows = session.scalars(
        sa.select(Reading)
        .join(ranked, ranked.c.id == Reading.id)
        .where(ranked.c.place == 1)
        .order_by(Reading.id)
    )
    found: dict[int, list[Reading]] = defaultdict(list)
    for one in rows:
        found[one.equipment_id].append(one)
    return found


# What there should be


def targets(session: Session, micro_name: str) -> list[Target]:
    """Every kind of every place that has a target or a piece in use: what is missing first, then by
    place and by the order of the kinds. What stands in a micro fire station counts there alone."""
    wanted: dict[tuple[str, str], int | None] = {
        (one.place, one.kind): one.number for one in session.scalars(sa.select(EquipmentTarget))
    }
    have = _in_use(session)
    names = _places(session, micro_name)
    kinds = list(content.load().equipment.kinds)
    found = [
        Target(place, names[place], kind, wanted.get((place, kind)), have.get((place, kind), 0))
        for place, kind in {**wanted, **have}
        if wanted.get((place, kind)) is not None or have.get((place, kind))
    ]
    order, rank = (
        {key: at for at, key in enumerate(names)},
        {key: at for at, key in enumerate(kinds)},
    )
    return sorted(
        found,
        key=lambda one: (not one.gap, order[one.place], rank.get(one.kind, len(rank)), one.kind),
    )


def _in_use(session: Session) -> dict[tuple[str, str], int]:
    micro_kinds = [
        key for key, kind in content.load().equipment.kinds.items() if kind.group == MICRO_GROUP
    ]
    is_micro = sa.or_(Space.kind == MICRO_SPACE, Equipment.kind.in_(micro_kinds))
    place = sa.case((is_micro, 0), else_=Space.building_id)
    rows = session.execute(
        sa.select(place, Equipment.kind, sa.func.sum(Equipment.quantity))
        .join(Space, Space.id == Equipment.space_id)
        .where(Equipment.state == State.IN_USE)
        .group_by(place, Equipment.kind)
    )
    return {
        (f"b{building_id}" if building_id else MICRO, kind): pieces
        for building_id, kind, pieces in rows
    }


def _places(session: Session, micro_name: str) -> dict[str, str]:
    rows = session.execute(
        sa.select(Building.id, Building.name).order_by(Building.position, Building.name)
    )
    return {MICRO: micro_name} | {f"b{number}": name for number, name in rows}


def target_rows(session: Session, place: str) -> dict[str, EquipmentTarget]:
    """The targets of a place by kind."""
    rows = session.scalars(sa.select(EquipmentTarget).where(EquipmentTarget.place == place))
    return {one.kind: one for one in rows}
