"""Reading visits: the ledger, one visit, late replies. Whoever sees the whole school sees them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from unitsafe.core.db import like
from unitsafe.core.domain import Actor, Right
from unitsafe.core.paging import AT_ONCE
from unitsafe.hazards.models import Hazard
from unitsafe.hazards.rules import State as HazardState
from unitsafe.places.models import Space
from unitsafe.visits.models import Visit, VisitEvent, VisitFinding, VisitPhoto
from unitsafe.visits.rules import Kind, State

LEDGER_ORDER = (Visit.visited_on, Visit.id)


@dataclass(frozen=True)
class Filters:
    """What the ledger is narrowed to; everything empty shows all."""

    state: State | None = None
    kind: Kind | None = None
    first: date | None = None
    last: date | None = None
    words: str = ""


def ledger(filters: Filters, today: date) -> sa.Select[Any]:
    """Visits; page by LEDGER_ORDER."""
    return sa.select(Visit).where(*_conditions(filters, today))


def _conditions(filters: Filters, today: date) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if filters.state:
        found.append(_in_state(filters.state, today))
    if filters.kind:
        found.append(Visit.kind == filters.kind)
    if filters.first:
        found.append(Visit.visited_on >= filters.first)
    if filters.last:
        found.append(Visit.visited_on <= filters.last)
    if filters.words:
        pattern = like(filters.words)
        columns = (Visit.body, Visit.document_no, Visit.inspectors, Visit.reply_no)
        found.append(sa.or_(*(column.like(pattern, escape="\\") for column in columns)))
    return found


def _in_state(state: State, today: date) -> sa.ColumnElement[bool]:
    """What ``rules.state_of`` computes, as the database computes it."""
    if state is State.REPLIED:
        return Visit.replied_on.is_not(None)
    if state is State.NO_REPLY:
        return sa.and_(Visit.replied_on.is_(None), Visit.reply_due_on.is_(None))
    is_late = Visit.reply_due_on < today
    return sa.and_(Visit.replied_on.is_(None), is_late if state is State.LATE else sa.not_(is_late))


def counts_by_state(session: Session, filters: Filters, today: date) -> Counter[State]:
    """How many visits of each state the filters leave (the state filter itself left out)."""
    sums = [sa.func.sum(sa.case((_in_state(state, today), 1), else_=0)) for state in State]
    row = session.execute(
        sa.select(*sums).where(*_conditions(replace(filters, state=None), today))
    ).one()
    return Counter({state: number or 0 for state, number in zip(State, row, strict=True)})


@dataclass(frozen=True)
class Tally:
    """How many of a visit's findings there are, and how many are closed or were none."""

    closed: int = 0
    total: int = 0


def tallies(session: Session, visit_ids: Collection[int]) -> Mapping[int, Tally]:
    """The tally of each of these visits that has findings."""
    over = Hazard.state.in_((HazardState.CLOSED, HazardState.REJECTED))
    rows = session.execute(
        sa.select(VisitFinding.visit_id, sa.func.sum(sa.case((over, 1), else_=0)), sa.func.count())
        .join(Hazard, Hazard.id == VisitFinding.hazard_id)
        .where(VisitFinding.visit_id.in_(list(visit_ids)))
        .group_by(VisitFinding.visit_id)
    )
    return {row[0]: Tally(row[1], row[2]) for row in rows}


def lines(session: Session, filters: Filters, today: date) -> Iterator[tuple[Visit, Tally]]:
    """The whole ledger with its tallies, by day, upwards; some at a time."""
    select = ledger(filters, today).order_by(*LEDGER_ORDER)
    for visits in session.scalars(select.execution_options(yield_per=AT_ONCE)).partitions():
        found = tallies(session, [visit.id for visit in visits])
        yield from ((visit, found.get(visit.id, Tally())) for visit in visits)


def visit(session: Session, visit_id: int) -> Visit | None:
    """One visit with findings, hazards, photos and events."""
    hazard = selectinload(Visit.findings).joinedload(VisitFinding.hazard)
    return session.scalars(
        sa.select(Visit)
        .where(Visit.id == visit_id)
        .options(
            hazard.joinedload(Hazard.space).joinedload(Space.building),
            hazard.joinedload(Hazard.holder),
            hazard.joinedload(Hazard.grid),
            selectinload(Visit.photos),
            selectinload(Visit.events).joinedload(VisitEvent.by),
        )
    ).first()


def late_replies(session: Session, today: date) -> int:
    """How many replies should have gone out before today."""
    return session.scalars(
        sa.select(sa.func.count())
        .select_from(Visit)
        .where(Visit.replied_on.is_(None), Visit.reply_due_on < today)
    ).one()


def bodies(session: Session, limit: int = 20) -> Sequence[str]:
    """Who came before, the latest first: to be offered while one types."""
    latest = sa.func.max(Visit.visited_on)
    return session.scalars(
        sa.select(Visit.body).group_by(Visit.body).order_by(latest.desc()).limit(limit)
    ).all()


def photo_ids(actor: Actor) -> sa.Select[int]:
    """Ids of the photos of visits, for whoever sees the whole school."""
    select = sa.select(VisitPhoto.photo_id)
    return select if Right.VIEW_ALL in actor.rights else select.where(sa.false())
